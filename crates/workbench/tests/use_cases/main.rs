//! The use cases without a window: order of writes, undo, reveal, tests under way.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod actions;
mod cells;
#[expect(dead_code, reason = "the tests of the store crate use the rest of it")]
#[path = "../../../secrets/tests/support/faulty.rs"]
mod faulty;
mod secret_places;
mod secrets_entered;
mod url_tools;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use catalog::{KeyringJournal, SqliteCatalog};
use secrets::{MemoryStore, Secret, SecretId, SecretStore, SecretStoreError};
use serde_json::json;
use workbench::{
    ConfigInput, DatabaseInput, DatabasePatchInput, DraftTestRequest, EnvironmentInput, Options,
    Origin, ProductInput, Settings, TestEvent, TestRequest, Workbench,
};

/// A store that can be told to fail or to hang, and that counts reads of values.
#[derive(Default)]
struct TestStore {
    memory: MemoryStore,
    failing: AtomicBool,
    hanging: AtomicBool,
    reads: AtomicUsize,
}

impl TestStore {
    fn gate(&self) -> Result<(), SecretStoreError> {
        while self.hanging.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.failing.load(Ordering::Relaxed) {
            return Err(SecretStoreError::Failed {
                reason: "told to".to_owned(),
            });
        }
        Ok(())
    }
}

impl SecretStore for TestStore {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.gate()?;
        self.memory.get(id)
    }
    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.gate()?;
        self.memory.set(id, value, label)
    }
    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.gate()?;
        self.memory.delete(id)
    }
    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.gate()?;
        self.memory.list()
    }
    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.gate()?;
        self.memory.locked()
    }
}

struct Bench {
    _folder: tempfile::TempDir,
    store: Arc<TestStore>,
    workbench: Workbench,
    product: String,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(TestStore::default());
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    let workbench = Workbench::open_with(options, store.clone()).await.unwrap();
    let product = product_of_three(&workbench).await;
    Bench {
        _folder: folder,
        store,
        workbench,
        product,
    }
}

/// Makes `shop` with dev, stg and prd; answers its id.
async fn product_of_three(workbench: &Workbench) -> String {
    let environment = |slug: &str| EnvironmentInput {
        env_name: slug.to_owned(),
        slug: slug.to_owned(),
        description: None,
        active: None,
        class: None,
    };
    let input = ProductInput {
        tag: "shop".to_owned(),
        name: "Shop".to_owned(),
        description: None,
        environments: vec![environment("dev"), environment("stg"), environment("prd")],
    };
    workbench.product_create(input).await.unwrap().record.id
}

fn config(slug: &str, url: &str) -> ConfigInput {
    ConfigInput {
        slug: slug.to_owned(),
        connection_url: url.to_owned(),
        secrets: BTreeMap::new(),
        description: None,
        copy_from: None,
    }
}

fn database(tag: &str, envs: Vec<ConfigInput>) -> DatabaseInput {
    DatabaseInput {
        name: tag.to_owned(),
        tag: tag.to_owned(),
        database_type: "postgresql".to_owned(),
        description: None,
        envs,
    }
}

impl Bench {
    async fn real(&self, config_id: &str) -> String {
        self.workbench
            .url_reveal(config_id.to_owned())
            .await
            .unwrap()
            .connection_url
    }

    fn entries(&self) -> usize {
        self.store.memory.list().unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_save_leaves_neither_record_nor_entry() {
    let bench = bench().await;
    bench.store.failing.store(true, Ordering::Relaxed);
    let input = database("orders", vec![config("dev", "postgresql://a:secret@h/d")]);
    let error = bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap_err();
    assert_eq!(error.code, "keyring_failed");
    bench.store.failing.store(false, Ordering::Relaxed);
    assert!(
        bench
            .workbench
            .database_list(bench.product.clone())
            .await
            .unwrap()
            .is_empty()
    );

    // The keyring takes it, the catalog refuses it: the entry goes again.
    let good = database("orders", vec![config("dev", "postgresql://a:secret@h/d")]);
    let made = bench
        .workbench
        .database_create(bench.product.clone(), good)
        .await
        .unwrap()
        .record;
    assert_eq!(bench.entries(), 1);
    let patch = DatabasePatchInput {
        revision: Some(made.revision + 7),
        envs: vec![config("dev", "postgresql://a:other@h/d")],
        ..DatabasePatchInput::default()
    };
    let error = bench
        .workbench
        .database_update(made.id.clone(), patch)
        .await
        .unwrap_err();
    assert_eq!(error.code, "conflict");
    assert_eq!(bench.entries(), 1);
    assert_eq!(
        bench.real(&made.envs[0].id).await,
        "postgresql://a:secret@h/d"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_brings_the_old_password_back() {
    let bench = bench().await;
    let input = database("orders", vec![config("dev", "postgresql://a:first@h/d")]);
    let made = bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap()
        .record;
    let cell = made.envs[0].id.clone();
    let typed = ConfigInput {
        secrets: BTreeMap::from([("password".to_owned(), "se@cond".to_owned())]),
        ..config("dev", "postgresql://a:***@h/d")
    };
    let patch = DatabasePatchInput {
        envs: vec![typed],
        ..DatabasePatchInput::default()
    };
    let changed = bench
        .workbench
        .database_update(made.id.clone(), patch)
        .await
        .unwrap();
    assert_eq!(bench.real(&cell).await, "postgresql://a:se%40cond@h/d");
    bench
        .workbench
        .activity_undo(changed.activity_id.unwrap())
        .await
        .unwrap();
    assert_eq!(bench.real(&cell).await, "postgresql://a:first@h/d");

    let deleted = bench
        .workbench
        .database_delete(made.id.clone())
        .await
        .unwrap();
    assert!(
        bench
            .workbench
            .database_list(bench.product.clone())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        bench.workbench.secret_orphans(true).await.unwrap().removed,
        0,
        "undo still needs them"
    );
    bench.workbench.activity_undo(deleted).await.unwrap();
    assert_eq!(bench.real(&cell).await, "postgresql://a:first@h/d");
    let lines = bench.workbench.activity_list(None, 100).await.unwrap();
    let text = serde_json::to_string(&lines).unwrap();
    assert!(!text.contains("first") && !text.contains("cond"), "{text}");
    assert!(lines.iter().any(|line| line.verb == "reveal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_its_own_field_needs_no_place_in_the_url() {
    let bench = bench().await;
    let typed = ConfigInput {
        secrets: BTreeMap::from([("password".to_owned(), "pass".to_owned())]),
        ..config("dev", "postgresql://a@h/d")
    };
    let made = bench
        .workbench
        .database_create(bench.product.clone(), database("orders", vec![typed]))
        .await
        .unwrap();
    let cell = &made.record.envs[0];
    assert_eq!(cell.connection_url, "postgresql://a:***@h/d");
    assert_eq!(bench.real(&cell.id).await, "postgresql://a:pass@h/d");

    // Copied to another environment, the password has an entry of its own.
    let copy = ConfigInput {
        copy_from: Some(cell.id.clone()),
        ..config("stg", "postgresql://a:***@stg/d")
    };
    let patch = DatabasePatchInput {
        envs: vec![copy],
        ..DatabasePatchInput::default()
    };
    let changed = bench
        .workbench
        .database_update(made.record.id.clone(), patch)
        .await
        .unwrap()
        .record;
    assert_eq!(
        bench.real(&changed.envs[1].id).await,
        "postgresql://a:pass@stg/d"
    );
    assert_eq!(bench.entries(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_matrix_reads_no_secret_and_waits_for_no_keyring() {
    let bench = bench().await;
    let input = database(
        "orders",
        vec![
            config("dev", "postgresql://a:first@h/d"),
            config("prd", "postgresql://h/d"),
        ],
    );
    bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap();
    let reads = bench.store.reads.load(Ordering::Relaxed);
    bench.store.hanging.store(true, Ordering::Relaxed);
    let began = Instant::now();
    bench.workbench.app_bootstrap().await.unwrap();
    let matrix = bench
        .workbench
        .matrix_load(bench.product.clone())
        .await
        .unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(matrix.databases[0].envs[0].needs_secret && !matrix.databases[0].envs[1].needs_secret);
    bench.store.hanging.store(false, Ordering::Relaxed);
    bench
        .workbench
        .credentials_check(bench.product.clone())
        .await
        .unwrap();
    assert_eq!(
        bench.store.reads.load(Ordering::Relaxed),
        reads,
        "credential states need no value"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn orphans_are_found_and_removed_and_nothing_else_is() {
    let bench = bench().await;
    let input = database("orders", vec![config("dev", "postgresql://a:first@h/d")]);
    let made = bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap()
        .record;
    let own = bench.store.memory.list().unwrap().remove(0);
    // What another run of the program does: it has the lock while it writes what stands in the journal.
    let folder = bench.workbench.data_dir().to_owned();
    let lock = std::fs::File::create(folder.join("keyring.lock")).unwrap();
    lock.lock_shared().unwrap();
    let catalog = SqliteCatalog::open(&folder).unwrap();
    catalog
        .begin_entries(&["url/being-written".to_owned()])
        .unwrap();
    for id in [
        SecretId::for_url(own.catalog(), "forgotten"),
        SecretId::for_url(own.catalog(), "being-written"),
        SecretId::for_url("another", "forgotten"),
    ] {
        bench
            .store
            .memory
            .set(&id, &Secret::new("x".to_owned()), "x")
            .unwrap();
    }
    let report = bench.workbench.secret_orphans(false).await.unwrap();
    assert_eq!(
        (report.orphans.len(), report.removed, report.other_catalogs),
        (1, 0, 1)
    );
    assert_eq!(
        bench.workbench.secret_orphans(true).await.unwrap().removed,
        1
    );
    assert_eq!(bench.entries(), 3);
    // It ends before it commits: what it wrote is taken back.
    drop(lock);
    let settled = bench.workbench.settle_keyring().await.unwrap();
    assert_eq!((settled.removed, settled.left), (1, 0));
    assert_eq!(bench.entries(), 2);
    assert_eq!(
        bench.real(&made.envs[0].id).await,
        "postgresql://a:first@h/d"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_happens_after_its_time_is_taken_back() {
    let bench = bench().await;
    let settings = Settings {
        keyring_timeout_seconds: 1,
        ..bench.workbench.settings_get().await.unwrap()
    };
    bench.workbench.settings_update(settings).await.unwrap();
    let options = Options {
        data_dir: Some(bench.workbench.data_dir().to_owned()),
        origin: Origin::Window,
    };
    let workbench = Workbench::open_with(options, bench.store.clone())
        .await
        .unwrap();
    bench.store.hanging.store(true, Ordering::Relaxed);
    let input = database("orders", vec![config("dev", "postgresql://a:late@h/d")]);
    let error = workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap_err();
    assert_eq!(error.code, "keyring_timeout", "{error:?}");
    bench.store.hanging.store(false, Ordering::Relaxed);
    let began = Instant::now();
    while bench.entries() == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "it never woke");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(workbench.settle_keyring().await.unwrap().removed, 1);
    assert_eq!(bench.entries(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_tested_before_it_is_saved() {
    let bench = bench().await;
    let server = test_support::shared_postgres();
    let input = database("orders", vec![config("dev", &server.url("app"))]);
    let made = bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap()
        .record;
    let masked = made.envs[0].connection_url.clone();
    let draft = |url: &str, typed: &[(&str, &str)]| DraftTestRequest {
        run_id: "draft".to_owned(),
        product_id: bench.product.clone(),
        database_id: Some(made.id.clone()),
        database_type: "postgresql".to_owned(),
        config: ConfigInput {
            secrets: typed
                .iter()
                .map(|(slot, value)| ((*slot).to_owned(), (*value).to_owned()))
                .collect(),
            ..config("dev", url)
        },
    };
    let kept = bench
        .workbench
        .test_draft(draft(&masked, &[]), |_| {})
        .await
        .unwrap();
    assert!(kept.connected, "{kept:?}");
    let wrong = bench
        .workbench
        .test_draft(draft(&masked, &[("password", "c4n4ry")]), |_| {})
        .await
        .unwrap();
    assert_eq!((wrong.connected, wrong.stage.as_str()), (false, "auth"));
    assert!(!json!(wrong).to_string().contains("c4n4ry"));
    let broken = bench
        .workbench
        .test_draft(draft("postgresql://a:c4n%zz@h/d", &[]), |_| {})
        .await
        .unwrap();
    assert_eq!(broken.stage, "parse");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hung_keyring_costs_its_time_limit_and_says_so() {
    let bench = bench().await;
    let mut settings = bench.workbench.settings_get().await.unwrap();
    settings.test_timeout_seconds = 1;
    bench.workbench.settings_update(settings).await.unwrap();
    let input = database("orders", vec![config("dev", "postgresql://a:first@h/d")]);
    bench
        .workbench
        .database_create(bench.product.clone(), input)
        .await
        .unwrap();
    bench.store.hanging.store(true, Ordering::Relaxed);
    let events: Arc<Mutex<Vec<TestEvent>>> = Arc::default();
    let heard = Arc::clone(&events);
    let request = TestRequest {
        run_id: "run".to_owned(),
        product_id: bench.product.clone(),
        config_ids: None,
    };
    let began = Instant::now();
    bench
        .workbench
        .test_start(request, move |event| heard.lock().unwrap().push(event))
        .await
        .unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    bench.store.hanging.store(false, Ordering::Relaxed);
    let events = events.lock().unwrap();
    let result = events.iter().find_map(|event| match event {
        TestEvent::Finished { result, .. } => Some(result),
        _ => None,
    });
    assert_eq!(
        result.unwrap().error.as_ref().unwrap().code,
        "keyring_timeout"
    );
}
