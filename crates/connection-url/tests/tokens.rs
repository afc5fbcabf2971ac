//! What each piece of a text is: on texts that parse, on half-typed ones and on anything.

use connection_url::{ConnectionUrl, DatabaseType, SlotState, Span, Token, TokenKind, tokens};
use proptest::prelude::*;

/// The tokens as `kind:text`.
fn shown(text: &str, database_type: DatabaseType) -> Vec<String> {
    tokens(text, Some(database_type))
        .iter()
        .map(|token| format!("{:?} {}", token.kind, token.span.of(text)))
        .collect()
}

#[test]
fn a_url_is_taken_apart() {
    assert_eq!(
        shown(
            "postgresql://app:s3cret@a.example:5432,[::1]/orders?sslmode=require&sslpassword=x&application_name=$Secret{APP}",
            DatabaseType::Postgresql
        ),
        [
            "Scheme postgresql",
            "Punctuation ://",
            "User app",
            "Punctuation :",
            "Secret s3cret",
            "Punctuation @",
            "Host a.example",
            "Punctuation :",
            "Port 5432",
            "Punctuation ,",
            "Host [::1]",
            "Punctuation /",
            "Database orders",
            "Punctuation ?",
            "OptionName sslmode",
            "Punctuation =",
            "OptionValue require",
            "Punctuation &",
            "OptionName sslpassword",
            "Punctuation =",
            "Secret x",
            "Punctuation &",
            "OptionName application_name",
            "Punctuation =",
            "Reference $Secret{APP}",
        ]
    );
}

#[test]
fn one_property_among_others_is_a_secret() {
    assert_eq!(
        shown(
            "mongodb://k:***@h/?authMechanism=MONGODB-AWS&authMechanismProperties=A:b,AWS_SESSION_TOKEN:tok",
            DatabaseType::Mongodb
        )[9..],
        [
            "OptionName authMechanism",
            "Punctuation =",
            "OptionValue MONGODB-AWS",
            "Punctuation &",
            "OptionName authMechanismProperties",
            "Punctuation =",
            "OptionValue A:b,AWS_SESSION_TOKEN:",
            "Secret tok",
        ]
    );
}

#[test]
fn keywords_take_the_colours_of_their_parts() {
    assert_eq!(
        shown(
            "host=h port=5432  user='a b' password = $Secret{P} dbname=d sslmode=prefer",
            DatabaseType::Postgresql
        )
        .into_iter()
        .filter(|token| !token.starts_with("Punctuation") && !token.starts_with("OptionName"))
        .collect::<Vec<_>>(),
        [
            "Host h",
            "Port 5432",
            "User 'a b'",
            "Reference $Secret{P}",
            "Database d",
            "OptionValue prefer"
        ]
    );
}

#[test]
fn what_does_not_parse_is_read_as_far_as_it_goes() {
    for (text, database_type, expected) in [
        (
            "mongodb://app:p@ss/w#rd@h:27017/db?w=",
            DatabaseType::Mongodb,
            vec![
                "Scheme mongodb",
                "User app",
                "Secret p@ss/w#rd",
                "Host h",
                "Port 27017",
                "Database db",
                "OptionName w",
            ],
        ),
        (
            "postgresql://app:pa%zz@h/d?sslmode",
            DatabaseType::Postgresql,
            vec![
                "Scheme postgresql",
                "User app",
                "Secret pa%zz",
                "Host h",
                "Database d",
                "OptionName sslmode",
            ],
        ),
        (
            "export DATABASE_URL=\"mysql://root@localhost/shop\"",
            DatabaseType::Mysql,
            vec![
                "Scheme mysql",
                "User root",
                "Host localhost",
                "Database shop\"",
            ],
        ),
        (
            "host=h password='half typ",
            DatabaseType::Postgresql,
            vec!["OptionName host", "Host h", "OptionName password"],
        ),
        ("postg", DatabaseType::Postgresql, vec!["Scheme postg"]),
        (
            "$Secret{URL}",
            DatabaseType::Mysql,
            vec!["Reference $Secret{URL}"],
        ),
    ] {
        let shown = shown(text, database_type);
        let known: Vec<&str> = shown
            .iter()
            .map(String::as_str)
            .filter(|token| !token.starts_with("Punctuation"))
            .collect();
        assert!(
            expected.iter().all(|token| known.contains(token)),
            "{text}: {known:?}"
        );
    }
}

#[test]
fn a_half_typed_secret_is_coloured_as_one() {
    for text in [
        "host=h password='half c4nary",
        "postgresql://a:c4nary",
        "mysql://h/d?password=c4nary%",
        "mongodb://a:c4nary@",
    ] {
        let at = text.find("c4nary").unwrap();
        let covered = tokens(text, None).iter().any(|token| {
            token.kind == TokenKind::Secret && token.span.contains(Span::new(at, at + 6))
        });
        assert!(covered, "{text}: {:?}", tokens(text, None));
    }
}

fn assert_well_formed(text: &str, tokens: &[Token]) {
    let mut position = 0;
    for token in tokens {
        assert!(token.span.start >= position, "{text:?}: {tokens:?}");
        assert!(!token.span.is_empty(), "{text:?}: {tokens:?}");
        assert!(
            text.get(token.span.range()).is_some(),
            "{text:?}: {tokens:?}"
        );
        position = token.span.end;
    }
}

fn check(text: &str) {
    for database_type in [
        None,
        Some(DatabaseType::Postgresql),
        Some(DatabaseType::Mysql),
        Some(DatabaseType::Mongodb),
    ] {
        let tokens = tokens(text, database_type);
        assert_well_formed(text, &tokens);
        let Ok(url) = ConnectionUrl::parse(text, database_type) else {
            continue;
        };
        for slot in url
            .secret_slots()
            .iter()
            .filter(|slot| !slot.span.is_empty())
        {
            let wanted = if slot.state == SlotState::Reference {
                TokenKind::Reference
            } else {
                TokenKind::Secret
            };
            let covered: usize = tokens
                .iter()
                .filter(|token| token.kind == wanted && slot.span.contains(token.span))
                .map(|token| token.span.len())
                .sum();
            assert_eq!(covered, slot.span.len(), "{text:?} {slot:?}: {tokens:?}");
        }
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "postgresql://",
        "mysql://",
        "mongodb://",
        "user",
        ":",
        "@",
        "/",
        "?",
        "&",
        "=",
        ",",
        ";",
        "host",
        "[::1]",
        "5432",
        "%40",
        "%2",
        " ",
        "'",
        "\\",
        "\"",
        "(",
        ")",
        "é",
        "𝄞",
        "***",
        "$Secret{KEY}",
        "$Secret{",
        "sslmode=require",
        "password=",
        "sslpassword=x",
        "socket=/tmp/x",
        "host=",
        "dbname='a b'",
        "authMechanismProperties=",
        "AWS_SESSION_TOKEN:",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn tokens_ascend_and_cover_every_secret(text in pieces()) {
        check(&text);
    }

    #[test]
    fn anything_gets_tokens(text in ".{0,60}") {
        check(&text);
    }
}
