//! Form edits: the part that is named changes, every other byte stays.

use connection_url::{
    ConnectionUrl, DatabaseType, Edit, Host, PasswordEdit, UrlDocument, apply_changes, build,
    encode_secret,
};
use zeroize::Zeroizing;

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, None) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn user(name: &str) -> Edit {
    Edit::User(Some(name.to_owned()))
}

fn password(text: &str) -> Edit {
    Edit::Password(Some(PasswordEdit::Text(Zeroizing::new(text.to_owned()))))
}

fn database(name: &str) -> Edit {
    Edit::Database(Some(name.to_owned()))
}

fn set(name: &str, value: &str) -> Edit {
    Edit::SetOption {
        name: name.to_owned(),
        value: Some(value.to_owned()),
    }
}

fn unset(name: &str) -> Edit {
    Edit::SetOption {
        name: name.to_owned(),
        value: None,
    }
}

#[test]
fn edits() {
    let two = Edit::Hosts(vec![Host::tcp("a", 1), Host::tcp("::1", None)]);
    for (text, edit, expected) in [
        (
            "postgresql://u:p@h/db",
            user("a b"),
            "postgresql://a%20b:p@h/db",
        ),
        ("postgresql://h/db", user("u"), "postgresql://u@h/db"),
        ("postgresql://u@h/db", Edit::User(None), "postgresql://h/db"),
        (
            "postgresql://u:p@h/db",
            Edit::User(None),
            "postgresql://:p@h/db",
        ),
        (
            "postgresql://u:p@h/?user=x",
            user("y"),
            "postgresql://u:p@h/?user=y",
        ),
        (
            "postgresql://u@h/?user=x",
            Edit::User(None),
            "postgresql://h/",
        ),
        (
            "mongodb://u:%70@h",
            password("a@b:/%"),
            "mongodb://u:a%40b%3A%2F%25@h",
        ),
        ("mongodb://u@h", password("***"), "mongodb://u:%2A%2A%2A@h"),
        (
            "mongodb://u@h",
            password("$Secret{K}"),
            "mongodb://u:$Secret{K}@h",
        ),
        (
            "mysql://u:p@h",
            Edit::Password(Some(PasswordEdit::Mask)),
            "mysql://u:***@h",
        ),
        (
            "mysql://u:p@h",
            Edit::Password(Some(PasswordEdit::Reference("K".to_owned()))),
            "mysql://u:$Secret{K}@h",
        ),
        ("mysql://u:p@h", Edit::Password(None), "mysql://u@h"),
        ("mysql://:p@h", Edit::Password(None), "mysql://h"),
        (
            "mysql://h/?a=b&password=x",
            Edit::Password(None),
            "mysql://h/?a=b",
        ),
        (
            "postgresql://u:p@ss@h/db",
            password("p@ss"),
            "postgresql://u:p%40ss@h/db",
        ),
        ("postgresql://h", two.clone(), "postgresql://a:1,[::1]"),
        (
            "postgresql://u@%61:1,x:2/db",
            two.clone(),
            "postgresql://u@%61:1,[::1]/db",
        ),
        (
            "postgresql:///db?host=x&port=2",
            two.clone(),
            "postgresql:///db?host=a,::1&port=1,",
        ),
        ("host=x dbname=d", two, "host=a,::1 dbname=d port=1,"),
        (
            "mysql://u@h/db?a=b",
            Edit::Hosts(vec![Host::socket("/tmp/my.sock")]),
            "mysql://u@%2Ftmp%2Fmy.sock/db?a=b",
        ),
        (
            "mysql://u@h/db?socket=/x",
            Edit::Hosts(vec![Host::tcp("i", None)]),
            "mysql://u@i/db",
        ),
        ("mongodb://h?w=1", database("x"), "mongodb://h/x?w=1"),
        (
            "mongodb://h/a%2Eb?w=1",
            database("a b"),
            "mongodb://h/a%2Eb?w=1",
        ),
        ("postgresql://h/x", Edit::Database(None), "postgresql://h/"),
        (
            "postgresql://h/x?dbname=y&a",
            database("z"),
            "postgresql://h/x?dbname=y&a",
        ),
        (
            "mongodb://h",
            set("w", "majority"),
            "mongodb://h/?w=majority",
        ),
        (
            "mongodb://h/?W=1&tls=true",
            set("w", "2"),
            "mongodb://h/?W=2&tls=true",
        ),
        (
            "mongodb://h/?w=1;tls=true",
            set("w", "2"),
            "mongodb://h/?w=2;tls=true",
        ),
        (
            "mysql://h/d?ssl-mode=x",
            set("sslMode", "REQUIRED"),
            "mysql://h/d?ssl-mode=REQUIRED",
        ),
        (
            "mysql://h/d?compress",
            set("compress", "1"),
            "mysql://h/d?compress=1",
        ),
        (
            "postgresql://h/?ssl=true",
            set("sslmode", "verify-full"),
            "postgresql://h/?sslmode=verify-full",
        ),
        (
            "postgresql://h/?sslmode=a&user=b",
            unset("sslmode"),
            "postgresql://h/?user=b",
        ),
        (
            "postgresql://h/?user=b&sslmode=a",
            unset("sslmode"),
            "postgresql://h/?user=b",
        ),
        (
            "postgresql://h/?sslmode=a&user=b&sslmode=c",
            unset("sslmode"),
            "postgresql://h/?user=b",
        ),
        (
            "postgresql://h/d?sslmode=a",
            unset("sslmode"),
            "postgresql://h/d",
        ),
        (
            "postgresql://h/d",
            set("sslpassword", "***"),
            "postgresql://h/d?sslpassword=***",
        ),
        (
            "postgresql://h/d",
            set("options", "-c a=b & c"),
            "postgresql://h/d?options=-c%20a%3Db%20%26%20c",
        ),
        (
            "  host=h   user='a b' ",
            user("c d"),
            "  host=h   user='c d' ",
        ),
        (
            "host=h\nuser=a",
            password("it's \\"),
            "host=h\nuser=a password='it\\'s \\\\'",
        ),
        (
            "host=h password=x",
            password("***"),
            "host=h password='\\*\\*\\*'",
        ),
        (
            "host=h password=x",
            Edit::Password(Some(PasswordEdit::Mask)),
            "host=h password=***",
        ),
        (
            "password='a b'user=c",
            Edit::Password(Some(PasswordEdit::Mask)),
            "password='***'user=c",
        ),
        ("host=h sslmode=x user=u", unset("sslmode"), "host=h user=u"),
        ("user=a\\", database("d"), "dbname=d user=a\\"),
        (
            "postgres://h/d",
            Edit::Scheme("postgresql".to_owned()),
            "postgresql://h/d",
        ),
    ] {
        let Ok(url) = ConnectionUrl::parse(text, None) else {
            continue;
        };
        match url.edited(&edit) {
            Ok(edited) => assert_eq!(edited.expose(), expected, "{text} {edit:?}"),
            // What cannot be said is refused, and the text stays.
            Err(_) => assert_eq!(expected, text, "{text} {edit:?}"),
        }
        let changes = url.edit(&edit).expect("changes");
        assert!(changes.iter().all(|change| change.span.end <= text.len()));
        let _ = apply_changes(text, &changes);
    }
}

#[test]
fn an_edit_of_a_masked_url_keeps_the_mask() {
    let url = parse("postgresql://u:***@h/db?sslpassword=***");
    let edited = url.edited(&user("v")).expect("it parses");
    assert_eq!(edited.expose(), "postgresql://v:***@h/db?sslpassword=***");
    let filled = edited
        .with_secrets(|slot| (slot == "password").then(|| Zeroizing::new("%70w".to_owned())))
        .expect("it fits");
    assert_eq!(filled.expose(), "postgresql://v:%70w@h/db?sslpassword=***");
    assert_eq!(filled.password(), Some("pw"));
}

#[test]
fn a_secret_that_does_not_fit_is_refused() {
    for (text, raw) in [
        ("mysql://u:***@h/db", "x@evil"),
        ("mysql://u:***@h/db", "x@evil/y?z=1#"),
        ("postgresql://u:***@h/db", "x@evil/db?sslpassword=y&user="),
        (
            "postgresql://h/?sslpassword=***",
            "x&sslmode=disable&password=y",
        ),
        ("host=h password=***", "x host=evil sslpassword=y"),
        ("mongodb://u:***@h/db", "a:b"),
    ] {
        let error = parse(text)
            .with_secrets(|_| Some(Zeroizing::new(raw.to_owned())))
            .expect_err(text);
        assert_eq!(error.code, "secret_does_not_fit");
        assert!(!error.message.contains("evil"));
    }
}

#[test]
fn a_whole_reference_stands_for_a_url() {
    let url = ConnectionUrl::parse("$Secret{URL}", Some(DatabaseType::Mysql)).expect("it parses");
    assert!(url.is_reference());
    assert_eq!(url.database_type(), Some(DatabaseType::Mysql));
    assert_eq!(url.masked(), "$Secret{URL}");
    assert!(url.edit(&user("u")).is_err());
    let resolved = url
        .resolve_references(|_| Some(Zeroizing::new("mysql://u:p@h/db".to_owned())))
        .expect("it resolves");
    assert_eq!(resolved.password(), Some("p"));
    assert!(
        url.resolve_references(|_| Some(Zeroizing::new("mongodb://h".to_owned())))
            .is_err()
    );
    assert_eq!(
        build(DatabaseType::Mysql, &url.document()).expect("it builds"),
        "$Secret{URL}"
    );
    assert!(ConnectionUrl::parse("$Secret{1}", None).is_err());
}

#[test]
fn documents() {
    let url = parse("postgresql://u:p%40@h:1,i/db?sslmode=require&sslpassword=x");
    let document = url.document();
    let json = serde_json::to_value(&document).expect("it serialises");
    assert_eq!(
        json,
        serde_json::json!({
            "type": "postgresql", "scheme": "postgresql",
            "hosts": [{"host": "h", "port": 1}, {"host": "i", "port": null}],
            "user": "u", "password": "p@", "database": "db",
            "options": [["sslmode", "require"], ["sslpassword", "x"]],
            "secrets": ["password", "sslpassword"], "warnings": [], "hints": [],
        })
    );
    let back: UrlDocument = serde_json::from_value(json).expect("it deserialises");
    assert_eq!(
        build(DatabaseType::Postgresql, &back).expect("it builds"),
        url.expose()
    );
    let hidden = serde_json::to_string(&document.clone().without_secrets()).expect("it serialises");
    assert!(
        hidden.contains("\"password\":\"***\"") && hidden.contains("[\"sslpassword\",\"***\"]"),
        "{hidden}"
    );
    assert!(!format!("{document:?}").contains("p@"));
    assert!(serde_json::from_str::<UrlDocument>("{\"type\":\"mysql\",\"nonsense\":1}").is_err());
    let minimal: UrlDocument = serde_json::from_str(
        "{\"type\":\"mariadb\",\"hosts\":[{\"socket\":\"/x\",\"port\":null}],\"user\":\"a/b\"}",
    )
    .expect("it deserialises");
    assert_eq!(
        build(DatabaseType::Mysql, &minimal).expect("it builds"),
        "mysql://a%2Fb@%2Fx"
    );
}

#[test]
fn what_looks_like_a_mask_or_reference_is_kept_apart() {
    for text in [
        "postgresql://u:***@h",
        "postgresql://u:%2A%2A%2A@h",
        "postgresql://u:$Secret{K}@h/$Secret{D}",
        "postgresql://u:%24Secret%7BK%7D@h/%24Secret%7BD%7D",
        "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:%2A%2A%2A",
        "mysql://h/?sslKeyPassword=%2A%2A%2A",
        "password=***",
        "password='\\*\\*\\*'",
        "user='$\\Secret{K}'",
    ] {
        let url = parse(text);
        let built =
            build(url.database_type().expect("a type"), &url.document()).expect("it builds");
        assert_eq!(built, text);
    }
}

#[test]
fn a_plain_secret_is_encoded_as_itself() {
    for plain in [
        "***",
        "$Secret{K}",
        "a b'c\\",
        "p@ss/w:rd%?#",
        "ключ",
        " x ",
        "$$Secret{K}",
    ] {
        for (text, keyword_value) in [
            ("mysql://u:***@h", false),
            ("mongodb://u:***@h", false),
            ("password=*** host=h", true),
        ] {
            let shown = parse(text);
            let raw = encode_secret(
                shown.database_type().expect("a type"),
                keyword_value,
                "password",
                plain,
            );
            let url = shown
                .with_secrets(|_| Some(Zeroizing::new(raw.clone())))
                .expect("it fits");
            assert_eq!(url.password(), Some(plain), "{text}");
            assert!(url.references().is_empty());
        }
    }
}
