//! A record given as JSON against the record's own rules and against the catalog, all faults in one list. One that
//! is wrong in itself is compared with the catalog all the same, so that a person mends everything in one go.

use std::collections::HashSet;

use serde_json::Value;

use crate::error::CatalogError;
use crate::fault::{Fault, FaultCode};
use crate::input::{
    DatabasePatch, EnvironmentPatch, NewDatabase, NewEnvironment, NewProduct, ProductPatch,
};
use crate::merge;
use crate::parse;
use crate::port::Catalog;
use crate::reader::{Findings, Unknown};
use crate::records::Environment;
use crate::rules;

fn finish<T>(record: Option<T>, faults: Vec<Fault>) -> Result<T, CatalogError> {
    match record {
        Some(record) if faults.is_empty() => Ok(record),
        _ => Err(CatalogError::Validation(faults)),
    }
}

fn text<'a>(record: &'a Value, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

fn check_id(record: &Value, id: &str, faults: &mut Vec<Fault>) {
    if record
        .get("id")
        .is_some_and(|given| given.as_str() != Some(id))
    {
        faults.push(Fault::new(
            "id",
            FaultCode::Immutable,
            "This is the id of another record, and ids can't change. Leave it out.",
        ));
    }
}

pub(crate) fn new_product<C: Catalog + ?Sized>(
    catalog: &C,
    record: &Value,
) -> Result<NewProduct, CatalogError> {
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_new_product(record, &mut findings);
    check_product_tag(catalog, None, record, &mut findings.faults)?;
    finish(parsed, findings.faults)
}

pub(crate) fn product_patch<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    record: &Value,
) -> Result<ProductPatch, CatalogError> {
    let current = catalog.fetch_product(product)?;
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_product_patch(record, &mut findings);
    check_id(record, &current.id, &mut findings.faults);
    check_product_tag(catalog, Some(&current.id), record, &mut findings.faults)?;
    finish(parsed, findings.faults)
}

fn check_product_tag<C: Catalog + ?Sized>(
    catalog: &C,
    own_id: Option<&str>,
    record: &Value,
    faults: &mut Vec<Fault>,
) -> Result<(), CatalogError> {
    let Some(tag) = text(record, "tag").filter(|tag| rules::is_tag(tag)) else {
        return Ok(());
    };
    match catalog.fetch_product(tag) {
        Ok(other) if other.tag == tag && Some(other.id.as_str()) != own_id => {
            faults.push(merge::duplicate_tag(tag));
        }
        Ok(_) | Err(CatalogError::NotFound { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

pub(crate) fn new_environment<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    record: &Value,
) -> Result<NewEnvironment, CatalogError> {
    let environments = catalog.fetch_environments(product)?;
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_new_environment(record, &mut findings);
    check_slug(&environments, None, record, &mut findings.faults);
    finish(parsed, findings.faults)
}

pub(crate) fn environment_patch<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    slug: &str,
    record: &Value,
) -> Result<EnvironmentPatch, CatalogError> {
    let current = catalog.fetch_environment(product, slug)?;
    let environments = catalog.fetch_environments(product)?;
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_environment_patch(record, &mut findings);
    check_id(record, &current.id, &mut findings.faults);
    check_slug(
        &environments,
        Some(&current.id),
        record,
        &mut findings.faults,
    );
    finish(parsed, findings.faults)
}

fn check_slug(
    environments: &[Environment],
    own_id: Option<&str>,
    record: &Value,
    faults: &mut Vec<Fault>,
) {
    if let Some(slug) = text(record, "slug")
        && environments
            .iter()
            .any(|other| other.slug == slug && Some(other.id.as_str()) != own_id)
    {
        faults.push(merge::duplicate_slug(slug));
    }
}

pub(crate) fn new_database<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    record: &Value,
) -> Result<NewDatabase, CatalogError> {
    let environments = catalog.fetch_environments(product)?;
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_new_database(record, &mut findings);
    check_database_tag(catalog, product, None, record, &mut findings.faults)?;
    check_environments(&environments, record, &mut findings.faults);
    finish(parsed, findings.faults)
}

pub(crate) fn database_patch<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    database: &str,
    record: &Value,
) -> Result<DatabasePatch, CatalogError> {
    let current = catalog.fetch_database(product, database)?;
    let environments = catalog.fetch_environments(product)?;
    let mut findings = Findings::new(Unknown::Refuse);
    let parsed = parse::read_database_patch(record, Some(current.database_type), &mut findings);
    check_id(record, &current.id, &mut findings.faults);
    check_database_tag(
        catalog,
        product,
        Some(&current.id),
        record,
        &mut findings.faults,
    )?;
    check_environments(&environments, record, &mut findings.faults);
    if let Some(patch) = &parsed {
        // What the merge itself refuses: a new config without a URL, a removal of what is not there or of the last.
        // Its other checks were made above, with the same words.
        let made_above: HashSet<_> = findings
            .faults
            .iter()
            .map(|fault| fault.field.clone())
            .collect();
        let merged = merge::check_database_patch(&current, patch, &environments);
        findings.faults.extend(merged.into_iter().filter(|fault| {
            fault.code != FaultCode::LiteralSecret && !made_above.contains(&fault.field)
        }));
    }
    finish(parsed, findings.faults)
}

fn check_database_tag<C: Catalog + ?Sized>(
    catalog: &C,
    product: &str,
    own_id: Option<&str>,
    record: &Value,
    faults: &mut Vec<Fault>,
) -> Result<(), CatalogError> {
    let Some(tag) = text(record, "tag").filter(|tag| rules::is_tag(tag)) else {
        return Ok(());
    };
    match catalog.fetch_database(product, tag) {
        Ok(other) if other.tag == tag && Some(other.id.as_str()) != own_id => {
            faults.push(merge::duplicate_tag(tag));
        }
        Ok(_) | Err(CatalogError::NotFound { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn check_environments(environments: &[Environment], record: &Value, faults: &mut Vec<Fault>) {
    let Some(configs) = record.get("envs").and_then(Value::as_array) else {
        return;
    };
    for (index, config) in configs.iter().enumerate().take(rules::LIST_LIMIT) {
        if let Some(slug) = text(config, "slug").filter(|slug| rules::is_slug(slug))
            && !environments
                .iter()
                .any(|environment| environment.slug == slug)
        {
            faults.push(merge::unknown_environment(
                &format!("envs[{index}].slug"),
                slug,
                environments,
            ));
        }
    }
}
