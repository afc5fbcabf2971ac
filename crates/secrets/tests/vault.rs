//! The vault file: what is in it, who may read it, and everything that can happen to a file.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use secrets::{Secret, SecretId, SecretStore, SecretStoreError, Vault};
use test_support::{TestFolder, wait_until};

const WORK: u8 = 2;
const PASSPHRASE: &str = "correct horse battery staple";

fn id(name: &str) -> SecretId {
    SecretId::named("catalog", name)
}

fn passphrase() -> Secret {
    Secret::from(PASSPHRASE)
}

struct Bench {
    _folder: TestFolder,
    path: PathBuf,
}

impl Bench {
    /// With a vault that holds `K`.
    fn new() -> (Bench, Vault) {
        let folder = TestFolder::new();
        let path = folder.path().join("passwords.vault");
        let bench = Bench {
            _folder: folder,
            path,
        };
        let vault = bench.vault();
        vault.create(&passphrase()).expect("it is made");
        set(&vault, "K", "c4n4ry");
        (bench, vault)
    }

    /// As another process sees it.
    fn vault(&self) -> Vault {
        Vault::with_work(self.path.clone(), WORK)
    }
}

fn set(vault: &Vault, name: &str, value: &str) {
    vault
        .set(&id(name), &Secret::from(value), &format!("label of {name}"))
        .expect("it is stored");
}

fn value_of(vault: &Vault, name: &str) -> Result<Option<String>, &'static str> {
    vault
        .get(&id(name))
        .map(|found| found.map(|secret| secret.expose().to_owned()))
        .map_err(|error| error.code())
}

fn unlock(vault: &Vault, with: &str) -> Result<(), &'static str> {
    vault
        .unlock(&Secret::from(with))
        .map_err(|error| error.code())
}

#[test]
fn everything_in_the_file_is_encrypted_and_only_for_its_owner() {
    let (bench, vault) = Bench::new();
    let text = fs::read_to_string(&bench.path).expect("it is text");
    assert!(text.starts_with("tapedeck-vault 1\nstate "), "{text}");
    for hidden in ["c4n4ry", "catalog", "label of K", PASSPHRASE] {
        assert!(!text.contains(hidden), "{hidden} is in the file");
    }
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(&bench.path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    // Nothing is given out before it is unlocked, and nothing after it is locked.
    let other = bench.vault();
    assert_eq!(other.locked(), Ok(true));
    assert_eq!(value_of(&other, "K"), Err("vault_locked"));
    assert_eq!(other.list(), Err(SecretStoreError::VaultLocked));
    assert_eq!(
        other.set(&id("L"), &Secret::from("x"), ""),
        Err(SecretStoreError::VaultLocked)
    );
    assert_eq!(other.delete(&id("K")), Err(SecretStoreError::VaultLocked));
    assert_eq!(unlock(&other, "wrong"), Err("vault_passphrase_wrong"));
    assert_eq!(unlock(&other, ""), Err("vault_passphrase_wrong"));
    assert_eq!(value_of(&other, "K"), Err("vault_locked"));
    assert_eq!(unlock(&other, PASSPHRASE), Ok(()));
    assert_eq!(value_of(&other, "K"), Ok(Some("c4n4ry".to_owned())));
    other.lock();
    assert_eq!(value_of(&other, "K"), Err("vault_locked"));
    assert_eq!(
        value_of(&vault, "K"),
        Ok(Some("c4n4ry".to_owned())),
        "one process does not lock another"
    );
    let shown = format!("{vault:?}");
    assert!(!shown.contains("c4n4ry"), "{shown}");
}

#[test]
fn a_file_that_is_there_is_never_made_anew() {
    let (bench, _) = Bench::new();
    let before = fs::read(&bench.path).expect("it is there");
    let refused = bench.vault().create(&Secret::from("another"));
    assert_eq!(refused.map_err(|error| error.code()), Err("vault_failed"));
    assert_eq!(fs::read(&bench.path).expect("it is there"), before);
}

/// Another process that reads `file` says `code`, and leaves it as it is.
fn refuses(bench: &Bench, file: &[u8], code: &str) {
    fs::write(&bench.path, file).expect("it can be written");
    let vault = bench.vault();
    let told = vault.unlock(&passphrase()).map_err(|error| {
        let text = error.to_string();
        assert!(text.contains("passwords.vault"), "{text} names the file");
        error.code()
    });
    assert_eq!(told, Err(code), "{}", String::from_utf8_lossy(file));
    let refused = vault.set(&id("L"), &Secret::from("x"), "");
    assert!(refused.is_err(), "nothing is written over it");
    assert_eq!(fs::read(&bench.path).expect("it is there"), file);
}

#[test]
fn a_damaged_file_is_told_and_kept() {
    let (bench, vault) = Bench::new();
    let whole = fs::read(&bench.path).expect("it is there");
    let text = String::from_utf8(whole.clone()).expect("it is text");
    let second = text.rfind("-----BEGIN").expect("two parts");

    // Cut off anywhere.
    for length in (0..whole.len() - 1).step_by(61) {
        refuses(&bench, &whole[..length], "vault_damaged");
    }
    // A byte of the entries changed, or of the head.
    for at in [second + 60, second + 200, whole.len() - 60] {
        let mut changed = whole.clone();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        refuses(&bench, &changed, "vault_damaged");
    }
    for damaged in [
        "\u{0}\u{1}garbage".to_owned(),
        text.replacen("tapedeck-vault", "other-vault", 1),
        text.replacen("vault 1\n", "vault one\n", 1),
        text.replacen("state ", "stage ", 1),
        text[..second].to_owned() + &text[second..].replacen('\n', "\n!", 1),
    ] {
        refuses(&bench, damaged.as_bytes(), "vault_damaged");
    }
    let newer = text.replacen("vault 1\n", "vault 2\n", 1);
    refuses(&bench, newer.as_bytes(), "vault_newer");

    // A process that has it unlocked says so as well, and writes nothing over it...
    fs::write(&bench.path, "garbage").expect("it can be written");
    assert!(vault.set(&id("L"), &Secret::from("x"), "").is_err());
    assert_eq!(fs::read(&bench.path).expect("it is there"), b"garbage");
    // ... but where the file is the very one that it read last, however much is left of it, the next write mends it.
    let cut = text.find("-----BEGIN").expect("two parts") + 60;
    fs::write(&bench.path, &whole[..cut]).expect("it can be written");
    set(&vault, "L", "x");
    let other = bench.vault();
    assert_eq!(unlock(&other, PASSPHRASE), Ok(()));
    assert_eq!(value_of(&other, "K"), Ok(Some("c4n4ry".to_owned())));

    // Nor does it make a new one where the file is gone.
    fs::remove_file(&bench.path).expect("it is there");
    assert_eq!(value_of(&vault, "K"), Err("vault_missing"));
    let told = vault.set(&id("L"), &Secret::from("x"), "");
    assert_eq!(told.map_err(|error| error.code()), Err("vault_missing"));
    assert_eq!(unlock(&bench.vault(), PASSPHRASE), Err("vault_missing"));
    assert!(!bench.path.exists());

    // A copy put back makes all well.
    fs::write(&bench.path, &whole).expect("it can be written");
    assert_eq!(value_of(&vault, "K"), Ok(Some("c4n4ry".to_owned())));
}

#[test]
fn a_file_that_asks_for_endless_work_is_refused() {
    let (bench, _) = Bench::new();
    let text = fs::read_to_string(&bench.path).expect("it is text");
    // The work factor stands in the age header of the key, which the armour hides: a whole new key says 63.
    let (mut head, rest) = (String::new(), text);
    for line in rest.lines().take(2) {
        head.push_str(line);
        head.push('\n');
    }
    let header = "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 63\n\
                  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef0123456789abcdef";
    let armour = |text: &str| {
        format!(
            "-----BEGIN AGE ENCRYPTED FILE-----\n{}-----END AGE ENCRYPTED FILE-----\n",
            base64_lines(text.as_bytes())
        )
    };
    let start = Instant::now();
    refuses(
        &bench,
        format!("{head}{}{}", armour(header), armour(header)).as_bytes(),
        "vault_damaged",
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

fn base64_lines(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sextet = (word >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() {
                char::from(ALPHABET[sextet as usize])
            } else {
                '='
            });
        }
    }
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("it is ASCII"))
        .collect();
    lines.join("\n") + "\n"
}

#[test]
fn two_processes_lose_no_update() {
    let (bench, _) = Bench::new();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let vault = bench.vault();
            thread::spawn(move || {
                vault.unlock(&passphrase()).expect("it opens");
                for number in 0..15 {
                    set(&vault, &format!("W{writer}_{number}"), "value");
                    if number % 3 == 0 {
                        let removed = vault.delete(&id(&format!("W{writer}_{number}")));
                        assert_eq!(removed, Ok(true), "what another writes takes nothing away");
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("it ends well");
    }
    let vault = bench.vault();
    vault.unlock(&passphrase()).expect("it opens");
    assert_eq!(vault.list().map(|ids| ids.len()), Ok(1 + 4 * 10));
}

#[test]
fn a_change_of_the_passphrase_shuts_the_old_one_out() {
    let (bench, vault) = Bench::new();
    let other = bench.vault();
    other.unlock(&passphrase()).expect("it opens");
    let copy = fs::read(&bench.path).expect("it is there");
    let wrong = vault.change_passphrase(&Secret::from("wrong"), &Secret::from("new one"));
    assert_eq!(wrong, Err(SecretStoreError::WrongPassphrase));
    vault
        .change_passphrase(&passphrase(), &Secret::from("new one"))
        .expect("it is changed");
    assert_eq!(value_of(&vault, "K"), Ok(Some("c4n4ry".to_owned())));
    assert_eq!(
        value_of(&other, "K"),
        Err("vault_locked"),
        "another process"
    );
    assert_eq!(unlock(&other, PASSPHRASE), Err("vault_passphrase_wrong"));
    assert_eq!(unlock(&other, "new one"), Ok(()));
    set(&other, "L", "later");
    assert_eq!(value_of(&vault, "L"), Ok(Some("later".to_owned())));

    // The key of an old copy opens nothing that was written since.
    let from_copy = bench.vault();
    let now = fs::read(&bench.path).expect("it is there");
    fs::write(&bench.path, &copy).expect("it can be written");
    assert_eq!(unlock(&from_copy, PASSPHRASE), Ok(()));
    fs::write(&bench.path, &now).expect("it can be written");
    assert_eq!(value_of(&from_copy, "L"), Err("vault_locked"));
}

#[test]
fn it_locks_itself_when_nobody_uses_it() {
    let (_bench, vault) = Bench::new();
    vault.set_idle_limit(Duration::from_millis(400));
    // Use keeps it open.
    for _ in 0..6 {
        thread::sleep(Duration::from_millis(100));
        assert_eq!(value_of(&vault, "K"), Ok(Some("c4n4ry".to_owned())));
    }
    // Asking whether it is locked, and what is in it, is no use.
    assert!(wait_until(Duration::from_secs(5), || {
        vault.list().is_err() && vault.locked() == Ok(true)
    }));
    assert_eq!(value_of(&vault, "K"), Err("vault_locked"));
}

#[test]
fn what_a_crash_left_is_in_nobodys_way() {
    let (bench, vault) = Bench::new();
    let part = bench.path.with_file_name("passwords.vault.part");
    fs::write(&part, "half of a vau").expect("it can be written");
    set(&vault, "L", "value");
    assert!(!part.exists());
    assert_eq!(value_of(&vault, "K"), Ok(Some("c4n4ry".to_owned())));

    // A disk that refuses: the file stays, and so does what is in memory.
    fs::create_dir(&part).expect("it can be made");
    let refused = vault.set(&id("M"), &Secret::from("x"), "");
    assert_eq!(refused.map_err(|error| error.code()), Err("vault_failed"));
    assert_eq!(value_of(&vault, "M"), Ok(None));
    assert_eq!(value_of(&vault, "L"), Ok(Some("value".to_owned())));
}
