//! Import: a dry run first, always; then all of it or nothing. Merges by tag and slug, drops nothing it does not name.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use catalog::{ExportDatabase, ExportDocument, ImportPlan, ImportWarning};
use connection_url::ConnectionUrl;
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::action_check::record_faults;
use crate::dto::{FieldChangeView, ImportBaseView, ImportStep, ImportView};
use crate::error::shown_value;
use crate::export::Envelope;
use crate::keyring_entries::NewEntries;
use crate::sealing::Unsealed;
use crate::{AppError, Result, Workbench};

/// Imports that were shown and wait for a yes, by token. One window holds one or two.
#[derive(Default)]
pub(crate) struct PlannedImports(Mutex<HashMap<String, Prepared>>);

/// A dry run, and the token that carries it out.
#[derive(Clone, Debug, serde::Serialize, ts_rs::TS)]
#[ts(export)]
pub struct ImportPlanned {
    /// For `import_apply`; good for one use.
    pub token: String,
    /// What it would do.
    pub view: ImportView,
}

/// Everything an import needs, secrets set apart.
struct Prepared {
    plan: ImportPlan,
    products: Vec<String>,
    entries: NewEntries,
    named: Vec<(String, Zeroizing<String>)>,
    secrets: usize,
}

impl Workbench {
    /// What an import would do. Changes nothing, writes no keyring entry.
    pub async fn import_preview(
        &self,
        text: Zeroizing<String>,
        passphrase: Option<Zeroizing<String>>,
        product: Option<String>,
    ) -> Result<ImportView> {
        Ok(self.prepare(text, passphrase, product).await?.view(false))
    }

    /// Does an import.
    pub async fn import_document(
        &self,
        text: Zeroizing<String>,
        passphrase: Option<Zeroizing<String>>,
        product: Option<String>,
    ) -> Result<ImportView> {
        let prepared = self.prepare(text, passphrase, product).await?;
        self.apply(prepared).await
    }

    /// A dry run of a file that a person chose; [`Workbench::import_apply`] does it.
    pub async fn import_plan_file(
        &self,
        path: PathBuf,
        passphrase: Option<Zeroizing<String>>,
    ) -> Result<ImportPlanned> {
        let text = tokio::task::spawn_blocking(move || read_file(&path))
            .await
            .map_err(AppError::internal)??;
        let prepared = self.prepare(text, passphrase, None).await?;
        Ok(self.plan(prepared))
    }

    /// As [`Workbench::import_plan_file`], of a document that was made here.
    pub(crate) async fn import_plan_document(
        &self,
        document: ExportDocument,
    ) -> Result<ImportPlanned> {
        let prepared = self.prepare_document(document, None, None).await?;
        Ok(self.plan(prepared))
    }

    fn plan(&self, prepared: Prepared) -> ImportPlanned {
        let planned = ImportPlanned {
            token: Uuid::now_v7().to_string(),
            view: prepared.view(false),
        };
        self.planned().insert(planned.token.clone(), prepared);
        planned
    }

    /// Does what a dry run showed. Refused when the catalog changed so that it would be something else.
    pub async fn import_apply(&self, token: String) -> Result<ImportView> {
        let planned = self.planned().get(&token).map(|it| it.entries.first());
        // Refused while the dry run is still there: whoever unlocks goes on from here.
        self.open_for(planned.flatten()).await?;
        let prepared = self.planned().remove(&token);
        let prepared = prepared.ok_or_else(|| {
            AppError::new(
                "not_found",
                "This import was already done. Open the file again.",
            )
        })?;
        self.apply(prepared).await
    }

    fn planned(&self) -> std::sync::MutexGuard<'_, HashMap<String, Prepared>> {
        self.inner
            .imports
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn prepare(
        &self,
        text: Zeroizing<String>,
        passphrase: Option<Zeroizing<String>>,
        product: Option<String>,
    ) -> Result<Prepared> {
        let value =
            catalog::parse_document(&text).map_err(|fault| AppError::validation(&[fault]))?;
        let document =
            catalog::read_import(&value).map_err(|faults| AppError::validation(&faults))?;
        self.prepare_document(document, passphrase, product).await
    }

    async fn prepare_document(
        &self,
        mut document: ExportDocument,
        passphrase: Option<Zeroizing<String>>,
        product: Option<String>,
    ) -> Result<Prepared> {
        let envelope = open_envelope(&document, passphrase).await?;
        let mut entries = NewEntries::default();
        let bare = product.clone().unwrap_or_default();
        let mut warnings = Vec::new();
        let products = document
            .products
            .iter_mut()
            .map(|product| (product.tag.clone(), &mut product.databases));
        for (tag, databases) in products.chain(std::iter::once((bare, &mut document.databases))) {
            for database in databases.iter_mut() {
                for (index, config) in database.envs.iter_mut().enumerate() {
                    let address = format!("{tag}/{}@{}", database.tag, config.slug);
                    let text = with_envelope(
                        config.connection_url.expose(),
                        database.database_type,
                        &envelope,
                        &address,
                    );
                    let sealed = self
                        .seal(
                            Unsealed {
                                text: &text,
                                database_type: database.database_type,
                                typed: Default::default(),
                                copy_from: None,
                                field: format!("{}.envs[{index}].connection_url", database.tag),
                                address,
                            },
                            &mut entries,
                        )
                        .await?;
                    config.connection_url = sealed.text.into();
                    config.secrets = sealed.secrets;
                }
                warnings.extend(broken_actions(&tag, database));
            }
        }
        document.warnings.extend(warnings);
        let products = document
            .products
            .iter()
            .map(|product| product.tag.clone())
            .chain(product.clone())
            .collect();
        let plan = self
            .on_catalog(move |catalog| catalog.plan_import(&document, product.as_deref()))
            .await?;
        let named: Vec<_> = envelope
            .iter()
            .flat_map(|envelope| envelope.named.clone())
            .collect();
        let secrets = entries.len() + named.len();
        Ok(Prepared {
            plan,
            products,
            entries,
            named,
            secrets,
        })
    }

    async fn apply(&self, mut prepared: Prepared) -> Result<ImportView> {
        let view = prepared.view(true);
        let here = self.named_entries().await?;
        let mut named = Vec::new();
        for (key, value) in std::mem::take(&mut prepared.named) {
            // Named secrets that are already here win: an import drops nothing.
            let is_here = match here.get(&key) {
                Some(id) => self.secrets().get(id).await?.is_some(),
                None => false,
            };
            if !is_here {
                let entry = prepared.entries.add_named(&key, value);
                named.push((key, entry));
            }
        }
        let context = self.context();
        let plan = prepared.plan;
        let commit = self
            .on_catalog(move |catalog| catalog.apply_import(&context, &plan, &named).map(|_| ()));
        self.commit_sealed(prepared.entries, commit).await?;
        Ok(view)
    }
}

impl Prepared {
    fn view(&self, applied: bool) -> ImportView {
        ImportView {
            products: self.products.clone(),
            steps: self
                .plan
                .steps
                .iter()
                .map(|step| ImportStep {
                    subject: step.kind.as_str().to_owned(),
                    address: step.label.clone(),
                    change: match step.action {
                        catalog::ImportAction::Add => "add",
                        catalog::ImportAction::Change => "change",
                        catalog::ImportAction::Same => "same",
                        catalog::ImportAction::Kept => "keep",
                    }
                    .to_owned(),
                    side: step.side.map(Into::into),
                    fields: step
                        .changes
                        .iter()
                        .map(|change| FieldChangeView {
                            field: change.field.clone(),
                            before: shown_value(
                                &change.field,
                                change.before.clone().unwrap_or(Value::Null),
                            ),
                            after: shown_value(
                                &change.field,
                                change.after.clone().unwrap_or(Value::Null),
                            ),
                            side: change.side.map(Into::into),
                        })
                        .collect(),
                })
                .collect(),
            warnings: self
                .plan
                .warnings
                .iter()
                .map(|warning| format!("{}: {}", warning.field, warning.message))
                .collect(),
            bases: self
                .plan
                .bases
                .iter()
                .map(|(product, base)| ImportBaseView {
                    product: product.clone(),
                    at: base.at.to_string(),
                    named: base.named,
                })
                .collect(),
            secrets: u32::try_from(self.secrets).unwrap_or(u32::MAX),
            applied,
        }
    }
}

/// A warning for each action whose templates can't be run. It is imported all the same, and can be mended here.
fn broken_actions(product: &str, database: &ExportDatabase) -> Vec<ImportWarning> {
    let warning = |action: &serde_json::Map<String, Value>| {
        let faults = record_faults(database.database_type, action);
        let first = faults.first()?;
        let tag = action.get("tag").and_then(Value::as_str);
        Some(ImportWarning {
            field: format!("{product}/{}:{}", database.tag, tag.unwrap_or_default()),
            code: "not_runnable".to_owned(),
            message: format!(
                "This action can't be run until it is mended. {}",
                first.message
            ),
        })
    };
    database.actions.iter().filter_map(warning).collect()
}

/// The secrets of a document. Without a passphrase they are passed over: the list is worth having without them.
async fn open_envelope(
    document: &ExportDocument,
    passphrase: Option<Zeroizing<String>>,
) -> Result<Option<Envelope>> {
    let (Some(armored), Some(passphrase)) = (document.secrets.clone(), passphrase) else {
        return Ok(None);
    };
    let opening = tokio::task::spawn_blocking(move || Envelope::open(&armored, &passphrase)).await;
    opening.map_err(AppError::internal)?.map(Some)
}

/// The URL with the envelope's secrets in place of `***`. One that does not parse goes on as it is: sealing says why.
fn with_envelope(
    text: &str,
    database_type: catalog::DatabaseType,
    envelope: &Option<Envelope>,
    address: &str,
) -> Zeroizing<String> {
    let slots = envelope
        .as_ref()
        .and_then(|envelope| envelope.urls.get(address));
    let filled = slots.and_then(|slots| {
        let url = ConnectionUrl::parse(text, Some(database_type)).ok()?;
        url.with_secrets(|slot| slots.get(slot).cloned()).ok()
    });
    Zeroizing::new(filled.map_or_else(|| text.to_owned(), |url| url.expose().to_owned()))
}

/// The text of a file that a person chose. One that is too large is not read whole.
fn read_file(path: &Path) -> Result<Zeroizing<String>> {
    let refused = |error: std::io::Error| {
        AppError::new("io", format!("{} can't be read: {error}.", path.display()))
    };
    let file = std::fs::File::open(path).map_err(refused)?;
    let mut bytes = Vec::new();
    file.take(catalog::DOCUMENT_LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    decode_text(bytes)
}

/// The text of a document as it came: UTF-8, with or without a byte order mark, or UTF-16 with one.
///
/// # Errors
/// `validation` for bytes that are no such text.
pub fn decode_text(bytes: Vec<u8>) -> Result<Zeroizing<String>> {
    catalog::decode_text(bytes).map_err(|fault| AppError::validation(&[fault]))
}
