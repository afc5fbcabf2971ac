//! Files that somebody made to do harm: an answer comes, soon, and holds no secret in a message.

use std::time::{Duration, Instant};

use discovery::{FILE_LIMIT, MOST_CONNECTIONS, Source, SourceFile, read};
use proptest::prelude::*;

const ALL: [Source; 12] = [
    Source::DotEnv,
    Source::Pgpass,
    Source::PgService,
    Source::MysqlOptions,
    Source::MysqlLogin,
    Source::Compose,
    Source::Records,
    Source::Dbeaver,
    Source::Compass,
    Source::Datagrip,
    Source::DatagripLocal,
    Source::Beekeeper,
];

/// Reads the bytes as each program's file, with a copy beside it as what may complete it.
fn read_as_all(bytes: &[u8]) {
    for source in ALL {
        let begin = Instant::now();
        let file = |source| SourceFile {
            path: "/x/.idea/.env",
            source,
            bytes,
        };
        let findings = read(&match source {
            Source::Datagrip => vec![file(source), file(Source::DatagripLocal)],
            Source::PgService => vec![file(source), file(Source::Pgpass)],
            _ => vec![file(source)],
        });
        assert!(findings.connections.len() <= MOST_CONNECTIONS);
        for connection in &findings.connections {
            let masked = connection.url.masked(connection.database_type);
            connection_url::ConnectionUrl::parse(&masked, Some(connection.database_type))
                .unwrap_or_else(|error| panic!("{source:?}: {masked}: {error:?}"));
        }
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(60), "{source:?} took {took:?}");
    }
}

#[test]
fn deep_huge_and_odd_files() {
    let deep = |open: &str| open.repeat(FILE_LIMIT / open.len() / 8);
    let mut doubling = String::from("a0: &a0 [x,x]\n");
    for index in 1..40 {
        doubling.push_str(&format!(
            "a{index}: &a{index} [*a{0},*a{0},*a{0}]\n",
            index - 1
        ));
    }
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>";
    for text in [
        deep("["),
        deep("{\"a\":"),
        deep("<a>"),
        deep("a:\n "),
        deep("- "),
        deep("\"\\"),
        deep("$"),
        deep("${A:-"),
        deep("A=$A\n"),
        deep("[x]\nuser=a\n"),
        deep("a:1:b:c:d\n"),
        deep("postgres://"),
        deep("U=postgres://a:b@c/d\n"),
        deep("DB_HOST=a\nDB_TYPE=pg\n"),
        deep("services:\n  a: &a\n    <<: *a\n"),
        doubling,
        entities.to_owned(),
        String::new(),
        "\u{FEFF}".to_owned(),
        "\0".repeat(1000),
    ] {
        read_as_all(text.as_bytes());
    }
    read_as_all(&vec![0xFF; FILE_LIMIT]);
}

#[test]
fn a_file_that_is_too_large_is_said_and_not_read() {
    let mut text = String::from("A=postgres://a:b@c/d\n");
    text.push_str(&"#".repeat(FILE_LIMIT));
    let findings = read(&[SourceFile {
        path: ".env",
        source: Source::DotEnv,
        bytes: text.as_bytes(),
    }]);
    assert!(findings.connections.is_empty());
    assert!(findings.notes[0].message.contains("1 MiB"));
}

#[test]
fn more_than_a_person_reads_is_said() {
    let text: String = (0..3000)
        .map(|index| format!("A{index}=postgres://a:b@c/d{index}\n"))
        .collect();
    let file = |path| SourceFile {
        path,
        source: Source::DotEnv,
        bytes: text.as_bytes(),
    };
    let findings = read(&[file(".env"), file(".env.local")]);
    assert_eq!(findings.connections.len(), MOST_CONNECTIONS);
    assert!(findings.notes[0].message.contains("2000"));
}

/// Text that is nearly a file of one of the programs.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[client]",
        "[",
        "]",
        "\n",
        "=",
        ":",
        "\\",
        "'",
        "\"",
        "${",
        "}",
        "$",
        "#",
        "export ",
        "DB_HOST",
        "DB_PASSWORD",
        "PGHOST",
        "URL",
        "postgres://",
        "mysql://",
        "mongodb+srv://",
        "jdbc:",
        "a:b@",
        "localhost",
        "5432",
        "/orders",
        "?x=y",
        "*",
        "services:",
        "  db:",
        "    image: postgres",
        "    environment:",
        "      - ",
        "    ports: [\"1:5432\"]",
        "{",
        "}",
        "\"connections\":",
        "\"envs\":",
        ",",
        "<data-source uuid=\"1\">",
        "</data-source>",
        "<jdbc-url>",
        "</jdbc-url>",
        "é",
        "\u{0}",
        "***",
        "$Secret{A}",
        "&a ",
        "*a",
        "<<: ",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_as_all(&bytes);
    }

    #[test]
    fn what_is_nearly_a_file_never_panics(text in nearly()) {
        read_as_all(text.as_bytes());
    }

    /// A password goes into the URL and nowhere else, whatever characters it has.
    #[test]
    fn passwords_come_back_whole_and_are_told_nowhere(password in "[ -~äß€]{1,40}") {
        // What quoting can't say in each of these formats is left out.
        prop_assume!(!password.contains(['\'', '\\']) && password.trim() == password);
        let escaped = password.replace(':', "\\:");
        for (source, text) in [
            (Source::DotEnv, format!("DB_TYPE=pg\nDB_HOST=h\nDB_USER=u\nDB_PASSWORD='{password}'\nDB_NAME=o\n")),
            (Source::Pgpass, format!("h:5432:o:u:{escaped}\n")),
            (Source::MysqlOptions, format!("[client]\nhost=h\nuser=u\npassword='{password}'\n")),
        ] {
            let findings = read(&[SourceFile { path: ".env", source, bytes: text.as_bytes() }]);
            let connection = &findings.connections[0];
            let url = connection_url::ConnectionUrl::parse(connection.url.expose(), None).unwrap();
            prop_assert_eq!(url.password(), Some(password.as_str()));
            if password.len() > 8 {
                let told = format!("{findings:?}");
                prop_assert!(!told.contains(&password), "told");
            }
        }
    }
}
