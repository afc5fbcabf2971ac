//! What a run would send, in order, with what a person should know before it does. Nothing is sent but reads, in a session that can't
//! write.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use connection_url::ConnectionUrl;
use jiff::Timestamp;
use migrations::{Direction, HistoryRow, Migration, Pick, RowState, TargetStatus, lint};
use tokio_util::sync::CancellationToken;

use crate::dto::{
    MigrationDeed, MigrationObstacle, MigrationPlan, MigrationPlanCheck, MigrationPlanStep,
    MigrationPlanWarning, MigrationRepair, MigrationRunRequest, MigrationTableEstimate, PlanTarget,
    SchemaDifference,
};
use crate::migration_decision::{Decision, Elsewhere, Question};
use crate::migration_estimate::estimated_rows;
use crate::migration_record::{count, read_all};
use crate::migration_schema::difference_view;
use crate::migration_status::direction_word;
use crate::migration_target::{Depth, Place, until};
use crate::{AppError, Result, Workbench};

/// What a batch supposes to be applied by the time a later target's turn comes, by the ids of database and environment.
pub(crate) type Supposed = HashMap<(String, String), Vec<(String, String)>>;

impl Workbench {
    /// What a run would send, and what stands in its way.
    ///
    /// # Errors
    /// `not_found` for an unknown database, environment or tag, `refused` where a migration of the list can't be read, and the codes
    /// of the engines where the target can't be.
    pub async fn migration_plan(&self, request: MigrationRunRequest) -> Result<MigrationPlan> {
        let run = self
            .inner
            .migration_runs
            .begin(&request.run_id, std::iter::empty())?;
        let (plan, _) = self
            .plan_supposing(&request, &Supposed::new(), run.token())
            .await?;
        Ok(plan)
    }

    /// As [`Workbench::migration_plan`], with what a batch will have done before. The picks come with it.
    pub(crate) async fn plan_supposing(
        &self,
        request: &MigrationRunRequest,
        supposed: &Supposed,
        cancel: &CancellationToken,
    ) -> Result<(MigrationPlan, Vec<Pick>)> {
        let question = self.question(request, supposed, cancel).await?;
        let place = &question.place;
        let limit = self.test_options().await?.timeout;
        let mut reader = self.open_reader(place, limit, cancel).await?;
        let reading = reader.read(place, Depth::Drift, limit, cancel).await?;
        let status = reading.status(&question.migrations);
        let drift = reading.drift().unwrap_or_default();
        let decision = question.decide(&status, &drift)?;
        let shown = shown_picks(&question, &decision, &status);
        let tables: Vec<String> = shown
            .iter()
            .flat_map(|shown| tables_of(&question, &shown.pick))
            .collect();
        let canceller = Arc::clone(&reader.canceller);
        let session = reader.session.as_mut();
        let estimates =
            async { Ok(estimated_rows(session, question.database_type(), &tables).await) };
        // A plan without estimates is a plan.
        let estimates = until(estimates, canceller.as_ref(), limit, cancel)
            .await
            .unwrap_or_default();
        reader.session.close().await;
        let steps = shown
            .iter()
            .map(|shown| step(&question, shown, &estimates))
            .collect();
        let plan = plan(&question, &decision, steps, &drift)?;
        Ok((plan, decision.picks))
    }

    /// A request with all that it is about: read from the catalog, and from the environments that must come first.
    pub(crate) async fn question(
        &self,
        request: &MigrationRunRequest,
        supposed: &Supposed,
        cancel: &CancellationToken,
    ) -> Result<Question> {
        let (place, places) = self
            .migration_place(&request.database_id, &request.env)
            .await?;
        let migrations = read_all(&place.database)?;
        let mut notes = Vec::new();
        let (mut earlier, mut source) = (None, None);
        if let MigrationDeed::Promote { from } = &request.deed {
            let (from, _) = self.migration_place(&request.database_id, from).await?;
            if from.config.id == place.config.id {
                return Err(AppError::refused(
                    "Promote from another environment than the one that it goes to.",
                ));
            }
            source = Some(self.elsewhere(&from, supposed, cancel, &mut notes).await?);
        }
        if matches!(
            request.deed,
            MigrationDeed::Run { .. } | MigrationDeed::Promote { .. }
        ) {
            let rule = self.promotion_rule(&place.product.id).await?;
            let before = rule.earlier(&place, &places).filter(|_| rule.enforced);
            if let Some(before) = before {
                let same = source
                    .as_ref()
                    .filter(|source| source.slug == before.environment.slug);
                earlier = Some(match same {
                    Some(source) => source.clone(),
                    None => self.elsewhere(before, supposed, cancel, &mut notes).await?,
                });
            }
        }
        Ok(Question {
            place,
            migrations,
            deed: request.deed.clone(),
            exceptions: request.exceptions,
            earlier,
            source,
            notes,
        })
    }

    /// What another environment has applied: as it is, or as it was last known where it can't be reached.
    async fn elsewhere(
        &self,
        place: &Place,
        supposed: &Supposed,
        cancel: &CancellationToken,
        notes: &mut Vec<String>,
    ) -> Result<Elsewhere> {
        let slug = &place.environment.slug;
        let rows = match self.read_place(place, Depth::History, cancel).await {
            Ok(reading) => reading.history.rows,
            Err(error) if error.code == "cancelled" => return Err(error),
            Err(error) => {
                let known = self.known_cells(&place.product.id).await?;
                let known = known.get(&place.config.id);
                notes.push(unreachable_note(slug, &error, known.map(|(at, _)| *at)));
                known
                    .map(|(_, known)| known.rows.clone())
                    .unwrap_or_default()
            }
        };
        let mut elsewhere = Elsewhere::of(slug, &rows);
        let key = (place.database.id.clone(), place.environment.id.clone());
        if let Some(more) = supposed.get(&key) {
            elsewhere.applied.extend(more.iter().cloned());
        }
        Ok(elsewhere)
    }
}

fn unreachable_note(slug: &str, error: &AppError, known: Option<Timestamp>) -> String {
    match known {
        Some(at) => format!(
            "{slug} could not be read ({}). What was found there on {} counts.",
            error.code,
            at.strftime("%Y-%m-%d at %H:%M UTC")
        ),
        None => format!(
            "{slug} could not be read ({}), and nothing is known of it: it counts as having none.",
            error.code
        ),
    }
}

/// A migration of a plan, and whether its statements are sent.
struct Shown {
    pick: Pick,
    sent: bool,
}

/// What is shown of a deed: what a run picks, or what a baseline or a repair is about.
fn shown_picks(question: &Question, decision: &Decision, status: &TargetStatus) -> Vec<Shown> {
    let pick = |migration: &Migration, direction, from, sent| Shown {
        pick: Pick {
            migration: migration.clone(),
            position: 0,
            direction,
            from,
        },
        sent,
    };
    match &question.deed {
        MigrationDeed::Baseline { at } => {
            let wanted = question.migrations.iter();
            let last = wanted.clone().position(|migration| migration.tag == *at);
            let applied = |tag: &str| {
                let mut all = status.migrations.iter();
                all.any(|one| one.tag == tag && one.is_applied())
            };
            wanted
                .take(last.map_or(0, |last| last + 1))
                .filter(|migration| !applied(&migration.tag))
                .map(|migration| pick(migration, Direction::Up, 1, false))
                .collect()
        }
        MigrationDeed::Repair { tag, how } => {
            let stopped = unfinished(status, tag.as_deref());
            let Some((row, migration)) = stopped.and_then(|row| {
                let mut list = question.migrations.iter();
                Some((row, list.find(|migration| migration.tag == row.tag)?))
            }) else {
                return Vec::new();
            };
            let done = row.statements_done;
            vec![match how {
                MigrationRepair::Resume => pick(migration, row.direction, done + 1, true),
                // The reverse of statement i of `up` is statement n + 1 - i of `down`.
                MigrationRepair::Undo => pick(
                    migration,
                    Direction::Down,
                    (row.statements + 1).saturating_sub(done).max(1),
                    true,
                ),
                MigrationRepair::MarkApplied | MigrationRepair::MarkReverted => {
                    pick(migration, row.direction, 1, false)
                }
            }]
        }
        _ => decision
            .picks
            .iter()
            .map(|pick| Shown {
                pick: pick.clone(),
                sent: true,
            })
            .collect(),
    }
}

/// The row of the migration that stopped half way.
fn unfinished<'a>(status: &'a TargetStatus, tag: Option<&str>) -> Option<&'a HistoryRow> {
    let rows = status.migrations.iter().filter_map(|one| one.row.as_ref());
    rows.filter(|row| tag.is_none_or(|tag| row.tag == tag))
        .find(|row| match row.state {
            RowState::Started => true,
            RowState::Failed => row.statements_done > 0 || row.under_way.is_some(),
            RowState::Applied | RowState::RolledBack => false,
        })
}

fn tables_of(question: &Question, pick: &Pick) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for lint in lint(&pick.migration, pick.direction, question.database_type()) {
        for table in lint.tables {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    tables
}

fn step(
    question: &Question,
    shown: &Shown,
    estimates: &BTreeMap<String, u64>,
) -> MigrationPlanStep {
    let Shown { pick, sent } = shown;
    let migration = &pick.migration;
    let up = pick.direction == Direction::Up;
    let statements = match (sent, up) {
        (false, _) => &[],
        (true, true) => migration.up.as_slice(),
        (true, false) => migration.down.as_slice(),
    };
    let warnings = lint(migration, pick.direction, question.database_type())
        .into_iter()
        .flat_map(|lint| lint.warnings)
        .filter(|_| *sent)
        .map(|warning| MigrationPlanWarning {
            code: warning.code.to_owned(),
            message: warning.message,
            statement: warning.statement,
            destructive: warning.destructive,
            waived: warning.waived,
        });
    // Checks are about what `up` makes.
    let checks = [(true, &migration.pre), (false, &migration.post)]
        .into_iter()
        .filter(|_| up && *sent)
        .flat_map(|(before, queries)| {
            queries.iter().map(move |query| MigrationPlanCheck {
                before,
                query: query.clone(),
            })
        });
    MigrationPlanStep {
        tag: migration.tag.clone(),
        name: migration.name.clone(),
        direction: direction_word(pick.direction).to_owned(),
        statements: statements.to_vec(),
        from: pick.from,
        transaction: transactional(question) && !migration.no_transaction,
        has_down: !migration.down.is_empty(),
        checks: checks.collect(),
        warnings: warnings.collect(),
        tables: tables_of(question, pick)
            .into_iter()
            .map(|table| MigrationTableEstimate {
                rows: estimates.get(&table).copied(),
                table,
            })
            .collect(),
    }
}

/// Whether changes of the schema take part in transactions.
pub(crate) fn transactional(question: &Question) -> bool {
    engines::engine(question.database_type())
        .capabilities()
        .ddl_transactions
}

/// Whether all of it can be run and taken back.
pub(crate) fn can_run_dry(question: &Question, picks: &[Pick]) -> bool {
    transactional(question)
        && matches!(
            question.deed,
            MigrationDeed::Run { .. }
                | MigrationDeed::Promote { .. }
                | MigrationDeed::Rollback { .. }
        )
        && picks.iter().all(|pick| !pick.migration.no_transaction)
}

/// What is set aside, in a plain sentence.
pub(crate) fn lifted_words(lifted: &MigrationObstacle) -> String {
    format!("Set aside: {}", lifted.message)
}

fn plan(
    question: &Question,
    decision: &Decision,
    steps: Vec<MigrationPlanStep>,
    drift: &[schema::Difference],
) -> Result<MigrationPlan> {
    let place = &question.place;
    let engine = engines::engine(question.database_type()).capabilities();
    let url = ConnectionUrl::parse(
        &place.config.connection_url,
        Some(place.database.database_type),
    )?;
    let mut notes = question.notes.clone();
    notes.extend(decision.notes.iter().cloned());
    notes.extend(decision.lifted.iter().map(lifted_words));
    if let MigrationDeed::Baseline { .. } = question.deed {
        notes.push(format!(
            "{} would be recorded as applied; no statement is sent.",
            match count(&steps) {
                1 => "One migration".to_owned(),
                many => format!("{many} migrations"),
            }
        ));
    }
    Ok(MigrationPlan {
        engine: engine.display_name.to_owned(),
        target: PlanTarget {
            address: place.address(),
            env: place.environment.slug.clone(),
            class: place.environment.class.into(),
            url: url.masked(),
        },
        earlier_env: question
            .earlier
            .as_ref()
            .map(|earlier| earlier.slug.clone()),
        steps,
        guard: question.guard(decision),
        obstacles: decision.obstacles.clone(),
        drift: drift
            .iter()
            .map(difference_view)
            .collect::<Vec<SchemaDifference>>(),
        dry_run: can_run_dry(question, &decision.picks),
        notes,
    })
}
