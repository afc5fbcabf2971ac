//! What holds for every text: no panic, nothing lost, nothing leaked.

use connection_url::{ConnectionUrl, DatabaseType, encode_secret, fuzzing, redact};
use proptest::prelude::*;
use zeroize::Zeroizing;

/// Texts made of the pieces that the grammars care about: far more of them parse than of random bytes.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "postgresql://",
        "postgres://",
        "mysql://",
        "mariadb://",
        "mongodb://",
        "mongodb+srv://",
        "sqlite:",
        "sqlite:///",
        "file:",
        "u",
        "user",
        "p",
        ":",
        "@",
        "/",
        "?",
        "&",
        "=",
        ",",
        ";",
        "host",
        "h.example.com",
        "127.0.0.1",
        "[::1]",
        "5432",
        ":5432",
        "%40",
        "%2Ftmp%2Fm.sock",
        "%00",
        "%zz",
        "%",
        "%ff",
        " ",
        "'",
        "\\",
        "\"",
        "\n",
        "#",
        "(",
        ")",
        "é",
        "***",
        "%2A%2A%2A",
        "$Secret{KEY}",
        "$Secret{",
        "}",
        "sslmode=require",
        "ssl=true",
        "password=",
        "sslpassword=x",
        "tlsCertificateKeyFilePassword=y",
        "ssl-mode=REQUIRED",
        "socket=/tmp/x",
        "host=",
        "port=1,2",
        "user=bob",
        "dbname='a b'",
        "w=1",
        "authMechanism=PLAIN",
        "authMechanismProperties=",
        "AWS_SESSION_TOKEN:",
        "requiressl=1",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Texts in the shape of a URL.
fn shaped() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["postgresql", "mysql", "mongodb"]);
    let user = prop::sample::select(vec![
        "",
        "u@",
        "u:p@",
        "u:***@",
        ":p@",
        "u:%2A@",
        "u:$Secret{K}@",
        "u:p@s@",
        "u:p/s@",
        "u:@",
    ]);
    let hosts = prop::sample::select(vec![
        "h",
        "h:1",
        "h,i",
        "h:1,[::1]:2",
        "",
        "%2Ftmp%2Fm.sock",
        "$Secret{H}",
        "h:$Secret{P}",
        "(/tmp/x.sock)",
    ]);
    let path = prop::sample::select(vec!["", "/", "/db", "/d%20b", "/$Secret{D}"]);
    let option = prop::sample::select(vec![
        "sslmode=require",
        "ssl=true",
        "password=x",
        "password=***",
        "sslpassword=",
        "user=y",
        "host=/tmp",
        "port=9",
        "dbname=z",
        "w=1",
        "tls=true",
        "proxyHost=x",
        "ssl-mode=x",
        "socket=/x",
        "sslKeyPassword=abc",
        "application_name=a%20b",
        "authMechanismProperties=AWS_SESSION_TOKEN:t,SERVICE_NAME:s",
        "sslpassword=%2A%2A%2A",
        "options=$Secret{O}",
    ]);
    (
        scheme,
        user,
        hosts,
        path,
        prop::collection::vec(option, 0..4),
    )
        .prop_map(|(scheme, user, hosts, path, options)| {
            let query = if options.is_empty() {
                String::new()
            } else {
                format!("?{}", options.join("&"))
            };
            format!("{scheme}://{user}{hosts}{path}{query}")
        })
}

/// Keyword/value strings.
fn keywords() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "sslmode",
        "sslpassword",
        "requiressl",
    ]);
    let value = prop::sample::select(vec![
        "a",
        "''",
        "'a b'",
        "'a\\'b'",
        "a\\ b",
        "***",
        "'***'",
        "\\*\\*\\*",
        "$Secret{K}",
        "'x$Secret{K}'",
        "b\\",
        "1,2",
        "é",
    ]);
    let space = prop::sample::select(vec![" ", "\n", "", "  "]);
    prop::collection::vec((name, value, space), 1..6).prop_map(|words| {
        words
            .iter()
            .map(|(name, value, space)| format!("{name}={value}{space}"))
            .collect()
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => pieces(), 4 => shaped(), 2 => keywords(), 1 => "\\PC*"]
}

/// Characters that people put into passwords without encoding them, and letters around them.
fn awkward_password() -> impl Strategy<Value = String> {
    "[a-z@:/#%?&+;,!$*()=]{0,6}"
}

const CANARY: &str = "c4naryInTheC0alMine";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_never_panics(text in any_text()) {
        fuzzing::parse(text.as_bytes());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::parse(&bytes);
        fuzzing::roundtrip(&bytes);
        fuzzing::redact_any(&bytes);
    }

    #[test]
    fn nothing_is_lost(text in any_text()) {
        fuzzing::roundtrip(text.as_bytes());
    }

    #[test]
    fn an_edit_leaves_the_rest_alone(kind in 0_u8..12, value in "[a-z @:/%'\\\\]{0,8}", text in any_text()) {
        let mut data = vec![kind];
        data.extend_from_slice(value.as_bytes());
        data.push(b'\n');
        data.extend_from_slice(text.as_bytes());
        fuzzing::edit(&data);
    }

    #[test]
    fn a_planted_password_is_hidden_after_any_text(text in any_text()) {
        fuzzing::redact_any(text.as_bytes());
    }

    #[test]
    fn an_awkward_password_is_hidden(
        scheme in prop::sample::select(vec!["postgresql", "postgres", "mysql", "mariadb", "mongodb", "mongodb+srv", "jdbc:mysql", "postgresql+psycopg2"]),
        before in awkward_password(),
        after in awkward_password(),
        rest in prop::sample::select(vec!["h", "h:5432/db", "h/db?a=b", "h1,h2:1/?w=1", "[::1]/x"]),
    ) {
        let text = format!("{scheme}://user:{before}{CANARY}{after}@{rest}");
        prop_assert!(!redact(&text).contains(CANARY), "{}", redact(&text));
        let log = format!("error: could not connect to \"{text}\" (timeout)");
        prop_assert!(!redact(&log).contains(CANARY), "{}", redact(&log));
        // `u:p@SECRET/?a=@h` is a valid MongoDB URL with the host SECRET: the specification allows an @ in an option's value.
        let ambiguous = text.starts_with("mongodb") && text.split_once('?').is_some_and(|(_, query)| query.contains('@'));
        if !ambiguous && let Ok(url) = ConnectionUrl::parse(&text, None) {
            prop_assert!(!url.masked().contains(CANARY), "{}", url.masked());
        }
    }

    #[test]
    fn an_encoded_secret_reads_back(plain in "\\PC{1,20}") {
        let plain = plain.replace('\0', "");
        for (database_type, start, end) in [
            (DatabaseType::Postgresql, "postgresql://u:", "@h/db"),
            (DatabaseType::Mysql, "mysql://u:", "@h/db"),
            (DatabaseType::Mongodb, "mongodb://u:", "@h/db"),
        ] {
            let raw = encode_secret(database_type, false, "password", &plain);
            let url = ConnectionUrl::parse(&format!("{start}{raw}{end}"), Some(database_type)).expect("it parses");
            prop_assert_eq!(url.password(), Some(plain.as_str()));
            prop_assert!(url.references().is_empty());
        }
        let raw = encode_secret(DatabaseType::Postgresql, true, "password", &plain);
        let url = ConnectionUrl::parse(&format!("password={raw} host=h"), None).expect("it parses");
        prop_assert_eq!(url.password(), Some(plain.as_str()));
        prop_assert!(url.references().is_empty());
    }

    #[test]
    fn a_reference_resolves_to_its_value_and_nothing_else(value in "[ -~é]{1,20}") {
        for text in [
            "postgresql://u:$Secret{K}@h/db?sslmode=require",
            "mysql://u:$Secret{K}@h/db",
            "mongodb://u:$Secret{K}@h/db?w=1",
            "host=h password=$Secret{K} user=u",
            "host=h password='$Secret{K}' user=u",
        ] {
            let url = ConnectionUrl::parse(text, None).expect("it parses");
            let resolved = url.resolve_references(|_| Some(Zeroizing::new(value.clone()))).expect("it resolves");
            prop_assert_eq!(resolved.password(), Some(value.as_str()));
            prop_assert_eq!(resolved.user(), Some("u"));
            prop_assert_eq!(resolved.hosts(), url.hosts());
            prop_assert_eq!(resolved.masked().replace("***", "$Secret{K}").replace('\'', ""), text.replace('\'', ""));
        }
    }
}
