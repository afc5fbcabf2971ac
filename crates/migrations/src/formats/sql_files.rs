//! sqlx, dbmate, golang-migrate and Flyway.

use std::collections::{BTreeMap, HashSet};

use connection_url::DatabaseType;
use serde_json::Value;

use super::names::{self, Version};
use super::scripts::Script;
use super::{Draft, Format, ImportedSet, Note, SourceFile, refused, told};
use crate::{Direction, Migration, join, lint};

/// The first line by which sqlx is told to use no transaction.
const NO_TRANSACTION: &str = "-- no-transaction";

/// Which way a file goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Up,
    Down,
}

/// The files of one version.
struct Group<'a> {
    stem: &'a str,
    description: &'a str,
    up: Option<&'a SourceFile>,
    down: Option<&'a SourceFile>,
}

/// What one migration's files say.
#[derive(Default)]
struct Content {
    up: Vec<String>,
    down: Vec<String>,
    no_transaction: bool,
}

pub(super) fn read(
    files: &[SourceFile],
    format: Format,
    database_type: DatabaseType,
) -> ImportedSet {
    let mut set = ImportedSet::default();
    let groups = groups(files, format, &mut set.notes);
    let mut taken = HashSet::new();
    for group in groups.into_values() {
        let Some(file) = group.up else {
            if let Some(down) = group.down {
                set.notes.push(refused(
                    &down.path,
                    None,
                    "It reverts a migration that is not here, and is left out.",
                ));
            }
            continue;
        };
        let content = match content(&group, format, database_type, files, &mut set.notes) {
            Ok(content) => content,
            Err(note) => {
                set.notes.push(note);
                continue;
            }
        };
        if content.up.is_empty() {
            set.notes.push(refused(
                &file.path,
                None,
                "It has no statement, and is left out.",
            ));
            continue;
        }
        let drafts = match drafts(&group, file, content, format, database_type, &mut set.notes) {
            Ok(drafts) => drafts,
            Err(note) => {
                set.notes.push(note);
                continue;
            }
        };
        let made: Result<Vec<Migration>, Vec<Note>> = drafts
            .into_iter()
            .map(|mut draft| {
                draft.tag = names::unique(draft.tag, &mut taken);
                draft.migration(database_type)
            })
            .collect();
        match made {
            Ok(migrations) => set.migrations.extend(migrations),
            Err(notes) => set.notes.extend(notes),
        }
    }
    set
}

/// The name of a file without its folder.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name without its endings, and which way it goes.
fn ending(base: &str, format: Format) -> Option<(&str, Way)> {
    let stem = base.strip_suffix(".sql")?;
    match format {
        Format::Sqlx => Some(
            match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
                (Some(stem), _) => (stem, Way::Up),
                (_, Some(stem)) => (stem, Way::Down),
                _ => (stem, Way::Up),
            },
        ),
        Format::GolangMigrate => match stem.strip_suffix(".up") {
            Some(stem) => Some((stem, Way::Up)),
            None => Some((stem.strip_suffix(".down")?, Way::Down)),
        },
        Format::Flyway if stem.starts_with(['U', 'u']) => Some((stem, Way::Down)),
        _ => Some((stem, Way::Up)),
    }
}

fn groups<'a>(
    files: &'a [SourceFile],
    format: Format,
    notes: &mut Vec<Note>,
) -> BTreeMap<Version, Group<'a>> {
    let mut groups: BTreeMap<Version, Group<'a>> = BTreeMap::new();
    for file in files {
        let base = base(&file.path);
        if !base.ends_with(".sql") {
            continue;
        }
        if format == Format::Flyway && base.starts_with("R__") {
            notes.push(refused(
                &file.path,
                None,
                "A repeatable migration runs whenever it changes, and there is no such thing here. Make a migration of what it says now.",
            ));
            continue;
        }
        let named = ending(base, format)
            .and_then(|(stem, way)| Some((stem, way, names::stem(stem, format)?)));
        let Some((stem, way, parts)) = named else {
            notes.push(refused(
                &file.path,
                None,
                format!(
                    "The name is none of a migration of {}, and the file is left out. It expects {}.",
                    format.tool(),
                    format.example()
                ),
            ));
            continue;
        };
        let group = groups.entry(parts.version).or_insert(Group {
            stem,
            description: parts.description,
            up: None,
            down: None,
        });
        let place = match way {
            Way::Up => &mut group.up,
            Way::Down => &mut group.down,
        };
        if let Some(first) = place {
            notes.push(refused(
                &file.path,
                None,
                format!(
                    "{} has the same version, and this file is left out.",
                    first.path
                ),
            ));
            continue;
        }
        *place = Some(file);
        if way == Way::Up {
            group.stem = stem;
            group.description = parts.description;
        }
    }
    groups
}

fn content(
    group: &Group<'_>,
    format: Format,
    database_type: DatabaseType,
    files: &[SourceFile],
    notes: &mut Vec<Note>,
) -> Result<Content, Note> {
    let mut content = Content::default();
    if let (Format::Dbmate, Some(file)) = (format, group.up) {
        let sections = sections(file)?;
        content.up = sections.up.statements(database_type, notes)?;
        if let Some(down) = sections.down {
            content.down = down.statements(database_type, notes)?;
        }
        content.no_transaction = sections.no_transaction;
        return Ok(content);
    }
    for (file, way) in [(group.up, Way::Up), (group.down, Way::Down)] {
        let Some(file) = file else {
            continue;
        };
        let mut script = Script {
            path: &file.path,
            text: &file.text,
            lines: 0,
        };
        if format == Format::Sqlx && file.text.starts_with(NO_TRANSACTION) {
            content.no_transaction = true;
            let length = file.text.find('\n').map_or(file.text.len(), |at| at + 1);
            script.text = &file.text[length..];
            script.lines = 1;
        }
        if format == Format::Flyway {
            placeholders(file)?;
            let settings = format!("{}.conf", file.path);
            content.no_transaction |= files.iter().any(|one| {
                one.path == settings
                    && one
                        .text
                        .lines()
                        .any(|line| line.replace(' ', "") == "executeInTransaction=false")
            });
        }
        let statements = script.statements(database_type, notes)?;
        match way {
            Way::Up => content.up = statements,
            Way::Down => content.down = statements,
        }
    }
    Ok(content)
}

/// Flyway puts values in place of `${…}`, from settings that are not in the folder.
fn placeholders(file: &SourceFile) -> Result<(), Note> {
    match file.text.lines().position(|line| line.contains("${")) {
        None => Ok(()),
        Some(line) => Err(refused(
            &file.path,
            Some(line + 1),
            "Flyway puts a value in place of ${…}, and it is not known here. Write the value.",
        )),
    }
}

/// The two parts of a file of dbmate.
struct Sections<'a> {
    up: Script<'a>,
    down: Option<Script<'a>>,
    no_transaction: bool,
}

/// `-- migrate:up transaction:false`: which way, and whether outside of a transaction.
fn marker(line: &str) -> Option<(Way, bool)> {
    let rest = line
        .strip_prefix("--")?
        .trim_start()
        .strip_prefix("migrate:")?;
    let mut words = rest.split_whitespace();
    let way = match words.next()? {
        "up" => Way::Up,
        "down" => Way::Down,
        _ => return None,
    };
    Some((way, words.any(|word| word == "transaction:false")))
}

fn sections(file: &SourceFile) -> Result<Sections<'_>, Note> {
    let (mut up, mut down) = (None, None);
    let mut no_transaction = false;
    let mut open: Option<(Way, usize, usize)> = None;
    let mut at = 0;
    let mut close = |open: Option<(Way, usize, usize)>, end: usize| {
        if let Some((way, start, lines)) = open {
            let script = Script {
                path: &file.path,
                text: &file.text[start..end],
                lines,
            };
            match way {
                Way::Up => up = Some(script),
                Way::Down => down = Some(script),
            }
        }
    };
    for (index, line) in file.text.split_inclusive('\n').enumerate() {
        if let Some((way, outside)) = marker(line.trim_end()) {
            close(open, at);
            no_transaction |= outside;
            open = Some((way, at + line.len(), index + 1));
        } else if open.is_none() && !line.trim().is_empty() && !line.trim_start().starts_with("--")
        {
            return Err(refused(
                &file.path,
                Some(index + 1),
                "dbmate expects \"-- migrate:up\" before the first statement.",
            ));
        }
        at += line.len();
    }
    close(open, file.text.len());
    let up = up.ok_or_else(|| {
        refused(
            &file.path,
            None,
            "There is no line \"-- migrate:up\", and the file is left out.",
        )
    })?;
    Ok(Sections {
        up,
        down,
        no_transaction,
    })
}

/// One migration, or one a statement where several run outside of a transaction.
fn drafts(
    group: &Group<'_>,
    file: &SourceFile,
    content: Content,
    format: Format,
    database_type: DatabaseType,
    notes: &mut Vec<Note>,
) -> Result<Vec<Draft>, Note> {
    let texts = |list: &[String]| list.iter().cloned().map(Value::String).collect();
    let whole = |up: &[String], down: &[String], no_transaction: bool| Draft {
        path: file.path.clone(),
        tag: names::tag(group.stem),
        name: names::name(group.description, group.stem),
        up: texts(up),
        down: texts(down),
        no_transaction,
    };
    let Content {
        up,
        down,
        mut no_transaction,
    } = content;
    if matches!(format, Format::GolangMigrate | Format::Flyway) && !no_transaction {
        // These run what can't be in a transaction without being told.
        no_transaction = whole(&up, &down, false)
            .migration(database_type)
            .is_ok_and(|migration| needs_no_transaction(&migration, database_type));
    }
    let several = up.len() > 1 || down.len() > 1;
    if !no_transaction || !several || database_type != DatabaseType::Postgresql {
        return Ok(vec![whole(&up, &down, no_transaction)]);
    }
    if !down.is_empty() && down.len() != up.len() {
        return Err(refused(
            &file.path,
            None,
            format!(
                "It runs outside of a transaction, where a migration has one statement. It has {} up and {} down, which make no pairs: make several files of it.",
                up.len(),
                down.len()
            ),
        ));
    }
    notes.push(told(
        &file.path,
        None,
        format!("It runs outside of a transaction, where a migration has one statement: {} migrations are made of it.", up.len()),
    ));
    Ok(up
        .iter()
        .enumerate()
        .map(|(index, statement)| {
            let back = down
                .len()
                .checked_sub(index + 1)
                .map(|last| &down[last..=last])
                .unwrap_or_default();
            whole(std::slice::from_ref(statement), back, true)
        })
        .collect())
}

fn needs_no_transaction(migration: &Migration, database_type: DatabaseType) -> bool {
    [Direction::Up, Direction::Down]
        .into_iter()
        .flat_map(|direction| lint(migration, direction, database_type))
        .flat_map(|lint| lint.warnings)
        .any(|warning| warning.code == "needs_no_transaction")
}

pub(super) fn write(
    migrations: &[Migration],
    stems: &[String],
    format: Format,
    database_type: DatabaseType,
) -> Vec<SourceFile> {
    let reversible = migrations.iter().any(|one| !one.down.is_empty());
    let mut files = Vec::new();
    for (migration, stem) in migrations.iter().zip(stems) {
        let up = join(&migration.up, database_type);
        let down = join(&migration.down, database_type);
        let has_down = !migration.down.is_empty();
        let mut file = |path: String, text: String| files.push(SourceFile { path, text });
        match format {
            Format::Dbmate => {
                let option = if migration.no_transaction {
                    " transaction:false"
                } else {
                    ""
                };
                file(
                    format!("{stem}.sql"),
                    format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}"),
                );
            }
            Format::Sqlx => {
                let first = if migration.no_transaction {
                    format!("{NO_TRANSACTION}\n")
                } else {
                    String::new()
                };
                let ending = if reversible { ".up.sql" } else { ".sql" };
                file(format!("{stem}{ending}"), format!("{first}{up}"));
                if has_down {
                    file(format!("{stem}.down.sql"), format!("{first}{down}"));
                }
            }
            Format::Flyway => {
                file(format!("{stem}.sql"), up);
                let undo = format!("U{}", stem.trim_start_matches('V'));
                if has_down {
                    file(format!("{undo}.sql"), down);
                }
                if migration.no_transaction
                    && !needs_no_transaction_without(migration, database_type)
                {
                    file(
                        format!("{stem}.sql.conf"),
                        "executeInTransaction=false\n".to_owned(),
                    );
                }
            }
            Format::GolangMigrate | Format::MigrateMongo => {
                file(format!("{stem}.up.sql"), up);
                if has_down {
                    file(format!("{stem}.down.sql"), down);
                }
            }
        }
    }
    files
}

/// Whether the statements themselves say that they run outside of a transaction.
fn needs_no_transaction_without(migration: &Migration, database_type: DatabaseType) -> bool {
    let inside = Migration {
        no_transaction: false,
        ..migration.clone()
    };
    needs_no_transaction(&inside, database_type)
}
