//! The servers, and what they say themselves of what arrived.

use mongodb::bson::{Document, doc};
use test_support::{
    MariaDb, MongoCompatible, MySql57, MySqlOptions, MySqlServer, Postgres, PostgresOptions,
};

/// A server of some engine.
pub enum Server {
    Postgres(Postgres),
    MariaDb(MariaDb),
    MySql57(MySql57),
    Mongo(MongoCompatible),
}

/// The database that the actions of a test run in.
pub const DATABASE: &str = "app";

pub fn postgres(settings: &[(&str, &str)]) -> Server {
    let settings = settings.iter();
    Server::Postgres(Postgres::start_with(PostgresOptions {
        settings: settings
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        // Without a password, whose check takes most of a run's time in a build for tests.
        host_rules: vec!["host all all 127.0.0.1/32 trust".to_owned()],
        ..PostgresOptions::default()
    }))
}

fn options(settings: &[&str]) -> MySqlOptions<'static> {
    MySqlOptions {
        settings: settings.iter().map(|one| (*one).to_owned()).collect(),
        ..MySqlOptions::default()
    }
}

pub fn mariadb(settings: &[&str]) -> Server {
    Server::MariaDb(MariaDb::start_with(options(settings)))
}

pub fn mysql57(settings: &[&str]) -> Server {
    Server::MySql57(MySql57::start_with(options(settings)))
}

pub fn mongo() -> Server {
    Server::Mongo(MongoCompatible::start())
}

impl Server {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::MariaDb(_) => "MariaDB",
            Self::MySql57(_) => "MySQL 5.7",
            Self::Mongo(_) => "MongoDB",
        }
    }

    /// The type that its database has in the catalog.
    pub fn database_type(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::MariaDb(_) | Self::MySql57(_) => "mysql",
            Self::Mongo(_) => "mongodb",
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub fn is_mongo(&self) -> bool {
        matches!(self, Self::Mongo(_))
    }

    pub fn url(&self) -> String {
        match self {
            Self::Postgres(server) => server.url(DATABASE),
            Self::MariaDb(server) => server.url(DATABASE),
            Self::MySql57(server) => server.url(DATABASE),
            Self::Mongo(server) => server.url(DATABASE),
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

    pub fn password(&self) -> &str {
        match self {
            Self::Postgres(server) => &server.password,
            Self::MariaDb(server) => &server.password,
            Self::MySql57(server) => &server.password,
            Self::Mongo(server) => &server.password,
        }
    }

    /// The same server behind another port. A client of MongoDB would go on to the address that the server says it has.
    pub fn url_at(&self, port: u16) -> String {
        let own = format!(":{}/", self.port());
        let url = self.url().replace(&own, &format!(":{port}/"));
        match self {
            Self::Mongo(_) => format!("{url}?directConnection=true"),
            _ => url,
        }
    }

    pub fn mysql(&self) -> &MySqlServer {
        match self {
            Self::MariaDb(server) => server,
            Self::MySql57(server) => server,
            _ => panic!("{} is no MySQL", self.name()),
        }
    }

    /// Runs SQL through the server's own client; answers a line for each row.
    pub fn sql(&self, sql: &str) -> String {
        match self {
            Self::Postgres(server) => server.sql(DATABASE, sql),
            _ => self.mysql().sql(&format!("USE {DATABASE}; {sql}")),
        }
    }

    /// The collections of the database, through the official driver.
    pub async fn collection(&self, name: &str) -> mongodb::Collection<Document> {
        let client = mongodb::Client::with_uri_str(self.url()).await.unwrap();
        client.database(DATABASE).collection(name)
    }

    /// The documents of a collection, by `_id`.
    pub async fn documents(&self, name: &str) -> Vec<Document> {
        let mut cursor = self
            .collection(name)
            .await
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await
            .unwrap();
        let mut documents = Vec::new();
        while cursor.advance().await.unwrap() {
            documents.push(cursor.deserialize_current().unwrap());
        }
        documents
    }
}
