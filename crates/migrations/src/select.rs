//! Which migrations a run would take, in which order, or why none.

use std::collections::HashMap;

use crate::{Direction, Migration, MigrationStatus, TargetStatus};

/// A migration that would run.
#[derive(Clone, PartialEq, Debug)]
pub struct Pick {
    /// The migration: the catalog's, or the history's where the catalog lacks it.
    pub migration: Migration,
    /// Its place in the list, from 1.
    pub position: u32,
    /// Which way.
    pub direction: Direction,
    /// The first statement that is sent, from 1; more than 1 where a part is done already.
    pub from: u32,
}

/// Why nothing can be chosen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable code: `unfinished` (one is failed or started and must be repaired first), `checksum_changed`, `out_of_order`,
    /// `not_applied`, `no_down`, `unknown_tag`, `missing` (rollback of one whose record cannot be read).
    pub code: &'static str,
    /// One plain sentence, with what to do.
    pub message: String,
    /// The migrations that it is about.
    pub tags: Vec<String>,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>, tags: Vec<String>) -> Self {
        Self {
            code,
            message: message.into(),
            tags,
        }
    }
}

/// Those that are pending, in order, up to `to` (a tag, which runs too) where given. One that failed before it did anything is
/// pending again.
///
/// `accept_checksum` lets ones that are applied with another `up` be; `out_of_order` lets ones run that stand before applied ones.
///
/// # Errors
/// A [`Refusal`].
pub fn steps_up(
    migrations: &[Migration],
    status: &TargetStatus,
    to: Option<&str>,
    accept_checksum: bool,
    out_of_order: bool,
) -> Result<Vec<Pick>, Refusal> {
    let last = match to {
        None => migrations.len(),
        Some(tag) => 1 + place_of(migrations, status, tag)?,
    };
    ready(status, accept_checksum)?;
    let picks = picks_up(migrations, status, last);
    in_order(&picks, status, out_of_order)?;
    Ok(picks)
}

/// Those to revert, last first: the last `steps` applied ones, or all that come after `to` (a tag, which stays applied); one where
/// neither is given.
///
/// What is reverted is what was applied: one that the catalog lacks, or has another `up` of, is taken from its row.
///
/// # Errors
/// A [`Refusal`].
pub fn steps_down(
    migrations: &[Migration],
    status: &TargetStatus,
    to: Option<&str>,
    steps: Option<u32>,
) -> Result<Vec<Pick>, Refusal> {
    unfinished(status)?;
    let first = match to {
        None => 0,
        Some(tag) => {
            let place = status
                .migrations
                .iter()
                .position(|one| one.tag == tag)
                .ok_or_else(|| unknown_tag(tag))?;
            if !status.migrations[place].is_applied() {
                return Err(Refusal::new(
                    "not_applied",
                    format!("{tag} is not applied here, so it can't be the one that stays."),
                    vec![tag.to_owned()],
                ));
            }
            place + 1
        }
    };
    let most = match (to, steps) {
        (_, Some(steps)) => usize::try_from(steps).unwrap_or(usize::MAX),
        (Some(_), None) => usize::MAX,
        (None, None) => 1,
    };
    let chosen: Vec<&MigrationStatus> = status.migrations[first..]
        .iter()
        .rev()
        .filter(|one| one.is_applied())
        .take(most)
        .collect();
    if chosen.is_empty() && to.is_none() && most > 0 {
        return Err(Refusal::new(
            "not_applied",
            "No migration is applied here.",
            Vec::new(),
        ));
    }
    let mut picks = Vec::with_capacity(chosen.len());
    let mut unreadable = Vec::new();
    for one in chosen {
        match to_revert(migrations, one) {
            Some((migration, position)) => picks.push(Pick {
                migration,
                position,
                direction: Direction::Down,
                from: 1,
            }),
            None => unreadable.push(one.tag.clone()),
        }
    }
    if !unreadable.is_empty() {
        return Err(Refusal::new(
            "missing",
            format!(
                "The catalog does not have what was applied of {}, and what the history keeps of it can't be read.",
                listed(&unreadable)
            ),
            unreadable,
        ));
    }
    let no_way: Vec<String> = picks
        .iter()
        .filter(|pick| pick.migration.down.is_empty())
        .map(|pick| pick.migration.tag.clone())
        .collect();
    if !no_way.is_empty() {
        return Err(Refusal::new(
            "no_down",
            format!(
                "{} has no statements that revert it. Write its down, or a new migration that takes it back.",
                listed(&no_way)
            ),
            no_way,
        ));
    }
    Ok(picks)
}

fn unknown_tag(tag: &str) -> Refusal {
    Refusal::new(
        "unknown_tag",
        format!("There is no migration {tag}."),
        vec![tag.to_owned()],
    )
}

fn place_of(migrations: &[Migration], status: &TargetStatus, tag: &str) -> Result<usize, Refusal> {
    migrations
        .iter()
        .position(|migration| migration.tag == tag)
        .ok_or_else(|| {
            if status.migrations.iter().any(|one| one.tag == tag) {
                Refusal::new(
                    "unknown_tag",
                    format!("{tag} is applied here and not in this catalog. Adopt it first."),
                    vec![tag.to_owned()],
                )
            } else {
                unknown_tag(tag)
            }
        })
}

fn tags(status: &TargetStatus, is: impl Fn(&MigrationStatus) -> bool) -> Vec<String> {
    status
        .migrations
        .iter()
        .filter(|one| is(one))
        .map(|one| one.tag.clone())
        .collect()
}

/// The first few of a list, for a message.
fn listed(tags: &[String]) -> String {
    const SHOWN: usize = 3;
    match tags {
        [first @ .., last] if !first.is_empty() && tags.len() <= SHOWN => {
            format!("{} and {last}", first.join(", "))
        }
        _ if tags.len() > SHOWN => format!(
            "{} and {} more",
            tags[..SHOWN].join(", "),
            tags.len() - SHOWN
        ),
        _ => tags.join(", "),
    }
}

fn unfinished(status: &TargetStatus) -> Result<(), Refusal> {
    let unfinished = tags(status, MigrationStatus::is_unfinished);
    if unfinished.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        "unfinished",
        format!(
            "{} stopped half way here. Repair that first: resume, mark it applied or reverted, or undo the part that is done.",
            listed(&unfinished)
        ),
        unfinished,
    ))
}

/// Whether anything at all may run.
fn ready(status: &TargetStatus, accept_checksum: bool) -> Result<(), Refusal> {
    unfinished(status)?;
    let changed = tags(status, |one| {
        one.is_applied() && one.checksum_matches == Some(false)
    });
    if changed.is_empty() || accept_checksum {
        return Ok(());
    }
    Err(Refusal::new(
        "checksum_changed",
        format!(
            "{} was edited after it was applied here. Put back what was applied and make a new migration of the change, or accept the difference.",
            listed(&changed)
        ),
        changed,
    ))
}

fn is_of(one: &MigrationStatus, migration: &Migration) -> bool {
    match &one.id {
        Some(id) if !id.is_empty() && !migration.id.is_empty() => *id == migration.id,
        _ => one.tag == migration.tag,
    }
}

/// What a target's status says of each migration of the catalog, found by id, else by tag.
struct Standings<'a> {
    by_id: HashMap<&'a str, &'a MigrationStatus>,
    by_tag: HashMap<&'a str, &'a MigrationStatus>,
}

impl<'a> Standings<'a> {
    fn of(status: &'a TargetStatus) -> Self {
        let known = || status.migrations.iter().filter(|one| one.id.is_some());
        Self {
            by_id: known()
                .filter_map(|one| Some((one.id.as_deref()?, one)))
                .filter(|(id, _)| !id.is_empty())
                .collect(),
            by_tag: known().map(|one| (one.tag.as_str(), one)).collect(),
        }
    }

    fn get(&self, migration: &Migration) -> Option<&'a MigrationStatus> {
        self.by_id
            .get(migration.id.as_str())
            .or_else(|| self.by_tag.get(migration.tag.as_str()))
            .copied()
            .filter(|one| is_of(one, migration))
    }
}

/// Those of the first `last` that are to run.
fn picks_up(migrations: &[Migration], status: &TargetStatus, last: usize) -> Vec<Pick> {
    let standings = Standings::of(status);
    migrations
        .iter()
        .enumerate()
        .take(last)
        .filter(|(_, migration)| {
            standings
                .get(migration)
                .is_none_or(MigrationStatus::is_to_run)
        })
        .map(|(index, migration)| Pick {
            migration: migration.clone(),
            position: u32::try_from(index + 1).unwrap_or(u32::MAX),
            direction: Direction::Up,
            from: 1,
        })
        .collect()
}

fn in_order(picks: &[Pick], status: &TargetStatus, allowed: bool) -> Result<(), Refusal> {
    let standings = Standings::of(status);
    let late: Vec<String> = picks
        .iter()
        .filter(|pick| {
            standings
                .get(&pick.migration)
                .is_some_and(|one| one.out_of_order)
        })
        .map(|pick| pick.migration.tag.clone())
        .collect();
    if late.is_empty() || allowed {
        return Ok(());
    }
    let head = status.head.as_deref().unwrap_or_default();
    Err(Refusal::new(
        "out_of_order",
        format!(
            "{} stands before a migration that is applied here already (the head is {head}). Move it behind, or let it run out of order.",
            listed(&late)
        ),
        late,
    ))
}

/// The migration that takes back what is applied, and its position.
fn to_revert(migrations: &[Migration], one: &MigrationStatus) -> Option<(Migration, u32)> {
    let row = one.row.as_ref()?;
    let known = migrations
        .iter()
        .enumerate()
        .find(|(_, migration)| one.id.is_some() && is_of(one, migration))
        .map(|(index, migration)| (migration, u32::try_from(index + 1).unwrap_or(u32::MAX)));
    match known {
        Some((migration, position)) if one.checksum_matches != Some(false) => {
            Some((migration.clone(), position))
        }
        _ => {
            let position = known.map_or(row.position, |(_, position)| position);
            Migration::of_history(row).map(|migration| (migration, position))
        }
    }
}
