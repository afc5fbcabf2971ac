//! How an input becomes a record: pure functions, the same for every adapter.
//!
//! A record comes back with all its faults, or with none. A patch that changes nothing gives back an equal record with
//! the same revision, which is how an adapter knows that there is nothing to write.

use std::collections::{BTreeMap, HashSet};

use connection_url::{ConnectionUrl, DatabaseType, SlotState};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::fault::{Fault, FaultCode};
use crate::input::{
    DatabasePatch, EnvironmentConfigPatch, EnvironmentPatch, NewDatabase, NewEnvironment,
    NewEnvironmentConfig, NewProduct, ProductPatch,
};
use crate::items::{ItemKind, keep_unknown, stamp};
use crate::parse::{IMMUTABLE_TYPE, check_texts, require_environment};
use crate::reader::{Findings, Unknown};
use crate::records::{
    Database, DatabaseItem, Environment, EnvironmentClass, EnvironmentConfig, Extra, Product,
};
use crate::rules;

pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

pub(crate) fn duplicate_tag(tag: &str) -> Fault {
    Fault::new(
        "tag",
        FaultCode::Duplicate,
        format!(
            "The tag \"{tag}\" is used already. Choose another, or change the record that has it."
        ),
    )
}

pub(crate) fn duplicate_slug(slug: &str) -> Fault {
    let slug = rules::excerpt(slug);
    Fault::new(
        "slug",
        FaultCode::Duplicate,
        format!(
            "The slug \"{slug}\" is used already. Choose another, or change the environment that has it."
        ),
    )
}

pub(crate) fn unknown_environment(field: &str, slug: &str, known: &[Environment]) -> Fault {
    let slug = rules::excerpt(slug);
    let message = if known.is_empty() {
        format!("The product has no environment \"{slug}\", nor any other. Make it first.")
    } else {
        let slugs: Vec<&str> = known.iter().map(|known| known.slug.as_str()).collect();
        let listed = rules::excerpt(&slugs.join(", "));
        format!(
            "The product has no environment \"{slug}\". Make it first, or use one of: {listed}."
        )
    };
    Fault::new(field, FaultCode::UnknownEnvironment, message)
}

fn finish<T>(record: T, findings: Findings) -> Result<T, Vec<Fault>> {
    if findings.faults.is_empty() {
        Ok(record)
    } else {
        Err(findings.faults)
    }
}

pub(crate) fn new_product(
    new: &NewProduct,
    tag_taken: bool,
    now: Timestamp,
) -> Result<Product, Vec<Fault>> {
    let product = Product {
        id: new_id(),
        tag: new.tag.clone(),
        name: new.name.clone(),
        description: new.description.clone(),
        revision: 1,
        created_at: now,
        updated_at: now,
        extra: Extra::new(),
    };
    check_product(product, tag_taken)
}

fn check_product(product: Product, tag_taken: bool) -> Result<Product, Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Refuse);
    rules::check_tag("tag", &product.tag, &mut findings.faults);
    if tag_taken {
        findings.faults.push(duplicate_tag(&product.tag));
    }
    let description = product.description.as_deref();
    check_texts("", "name", Some(&product.name), description, &mut findings);
    finish(product, findings)
}

pub(crate) fn patch_product(
    current: &Product,
    patch: &ProductPatch,
    extra: &Extra,
    tag_taken: bool,
    now: Timestamp,
) -> Result<Product, Vec<Fault>> {
    let mut product = current.clone();
    set(&mut product.tag, patch.tag.as_ref());
    set(&mut product.name, patch.name.as_ref());
    set(&mut product.description, patch.description.as_ref());
    product.extra.extend(extra.clone());
    if product != *current {
        product.revision += 1;
        product.updated_at = now;
    }
    check_product(product, tag_taken)
}

fn set<T: Clone>(target: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        target.clone_from(value);
    }
}

pub(crate) fn new_environment(
    new: &NewEnvironment,
    product_id: &str,
    siblings: &[Environment],
    now: Timestamp,
) -> Result<Environment, Vec<Fault>> {
    let last = siblings.iter().map(|sibling| sibling.order).max();
    let environment = Environment {
        id: new_id(),
        product_id: product_id.to_owned(),
        env_name: new.env_name.clone(),
        slug: new.slug.clone(),
        description: new.description.clone(),
        order: new
            .order
            .unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(1))),
        active: new.active,
        class: new
            .class
            .unwrap_or_else(|| EnvironmentClass::guess_from_slug(&new.slug)),
        revision: 1,
        created_at: now,
        updated_at: now,
        extra: Extra::new(),
    };
    check_environment(environment, siblings)
}

pub(crate) fn patch_environment(
    current: &Environment,
    patch: &EnvironmentPatch,
    extra: &Extra,
    siblings: &[Environment],
    now: Timestamp,
) -> Result<Environment, Vec<Fault>> {
    let mut environment = current.clone();
    set(&mut environment.env_name, patch.env_name.as_ref());
    set(&mut environment.slug, patch.slug.as_ref());
    set(&mut environment.description, patch.description.as_ref());
    set(&mut environment.order, patch.order.as_ref());
    set(&mut environment.active, patch.active.as_ref());
    set(&mut environment.class, patch.class.as_ref());
    environment.extra.extend(extra.clone());
    if environment != *current {
        environment.revision += 1;
        environment.updated_at = now;
    }
    check_environment(environment, siblings)
}

fn check_environment(
    environment: Environment,
    siblings: &[Environment],
) -> Result<Environment, Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Refuse);
    rules::check_slug("slug", &environment.slug, &mut findings.faults);
    if siblings
        .iter()
        .any(|other| other.id != environment.id && other.slug == environment.slug)
    {
        findings.faults.push(duplicate_slug(&environment.slug));
    }
    let description = environment.description.as_deref();
    check_texts(
        "",
        "env_name",
        Some(&environment.env_name),
        description,
        &mut findings,
    );
    finish(environment, findings)
}

pub(crate) fn new_database(
    new: &NewDatabase,
    product_id: &str,
    environments: &[Environment],
    tag_taken: bool,
    now: Timestamp,
) -> Result<Database, Vec<Fault>> {
    let patch = DatabasePatch {
        tag: Some(new.tag.clone()),
        name: Some(new.name.clone()),
        description: Some(new.description.clone()),
        envs: new.envs.iter().map(as_patch).collect(),
        actions: new.actions.clone(),
        migrations: new.migrations.clone(),
        ..DatabasePatch::default()
    };
    let empty = empty_database(product_id, new.database_type, now);
    patch_database(&empty, &patch, environments, tag_taken, now)
}

/// What a new database is before its fields are merged into it, which makes revision 1 of it.
pub(crate) fn empty_database(
    product_id: &str,
    database_type: DatabaseType,
    now: Timestamp,
) -> Database {
    Database {
        id: new_id(),
        product_id: product_id.to_owned(),
        name: String::new(),
        tag: String::new(),
        database_type,
        description: None,
        envs: Vec::new(),
        actions: Vec::new(),
        migrations: Vec::new(),
        revision: 0,
        created_at: now,
        updated_at: now,
        extra: Extra::new(),
    }
}

fn as_patch(new: &NewEnvironmentConfig) -> EnvironmentConfigPatch {
    EnvironmentConfigPatch {
        slug: new.slug.clone(),
        connection_url: Some(new.connection_url.clone()),
        description: Some(new.description.clone()),
        secrets: new.secrets.clone(),
        extra: Extra::new(),
    }
}

/// Every fault that a patch of a database has against what is there.
pub(crate) fn check_database_patch(
    current: &Database,
    patch: &DatabasePatch,
    environments: &[Environment],
) -> Vec<Fault> {
    patch_database(current, patch, environments, false, current.updated_at)
        .err()
        .unwrap_or_default()
}

pub(crate) fn patch_database(
    current: &Database,
    patch: &DatabasePatch,
    environments: &[Environment],
    tag_taken: bool,
    now: Timestamp,
) -> Result<Database, Vec<Fault>> {
    let mut findings = Findings::new(Unknown::Refuse);
    let mut database = current.clone();
    set(&mut database.tag, patch.tag.as_ref());
    set(&mut database.name, patch.name.as_ref());
    set(&mut database.description, patch.description.as_ref());
    database.extra.extend(patch.extra.clone());

    rules::check_tag("tag", &database.tag, &mut findings.faults);
    if tag_taken {
        findings.faults.push(duplicate_tag(&database.tag));
    }
    let description = database.description.as_deref();
    check_texts("", "name", Some(&database.name), description, &mut findings);
    if patch
        .database_type
        .is_some_and(|wanted| wanted != current.database_type)
    {
        findings.fault("type", FaultCode::Immutable, IMMUTABLE_TYPE);
    }

    merge_configs(&mut database, patch, environments, &mut findings);
    merge_items(
        &mut database.actions,
        &patch.actions,
        &patch.remove_actions,
        ItemKind::Action,
        now,
        &mut findings,
    );
    merge_items(
        &mut database.migrations,
        &patch.migrations,
        &patch.remove_migrations,
        ItemKind::Migration,
        now,
        &mut findings,
    );
    if database != *current {
        database.revision += 1;
        database.updated_at = now;
    }
    finish(database, findings)
}

fn merge_configs(
    database: &mut Database,
    patch: &DatabasePatch,
    environments: &[Environment],
    findings: &mut Findings,
) {
    let mut named = HashSet::new();
    for (index, config) in patch.envs.iter().enumerate() {
        let field = format!("envs[{index}]");
        if !named.insert(config.slug.as_str()) || patch.remove_envs.contains(&config.slug) {
            findings.fault(
                format!("{field}.slug"),
                FaultCode::Duplicate,
                "This environment is named twice. Name it once, to set or to remove it.",
            );
            continue;
        }
        let Some(environment) = environments.iter().find(|known| known.slug == config.slug) else {
            findings.faults.push(unknown_environment(
                &format!("{field}.slug"),
                &config.slug,
                environments,
            ));
            continue;
        };
        merge_config(database, config, environment, &field, findings);
    }
    for (index, slug) in patch.remove_envs.iter().enumerate() {
        let before = database.envs.len();
        database.envs.retain(|config| config.slug != *slug);
        if database.envs.len() == before {
            findings.fault(
                format!("remove_envs[{index}]"),
                FaultCode::NotThere,
                "The database has no config for this environment. Leave it out.",
            );
        }
    }
    if database.envs.is_empty() {
        if patch.remove_envs.is_empty() {
            // A config that was refused above is the better message.
            if patch.envs.is_empty() {
                require_environment(findings);
            }
        } else {
            findings.fault("remove_envs", FaultCode::LastEnvironment, LAST_CONFIG);
        }
    }
    sort_configs(&mut database.envs, environments);
}

pub(crate) const LAST_CONFIG: &str =
    "This is the database's last environment, and it needs one. Delete the database instead.";

/// Puts configs in the order of the environments' columns.
pub(crate) fn sort_configs(configs: &mut [EnvironmentConfig], environments: &[Environment]) {
    configs.sort_by_key(|config| {
        environments
            .iter()
            .position(|environment| environment.id == config.environment_id)
    });
}

fn merge_config(
    database: &mut Database,
    patch: &EnvironmentConfigPatch,
    environment: &Environment,
    field: &str,
    findings: &mut Findings,
) {
    if let Some(Some(description)) = &patch.description {
        let field = format!("{field}.description");
        rules::check_length(
            &field,
            description,
            rules::DESCRIPTION_LIMIT,
            &mut findings.faults,
        );
    }
    let url_field = format!("{field}.connection_url");
    let at = database
        .envs
        .iter()
        .position(|config| config.environment_id == environment.id);
    let (mut config, text) = match (at, &patch.connection_url) {
        (Some(at), given) => {
            let config = database.envs[at].clone();
            let text = given.as_ref().map_or_else(
                || config.connection_url.clone(),
                |given| given.expose().to_owned(),
            );
            (config, text)
        }
        (None, Some(given)) => (empty_config(environment), given.expose().to_owned()),
        (None, None) => {
            findings.fault(
                url_field,
                FaultCode::Required,
                "The database has no config for this environment yet; give it a connection URL.",
            );
            return;
        }
    };
    set(&mut config.description, patch.description.as_ref());
    config.extra.extend(patch.extra.clone());
    // A URL that is the one already stored was checked when it came; a stricter parser must not make it unusable.
    let unchanged = text == config.connection_url && patch.secrets.is_empty();
    if !unchanged {
        let Some(url) = rules::check_stored_url(
            &url_field,
            &text,
            database.database_type,
            &mut findings.faults,
        ) else {
            return;
        };
        config.secrets = fill_slots(&url, &patch.secrets, &config.secrets);
        config.connection_url = text;
    }
    match at {
        Some(at) => database.envs[at] = config,
        None => database.envs.push(config),
    }
}

fn empty_config(environment: &Environment) -> EnvironmentConfig {
    EnvironmentConfig {
        id: new_id(),
        environment_id: environment.id.clone(),
        slug: environment.slug.clone(),
        connection_url: String::new(),
        description: None,
        secrets: BTreeMap::new(),
        extra: Extra::new(),
    }
}

/// `***` in a secret's place means "keep the one I have": a slot takes the entry that is given for it, else the one
/// that it had. Entries of slots that the URL no longer has are let go; the history keeps them for undo.
fn fill_slots(
    url: &ConnectionUrl,
    given: &BTreeMap<String, String>,
    before: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    url.secret_slots()
        .iter()
        .filter(|slot| matches!(slot.state, SlotState::Masked))
        .filter_map(|slot| {
            let id = given.get(&slot.name).or_else(|| before.get(&slot.name))?;
            Some((slot.name.clone(), id.clone()))
        })
        .collect()
}

fn merge_items(
    items: &mut Vec<DatabaseItem>,
    named: &[Map<String, Value>],
    removed: &[String],
    kind: ItemKind,
    now: Timestamp,
    findings: &mut Findings,
) {
    let list = kind.list();
    let mut tags = HashSet::new();
    for (index, fields) in named.iter().enumerate() {
        let tag = fields
            .get("tag")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let field = format!("{list}[{index}].tag");
        rules::check_tag(&field, tag, &mut findings.faults);
        if !tags.insert(tag) || removed.iter().any(|removed| removed == tag) {
            findings.fault(
                field,
                FaultCode::Duplicate,
                "This tag is named twice. Name it once, to set or to remove it.",
            );
            continue;
        }
        let before = items.iter_mut().find(|item| item.tag() == tag);
        let mut fields = fields.clone();
        if let Some(before) = before.as_deref() {
            keep_unknown(kind, &before.fields, &mut fields);
        }
        stamp(kind, &mut fields, before.as_deref(), now);
        match before {
            Some(item) => item.fields = fields,
            None => items.push(DatabaseItem {
                id: new_id(),
                fields,
            }),
        }
    }
    for (index, tag) in removed.iter().enumerate() {
        let before = items.len();
        items.retain(|item| item.tag() != tag);
        if items.len() == before {
            findings.fault(
                format!("remove_{list}[{index}]"),
                FaultCode::NotThere,
                "The database has nothing with this tag. Leave it out.",
            );
        }
    }
}
