//! A product whose database `orders` is in three databases of one server.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use secrets::MemoryStore;
use serde_json::{Value, json};
use test_support::{MariaDb, MongoCompatible, Postgres, PostgresOptions};
use workbench::{
    AppError, ConfigInput, DatabaseInput, EnvironmentInput, MigrationDeed, MigrationExceptions,
    MigrationPlan, MigrationRunEvent, MigrationRunReport, MigrationRunRequest, MigrationStanding,
    Options, Origin, ProductInput, Workbench,
};

pub const ENVS: [&str; 3] = ["dev", "stg", "prd"];

/// A server of some engine.
pub enum Server {
    Postgres(Postgres),
    MariaDb(MariaDb),
    Mongo(MongoCompatible),
}

impl Server {
    pub fn postgres() -> Self {
        Self::Postgres(Postgres::start_with(PostgresOptions {
            // Without a password, whose check takes most of a connection's time in a build for tests.
            host_rules: vec!["host all all 127.0.0.1/32 trust".to_owned()],
            ..PostgresOptions::default()
        }))
    }

    pub fn mariadb() -> Self {
        Self::MariaDb(MariaDb::start())
    }

    pub fn mongo() -> Self {
        Self::Mongo(MongoCompatible::start())
    }

    pub fn all() -> [Self; 3] {
        [Self::postgres(), Self::mariadb(), Self::mongo()]
    }

    pub fn database_type(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::MariaDb(_) => "mysql",
            Self::Mongo(_) => "mongodb",
        }
    }

    pub fn url(&self, database: &str) -> String {
        match self {
            Self::Postgres(server) => server.url(database),
            Self::MariaDb(server) => server.url(database),
            Self::Mongo(server) => server.url(database),
        }
    }

    pub fn create_database(&self, name: &str) {
        match self {
            Self::Postgres(server) => server.create_database(name),
            Self::MariaDb(server) => server.create_database(name),
            // A database of MongoDB is there once something is put into it.
            Self::Mongo(_) => {}
        }
    }

    pub fn sql(&self, database: &str, sql: &str) -> String {
        match self {
            Self::Postgres(server) => server.sql(database, sql),
            Self::MariaDb(server) => server.sql(&format!("USE {database}; {sql}")),
            Self::Mongo(_) => panic!("MongoDB has no SQL"),
        }
    }

    /// Makes a table or a collection behind everybody's back.
    pub async fn make(&self, database: &str, name: &str) {
        match self {
            Self::Mongo(server) => {
                let client = mongodb::Client::with_uri_str(server.url(database))
                    .await
                    .unwrap();
                client
                    .database(database)
                    .create_collection(name)
                    .await
                    .unwrap();
            }
            _ => {
                self.sql(database, &format!("CREATE TABLE {name} (n int)"));
            }
        }
    }

    /// A statement that makes a table or a collection.
    pub fn creating(&self, name: &str) -> Value {
        match self {
            Self::Mongo(_) => json!({ "create": name }),
            _ => Value::from(format!("CREATE TABLE {name} (n int)")),
        }
    }

    /// A statement that takes it away.
    pub fn dropping(&self, name: &str) -> Value {
        match self {
            Self::Mongo(_) => json!({ "drop": name }),
            _ => Value::from(format!("DROP TABLE {name}")),
        }
    }

    /// The record of a migration that makes a table.
    pub fn record(&self, tag: &str) -> Value {
        json!({
            "name": tag, "tag": tag,
            "value": { "up": [self.creating(tag)], "down": [self.dropping(tag)] },
        })
    }
}

pub struct Shop {
    _folder: tempfile::TempDir,
    pub workbench: Workbench,
    pub product: String,
    pub database: String,
    pub server: Server,
    runs: AtomicUsize,
}

/// A workbench over a catalog of its own, with the environments `dev`, `stg` and `prd`.
pub async fn workbench(folder: &tempfile::TempDir) -> Workbench {
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    Workbench::open_with(options, Arc::new(MemoryStore::default()))
        .await
        .unwrap()
}

pub async fn product(workbench: &Workbench) -> String {
    let environment = |slug: &str| EnvironmentInput {
        env_name: slug.to_owned(),
        slug: slug.to_owned(),
        description: None,
        active: None,
        class: None,
    };
    let input = ProductInput {
        tag: "shop".to_owned(),
        name: "Shop".to_owned(),
        description: None,
        environments: ENVS.map(environment).to_vec(),
    };
    workbench.product_create(input).await.unwrap().record.id
}

/// A database with an URL for each environment named; answers its id.
pub async fn database(
    workbench: &Workbench,
    product: &str,
    tag: &str,
    database_type: &str,
    envs: &[(&str, String)],
) -> String {
    let config = |(slug, url): &(&str, String)| ConfigInput {
        slug: (*slug).to_owned(),
        connection_url: url.clone(),
        secrets: BTreeMap::new(),
        description: None,
        copy_from: None,
    };
    let input = DatabaseInput {
        name: tag.to_owned(),
        tag: tag.to_owned(),
        database_type: database_type.to_owned(),
        description: None,
        envs: envs.iter().map(config).collect(),
    };
    let made = workbench.database_create(product.to_owned(), input).await;
    made.unwrap().record.id
}

impl Shop {
    pub async fn over(server: Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workbench = workbench(&folder).await;
        let product = product(&workbench).await;
        for env in ENVS {
            server.create_database(env);
        }
        let urls = ENVS.map(|env| (env, server.url(env)));
        let kind = server.database_type();
        let database = database(&workbench, &product, "orders", kind, &urls).await;
        Self {
            _folder: folder,
            workbench,
            product,
            database,
            server,
            runs: AtomicUsize::new(0),
        }
    }

    /// Makes a migration that makes a table of this name; answers its id.
    pub async fn migration(&self, tag: &str) -> String {
        self.create(self.server.record(tag)).await
    }

    pub async fn create(&self, record: Value) -> String {
        let (product, database) = (self.product.clone(), self.database.clone());
        let made = self
            .workbench
            .migration_create_record(product, database, record);
        made.await.unwrap().record.id
    }

    pub fn request(&self, env: &str, deed: MigrationDeed) -> MigrationRunRequest {
        MigrationRunRequest {
            run_id: format!("run{}", self.runs.fetch_add(1, Ordering::Relaxed)),
            database_id: self.database.clone(),
            env: env.to_owned(),
            deed,
            dry_run: false,
            confirm: None,
            exceptions: MigrationExceptions::default(),
        }
    }

    pub async fn send(&self, request: MigrationRunRequest) -> Result<MigrationRunReport, AppError> {
        self.workbench.migration_run(request, |_| {}).await
    }

    /// Applies what is pending, confirmed.
    pub async fn run(&self, env: &str) -> Result<MigrationRunReport, AppError> {
        self.send(self.confirmed(env, run())).await
    }

    pub fn confirmed(&self, env: &str, deed: MigrationDeed) -> MigrationRunRequest {
        let mut request = self.request(env, deed);
        request.confirm = Some("orders".to_owned());
        request
    }

    pub async fn plan(&self, env: &str, deed: MigrationDeed) -> MigrationPlan {
        let request = self.request(env, deed);
        self.workbench.migration_plan(request).await.unwrap()
    }

    /// How a migration was last found.
    pub async fn standing(&self, env: &str, tag: &str) -> MigrationStanding {
        let cells = self
            .workbench
            .migration_matrix(self.product.clone())
            .await
            .unwrap();
        let cell = cells.into_iter().find(|cell| cell.env == env).unwrap();
        let mut migrations = cell.migrations.into_iter();
        migrations.find(|one| one.tag == tag).unwrap()
    }

    /// The sentences of the activity list with this verb, newest first.
    pub async fn activities(&self, verb: &str) -> Vec<String> {
        let lines = self.workbench.activity_list(None, 200).await.unwrap();
        lines
            .into_iter()
            .filter(|line| line.verb == verb)
            .map(|line| line.summary)
            .collect()
    }
}

pub fn run() -> MigrationDeed {
    MigrationDeed::Run { to: None }
}

pub fn rollback() -> MigrationDeed {
    MigrationDeed::Rollback {
        to: None,
        steps: None,
    }
}

/// The guard's word of a refusal.
#[track_caller]
pub fn guard_of<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.code, "refused", "{error:?}");
    let detail = error.detail.unwrap_or_default();
    detail["guard"].as_str().unwrap_or_default().to_owned()
}

/// What a run tells.
#[derive(Default)]
pub struct Told(pub Mutex<Vec<MigrationRunEvent>>);

impl Told {
    pub fn hear(&self, event: MigrationRunEvent) {
        self.0.lock().unwrap().push(event);
    }
}
