//! Which credentials this machine has. Only ids are asked of the keyring, never a value.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{DatabaseType, EnvironmentConfig, JournalState};
use connection_url::{ConnectionUrl, SlotState};
use secrets::{SecretId, SecretStoreError};
use serde::Serialize;

use crate::credentials_entry::lacking;
use crate::dto::{CellCredential, CredentialReport, CredentialStateView};
use crate::resolve::slot_words;
use crate::{AppError, Result, Workbench};

/// One line of `secret check`.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialLine {
    /// The product's tag.
    pub product: String,
    /// The database's tag.
    pub database: String,
    /// The environment's slug.
    pub env: String,
    /// `none_needed`, `present`, `missing`, `locked` or `unavailable`.
    pub state: CredentialStateView,
    /// What lacks.
    pub missing: Vec<String>,
}

/// What `secret check` answers.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialCheck {
    /// One a configured cell.
    pub cells: Vec<CredentialLine>,
    /// What to do when the keyring is locked or unavailable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyring_message: Option<String>,
}

/// What `secret check --orphans` answers: keyring entries of this data folder that no record names.
#[derive(Clone, Debug, Serialize)]
pub struct OrphanReport {
    /// Entries found.
    pub orphans: Vec<String>,
    /// How many were removed.
    pub removed: usize,
    /// Entries of other data folders, which are left alone.
    pub other_catalogs: usize,
}

/// What the keyring said about its entries, asked once for a whole product.
pub(crate) struct Holdings {
    ids: Result<BTreeSet<SecretId>, SecretStoreError>,
    locked: bool,
    /// Whether people chose to be asked each time.
    forgets: bool,
    catalog: String,
    /// The entry of each named secret.
    named: BTreeMap<String, SecretId>,
}

impl Holdings {
    pub(crate) async fn of(workbench: &Workbench) -> Result<Self> {
        let secrets = workbench.secrets();
        let ids = secrets.list().await.map(BTreeSet::from_iter);
        let locked = match &ids {
            Ok(_) => matches!(secrets.locked().await, Ok(true)),
            Err(error) => error.is_locked(),
        };
        Ok(Self {
            forgets: secrets.forgets().await.unwrap_or(false),
            ids,
            locked,
            catalog: workbench.catalog_id().to_owned(),
            named: workbench.named_entries().await?,
        })
    }

    /// What is in the way of knowing what is there.
    fn refusal(&self) -> Option<AppError> {
        match &self.ids {
            Err(error) => Some(error.clone().into()),
            Ok(_) if self.locked => Some(SecretStoreError::Locked.into()),
            Ok(_) => None,
        }
    }

    /// Whether it is known what is there.
    pub(crate) fn known(&self) -> Result<()> {
        self.refusal().map_or(Ok(()), Err)
    }

    fn has_url_secret(&self, id: &str) -> bool {
        self.has(&SecretId::for_url(&self.catalog, id))
    }

    /// Whether there is a named secret of just this name.
    pub(crate) fn has_named(&self, name: &str) -> bool {
        self.named.get(name).is_some_and(|id| self.has(id))
    }

    /// Whether a reference is answered in an environment.
    pub(crate) fn answers(&self, key: &str, slug: &str) -> bool {
        self.has_named(&format!("{key}@{slug}"))
            || self.has_named(key)
            || ((self.ids.is_err() || self.forgets)
                && secrets::environment_answers(key, slug, |name| std::env::var_os(name).is_some()))
    }

    fn has(&self, id: &SecretId) -> bool {
        self.ids.as_ref().is_ok_and(|ids| ids.contains(id))
    }

    /// The masked slots of a URL that have no entry here.
    pub(crate) fn lacking_slots(
        &self,
        url: &ConnectionUrl,
        config: &EnvironmentConfig,
    ) -> Vec<String> {
        url.secret_slots()
            .iter()
            .filter(|slot| slot.state == SlotState::Masked)
            .filter(|slot| {
                !config
                    .secrets
                    .get(&slot.name)
                    .is_some_and(|id| self.has_url_secret(id))
            })
            .map(|slot| slot.name.clone())
            .collect()
    }

    /// The state of one cell and what it lacks.
    fn cell(
        &self,
        config: &EnvironmentConfig,
        database_type: DatabaseType,
    ) -> (CredentialStateView, Vec<String>) {
        let Ok(url) = ConnectionUrl::parse(&config.connection_url, Some(database_type)) else {
            return (CredentialStateView::NoneNeeded, Vec::new());
        };
        let masked = url.secret_slots().iter();
        let mut needed = masked
            .filter(|slot| slot.state == SlotState::Masked)
            .count();
        let mut from_keyring = needed;
        let mut missing: Vec<String> = self
            .lacking_slots(&url, config)
            .iter()
            .map(|slot| slot_words(slot))
            .collect();
        for reference in url.references() {
            needed += 1;
            if !self.answers(&reference.key, &config.slug) {
                from_keyring += 1;
                missing.push(format!("$Secret{{{}}}", reference.key));
            }
        }
        let state = match &self.ids {
            _ if needed == 0 => CredentialStateView::NoneNeeded,
            Err(error) if error.is_locked() => CredentialStateView::Locked,
            Err(_) if from_keyring > 0 => CredentialStateView::Unavailable,
            Ok(_) if self.locked => CredentialStateView::Locked,
            _ if missing.is_empty() => CredentialStateView::Present,
            _ => CredentialStateView::Missing,
        };
        // Behind a lock nobody can tell what is there; a list of guesses would send people to re-enter passwords.
        let known = matches!(state, CredentialStateView::Missing);
        (state, if known { missing } else { Vec::new() })
    }
}

impl Workbench {
    /// The credential state of every configured cell of a product.
    pub async fn credentials_check(&self, product: String) -> Result<CredentialReport> {
        let (matrix, named) = self
            .on_catalog(move |catalog| {
                Ok((
                    catalog.matrix(&product)?,
                    crate::named_secrets::keys(catalog)?,
                ))
            })
            .await?;
        let holdings = Holdings::of(self).await?;
        let mut cells = Vec::new();
        for database in &matrix.databases {
            for config in &database.envs {
                let (state, missing) = holdings.cell(config, database.database_type);
                cells.push(CellCredential {
                    config_id: config.id.clone(),
                    state,
                    missing,
                });
            }
        }
        let matters = cells
            .iter()
            .any(|cell| cell.state != CredentialStateView::NoneNeeded);
        let refusal = holdings.refusal().filter(|_| matters);
        let to_enter = match &refusal {
            None => lacking(&matrix, &holdings, &named).len(),
            Some(_) => 0,
        };
        Ok(CredentialReport {
            cells,
            keyring_code: refusal.as_ref().map(|error| error.code.to_owned()),
            keyring_message: refusal.map(|error| error.message),
            place: self.secret_place().await?,
            to_enter: u32::try_from(to_enter).unwrap_or(u32::MAX),
        })
    }

    /// The same for one product or all of them, by address.
    pub async fn secret_check(&self, product: Option<String>) -> Result<CredentialCheck> {
        let products = self
            .on_catalog(move |catalog| {
                let products = match product {
                    Some(product) => vec![catalog.fetch_product(&product)?],
                    None => catalog.fetch_products()?,
                };
                products
                    .into_iter()
                    .map(|product| {
                        Ok((product.tag.clone(), catalog.matrix(&product.id)?.databases))
                    })
                    .collect::<Result<Vec<_>, catalog::CatalogError>>()
            })
            .await?;
        let holdings = Holdings::of(self).await?;
        let mut cells = Vec::new();
        for (product, databases) in &products {
            for database in databases {
                for config in &database.envs {
                    let (state, missing) = holdings.cell(config, database.database_type);
                    cells.push(CredentialLine {
                        product: product.clone(),
                        database: database.tag.clone(),
                        env: config.slug.clone(),
                        state,
                        missing,
                    });
                }
            }
        }
        Ok(CredentialCheck {
            cells,
            keyring_message: holdings.refusal().map(|error| error.message),
        })
    }

    /// Keyring entries of this data folder that no record, and no undo, names; removes them when asked.
    pub async fn secret_orphans(&self, remove: bool) -> Result<OrphanReport> {
        if remove {
            self.clear_left_places().await?;
        }
        // In this order: what another run writes meanwhile is listed after it is known, or not at all.
        let entries = self.secrets().list().await?;
        let known = self.known_entries().await?;
        let catalog = self.catalog_id();
        let (ours, others): (Vec<SecretId>, Vec<SecretId>) =
            entries.into_iter().partition(|id| id.catalog() == catalog);
        let orphans: Vec<SecretId> = ours.into_iter().filter(|id| !known.contains(id)).collect();
        let names: Vec<String> = orphans.iter().map(|id| id.entry().to_owned()).collect();
        let mut removed = 0;
        if remove {
            // By way of the journal, so that a removal that is cut short goes on at the next start.
            let due = names.clone();
            self.on_catalog(move |catalog| catalog.abandon_entries(&due, JournalState::Due))
                .await?;
            let settled = self.settle_keyring().await?;
            removed = orphans.len().saturating_sub(settled.left);
            if settled.left > 0 {
                return Err(AppError::new(
                    "keyring_failed",
                    format!(
                        "{removed} of {} entries were removed. Unlock the keyring and try again.",
                        orphans.len()
                    ),
                ));
            }
        }
        Ok(OrphanReport {
            orphans: orphans.iter().map(|id| id.as_str().to_owned()).collect(),
            removed,
            other_catalogs: others.len(),
        })
    }
}
