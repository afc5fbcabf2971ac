//! What the fuzzers found, each in few bytes.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use connection_url::{ConnectionUrl, DatabaseType, Edit, Host, PasswordEdit, apply_changes};

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, None) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn edited(text: &str, edit: &Edit) -> String {
    parse(text).edited(edit).unwrap().expose().to_owned()
}

#[test]
fn a_parenthesis_in_a_user_name_opens_no_socket() {
    let url = parse("mysql://(a:p@h/db?charset=utf8");
    assert_eq!(url.user(), Some("(a"));
    assert_eq!(url.hosts(), [Host::tcp("h", None)]);
    assert_eq!(url.database(), Some("db"));
    assert_eq!(url.option("charset"), Some("utf8"));
    let url = parse("mysql://(a:p@h/db)?user=b");
    assert_eq!((url.user(), url.database()), (Some("(a"), Some("db)")));
    // One that is closed is a socket's, and one that opens a host and is not closed is refused.
    assert_eq!(parse("mysql://u@(/a/b)/db").database(), Some("db"));
    let error = ConnectionUrl::parse("mysql://u@(/a/b", None).unwrap_err();
    assert_eq!(error.code, "unclosed_bracket");
}

#[test]
fn parentheses_that_are_not_closed_take_linear_time() {
    for end in ["", "@h"] {
        let text = format!("mysql://{}{end}", "(,".repeat(128 * 1024));
        let started = std::time::Instant::now();
        let _ = ConnectionUrl::parse(&text, None);
        assert!(started.elapsed().as_millis() < 200);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_behind_a_bad_percent_sign_too() {
    for value in ["%ff", "%zz%ff"] {
        let text = format!("mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:{value}");
        let error = ConnectionUrl::parse(&text, None).unwrap_err();
        assert_eq!(error.code, "not_utf8", "{text}");
    }
    let bad_hex = parse("mongodb://h/?appName=%zz");
    assert_eq!(bad_hex.option("appName"), Some("%zz"));
}

#[test]
fn a_host_with_an_at_sign_keeps_it_when_the_user_goes() {
    for text in ["postgresql://u@a@b/db", "postgresql://:p@a@b/db"] {
        let url = parse(text);
        let user = url.edited(&Edit::User(None)).unwrap();
        assert_eq!(user.hosts(), url.hosts(), "{text}");
        let password = url.edited(&Edit::Password(None)).unwrap();
        assert_eq!(password.user(), url.user(), "{text}");
    }
    assert_eq!(
        edited("postgresql://u@a@b/db", &Edit::User(None)),
        "postgresql://@a@b/db"
    );
}

#[test]
fn an_at_sign_in_an_option_never_becomes_the_end_of_a_user_name() {
    let text = "postgresql://?host=/tmp&user=ss@u";
    let url = parse(text);
    assert_eq!(url.user(), Some("ss@u"));
    for hosts in [
        vec![],
        vec![Host::tcp("h", None)],
        vec![Host::tcp("a", 1), Host::tcp("b", 2)],
    ] {
        let changed = url.edited(&Edit::Hosts(hosts.clone())).unwrap();
        assert_eq!(changed.hosts(), hosts);
        assert_eq!(changed.user(), Some("ss@u"), "{}", changed.expose());
    }
    assert_eq!(
        edited("postgresql://u@h?application_name=a@b", &Edit::User(None)),
        "postgresql://h/?application_name=a@b"
    );
}

#[test]
fn a_path_is_read_as_a_socket_whatever_stands_in_it() {
    for text in [
        "mysql:///:M-So/=y",
        "mysql:///a,b/c",
        "mysql:///[a/b",
        "mysql:///(a/b",
        "mysql://u@/tmp/my.sock",
    ] {
        let url = ConnectionUrl::diagnose(text, None).unwrap();
        let hint = &url.hints()[0];
        assert_eq!(hint.code, "socket_meant", "{text}");
        let mended = parse(&apply_changes(text, &hint.repair.as_ref().unwrap().changes));
        let path = format!("/{}", url.database().unwrap());
        assert_eq!(mended.hosts(), [Host::socket(path)], "{text}");
        assert_eq!(mended.database(), None, "{text}");
    }
}

#[test]
fn names_that_differ_only_outside_ascii_are_two_options() {
    let text = "mysql://h/db?»user=a&password»=b";
    let url = parse(text);
    assert_eq!((url.user(), url.password()), (None, None));
    assert_eq!(url.hints()[0].code, "unknown_option");
    for edit in [
        Edit::User(None),
        Edit::Password(None),
        Edit::Password(Some(PasswordEdit::Mask)),
        Edit::User(Some("u".to_owned())),
    ] {
        let text = edited(text, &edit);
        assert!(text.ends_with("?»user=a&password»=b"), "{text}");
    }
    // What is hidden stays hidden.
    assert_eq!(
        parse("mysql://h/?pass\u{200b}word=p").masked(),
        "mysql://h/?pass\u{200b}word=***"
    );
}

/// The text after the repair of the first note of this code, if one is on offer.
fn repaired(text: &str, code: &str) -> Option<String> {
    let url = ConnectionUrl::diagnose(text, None).unwrap();
    let note = url
        .warnings()
        .iter()
        .chain(url.hints())
        .find(|note| note.code == code)
        .unwrap();
    let repair = note.repair.as_ref()?;
    Some(apply_changes(text, &repair.changes))
}

#[test]
fn a_repair_on_offer_mends_what_it_names() {
    let broken = "postgresql://use%41s@s64,41:54sock64,[::1]:5<3\u{fffd}i0ss@h1:543db%20x";
    if let Some(mended) = repaired(broken, "unescaped_character") {
        let url = ConnectionUrl::diagnose(&mended, Some(DatabaseType::Postgresql)).unwrap();
        assert!(
            url.hints()
                .iter()
                .all(|hint| hint.code != "unescaped_character")
        );
    }
    // The user name is what must be encoded here.
    assert_eq!(
        repaired(
            "postgresql://ops@example.com:pw@db/orders",
            "unescaped_character"
        )
        .unwrap(),
        "postgresql://ops%40example.com:pw@db/orders"
    );
}

#[test]
fn a_text_that_loses_all_but_white_space_is_no_find() {
    for text in [
        "\n\n\n\nl=\n\n:27;{L}",
        "\n",
        "'\n\n://\n'",
        "\n\nx='\n\n://\n\n'",
    ] {
        for database_type in DatabaseType::ALL {
            let _ = ConnectionUrl::diagnose(text, Some(database_type));
        }
    }
}

#[test]
fn a_mode_that_is_no_word_is_changed_once() {
    for mode in ["Req\\uire", "Require'", "Require\\"] {
        let text = format!("Host=db;SslMode={mode}");
        let _ = ConnectionUrl::diagnose(&text, Some(DatabaseType::Postgresql));
    }
    let text = "Host=db;SslMode=VerifyFull";
    let error = ConnectionUrl::diagnose(text, Some(DatabaseType::Postgresql)).unwrap_err();
    let mended = apply_changes(text, &error.repair.unwrap().changes);
    assert_eq!(mended, "host='db' sslmode='verify-full'");
}

#[test]
fn looking_for_what_was_meant_takes_linear_time() {
    for unit in ["@", "@/", ":@", "(@", "&ssl=1;"] {
        for start in [
            "postgresql://u:p",
            "mysql://u:p@h?",
            "mongodb://u:p@h/?",
            "host=",
        ] {
            let text = start.to_owned() + &unit.repeat(64 * 1024 / unit.len());
            let started = std::time::Instant::now();
            let _ = ConnectionUrl::diagnose(&text, None);
            let spent = started.elapsed().as_millis();
            assert!(spent < 400, "{start}{unit}: {spent} ms");
        }
    }
}

#[test]
fn an_at_sign_in_a_value_names_no_host() {
    for (text, mended) in [
        ("mysql://db/o?x=a@b", "mysql://db/o?x=a%40b"),
        ("mysql://db:3306/o?x=a@b@c", "mysql://db:3306/o?x=a%40b%40c"),
        ("mysql://[::1]:3306/o?x=a@b", "mysql://[::1]:3306/o?x=a%40b"),
        ("mysql://a:1,b:2/o?x=a@b", "mysql://a:1,b:2/o?x=a%40b"),
        ("mysql://app:p?x=a@b/o", "mysql://app:p%3Fx=a@b/o"),
        ("mysql://app:12?34@db/o", "mysql://app:12%3F34@db/o"),
    ] {
        let error = ConnectionUrl::diagnose(text, None).unwrap_err();
        assert_eq!(error.code, "unescaped_character", "{text}");
        assert_eq!(apply_changes(text, &error.repair.unwrap().changes), mended);
    }
}
