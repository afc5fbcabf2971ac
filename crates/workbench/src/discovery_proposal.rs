//! From connections to a product: which database and which environment each would be of, and which say the same.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use catalog::{DatabaseType, suggest_tag};
use connection_url::{ConnectionUrl, Host};
use discovery::FoundConnection;
use sha2::{Digest, Sha256};

use crate::discover::{Discovered, column};
use crate::dto::{DiscoveredView, DiscoveryWarning};

/// What tells a connection from others: engine, servers, database and user. Two that differ only in how they are written, or in their
/// password, are the same.
pub(crate) fn known_key(database_type: DatabaseType, text: &str) -> String {
    let Ok(url) = ConnectionUrl::parse(text, Some(database_type)) else {
        return format!("{database_type} {text}");
    };
    let mut key = format!("{database_type} ");
    for host in url.hosts() {
        let name = match host {
            Host::Tcp { host, .. } if matches!(host.as_str(), "" | "127.0.0.1" | "::1") => {
                "localhost"
            }
            host => host.name(),
        };
        let port = host
            .port()
            .number()
            .unwrap_or_else(|| database_type.default_port());
        let _ = write!(key, "{}:{port},", name.to_ascii_lowercase());
    }
    let _ = write!(key, " {:?} {:?}", url.database(), url.user());
    key
}

/// Gives each connection an id, a database and an environment, and sorts them by those.
pub(crate) fn propose(
    connections: Vec<FoundConnection>,
    known: &HashMap<String, String>,
) -> Vec<Discovered> {
    let mut found: Vec<Discovered> = Vec::with_capacity(connections.len());
    let mut ids = BTreeSet::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    for connection in connections {
        let each = discovered(connection, known, &mut ids);
        let key = known_key(each.view.database_type, each.url.expose());
        match first.get(&key) {
            // Of two that say the same the one with the password counts.
            Some(at) if found[*at].view.secrets.is_empty() && !each.view.secrets.is_empty() => {
                found[*at].view.duplicate_of = Some(each.view.id.clone());
                first.insert(key, found.len());
                found.push(each);
            }
            Some(at) => {
                let mut each = each;
                each.view.duplicate_of = Some(found[*at].view.id.clone());
                found.push(each);
            }
            None => {
                first.insert(key, found.len());
                found.push(each);
            }
        }
    }
    name_apart(&mut found);
    found.sort_by(|one, other| {
        let key = |each: &Discovered| {
            (
                each.view.database.clone(),
                column(&each.view.environment),
                each.view.environment.clone(),
            )
        };
        key(one).cmp(&key(other))
    });
    found
}

fn discovered(
    connection: FoundConnection,
    known: &HashMap<String, String>,
    ids: &mut BTreeSet<String>,
) -> Discovered {
    let masked = connection.url.masked(connection.database_type);
    let name = connection.database_name();
    let tag = suggest_tag(&name);
    let secrets = connection.url.secret_slots(connection.database_type);
    let guess = connection.environment;
    let view = DiscoveredView {
        id: id_of(&connection.file, &connection.name, &masked, ids),
        name: shortened(&connection.name),
        database_type: connection.database_type,
        known_as: known
            .get(&known_key(
                connection.database_type,
                connection.url.expose(),
            ))
            .cloned(),
        connection_url: masked,
        source: connection.source.as_str().to_owned(),
        file: connection.file,
        line: connection.line.and_then(|line| u32::try_from(line).ok()),
        database: if tag.is_empty() {
            "database".to_owned()
        } else {
            tag
        },
        database_name: shortened(&name),
        environment_assumed: guess.is_none(),
        // In doubt it is production, as everywhere: its guards are the strictest.
        environment: guess
            .as_ref()
            .map_or_else(|| "prd".to_owned(), |guess| guess.slug.to_string()),
        secrets,
        warnings: connection
            .warnings
            .into_iter()
            .map(|warning| DiscoveryWarning {
                code: warning.code.as_str().to_owned(),
                message: warning.message,
            })
            .collect(),
        duplicate_of: None,
    };
    Discovered {
        environment_name: guess
            .map(|guess| guess.name.to_string())
            .or_else(|| Some("Production".to_owned())),
        view,
        url: connection.url,
    }
}

/// As long as a name may be.
fn shortened(name: &str) -> String {
    name.chars().take(catalog::NAME_LIMIT).collect()
}

/// The same for the same place of the same file, so that a list that was printed can be chosen from; made of no secret.
fn id_of(file: &str, name: &str, masked: &str, ids: &mut BTreeSet<String>) -> String {
    for round in 0_u32.. {
        let mut hash = Sha256::new();
        for part in [file, name, masked, &round.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut id = String::new();
        for byte in &hash.finalize()[..5] {
            let _ = write!(id, "{byte:02x}");
        }
        if ids.insert(id.clone()) {
            return id;
        }
    }
    String::new()
}

/// Where two that differ would be the same database in the same environment, or one tag would be two engines, the later ones get a
/// database of their own.
fn name_apart(found: &mut [Discovered]) {
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    let mut engines: HashMap<String, DatabaseType> = HashMap::new();
    let is_first = |each: &&mut Discovered| each.view.duplicate_of.is_none();
    for each in found.iter_mut().filter(is_first) {
        let view = &mut each.view;
        let (tag, name) = (view.database.clone(), view.database_name.clone());
        let mut number = 1;
        loop {
            let engine = *engines
                .entry(view.database.clone())
                .or_insert(view.database_type);
            let place = (view.database.clone(), view.environment.clone());
            if engine == view.database_type && taken.insert(place) {
                break;
            }
            number += 1;
            let room = 63 - 1 - number.to_string().len();
            view.database = format!("{}-{number}", &tag[..tag.len().min(room)]);
            view.database_name = shortened(&format!("{name} {number}"));
        }
    }
    let places: HashMap<String, (String, String, String)> = found
        .iter()
        .map(|each| {
            let view = &each.view;
            (
                view.id.clone(),
                (
                    view.database.clone(),
                    view.database_name.clone(),
                    view.environment.clone(),
                ),
            )
        })
        .collect();
    // Those that say the same stand beside what they repeat.
    for each in found.iter_mut() {
        let of = each
            .view
            .duplicate_of
            .as_ref()
            .and_then(|id| places.get(id));
        if let Some((database, name, _)) = of {
            each.view.database.clone_from(database);
            each.view.database_name.clone_from(name);
        }
    }
}
