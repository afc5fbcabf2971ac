//! Reads what an import is given: a document of ours, or the bare records of domain.md.

use std::collections::{BTreeMap, HashSet};

use connection_url::DatabaseType;
use serde_json::Value;

use crate::export::{
    ExportDatabase, ExportDocument, ExportEnvironment, ExportEnvironmentConfig, ExportProduct,
    FORMAT, FORMAT_VERSION,
};
use crate::fault::{Fault, FaultCode};
use crate::input::UrlText;
use crate::items::ItemKind;
use crate::parse::{OURS, OURS_IN_CONFIG, check_texts, read_items};
use crate::reader::{Findings, Reader, Unknown};
use crate::rules;

/// The most faults of a document that are told.
const FAULTS_TOLD: usize = 200;

/// Reads a document, a product, a list of products, a database, or a list of databases; reports every fault.
///
/// The URLs in it may hold secrets. Move them to the keyring and put `***` in their place before planning.
pub fn read_import(value: &Value) -> Result<ExportDocument, Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Keep);
    let mut document = ExportDocument::default();
    match value {
        Value::Object(map) if map.contains_key("format") || map.contains_key("products") => {
            read_document(value, &mut document, &mut findings);
        }
        Value::Object(map) if map.contains_key("envs") => {
            document.databases.extend(read_database(value, "", &mut findings));
        }
        Value::Object(_) => {
            document.products.extend(read_product(value, "", &mut findings));
        }
        Value::Array(items) if items.len() > rules::LIST_LIMIT => findings.fault(
            "",
            FaultCode::TooLong,
            "The document has too many records; 10000 are the most. Split it.",
        ),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("[{index}]");
                if item.get("envs").is_some() {
                    document.databases.extend(read_database(item, &path, &mut findings));
                } else {
                    document.products.extend(read_product(item, &path, &mut findings));
                }
            }
        }
        _ => findings.fault(
            "",
            FaultCode::UnknownFormat,
            "This is no document that can be imported. Give a Tapedeck export, a product, or a list of databases.",
        ),
    }
    document.warnings = findings.warnings;
    if findings.faults.is_empty() {
        Ok(document)
    } else {
        findings.faults.truncate(FAULTS_TOLD);
        Err(findings.faults)
    }
}

fn read_document(value: &Value, document: &mut ExportDocument, findings: &mut Findings) {
    let Some(mut reader) = Reader::new(value, "", findings) else {
        return;
    };
    if let Some(format) = reader.required_text("format", findings)
        && format != FORMAT
    {
        findings.fault(
            "format",
            FaultCode::UnknownFormat,
            "This document was written by another program. Give a Tapedeck export.",
        );
    }
    match reader.get("version").map(Value::as_u64) {
        Some(Some(version)) if version > FORMAT_VERSION => findings.fault(
            "version",
            FaultCode::UnknownFormat,
            "This document was written by a newer Tapedeck. Update Tapedeck, then import it.",
        ),
        Some(Some(1..)) => {}
        _ => findings.fault(
            "version",
            FaultCode::UnknownFormat,
            "The version of the document must be 1.",
        ),
    }
    for (index, item) in reader
        .list("products", findings)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("products[{index}]");
        document
            .products
            .extend(read_product(item, &path, findings));
    }
    for (index, item) in reader
        .list("databases", findings)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("databases[{index}]");
        document
            .databases
            .extend(read_database(item, &path, findings));
    }
    document.base = reader.optional_text("base", findings);
    document.secrets = reader.optional_text("secrets", findings);
    reader.finish(findings);
}

fn read_product(value: &Value, path: &str, findings: &mut Findings) -> Option<ExportProduct> {
    let mut reader = Reader::new(value, path, findings)?;
    let tag = reader.required_text("tag", findings);
    if let Some(tag) = &tag {
        rules::check_tag(&reader.path("tag"), tag, &mut findings.faults);
    }
    let name = reader.named_text("name", findings);
    let description = reader.clearable_text("description", findings);
    let plain = description.as_ref().and_then(Option::as_deref);
    check_texts(path, "name", name.as_deref(), plain, findings);
    let mut environments = Vec::new();
    let items = reader.list("environments", findings).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let path = reader.path(&format!("environments[{index}]"));
        environments.extend(read_environment(item, &path, findings));
    }
    let mut databases = Vec::new();
    let items = reader.list("databases", findings).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let path = reader.path(&format!("databases[{index}]"));
        databases.extend(read_database(item, &path, findings));
    }
    reader.ignore(OURS);
    let extra = reader.finish(findings);
    Some(ExportProduct {
        tag: tag?,
        name,
        description,
        environments,
        databases,
        extra,
    })
}

fn read_environment(
    value: &Value,
    path: &str,
    findings: &mut Findings,
) -> Option<ExportEnvironment> {
    let mut reader = Reader::new(value, path, findings)?;
    let slug = reader.required_text("slug", findings);
    if let Some(slug) = &slug {
        rules::check_slug(&reader.path("slug"), slug, &mut findings.faults);
    }
    let env_name = reader.named_text("env_name", findings);
    let description = reader.clearable_text("description", findings);
    let plain = description.as_ref().and_then(Option::as_deref);
    check_texts(path, "env_name", env_name.as_deref(), plain, findings);
    let order = reader.integer("order", findings);
    let active = reader.boolean("active", findings);
    let class = reader.class(findings);
    reader.ignore(OURS);
    let extra = reader.finish(findings);
    Some(ExportEnvironment {
        env_name,
        slug: slug?,
        description,
        order,
        active,
        class,
        extra,
    })
}

fn read_database(value: &Value, path: &str, findings: &mut Findings) -> Option<ExportDatabase> {
    let mut reader = Reader::new(value, path, findings)?;
    let tag = reader.required_text("tag", findings);
    if let Some(tag) = &tag {
        rules::check_tag(&reader.path("tag"), tag, &mut findings.faults);
    }
    let name = reader.named_text("name", findings);
    let database_type = reader.database_type(true, findings);
    let description = reader.clearable_text("description", findings);
    let plain = description.as_ref().and_then(Option::as_deref);
    check_texts(path, "name", name.as_deref(), plain, findings);
    let mut envs = Vec::new();
    let mut slugs = HashSet::new();
    let items = reader.list("envs", findings).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let path = reader.path(&format!("envs[{index}]"));
        envs.extend(read_config(
            item,
            &path,
            database_type,
            &mut slugs,
            findings,
        ));
    }
    let actions = read_items(&mut reader, ItemKind::Action, findings);
    let migrations = read_items(&mut reader, ItemKind::Migration, findings);
    reader.ignore(OURS);
    let extra = reader.finish(findings);
    Some(ExportDatabase {
        name,
        tag: tag?,
        database_type: database_type?,
        description,
        envs,
        actions,
        migrations,
        extra,
    })
}

fn read_config(
    value: &Value,
    path: &str,
    database_type: Option<DatabaseType>,
    slugs: &mut HashSet<String>,
    findings: &mut Findings,
) -> Option<ExportEnvironmentConfig> {
    let mut reader = Reader::new(value, path, findings)?;
    let slug = reader.required_text("slug", findings);
    if let Some(slug) = &slug {
        let field = reader.path("slug");
        rules::check_slug(&field, slug, &mut findings.faults);
        if !slugs.insert(slug.clone()) {
            findings.fault(
                field,
                FaultCode::Duplicate,
                "This environment stands here twice. Keep one of the two.",
            );
        }
    }
    let url = reader
        .required_text("connection_url", findings)
        .map(UrlText::new);
    if let Some(url) = &url {
        let field = reader.path("connection_url");
        rules::check_url(&field, url.expose(), database_type, &mut findings.faults);
    }
    let description = reader.clearable_text("description", findings);
    if let Some(Some(description)) = &description {
        let field = reader.path("description");
        rules::check_length(
            &field,
            description,
            rules::DESCRIPTION_LIMIT,
            &mut findings.faults,
        );
    }
    reader.ignore(OURS_IN_CONFIG);
    let extra = reader.finish(findings);
    Some(ExportEnvironmentConfig {
        slug: slug?,
        connection_url: url?,
        description,
        secrets: BTreeMap::new(),
        extra,
    })
}
