//! Export and import against the file.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::failure::Failure;
use super::rows::{self, Scope};
use super::write::{self, Deed};
use super::{bases, named};
use crate::change::Record;
use crate::conflict::Conflict;
use crate::error::{CatalogError, SubjectKind};
use crate::export::{ExportDocument, ExportProduct};
use crate::fault::{Fault, FaultCode};
use crate::import::{self, ImportAction, ImportOutcome, ImportPlan, Planned, StoredProduct};
use crate::journal::EntryName;
use crate::port::Context;

pub(super) fn export_product(
    connection: &Connection,
    product: &str,
) -> Result<ExportDocument, Failure> {
    let product = rows::find_product(connection, product)?;
    let environments = rows::environments(connection, &product.id)?;
    let databases = rows::databases(connection, Scope::Product(&product.id))?;
    Ok(ExportDocument {
        products: vec![ExportProduct::from_records(
            &product,
            &environments,
            &databases,
        )],
        base: Some(bases::of_product(connection, &product.id)?.fingerprint()),
        ..ExportDocument::default()
    })
}

/// Puts databases that stand in no product into the one that was named.
fn with_product(
    connection: &Connection,
    document: &ExportDocument,
    product: Option<&str>,
) -> Result<ExportDocument, Failure> {
    let mut document = document.clone();
    let databases = std::mem::take(&mut document.databases);
    if databases.is_empty() {
        return Ok(document);
    }
    let Some(name) = product else {
        return Err(Fault::new(
            "product",
            FaultCode::Required,
            "The document holds databases without a product. Say which product they go into.",
        )
        .into());
    };
    let product = rows::find_product(connection, name)?;
    match document
        .products
        .iter_mut()
        .find(|known| known.tag == product.tag)
    {
        Some(known) => known.databases.extend(databases),
        None => document.products.push(ExportProduct {
            tag: product.tag,
            name: None,
            description: None,
            environments: Vec::new(),
            databases,
            extra: serde_json::Map::new(),
        }),
    }
    Ok(document)
}

fn plan(
    connection: &Connection,
    document: &ExportDocument,
    now: Timestamp,
) -> Result<Planned, Failure> {
    let mut stored = HashMap::new();
    for given in &document.products {
        let product = match rows::find_product(connection, &given.tag) {
            // A product whose id happens to be this text is another one.
            Ok(product) if product.tag == given.tag => product,
            Ok(_) | Err(Failure::Catalog(CatalogError::NotFound { .. })) => continue,
            Err(failure) => return Err(failure),
        };
        let environments = rows::environments(connection, &product.id)?;
        let databases = rows::databases(connection, Scope::Product(&product.id))?;
        stored.insert(
            product.tag.clone(),
            StoredProduct {
                product,
                environments,
                databases,
            },
        );
    }
    Ok(import::plan(document, &stored, now)?)
}

pub(super) fn plan_import(
    connection: &Connection,
    document: &ExportDocument,
    product: Option<&str>,
    now: Timestamp,
) -> Result<ImportPlan, Failure> {
    let document = with_product(connection, document, product)?;
    let mut steps = plan(connection, &document, now)?.steps;
    let mut known = BTreeMap::new();
    for product in &document.products {
        let found = bases::for_import(connection, &product.tag, document.base.as_deref())?;
        if let Some((base, about)) = found {
            let (own, others) = (product.tag.as_str(), &mut steps);
            base.mark(others.iter_mut().filter(|step| is_in(own, &step.label)));
            known.insert(product.tag.clone(), about);
        }
    }
    Ok(ImportPlan {
        steps,
        bases: known,
        warnings: document.warnings.clone(),
        planned_at: now,
        document,
    })
}

/// Whether an address is a product's or of something in it.
fn is_in(product_tag: &str, address: &str) -> bool {
    address
        .strip_prefix(product_tag)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '/']))
}

pub(super) fn apply_import(
    transaction: &Transaction<'_>,
    context: &Context,
    plan_shown: &ImportPlan,
    named: &[(String, EntryName)],
) -> Result<ImportOutcome, Failure> {
    let planned = plan(transaction, &plan_shown.document, plan_shown.planned_at)?;
    if planned.steps != plan_shown.bare_steps() {
        return Err(CatalogError::Conflict(Box::new(Conflict {
            kind: SubjectKind::Catalog,
            id: String::new(),
            label: String::new(),
            current_revision: None,
            base_revision: None,
            base_known: false,
            current_fingerprint: None,
            changes: Vec::new(),
        }))
        .into());
    }
    let mut changes = planned.changes;
    for (key, entry) in named {
        changes.push(named::setting(transaction, context, key, entry)?.1);
    }
    let mut activity_id = None;
    if let Some(first) = changes.first().and_then(|change| change.record()) {
        let tags: Vec<&str> = plan_shown
            .document
            .products
            .iter()
            .map(|product| product.tag.as_str())
            .collect();
        let label = crate::rules::excerpt(&tags.join(", "));
        let (kind, id) = match first {
            Record::Product(record) => (SubjectKind::Product, &record.id),
            Record::Environment(record) => (SubjectKind::Product, &record.product_id),
            Record::Database(record) => (SubjectKind::Product, &record.product_id),
            Record::NamedSecret(record) => (SubjectKind::NamedSecret, &record.key),
        };
        let number = |action| {
            planned
                .steps
                .iter()
                .filter(|step| step.action == action)
                .count()
        };
        let deed = Deed {
            verb: "import",
            kind,
            id,
            summary: format!(
                "Imported {label}: {} added, {} changed",
                number(ImportAction::Add),
                number(ImportAction::Change)
            ),
            label,
        };
        activity_id = Some(write::commit(transaction, context, &deed, &changes)?.id);
    }
    for product in &plan_shown.document.products {
        let named = plan_shown.document.base.as_deref();
        bases::remember_import(transaction, &product.tag, named, context.timestamp())?;
    }
    Ok(ImportOutcome {
        steps: planned.steps,
        activity_id,
    })
}
