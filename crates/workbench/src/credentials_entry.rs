//! Passwords that this machine lacks, in one list, and the way to enter them all again.
//!
//! A keyring may be emptied, replaced or left behind. The catalog still names every entry, so that what is typed goes
//! back under the name that it had: no record changes, and nothing that is there is written over.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Database, EnvironmentClass, EnvironmentConfig, Matrix};
use connection_url::{ConnectionUrl, SlotState};
use secrets::{Secret, SecretId};
use zeroize::Zeroizing;

use crate::credentials::Holdings;
use crate::dto::{
    ConfigInput, DatabasePatchInput, SecretEntered, SecretEntry, SecretEntryError, SecretToEnter,
    SecretsToEnter,
};
use crate::resolve::encode_for;
use crate::sealing::entry_label;
use crate::{AppError, Result, Workbench};

/// A key of a connection's secret is `url CONFIG SLOT`, one of a named secret `named NAME`.
const URL_KEY: &str = "url ";
const NAMED_KEY: &str = "named ";

/// What a product lacks; `named` are the keys of all named secrets.
pub(crate) fn lacking(
    matrix: &Matrix,
    holdings: &Holdings,
    named: &BTreeSet<String>,
) -> Vec<SecretToEnter> {
    let classes: BTreeMap<&str, EnvironmentClass> = matrix
        .environments
        .iter()
        .map(|environment| (environment.slug.as_str(), environment.class))
        .collect();
    let product = &matrix.product.tag;
    let mut lacking = Vec::new();
    let mut references: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for database in &matrix.databases {
        for config in &database.envs {
            let Ok(url) =
                ConnectionUrl::parse(&config.connection_url, Some(database.database_type))
            else {
                continue;
            };
            let cell = format!("{}@{}", database.tag, config.slug);
            for slot in holdings.lacking_slots(&url, config) {
                lacking.push(SecretToEnter {
                    key: format!("{URL_KEY}{} {slot}", config.id),
                    product: product.clone(),
                    cell: Some(cell.clone()),
                    class: classes.get(config.slug.as_str()).copied().map(Into::into),
                    name: slot.strip_prefix("option:").unwrap_or(&slot).to_owned(),
                    used_by: Vec::new(),
                });
            }
            for reference in url.references() {
                if let Some(name) = lacking_name(&reference.key, &config.slug, holdings, named) {
                    let cells = references.entry(name).or_default();
                    if !cells.contains(&cell) {
                        cells.push(cell.clone());
                    }
                }
            }
        }
    }
    lacking.extend(references.into_iter().map(|(name, used_by)| SecretToEnter {
        key: format!("{NAMED_KEY}{name}"),
        product: product.clone(),
        cell: None,
        class: None,
        name,
        used_by,
    }));
    lacking
}

/// Which named secret a reference needs and this machine lacks. One for the environment that is known and lost is lost,
/// even where the general one would answer in its place with another password.
fn lacking_name(
    key: &str,
    slug: &str,
    holdings: &Holdings,
    named: &BTreeSet<String>,
) -> Option<String> {
    let scoped = format!("{key}@{slug}");
    if named.contains(&scoped) && !holdings.has_named(&scoped) {
        return Some(scoped);
    }
    (!holdings.answers(key, slug)).then(|| key.to_owned())
}

impl Workbench {
    /// What one product, or all of them, lack on this machine. Reads no value.
    ///
    /// # Errors
    /// The error of the place where secrets are kept: behind a lock nobody can tell what is there, and a list of guesses
    /// would send people to enter passwords that they have.
    pub async fn secrets_to_enter(&self, product: Option<String>) -> Result<SecretsToEnter> {
        let (matrices, named) = self
            .on_catalog(move |catalog| {
                let products = match product {
                    Some(product) => vec![catalog.fetch_product(&product)?],
                    None => catalog.fetch_products()?,
                };
                let matrices = products
                    .iter()
                    .map(|product| catalog.matrix(&product.id))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok((matrices, crate::named_secrets::keys(catalog)?))
            })
            .await?;
        let holdings = Holdings::of(self).await?;
        holdings.known()?;
        Ok(SecretsToEnter {
            place: self.secret_place().await?,
            secrets: matrices
                .iter()
                .flat_map(|matrix| lacking(matrix, &holdings, &named))
                .collect(),
        })
    }

    /// Keeps what was typed, each for itself: one that fails is told, and takes no other with it. A place that can't be
    /// used at all is not asked once a password.
    pub async fn secrets_enter(&self, typed: Vec<SecretEntered>) -> Result<Vec<SecretEntry>> {
        let mut outcomes = Vec::with_capacity(typed.len());
        let mut unusable: Option<AppError> = None;
        for SecretEntered { key, value } in typed {
            let outcome = match &unusable {
                Some(error) => Err(error.clone()),
                None => self.enter(&key, Zeroizing::new(value)).await,
            };
            if let Err(error) = &outcome
                && is_of_the_place(error.code)
            {
                unusable = Some(error.clone());
            }
            outcomes.push(SecretEntry {
                key,
                error: outcome.err().map(|error| SecretEntryError {
                    code: error.code.to_owned(),
                    message: error.message,
                }),
            });
        }
        Ok(outcomes)
    }

    async fn enter(&self, key: &str, value: Zeroizing<String>) -> Result<()> {
        if let Some(name) = key.strip_prefix(NAMED_KEY) {
            if let Some(id) = self.named_entries().await?.get(name)
                && self.secrets().get(id).await?.is_some()
            {
                return Err(present());
            }
            return self.secret_set(name.to_owned(), value).await;
        }
        let (config_id, slot) = key
            .strip_prefix(URL_KEY)
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| AppError::not_found("secret", key))?;
        if value.is_empty() {
            return Err(AppError::new("validation", "Type the password."));
        }
        let (database, config) = self.config_by_id(config_id).await?;
        match config.secrets.get(slot) {
            Some(id) => self.restore(&database, &config, slot, id, &value).await,
            // It never had an entry, as after an import without secrets: it gets one with the next revision.
            None => self.fill(&database, &config, slot, &value).await,
        }
    }

    /// Puts a lost entry back under the id that the catalog names.
    async fn restore(
        &self,
        database: &Database,
        config: &EnvironmentConfig,
        slot: &str,
        id: &str,
        value: &str,
    ) -> Result<()> {
        let url = ConnectionUrl::parse(&config.connection_url, Some(database.database_type))?;
        let is_masked = url
            .secret_slots()
            .iter()
            .any(|each| each.name == slot && each.state == SlotState::Masked);
        if !is_masked {
            return Err(AppError::not_found("secret", slot));
        }
        let secrets = self.secrets();
        let id = SecretId::for_url(self.catalog_id(), id);
        if secrets.get(&id).await?.is_some() {
            return Err(present());
        }
        let product = database.product_id.clone();
        let tag = self
            .on_catalog(move |catalog| Ok(catalog.fetch_product(&product)?.tag))
            .await?;
        let address = format!("{tag}/{}@{}", database.tag, config.slug);
        let raw = Secret::new(encode_for(&url, slot, value));
        secrets.set(&id, &raw, &entry_label(&address, slot)).await?;
        tracing::info!(config = %config.id, "a secret was entered again");
        Ok(())
    }

    /// Gives a slot its first entry.
    async fn fill(
        &self,
        database: &Database,
        config: &EnvironmentConfig,
        slot: &str,
        value: &str,
    ) -> Result<()> {
        let input = ConfigInput {
            slug: config.slug.clone(),
            connection_url: config.connection_url.clone(),
            secrets: BTreeMap::from([(slot.to_owned(), value.to_owned())]),
            description: None,
            copy_from: None,
        };
        let patch = DatabasePatchInput {
            envs: vec![input],
            revision: Some(database.revision),
            ..DatabasePatchInput::default()
        };
        self.database_update(database.id.clone(), patch)
            .await
            .map(|_| ())
    }
}

/// Somebody else was quicker, or the keyring is back.
fn present() -> AppError {
    AppError::new(
        "secret_present",
        "This password is there again: nothing was written over it. To change it, edit it where it is used.",
    )
}

/// Whether an error is of the place as a whole, so that another password would meet the same.
fn is_of_the_place(code: &str) -> bool {
    code.starts_with("vault_")
        || matches!(
            code,
            "keyring_locked" | "keyring_unavailable" | "keyring_timeout" | "secret_place_unknown"
        )
}
