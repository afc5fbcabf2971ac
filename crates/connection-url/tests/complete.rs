//! Completion at a cursor, written `|` here.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use connection_url::{
    Completion, CompletionKind, ConnectionUrl, DatabaseType, TextChange, apply_changes, complete,
};
use proptest::prelude::*;

fn keys() -> Vec<String> {
    ["DB_PASSWORD", "DB_USER", "other"]
        .map(str::to_owned)
        .into()
}

fn at(marked: &str, database_type: DatabaseType) -> (String, Vec<Completion>, Vec<String>) {
    let offset = marked.find('|').unwrap();
    let text = marked.replace('|', "");
    let found = complete(&text, database_type, offset, &keys());
    let results = found
        .items
        .iter()
        .map(|item| apply_changes(&text, &[TextChange::new(found.span, item.insert.clone())]))
        .collect();
    (text, found.items, results)
}

/// The text after the first item was chosen.
fn first(marked: &str, database_type: DatabaseType) -> String {
    at(marked, database_type)
        .2
        .into_iter()
        .next()
        .unwrap_or_default()
}

fn labels(marked: &str, database_type: DatabaseType) -> Vec<String> {
    at(marked, database_type)
        .1
        .into_iter()
        .map(|item| item.label)
        .collect()
}

use DatabaseType::{Mongodb, Mysql, Postgresql};

#[test]
fn a_scheme_is_completed() {
    assert_eq!(labels("|", Postgresql), ["postgresql://", "postgres://"]);
    assert_eq!(first("mon|", Mongodb), "mongodb://");
    assert_eq!(first("my|://h/d", Mysql), "mysql://h/d");
    assert_eq!(labels("mongodb+|", Mongodb), ["mongodb+srv://"]);
}

#[test]
fn keywords_are_completed_where_there_is_no_scheme() {
    assert_eq!(first("hos|", Postgresql), "host=");
    assert_eq!(first("host=h ssl|", Postgresql), "host=h sslmode=");
    assert_eq!(first("host=h |", Postgresql), "host=h port=");
    assert_eq!(
        first("host=h sslmode=ver|", Postgresql),
        "host=h sslmode=verify-ca"
    );
    assert_eq!(
        first("host=| dbname=d", Postgresql),
        "host=localhost dbname=d"
    );
    assert!(!labels("host=h |", Postgresql).contains(&"host".to_owned()));
}

#[test]
fn hosts_and_ports_are_completed() {
    assert_eq!(
        labels("postgresql://|", Postgresql)[..3],
        ["localhost", "127.0.0.1", "localhost:5432"]
    );
    assert_eq!(
        first("mysql://root@lo|/d", Mysql),
        "mysql://root@localhost/d"
    );
    assert_eq!(first("mongodb://a,b:|", Mongodb), "mongodb://a,b:27017");
    assert_eq!(
        labels("mongodb+srv://|", Mongodb),
        ["$Secret{DB_PASSWORD}", "$Secret{DB_USER}", "$Secret{other}"]
    );
}

#[test]
fn option_names_are_completed_where_they_are_not_there_yet() {
    let found = labels("postgresql://h/d?sslmode=require&ssl|", Postgresql);
    assert!(!found.contains(&"sslmode".to_owned()), "{found:?}");
    assert!(
        found.iter().take(5).all(|name| name.starts_with("ssl")),
        "{found:?}"
    );
    // What has it inside comes after what starts with it.
    assert!(labels("postgresql://h/d?mode|", Postgresql).contains(&"sslmode".to_owned()));
    assert_eq!(
        first("postgresql://h/d?sslm|=require", Postgresql),
        "postgresql://h/d?sslmode=require"
    );
    // Parts have places of their own.
    assert!(!labels("postgresql://h/d?|", Postgresql).contains(&"user".to_owned()));
    // The cursor in the middle of a text.
    assert_eq!(
        first("mongodb://h/d?re|&w=1", Mongodb),
        "mongodb://h/d?replicaSet=&w=1"
    );
    assert_eq!(
        first("mongodb://h/d?wtimeout|", Mongodb),
        "mongodb://h/d?wtimeoutMS="
    );
    assert_eq!(labels("mongodb://h/d?j|", Mongodb)[0], "journal");
}

#[test]
fn mysql_options_are_spelled_as_the_others() {
    assert_eq!(first("mysql://h/d?sslm|", Mysql), "mysql://h/d?ssl-mode=");
    assert_eq!(
        first("mysql://h/d?connectTimeout=1&ssl_m|", Mysql),
        "mysql://h/d?connectTimeout=1&sslMode="
    );
    assert_eq!(
        first("mysql://h/d?connect_timeout=1&sslm|", Mysql),
        "mysql://h/d?connect_timeout=1&ssl_mode="
    );
    assert_eq!(
        first("mysql://h/d?sslMode=ver|", Mysql),
        "mysql://h/d?sslMode=VERIFY_CA"
    );
}

#[test]
fn values_are_completed() {
    assert_eq!(
        labels("postgresql://h/d?keepalives=|", Postgresql),
        ["0", "1"]
    );
    assert_eq!(labels("mongodb://h/?tls=t|", Mongodb), ["true"]);
    assert_eq!(
        first("mongodb://h/?compressors=zstd,z|", Mongodb),
        "mongodb://h/?compressors=zstd,zlib"
    );
    assert_eq!(
        labels("mongodb://h/?compressors=zstd,z|", Mongodb),
        ["zlib"]
    );
    assert_eq!(
        first("postgresql://h/?require_auth=!md5,!pa|", Postgresql),
        "postgresql://h/?require_auth=!md5,!password"
    );
    assert_eq!(
        first("mongodb://h/?serverSelectionTimeoutMS=|", Mongodb),
        "mongodb://h/?serverSelectionTimeoutMS=30000"
    );
}

#[test]
fn properties_belong_to_their_mechanism() {
    assert_eq!(
        labels(
            "mongodb://u@h/?authMechanism=GSSAPI&authMechanismProperties=SERVICE_|",
            Mongodb
        ),
        ["SERVICE_NAME", "SERVICE_REALM", "SERVICE_HOST"]
    );
    assert_eq!(
        labels(
            "mongodb://u@h/?authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:x,CAN|",
            Mongodb
        ),
        ["CANONICALIZE_HOST_NAME"]
    );
    assert_eq!(
        first(
            "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:a|",
            Mongodb
        ),
        "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:azure"
    );
}

#[test]
fn named_secrets_are_completed_everywhere() {
    assert_eq!(
        first("postgresql://u:$|@h", Postgresql),
        "postgresql://u:$Secret{DB_PASSWORD}@h"
    );
    assert_eq!(
        first("postgresql://u:$Secret{db_u|}@h", Postgresql),
        "postgresql://u:$Secret{DB_USER}@h"
    );
    assert_eq!(
        first("mysql://$Sec|", Mysql),
        "mysql://$Secret{DB_PASSWORD}"
    );
    assert_eq!(first("$Secret{oth|", Mongodb), "$Secret{other}");
    assert_eq!(
        first("host=h password=|", Postgresql),
        "host=h password=$Secret{DB_PASSWORD}"
    );
    let kinds: Vec<CompletionKind> = at("mysql://u:|@h", Mysql)
        .1
        .iter()
        .map(|item| item.kind)
        .collect();
    assert_eq!(kinds, [CompletionKind::Secret; 3]);
}

#[test]
fn a_secret_that_is_typed_is_no_suggestion() {
    for marked in [
        "postgresql://a:c4nary|@h",
        "mysql://h/?password=c4nary|",
        "host=h password='c4nary|",
    ] {
        let (_, items, _) = at(marked, Postgresql);
        assert!(
            items
                .iter()
                .all(|item| !format!("{item:?}").contains("c4nary")),
            "{marked}"
        );
    }
}

/// Every way to complete an option of a URL leaves a URL that parses and has what was chosen.
#[test]
fn what_is_chosen_is_read_back() {
    for (marked, database_type) in [
        ("postgresql://h/d?|", Postgresql),
        ("mysql://h/d?|", Mysql),
        ("mongodb://h/d?|", Mongodb),
    ] {
        let (_, items, results) = at(marked, database_type);
        assert!(items.len() > 30);
        for (item, result) in items.iter().zip(results) {
            let offset = result.len();
            let values = complete(&result, database_type, offset, &[]);
            for value in values.items {
                let text = apply_changes(
                    &result,
                    &[TextChange::new(values.span, value.insert.clone())],
                );
                if let Ok(url) = ConnectionUrl::parse(&text, Some(database_type)) {
                    let written = url.option(&item.label);
                    let property = value.kind == CompletionKind::Option;
                    assert!(
                        property || written == Some(value.label.as_str()),
                        "{text}: {written:?}"
                    );
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn completion_never_fails_and_stays_in_the_text(
        text in "(postgresql://|mongodb://|mysql://|host=|)[a-z:@/?&=,$'{}%*é ]{0,30}",
        offset in 0_usize..64,
    ) {
        for database_type in DatabaseType::ALL {
            let found = complete(&text, database_type, offset, &keys());
            prop_assert!(text.get(found.span.range()).is_some(), "{:?} {:?}", text, found.span);
        }
    }
}
