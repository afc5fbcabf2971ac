//! Where passwords are kept, chosen by a person at a terminal or by a job without one.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::{Cli, finish};
use serde_json::{Value, json};
use test_support::{DATABASE, PrivateKeyring, shared_postgres};

const PASSPHRASE: &str = "correct horse battery staple";

impl Cli {
    /// Names a file with this passphrase in the environment of every run.
    fn give_passphrase(&mut self, passphrase: &str) {
        let file = self.data_dir().with_extension("passphrase");
        std::fs::write(&file, format!("{passphrase}\n")).unwrap();
        self.set(
            "TAPEDECK_VAULT_PASSPHRASE_FILE",
            &file.display().to_string(),
        );
    }

    /// Runs it at a terminal, where a person answers each of these questions.
    fn at_terminal(&self, arguments: &[&str], answers: &[(&str, &str)]) -> harness::Run {
        let inner = self.command(arguments);
        let words: Vec<String> = std::iter::once(inner.get_program())
            .chain(inner.get_args())
            .map(|word| format!("'{}'", word.to_string_lossy()))
            .collect();
        let mut script = Command::new("script");
        script.args(["-qec", &words.join(" "), "/dev/null"]);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is installed (bsdutils)");
        // Kept open to the end: a terminal has no end of its own.
        let mut keyboard = child.stdin.take().unwrap();
        let mut screen = child.stdout.take().unwrap();
        let mut shown = String::new();
        let mut buffer = [0; 4096];
        let mut seen = 0;
        let mut answers = answers.iter();
        let mut next = answers.next();
        loop {
            let length = screen.read(&mut buffer).unwrap();
            if length == 0 {
                break;
            }
            shown.push_str(&String::from_utf8_lossy(&buffer[..length]));
            if let Some((question, answer)) = next
                && let Some(at) = shown[seen..].find(question)
            {
                seen += at + question.len();
                // The question is shown a moment before the echo is off; no person types as fast.
                std::thread::sleep(Duration::from_millis(300));
                keyboard.write_all(answer.as_bytes()).unwrap();
                next = answers.next();
            }
        }
        assert_eq!(next, None, "a question was not asked: {shown}");
        let status = child.wait().unwrap().code().unwrap_or(-1);
        harness::Run {
            status,
            stdout: shown,
            stderr: String::new(),
        }
    }
}

fn real_url(cli: &Cli) -> harness::Run {
    cli.run(&["db", "show", "shop/orders", "--reveal"])
}

#[test]
fn to_a_vault_file_and_back() {
    let keyring = PrivateKeyring::start();
    let mut cli = Cli::with_keyring(&keyring);
    cli.shop();
    let url = "postgresql://app:c4n4ry@db/orders";
    cli.database("postgresql", "orders", &[("dev", url)])
        .expect(0);
    let shown = cli.run(&["secret", "store"]).expect(0).json();
    assert_eq!(
        (&shown["place"], &shown["state"], &shown["entries"]),
        (&json!("keyring"), &json!("ready"), &json!(1))
    );

    let short = cli.run_with(
        &["secret", "store", "vault", "--passphrase-stdin"],
        "short\n",
    );
    assert_eq!(
        short.expect(3).error()["detail"]["faults"][0]["field"],
        "passphrase"
    );
    let store = ["secret", "store", "vault", "--passphrase-stdin"];
    let chosen = cli
        .run_with(&store, &format!("{PASSPHRASE}\n"))
        .expect(0)
        .json();
    assert_eq!(
        chosen,
        json!({ "place": "vault", "moved": 1, "left_copies": false })
    );
    assert_eq!(keyring.secret_tool_search("service", "tapedeck"), "");
    assert!(!cli.data_holds("c4n4ry") && !cli.data_holds(PASSPHRASE));

    // Without the passphrase the list works, and what needs a secret says what to do.
    cli.run(&["db", "list", "shop"]).expect(0);
    let locked = real_url(&cli).expect(5);
    assert_eq!(locked.error()["code"], "vault_locked");
    let check = cli.run(&["secret", "check", "shop"]).expect(5).json();
    assert_eq!(check[0]["state"], "locked");
    let mut plain = Command::new(env!("CARGO_BIN_EXE_tapedeck"));
    plain
        .arg("--data-dir")
        .arg(cli.data_dir())
        .args(["db", "show", "shop/orders", "--reveal"]);
    let told = plain.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("TAPEDECK_VAULT_PASSPHRASE_FILE"), "{told}");

    cli.give_passphrase("not the one");
    assert_eq!(
        real_url(&cli).expect(5).error()["code"],
        "vault_passphrase_wrong"
    );
    // Asked for before the test, and told in each cell that needs it.
    let tested = cli.run(&["test", "shop"]);
    assert!(
        tested.stdout.contains("vault_passphrase_wrong"),
        "{}",
        tested.stdout
    );
    cli.give_passphrase(PASSPHRASE);
    assert_eq!(
        real_url(&cli).expect(0).json()["envs"][0]["connection_url"],
        url
    );
    cli.run(&["secret", "check", "shop"]).expect(0);

    // Several commands at once: each unlocks for itself, and none loses what another writes.
    let commands: Vec<_> = (0..3)
        .map(|number| {
            let name = format!("NAME_{number}");
            let mut child = cli.command(&["secret", "set", &name]).spawn().unwrap();
            child.stdin.as_mut().unwrap().write_all(b"value").unwrap();
            drop(child.stdin.take());
            child
        })
        .collect();
    for child in commands {
        finish(child).expect(0);
    }
    let named = cli.run(&["secret", "list"]).expect(0).json();
    let states: Vec<&Value> = named
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["state"])
        .collect();
    assert_eq!(states, ["present"; 3]);

    cli.run_with(
        &["secret", "passphrase", "--passphrase-stdin"],
        "only one line\n",
    )
    .expect(2);
    let lines = format!("{PASSPHRASE}\nanother passphrase\n");
    cli.run_with(&["secret", "passphrase", "--passphrase-stdin"], &lines)
        .expect(0);
    assert_eq!(
        real_url(&cli).expect(5).error()["code"],
        "vault_passphrase_wrong"
    );
    let refused = cli.run(&["secret", "store", "keyring"]).expect(5).error();
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("still kept in the vault file"),
        "{message}"
    );
    cli.give_passphrase("another passphrase");
    let chosen = cli.run(&["secret", "store", "keyring"]).expect(0).json();
    assert_eq!(chosen["moved"], 4);
    let found = keyring.secret_tool_search("service", "tapedeck");
    assert!(
        found.contains("c4n4ry") && found.contains("Tapedeck: shop/orders@dev password"),
        "{found}"
    );
    assert!(!cli.data_dir().join("passwords.vault").exists());
}

#[test]
fn without_a_keyring_there_is_advice_and_a_way_out() {
    let mut cli = Cli::without_keyring();
    cli.shop();
    let create = |cli: &Cli, tag: &str| {
        cli.database(
            "postgresql",
            tag,
            &[("dev", "postgresql://app:c4n4ry@db/orders")],
        )
    };
    cli.set("XDG_CURRENT_DESKTOP", "KDE");
    let refused = create(&cli, "orders").expect(5).error();
    assert_eq!(refused["code"], "keyring_unavailable");
    let advice = refused["detail"]["advice"].to_string();
    assert!(
        advice.contains("KDE Wallet") && advice.contains("vault file"),
        "{advice}"
    );
    assert!(
        !cli.data_holds("c4n4ry"),
        "nothing is kept anywhere by itself"
    );
    let shown = cli.run(&["secret", "store"]).expect(5).json();
    assert_eq!(
        (&shown["place"], &shown["state"]),
        (&json!("keyring"), &json!("unavailable"))
    );

    // Nothing was ever stored, so that nothing need be moved.
    let vault = ["secret", "store", "vault", "--passphrase-stdin"];
    cli.run_with(&vault, PASSPHRASE).expect(0);
    cli.give_passphrase(PASSPHRASE);
    create(&cli, "orders").expect(0);
    assert!(!cli.data_holds("c4n4ry"));
    // Back to what can't be used: refused, and nothing lost.
    let refused = cli.run(&["secret", "store", "keyring"]).expect(5).error();
    assert_eq!(refused["code"], "keyring_unavailable");
    let shown = cli
        .run(&["db", "show", "shop/orders", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(
        shown["envs"][0]["connection_url"],
        "postgresql://app:c4n4ry@db/orders"
    );
}

#[test]
fn what_is_lost_is_entered_again_from_a_file() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let envs = [
        ("dev", "postgresql://app:lost@db/orders"),
        ("prd", "postgresql://app:lost@db/orders?sslpassword=lost"),
    ];
    cli.database("postgresql", "orders", &envs).expect(0);
    let cleared = keyring
        .command("secret-tool")
        .args(["clear", "service", "tapedeck"])
        .status();
    assert!(cleared.unwrap().success());
    let list = cli
        .run(&["secret", "enter", "shop", "--list"])
        .expect(0)
        .json();
    let secrets = list["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 3);
    assert_eq!(secrets[1]["cell"], "orders@prd");
    assert_eq!(secrets[1]["class"], "production");

    cli.run(&["secret", "enter", "shop"]).expect(2);
    let typed: Vec<Value> = secrets
        .iter()
        .map(|secret| json!({ "key": secret["key"], "value": "f/ound" }))
        .chain([json!({ "key": "url nonsense password", "value": "x" })])
        .collect();
    let entered = cli
        .run_with(&["secret", "enter", "-f", "-"], &json!(typed).to_string())
        .expect(5)
        .json();
    assert_eq!(entered[2]["error"], Value::Null);
    assert_eq!(entered[3]["error"]["code"], "not_found");
    let shown = cli
        .run(&["db", "show", "shop/orders", "--reveal"])
        .expect(0)
        .json();
    let prd = &shown["envs"][1]["connection_url"];
    assert_eq!(
        prd,
        "postgresql://app:f%2Found@db/orders?sslpassword=f%2Found"
    );
    cli.run(&["secret", "check", "shop"]).expect(0);
}

#[test]
fn at_a_terminal_a_person_is_asked() {
    let server = shared_postgres();
    let password = server.password.as_str();
    let mut cli = Cli::without_keyring();
    cli.shop();
    cli.run(&["secret", "store", "ask"]).expect(0);
    let masked = server.url(DATABASE).replace(password, "***");
    cli.database("postgresql", "orders", &[("dev", &masked)])
        .expect(0);

    // A job is told what is lacking; a person is asked for it, and nothing of it is kept or shown.
    let test = ["test", "shop/orders@dev"];
    let missing = cli.run(&test).expect(1).json();
    assert_eq!(missing["error"]["code"], "secret_missing");
    let answer = format!("{password}\r");
    let asked = cli.at_terminal(&test, &[("shop/orders@dev password: ", &answer)]);
    let asked = asked.expect(0);
    assert!(asked.stdout.contains("\"connected\":true"), "{asked:?}");
    assert!(!asked.stdout.contains(password), "{asked:?}");
    assert!(!cli.data_holds(password));
    assert_eq!(
        cli.run(&test).expect(1).json()["error"]["code"],
        "secret_missing"
    );

    // The vault: a new passphrase is typed twice, and a wrong one can be typed again.
    let vault = ["secret", "store", "vault"];
    let (new, again) = ("New passphrase of the vault file: ", "The same again: ");
    let differ = cli.at_terminal(&vault, &[(new, "one passphrase\r"), (again, "another\r")]);
    assert!(differ.expect(2).stdout.contains("differ"));
    let phrase = format!("{PASSPHRASE}\r");
    cli.at_terminal(&vault, &[(new, &phrase), (again, &phrase)])
        .expect(0);
    let asks = "Passphrase of the vault file: ";
    let entered = cli.at_terminal(
        &["secret", "enter", "shop"],
        &[(asks, &phrase), ("shop/orders@dev password: ", &answer)],
    );
    assert!(!entered.expect(0).stdout.contains(password));
    let tested = cli.at_terminal(&test, &[(asks, "wrong\r"), ("That was not it. ", &phrase)]);
    assert!(tested.expect(0).stdout.contains("\"connected\":true"));
    // Ctrl-C at the question ends the command and changes nothing.
    let keyring = ["secret", "store", "keyring"];
    cli.at_terminal(&keyring, &[(asks, "\u{3}")]).expect(130);
    assert_eq!(
        cli.run(&["secret", "store"]).expect(5).json()["place"],
        "vault"
    );
    cli.set("TAPEDECK_VAULT_PASSPHRASE_FILE", "/nonexistent/file");
    assert_eq!(
        cli.run(&["secret", "store"]).expect(5).json()["state"],
        "locked"
    );
}
