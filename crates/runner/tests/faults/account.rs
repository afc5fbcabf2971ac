//! The account itself: whose rows it holds, who may read it, and what happens when it can't be written.

use engines::CancellationToken;
use migrations::{Direction, RowState};
use runner::{Limits, RunnerError, Scope, accept, baseline, read_history};
use serde_json::json;

use super::place::{Place, Server, Told, chosen, pending, pick, scope};

/// Runs for another scope.
async fn run_for(place: &Place<'_>, scope: Scope, list: &[migrations::Migration]) -> Told {
    let url = place.parsed();
    let mut target = place.target(&url, Limits::default());
    target.scope = scope;
    let never = CancellationToken::new();
    let choose =
        |situation: &runner::Situation<'_>| Ok(chosen(pending(situation.history, list), false));
    let result = runner::run(&target, choose, &|_| {}, &never).await;
    Told {
        result,
        events: Vec::new(),
    }
}

async fn tags_of(place: &Place<'_>, scope: &Scope) -> Vec<String> {
    let mut session = place.session().await;
    let history = read_history(&mut *session, place.server.database_type(), scope)
        .await
        .unwrap();
    history.rows.into_iter().map(|row| row.tag).collect()
}

/// Two databases of the catalog in one physical database: each has its own rows, and the schema's snapshot is of both.
pub async fn two_scopes_share_a_target(server: &Server) {
    let place = server.place();
    let other = Scope {
        product: "shop".to_owned(),
        database: "users".to_owned(),
        database_id: "id-users".to_owned(),
    };
    let mine = [place.migration("m", &[place.create("mine")], &[])];
    let theirs = [place.migration("m", &[place.create("theirs")], &[])];
    place.run(&mine).await.done();
    run_for(&place, other.clone(), &theirs).await.done();
    assert_eq!(place.objects().await, ["mine", "theirs"]);
    assert_eq!(tags_of(&place, &scope()).await, ["m"]);
    assert_eq!(tags_of(&place, &other).await, ["m"]);
    assert_ne!(place.row("m").await.checksum, theirs[0].checksum());
    let told = place.run(&mine).await;
    assert!(
        told.events
            .iter()
            .all(|event| !matches!(event, runner::RunnerEvent::Drift { .. }))
    );
}

/// Its rows are found by its id, and get its tags of today when it runs.
pub async fn a_renamed_database_keeps_its_history(server: &Server) {
    let place = server.place();
    let three = place.three();
    place.run(&three[..2]).await.done();
    let renamed = Scope {
        product: "store".to_owned(),
        database: "purchases".to_owned(),
        ..scope()
    };
    assert_eq!(tags_of(&place, &renamed).await, ["a", "b"]);
    assert_eq!(
        run_for(&place, renamed.clone(), &three)
            .await
            .done()
            .steps
            .len(),
        1
    );
    let elsewhere = Scope {
        database_id: "id-of-another-machine".to_owned(),
        ..renamed
    };
    assert_eq!(tags_of(&place, &elsewhere).await, ["a", "b", "c"]);
}

pub async fn a_large_record_is_kept(server: &Server) {
    let place = server.place();
    // Letters that take three bytes each; with what stands around it as much as MySQL 5.7 takes in one packet by default.
    let long = "\u{20ac}".repeat(1_000_000);
    let statement = place.create_with_word("a", &long);
    let migration = place.migration("m", &[statement], &[]);
    place.run(std::slice::from_ref(&migration)).await.done();
    assert!(place.row("m").await.record == migration.record);
}

pub async fn baseline_and_accept(server: &Server) {
    let place = server.place();
    let three = place.three();
    for name in ["a", "b"] {
        place.by_hand(&place.create(name)).await;
    }
    let url = place.parsed();
    let target = place.target(&url, Limits::default());
    let never = CancellationToken::new();
    let report = baseline(&target, &three[..2], &never).await.unwrap();
    assert_eq!(report.steps.len(), 2);
    place
        .holds(&["a", "b"], "b", (RowState::Applied, 1, None))
        .await;
    assert_eq!(
        baseline(&target, &three[..2], &never).await.unwrap().steps,
        []
    );
    assert_eq!(place.run(&three).await.done().steps.len(), 1);
    // Another checksum, once a person has seen the difference.
    let edited = place.migration("b", &[place.create("b"), place.create("more")], &[]);
    let told = place
        .run_picks(vec![pick(2, &edited, Direction::Up)], false)
        .await;
    assert_eq!(told.refused().code, "checksum_changed");
    accept(&target, std::slice::from_ref(&edited), None, &never)
        .await
        .unwrap();
    let row = place.row("b").await;
    assert_eq!(
        (row.checksum, row.state),
        (edited.checksum(), RowState::Applied)
    );
    let unknown = place.migration("unknown", &[place.create("u")], &[]);
    let Err(RunnerError::Refused(refusal)) = accept(&target, &[unknown], None, &never).await else {
        panic!("accepted");
    };
    assert_eq!(refusal.code, "not_applied");
    // The schema that somebody has looked at.
    place.by_hand(&place.create("by_hand")).await;
    let mut session = place.session().await;
    let seen = schema::read(&mut *session, server.database_type())
        .await
        .unwrap();
    accept(&target, &[], Some(seen.clone()), &never)
        .await
        .unwrap();
    let stored = place.history().await.snapshot.unwrap();
    assert_eq!(stored.fingerprint, seen.fingerprint());
    let told = place.run(&three).await;
    assert!(
        told.events
            .iter()
            .all(|event| !matches!(event, runner::RunnerEvent::Drift { .. }))
    );
}

/// A full disk, a revoked right: a row that can't be written.
pub async fn a_history_that_cannot_be_written(server: &Server) {
    let place = server.place();
    let first = place.migration("first", &[place.create("first")], &[]);
    let up = ["x", "y", "z"].map(|name| place.create(name));
    let migration = place.migration("m", &up, &[]);
    let list = [first, migration];
    place.run(&list[..1]).await.done();
    if place.is_postgres() {
        place
            .by_hand("ALTER TABLE _tapedeck_migrations ADD CONSTRAINT is_full CHECK (tag <> 'm')")
            .await;
        let told = place.run(&list).await;
        let Err(RunnerError::History {
            message, report, ..
        }) = &told.result
        else {
            panic!("{:?}", told.result);
        };
        assert!(message.contains("Nothing of it is applied"), "{message}");
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.contains("could not be written to the history")),
            "{:?}",
            report.notes
        );
        assert_eq!(place.objects().await, ["first"]);
        assert_eq!(place.history().await.rows.len(), 1);
        place
            .by_hand("ALTER TABLE _tapedeck_migrations DROP CONSTRAINT is_full")
            .await;
        place.run(&list).await.done();
        place
            .holds(&["first", "x", "y", "z"], "m", (RowState::Applied, 3, None))
            .await;
        return;
    }
    // From the first statement on: nothing is sent.
    let full = |when: &str, on: bool| {
        if place.is_mongo() {
            let validator = if on && when == "INSERT" {
                json!({ "tag": { "$ne": "m" } })
            } else if on {
                json!({ "$or": [{ "tag": { "$ne": "m" } }, { "statements_done": { "$lt": 1 } }] })
            } else {
                json!({})
            };
            json!({ "collMod": "_tapedeck_migrations", "validator": validator }).to_string()
        } else if on {
            format!(
                "CREATE TRIGGER is_full BEFORE {when} ON _tapedeck_migrations FOR EACH ROW
                IF NEW.tag = 'm' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The table is full'; END IF"
            )
        } else {
            "DROP TRIGGER is_full".to_owned()
        }
    };
    place.by_hand(&full("INSERT", true)).await;
    let told = place.run(&list).await;
    assert!(
        told.message().contains("m was not sent"),
        "{}",
        told.message()
    );
    assert_eq!(place.objects().await, ["first"]);
    assert_eq!(place.history().await.rows.len(), 1);
    place.by_hand(&full("INSERT", false)).await;
    // Only after the first statement was done: that is said, and so is what the history does not know.
    place.by_hand(&full("UPDATE", true)).await;
    let told = place.run(&list).await;
    let Err(RunnerError::History {
        message, report, ..
    }) = &told.result
    else {
        panic!("{:?}", told.result);
    };
    assert!(
        message.contains("after statement 1 of m was done"),
        "{message}"
    );
    assert!(
        message.contains("1 of 3 statements is applied"),
        "{message}"
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("could not be written to the history")),
        "{:?}",
        report.notes
    );
    place
        .holds(&["first", "x"], "m", (RowState::Started, 0, Some(1)))
        .await;
    place.by_hand(&full("UPDATE", false)).await;
    assert_eq!(place.run(&list).await.refused().code, "unfinished");
    // A person drops what the history does not know of, and resumes.
    place.by_hand(&place.drop("x")).await;
    super::stops::repair(&place, runner::Repair::Resume, &[])
        .await
        .done();
    place
        .holds(&["first", "x", "y", "z"], "m", (RowState::Applied, 3, None))
        .await;
}

/// Who may only read sees all of it, with and without an account, and makes nothing.
pub async fn a_read_only_person_reads(server: &Server) {
    let place = server.place();
    let reader = |place: &Place<'_>| {
        let rest = place.url.split_once('@').unwrap().1.to_owned();
        let scheme = place.url.split_once("://").unwrap().0.to_owned();
        Place {
            url: format!("{scheme}://reader:reading@{rest}"),
            server,
            database: place.database.clone(),
        }
    };
    if place.is_postgres() {
        place
            .by_hand("CREATE ROLE reader LOGIN PASSWORD 'reading'")
            .await;
        place
            .by_hand("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            .await;
        place
            .by_hand("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader")
            .await;
    } else {
        place
            .by_hand("CREATE USER reader IDENTIFIED BY 'reading'")
            .await;
        let grant = format!("GRANT SELECT ON {}.* TO reader", place.database);
        place.by_hand(&grant).await;
    }
    let theirs = reader(&place);
    assert_eq!(theirs.history().await, runner::History::default());
    let three = place.three();
    let told = theirs.run(&three).await;
    assert!(
        told.message().contains("could not be prepared"),
        "{}",
        told.message()
    );
    assert!(
        told.message().contains("No migration was sent"),
        "{}",
        told.message()
    );
    assert_eq!(place.objects().await, Vec::<String>::new());
    assert!(!place.history().await.exists);
    place.run(&three).await.done();
    let history = theirs.history().await;
    assert_eq!(history.rows.len(), 3);
    assert!(history.snapshot.is_some());
    // Inside of a transaction it leaves that as it is.
    let empty = server.place();
    let mut session = empty.session().await;
    session.begin(None).await.unwrap();
    read_history(&mut *session, server.database_type(), &scope())
        .await
        .unwrap();
    session.execute(&empty.operation("SELECT 1")).await.unwrap();
    session.commit().await.unwrap();
}
