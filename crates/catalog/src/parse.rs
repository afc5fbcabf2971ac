//! Records from JSON: every fault of the record at once. What only the catalog can tell (a tag that is used already)
//! is added by [`crate::Catalog::check_new_database`] and its siblings.

use std::collections::{BTreeMap, HashSet};

use connection_url::DatabaseType;
use serde_json::{Map, Value};

use crate::fault::{Fault, FaultCode};
use crate::input::{
    DatabasePatch, EnvironmentConfigPatch, EnvironmentPatch, NewDatabase, NewEnvironment,
    NewEnvironmentConfig, NewProduct, ProductPatch, UrlText,
};
use crate::items::ItemKind;
use crate::reader::{Findings, Reader, Unknown};
use crate::rules;

/// Fields that a record is shown with and that are ours to give.
pub(crate) const OURS: &[&str] = &["id", "product_id", "revision", "created_at", "updated_at"];
/// The same of an environment config. `secrets` must never be taken from a file: it would let the file point a URL
/// of its own at another database's password.
pub(crate) const OURS_IN_CONFIG: &[&str] = &["id", "environment_id", "secrets"];

/// Reads a product to be made.
pub fn parse_new_product(record: &Value) -> Result<NewProduct, Vec<Fault>> {
    strict(|findings| read_new_product(record, findings))
}

/// Reads a patch of a product.
pub fn parse_product_patch(record: &Value) -> Result<ProductPatch, Vec<Fault>> {
    strict(|findings| read_product_patch(record, findings))
}

/// Reads an environment to be made.
pub fn parse_new_environment(record: &Value) -> Result<NewEnvironment, Vec<Fault>> {
    strict(|findings| read_new_environment(record, findings))
}

/// Reads a patch of an environment.
pub fn parse_environment_patch(record: &Value) -> Result<EnvironmentPatch, Vec<Fault>> {
    strict(|findings| read_environment_patch(record, findings))
}

/// Reads a database to be made.
pub fn parse_new_database(record: &Value) -> Result<NewDatabase, Vec<Fault>> {
    strict(|findings| read_new_database(record, findings))
}

/// Reads a patch of a database of a type; with `None` the URLs are read by their scheme.
pub fn parse_database_patch(
    record: &Value,
    database_type: Option<DatabaseType>,
) -> Result<DatabasePatch, Vec<Fault>> {
    strict(|findings| read_database_patch(record, database_type, findings))
}

/// Reads an action or a migration, whole; its templates and statements are kept as they are.
pub fn parse_item(record: &Value, kind: ItemKind) -> Result<Map<String, Value>, Vec<Fault>> {
    strict(|findings| read_item(record, "", kind, &mut HashSet::new(), findings))
}

/// As [`parse_item`], for one that may have fields that this version does not know.
pub(crate) fn check_item(record: &Value, kind: ItemKind) -> Result<(), Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Keep);
    read_item(record, "", kind, &mut HashSet::new(), &mut findings);
    if findings.faults.is_empty() {
        Ok(())
    } else {
        Err(findings.faults)
    }
}

fn strict<T>(read: impl FnOnce(&mut Findings) -> Option<T>) -> Result<T, Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Refuse);
    match read(&mut findings) {
        Some(record) if findings.faults.is_empty() => Ok(record),
        _ => Err(findings.faults),
    }
}

pub(crate) fn read_new_product(record: &Value, findings: &mut Findings) -> Option<NewProduct> {
    let mut reader = Reader::new(record, "", findings)?;
    let tag = reader.required_text("tag", findings);
    let name = reader.required_text("name", findings);
    let description = reader.optional_text("description", findings);
    reader.ignore(OURS);
    reader.finish(findings);
    if let Some(tag) = &tag {
        rules::check_tag("tag", tag, &mut findings.faults);
    }
    check_texts(
        "",
        "name",
        name.as_deref(),
        description.as_deref(),
        findings,
    );
    Some(NewProduct {
        tag: tag?,
        name: name?,
        description,
    })
}

pub(crate) fn read_product_patch(record: &Value, findings: &mut Findings) -> Option<ProductPatch> {
    let mut reader = Reader::new(record, "", findings)?;
    let patch = ProductPatch {
        revision: reader.revision(findings),
        tag: reader.named_text("tag", findings),
        name: reader.named_text("name", findings),
        description: reader.clearable_text("description", findings),
    };
    reader.ignore(OURS);
    reader.finish(findings);
    if let Some(tag) = &patch.tag {
        rules::check_tag("tag", tag, &mut findings.faults);
    }
    let description = patch.description.as_ref().and_then(Option::as_deref);
    check_texts("", "name", patch.name.as_deref(), description, findings);
    Some(patch)
}

pub(crate) fn read_new_environment(
    record: &Value,
    findings: &mut Findings,
) -> Option<NewEnvironment> {
    let mut reader = Reader::new(record, "", findings)?;
    let env_name = reader.required_text("env_name", findings);
    let slug = reader.required_text("slug", findings);
    let description = reader.optional_text("description", findings);
    let order = reader.integer("order", findings);
    let active = reader.boolean("active", findings);
    let class = reader.class(findings);
    reader.ignore(OURS);
    reader.finish(findings);
    if let Some(slug) = &slug {
        rules::check_slug("slug", slug, &mut findings.faults);
    }
    check_texts(
        "",
        "env_name",
        env_name.as_deref(),
        description.as_deref(),
        findings,
    );
    Some(NewEnvironment {
        env_name: env_name?,
        slug: slug?,
        description,
        order,
        active: active.unwrap_or(true),
        class,
    })
}

pub(crate) fn read_environment_patch(
    record: &Value,
    findings: &mut Findings,
) -> Option<EnvironmentPatch> {
    let mut reader = Reader::new(record, "", findings)?;
    let patch = EnvironmentPatch {
        revision: reader.revision(findings),
        env_name: reader.named_text("env_name", findings),
        slug: reader.named_text("slug", findings),
        description: reader.clearable_text("description", findings),
        order: reader.integer("order", findings),
        active: reader.boolean("active", findings),
        class: reader.class(findings),
    };
    reader.ignore(OURS);
    reader.finish(findings);
    if let Some(slug) = &patch.slug {
        rules::check_slug("slug", slug, &mut findings.faults);
    }
    let description = patch.description.as_ref().and_then(Option::as_deref);
    check_texts(
        "",
        "env_name",
        patch.env_name.as_deref(),
        description,
        findings,
    );
    Some(patch)
}

pub(crate) fn read_new_database(record: &Value, findings: &mut Findings) -> Option<NewDatabase> {
    let mut reader = Reader::new(record, "", findings)?;
    let name = reader.required_text("name", findings);
    let tag = reader.required_text("tag", findings);
    let database_type = reader.database_type(true, findings);
    let description = reader.optional_text("description", findings);
    if let Some(tag) = &tag {
        rules::check_tag("tag", tag, &mut findings.faults);
    }
    check_texts(
        "",
        "name",
        name.as_deref(),
        description.as_deref(),
        findings,
    );

    let mut envs = Vec::new();
    match reader.list("envs", findings) {
        Some([]) => require_environment(findings),
        Some(items) => {
            let mut slugs = HashSet::new();
            for (index, item) in items.iter().enumerate() {
                let path = format!("envs[{index}]");
                envs.extend(read_new_config(
                    item,
                    &path,
                    database_type,
                    &mut slugs,
                    findings,
                ));
            }
        }
        None if record.get("envs").is_none() => require_environment(findings),
        None => {}
    }
    let actions = read_items(&mut reader, ItemKind::Action, findings);
    let migrations = read_items(&mut reader, ItemKind::Migration, findings);
    reader.ignore(OURS);
    reader.finish(findings);
    Some(NewDatabase {
        name: name?,
        tag: tag?,
        database_type: database_type?,
        description,
        envs,
        actions,
        migrations,
    })
}

pub(crate) fn require_environment(findings: &mut Findings) {
    findings.fault(
        "envs",
        FaultCode::Required,
        "A database needs a connection URL for at least one environment.",
    );
}

fn read_new_config(
    record: &Value,
    path: &str,
    database_type: Option<DatabaseType>,
    slugs: &mut HashSet<String>,
    findings: &mut Findings,
) -> Option<NewEnvironmentConfig> {
    let mut reader = Reader::new(record, path, findings)?;
    let slug = reader.required_text("slug", findings);
    let url = reader
        .required_text("connection_url", findings)
        .map(UrlText::new);
    let description = reader.optional_text("description", findings);
    reader.ignore(OURS_IN_CONFIG);
    check_config(
        &reader,
        slug.as_deref(),
        url.as_ref(),
        description.as_deref(),
        database_type,
        slugs,
        findings,
    );
    reader.finish(findings);
    Some(NewEnvironmentConfig {
        slug: slug?,
        connection_url: url?,
        description,
        secrets: BTreeMap::new(),
    })
}

fn check_config(
    reader: &Reader<'_>,
    slug: Option<&str>,
    url: Option<&UrlText>,
    description: Option<&str>,
    database_type: Option<DatabaseType>,
    slugs: &mut HashSet<String>,
    findings: &mut Findings,
) {
    if let Some(slug) = slug {
        let field = reader.path("slug");
        rules::check_slug(&field, slug, &mut findings.faults);
        if !slugs.insert(slug.to_owned()) {
            findings.fault(
                field,
                FaultCode::Duplicate,
                "This environment stands here twice. Keep one of the two.",
            );
        }
    }
    if let Some(url) = url {
        let field = reader.path("connection_url");
        rules::check_url(&field, url.expose(), database_type, &mut findings.faults);
    }
    if let Some(description) = description {
        let field = reader.path("description");
        rules::check_length(
            &field,
            description,
            rules::DESCRIPTION_LIMIT,
            &mut findings.faults,
        );
    }
}

pub(crate) fn read_database_patch(
    record: &Value,
    database_type: Option<DatabaseType>,
    findings: &mut Findings,
) -> Option<DatabasePatch> {
    let mut reader = Reader::new(record, "", findings)?;
    let mut patch = DatabasePatch {
        revision: reader.revision(findings),
        tag: reader.named_text("tag", findings),
        name: reader.named_text("name", findings),
        database_type: reader.database_type(false, findings),
        description: reader.clearable_text("description", findings),
        remove_envs: reader.text_list("remove_envs", findings),
        remove_actions: reader.text_list("remove_actions", findings),
        remove_migrations: reader.text_list("remove_migrations", findings),
        ..DatabasePatch::default()
    };
    if let (Some(is), Some(wanted)) = (database_type, patch.database_type)
        && is != wanted
    {
        findings.fault("type", FaultCode::Immutable, IMMUTABLE_TYPE);
    }
    if let Some(tag) = &patch.tag {
        rules::check_tag("tag", tag, &mut findings.faults);
    }
    let description = patch.description.as_ref().and_then(Option::as_deref);
    check_texts("", "name", patch.name.as_deref(), description, findings);
    let mut slugs = HashSet::new();
    for (index, item) in reader
        .list("envs", findings)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("envs[{index}]");
        let kind = database_type.or(patch.database_type);
        patch
            .envs
            .extend(read_config_patch(item, &path, kind, &mut slugs, findings));
    }
    patch.actions = read_items(&mut reader, ItemKind::Action, findings);
    patch.migrations = read_items(&mut reader, ItemKind::Migration, findings);
    reader.ignore(OURS);
    reader.finish(findings);
    Some(patch)
}

pub(crate) const IMMUTABLE_TYPE: &str =
    "The type of a database can't change. Make a new database of the other type instead.";

fn read_config_patch(
    record: &Value,
    path: &str,
    database_type: Option<DatabaseType>,
    slugs: &mut HashSet<String>,
    findings: &mut Findings,
) -> Option<EnvironmentConfigPatch> {
    let mut reader = Reader::new(record, path, findings)?;
    let slug = reader.required_text("slug", findings);
    let url = reader
        .named_text("connection_url", findings)
        .map(UrlText::new);
    let description = reader.clearable_text("description", findings);
    reader.ignore(OURS_IN_CONFIG);
    check_config(
        &reader,
        slug.as_deref(),
        url.as_ref(),
        description.as_ref().and_then(Option::as_deref),
        database_type,
        slugs,
        findings,
    );
    reader.finish(findings);
    Some(EnvironmentConfigPatch {
        slug: slug?,
        connection_url: url,
        description,
        ..EnvironmentConfigPatch::default()
    })
}

/// Reads the actions or migrations of a database, each kept whole.
pub(crate) fn read_items(
    reader: &mut Reader<'_>,
    kind: ItemKind,
    findings: &mut Findings,
) -> Vec<Map<String, Value>> {
    let mut tags = HashSet::new();
    let mut items = Vec::new();
    let values = reader.list(kind.list(), findings).unwrap_or_default();
    for (index, value) in values.iter().enumerate() {
        let path = reader.path(&format!("{}[{index}]", kind.list()));
        items.extend(read_item(value, &path, kind, &mut tags, findings));
    }
    items
}

fn read_item(
    value: &Value,
    path: &str,
    kind: ItemKind,
    tags: &mut HashSet<String>,
    findings: &mut Findings,
) -> Option<Map<String, Value>> {
    let mut reader = Reader::new(value, path, findings)?;
    let name = reader.required_text("name", findings);
    let tag = reader.required_text("tag", findings);
    let description = reader.optional_text("description", findings);
    check_texts(
        path,
        "name",
        name.as_deref(),
        description.as_deref(),
        findings,
    );
    if let Some(tag) = tag {
        let field = reader.path("tag");
        rules::check_tag(&field, &tag, &mut findings.faults);
        if !tags.insert(tag) {
            findings.fault(
                field,
                FaultCode::Duplicate,
                "This tag stands here twice. Give each its own.",
            );
        }
    }
    match kind {
        ItemKind::Action => read_action(&mut reader, findings),
        ItemKind::Migration => read_migration(&mut reader, findings),
    }
    reader.ignore(&["id", "position", "created_at", "updated_at"]);
    let mut fields = reader.map().clone();
    // The id is ours to give, and the position is the place in the list.
    fields.shift_remove("id");
    fields.shift_remove("position");
    if rules_size(&fields) > rules::ITEM_LIMIT {
        findings.fault(
            path,
            FaultCode::TooLong,
            "This record is too long; 4 MB are the most.",
        );
        return None;
    }
    for (name, kept) in reader.finish(findings) {
        fields.insert(name, kept);
    }
    Some(fields)
}

fn rules_size(fields: &Map<String, Value>) -> usize {
    serde_json::to_vec(fields).map_or(usize::MAX, |bytes| bytes.len())
}

fn read_action(reader: &mut Reader<'_>, findings: &mut Findings) {
    const TYPES: [&str; 6] = ["read", "count", "create", "update", "delete", "aggregate"];
    if let Some(table) = reader.required_text("tableName", findings) {
        let field = reader.path("tableName");
        rules::check_name(&field, &table, &mut findings.faults);
    }
    if let Some(kind) = reader.required_text("type", findings)
        && !TYPES.contains(&kind.as_str())
    {
        findings.fault(
            reader.path("type"),
            FaultCode::UnknownValue,
            "The type of an action is read, count, create, update, delete or aggregate.",
        );
    }
    match reader.get("template") {
        Some(Value::String(_) | Value::Object(_)) => {}
        None | Some(Value::Null) => findings.fault(
            reader.path("template"),
            FaultCode::Required,
            "An action needs a template: a text for SQL, an object for MongoDB.",
        ),
        Some(_) => reader.wrong_type(
            "template",
            "The template is a text for SQL and an object for MongoDB.",
            findings,
        ),
    }
    match reader.get("filterTemplate") {
        None | Some(Value::Null | Value::String(_) | Value::Object(_)) => {}
        Some(_) => reader.wrong_type(
            "filterTemplate",
            "The filter is a text for SQL and an object for MongoDB.",
            findings,
        ),
    }
    reader.list("data", findings);
    reader.list("filterData", findings);
    reader.boolean("allRows", findings);
    reader.boolean("script", findings);
}

fn read_migration(reader: &mut Reader<'_>, findings: &mut Findings) {
    match reader.get("value") {
        None | Some(Value::Null) => findings.fault(
            reader.path("value"),
            FaultCode::Required,
            "A migration needs a value with its statements: {\"up\": [...], \"down\": [...]}.",
        ),
        Some(value) => {
            let path = reader.path("value");
            if let Some(mut value) = Reader::new(value, &path, findings) {
                if value.get("up").is_none() {
                    findings.fault(
                        value.path("up"),
                        FaultCode::Required,
                        "A migration needs the list of its statements.",
                    );
                } else {
                    value.list("up", findings);
                }
                value.list("down", findings);
                // What an import brought beyond these two stays in the record as it came.
                value.finish(findings);
            }
        }
    }
    reader.boolean("no_transaction", findings);
    reader.list("waivers", findings);
    match reader.get("checks") {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(_) => reader.wrong_type("checks", "This must be an object.", findings),
    }
}

/// The checks that every record's name and description share.
pub(crate) fn check_texts(
    path: &str,
    name_field: &str,
    name: Option<&str>,
    description: Option<&str>,
    findings: &mut Findings,
) {
    let join = |field: &str| {
        if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        }
    };
    if let Some(name) = name {
        rules::check_name(&join(name_field), name, &mut findings.faults);
    }
    if let Some(description) = description {
        rules::check_length(
            &join("description"),
            description,
            rules::DESCRIPTION_LIMIT,
            &mut findings.faults,
        );
    }
}
