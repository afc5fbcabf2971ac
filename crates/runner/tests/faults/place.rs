//! A database of its own on a real server, and what is in it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use connection_url::{ConnectionUrl, DatabaseType};
use engines::{Batch, CancellationToken, Operation, Session, SessionOptions, engine};
use migrations::{Direction, HistoryRow, Migration, Pick, Refusal, RowState};
use runner::{
    Chosen, History, Limits, RunReport, RunnerError, RunnerEvent, Scope, Situation, Target,
    read_history, run,
};
use serde_json::{Value, json};
use test_support::{
    MariaDb, MongoCompatible, MongoOptions, MySql57, Postgres, PostgresOptions, wait_until,
};

/// How long a case waits for what has to come. Far more than any machine takes: it is there to end a case that is stuck.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A server of some engine.
pub enum Server {
    Postgres(Postgres),
    MariaDb(MariaDb),
    MySql57(MySql57),
    Mongo(MongoCompatible),
}

impl Server {
    pub fn postgres() -> Self {
        Self::Postgres(Postgres::start_with(PostgresOptions {
            // Without a password, whose check takes most of a run's time in a build for tests.
            host_rules: vec!["host all all 127.0.0.1/32 trust".to_owned()],
            settings: vec![("max_connections".to_owned(), "200".to_owned())],
            ..PostgresOptions::default()
        }))
    }

    pub fn mariadb() -> Self {
        Self::MariaDb(MariaDb::start())
    }

    pub fn mysql57() -> Self {
        Self::MySql57(MySql57::start())
    }

    pub fn mongo() -> Self {
        Self::Mongo(MongoCompatible::start())
    }

    /// One that a test may stop, whatever the environment names.
    pub fn private_mongo() -> Self {
        Self::Mongo(MongoCompatible::start_with(MongoOptions {
            private: true,
            ..MongoOptions::default()
        }))
    }

    pub fn database_type(&self) -> DatabaseType {
        match self {
            Self::Postgres(_) => DatabaseType::Postgresql,
            Self::MariaDb(_) | Self::MySql57(_) => DatabaseType::Mysql,
            Self::Mongo(_) => DatabaseType::Mongodb,
        }
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Postgres(server) => server.url(database),
            Self::MariaDb(server) => server.url(database),
            Self::MySql57(server) => server.url(database),
            Self::Mongo(server) => server.url(database),
        }
    }

    pub fn port(&self) -> u16 {
        match self {
            Self::Postgres(server) => server.port,
            Self::MariaDb(server) => server.port,
            Self::MySql57(server) => server.port,
            Self::Mongo(server) => server.port,
        }
    }

    /// Stops it as an administrator would, and starts it again.
    pub fn restart(&self) {
        let process = match self {
            Self::Postgres(server) => server.process(),
            Self::MariaDb(server) => server.process(),
            Self::MySql57(server) => server.process(),
            Self::Mongo(server) => server.process().unwrap(),
        };
        // PostgreSQL's immediate shutdown: it waits for nobody, and recovers when it starts.
        let signal = if matches!(self, Self::Postgres(_)) {
            "QUIT"
        } else {
            "TERM"
        };
        process.end(signal, Duration::from_secs(20));
        process.start_again();
        let port = self.port();
        let ready = wait_until(PATIENCE, || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(ready, "{}", process.log_tail());
    }

    /// A database of its own.
    pub fn place(&self) -> Place<'_> {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let database = format!("case_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        match self {
            Self::Postgres(server) => server.create_database(&database),
            Self::MariaDb(server) => server.create_database(&database),
            Self::MySql57(server) => server.create_database(&database),
            Self::Mongo(_) => {}
        }
        Place {
            url: self.url(&database),
            server: self,
            database,
        }
    }
}

/// A database.
#[derive(Clone)]
pub struct Place<'s> {
    pub server: &'s Server,
    pub database: String,
    pub url: String,
}

/// What a run told, and how it ended.
pub struct Told {
    pub result: Result<RunReport, RunnerError>,
    pub events: Vec<RunnerEvent>,
}

impl Told {
    pub fn done(&self) -> &RunReport {
        match &self.result {
            Ok(report) => report,
            Err(error) => panic!("{error}"),
        }
    }

    pub fn refused(&self) -> &Refusal {
        match &self.result {
            Err(RunnerError::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The message, and the number of the statement that failed.
    pub fn statement(&self) -> (&str, u32) {
        match &self.result {
            Err(RunnerError::Statement {
                message, statement, ..
            }) => (message, *statement),
            other => panic!("no statement failed: {other:?}"),
        }
    }

    pub fn message(&self) -> String {
        match &self.result {
            Err(error) => error.to_string(),
            Ok(report) => panic!("done: {report:?}"),
        }
    }
}

impl<'s> Place<'s> {
    /// The same database behind another port.
    pub fn behind(&self, port: u16) -> Place<'s> {
        let own = format!(":{}/", self.server.port());
        let mut url = self.url.replace(&own, &format!(":{port}/"));
        if self.is_mongo() {
            // A client would go on to the address that the server says it has.
            url = format!("{url}?directConnection=true");
        }
        Place {
            url,
            ..self.clone()
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.server, Server::Postgres(_))
    }

    pub fn is_mongo(&self) -> bool {
        matches!(self.server, Server::Mongo(_))
    }

    /// Creates a table or a collection.
    pub fn create(&self, name: &str) -> String {
        if self.is_mongo() {
            json!({ "create": name }).to_string()
        } else {
            format!("CREATE TABLE {name} (id int)")
        }
    }

    pub fn drop(&self, name: &str) -> String {
        if self.is_mongo() {
            json!({ "drop": name }).to_string()
        } else {
            format!("DROP TABLE {name}")
        }
    }

    /// Creates one by a statement with the word in it on which a proxy acts: with a line break, so that the record in the history,
    /// which is JSON, does not hold it.
    pub fn create_with_word(&self, name: &str, word: &str) -> String {
        if self.is_mongo() {
            json!({ "create": name, "comment": word }).to_string()
        } else {
            format!("CREATE TABLE {name} /* {word} */ (id int)")
        }
    }

    /// A statement that no server reads.
    pub fn broken(&self) -> String {
        if self.is_mongo() {
            json!({ "createe": "broken" }).to_string()
        } else {
            "CREATE TABEL broken (id int)".to_owned()
        }
    }

    /// A check that is true where there is such a table.
    pub fn exists(&self, name: &str) -> String {
        if self.is_mongo() {
            json!({ "listCollections": 1, "filter": { "name": name } }).to_string()
        } else {
            format!(
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = '{name}' AND table_schema = {}",
                self.schema()
            )
        }
    }

    fn schema(&self) -> &'static str {
        if self.is_postgres() {
            "current_schema()"
        } else {
            "DATABASE()"
        }
    }

    pub fn operation(&self, statement: &str) -> Operation {
        if self.is_mongo() {
            Operation::Command(statement.to_owned())
        } else {
            Operation::Sql {
                statement: statement.to_owned(),
                parameters: Vec::new(),
            }
        }
    }

    pub fn parsed(&self) -> ConnectionUrl {
        ConnectionUrl::parse(&self.url, Some(self.server.database_type())).unwrap()
    }

    pub async fn session(&self) -> Box<dyn Session> {
        let engine = engine(self.server.database_type());
        let never = CancellationToken::new();
        let options = SessionOptions::default();
        let session = engine.connect(&self.parsed(), &options, &never).await;
        session.unwrap_or_else(|error| panic!("{}: {error}", self.url))
    }

    /// Waits until the server takes sessions again.
    pub async fn is_back(&self) {
        let engine = engine(self.server.database_type());
        let never = CancellationToken::new();
        let start = Instant::now();
        let options = SessionOptions::default();
        while let Err(error) = engine.connect(&self.parsed(), &options, &never).await {
            assert!(start.elapsed() < PATIENCE, "{error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a statement by hand.
    pub async fn by_hand(&self, statement: &str) {
        let mut session = self.session().await;
        let done = session.execute(&self.operation(statement)).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        session.close().await;
    }

    pub async fn rows(&self, statement: &str) -> Vec<Vec<Value>> {
        let mut session = self.session().await;
        session.start(&self.operation(statement)).await.unwrap();
        let mut batch = Batch::default();
        while session.fetch(1_000, &mut batch).await.unwrap().is_none() {}
        serde_json::from_str(&format!("[{}]", batch.json())).unwrap()
    }

    /// Waits until a question has one answer: what a server does takes as long as the machine is slow.
    pub async fn answers(&self, question: &str, answer: &Value) {
        let start = Instant::now();
        loop {
            let rows = self.rows(question).await;
            if rows == [[answer.clone()]] {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{question}: {rows:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The tables or collections that are there, without our own.
    pub async fn objects(&self) -> Vec<String> {
        let question = if self.is_mongo() {
            r#"{"listCollections": 1, "nameOnly": true}"#.to_owned()
        } else {
            format!(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = {}",
                self.schema()
            )
        };
        let rows = self.rows(&question).await;
        let names = rows.iter().filter_map(|row| row[0].as_str());
        let mut names: Vec<_> = names
            .filter(|name| !name.starts_with("_tapedeck") && !name.starts_with("system."))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    pub async fn history(&self) -> History {
        let mut session = self.session().await;
        let database_type = self.server.database_type();
        read_history(&mut *session, database_type, &scope())
            .await
            .unwrap()
    }

    pub async fn row(&self, tag: &str) -> HistoryRow {
        let history = self.history().await;
        let row = history.rows.iter().find(|row| row.tag == tag).cloned();
        row.unwrap_or_else(|| panic!("no row of {tag}: {:?}", history.rows))
    }

    /// Whether there are exactly these objects, and the row says this: state, done, under way.
    pub async fn holds(&self, objects: &[&str], tag: &str, row: (RowState, u32, Option<u32>)) {
        assert_eq!(self.objects().await, objects);
        let found = self.row(tag).await;
        assert_eq!(
            (found.state, found.statements_done, found.under_way),
            row,
            "{found:?}"
        );
    }

    /// Runs what is not applied yet, after what the history says under the lock.
    pub async fn run(&self, migrations: &[Migration]) -> Told {
        self.run_with(migrations, &CancellationToken::new(), Limits::default())
            .await
    }

    pub async fn run_with(
        &self,
        migrations: &[Migration],
        cancel: &CancellationToken,
        limits: Limits,
    ) -> Told {
        let choose =
            |situation: &Situation<'_>| Ok(chosen(pending(situation.history, migrations), false));
        self.choosing(choose, cancel, limits, &|_| {}).await
    }

    /// Runs exactly these, whatever the history says.
    pub async fn run_picks(&self, picks: Vec<Pick>, dry_run: bool) -> Told {
        let never = CancellationToken::new();
        let choose = |_: &Situation<'_>| Ok(chosen(picks, dry_run));
        self.choosing(choose, &never, Limits::default(), &|_| {})
            .await
    }

    pub async fn choosing(
        &self,
        choose: impl FnOnce(&Situation<'_>) -> Result<Chosen, Refusal> + Send,
        cancel: &CancellationToken,
        limits: Limits,
        heard: &(dyn Fn(&RunnerEvent) + Send + Sync),
    ) -> Told {
        let url = self.parsed();
        let target = self.target(&url, limits);
        let events = Arc::new(Mutex::new(Vec::new()));
        let result = run(
            &target,
            choose,
            &|event| {
                heard(&event);
                events.lock().unwrap().push(event);
            },
            cancel,
        )
        .await;
        let events = std::mem::take(&mut *events.lock().unwrap());
        Told { result, events }
    }

    pub fn target<'u>(&self, url: &'u ConnectionUrl, limits: Limits) -> Target<'u> {
        Target {
            database_type: self.server.database_type(),
            url,
            scope: scope(),
            by: "ada@laptop".to_owned(),
            tool_version: "0.1.0".to_owned(),
            limits,
        }
    }

    /// A migration.
    pub fn migration(&self, tag: &str, up: &[String], down: &[String]) -> Migration {
        self.migration_with(tag, up, down, json!({}))
    }

    pub fn migration_with(
        &self,
        tag: &str,
        up: &[String],
        down: &[String],
        more: Value,
    ) -> Migration {
        let statements = |list: &[String]| -> Vec<Value> {
            let mongo = self.is_mongo();
            list.iter()
                .map(|text| {
                    if mongo {
                        serde_json::from_str(text).unwrap()
                    } else {
                        json!(text)
                    }
                })
                .collect()
        };
        let mut record = json!({
            "tag": tag,
            "name": format!("The migration {tag}"),
            "value": { "up": statements(up), "down": statements(down) },
        });
        let object = record.as_object_mut().unwrap();
        object.extend(more.as_object().unwrap().clone());
        Migration::read(self.server.database_type(), &format!("id-{tag}"), object).unwrap()
    }

    /// One as it comes from a catalog whose version checks less.
    pub fn unchecked(&self, tag: &str, up: &[String]) -> Migration {
        let mut migration = self.migration(tag, &[self.create("unchecked")], &[]);
        migration.record["value"]["up"] = json!(up);
        migration.up = up.to_vec();
        migration
    }

    /// Three that create `a`, `b` and `c`, each with a way back.
    pub fn three(&self) -> Vec<Migration> {
        ["a", "b", "c"]
            .map(|name| self.migration(name, &[self.create(name)], &[self.drop(name)]))
            .to_vec()
    }
}

pub fn scope() -> Scope {
    Scope {
        product: "shop".to_owned(),
        database: "orders".to_owned(),
        database_id: "id-orders".to_owned(),
    }
}

pub fn chosen(picks: Vec<Pick>, dry_run: bool) -> Chosen {
    Chosen { picks, dry_run }
}

pub fn pick(position: u32, migration: &Migration, direction: Direction) -> Pick {
    Pick {
        migration: migration.clone(),
        position,
        direction,
        from: 1,
    }
}

/// Those that are not applied.
pub fn pending(history: &History, migrations: &[Migration]) -> Vec<Pick> {
    let applied = |tag: &str| {
        let mut rows = history.rows.iter();
        rows.any(|row| row.tag == tag && row.state == RowState::Applied)
    };
    (1..)
        .zip(migrations)
        .filter(|(_, one)| !applied(&one.tag))
        .map(|(position, one)| pick(position, one, Direction::Up))
        .collect()
}

pub fn limits(runner_lock: Duration, statement_lock: Duration) -> Limits {
    Limits {
        runner_lock,
        statement_lock,
        ..Limits::default()
    }
}
