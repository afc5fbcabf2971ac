//! The suite, by what it is about.

pub mod beside;
pub mod history;
pub mod items;
pub mod journal;
pub mod records;
pub mod refusals;
pub mod transfer;

use std::collections::BTreeMap;

use catalog::{
    Catalog, CatalogError, Context, Database, DatabasePatch, DatabaseType, EnvironmentConfigPatch,
    NewDatabase, NewEnvironment, NewEnvironmentConfig, NewProduct,
};

pub const CLI: Context = Context {
    origin: catalog::Origin::Cli,
    now: None,
};

/// A product `shop` with the environments dev, stg and prd.
pub fn shop(catalog: &impl Catalog) {
    catalog
        .create_product(
            &CLI,
            &NewProduct {
                tag: "shop".into(),
                name: "Shop".into(),
                description: None,
            },
        )
        .expect("the product");
    for (slug, name) in [
        ("dev", "Development"),
        ("stg", "Staging"),
        ("prd", "Production"),
    ] {
        catalog
            .create_environment(&CLI, "shop", &environment(slug, name))
            .expect("the environment");
    }
}

pub fn environment(slug: &str, name: &str) -> NewEnvironment {
    NewEnvironment {
        env_name: name.into(),
        slug: slug.into(),
        ..NewEnvironment::default()
    }
}

pub fn config(slug: &str, url: &str, password: Option<&str>) -> NewEnvironmentConfig {
    NewEnvironmentConfig {
        slug: slug.into(),
        connection_url: url.into(),
        description: None,
        secrets: secrets(password),
    }
}

pub fn secrets(password: Option<&str>) -> BTreeMap<String, String> {
    password
        .map(|id| ("password".to_owned(), id.to_owned()))
        .into_iter()
        .collect()
}

pub fn patch_config(slug: &str, url: &str, password: Option<&str>) -> DatabasePatch {
    DatabasePatch {
        envs: vec![EnvironmentConfigPatch {
            slug: slug.into(),
            connection_url: Some(url.into()),
            secrets: secrets(password),
            ..EnvironmentConfigPatch::default()
        }],
        ..DatabasePatch::default()
    }
}

pub fn new_database(tag: &str, envs: Vec<NewEnvironmentConfig>) -> NewDatabase {
    NewDatabase {
        name: format!("The {tag}"),
        tag: tag.into(),
        database_type: DatabaseType::Postgresql,
        description: None,
        envs,
        actions: Vec::new(),
        migrations: Vec::new(),
    }
}

/// `orders` in dev and prd, each with a password.
pub fn orders(catalog: &impl Catalog) -> Database {
    let new = new_database(
        "orders",
        vec![
            config(
                "prd",
                "postgresql://app:***@db.example/orders",
                Some("secret-prd"),
            ),
            config(
                "dev",
                "postgresql://app:***@localhost/orders",
                Some("secret-dev"),
            ),
        ],
    );
    catalog
        .create_database(&CLI, "shop", &new)
        .expect("the database")
        .record
}

pub fn faults_of<T: std::fmt::Debug>(
    result: Result<T, CatalogError>,
) -> Vec<(String, &'static str)> {
    match result {
        Err(CatalogError::Validation(faults)) => faults
            .into_iter()
            .map(|fault| (fault.field, fault.code.as_str()))
            .collect(),
        other => panic!("expected faults, got {other:?}"),
    }
}

pub fn conflict_of<T: std::fmt::Debug>(result: Result<T, CatalogError>) -> catalog::Conflict {
    match result {
        Err(CatalogError::Conflict(conflict)) => *conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}
