//! The real Secret Service, and everything that happens to one on a person's machine.
#![cfg(target_os = "linux")]

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use secrets::{Keyring, Secret, SecretId, SecretStore, SecretStoreError, Secrets};
use test_support::{PrivateKeyring, run_in_keyring, wait_until};

fn id(name: &str) -> SecretId {
    SecretId::named("catalog", name)
}

fn set(store: &Keyring, name: &str, value: &str) {
    store
        .set(&id(name), &Secret::from(value), &format!("label of {name}"))
        .expect("it is stored");
}

fn value_of(store: &Keyring, name: &str) -> Option<String> {
    store
        .get(&id(name))
        .expect("the keyring answers")
        .map(|secret| secret.expose().to_owned())
}

fn codes(store: &Keyring) -> [Result<(), &'static str>; 5] {
    fn code<T>(result: Result<T, SecretStoreError>) -> Result<(), &'static str> {
        result.map(|_| ()).map_err(|error| error.code())
    }
    [
        code(store.get(&id("K"))),
        code(store.set(&id("K"), &Secret::from("new"), "label")),
        code(store.delete(&id("K"))),
        code(store.list()),
        code(store.locked()),
    ]
}

#[test]
fn entries_look_right_to_other_programs() {
    run_in_keyring("entries_look_right_to_other_programs", |keyring| {
        let store = Keyring::new();
        set(&store, "K", "geheim");
        let attributes = [("service", "tapedeck"), ("username", "catalog/named/K")];
        assert_eq!(
            keyring.secret_tool_lookup(&attributes).as_deref(),
            Some("geheim")
        );
        let shown = keyring.secret_tool_search("service", "tapedeck");
        assert!(shown.contains("label = label of K"), "{shown}");

        // A renamed database shows its new name.
        store
            .set(&id("K"), &Secret::from("newer"), "another label")
            .expect("it is stored");
        let shown = keyring.secret_tool_search("service", "tapedeck");
        assert!(shown.contains("label = another label"), "{shown}");
        assert_eq!(
            shown.matches("secret = ").count(),
            1,
            "replaced, not added: {shown}"
        );

        // Entries of another program that happens to use our name are left alone.
        keyring.secret_tool_store(
            "foreign",
            &[("service", "tapedeck"), ("username", "somebody")],
            "theirs",
        );
        keyring.secret_tool_store(
            "foreign",
            &[("service", "tapedeck"), ("other", "x")],
            "theirs",
        );
        assert_eq!(store.list(), Ok(vec![id("K")]));

        // An entry that exists twice, as after a change of the default keyring.
        let twice = [attributes.as_slice(), &[("extra", "x")]].concat();
        keyring.secret_tool_store("twin", &twice, "old");
        assert_eq!(store.list(), Ok(vec![id("K")]));
        assert!(value_of(&store, "K").is_some());
        set(&store, "K", "newest");
        assert_eq!(value_of(&store, "K").as_deref(), Some("newest"));
        assert_eq!(store.delete(&id("K")), Ok(true));
        assert_eq!(value_of(&store, "K"), None);
    });
}

#[test]
fn locked() {
    run_in_keyring("locked", |keyring| {
        let store = Keyring::new();
        set(&store, "K", "value");
        keyring.lock();
        let start = Instant::now();
        assert_eq!(store.locked(), Ok(true));
        // An id that the keyring lacks is locked too: nobody can know before.
        assert_eq!(
            store
                .get(&id("OTHER"))
                .map(|_| ())
                .map_err(|error| error.code()),
            Err("keyring_locked")
        );
        let [get, set_one, delete, list, _] = codes(&store);
        assert_eq!([get, set_one, delete], [Err("keyring_locked"); 3]);
        assert!(matches!(list, Ok(()) | Err("keyring_locked")), "{list:?}");
        println!(
            "locked: list gives {list:?}; all calls took {:?}",
            start.elapsed()
        );
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "nothing waits for a prompt"
        );

        keyring.unlock();
        assert_eq!(store.locked(), Ok(false));
        assert_eq!(
            value_of(&store, "K").as_deref(),
            Some("value"),
            "and nothing was changed"
        );

        // A login that did not unlock it.
        keyring.kill_daemon();
        keyring.start_daemon_locked();
        assert_eq!(store.locked(), Ok(true));
        assert_eq!(
            store
                .get(&id("K"))
                .map(|_| ())
                .map_err(|error| error.code()),
            Err("keyring_locked")
        );
        let list = store.list();
        println!("never unlocked: list gives {list:?}");
        assert!(
            list == Err(SecretStoreError::Locked) || list == Ok(vec![id("K")]),
            "{list:?}"
        );
        keyring.unlock();
        assert_eq!(value_of(&store, "K").as_deref(), Some("value"));
    });
}

#[test]
fn killed_and_restarted() {
    run_in_keyring("killed_and_restarted", |keyring| {
        let store = Keyring::new();
        set(&store, "K", "value");
        for _ in 0..2 {
            keyring.kill_daemon();
            let start = Instant::now();
            assert_eq!(codes(&store), [Err("keyring_unavailable"); 5]);
            assert!(start.elapsed() < Duration::from_secs(2));
            keyring.start_daemon();
            assert_eq!(value_of(&store, "K").as_deref(), Some("value"));
            assert_eq!(store.list(), Ok(vec![id("K")]));
            assert_eq!(store.locked(), Ok(false));
        }
        // Restarted between two calls: the session of the first is gone, and nobody notices.
        keyring.kill_daemon();
        keyring.start_daemon();
        assert_eq!(codes(&store), [Ok(()); 5]);

        // Without a D-Bus at all, with and without a connection from before.
        set(&store, "K", "value");
        keyring.bus().kill();
        for store in [store, Keyring::new()] {
            assert_eq!(codes(&store), [Err("keyring_unavailable"); 5]);
        }
    });
}

#[test]
fn hanging() {
    run_in_keyring("hanging", |keyring| {
        let store = Arc::new(Keyring::new());
        set(&store, "K", "value");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime can be built");
        let secrets = Secrets::new(store, Duration::from_millis(300));
        let daemon = keyring.daemon().expect("it runs");
        daemon.signal("STOP");
        runtime.block_on(async {
            let start = Instant::now();
            let (one, other) = (id("K"), id("OTHER"));
            let (get, list, delete) =
                tokio::join!(secrets.get(&one), secrets.list(), secrets.delete(&other));
            let after = Duration::from_millis(300);
            assert_eq!(get.map(|_| ()), Err(SecretStoreError::TimedOut { after }));
            assert_eq!(list, Err(SecretStoreError::TimedOut { after }));
            assert_eq!(delete, Err(SecretStoreError::TimedOut { after }));
            assert!(start.elapsed() < Duration::from_secs(1));
        });
        daemon.signal("CONT");
        runtime.block_on(async {
            let found = secrets
                .with_time_limit(Duration::from_secs(10))
                .get(&id("K"))
                .await;
            assert_eq!(
                found.expect("it answers").expect("it is there").expose(),
                "value"
            );
        });
    });
}

/// Records the calls on the private bus.
struct Recording {
    monitor: Child,
    file: std::path::PathBuf,
}

impl Recording {
    fn start(keyring: &PrivateKeyring, folder: &test_support::TestFolder, name: &str) -> Recording {
        let file = folder.path().join(name);
        let output = std::fs::File::create(&file).expect("a file can be made");
        let monitor = keyring
            .command("dbus-monitor")
            .args(["--session", "type='method_call'"])
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-monitor is installed (dbus-bin)");
        let recording = Recording { monitor, file };
        assert!(wait_until(Duration::from_secs(10), || recording
            .text()
            .contains("NameAcquired")
            || recording.text().contains("NameLost")));
        recording
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap_or_default()
    }

    /// Everything up to now, known by a call of our own that comes last.
    fn end(mut self, store: &Keyring) -> String {
        assert!(store.locked().is_ok());
        thread::sleep(Duration::from_millis(300));
        self.monitor.kill().expect("our own child can be killed");
        self.monitor.wait().expect("a killed child ends");
        self.text()
    }
}

#[test]
fn listing_reads_no_value() {
    run_in_keyring("listing_reads_no_value", |keyring| {
        let folder = test_support::TestFolder::new();
        let store = Keyring::new();
        for number in 0..60 {
            set(&store, &format!("KEY_{number:03}"), "value");
        }
        let recording = Recording::start(keyring, &folder, "list");
        let start = Instant::now();
        assert_eq!(store.list().map(|ids| ids.len()), Ok(60));
        println!("listing 60 entries took {:?}", start.elapsed());
        let calls = recording.end(&store);
        assert!(calls.contains("member=SearchItems"), "{calls}");
        for forbidden in ["GetSecret", "Unlock", "Prompt"] {
            assert!(!calls.contains(forbidden), "list called {forbidden}");
        }

        // The same recording does see a read.
        let recording = Recording::start(keyring, &folder, "get");
        assert!(value_of(&store, "KEY_000").is_some());
        assert!(recording.end(&store).contains("GetSecret"));

        // Nor does asking a locked keyring unlock it.
        keyring.lock();
        let recording = Recording::start(keyring, &folder, "locked");
        drop(store.list());
        assert_eq!(store.locked(), Ok(true));
        let calls = recording.end(&store);
        for forbidden in ["GetSecret", "Unlock", "Prompt"] {
            assert!(
                !calls.contains(forbidden),
                "listing a locked keyring called {forbidden}"
            );
        }
    });
}
