//! Private servers and a private keyring for tests that are not written in Rust (`tests/e2e`, `scripts/pictures`).
//!
//! Starts one server of each engine, each with the databases `shop_dev`, `shop_stg` and `shop_prd`, and a keyring;
//! prints one line of JSON that says how to reach them; ends them all when its standard input is closed, so that
//! nothing outlives a test that was killed. Each line `lock`, `unlock` or `secrets` that it reads is carried out, and
//! answered with one line.

use std::fmt::Write as _;
use std::io::{BufRead, Write as _};

use test_support::{MariaDb, MongoCompatible, MongoOptions, Postgres, PrivateKeyring};

const DATABASES: [&str; 3] = ["shop_dev", "shop_stg", "shop_prd"];

fn main() {
    let servers = std::thread::scope(|scope| {
        let postgres = scope.spawn(Postgres::start);
        let mariadb = scope.spawn(MariaDb::start);
        let mongo = scope.spawn(|| {
            MongoCompatible::start_with(MongoOptions {
                auth: true,
                private: true,
                // A test holds a command back with one: this server has nothing that is slow of its own.
                fail_points: true,
                ..MongoOptions::default()
            })
        });
        (
            postgres.join().expect("PostgreSQL starts"),
            mariadb.join().expect("MariaDB starts"),
            mongo.join().expect("SecantusDB starts"),
        )
    });
    let (postgres, mariadb, mongo) = &servers;
    let keyring = PrivateKeyring::start();
    for name in DATABASES {
        postgres.create_database(name);
        mariadb.create_database(name);
    }

    let mut out = String::from("{\"env\":{");
    push_members(
        &mut out,
        keyring
            .env()
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    );
    for (engine, password, url) in [
        (
            "postgresql",
            &postgres.password,
            &(|name: &str| postgres.url(name)) as &dyn Fn(&str) -> String,
        ),
        ("mysql", &mariadb.password, &|name: &str| mariadb.url(name)),
        ("mongodb", &mongo.password, &|name: &str| mongo.url(name)),
    ] {
        write!(
            out,
            "}},{}:{{\"password\":{},\"urls\":{{",
            json(engine),
            json(password)
        )
        .expect("a string takes all");
        push_members(
            &mut out,
            DATABASES
                .iter()
                .map(|name| (&name["shop_".len()..], url(name))),
        );
        out.push('}');
    }
    out.push_str("}}");
    say(&out);

    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match line.trim() {
            "lock" => keyring.lock(),
            "unlock" => keyring.unlock(),
            "secrets" => {
                say(&json(&keyring.secret_tool_search("service", "tapedeck")));
                continue;
            }
            _ => break,
        }
        say("true");
    }
}

fn push_members<'a>(out: &mut String, members: impl Iterator<Item = (&'a str, String)>) {
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write!(out, "{}:{}", json(name), json(&value)).expect("a string takes all");
    }
}

/// A JSON string. This crate has no JSON library, and needs none for this.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            character if character.is_control() => {
                write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes all");
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone closes our standard input too.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
