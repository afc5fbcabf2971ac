//! Tests of many cells at once: how many are begun, and what those do that are kept waiting.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use test_support::hostile::SilentServer;
use tokio::task::JoinHandle;
use workbench::{Settings, TestEvent, TestRequest, TestSummary};

use super::{Bench, bench, config, database};

/// A URL of a server that takes a connection and says nothing.
fn url_of(silent: &SilentServer) -> String {
    format!(
        "postgresql://a:p@127.0.0.1:{}/d?sslmode=disable",
        silent.port
    )
}

async fn add(bench: &Bench, index: usize, url: &str) {
    let input = database(&format!("db{index}"), vec![config("dev", url)]);
    let made = bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await;
    made.unwrap();
}

/// Tests every cell beside the test, under the name `run`.
fn start(
    bench: &Bench,
    events: impl Fn(TestEvent) + Send + Sync + 'static,
) -> JoinHandle<workbench::Result<TestSummary>> {
    let request = TestRequest {
        run_id: "run".to_owned(),
        product_id: bench.product.clone(),
        config_ids: None,
    };
    let workbench = bench.workbench.clone();
    tokio::spawn(async move { workbench.test_start(request, events).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_tests_begin_at_once_and_those_that_wait_step_aside() {
    const PATIENCE: Duration = Duration::from_millis(500);
    const MOST_ASIDE: usize = 32;
    const SILENT: usize = 60;
    let bench = bench().await;
    let silent = SilentServer::start();
    let url = url_of(&silent);
    for index in 0..SILENT {
        add(&bench, index, &url).await;
    }
    let begun: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let last: Arc<Mutex<Option<TestEvent>>> = Arc::default();
    let (heard, ended) = (Arc::clone(&begun), Arc::clone(&last));
    let running = start(&bench, move |event| {
        if matches!(event, TestEvent::Started { .. }) {
            heard.lock().unwrap().push(Instant::now());
        }
        *ended.lock().unwrap() = Some(event);
    });
    let count = || begun.lock().unwrap().len();
    while count() < 16 + MOST_ASIDE {
        assert!(!running.is_finished(), "the silent are waited for");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(2 * PATIENCE).await;
    assert_eq!(count(), 16 + MOST_ASIDE, "no more wait than may");
    {
        let begun = begun.lock().unwrap();
        // A place is taken a moment before its test begins.
        let passed = begun[16] - begun[0] + Duration::from_millis(20);
        assert!(passed >= PATIENCE, "the places are sixteen: {passed:?}");
    }
    let began = Instant::now();
    bench
        .workbench
        .test_cancel("run".to_owned(), None)
        .await
        .unwrap();
    let summary = running.await.unwrap().unwrap();
    assert!(
        began.elapsed() < Duration::from_millis(500),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        (summary.cancelled, summary.failed, summary.connected),
        (60, 0, 0)
    );
    assert!(matches!(
        *last.lock().unwrap(),
        Some(TestEvent::Done { cancelled: 60, .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_keeps_no_other_cell_waiting() {
    const HANGING: usize = 20;
    const ANSWERING: usize = 10;
    let bench = bench().await;
    // Longer than the test may take: none that hangs comes to its end by itself.
    let settings = Settings {
        test_timeout_seconds: 120,
        ..bench.workbench.settings_get().await.unwrap()
    };
    bench.workbench.settings_update(settings).await.unwrap();
    let server = test_support::shared_postgres();
    let silent = SilentServer::start();
    let hangs = url_of(&silent);
    // More hang than there are places, and they come first.
    for index in 0..HANGING + ANSWERING {
        let url = match index < HANGING {
            true => hangs.clone(),
            false => server.url("app"),
        };
        add(&bench, index, &url).await;
    }
    let connected: Arc<Mutex<usize>> = Arc::default();
    let heard = Arc::clone(&connected);
    let running = start(&bench, move |event| {
        if let TestEvent::Finished { result, .. } = event {
            *heard.lock().unwrap() += usize::from(result.connected);
        }
    });
    while *connected.lock().unwrap() < ANSWERING {
        assert!(!running.is_finished(), "those that hang are waited for");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bench
        .workbench
        .test_cancel("run".to_owned(), None)
        .await
        .unwrap();
    let summary = running.await.unwrap().unwrap();
    assert_eq!(
        (summary.connected, summary.cancelled, summary.failed),
        (10, 20, 0)
    );
}
