//! `tapedeck connect`: the engine's own client, pointed at one cell. No secret is ever an argument, where every
//! process of the machine could read it.

use catalog::{DatabaseType, SubjectKind};
use connection_url::{ConnectionUrl, Host};
use zeroize::Zeroizing;

use crate::{AppError, Result, Workbench};

/// A client to start. `Debug` shows no value of a variable.
pub struct ClientCommand {
    /// `psql`, `mysql`, `mongosh` or `sqlite3`.
    pub program: &'static str,
    /// Arguments; they hold no secret.
    pub arguments: Vec<String>,
    /// Variables of its environment, the password among them.
    pub environment: Vec<(String, Zeroizing<String>)>,
}

impl std::fmt::Debug for ClientCommand {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self
            .environment
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        formatter
            .debug_struct("ClientCommand")
            .field("program", &self.program)
            .field("arguments", &self.arguments)
            .field("environment", &names)
            .finish()
    }
}

impl Workbench {
    /// The client for one cell.
    ///
    /// # Errors
    /// `refused` for an inactive environment or an option that the client takes by argument only.
    pub async fn native_client(
        &self,
        product: String,
        database: String,
        env: String,
    ) -> Result<ClientCommand> {
        let (active, database) = {
            let env = env.clone();
            self.on_catalog(move |catalog| {
                let environment = catalog.fetch_environment(&product, &env)?;
                Ok((
                    environment.active,
                    catalog.fetch_database(&product, &database)?,
                ))
            })
            .await?
        };
        if !active {
            return Err(AppError::refused(format!(
                "The environment {env} is inactive and runs nothing."
            )));
        }
        let config = database.config(&env).cloned().ok_or_else(|| {
            AppError::new(
                "not_found",
                format!("{} has no connection for {env}.", database.tag),
            )
        })?;
        let url = self.real_url(&database, &config).await?;
        let command = match database.database_type {
            DatabaseType::Postgresql => psql(&url),
            DatabaseType::Mysql => mysql(&url),
            DatabaseType::Mongodb => Ok(mongosh(&url)),
            DatabaseType::Sqlite => sqlite3(&url),
        }?;
        let label = format!("{}@{env}", database.tag);
        let summary = format!("{} was started.", command.program);
        self.note(
            "connect",
            SubjectKind::EnvironmentConfig,
            &config.id,
            label,
            summary,
        )
        .await?;
        Ok(command)
    }
}

/// `sqlite3` makes a file that is not there, and so would a mistyped path: what a session of ours would not make, it is not given.
fn sqlite3(url: &ConnectionUrl) -> Result<ClientCommand> {
    let path = url.database().unwrap_or_default();
    let makes = url.option("mode") == Some("rwc");
    if !std::path::Path::new(path).is_absolute()
        || (!makes && !std::path::Path::new(path).is_file())
    {
        return Err(AppError::refused(format!(
            "There is no file {path}. Write the whole path of the database in its connection."
        )));
    }
    let mut arguments = Vec::new();
    if url.option("mode") == Some("ro") {
        arguments.push("-readonly".to_owned());
    }
    arguments.push(path.to_owned());
    Ok(ClientCommand {
        program: "sqlite3",
        arguments,
        environment: Vec::new(),
    })
}

/// libpq's keywords and the variables that mean the same,
/// <https://www.postgresql.org/docs/18/libpq-envars.html>.
const LIBPQ_VARIABLES: &[(&str, &str)] = &[
    ("application_name", "PGAPPNAME"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("client_encoding", "PGCLIENTENCODING"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("dbname", "PGDATABASE"),
    ("gssencmode", "PGGSSENCMODE"),
    ("gsslib", "PGGSSLIB"),
    ("gssdelegation", "PGGSSDELEGATION"),
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("krbsrvname", "PGKRBSRVNAME"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    ("options", "PGOPTIONS"),
    ("passfile", "PGPASSFILE"),
    ("password", "PGPASSWORD"),
    ("port", "PGPORT"),
    ("require_auth", "PGREQUIREAUTH"),
    ("requirepeer", "PGREQUIREPEER"),
    ("service", "PGSERVICE"),
    ("sslcert", "PGSSLCERT"),
    ("sslcertmode", "PGSSLCERTMODE"),
    ("sslcompression", "PGSSLCOMPRESSION"),
    ("sslcrl", "PGSSLCRL"),
    ("sslcrldir", "PGSSLCRLDIR"),
    ("sslkey", "PGSSLKEY"),
    ("sslmode", "PGSSLMODE"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslsni", "PGSSLSNI"),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("user", "PGUSER"),
];

/// All of it by environment: what came out of a `$Secret{KEY}` may be any part of the URL.
fn psql(url: &ConnectionUrl) -> Result<ClientCommand> {
    let mut environment: Vec<(String, Zeroizing<String>)> = Vec::new();
    let mut set = |name: &str, value: &str| {
        environment.push((name.to_owned(), Zeroizing::new(value.to_owned())))
    };
    if !url.hosts().is_empty() {
        let list =
            |text: fn(&Host) -> String| url.hosts().iter().map(text).collect::<Vec<_>>().join(",");
        set("PGHOST", &list(|host| host.name().to_owned()));
        set("PGPORT", &list(|host| host.port().as_text()));
    }
    for (name, value) in [
        ("PGUSER", url.user()),
        ("PGDATABASE", url.database()),
        ("PGPASSWORD", url.password()),
    ] {
        if let Some(value) = value {
            set(name, value);
        }
    }
    let mut rest = Vec::new();
    for option in url.options() {
        let known = LIBPQ_VARIABLES
            .iter()
            .find(|(keyword, _)| *keyword == option.name);
        match known {
            // Already there from the parts of the URL, which the options have a say in.
            Some((_, "PGHOST" | "PGPORT" | "PGUSER" | "PGDATABASE" | "PGPASSWORD")) => {}
            Some((_, variable)) => set(variable, &option.value),
            None if option.secret => {
                return Err(AppError::refused(format!(
                    "psql takes {} as an argument only, where other people of this machine could read it. Connect with another program, or remove the option.",
                    option.name
                )));
            }
            None => rest.push(format!(
                "{}='{}'",
                option.name,
                option.value.replace('\\', "\\\\").replace('\'', "\\'")
            )),
        }
    }
    let arguments = if rest.is_empty() {
        Vec::new()
    } else {
        vec![rest.join(" ")]
    };
    Ok(ClientCommand {
        program: "psql",
        arguments,
        environment,
    })
}

/// The options of MySQL's client that mean what the URL's option means; MariaDB's client has some of them.
const MYSQL_ARGUMENTS: &[&str] = &[
    "ssl-mode",
    "ssl-ca",
    "ssl-capath",
    "ssl-cert",
    "ssl-key",
    "ssl-cipher",
    "ssl-crl",
    "tls-version",
    "connect-timeout",
];

fn mysql(url: &ConnectionUrl) -> Result<ClientCommand> {
    let mut arguments = Vec::new();
    match url.hosts().first() {
        Some(Host::Tcp { host, port }) => {
            arguments.push(format!("--host={host}"));
            // `localhost` means the socket to this client, whatever the port.
            arguments.push("--protocol=TCP".to_owned());
            if let Some(port) = port.number() {
                arguments.push(format!("--port={port}"));
            }
        }
        Some(Host::Socket { path, .. }) => arguments.push(format!("--socket={path}")),
        None => {}
    }
    if let Some(user) = url.user() {
        arguments.push(format!("--user={user}"));
    }
    for option in MYSQL_ARGUMENTS {
        if let Some(value) = url.option(option) {
            arguments.push(format!("--{option}={value}"));
        }
    }
    if let Some(secret) = url
        .options()
        .iter()
        .find(|option| option.secret && !option.name.eq_ignore_ascii_case("password"))
    {
        return Err(AppError::refused(format!(
            "The mysql client has no safe way to take {}. Connect with another program, or remove the option.",
            secret.name
        )));
    }
    if let Some(database) = url.database().filter(|database| !database.is_empty()) {
        arguments.push(format!("--database={database}"));
    }
    let password = url
        .password()
        .map(|password| ("MYSQL_PWD".to_owned(), Zeroizing::new(password.to_owned())));
    Ok(ClientCommand {
        program: "mysql",
        arguments,
        environment: password.into_iter().collect(),
    })
}

/// mongosh reads no password from its environment, but its scripts can: the URL goes there, and is removed at once.
fn mongosh(url: &ConnectionUrl) -> ClientCommand {
    const VARIABLE: &str = "TAPEDECK_CONNECTION_URL";
    let script = format!(
        "const url = process.env.{VARIABLE}; delete process.env.{VARIABLE}; db = connect(url); undefined"
    );
    ClientCommand {
        program: "mongosh",
        arguments: ["--nodb", "--quiet", "--shell", "--eval", &script]
            .map(str::to_owned)
            .into(),
        environment: vec![(VARIABLE.to_owned(), Zeroizing::new(url.expose().to_owned()))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, database_type: DatabaseType) -> ConnectionUrl {
        ConnectionUrl::parse(text, Some(database_type)).unwrap()
    }

    fn variable<'a>(command: &'a ClientCommand, name: &str) -> Option<&'a str> {
        command
            .environment
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    #[test]
    fn psql_gets_everything_by_environment() {
        let url = parse(
            "postgresql://app:c4n%20ry@a:1,b:2/orders?sslmode=require&keepalives=1",
            DatabaseType::Postgresql,
        );
        let command = psql(&url).unwrap();
        assert_eq!(command.arguments, ["keepalives='1'"]);
        assert_eq!(variable(&command, "PGHOST"), Some("a,b"));
        assert_eq!(variable(&command, "PGPORT"), Some("1,2"));
        assert_eq!(variable(&command, "PGPASSWORD"), Some("c4n ry"));
        assert_eq!(variable(&command, "PGSSLMODE"), Some("require"));
        assert!(!format!("{command:?}").contains("c4n"), "{command:?}");
    }

    #[test]
    fn what_psql_takes_by_argument_only_is_refused() {
        let url = parse(
            "postgresql://a/orders?sslpassword=c4n4ry",
            DatabaseType::Postgresql,
        );
        let error = psql(&url).unwrap_err();
        assert_eq!(error.code, "refused");
        assert!(!error.message.contains("c4n4ry"));
    }

    #[test]
    fn mysql_and_mongosh_have_no_secret_in_their_arguments() {
        let command = mysql(&parse(
            "mysql://app:c4n4ry@h:3307/orders?ssl-mode=REQUIRED",
            DatabaseType::Mysql,
        ))
        .unwrap();
        assert_eq!(
            command.arguments,
            [
                "--host=h",
                "--protocol=TCP",
                "--port=3307",
                "--user=app",
                "--ssl-mode=REQUIRED",
                "--database=orders"
            ]
        );
        assert_eq!(variable(&command, "MYSQL_PWD"), Some("c4n4ry"));
        let command = mongosh(&parse(
            "mongodb://app:c4n4ry@h/orders",
            DatabaseType::Mongodb,
        ));
        assert!(!command.arguments.concat().contains("c4n4ry"));
    }
}
