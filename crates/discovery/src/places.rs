//! Where other programs keep their connections. Only these places of a home folder are looked at, and nothing else.

use crate::source::Source;

/// The system, as far as it decides where programs keep things.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Platform {
    /// Linux and the BSDs.
    Unix,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

/// A person's folders, and the files that variables of their programs name.
#[derive(Clone, Debug)]
pub struct Home {
    /// The system.
    pub platform: Platform,
    /// The home folder, without a separator at its end.
    pub folder: String,
    /// `%APPDATA%` on Windows.
    pub roaming: Option<String>,
    /// `XDG_CONFIG_HOME` where it is set.
    pub config: Option<String>,
    /// `XDG_DATA_HOME` where it is set.
    pub data: Option<String>,
    /// `PGPASSFILE` where it is set.
    pub pgpass: Option<String>,
    /// `PGSERVICEFILE` where it is set.
    pub pg_service: Option<String>,
}

/// A place to look at. A part of the path that is `*` stands for every entry of that folder, and one that ends in `*` for those that
/// begin so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The path, parts separated by `/`.
    pub path: String,
    /// Whose files are there.
    pub source: Source,
}

/// Every known place, whether something is there or not.
#[must_use]
pub fn known_places(home: &Home) -> Vec<Place> {
    let folder = &home.folder;
    let roaming = home
        .roaming
        .clone()
        .unwrap_or_else(|| format!("{folder}/AppData/Roaming"));
    let (config, data) = match home.platform {
        Platform::Unix => (
            home.config
                .clone()
                .unwrap_or_else(|| format!("{folder}/.config")),
            home.data
                .clone()
                .unwrap_or_else(|| format!("{folder}/.local/share")),
        ),
        Platform::Mac => (
            format!("{folder}/Library/Application Support"),
            format!("{folder}/Library"),
        ),
        Platform::Windows => (roaming.clone(), roaming.clone()),
    };
    let mut places = Vec::new();
    let mut add = |source: Source, path: String| {
        let path = path.replace('\\', "/");
        if !places.iter().any(|place: &Place| place.path == path) {
            places.push(Place { path, source });
        }
    };
    let on_windows = home.platform == Platform::Windows;
    let pgpass = if on_windows {
        format!("{roaming}/postgresql/pgpass.conf")
    } else {
        format!("{folder}/.pgpass")
    };
    add(Source::Pgpass, home.pgpass.clone().unwrap_or(pgpass));
    let service = if on_windows {
        format!("{roaming}/postgresql/.pg_service.conf")
    } else {
        format!("{folder}/.pg_service.conf")
    };
    add(
        Source::PgService,
        home.pg_service.clone().unwrap_or(service),
    );
    add(Source::MysqlOptions, format!("{folder}/.my.cnf"));
    let login = if on_windows {
        format!("{roaming}/MySQL/.mylogin.cnf")
    } else {
        format!("{folder}/.mylogin.cnf")
    };
    add(Source::MysqlLogin, login);

    add(
        Source::Dbeaver,
        format!("{data}/DBeaverData/workspace6/*/.dbeaver/data-sources*"),
    );
    if home.platform == Platform::Unix {
        for packaged in [
            "snap/dbeaver-ce/current/.local/share",
            ".var/app/io.dbeaver.DBeaverCommunity/data",
        ] {
            add(
                Source::Dbeaver,
                format!("{folder}/{packaged}/DBeaverData/workspace6/*/.dbeaver/data-sources*"),
            );
        }
        add(
            Source::Compass,
            format!("{folder}/.var/app/com.mongodb.Compass/config/MongoDB Compass/Connections/*"),
        );
    }
    add(
        Source::Compass,
        format!("{config}/MongoDB Compass/Connections/*"),
    );
    add(
        Source::Beekeeper,
        format!("{config}/beekeeper-studio/app.db"),
    );
    for file in [
        ("dataSources.xml", Source::Datagrip),
        ("dataSources.local.xml", Source::DatagripLocal),
    ] {
        add(
            file.1,
            format!("{config}/JetBrains/DataGrip*/projects/*/.idea/{}", file.0),
        );
        add(
            file.1,
            format!("{folder}/DataGripProjects/*/.idea/{}", file.0),
        );
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(platform: Platform, roaming: Option<&str>) -> Vec<String> {
        let home = Home {
            platform,
            folder: "/home/ada".to_owned(),
            roaming: roaming.map(str::to_owned),
            config: None,
            data: None,
            pgpass: None,
            pg_service: Some("/etc/services.conf".to_owned()),
        };
        known_places(&home)
            .into_iter()
            .map(|place| place.path)
            .collect()
    }

    #[test]
    fn each_system_has_its_places() {
        let unix = paths(Platform::Unix, None);
        for path in [
            "/home/ada/.pgpass",
            "/etc/services.conf",
            "/home/ada/.mylogin.cnf",
            "/home/ada/.local/share/DBeaverData/workspace6/*/.dbeaver/data-sources*",
            "/home/ada/.config/MongoDB Compass/Connections/*",
        ] {
            assert!(unix.iter().any(|each| each == path), "{path}");
        }
        let mac = paths(Platform::Mac, None);
        assert!(mac.contains(
            &"/home/ada/Library/Application Support/MongoDB Compass/Connections/*".to_owned()
        ));
        assert!(mac.contains(
            &"/home/ada/Library/DBeaverData/workspace6/*/.dbeaver/data-sources*".to_owned()
        ));
        let windows = paths(Platform::Windows, Some("C:\\Users\\ada\\AppData\\Roaming"));
        assert!(
            windows.contains(&"C:/Users/ada/AppData/Roaming/postgresql/pgpass.conf".to_owned())
        );
        assert!(
            windows.contains(
                &"C:/Users/ada/AppData/Roaming/DBeaverData/workspace6/*/.dbeaver/data-sources*"
                    .to_owned()
            )
        );
    }
}
