//! What a run would do by what stands in its target, and what stands in its way. Pure: it is asked for a plan, asked again before a
//! run, and once more under the runner's lock, by what stands there then.

use std::collections::HashMap;

use catalog::{DatabaseType, EnvironmentClass};
use migrations::{
    Direction, HistoryRow, Migration, MigrationState, Pick, Refusal, RowState, TargetStatus, lint,
    steps_down, steps_up,
};
use schema::Difference;
use serde_json::json;

use crate::dto::{GuardView, MigrationDeed, MigrationExceptions, MigrationObstacle};
use crate::migration_target::Place;
use crate::{AppError, Result, guard};

/// What another environment has applied.
#[derive(Clone, Default)]
pub(crate) struct Elsewhere {
    /// Slug of the environment.
    pub(crate) slug: String,
    /// Checksums by tag.
    pub(crate) applied: HashMap<String, String>,
    /// Checksums by the migration's id, by which one whose tag was changed since is known again.
    by_id: HashMap<String, String>,
}

impl Elsewhere {
    pub(crate) fn of(slug: &str, rows: &[HistoryRow]) -> Self {
        let mut elsewhere = Self {
            slug: slug.to_owned(),
            ..Self::default()
        };
        for row in rows.iter().filter(|row| row.state == RowState::Applied) {
            let checksum = row.checksum.clone();
            elsewhere.applied.insert(row.tag.clone(), checksum.clone());
            elsewhere.by_id.insert(row.migration_id.clone(), checksum);
        }
        elsewhere
    }

    fn has(&self, migration: &Migration) -> bool {
        let by_tag = self.applied.get(&migration.tag);
        let found = by_tag.or_else(|| {
            self.by_id
                .get(&migration.id)
                .filter(|_| !migration.id.is_empty())
        });
        found == Some(&migration.checksum())
    }
}

/// What is asked, with all of it that does not change under the lock.
pub(crate) struct Question {
    pub(crate) place: Place,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) deed: MigrationDeed,
    pub(crate) exceptions: MigrationExceptions,
    /// The environment that must have them first.
    pub(crate) earlier: Option<Elsewhere>,
    /// The environment that a promotion takes them from.
    pub(crate) source: Option<Elsewhere>,
    /// What a person should know of how those were read.
    pub(crate) notes: Vec<String>,
}

/// What would run, and what stands in its way.
#[derive(Default)]
pub(crate) struct Decision {
    pub(crate) picks: Vec<Pick>,
    /// Those that are left, and those that are set aside by an exception.
    pub(crate) obstacles: Vec<MigrationObstacle>,
    pub(crate) lifted: Vec<MigrationObstacle>,
    pub(crate) notes: Vec<String>,
    /// Whether a statement can lose data or objects, where a confirmation hangs on it.
    pub(crate) destructive: bool,
}

fn obstacle(code: &str, refusal: Refusal, exception: Option<&str>) -> MigrationObstacle {
    MigrationObstacle {
        code: code.to_owned(),
        message: refusal.message,
        tags: refusal.tags,
        exception: exception.map(str::to_owned),
    }
}

impl Question {
    pub(crate) fn database_type(&self) -> DatabaseType {
        self.place.database.database_type
    }

    /// Whether the drift of the schema is in the way here.
    fn minds_drift(&self) -> bool {
        self.place.environment.class == EnvironmentClass::Production
    }

    /// # Errors
    /// `not_found` for a tag that the list lacks.
    pub(crate) fn decide(&self, status: &TargetStatus, drift: &[Difference]) -> Result<Decision> {
        let mut found = Decision::default();
        match &self.deed {
            MigrationDeed::Run { to } => self.up(status, to.as_deref(), &mut found)?,
            MigrationDeed::Promote { .. } => self.up(status, None, &mut found)?,
            MigrationDeed::Rollback { to, steps } => {
                match steps_down(&self.migrations, status, to.as_deref(), *steps) {
                    Ok(picks) => found.picks = picks,
                    Err(refusal) => found.refuse(refusal)?,
                }
            }
            // What these do is decided by the runner.
            MigrationDeed::Baseline { .. } | MigrationDeed::Repair { .. } => {}
        }
        self.drifted(drift, &mut found);
        for one in &status.migrations {
            if one.state == MigrationState::Missing {
                found.notes.push(format!(
                    "{} is applied there, and this catalog lacks it. Adopt it to see it in the list.",
                    one.tag
                ));
            }
        }
        if let Some(message) = guard::refusal(&self.place.environment) {
            let refusal = Refusal {
                code: "inactive",
                message,
                tags: Vec::new(),
            };
            found.obstacles.push(obstacle("inactive", refusal, None));
        }
        // Where nothing is asked, nobody needs to know; reading every statement takes longer than sending it.
        let asks = self.place.environment.class != EnvironmentClass::Development;
        found.destructive = asks
            && found.picks.iter().any(|pick| {
                let lints = lint(&pick.migration, pick.direction, self.database_type());
                let mut warnings = lints.iter().flat_map(|lint| &lint.warnings);
                warnings.any(|warning| warning.destructive)
            });
        let set_aside = self.exceptions;
        let (lifted, left) =
            found
                .obstacles
                .into_iter()
                .partition(|obstacle| match obstacle.exception.as_deref() {
                    Some("skip_order") => set_aside.skip_order,
                    Some("accept_drift") => set_aside.accept_drift,
                    Some("accept_checksum") => set_aside.accept_checksum,
                    _ => false,
                });
        found.obstacles = left;
        found.lifted = lifted;
        Ok(found)
    }

    fn up(&self, status: &TargetStatus, to: Option<&str>, found: &mut Decision) -> Result<()> {
        let (mut edited, mut out_of_order) = (false, false);
        let picks = loop {
            match steps_up(&self.migrations, status, to, edited, out_of_order) {
                Ok(picks) => break picks,
                Err(refusal) if refusal.code == "checksum_changed" && !edited => {
                    edited = true;
                    let kind = Some("accept_checksum");
                    found.obstacles.push(obstacle("checksum", refusal, kind));
                }
                Err(refusal) if refusal.code == "out_of_order" && !out_of_order => {
                    out_of_order = true;
                    // A promotion leaves those alone that its source lacks.
                    if self.takes_one_of(&refusal.tags) {
                        let kind = Some("skip_order");
                        found
                            .obstacles
                            .push(obstacle("out_of_order", refusal, kind));
                    }
                }
                Err(refusal) => {
                    found.refuse(refusal)?;
                    return Ok(());
                }
            }
        };
        let (picks, left): (Vec<Pick>, Vec<Pick>) = picks
            .into_iter()
            .partition(|pick| self.takes(&pick.migration));
        if let (Some(source), false) = (&self.source, left.is_empty()) {
            let tags: Vec<&str> = left
                .iter()
                .map(|pick| pick.migration.tag.as_str())
                .collect();
            found.notes.push(format!(
                "{} does not have {} as it is in the list; it is left out.",
                source.slug,
                tags.join(", ")
            ));
        }
        found.picks = picks;
        self.in_order(found);
        Ok(())
    }

    fn takes(&self, migration: &Migration) -> bool {
        let source = self.source.as_ref();
        source.is_none_or(|source| source.has(migration))
    }

    fn takes_one_of(&self, tags: &[String]) -> bool {
        self.migrations
            .iter()
            .any(|migration| tags.contains(&migration.tag) && self.takes(migration))
    }

    /// The nearest earlier environment must have the same.
    fn in_order(&self, found: &mut Decision) {
        let Some(earlier) = &self.earlier else { return };
        let lacking: Vec<String> = found
            .picks
            .iter()
            .filter(|pick| pick.direction == Direction::Up && !earlier.has(&pick.migration))
            .map(|pick| pick.migration.tag.clone())
            .collect();
        if lacking.is_empty() {
            return;
        }
        let edited = lacking.iter().any(|tag| earlier.applied.contains_key(tag));
        let how = if edited {
            " with the same statements"
        } else {
            ""
        };
        found.obstacles.push(MigrationObstacle {
            code: "order".to_owned(),
            message: format!(
                "{} must be applied in {} first{how}: {}. Run there, or set the order aside.",
                if lacking.len() == 1 {
                    "One migration"
                } else {
                    "These migrations"
                },
                earlier.slug,
                lacking.join(", "),
            ),
            tags: lacking,
            exception: Some("skip_order".to_owned()),
        });
    }

    fn drifted(&self, drift: &[Difference], found: &mut Decision) {
        if drift.is_empty() {
            return;
        }
        let objects = match drift {
            [one] => format!("{} {}", one.key.kind, one.key.name),
            [one, rest @ ..] => {
                format!("{} {} and {} more", one.key.kind, one.key.name, rest.len())
            }
            [] => return,
        };
        let what = format!("The schema is another one than the last run left: {objects}.");
        if self.minds_drift() {
            found.obstacles.push(MigrationObstacle {
                code: "drift".to_owned(),
                message: format!(
                    "{what} Look at the difference, then mend the schema or accept it."
                ),
                tags: Vec::new(),
                exception: Some("accept_drift".to_owned()),
            });
        } else {
            found.notes.push(what);
        }
    }

    /// What must be typed or clicked.
    pub(crate) fn guard(&self, found: &Decision) -> GuardView {
        if !found.lifted.is_empty() {
            return GuardView::Tag;
        }
        let undo = matches!(
            self.deed,
            MigrationDeed::Repair {
                how: crate::dto::MigrationRepair::Undo,
                ..
            }
        );
        match self.place.environment.class {
            EnvironmentClass::Development => GuardView::None,
            EnvironmentClass::Staging if found.destructive || undo => GuardView::Tag,
            EnvironmentClass::Staging => GuardView::Confirm,
            EnvironmentClass::Production => GuardView::Tag,
        }
    }

    /// Lets a run pass, or says what stands in its way.
    ///
    /// # Errors
    /// `refused`. Its detail has `guard`: the code of the obstacle, with the `exception` that lifts it where there is one; or what a
    /// confirmation is asked for, with `confirm`.
    pub(crate) fn pass(&self, found: &Decision, confirm: Option<&str>) -> Result<()> {
        if let Some(first) = found.obstacles.first() {
            let exception = first.exception.as_deref();
            return Err(AppError::refused(first.message.clone()).with_detail(json!({
                "guard": first.code,
                "tags": first.tags,
                "exception": exception,
                "confirm": exception.map(|_| &self.place.database.tag),
                "obstacles": found.obstacles,
            })));
        }
        let what = match (&self.deed, found.lifted.first()) {
            (_, Some(lifted)) => match lifted.exception.as_deref() {
                Some("accept_drift") => "It accepts another schema than the last run left",
                Some("accept_checksum") => "It runs although applied migrations were edited",
                _ => "It sets the order aside",
            },
            _ if found.destructive => "It can lose data or objects",
            (MigrationDeed::Rollback { .. }, None) => "It reverts migrations",
            (MigrationDeed::Baseline { .. }, None) => "It records migrations as applied",
            (MigrationDeed::Repair { .. }, None) => "It repairs a migration",
            _ => "It changes the schema",
        };
        guard::ask(
            &self.place.environment,
            self.guard(found),
            what,
            (&self.place.address(), &self.place.database.tag),
            confirm,
        )
    }
}

impl Decision {
    /// A refusal that nothing lifts; a tag that is not there is the caller's mistake.
    fn refuse(&mut self, refusal: Refusal) -> Result<()> {
        if refusal.code == "unknown_tag" {
            return Err(AppError::new("not_found", refusal.message));
        }
        let code = refusal.code;
        self.obstacles.push(obstacle(code, refusal, None));
        Ok(())
    }
}
