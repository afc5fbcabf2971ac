//! From records to what a face shows. Nothing here can add a secret: records have none.

use std::collections::HashMap;

use catalog::{
    Activity, Database, Environment, EnvironmentClass, EnvironmentConfig, LastTest, Matrix,
    MatrixDatabase, Product, SubjectKind,
};
use connection_url::{ConnectionUrl, SlotState};
use serde::Deserialize;

use crate::dto::{
    ActivityView, CellTest, ConfigView, DatabaseView, EnvironmentClassView, EnvironmentView,
    MatrixView, ProductView, PurgeView,
};
use crate::keyring_entries::Settled;
use crate::urls::target_of;

impl From<EnvironmentClass> for EnvironmentClassView {
    fn from(class: EnvironmentClass) -> Self {
        match class {
            EnvironmentClass::Development => Self::Development,
            EnvironmentClass::Staging => Self::Staging,
            EnvironmentClass::Production => Self::Production,
        }
    }
}

impl From<EnvironmentClassView> for EnvironmentClass {
    fn from(class: EnvironmentClassView) -> Self {
        match class {
            EnvironmentClassView::Development => Self::Development,
            EnvironmentClassView::Staging => Self::Staging,
            EnvironmentClassView::Production => Self::Production,
        }
    }
}

pub(crate) fn product_view(
    product: &Product,
    environments: usize,
    databases: usize,
) -> ProductView {
    ProductView {
        id: product.id.clone(),
        tag: product.tag.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        revision: product.revision,
        environments: count(environments),
        databases: count(databases),
    }
}

pub(crate) fn environment_view(environment: &Environment) -> EnvironmentView {
    EnvironmentView {
        id: environment.id.clone(),
        env_name: environment.env_name.clone(),
        slug: environment.slug.clone(),
        description: environment.description.clone(),
        order: environment.order,
        active: environment.active,
        class: environment.class.into(),
        revision: environment.revision,
    }
}

pub(crate) fn database_view(database: &Database) -> DatabaseView {
    DatabaseView {
        id: database.id.clone(),
        name: database.name.clone(),
        tag: database.tag.clone(),
        database_type: database.database_type.as_str().to_owned(),
        description: database.description.clone(),
        envs: database
            .envs
            .iter()
            .map(|config| config_view(config.clone(), database.database_type, None))
            .collect(),
        actions: count(database.actions.len()),
        migrations: count(database.migrations.len()),
        revision: database.revision,
        created_at: database.created_at.to_string(),
        updated_at: database.updated_at.to_string(),
    }
}

pub(crate) fn config_view(
    config: EnvironmentConfig,
    database_type: catalog::DatabaseType,
    last_test: Option<&LastTest>,
) -> ConfigView {
    // What was stored parsed when it was stored; an import of a later version may still bring what does not.
    let url = ConnectionUrl::parse(&config.connection_url, Some(database_type)).ok();
    let references: Vec<String> = url
        .iter()
        .flat_map(|url| url.references())
        .map(|reference| reference.key.clone())
        .collect();
    let hidden = url
        .iter()
        .flat_map(|url| url.secret_slots())
        .any(|slot| slot.state == SlotState::Masked);
    ConfigView {
        target: url.as_ref().map(target_of).unwrap_or_default(),
        id: config.id,
        slug: config.slug,
        connection_url: config.connection_url,
        description: config.description,
        needs_secret: hidden || !references.is_empty(),
        references,
        last_test: last_test.and_then(cell_test),
    }
}

/// Of a result as it was kept, only what a cell shows: thousands of these are read for one screen.
fn cell_test(test: &LastTest) -> Option<CellTest> {
    #[derive(Deserialize)]
    struct Kept {
        connected: bool,
        stage: String,
        latency_ms: Option<f64>,
        version: Option<String>,
        error: Option<KeptError>,
    }
    #[derive(Deserialize)]
    struct KeptError {
        message: String,
    }
    let kept: Kept = serde_json::from_str(&test.result).ok()?;
    Some(CellTest {
        connected: kept.connected,
        stage: kept.stage,
        latency_ms: kept.latency_ms,
        version: kept.version,
        failure: kept.error.map(|error| error.message),
    })
}

pub(crate) fn matrix_view(matrix: Matrix) -> MatrixView {
    let Matrix {
        product,
        environments,
        databases,
        last_tests,
    } = matrix;
    MatrixView {
        product: product_view(&product, environments.len(), databases.len()),
        environments: environments.iter().map(environment_view).collect(),
        databases: in_parallel(databases, |row| row_view(row, &last_tests)),
    }
}

fn row_view(row: MatrixDatabase, last_tests: &HashMap<String, LastTest>) -> DatabaseView {
    DatabaseView {
        envs: row
            .envs
            .into_iter()
            .map(|config| {
                let last_test = last_tests.get(&config.id);
                config_view(config, row.database_type, last_test)
            })
            .collect(),
        id: row.id,
        name: row.name,
        tag: row.tag,
        database_type: row.database_type.as_str().to_owned(),
        description: row.description,
        actions: u32::try_from(row.action_count).unwrap_or(u32::MAX),
        migrations: u32::try_from(row.migration_count).unwrap_or(u32::MAX),
        revision: row.revision,
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
    }
}

/// Rows that one thread reads sooner than another one has started.
const ROWS_OF_A_THREAD: usize = 64;

/// Each in its place. A URL of every cell is read here, and nothing is shown until the last one was.
fn in_parallel<T: Send, U: Send>(mut rows: Vec<T>, each: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = rows.len().div_ceil(threads).max(ROWS_OF_A_THREAD);
    let mut parts = Vec::new();
    while rows.len() > part {
        parts.push(rows.split_off(rows.len() - part));
    }
    let first = rows;
    let each = &each;
    std::thread::scope(|scope| {
        let started: Vec<_> = parts
            .into_iter()
            .rev()
            .map(|part| scope.spawn(move || part.into_iter().map(each).collect::<Vec<_>>()))
            .collect();
        let mut done: Vec<U> = first.into_iter().map(each).collect();
        for thread in started {
            match thread.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

impl From<Settled> for PurgeView {
    fn from(settled: Settled) -> Self {
        Self {
            removed: count(settled.removed),
            left: count(settled.left),
        }
    }
}

pub(crate) fn activity_view(activity: &Activity) -> ActivityView {
    ActivityView {
        id: activity.id.clone(),
        at: activity.at.to_string(),
        origin: activity.origin.as_str().to_owned(),
        verb: activity.verb.clone(),
        subject: match activity.subject_kind {
            SubjectKind::EnvironmentConfig => "database".to_owned(),
            SubjectKind::NamedSecret => "secret".to_owned(),
            kind => kind.as_str().to_owned(),
        },
        label: activity.subject_label.clone(),
        summary: activity.summary.clone(),
        undoable: activity.undoable && !activity.undone,
    }
}

pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
