//! Whatever runs, fails and goes back: nothing is applied twice, nothing goes back that was not applied.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use migrations::{
    DatabaseType, Direction, HistoryRow, Migration, Pick, RowState, status, steps_down, steps_up,
};
use proptest::prelude::*;
use serde_json::json;

const COUNT: usize = 6;

fn all() -> Vec<Migration> {
    (0..COUNT)
        .map(|index| {
            let record = json!({
                "name": "x",
                "tag": format!("m{index}"),
                "value": {"up": [format!("SELECT {index}"), "SELECT 0"], "down": ["SELECT 1", "SELECT 2"]},
            });
            let record = record.as_object().unwrap();
            Migration::read(DatabaseType::Mysql, &format!("id{index}"), record).unwrap()
        })
        .collect()
}

/// What somebody does in a target.
#[derive(Clone, Debug)]
enum Deed {
    /// Runs, to a migration or all, out of order or not; the one of this number fails after so many statements.
    Run(Option<usize>, bool, usize, u32),
    Rollback(Option<usize>, Option<u32>, usize, u32),
    /// A person says what became of what stopped half way.
    Mark(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let place = || prop::option::of(0..COUNT);
    let fails = || (0..2 * COUNT, 0_u32..2);
    prop_oneof![
        (place(), any::<bool>(), fails())
            .prop_map(|(to, any, (at, done))| Deed::Run(to, any, at, done)),
        (place(), prop::option::of(0_u32..4), fails())
            .prop_map(|(to, steps, (at, done))| Deed::Rollback(to, steps, at, done)),
        any::<bool>().prop_map(Deed::Mark),
    ]
}

fn row(pick: &Pick, state: RowState, done: u32) -> HistoryRow {
    HistoryRow {
        product: "p".to_owned(),
        database: "d".to_owned(),
        tag: pick.migration.tag.clone(),
        database_id: "d".to_owned(),
        migration_id: pick.migration.id.clone(),
        name: "x".to_owned(),
        position: pick.position,
        record: pick.migration.record.clone(),
        checksum: pick.migration.checksum(),
        state,
        direction: pick.direction,
        statements_done: done,
        statements: 2,
        under_way: None,
        started_at: "2026-11-28T10:00:00Z".to_owned(),
        finished_at: None,
        duration_ms: None,
        by: "a@b".to_owned(),
        tool_version: "0".to_owned(),
        error: None,
    }
}

/// A target that does what it is told, and counts what is really in it.
#[derive(Default)]
struct Target {
    rows: Vec<HistoryRow>,
    applied: [bool; COUNT],
}

impl Target {
    fn run(&mut self, picks: &[Pick], fails_at: usize, done: u32) -> Result<(), TestCaseError> {
        for (index, pick) in picks.iter().enumerate() {
            let place = pick.position as usize - 1;
            let up = pick.direction == Direction::Up;
            prop_assert_eq!(
                self.applied[place],
                !up,
                "{} goes {:?} twice",
                pick.migration.tag,
                pick.direction
            );
            self.rows.retain(|row| row.tag != pick.migration.tag);
            if index == fails_at {
                self.rows.push(row(pick, RowState::Failed, done));
                return Ok(());
            }
            let state = if up {
                RowState::Applied
            } else {
                RowState::RolledBack
            };
            self.rows.push(row(pick, state, 2));
            self.applied[place] = up;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_applied_twice(deeds in prop::collection::vec(deed(), 0..12)) {
        let all = all();
        let tag = |place: Option<usize>| place.map(|place| format!("m{place}"));
        let mut target = Target::default();
        for deed in deeds {
            let now = status(&all, &target.rows);
            let unfinished = now.migrations.iter().any(|one| one.is_unfinished());
            match deed {
                Deed::Run(to, out_of_order, fails_at, done) => {
                    match steps_up(&all, &now, tag(to).as_deref(), false, out_of_order) {
                        Ok(picks) => {
                            prop_assert!(!unfinished);
                            prop_assert!(picks.windows(2).all(|pair| pair[0].position < pair[1].position));
                            prop_assert!(to.is_none_or(|to| picks.iter().all(|pick| pick.position as usize <= to + 1)));
                            target.run(&picks, fails_at, done)?;
                        }
                        Err(refusal) => {
                            let late = refusal.code == "out_of_order" && !out_of_order;
                            prop_assert!(late || (refusal.code == "unfinished" && unfinished));
                        }
                    }
                }
                Deed::Rollback(to, steps, fails_at, done) => {
                    match steps_down(&all, &now, tag(to).as_deref(), steps) {
                        Ok(picks) => {
                            prop_assert!(!unfinished);
                            prop_assert!(picks.windows(2).all(|pair| pair[0].position > pair[1].position));
                            prop_assert!(to.is_none_or(|to| picks.iter().all(|pick| pick.position as usize > to + 1)));
                            target.run(&picks, fails_at, done)?;
                        }
                        Err(refusal) => {
                            prop_assert!(refusal.code == "not_applied" || (refusal.code == "unfinished" && unfinished));
                        }
                    }
                }
                Deed::Mark(applied) => {
                    for row in &mut target.rows {
                        if row.state == RowState::Failed && row.statements_done > 0 {
                            row.state = if applied { RowState::Applied } else { RowState::RolledBack };
                            target.applied[row.position as usize - 1] = applied;
                        }
                    }
                }
            }
            let after = status(&all, &target.rows);
            for (place, one) in after.migrations.iter().enumerate() {
                if !one.is_unfinished() {
                    prop_assert_eq!(one.is_applied(), target.applied[place], "{}", &one.tag);
                }
            }
        }
    }
}
