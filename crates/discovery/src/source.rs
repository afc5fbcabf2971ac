//! Which programs' files are known, and by which name a file is one of theirs.

/// Whose file it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Source {
    /// `.env` and its kind.
    DotEnv,
    /// libpq's `~/.pgpass`.
    Pgpass,
    /// libpq's `pg_service.conf`.
    PgService,
    /// MySQL's `~/.my.cnf`.
    MysqlOptions,
    /// MySQL's `~/.mylogin.cnf`.
    MysqlLogin,
    /// A Docker Compose file.
    Compose,
    /// `databases.json`: records as Tapedeck has them.
    Records,
    /// DBeaver's `data-sources.json`.
    Dbeaver,
    /// Compass' connections, one a file or exported together.
    Compass,
    /// The `dataSources.xml` of DataGrip and the other JetBrains IDEs.
    Datagrip,
    /// The part of it that is not shared: user names.
    DatagripLocal,
    /// Beekeeper Studio's `app.db`; found, not read.
    Beekeeper,
}

impl Source {
    /// The word for it in files and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DotEnv => "env",
            Self::Pgpass => "pgpass",
            Self::PgService => "pg_service",
            Self::MysqlOptions => "my_cnf",
            Self::MysqlLogin => "mylogin",
            Self::Compose => "compose",
            Self::Records => "records",
            Self::Dbeaver => "dbeaver",
            Self::Compass => "compass",
            Self::Datagrip | Self::DatagripLocal => "datagrip",
            Self::Beekeeper => "beekeeper",
        }
    }
}

/// A file that was read.
#[derive(Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its path as it is shown; `/` and `\` both separate.
    pub path: &'a str,
    /// Whose it is.
    pub source: Source,
    /// What is in it; may hold passwords.
    pub bytes: &'a [u8],
}

impl SourceFile<'_> {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        split(self.path).1
    }

    /// The path without its last part.
    pub(crate) fn folder(&self) -> &str {
        split(self.path).0
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rfind(['/', '\\'])
        .map_or(("", path), |at| (&path[..at], &path[at + 1..]))
}

/// Names of `.env` files that hold examples, not connections.
const EXAMPLES: [&str; 6] = [
    "example", "sample", "template", "dist", "defaults", "schema",
];

/// Whose file a path names, by its last parts.
#[must_use]
pub fn source_of(path: &str) -> Option<Source> {
    let (folder, name) = split(path);
    let lower = name.to_ascii_lowercase();
    let ends = |extensions: &[&str]| extensions.iter().any(|end| lower.ends_with(end));
    match lower.as_str() {
        ".pgpass" | "pgpass.conf" => return Some(Source::Pgpass),
        ".pg_service.conf" | "pg_service.conf" => return Some(Source::PgService),
        ".my.cnf" => return Some(Source::MysqlOptions),
        ".mylogin.cnf" => return Some(Source::MysqlLogin),
        "databases.json" => return Some(Source::Records),
        "datasources.xml" => return Some(Source::Datagrip),
        "datasources.local.xml" => return Some(Source::DatagripLocal),
        "app.db" if folder.ends_with("beekeeper-studio") => return Some(Source::Beekeeper),
        _ => {}
    }
    if lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env") {
        let example = lower
            .split(['.', '-', '_'])
            .any(|word| EXAMPLES.contains(&word));
        return (!example).then_some(Source::DotEnv);
    }
    let compose = lower.starts_with("docker-compose") || lower.starts_with("compose");
    if compose && ends(&[".yml", ".yaml"]) {
        return Some(Source::Compose);
    }
    if lower.starts_with("data-sources") && ends(&[".json"]) {
        return Some(Source::Dbeaver);
    }
    let of_compass = folder.ends_with("Connections") && folder.contains("MongoDB Compass");
    let exported = lower.starts_with("compass-connections");
    ((of_compass || exported) && ends(&[".json"])).then_some(Source::Compass)
}

/// Folders inside a chosen one that hold other people's files, or nothing that a person wrote.
const PASSED_OVER: [&str; 12] = [
    "node_modules",
    "target",
    "vendor",
    "dist",
    "build",
    "venv",
    "__pycache__",
    "bower_components",
    "Library",
    "AppData",
    "site-packages",
    "Pods",
];

/// Whether a folder of this name, inside a chosen one, is worth searching.
#[must_use]
pub fn is_searched(name: &str) -> bool {
    if name.starts_with('.') {
        return matches!(name, ".idea" | ".dbeaver");
    }
    !PASSED_OVER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_whose_file_it_is() {
        for (path, source) in [
            ("/home/ada/shop/.env", Some(Source::DotEnv)),
            ("/home/ada/shop/.env.production", Some(Source::DotEnv)),
            ("C:\\shop\\prod.env", Some(Source::DotEnv)),
            ("/home/ada/shop/.env.example", None),
            ("/home/ada/shop/.environment", None),
            ("/home/ada/.pgpass", Some(Source::Pgpass)),
            (
                "C:\\Users\\ada\\AppData\\Roaming\\postgresql\\pgpass.conf",
                Some(Source::Pgpass),
            ),
            (
                "/home/ada/shop/docker-compose.override.yml",
                Some(Source::Compose),
            ),
            ("compose.yaml", Some(Source::Compose)),
            ("compose.json", None),
            ("/x/.dbeaver/data-sources.json", Some(Source::Dbeaver)),
            ("/x/.dbeaver/credentials-config.json", None),
            (
                "/home/ada/.config/MongoDB Compass/Connections/1.json",
                Some(Source::Compass),
            ),
            ("/home/ada/Connections/1.json", None),
            ("/x/.idea/dataSources.xml", Some(Source::Datagrip)),
            (
                "/x/.idea/dataSources.local.xml",
                Some(Source::DatagripLocal),
            ),
            (
                "/home/ada/.config/beekeeper-studio/app.db",
                Some(Source::Beekeeper),
            ),
            ("/home/ada/app.db", None),
            ("", None),
        ] {
            assert_eq!(source_of(path), source, "{path}");
        }
    }

    #[test]
    fn what_others_wrote_is_passed_over() {
        assert!(is_searched("backend") && is_searched(".idea"));
        assert!(!is_searched("node_modules") && !is_searched(".git"));
    }
}
