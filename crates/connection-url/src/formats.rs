//! A connection in the form in which it is needed: a command line, a line of a file, a piece of code.
//!
//! A form writes what the URL holds: given one with `***`, the form has `***`. Those that a program or a shell history would keep
//! (commands, code) never hold the password; they read it, or the whole URL, from a variable.

use crate::build::build;
use crate::percent::{Keep, encode};
use crate::sqlite::path_text;
use crate::{
    ConnectionUrl, DatabaseType, Edit, Form, Host, SlotState, UrlError, UrlOption, apply_changes,
};

/// A form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// The URL itself.
    Url,
    /// libpq's keywords and values.
    KeywordValue,
    /// A JDBC URL.
    Jdbc,
    /// A command line of the engine's own client.
    Command,
    /// A line of a `.env` file.
    Env,
    /// A flag of `docker run`.
    Docker,
    /// The Ductape SDK's `databases.create`.
    Sdk,
    /// Node.js.
    Node,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Rust.
    Rust,
}

/// What a form may say of the database beside its URL.
#[derive(Clone, Copy, Debug)]
pub struct FormatContext<'a> {
    /// The database's name.
    pub name: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// The environment.
    pub slug: &'a str,
}

/// A connection in one form.
#[derive(Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text. It holds what the URL holds.
    pub text: String,
    /// What the form can't say, a sentence each.
    pub notes: Vec<String>,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 11] = [
        Self::Url,
        Self::KeywordValue,
        Self::Jdbc,
        Self::Command,
        Self::Env,
        Self::Docker,
        Self::Sdk,
        Self::Node,
        Self::Python,
        Self::Go,
        Self::Rust,
    ];

    /// The forms that an engine has.
    pub fn of(database_type: DatabaseType) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |format| match format {
            Self::KeywordValue => database_type == DatabaseType::Postgresql,
            Self::Jdbc => database_type != DatabaseType::Mongodb,
            _ => true,
        })
    }

    /// The word for it on a command line and across the boundary.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::KeywordValue => "keyword_value",
            Self::Jdbc => "jdbc",
            Self::Command => "command",
            Self::Env => "env",
            Self::Docker => "docker",
            Self::Sdk => "sdk",
            Self::Node => "node",
            Self::Python => "python",
            Self::Go => "go",
            Self::Rust => "rust",
        }
    }

    /// The form that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// What people call it.
    pub const fn label(self, database_type: DatabaseType) -> &'static str {
        match (self, database_type) {
            (Self::Url, _) => "URL",
            (Self::KeywordValue, _) => "Keywords and values",
            (Self::Jdbc, _) => "JDBC URL",
            (Self::Command, DatabaseType::Postgresql) => "psql command",
            (Self::Command, DatabaseType::Mysql) => "mysql command",
            (Self::Command, DatabaseType::Mongodb) => "mongosh command",
            (Self::Command, DatabaseType::Sqlite) => "sqlite3 command",
            (Self::Env, _) => ".env line",
            (Self::Docker, _) => "Docker flag",
            (Self::Sdk, _) => "Ductape SDK",
            (Self::Node, _) => "Node.js",
            (Self::Python, _) => "Python",
            (Self::Go, _) => "Go",
            (Self::Rust, _) => "Rust",
        }
    }

    /// Whether the form can hold the real password. The others read it from a variable.
    pub const fn can_hold_secrets(self) -> bool {
        matches!(
            self,
            Self::Url | Self::KeywordValue | Self::Jdbc | Self::Env | Self::Docker
        )
    }
}

/// A word as a POSIX shell reads it back.
fn shell(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@%_+=:,./-".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A value of a `.env` file in double quotes, where a dollar would name a variable.
fn dotenv(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        if matches!(character, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// A string literal of JavaScript in single quotes.
fn javascript(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn without_password(url: &ConnectionUrl) -> Result<ConnectionUrl, UrlError> {
    if url.password().is_none() {
        return Ok(url.clone());
    }
    url.edited(&Edit::Password(None))
}

/// Without options that hold a secret: every program on the machine can read a command line.
fn without_secret_options(
    url: &ConnectionUrl,
    notes: &mut Vec<String>,
) -> Result<ConnectionUrl, UrlError> {
    let hidden = |state| matches!(state, SlotState::Literal | SlotState::Masked);
    let mut names: Vec<String> = (url.options().iter())
        .filter(|option| {
            (url.secret_slots()
                .iter()
                .filter(|slot| slot.name != "password"))
            .any(|slot| hidden(slot.state) && option.value_span.contains(slot.span))
        })
        .map(|option| option.name.to_string())
        .collect();
    names.dedup();
    let mut plain = url.clone();
    for name in &names {
        plain = plain.edited(&Edit::SetOption {
            name: name.clone(),
            value: None,
        })?;
    }
    if !names.is_empty() {
        notes.push(format!(
            "{} is left out: others can read a command line.",
            names.join(", ")
        ));
    }
    Ok(plain)
}

/// Writes a connection in a form.
///
/// # Errors
/// `no_such_form` for a form that the engine has not, and for a URL that is one `$Secret{KEY}` in a form that needs its parts.
pub fn format(
    url: &ConnectionUrl,
    form: Format,
    context: FormatContext<'_>,
) -> Result<Formatted, UrlError> {
    let refuse = |message: &str| {
        Err(UrlError::new(
            "no_such_form",
            message,
            crate::Span::new(0, url.expose().len()),
        ))
    };
    let Some(database_type) = url.database_type() else {
        return refuse("The type of the database is not known.");
    };
    if Format::of(database_type).all(|known| known != form) {
        return refuse("This database has no such form.");
    }
    let needs_parts = matches!(form, Format::KeywordValue | Format::Jdbc | Format::Command);
    if url.is_reference() && needs_parts {
        return refuse("The whole URL is a named secret, which this form can't take apart.");
    }
    let mut notes = Vec::new();
    let text = match form {
        Format::Url => url.expose().to_owned(),
        Format::KeywordValue => {
            let mut document = url.document();
            document.form = Form::KeywordValue;
            document.scheme = None;
            build(database_type, &document)?
        }
        Format::Jdbc => jdbc(url)?,
        Format::Command => command(url, database_type, &mut notes)?,
        Format::Env => format!("DATABASE_URL={}", dotenv(url.expose())),
        Format::Docker => format!("-e {}", shell(&format!("DATABASE_URL={}", url.expose()))),
        Format::Sdk => sdk(url, database_type, context),
        Format::Node | Format::Python | Format::Go | Format::Rust => {
            let what = match database_type {
                DatabaseType::Sqlite => "The URL is read from the variable DATABASE_URL.",
                _ => "The URL, with its password, is read from the variable DATABASE_URL.",
            };
            notes.push(what.to_owned());
            code(form, database_type).to_owned()
        }
    };
    if url.references().iter().any(|_| form.can_hold_secrets()) {
        notes.push("$Secret{…} is Tapedeck's: other programs don't know it.".to_owned());
    }
    Ok(Formatted { text, notes })
}

/// Options stand in the `file:` URI that the driver and the program take as well as a path.
fn sqlite_name(url: &ConnectionUrl, options: &[UrlOption]) -> String {
    let path = url.database().unwrap_or_default();
    if options.is_empty() {
        return path.to_owned();
    }
    let options: Vec<String> = options
        .iter()
        .map(|option| {
            let value = encode(&option.value, Keep::OptionValue);
            format!("{}={value}", encode(&option.name, Keep::Unreserved))
        })
        .collect();
    format!("file:{}?{}", path_text(path, false), options.join("&"))
}

/// User and password are options of a JDBC URL.
fn jdbc(url: &ConnectionUrl) -> Result<String, UrlError> {
    if url.database_type() == Some(DatabaseType::Sqlite) {
        return Ok(format!("jdbc:sqlite:{}", sqlite_name(url, url.options())));
    }
    let mut plain = if url.is_keyword_value() {
        let mut document = url.document();
        document.form = Form::Url;
        document.scheme = Some("postgresql".to_owned());
        let built = build(DatabaseType::Postgresql, &document)?;
        ConnectionUrl::parse(&built, Some(DatabaseType::Postgresql))?
    } else {
        url.clone()
    };
    let user = plain.user().map(str::to_owned);
    let masked = plain
        .secret_slots()
        .iter()
        .any(|slot| slot.name == "password" && slot.state == SlotState::Masked);
    let password = zeroize::Zeroizing::new(plain.password().map(|password| {
        if masked {
            crate::MASK.to_owned()
        } else {
            encode(password, Keep::Unreserved)
        }
    }));
    plain = without_password(&plain)?;
    if user.is_some() {
        plain = plain.edited(&Edit::User(None))?;
    }
    let mut text = format!("jdbc:{}", plain.expose());
    let text_options = [
        user.map(|user| format!("user={}", encode(&user, Keep::Unreserved))),
        password
            .as_ref()
            .map(|password| format!("password={password}")),
    ];
    for option in text_options.into_iter().flatten() {
        let separator = match text.find('?') {
            None => "?",
            Some(at) if at + 1 == text.len() => "",
            Some(_) => "&",
        };
        text.push_str(separator);
        text.push_str(&option);
    }
    Ok(text.replacen("jdbc:postgres://", "jdbc:postgresql://", 1))
}

fn command(
    url: &ConnectionUrl,
    database_type: DatabaseType,
    notes: &mut Vec<String>,
) -> Result<String, UrlError> {
    let plain = without_secret_options(url, notes)?;
    let has_password = url.password().is_some();
    // Not parsed again: a way to sign in may need the password that the client will ask for.
    let text = apply_changes(plain.expose(), &plain.edit(&Edit::Password(None))?);
    match database_type {
        DatabaseType::Postgresql => {
            let variable = if has_password {
                notes.push("The password is read from the variable PASSWORD.".to_owned());
                "PGPASSWORD=\"$PASSWORD\" "
            } else {
                ""
            };
            Ok(format!("{variable}psql {}", shell(&text)))
        }
        DatabaseType::Mongodb => {
            if has_password {
                notes.push("mongosh asks for the password.".to_owned());
            }
            Ok(format!("mongosh {}", shell(&text)))
        }
        DatabaseType::Sqlite => {
            let name = sqlite_name(&plain, plain.options());
            // A name with a dash before it would be a flag.
            let name = if name.starts_with('-') {
                format!("./{name}")
            } else {
                name
            };
            Ok(format!("sqlite3 {}", shell(&name)))
        }
        DatabaseType::Mysql => {
            let mut words = vec!["mysql".to_owned()];
            match url.hosts().first() {
                Some(Host::Tcp { host, port }) => {
                    words.push(format!("--host={host}"));
                    if !port.as_text().is_empty() {
                        words.push(format!("--port={}", port.as_text()));
                    }
                }
                Some(Host::Socket { path, .. }) => words.push(format!("--socket={path}")),
                None => {}
            }
            if url.hosts().len() > 1 {
                notes.push("mysql connects to one host: the first.".to_owned());
            }
            if let Some(user) = url.user() {
                words.push(format!("--user={user}"));
            }
            let mut left_out = Vec::new();
            for option in plain.options().iter().filter(|option| !option.folded) {
                let name = crate::secret_slot::squeeze(&option.name);
                match CLIENT_OPTIONS.iter().find(|(known, _)| *known == name) {
                    Some((_, flag)) => words.push(format!("{flag}={}", flag_value(option))),
                    None => left_out.push(option.name.to_string()),
                }
            }
            if !left_out.is_empty() {
                notes.push(format!("mysql has no flag for {}.", left_out.join(", ")));
            }
            if let Some(database) = url.database() {
                words.push(database.to_owned());
            }
            let line: Vec<String> = words.iter().map(|word| shell(word)).collect();
            let variable = if has_password {
                notes.push("The password is read from the variable PASSWORD.".to_owned());
                "MYSQL_PWD=\"$PASSWORD\" "
            } else {
                ""
            };
            Ok(format!("{variable}{}", line.join(" ")))
        }
    }
}

/// The value for the flag of an option: `--connect-timeout` counts seconds, the option milliseconds but in one spelling.
fn flag_value(option: &UrlOption) -> String {
    let counts_milliseconds =
        crate::secret_slot::squeeze(&option.name) == "connecttimeout" && !option.name.contains('_');
    match option.value.parse::<u64>() {
        Ok(milliseconds) if counts_milliseconds => milliseconds.div_ceil(1000).to_string(),
        _ => option.value.clone(),
    }
}

/// Options of a URL that the program `mysql` has a flag for.
const CLIENT_OPTIONS: [(&str, &str); 8] = [
    ("sslmode", "--ssl-mode"),
    ("sslca", "--ssl-ca"),
    ("sslcapath", "--ssl-capath"),
    ("sslcert", "--ssl-cert"),
    ("sslkey", "--ssl-key"),
    ("sslcipher", "--ssl-cipher"),
    ("connecttimeout", "--connect-timeout"),
    ("charset", "--default-character-set"),
];

fn sdk(url: &ConnectionUrl, database_type: DatabaseType, context: FormatContext<'_>) -> String {
    // A password has no place in code: it is a named secret's, or set where the code runs.
    format!(
        "await ductape.databases.create({{\n  name: {},\n  tag: {},\n  type: {},\n  envs: [{{ slug: {}, connection_url: {} }}],\n}});",
        javascript(context.name),
        javascript(context.tag),
        javascript(database_type.as_str()),
        javascript(context.slug),
        javascript(&url.masked()),
    )
}

const fn code(form: Format, database_type: DatabaseType) -> &'static str {
    use DatabaseType::{Mongodb, Mysql, Postgresql, Sqlite};
    match (form, database_type) {
        (Format::Node, Postgresql) => {
            "import pg from 'pg';\n\nconst client = new pg.Client({ connectionString: process.env.DATABASE_URL });\nawait client.connect();"
        }
        (Format::Node, Mysql) => {
            "import mysql from 'mysql2/promise';\n\nconst connection = await mysql.createConnection(process.env.DATABASE_URL);"
        }
        (Format::Node, Mongodb) => {
            "import { MongoClient } from 'mongodb';\n\nconst client = await MongoClient.connect(process.env.DATABASE_URL);"
        }
        // SQLite reads the URL itself once it says file: in front.
        (Format::Node, Sqlite) => {
            "import { DatabaseSync } from 'node:sqlite';\n\nconst database = new DatabaseSync(new URL(process.env.DATABASE_URL.replace(/^sqlite:/, 'file:')));"
        }
        (Format::Python, Sqlite) => {
            "import os\nimport sqlite3\n\nconnection = sqlite3.connect(os.environ[\"DATABASE_URL\"].replace(\"sqlite:\", \"file:\", 1), uri=True)"
        }
        (Format::Go, Sqlite) => {
            "// with github.com/mattn/go-sqlite3\ndatabase, err := sql.Open(\"sqlite3\", strings.Replace(os.Getenv(\"DATABASE_URL\"), \"sqlite:\", \"file:\", 1))"
        }
        (_, Sqlite) => {
            "let url = std::env::var(\"DATABASE_URL\")?;\nlet pool = sqlx::SqlitePool::connect(&url).await?;"
        }
        (Format::Python, Postgresql) => {
            "import os\nimport psycopg\n\nconnection = psycopg.connect(os.environ[\"DATABASE_URL\"])"
        }
        (Format::Python, Mysql) => {
            "import os\nfrom sqlalchemy import create_engine\n\nengine = create_engine(os.environ[\"DATABASE_URL\"].replace(\"mysql://\", \"mysql+pymysql://\", 1))"
        }
        (Format::Python, Mongodb) => {
            "import os\nfrom pymongo import MongoClient\n\nclient = MongoClient(os.environ[\"DATABASE_URL\"])"
        }
        (Format::Go, Postgresql) => {
            "connection, err := pgx.Connect(context.Background(), os.Getenv(\"DATABASE_URL\"))"
        }
        (Format::Go, Mysql) => {
            "// go-sql-driver takes no URL: the parts are set one by one.\nurl, err := url.Parse(os.Getenv(\"DATABASE_URL\"))\nconfig := mysql.NewConfig()\nconfig.User = url.User.Username()\nconfig.Passwd, _ = url.User.Password()\nconfig.Net, config.Addr = \"tcp\", url.Host\nconfig.DBName = strings.TrimPrefix(url.Path, \"/\")\ndatabase, err := sql.Open(\"mysql\", config.FormatDSN())"
        }
        (Format::Go, Mongodb) => {
            "client, err := mongo.Connect(options.Client().ApplyURI(os.Getenv(\"DATABASE_URL\")))"
        }
        (_, Postgresql) => {
            "let url = std::env::var(\"DATABASE_URL\")?;\nlet pool = sqlx::PgPool::connect(&url).await?;"
        }
        (_, Mysql) => {
            "let url = std::env::var(\"DATABASE_URL\")?;\nlet pool = sqlx::MySqlPool::connect(&url).await?;"
        }
        (_, Mongodb) => {
            "let url = std::env::var(\"DATABASE_URL\")?;\nlet client = mongodb::Client::with_uri_str(&url).await?;"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: FormatContext<'_> = FormatContext {
        name: "Ada's orders",
        tag: "orders",
        slug: "dev",
    };

    fn of(text: &str, form: Format) -> String {
        let url = ConnectionUrl::parse(text, None).unwrap();
        format(&url, form, CONTEXT).unwrap().text
    }

    const POSTGRESQL: &str = "postgresql://app:***@db.example.com:5432/orders?sslmode=require";

    #[test]
    fn forms_of_postgresql() {
        assert_eq!(
            of(POSTGRESQL, Format::KeywordValue),
            "host=db.example.com port=5432 user=app password=*** dbname=orders sslmode=require"
        );
        assert_eq!(
            of(POSTGRESQL, Format::Jdbc),
            "jdbc:postgresql://db.example.com:5432/orders?sslmode=require&user=app&password=***"
        );
        assert_eq!(
            of(POSTGRESQL, Format::Command),
            "PGPASSWORD=\"$PASSWORD\" psql 'postgresql://app@db.example.com:5432/orders?sslmode=require'"
        );
        assert_eq!(
            of(POSTGRESQL, Format::Docker),
            format!("-e 'DATABASE_URL={POSTGRESQL}'")
        );
        assert!(of(POSTGRESQL, Format::Sdk).contains(r"name: 'Ada\'s orders'"));
    }

    #[test]
    fn forms_of_the_others() {
        assert_eq!(
            of(
                "mysql://app:***@db:3307/o?ssl-mode=REQUIRED&x=1",
                Format::Command
            ),
            "MYSQL_PWD=\"$PASSWORD\" mysql --host=db --port=3307 --user=app --ssl-mode=REQUIRED o"
        );
        assert_eq!(
            of("mongodb://app:***@db/o", Format::Command),
            "mongosh mongodb://app@db/o"
        );
        let url = ConnectionUrl::parse("mongodb://db/o", None).unwrap();
        assert_eq!(
            format(&url, Format::Jdbc, CONTEXT)
                .err()
                .map(|error| error.code),
            Some("no_such_form")
        );
    }

    #[test]
    fn commands_and_code_never_hold_a_password() {
        for text in [
            "postgresql://app:s3cr3t@db/orders",
            "mysql://app:s3cr3t@db/orders",
            "mongodb://app:s3cr3t@db/orders",
            "host=db user=app password=s3cr3t sslpassword=s3cr3t",
            "postgresql://app@db/orders?sslpassword=s3cr3t&password=s3cr3t",
            "mongodb://app@db/?tlsCertificateKeyFilePassword=s3cr3t",
            "mongodb://a:b@db/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:s3cr3t",
        ] {
            let url = ConnectionUrl::parse(text, None).unwrap();
            let forms = Format::of(url.database_type().unwrap());
            for form in forms.filter(|form| !form.can_hold_secrets()) {
                assert!(!of(text, form).contains("s3cr3t"), "{form:?} of {text}");
            }
        }
    }

    #[test]
    fn a_shell_reads_every_word_back() {
        for word in ["a", "", "it's", "$HOME `x` \"q\"", "a\nb", "é😀\\"] {
            let output = std::process::Command::new("sh")
                .args(["-c", &std::format!("printf %s {}", shell(word))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), word);
        }
    }

    #[test]
    fn a_jdbc_url_is_read_back() {
        let jdbc = of("postgresql://app:p%40w@db/orders", Format::Jdbc);
        assert_eq!(jdbc, "jdbc:postgresql://db/orders?user=app&password=p%40w");
        let error = ConnectionUrl::diagnose(&jdbc, None).unwrap_err();
        let mended = crate::apply_changes(&jdbc, &error.repair.unwrap().changes);
        let url = ConnectionUrl::parse(&mended, None).unwrap();
        assert_eq!((url.user(), url.password()), (Some("app"), Some("p@w")));
    }
}
