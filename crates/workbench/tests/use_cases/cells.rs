//! Tests of many cells at once: how many are begun, and what those do that are kept waiting.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use test_support::hostile::SilentServer;
use workbench::{Settings, TestEvent, TestRequest};

use super::{bench, config, database};

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_tests_begin_at_once_and_those_that_wait_step_aside() {
    const PATIENCE: Duration = Duration::from_millis(500);
    const MOST_ASIDE: usize = 32;
    const SILENT: usize = 60;
    let bench = bench().await;
    let silent = SilentServer::start();
    let url = format!(
        "postgresql://a:p@127.0.0.1:{}/d?sslmode=disable",
        silent.port
    );
    for index in 0..SILENT {
        let input = database(&format!("db{index}"), vec![config("dev", &url)]);
        bench
            .workbench
            .database_create(bench.product.clone(), input)
            .await
            .unwrap();
    }
    let begun: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let last: Arc<Mutex<Option<TestEvent>>> = Arc::default();
    let (heard, ended) = (Arc::clone(&begun), Arc::clone(&last));
    let request = TestRequest {
        run_id: "run".to_owned(),
        product_id: bench.product.clone(),
        config_ids: None,
    };
    let workbench = bench.workbench.clone();
    let running = tokio::spawn(async move {
        workbench
            .test_start(request, move |event| {
                if matches!(event, TestEvent::Started { .. }) {
                    heard.lock().unwrap().push(Instant::now());
                }
                *ended.lock().unwrap() = Some(event);
            })
            .await
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
    let hangs = format!(
        "postgresql://a:p@127.0.0.1:{}/d?sslmode=disable",
        silent.port
    );
    // More hang than there are places, and they come first.
    for index in 0..HANGING + ANSWERING {
        let url = match index < HANGING {
            true => hangs.clone(),
            false => server.url("app"),
        };
        let input = database(&format!("db{index}"), vec![config("dev", &url)]);
        let made = bench
            .workbench
            .database_create(bench.product.clone(), input)
            .await;
        made.unwrap();
    }
    let connected: Arc<Mutex<usize>> = Arc::default();
    let heard = Arc::clone(&connected);
    let request = TestRequest {
        run_id: "run".to_owned(),
        product_id: bench.product.clone(),
        config_ids: None,
    };
    let workbench = bench.workbench.clone();
    let running = tokio::spawn(async move {
        workbench
            .test_start(request, move |event| {
                if let TestEvent::Finished { result, .. } = event {
                    *heard.lock().unwrap() += usize::from(result.connected);
                }
            })
            .await
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
