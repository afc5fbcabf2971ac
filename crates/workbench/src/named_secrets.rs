//! Named secrets, for `$Secret{KEY}`. The catalog knows their keys, the keyring their values.

use std::collections::BTreeSet;

use catalog::{Fault, FaultCode};
use secrets::{Secret, SecretId, SecretStoreError};
use zeroize::Zeroizing;

use crate::dto::{CredentialStateView, NamedSecretView};
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
                        for config in &database.envs {
                            let view =
                                crate::view::config_view(config, database.database_type, None);
                            let cell = format!("{}@{}", database.tag, config.slug);
                            uses.extend(
                                view.references
                                    .into_iter()
                                    .map(|key| (key, config.slug.clone(), cell.clone())),
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
                let id = SecretId::named(self.catalog_id(), &name.key);
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
        // The name first: a name without a value says what is missing, a value without a name would be an orphan.
        let context = self.context();
        let was_known = {
            let name = name.clone();
            self.on_catalog(move |catalog| {
                let known = catalog
                    .named_secrets()?
                    .iter()
                    .any(|secret| secret.key == name);
                catalog.put_named_secret(&context, &name).map(|_| known)
            })
            .await?
        };
        let id = SecretId::named(self.catalog_id(), &name);
        let label = entry_label(&name);
        if let Err(error) = self.secrets().set(&id, &Secret::new(value), &label).await {
            if !was_known {
                self.on_catalog(move |catalog| catalog.remove_named_secret(&context, &name))
                    .await?;
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// Deletes a named secret from the keyring and from the list.
    pub async fn secret_delete(&self, name: String) -> Result<()> {
        let id = SecretId::named(self.catalog_id(), &name);
        let known = {
            let name = name.clone();
            self.on_catalog(move |catalog| {
                Ok(catalog
                    .named_secrets()?
                    .iter()
                    .any(|secret| secret.key == name))
            })
            .await?
        };
        if !known {
            return Err(AppError::not_found("secret", &name));
        }
        // The keyring first: a name without a value says what is missing, a value without a name would be an orphan.
        self.secrets().delete(&id).await?;
        let context = self.context();
        self.on_catalog(move |catalog| catalog.remove_named_secret(&context, &name))
            .await
    }

    /// The value of `$Secret{key}` in an environment: `KEY@slug`, then `KEY`.
    pub(crate) async fn named_secret(
        &self,
        key: &str,
        slug: &str,
    ) -> Result<Option<Secret>, SecretStoreError> {
        secrets::resolve_named(
            &self.secrets(),
            self.catalog_id(),
            key,
            Some(slug),
            |name| std::env::var(name).ok(),
        )
        .await
    }
}
