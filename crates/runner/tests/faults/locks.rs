//! One runner at a time.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engines::CancellationToken;
use migrations::RowState;
use runner::{RunnerError, RunnerEvent};
use serde_json::json;

use super::child;
use super::place::{Server, limits};
use super::proxy::{Proxy, Then, WORD};

/// A waiter hears who it waits for, once; with a limit it gives up, and nothing was sent.
pub async fn the_holder_is_named(server: &Server) {
    let place = server.place();
    // A runner that waits for an answer which never comes.
    let proxy = Proxy::start(server.port(), Then::Silence);
    let slow = [place.migration("slow", &[place.create_with_word("slow", WORD)], &[])];
    let other = [place.migration("other", &[place.create("other")], &[])];
    let never = CancellationToken::new();
    let behind = place.behind(proxy.port);
    let holding = behind.run(&slow);
    let waiting = async {
        while !proxy.seen.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let impatient = limits(Duration::from_millis(700), Duration::from_secs(5));
        place.run_with(&other, &never, impatient).await
    };
    let told = tokio::select! {
        held = holding => panic!("the holder ended: {:?}", held.result),
        told = waiting => told,
    };
    let Err(RunnerError::Locked { message, holder }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert!(holder.contains("ada@laptop"), "{holder}");
    assert!(message.contains(holder.as_str()), "{message}");
    let waits = told
        .events
        .iter()
        .filter(|event| matches!(event, RunnerEvent::Waiting { .. }));
    assert_eq!(waits.count(), 1, "{:?}", told.events);
    assert!(!place.objects().await.contains(&"other".to_owned()));
}

/// Twenty processes at once: each migration is applied once.
pub async fn twenty_runners(server: &Server) {
    let place = server.place();
    let list = place.three();
    let mut runners: Vec<_> = (0..20).map(|_| child::ready(&place, &list)).collect();
    runners.iter_mut().for_each(child::go);
    let ends = runners
        .into_iter()
        .map(|runner| tokio::task::spawn_blocking(|| child::applied(runner)));
    let mut steps = Vec::new();
    for told in futures_util::future::join_all(ends).await {
        // Where all twenty had chosen the same, one of them would have failed with "exists already".
        steps.extend(told.unwrap());
    }
    steps.sort();
    assert_eq!(steps, ["a", "b", "c"]);
    for tag in ["a", "b", "c"] {
        place
            .holds(&["a", "b", "c"], tag, (RowState::Applied, 1, None))
            .await;
    }
    assert_eq!(place.history().await.rows.len(), 3);
}

/// A runner that died holds others up until its lease has run out by the server's clock.
pub async fn a_lease_runs_out(server: &Server) {
    let place = server.place();
    let list = place.three();
    let lease = |until: i64| {
        json!({
            "update": "_tapedeck_lock",
            "updates": [{
                "q": { "_id": "runner" },
                "u": { "$set": {
                    "run_id": "dead", "by": "bob@desk",
                    "since": { "$date": { "$numberLong": (until - 20_000).to_string() } },
                    "until": { "$date": { "$numberLong": until.to_string() } },
                } },
                "upsert": true,
            }],
        })
        .to_string()
    };
    let now = jiff::Timestamp::now().as_millisecond();
    place.by_hand(&lease(now + 60_000)).await;
    let never = CancellationToken::new();
    let impatient = limits(Duration::from_millis(300), Duration::from_secs(5));
    let told = place.run_with(&list, &never, impatient).await;
    let Err(RunnerError::Locked { holder, .. }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert!(holder.starts_with("bob@desk, since "), "{holder}");
    assert_eq!(place.objects().await, Vec::<String>::new());
    let now = jiff::Timestamp::now().as_millisecond();
    place.by_hand(&lease(now + 1_500)).await;
    let start = Instant::now();
    place.run(&list).await.done();
    assert!(start.elapsed() > Duration::from_secs(1));
    assert_eq!(place.objects().await, ["a", "b", "c"]);
}

/// A runner that lost its lease sends nothing more, and does not touch what is another's by now.
pub async fn a_lease_is_lost(server: &Server) {
    let place = server.place();
    let takes_over = json!({
        "update": "_tapedeck_lock",
        "updates": [{ "q": { "_id": "runner" }, "u": { "$set": { "run_id": "other", "by": "bob@desk" } } }],
    });
    let up = [place.create("x"), takes_over.to_string(), place.create("z")];
    let migration = place.migration("m", &up, &[]);
    let told = place.run(&[migration]).await;
    let message = told.message();
    assert!(message.contains("lost its lease"), "{message}");
    place
        .holds(&["x"], "m", (RowState::Started, 1, Some(2)))
        .await;
    let rows = place
        .rows(r#"{"find": "_tapedeck_lock", "projection": {"_id": 0, "by": 1}}"#)
        .await;
    assert_eq!(rows, [[json!("bob@desk")]]);
}
