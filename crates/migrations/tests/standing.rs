//! Where a target is, and what would run there.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use migrations::{
    DatabaseType, Direction, HistoryRow, Migration, MigrationState, Pick, Refusal, RowState,
    TargetStatus, status, steps_down, steps_up,
};
use serde_json::{Value, json};

fn migration_with(tag: &str, up: &str, down: &[&str]) -> Migration {
    let record = json!({
        "name": format!("Name of {tag}"), "tag": tag, "value": {"up": [up], "down": down}
    });
    Migration::read(
        DatabaseType::Postgresql,
        &format!("id-{tag}"),
        record.as_object().unwrap(),
    )
    .unwrap()
}

fn migration(tag: &str) -> Migration {
    migration_with(tag, &format!("CREATE TABLE {tag} (x int)"), &["SELECT 1"])
}

fn list(tags: &str) -> Vec<Migration> {
    tags.split_whitespace().map(migration).collect()
}

/// A row of a migration, as its run left it.
fn row(migration: &Migration, position: u32, state: RowState) -> HistoryRow {
    HistoryRow {
        product: "shop".to_owned(),
        database: "main".to_owned(),
        tag: migration.tag.clone(),
        database_id: "db".to_owned(),
        migration_id: migration.id.clone(),
        name: migration.name.clone(),
        position,
        record: migration.record.clone(),
        checksum: migration.checksum(),
        state,
        direction: if state == RowState::RolledBack {
            Direction::Down
        } else {
            Direction::Up
        },
        statements_done: 1,
        statements: 1,
        under_way: None,
        started_at: "2026-11-28T10:00:00Z".to_owned(),
        finished_at: None,
        duration_ms: None,
        by: "anna@desk".to_owned(),
        tool_version: "0.1.0".to_owned(),
        error: None,
    }
}

fn applied(migration: &Migration, position: u32) -> HistoryRow {
    row(migration, position, RowState::Applied)
}

fn failed(
    migration: &Migration,
    direction: Direction,
    done: u32,
    under_way: Option<u32>,
) -> HistoryRow {
    HistoryRow {
        direction,
        statements_done: done,
        under_way,
        ..row(migration, 1, RowState::Failed)
    }
}

/// `a applied, b pending, …` with `!` where a checksum is another one and `^` where it is out of order.
fn shown(status: &TargetStatus) -> String {
    let one: Vec<String> = status
        .migrations
        .iter()
        .map(|one| {
            let state = serde_json::to_value(one.state).unwrap();
            format!(
                "{} {}{}{}",
                one.tag,
                state.as_str().unwrap(),
                if one.checksum_matches == Some(false) {
                    "!"
                } else {
                    ""
                },
                if one.out_of_order { "^" } else { "" },
            )
        })
        .collect();
    format!(
        "{} | head {} pending {} failed {}",
        one.join(", "),
        status.head.as_deref().unwrap_or("-"),
        status.pending,
        status.failed
    )
}

fn tags(picks: Result<Vec<Pick>, Refusal>) -> Vec<String> {
    picks
        .unwrap()
        .into_iter()
        .map(|pick| {
            assert_eq!(pick.from, 1);
            format!("{}@{}", pick.migration.tag, pick.position)
        })
        .collect()
}

fn refused(picks: Result<Vec<Pick>, Refusal>) -> String {
    let refusal = picks.unwrap_err();
    assert!(refusal.message.ends_with('.'), "{}", refusal.message);
    format!("{} {}", refusal.code, refusal.tags.join(" "))
        .trim_end()
        .to_owned()
}

#[test]
fn how_a_target_stands() {
    let all = list("a b c d");
    let [a, b, c, d] = all.as_slice() else {
        panic!("four")
    };
    let mut edited = applied(a, 1);
    edited.checksum = "0".repeat(64);
    for (rows, expected) in [
        (
            vec![],
            "a pending, b pending, c pending, d pending | head - pending 4 failed 0",
        ),
        (
            vec![applied(b, 2), applied(a, 1)],
            "a applied, b applied, c pending, d pending | head b pending 2 failed 0",
        ),
        (
            vec![applied(a, 1), applied(c, 3)],
            "a applied, b pending^, c applied, d pending | head c pending 2 failed 0",
        ),
        (
            vec![applied(a, 1), row(b, 2, RowState::RolledBack)],
            "a applied, b rolled_back, c pending, d pending | head a pending 3 failed 0",
        ),
        (
            vec![row(a, 1, RowState::RolledBack), applied(b, 2)],
            "a rolled_back^, b applied, c pending, d pending | head b pending 3 failed 0",
        ),
        (
            vec![applied(a, 1), row(b, 2, RowState::Started)],
            "a applied, b started, c pending, d pending | head a pending 2 failed 1",
        ),
        (
            vec![applied(a, 1), failed(b, Direction::Up, 0, None)],
            "a applied, b failed, c pending, d pending | head a pending 2 failed 1",
        ),
        (
            vec![applied(a, 1), failed(b, Direction::Down, 0, None)],
            "a applied, b failed, c pending, d pending | head b pending 2 failed 1",
        ),
        (
            vec![edited],
            "a applied!, b pending, c pending, d pending | head a pending 3 failed 0",
        ),
        (
            vec![applied(a, 1), applied(&migration("z"), 2)],
            "a applied, z missing, b pending, c pending, d pending | head z pending 3 failed 0",
        ),
        (
            vec![applied(d, 4), applied(&migration("z"), 9)],
            "a pending^, b pending^, c pending^, d applied, z missing | head z pending 3 failed 0",
        ),
        (
            vec![row(&migration("z"), 2, RowState::RolledBack)],
            "a pending, b pending, c pending, d pending | head - pending 4 failed 0",
        ),
        (
            vec![failed(&migration("z"), Direction::Up, 0, None)],
            "a pending, b pending, c pending, d pending | head - pending 4 failed 0",
        ),
        (
            vec![row(&migration("z"), 1, RowState::Started)],
            "z started, a pending, b pending, c pending, d pending | head - pending 4 failed 1",
        ),
    ] {
        assert_eq!(shown(&status(&all, &rows)), expected);
    }
    assert_eq!(shown(&status(&[], &[])), " | head - pending 0 failed 0");
}

#[test]
fn what_is_said_of_one() {
    let all = list("a");
    let one = |rows: &[HistoryRow]| status(&all, rows).migrations.remove(0);
    let pending = one(&[]);
    assert_eq!(
        (
            pending.id.as_deref(),
            pending.checksum_matches,
            pending.direction
        ),
        (Some("id-a"), None, None)
    );
    assert_eq!((pending.statements_done, pending.statements), (0, 1));
    let there = one(&[applied(&all[0], 1)]);
    assert_eq!(there.checksum_matches, Some(true));
    assert!(there.is_applied() && !there.is_unfinished() && !there.is_to_run());
    let back = one(&[row(&all[0], 1, RowState::RolledBack)]);
    assert_eq!(
        (back.checksum_matches, back.direction),
        (None, Some(Direction::Down))
    );
    assert!(back.is_to_run());
    let under_way = one(&[failed(&all[0], Direction::Up, 0, Some(1))]);
    assert!(under_way.is_unfinished() && !under_way.is_to_run());
    let missing = status(&[], &[applied(&all[0], 1)]).migrations.remove(0);
    assert_eq!(
        (missing.state, missing.id.as_deref()),
        (MigrationState::Missing, None)
    );
    assert_eq!(missing.checksum, all[0].checksum());
}

#[test]
fn rows_find_their_migration_by_tag_then_by_id() {
    // A colleague's catalog has other ids.
    let mine = list("a b");
    let mut theirs = applied(&mine[0], 1);
    theirs.migration_id = "other".to_owned();
    assert_eq!(
        shown(&status(&mine, &[theirs])),
        "a applied, b pending | head a pending 1 failed 0"
    );
    // Renamed here since it was applied.
    let mut renamed = migration("a");
    renamed.tag = "first".to_owned();
    let rows = [applied(&migration("a"), 1)];
    assert_eq!(
        shown(&status(&[renamed.clone(), migration("b")], &rows)),
        "first applied, b pending | head first pending 1 failed 0"
    );
    // Two that swapped their tags belong to their tags' rows only where no row has both.
    let mut swapped = list("a b");
    swapped[0].tag = "b".to_owned();
    swapped[1].tag = "a".to_owned();
    let found = status(&swapped, &[applied(&migration("a"), 1)]);
    assert_eq!(found.migrations[1].state, MigrationState::Applied);
    // The renamed one, and a new one that took its old tag: the tag is what the target was told.
    let mut newcomer = migration("a");
    newcomer.id = "id-new".to_owned();
    let found = status(&[renamed, newcomer], &rows);
    assert_eq!(
        shown(&found),
        "first pending^, a applied | head a pending 1 failed 0"
    );
    // A database that was renamed has rows under both names: what was begun last holds.
    let mut older = row(&mine[0], 1, RowState::RolledBack);
    older.database = "old".to_owned();
    older.started_at = "2026-11-28T10:00:00.5+01:00".to_owned();
    let newer = applied(&mine[0], 1);
    for rows in [[older.clone(), newer.clone()], [newer, older]] {
        assert_eq!(
            shown(&status(&mine, &rows)),
            "a applied, b pending | head a pending 1 failed 0"
        );
    }
    // Ones without an id are nobody's by id.
    let mut nameless = list("a");
    nameless[0].id = String::new();
    let mut stranger = applied(&migration("z"), 1);
    stranger.migration_id = String::new();
    assert_eq!(
        shown(&status(&nameless, &[stranger])),
        "z missing, a pending | head z pending 1 failed 0"
    );
}

#[test]
fn what_a_run_takes() {
    let all = list("a b c d");
    let [a, b, c, _] = all.as_slice() else {
        panic!("four")
    };
    let up = |rows: &[HistoryRow], to: Option<&str>| {
        steps_up(&all, &status(&all, rows), to, false, false)
    };
    assert_eq!(tags(up(&[], None)), ["a@1", "b@2", "c@3", "d@4"]);
    assert_eq!(tags(up(&[], Some("b"))), ["a@1", "b@2"]);
    assert_eq!(tags(up(&[applied(a, 1)], Some("b"))), ["b@2"]);
    assert!(tags(up(&[applied(a, 1), applied(b, 2)], Some("b"))).is_empty());
    assert_eq!(
        tags(up(&[row(a, 1, RowState::RolledBack)], Some("a"))),
        ["a@1"]
    );
    assert_eq!(
        tags(up(&[failed(a, Direction::Up, 0, None)], Some("b"))),
        ["a@1", "b@2"]
    );
    // A rollback that failed before it began leaves it applied.
    assert_eq!(
        tags(up(&[failed(a, Direction::Down, 0, None)], Some("b"))),
        ["b@2"]
    );
    // Missing ones do not stand in the way.
    assert_eq!(tags(up(&[applied(&migration("z"), 1)], Some("a"))), ["a@1"]);
    for unfinished in [
        row(a, 1, RowState::Started),
        failed(a, Direction::Up, 1, None),
        failed(a, Direction::Up, 0, Some(1)),
        failed(a, Direction::Down, 1, Some(2)),
    ] {
        assert_eq!(refused(up(&[unfinished], None)), "unfinished a");
    }
    assert_eq!(
        refused(up(&[row(&migration("z"), 1, RowState::Started)], None)),
        "unfinished z"
    );
    assert_eq!(refused(up(&[], Some("nope"))), "unknown_tag nope");
    let missing = up(&[applied(&migration("z"), 1)], Some("z")).unwrap_err();
    assert_eq!(missing.code, "unknown_tag");
    assert!(missing.message.contains("Adopt"));
    assert_eq!(refused(up(&[applied(c, 3)], None)), "out_of_order a b");
    assert_eq!(
        tags(steps_up(
            &all,
            &status(&all, &[applied(c, 3)]),
            None,
            false,
            true
        )),
        ["a@1", "b@2", "d@4"]
    );
    let edited = HistoryRow {
        checksum: "x".to_owned(),
        ..applied(a, 1)
    };
    assert_eq!(
        refused(up(std::slice::from_ref(&edited), None)),
        "checksum_changed a"
    );
    assert_eq!(
        tags(steps_up(&all, &status(&all, &[edited]), None, true, false)),
        ["b@2", "c@3", "d@4"]
    );
    let many = list("a b c d e");
    let rows: Vec<HistoryRow> = many
        .iter()
        .map(|one| row(one, 1, RowState::Started))
        .collect();
    let refusal = steps_up(&many, &status(&many, &rows), None, false, false).unwrap_err();
    assert!(
        refusal.message.starts_with("a, b, c and 2 more stopped"),
        "{}",
        refusal.message
    );
}

#[test]
fn what_a_rollback_takes() {
    let all = list("a b c");
    let rows: Vec<HistoryRow> = all
        .iter()
        .zip(1..)
        .map(|(one, position)| applied(one, position))
        .collect();
    let down = |rows: &[HistoryRow], to: Option<&str>, steps: Option<u32>| {
        steps_down(&all, &status(&all, rows), to, steps)
    };
    assert_eq!(tags(down(&rows, None, None)), ["c@3"]);
    assert_eq!(tags(down(&rows, None, Some(2))), ["c@3", "b@2"]);
    assert_eq!(tags(down(&rows, None, Some(9))), ["c@3", "b@2", "a@1"]);
    assert!(tags(down(&rows, None, Some(0))).is_empty());
    assert_eq!(tags(down(&rows, Some("a"), None)), ["c@3", "b@2"]);
    assert_eq!(tags(down(&rows, Some("a"), Some(1))), ["c@3"]);
    assert!(tags(down(&rows, Some("c"), None)).is_empty());
    assert_eq!(tags(down(&rows[..2], None, None)), ["b@2"]);
    assert_eq!(refused(down(&[], None, None)), "not_applied");
    assert_eq!(refused(down(&rows[..1], Some("b"), None)), "not_applied b");
    assert_eq!(refused(down(&rows, Some("nope"), None)), "unknown_tag nope");
    assert_eq!(
        refused(down(
            &[rows[0].clone(), failed(&all[1], Direction::Down, 1, None)],
            None,
            None
        )),
        "unfinished b"
    );
    assert_eq!(
        tags(down(
            &[rows[0].clone(), failed(&all[1], Direction::Down, 0, None)],
            None,
            None
        )),
        ["b@2"]
    );
    let picks = down(&rows, None, None).unwrap();
    assert_eq!(picks[0].direction, Direction::Down);
}

#[test]
fn a_rollback_takes_back_what_was_applied() {
    let catalog = list("a");
    let stranger = migration_with("z", "CREATE TABLE z (x int)", &["DROP TABLE z"]);
    let rows = [applied(&catalog[0], 1), applied(&stranger, 7)];
    let picks = steps_down(&catalog, &status(&catalog, &rows), None, None).unwrap();
    assert_eq!(
        (picks[0].migration.tag.as_str(), picks[0].position),
        ("z", 7)
    );
    assert_eq!(picks[0].migration.down, ["DROP TABLE z"]);
    // Edited since: what reverts the edited one would not revert what is there.
    let before = migration_with("a", "CREATE TABLE old (x int)", &["DROP TABLE old"]);
    let picks = steps_down(
        &catalog,
        &status(&catalog, &[applied(&before, 1)]),
        None,
        None,
    )
    .unwrap();
    assert_eq!(picks[0].migration.down, ["DROP TABLE old"]);
    // A way back that was written later is used.
    let before = migration_with("a", "CREATE TABLE a (x int)", &[]);
    let picks = steps_down(
        &catalog,
        &status(&catalog, &[applied(&before, 1)]),
        None,
        None,
    )
    .unwrap();
    assert_eq!(picks[0].migration.down, ["SELECT 1"]);
    let one_way = migration_with("z", "CREATE TABLE z (x int)", &[]);
    let refusal = steps_down(&[], &status(&[], &[applied(&one_way, 1)]), None, None);
    assert_eq!(refused(refusal), "no_down z");
    for record in [
        json!({}),
        json!({"value": {"up": 5}}),
        json!({"value": {"down": [5]}}),
    ] {
        let Value::Object(record) = record else {
            panic!("an object")
        };
        let unreadable = HistoryRow {
            record,
            ..applied(&stranger, 1)
        };
        let refusal = steps_down(&[], &status(&[], &[unreadable]), None, None);
        assert_eq!(refused(refusal), "missing z");
    }
    let commands = HistoryRow {
        record:
            json!({"value": {"up": [{"create": "z"}], "down": [{"drop": "z", "comment": "x"}]}})
                .as_object()
                .unwrap()
                .clone(),
        ..applied(&stranger, 1)
    };
    let picks = steps_down(&[], &status(&[], &[commands]), None, None).unwrap();
    assert_eq!(
        picks[0].migration.down,
        ["{\"drop\":\"z\",\"comment\":\"x\"}"]
    );
}
