//! What a face may know of an engine, so that it never asks for an engine's name.

use connection_url::{DatabaseType, auth_option, option_info};

use crate::dto::EngineInfo;
use crate::url_options::{auth_mechanism_views, url_options};
use crate::url_tools::format_infos;

/// The engines in the order to offer them.
pub(crate) fn engine_infos() -> Vec<EngineInfo> {
    [
        DatabaseType::Postgresql,
        DatabaseType::Mysql,
        DatabaseType::Mongodb,
        DatabaseType::Sqlite,
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
        file: capabilities.file,
        tls_option: words.tls_option.to_owned(),
        tls_modes: option_info(database_type, words.tls_option)
            .map(|info| info.values.iter().map(|&mode| mode.to_owned()).collect())
            .unwrap_or_default(),
        options: url_options(database_type),
        auth_option: auth_option(database_type).map(str::to_owned),
        auth_mechanisms: auth_mechanism_views(database_type),
        template_language: template_language(database_type).to_owned(),
        formats: format_infos(database_type),
    }
}

/// What an editor of its templates reads.
fn template_language(database_type: DatabaseType) -> &'static str {
    if engines::engine(database_type).capabilities().sql {
        database_type.as_str()
    } else {
        "json"
    }
}

/// How an engine's URLs are written.
struct UrlWords {
    schemes: &'static [&'static str],
    example_url: &'static str,
    tls_option: &'static str,
}

impl UrlWords {
    fn of(database_type: DatabaseType) -> Self {
        match database_type {
            DatabaseType::Postgresql => Self {
                schemes: &["postgresql", "postgres"],
                example_url: "postgresql://user@localhost:5432/database",
                tls_option: "sslmode",
            },
            DatabaseType::Mysql => Self {
                schemes: &["mysql", "mariadb"],
                example_url: "mysql://user@localhost:3306/database",
                tls_option: "ssl-mode",
            },
            DatabaseType::Mongodb => Self {
                schemes: &["mongodb", "mongodb+srv"],
                example_url: "mongodb://user@localhost:27017/database",
                tls_option: "tls",
            },
            DatabaseType::Sqlite => Self {
                schemes: &["sqlite", "file"],
                example_url: "sqlite:///srv/shop.db",
                tls_option: "",
            },
        }
    }
}
