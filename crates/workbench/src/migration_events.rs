//! What the runner tells, for a face: with the target's names, and with how far each migration is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use migrations::{Direction, RowState};
use runner::{RunReport, RunnerEvent};

use crate::dto::{MigrationRunEvent, MigrationStateView};
use crate::migration_status::direction_word;
use crate::migration_target::Place;

/// How far a migration is.
#[derive(Clone, Copy, Default)]
struct Progress {
    done: u32,
    statements: u32,
    ended: bool,
}

/// Passes on what a run tells.
pub(crate) struct Narrator<'a> {
    database: &'a str,
    env: &'a str,
    /// Whether the engine takes back what was done of one that fails.
    takes_back: bool,
    events: &'a (dyn Fn(MigrationRunEvent) + Send + Sync),
    progress: Mutex<HashMap<String, Progress>>,
}

impl From<RowState> for MigrationStateView {
    fn from(state: RowState) -> Self {
        match state {
            RowState::Started => Self::Started,
            RowState::Applied => Self::Applied,
            RowState::Failed => Self::Failed,
            RowState::RolledBack => Self::RolledBack,
        }
    }
}

impl<'a> Narrator<'a> {
    pub(crate) fn new(
        place: &'a Place,
        events: &'a (dyn Fn(MigrationRunEvent) + Send + Sync),
    ) -> Self {
        Self {
            database: &place.database.tag,
            env: &place.environment.slug,
            takes_back: engines::engine(place.database.database_type)
                .capabilities()
                .ddl_transactions,
            events,
            progress: Mutex::default(),
        }
    }

    fn with<T>(&self, tag: &str, change: impl FnOnce(&mut Progress) -> T) -> T {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        change(progress.entry(tag.to_owned()).or_default())
    }

    pub(crate) fn tell(&self, event: RunnerEvent) {
        let (database, env) = (self.database.to_owned(), self.env.to_owned());
        let told = match event {
            RunnerEvent::Connected { server } => MigrationRunEvent::Target {
                database,
                env,
                server,
            },
            RunnerEvent::Waiting { holder } => MigrationRunEvent::Waiting {
                database,
                env,
                holder,
            },
            RunnerEvent::MigrationStarted {
                tag,
                direction,
                statements,
                from,
            } => {
                self.with(&tag, |progress| {
                    *progress = Progress {
                        done: from.saturating_sub(1),
                        statements,
                        ended: false,
                    };
                });
                MigrationRunEvent::Begun {
                    database,
                    env,
                    tag,
                    direction: direction_word(direction).to_owned(),
                    statements,
                    from,
                }
            }
            RunnerEvent::Checked {
                tag,
                before,
                check,
                passed,
            } => MigrationRunEvent::Check {
                database,
                env,
                tag,
                before,
                check,
                passed,
            },
            RunnerEvent::StatementDone {
                tag,
                direction,
                statement,
                statements,
                ms,
                affected,
                notices,
            } => {
                self.with(&tag, |progress| progress.done = statement);
                MigrationRunEvent::Statement {
                    database,
                    env,
                    tag,
                    direction: direction_word(direction).to_owned(),
                    statement,
                    statements,
                    ms,
                    affected,
                    notices,
                }
            }
            RunnerEvent::MigrationDone {
                tag,
                direction,
                state,
                ms,
                already,
                dry_run,
            } => {
                self.ended(&tag, direction, state, (ms, already, dry_run));
                return;
            }
            // The plan shows the drift, and a statement under way is the one after the last that is done.
            _ => return,
        };
        (self.events)(told);
    }

    fn ended(
        &self,
        tag: &str,
        direction: Direction,
        state: RowState,
        (ms, already, dry_run): (f64, bool, bool),
    ) {
        let progress = self.with(tag, |progress| {
            progress.ended = true;
            if state == RowState::Failed && self.takes_back {
                progress.done = 0;
            }
            *progress
        });
        (self.events)(MigrationRunEvent::Migration {
            database: self.database.to_owned(),
            env: self.env.to_owned(),
            tag: tag.to_owned(),
            direction: direction_word(direction).to_owned(),
            state: state.into(),
            statements_done: progress.done,
            statements: progress.statements,
            ms,
            already,
            dry_run,
        });
    }

    /// Tells of migrations that were recorded without being run.
    pub(crate) fn recorded(&self, report: &RunReport) {
        for step in &report.steps {
            self.with(&step.tag, |progress| {
                progress.done = step.statements_done;
                progress.statements = step.statements;
            });
            self.ended(
                &step.tag,
                step.direction,
                step.state,
                (step.ms, false, false),
            );
        }
    }

    /// Tells of the migration at which a run stopped, where the runner did not.
    pub(crate) fn ended_badly(&self, report: &RunReport) {
        let Some(last) = report.steps.last() else {
            return;
        };
        let told = self.with(&last.tag, |progress| {
            let told = progress.ended;
            progress.done = last.statements_done;
            progress.statements = last.statements;
            told
        });
        if !told {
            self.ended(
                &last.tag,
                last.direction,
                last.state,
                (last.ms, false, false),
            );
        }
    }
}
