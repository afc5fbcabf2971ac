//! A row as a run writes it.

use migrations::{Direction, Migration, RowState};

use super::record_text;
use crate::Scope;

/// A value of a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell {
    Null,
    Text(String),
    Number(u64),
    /// Now, by the server's clock.
    Clock,
    /// So many milliseconds ago, by the server's clock.
    Ago(u64),
    /// When the transaction began, by the server's clock.
    Begin,
    /// Milliseconds since the transaction began, by the server's clock.
    SinceBegin,
    /// A moment that the server told before, in RFC 3339.
    Moment(String),
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Columns and what goes into them.
pub(super) type Fields = Vec<(&'static str, Cell)>;

/// How long a migration took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Took {
    /// It has not ended.
    Unfinished,
    /// So long, as it was measured here.
    Milliseconds(u64),
    /// Since its transaction began, which the server knows; only PostgreSQL is asked so.
    SinceBegin,
}

/// A row of the history, as it shall be.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) migration: &'a Migration,
    pub(crate) position: u32,
    pub(crate) state: RowState,
    pub(crate) direction: Direction,
    /// Statements that are done for sure.
    pub(crate) done: u32,
    /// Of so many.
    pub(crate) statements: u32,
    /// The statement that is about to be sent, or of which nobody knows.
    pub(crate) under_way: Option<u32>,
    pub(crate) took: Took,
    pub(crate) by: &'a str,
    pub(crate) tool_version: &'a str,
    pub(crate) error: Option<String>,
    /// The run that writes it.
    pub(crate) run: &'a str,
}

/// More of an error is not kept, in characters.
const LONGEST_ERROR: usize = 20_000;

impl Entry<'_> {
    /// Every column.
    pub(super) fn fields(&self) -> Fields {
        let number = |number: u32| Cell::Number(u64::from(number));
        let error = self.error.as_ref();
        let (started_at, finished_at, duration_ms) = match self.took {
            Took::Unfinished => (Cell::Clock, Cell::Null, Cell::Null),
            Took::Milliseconds(ms) => (Cell::Ago(ms), Cell::Clock, Cell::Number(ms)),
            Took::SinceBegin => (Cell::Begin, Cell::Clock, Cell::SinceBegin),
        };
        vec![
            ("product", Cell::text(&self.scope.product)),
            ("database", Cell::text(&self.scope.database)),
            ("tag", Cell::text(&self.migration.tag)),
            ("database_id", Cell::text(&self.scope.database_id)),
            ("migration_id", Cell::text(&self.migration.id)),
            ("name", Cell::text(&self.migration.name)),
            ("position", number(self.position)),
            ("record", Cell::Text(record_text(&self.migration.record))),
            ("checksum", Cell::Text(self.migration.checksum())),
            ("state", Cell::text(state(self.state))),
            ("direction", Cell::text(direction(self.direction))),
            ("statements_done", number(self.done)),
            ("statements", number(self.statements)),
            ("under_way", self.under_way.map_or(Cell::Null, number)),
            ("started_at", started_at),
            ("finished_at", finished_at),
            ("duration_ms", duration_ms),
            ("by", Cell::text(self.by)),
            ("tool_version", Cell::text(self.tool_version)),
            (
                "error",
                error.map_or(Cell::Null, |text| {
                    Cell::Text(text.chars().take(LONGEST_ERROR).collect())
                }),
            ),
            ("run_id", Cell::text(self.run)),
        ]
    }

    /// What changes from statement to statement.
    pub(super) fn progress(&self) -> Fields {
        let number = |number: u32| Cell::Number(u64::from(number));
        vec![
            ("statements_done", number(self.done)),
            ("under_way", self.under_way.map_or(Cell::Null, number)),
        ]
    }
}

pub(super) const fn state(state: RowState) -> &'static str {
    match state {
        RowState::Started => "started",
        RowState::Applied => "applied",
        RowState::Failed => "failed",
        RowState::RolledBack => "rolled_back",
    }
}

pub(super) const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}
