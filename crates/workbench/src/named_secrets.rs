//! Named secrets, for `$Secret{KEY}`. The catalog knows their keys, the keyring their values. As with passwords, a new
//! value is a new entry, so that undo brings the old one back.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Fault, FaultCode};
use secrets::{Secret, SecretId};
use zeroize::Zeroizing;

use crate::dto::{CredentialStateView, NamedSecretView};
use crate::keyring_entries::NewEntries;
use crate::resolve::ResolveError;
use crate::{AppError, Result, Workbench};

/// Whether a name is `KEY` or `KEY@slug`.
fn is_name(name: &str) -> bool {
    match name.split_once('@') {
        None => connection_url::is_reference_key(name),
        Some((key, slug)) => connection_url::is_reference_key(key) && catalog::is_slug(slug),
    }
}

/// The names of all.
pub(crate) fn keys(
    catalog: &dyn catalog::Catalog,
) -> Result<BTreeSet<String>, catalog::CatalogError> {
    Ok(catalog
        .named_secrets()?
        .into_iter()
        .map(|secret| secret.key)
        .collect())
}

/// What a password manager shows for a named secret.
pub(crate) fn entry_label(name: &str) -> String {
    format!("Tapedeck: secret {name}")
}

impl Workbench {
    /// The named secrets with their state on this machine, and the cells that refer to them. Reads no value.
    pub async fn secret_list(&self, product: Option<String>) -> Result<Vec<NamedSecretView>> {
        let (names, uses) = self
            .on_catalog(move |catalog| {
                let products = match product {
                    Some(product) => vec![catalog.fetch_product(&product)?],
                    None => catalog.fetch_products()?,
                };
                let mut uses = Vec::new();
                for product in products {
                    for database in catalog.fetch_databases(&product.id)? {
                        for config in database.envs {
                            let view =
                                crate::view::config_view(config, database.database_type, None);
                            let cell = format!("{}@{}", database.tag, view.slug);
                            uses.extend(
                                view.references
                                    .into_iter()
                                    .map(|key| (key, view.slug.clone(), cell.clone())),
                            );
                        }
                    }
                }
                Ok((catalog.named_secrets()?, uses))
            })
            .await?;
        let present = self.secrets().list().await;
        let locked = matches!(self.secrets().locked().await, Ok(true));
        let scoped: BTreeSet<&str> = names.iter().map(|name| name.key.as_str()).collect();
        Ok(names
            .iter()
            .map(|name| {
                let id = self.secret_id(&name.entry);
                let state = match &present {
                    Ok(ids) if ids.contains(&id) && locked => CredentialStateView::Locked,
                    Ok(ids) if ids.contains(&id) => CredentialStateView::Present,
                    Ok(_) if locked => CredentialStateView::Locked,
                    Ok(_) => CredentialStateView::Missing,
                    Err(error) if error.is_locked() => CredentialStateView::Locked,
                    Err(_) => CredentialStateView::Unavailable,
                };
                let (key, slug) = match name.key.split_once('@') {
                    Some((key, slug)) => (key, Some(slug)),
                    None => (name.key.as_str(), None),
                };
                let used_by = uses
                    .iter()
                    .filter(|(used, env, _)| {
                        used == key
                            && match slug {
                                Some(slug) => env == slug,
                                // `KEY` answers only where no `KEY@slug` does.
                                None => !scoped.contains(format!("{key}@{env}").as_str()),
                            }
                    })
                    .map(|(_, _, cell)| cell.clone())
                    .collect();
                NamedSecretView {
                    name: name.key.clone(),
                    state,
                    updated_at: name.updated_at.to_string(),
                    used_by,
                }
            })
            .collect())
    }

    /// Sets a named secret: `KEY`, or `KEY@slug` for one environment.
    ///
    /// # Errors
    /// `validation` for a name that is none or an empty value, `secret_too_long`, and the keyring's own.
    pub async fn secret_set(&self, name: String, value: Zeroizing<String>) -> Result<()> {
        let mut faults = Vec::new();
        if !is_name(&name) {
            faults.push(Fault::new(
                "name",
                FaultCode::InvalidKey,
                "A name starts with a letter or _, goes on with letters, digits, _ . - (128 at most), and may end in @ and an environment's slug.",
            ));
        }
        if value.is_empty() {
            faults.push(Fault::new(
                "value",
                FaultCode::Required,
                "Enter the value of the secret.",
            ));
        }
        if !faults.is_empty() {
            return Err(AppError::validation(&faults));
        }
        let mut entries = NewEntries::default();
        let entry = entries.add_named(&name, value);
        let context = self.context();
        let commit = self.on_catalog(move |catalog| {
            catalog
                .put_named_secret(&context, &name, &entry)
                .map(|_| ())
        });
        self.commit_sealed(entries, commit).await
    }

    /// Deletes a named secret; the answer undoes it. Its value stays in the keyring as long as undo is possible.
    pub async fn secret_delete(&self, name: String) -> Result<String> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            Ok(catalog
                .remove_named_secret(&context, &name)?
                .activity_id
                .unwrap_or_default())
        })
        .await
    }

    /// The keyring entry of each named secret, by its key.
    pub(crate) async fn named_entries(&self) -> Result<BTreeMap<String, SecretId>> {
        let names = self.on_catalog(|catalog| catalog.named_secrets()).await?;
        Ok(names
            .into_iter()
            .map(|name| (name.key, self.secret_id(&name.entry)))
            .collect())
    }

    /// The value of `$Secret{key}` in an environment: `KEY@slug`, then `KEY`.
    pub(crate) async fn named_secret(
        &self,
        key: &str,
        slug: &str,
    ) -> Result<Option<Secret>, ResolveError> {
        let mut known = self.named_entries().await?;
        let entries: Vec<SecretId> = [format!("{key}@{slug}"), key.to_owned()]
            .iter()
            .filter_map(|name| known.remove(name))
            .collect();
        let secrets = self.secrets();
        let environment = |name: &str| std::env::var(name).ok();
        Ok(secrets::resolve_named(&secrets, &entries, key, Some(slug), environment).await?)
    }
}
