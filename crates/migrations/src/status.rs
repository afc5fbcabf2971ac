//! The records of a catalog beside the rows of a target's history.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;
use serde::Serialize;

use crate::{Direction, HistoryRow, Migration, RowState};

/// How a migration stands in a target.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    /// In the catalog, and not in the target.
    Pending,
    /// Begun, and not ended: it runs, or its runner was killed.
    Started,
    /// In the target.
    Applied,
    /// Failed half way.
    Failed,
    /// Applied once, and reverted.
    RolledBack,
    /// All of it in the target, and not in the catalog.
    Missing,
}

/// One migration in one target.
#[derive(Clone, PartialEq, Debug)]
pub struct MigrationStatus {
    /// Its tag.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// The catalog's id; `None` for one that the catalog lacks.
    pub id: Option<String>,
    /// How it stands.
    pub state: MigrationState,
    /// The catalog's checksum; the history's for a missing one.
    pub checksum: String,
    /// Whether the history has the same; `None` where it has no row that counts.
    pub checksum_matches: Option<bool>,
    /// Statements of the last direction that are done for sure.
    pub statements_done: u32,
    /// Statements of that direction.
    pub statements: u32,
    /// Whether it is pending although a later one is applied.
    pub out_of_order: bool,
    /// Which way it ran last; `None` where it never did.
    pub direction: Option<Direction>,
    /// What the history says of it.
    pub row: Option<HistoryRow>,
}

/// How a target stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TargetStatus {
    /// The tag of the last in the list that is applied, missing ones among them.
    pub head: Option<String>,
    /// How many are pending or rolled back.
    pub pending: u32,
    /// How many are failed or begun and not ended.
    pub failed: u32,
    /// Each, in the catalog's order; missing ones where their positions put them.
    pub migrations: Vec<MigrationStatus>,
}

impl MigrationStatus {
    /// Whether it is in the target. A rollback that failed before it did anything leaves it there.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.row.as_ref().is_some_and(is_applied)
    }

    /// Whether it stopped half way, so that a person must say what becomes of it.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.row.as_ref().is_some_and(is_unfinished)
    }

    /// Whether a run would take it: the catalog has it, and the target does not.
    #[must_use]
    pub fn is_to_run(&self) -> bool {
        self.id.is_some() && !self.is_applied() && !self.is_unfinished()
    }
}

fn nothing_done(row: &HistoryRow) -> bool {
    row.statements_done == 0 && row.under_way.is_none()
}

fn is_applied(row: &HistoryRow) -> bool {
    match row.state {
        RowState::Applied => true,
        RowState::Failed => row.direction == Direction::Down && nothing_done(row),
        RowState::Started | RowState::RolledBack => false,
    }
}

fn is_unfinished(row: &HistoryRow) -> bool {
    match row.state {
        RowState::Started => true,
        RowState::Failed => !nothing_done(row),
        RowState::Applied | RowState::RolledBack => false,
    }
}

/// Puts the records beside the rows. Rows are those of this database, whatever their order.
///
/// A row belongs to the migration of its tag, else to the one of its id: a colleague's catalog has other ids, and a rename here
/// leaves the tag in the target as it was. A row that belongs to none is `missing`, unless nothing of it is in the target; one that
/// stopped half way keeps that state, since it must be mended first.
#[must_use]
pub fn status(migrations: &[Migration], rows: &[HistoryRow]) -> TargetStatus {
    let rows = newest(rows);
    let (owned, nobodys) = owners(migrations, &rows);

    let last_applied = owned.iter().rposition(|row| row.is_some_and(is_applied));
    let mut placed: Vec<(u32, bool, MigrationStatus)> = Vec::new();
    for (index, (migration, row)) in migrations.iter().zip(&owned).enumerate() {
        let mut one = known(migration, *row);
        one.out_of_order = one.is_to_run() && last_applied.is_some_and(|last| index < last);
        placed.push((place(index), true, one));
    }
    for row in nobodys {
        if is_applied(row) || is_unfinished(row) {
            placed.push((row.position, false, unknown(row)));
        }
    }
    // A missing one stands before the catalog's of the same position, which came later for sure.
    placed.sort_by_key(|(position, known, _)| (*position, *known));
    let list: Vec<MigrationStatus> = placed.into_iter().map(|(_, _, one)| one).collect();
    let count = |states: &[MigrationState]| {
        let found = list
            .iter()
            .filter(|one| states.contains(&one.state))
            .count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    TargetStatus {
        head: list
            .iter()
            .rev()
            .find(|one| one.is_applied())
            .map(|one| one.tag.clone()),
        pending: count(&[MigrationState::Pending, MigrationState::RolledBack]),
        failed: count(&[MigrationState::Started, MigrationState::Failed]),
        migrations: list,
    }
}

fn place(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// The rows, of each tag the last that was begun: a renamed database can have two.
fn newest(rows: &[HistoryRow]) -> Vec<&HistoryRow> {
    let mut newest: Vec<&HistoryRow> = Vec::with_capacity(rows.len());
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(rows.len());
    for row in rows {
        match places.entry(row.tag.as_str()) {
            Entry::Vacant(entry) => {
                entry.insert(newest.len());
                newest.push(row);
            }
            Entry::Occupied(entry) => {
                let kept = &mut newest[*entry.get()];
                if is_later(&row.started_at, &kept.started_at) {
                    *kept = row;
                }
            }
        }
    }
    newest
}

/// Whether a time is after another; as texts where one of them is none.
fn is_later(one: &str, other: &str) -> bool {
    match (one.parse::<Timestamp>(), other.parse::<Timestamp>()) {
        (Ok(one), Ok(other)) => one > other,
        _ => one > other,
    }
}

/// The row of each migration, and the rows that are nobody's: by tag and id, then by tag, then by id.
fn owners<'a>(
    migrations: &[Migration],
    rows: &[&'a HistoryRow],
) -> (Vec<Option<&'a HistoryRow>>, Vec<&'a HistoryRow>) {
    let by_tag: HashMap<&str, usize> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (row.tag.as_str(), place))
        .collect();
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        if !row.migration_id.is_empty() {
            by_id.entry(&row.migration_id).or_default().push(place);
        }
    }
    let mut owned: Vec<Option<&HistoryRow>> = vec![None; migrations.len()];
    let mut taken = vec![false; rows.len()];
    for pass in 0..3 {
        for (migration, owned) in migrations.iter().zip(&mut owned) {
            let found = match pass {
                _ if owned.is_some() => None,
                0 => by_tag
                    .get(migration.tag.as_str())
                    .copied()
                    .filter(|place| rows[*place].migration_id == migration.id),
                1 => by_tag.get(migration.tag.as_str()).copied(),
                _ => by_id
                    .get(migration.id.as_str())
                    .and_then(|places| places.iter().copied().find(|place| !taken[*place])),
            };
            if let Some(place) = found.filter(|place| !taken[*place]) {
                taken[place] = true;
                *owned = Some(rows[place]);
            }
        }
    }
    let nobodys = rows
        .iter()
        .zip(taken)
        .filter(|(_, taken)| !taken)
        .map(|(row, _)| *row)
        .collect();
    (owned, nobodys)
}

fn known(migration: &Migration, row: Option<&HistoryRow>) -> MigrationStatus {
    let checksum = migration.checksum();
    let counts = row.filter(|row| is_applied(row) || is_unfinished(row));
    let up = u32::try_from(migration.up.len()).unwrap_or(u32::MAX);
    MigrationStatus {
        tag: migration.tag.clone(),
        name: migration.name.clone(),
        id: Some(migration.id.clone()),
        state: row.map_or(MigrationState::Pending, |row| state(row.state)),
        checksum_matches: counts.map(|row| row.checksum == checksum),
        checksum,
        statements_done: row.map_or(0, |row| row.statements_done),
        statements: row.map_or(up, |row| row.statements),
        out_of_order: false,
        direction: row.map(|row| row.direction),
        row: row.cloned(),
    }
}

fn unknown(row: &HistoryRow) -> MigrationStatus {
    MigrationStatus {
        tag: row.tag.clone(),
        name: row.name.clone(),
        id: None,
        state: if is_unfinished(row) {
            state(row.state)
        } else {
            MigrationState::Missing
        },
        checksum: row.checksum.clone(),
        checksum_matches: None,
        statements_done: row.statements_done,
        statements: row.statements,
        out_of_order: false,
        direction: Some(row.direction),
        row: Some(row.clone()),
    }
}

const fn state(state: RowState) -> MigrationState {
    match state {
        RowState::Started => MigrationState::Started,
        RowState::Applied => MigrationState::Applied,
        RowState::Failed => MigrationState::Failed,
        RowState::RolledBack => MigrationState::RolledBack,
    }
}
