//! Import: what a document would change, shown before anything is.
//!
//! An import merges by tag and slug and drops nothing that it does not name. It goes through the same patches as every
//! other change, so that it can do no more and no less than a person could.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::base::{ImportBase, ImportSide};
use crate::change::{Change, Record};
use crate::conflict;
use crate::error::SubjectKind;
use crate::export::{ExportDatabase, ExportDocument, ExportEnvironment, ExportProduct};
use crate::fault::{Fault, FaultCode};
use crate::input::{
    DatabasePatch, EnvironmentConfigPatch, EnvironmentPatch, NewEnvironment, NewProduct,
    ProductPatch,
};
use crate::merge;
use crate::records::{Database, Environment, Product};

pub use crate::import_read::read_import;

/// Something that a document holds and that is not taken as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ImportWarning {
    /// The path of the field.
    pub field: String,
    /// What kind of warning it is: `unknown_field` or `secret_dropped`.
    pub code: String,
    /// A plain sentence.
    pub message: String,
}

impl ImportWarning {
    pub(crate) fn kept(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            code: "unknown_field".to_owned(),
            message: "This version does not know the field. It is kept, and exported again."
                .to_owned(),
        }
    }

    pub(crate) fn secret_dropped(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            code: "secret_dropped".to_owned(),
            message: "This looks like a secret in a field that this version does not know. *** is kept in its place."
                .to_owned(),
        }
    }
}

/// What an import does to one record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportAction {
    /// It is made.
    Add,
    /// Some fields of it change.
    Change,
    /// The document says what is there already.
    Same,
    /// The document does not name it, so that it stays as it is.
    Kept,
}

/// A field that an import changes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportFieldChange {
    /// The path of the field.
    pub field: String,
    /// What it is; `None` when it is not there.
    pub before: Option<Value>,
    /// What it becomes.
    pub after: Option<Value>,
    /// Who changed it since the base; `None` where no base is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<ImportSide>,
}

/// One record of a plan.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportStep {
    /// What happens to it.
    pub action: ImportAction,
    /// What kind of record it is.
    pub kind: SubjectKind,
    /// Its address, such as `shop/orders`; an environment is `shop@dev`.
    pub label: String,
    /// The fields that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ImportFieldChange>,
    /// Who made it, for one that is added: `here` where it was deleted here since. Who left it out, for one that is
    /// kept: `file` where the file had it once. `None` where no base is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<ImportSide>,
}

/// What an import would do.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportPlan {
    /// Every record that the document names, and those of the same products that it does not.
    pub steps: Vec<ImportStep>,
    /// What a person should know before.
    pub warnings: Vec<ImportWarning>,
    /// What each product that is here was compared with, by its tag.
    pub bases: BTreeMap<String, ImportBase>,
    /// What the plan was made from.
    #[serde(skip)]
    pub(crate) document: ExportDocument,
    /// When it was made; what it makes is dated so, which lets the same plan come out again.
    #[serde(skip)]
    pub(crate) planned_at: Timestamp,
}

impl ImportPlan {
    /// The steps without what is known of the base, which decides nothing.
    pub(crate) fn bare_steps(&self) -> Vec<ImportStep> {
        let mut steps = self.steps.clone();
        for step in &mut steps {
            step.side = None;
            step.changes
                .iter_mut()
                .for_each(|change| change.side = None);
        }
        steps
    }

    /// Whether the import would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self
            .steps
            .iter()
            .any(|step| matches!(step.action, ImportAction::Add | ImportAction::Change))
    }
}

/// What an import did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportOutcome {
    /// The steps, as they were planned.
    pub steps: Vec<ImportStep>,
    /// The activity that undoes it; `None` when it changed nothing.
    pub activity_id: Option<String>,
}

/// A product as the catalog has it.
pub(crate) struct StoredProduct {
    pub(crate) product: Product,
    pub(crate) environments: Vec<Environment>,
    pub(crate) databases: Vec<Database>,
}

/// A plan with the changes that carry it out.
#[derive(Default)]
pub(crate) struct Planned {
    pub(crate) steps: Vec<ImportStep>,
    pub(crate) changes: Vec<Change>,
    faults: Vec<Fault>,
}

/// Works out what a document changes in the products that the catalog has under the same tags.
pub(crate) fn plan(
    document: &ExportDocument,
    stored: &HashMap<String, StoredProduct>,
    now: Timestamp,
) -> Result<Planned, Vec<Fault>> {
    let mut planned = Planned::default();
    let mut tags = HashSet::new();
    for (index, product) in document.products.iter().enumerate() {
        let path = format!("products[{index}]");
        if !tags.insert(product.tag.as_str()) {
            planned.fault(
                &path,
                "tag",
                "This product stands in the document twice. Join the two.",
            );
            continue;
        }
        planned.product(&path, product, stored.get(&product.tag), now);
    }
    if planned.faults.is_empty() {
        Ok(planned)
    } else {
        Err(planned.faults)
    }
}

impl Planned {
    fn fault(&mut self, path: &str, field: &str, message: &str) {
        self.faults.push(Fault::new(
            format!("{path}.{field}"),
            FaultCode::Duplicate,
            message,
        ));
    }

    fn take<T>(&mut self, path: &str, result: Result<T, Vec<Fault>>) -> Option<T> {
        match result {
            Ok(record) => Some(record),
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(|fault| Fault {
                    field: format!("{path}.{}", fault.field),
                    ..fault
                }));
                None
            }
        }
    }

    fn step(&mut self, label: String, before: Option<Record>, after: Record) {
        let kind = after.kind();
        let Some(before) = before else {
            self.steps.push(ImportStep {
                action: ImportAction::Add,
                kind,
                label,
                changes: Vec::new(),
                side: None,
            });
            self.changes.push(Change {
                before: None,
                after: Some(after),
            });
            return;
        };
        let changes: Vec<_> = conflict::differences(&before, &after)
            .into_iter()
            .map(|(field, before, after)| ImportFieldChange {
                field,
                before,
                after,
                side: None,
            })
            .collect();
        let action = if before == after {
            ImportAction::Same
        } else {
            ImportAction::Change
        };
        self.steps.push(ImportStep {
            action,
            kind,
            label,
            changes,
            side: None,
        });
        if action == ImportAction::Change {
            self.changes.push(Change {
                before: Some(before),
                after: Some(after),
            });
        }
    }

    fn kept(&mut self, kind: SubjectKind, label: String) {
        self.steps.push(ImportStep {
            action: ImportAction::Kept,
            kind,
            label,
            changes: Vec::new(),
            side: None,
        });
    }

    fn product(
        &mut self,
        path: &str,
        given: &ExportProduct,
        stored: Option<&StoredProduct>,
        now: Timestamp,
    ) {
        let base = match stored {
            Some(stored) => Ok(stored.product.clone()),
            None => merge::new_product(
                &NewProduct {
                    tag: given.tag.clone(),
                    name: given.name.clone().unwrap_or_default(),
                    description: None,
                },
                false,
                now,
            ),
        };
        let patch = ProductPatch {
            name: given.name.clone(),
            description: given.description.clone(),
            ..ProductPatch::default()
        };
        let merged = base.and_then(|base| {
            let mut product = merge::patch_product(&base, &patch, &given.extra, false, now)?;
            if stored.is_none() {
                product.revision = 1;
            }
            Ok(product)
        });
        let Some(product) = self.take(path, merged) else {
            return;
        };
        let before = stored.map(|stored| Record::Product(stored.product.clone()));
        self.step(
            product.tag.clone(),
            before,
            Record::Product(product.clone()),
        );

        let mut environments: Vec<Environment> =
            stored.map_or_else(Vec::new, |stored| stored.environments.clone());
        let mut slugs = HashSet::new();
        for (index, environment) in given.environments.iter().enumerate() {
            let path = format!("{path}.environments[{index}]");
            if slugs.insert(environment.slug.as_str()) {
                self.environment(&path, environment, &product, &mut environments, now);
            } else {
                self.fault(
                    &path,
                    "slug",
                    "This environment stands here twice. Keep one of the two.",
                );
            }
        }
        let not_named = |slug: &str| !slugs.contains(slug);
        for environment in stored.iter().flat_map(|stored| &stored.environments) {
            if not_named(&environment.slug) {
                let label = format!("{}@{}", product.tag, environment.slug);
                self.kept(SubjectKind::Environment, label);
            }
        }
        environments.sort_by(|one, other| (one.order, &one.id).cmp(&(other.order, &other.id)));
        self.databases(path, given, &product, stored, &environments, now);
    }

    fn environment(
        &mut self,
        path: &str,
        given: &ExportEnvironment,
        product: &Product,
        environments: &mut Vec<Environment>,
        now: Timestamp,
    ) {
        let before = environments
            .iter()
            .position(|environment| environment.slug == given.slug);
        let base = match before {
            Some(at) => Ok(environments[at].clone()),
            None => merge::new_environment(
                &NewEnvironment {
                    env_name: given.env_name.clone().unwrap_or_default(),
                    slug: given.slug.clone(),
                    order: given.order,
                    active: given.active.unwrap_or(true),
                    class: given.class,
                    description: None,
                },
                &product.id,
                environments,
                now,
            ),
        };
        let patch = EnvironmentPatch {
            env_name: given.env_name.clone(),
            description: given.description.clone(),
            order: given.order,
            active: given.active,
            class: given.class,
            ..EnvironmentPatch::default()
        };
        let merged = base.and_then(|base| {
            let mut merged =
                merge::patch_environment(&base, &patch, &given.extra, environments, now)?;
            if before.is_none() {
                merged.revision = 1;
            }
            Ok(merged)
        });
        let Some(merged) = self.take(path, merged) else {
            return;
        };
        let old = before.map(|at| Record::Environment(environments[at].clone()));
        let label = format!("{}@{}", product.tag, merged.slug);
        self.step(label, old, Record::Environment(merged.clone()));
        match before {
            Some(at) => environments[at] = merged,
            None => environments.push(merged),
        }
    }

    fn databases(
        &mut self,
        path: &str,
        given: &ExportProduct,
        product: &Product,
        stored: Option<&StoredProduct>,
        environments: &[Environment],
        now: Timestamp,
    ) {
        let by_tag: HashMap<&str, &Database> = stored
            .iter()
            .flat_map(|stored| &stored.databases)
            .map(|database| (database.tag.as_str(), database))
            .collect();
        let mut tags = HashSet::new();
        for (index, database) in given.databases.iter().enumerate() {
            let path = format!("{path}.databases[{index}]");
            if !tags.insert(database.tag.as_str()) {
                self.fault(
                    &path,
                    "tag",
                    "This database stands here twice. Join the two.",
                );
                continue;
            }
            let before = by_tag.get(database.tag.as_str()).copied();
            let empty;
            let base = match before {
                Some(before) => before,
                None => {
                    empty = merge::empty_database(&product.id, database.database_type, now);
                    &empty
                }
            };
            let patch = patch_of(database);
            let merged = merge::patch_database(base, &patch, environments, false, now);
            if let Some(merged) = self.take(&path, merged) {
                let label = format!("{}/{}", product.tag, merged.tag);
                let before = before.cloned().map(Record::Database);
                self.step(label, before, Record::Database(merged));
            }
        }
        for database in stored.iter().flat_map(|stored| &stored.databases) {
            if !tags.contains(database.tag.as_str()) {
                let label = format!("{}/{}", product.tag, database.tag);
                self.kept(SubjectKind::Database, label);
            }
        }
    }
}

fn patch_of(given: &ExportDatabase) -> DatabasePatch {
    DatabasePatch {
        tag: Some(given.tag.clone()),
        name: given.name.clone(),
        database_type: Some(given.database_type),
        description: given.description.clone(),
        envs: given
            .envs
            .iter()
            .map(|config| EnvironmentConfigPatch {
                slug: config.slug.clone(),
                connection_url: Some(config.connection_url.clone()),
                description: config.description.clone(),
                secrets: config.secrets.clone(),
                extra: config.extra.clone(),
            })
            .collect(),
        actions: given.actions.clone(),
        migrations: given.migrations.clone(),
        extra: given.extra.clone(),
        ..DatabasePatch::default()
    }
}
