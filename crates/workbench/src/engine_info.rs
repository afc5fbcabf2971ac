//! What a face may know of an engine, so that it never asks for an engine's name.

use connection_url::DatabaseType;

use crate::dto::EngineInfo;

/// The engines in the order to offer them.
pub(crate) fn engine_infos() -> Vec<EngineInfo> {
    [
        DatabaseType::Postgresql,
        DatabaseType::Mysql,
        DatabaseType::Mongodb,
    ]
    .map(engine_info)
    .into()
}

fn engine_info(database_type: DatabaseType) -> EngineInfo {
    let capabilities = engines::engine(database_type).capabilities();
    let words = UrlWords::of(database_type);
    EngineInfo {
        database_type: database_type.as_str().to_owned(),
        display_name: capabilities.display_name.to_owned(),
        abbreviation: capabilities.abbreviation.to_owned(),
        default_port: capabilities.default_port,
        schemes: words
            .schemes
            .iter()
            .map(|&scheme| scheme.to_owned())
            .collect(),
        example_url: words.example_url.to_owned(),
        multi_host: capabilities.multi_host,
        srv: capabilities.srv,
        unix_sockets: capabilities.unix_sockets,
        tls_option: words.tls_option.to_owned(),
        tls_modes: words
            .tls_modes
            .iter()
            .map(|&mode| mode.to_owned())
            .collect(),
        options: Vec::new(),
        auth_option: None,
        auth_mechanisms: Vec::new(),
        formats: Vec::new(),
    }
}

/// How an engine's URLs are written.
struct UrlWords {
    schemes: &'static [&'static str],
    example_url: &'static str,
    tls_option: &'static str,
    tls_modes: &'static [&'static str],
}

impl UrlWords {
    fn of(database_type: DatabaseType) -> Self {
        match database_type {
            DatabaseType::Postgresql => Self {
                schemes: &["postgresql", "postgres"],
                example_url: "postgresql://user@localhost:5432/database",
                tls_option: "sslmode",
                tls_modes: &[
                    "disable",
                    "allow",
                    "prefer",
                    "require",
                    "verify-ca",
                    "verify-full",
                ],
            },
            DatabaseType::Mysql => Self {
                schemes: &["mysql", "mariadb"],
                example_url: "mysql://user@localhost:3306/database",
                tls_option: "ssl-mode",
                tls_modes: &[
                    "DISABLED",
                    "PREFERRED",
                    "REQUIRED",
                    "VERIFY_CA",
                    "VERIFY_IDENTITY",
                ],
            },
            DatabaseType::Mongodb => Self {
                schemes: &["mongodb", "mongodb+srv"],
                example_url: "mongodb://user@localhost:27017/database",
                tls_option: "tls",
                tls_modes: &["false", "true"],
            },
        }
    }
}
