//! PostgreSQL URLs and keyword/value strings, held to libpq 18 (`uri_regress` and `conninfo_parse`).

use connection_url::{ConnectionUrl, DatabaseType, Host, Port, SlotState};

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, Some(DatabaseType::Postgresql)) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn refused(text: &str) -> (&'static str, String) {
    match ConnectionUrl::parse(text, Some(DatabaseType::Postgresql)) {
        Ok(_) => panic!("{text} must be refused"),
        Err(error) => (error.code, error.span.of(text).to_owned()),
    }
}

/// user, password, hosts as `host:port`, database, options as `name=value`.
fn parts(text: &str) -> String {
    let url = parse(text);
    let hosts: Vec<String> = url
        .hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp { host, port } => format!("{host}|{}", port.as_text()),
            Host::Socket { path, port } => format!("unix {path}|{}", port.as_text()),
        })
        .collect();
    let document = url.document();
    let options: Vec<String> = document
        .options
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{} {} [{}] {} {}",
        url.user().unwrap_or("-"),
        url.password().unwrap_or("-"),
        hosts.join(" "),
        url.database().unwrap_or("-"),
        options.join("&"),
    )
    .trim_end()
    .to_owned()
}

#[test]
fn urls_that_libpq_takes() {
    for (text, expected) in [
        ("postgresql://", "- - [] -"),
        ("postgres://h", "- - [h|] -"),
        ("postgresql://u:pw@h:12345/db", "u pw [h|12345] db"),
        ("postgresql://u%20x:p%40%3A@h/d%20b", "u x p@: [h|] d b"),
        ("postgresql://u@h", "u - [h|] -"),
        ("postgresql://u:@h", "u - [h|] -"),
        ("postgresql://:pw@h", "- pw [h|] -"),
        ("postgresql://@h", "- - [h|] -"),
        ("postgresql:///db", "- - [] db"),
        ("postgresql://?", "- - [] -"),
        (
            "postgresql://h?sslmode=require&",
            "- - [h|] - sslmode=require",
        ),
        ("postgresql://:5433", "- - [|5433] -"),
        ("postgresql://h:/db", "- - [h|] db"),
        ("postgresql://a:1,b,c:3/db", "- - [a|1 b| c|3] db"),
        ("postgresql://a,b/?port=5433", "- - [a|5433 b|5433] -"),
        ("postgresql://,/", "- - [| |] -"),
        (
            "postgresql://[::1]:1,[fe80::1%25eth0]/",
            "- - [::1|1 fe80::1%eth0|] -",
        ),
        ("postgresql://%2Fvar%2Frun/db", "- - [unix /var/run|] db"),
        (
            "postgresql:///db?host=/tmp&port=5433",
            "- - [unix /tmp|5433] db",
        ),
        ("postgresql://h/?host=/tmp", "- - [unix /tmp|] -"),
        ("postgresql://%40abstract/", "- - [unix @abstract|] -"),
        ("postgresql://a%2Cb/", "- - [a| b|] -"),
        (
            "postgresql://u:p@h/d?user=x&password=y&dbname=z",
            "x y [h|] z",
        ),
        ("postgresql://h/?user=a&user=b", "b - [h|] -"),
        ("postgresql://h/?ssl=true", "- - [h|] - sslmode=require"),
        ("postgresql://h/?requiressl=0", "- - [h|] - sslmode=prefer"),
        (
            "postgresql://h/?application_name=a%20b%26c",
            "- - [h|] - application_name=a b&c",
        ),
        (
            "postgresql://h/?sslm%6Fde=disable",
            "- - [h|] - sslmode=disable",
        ),
        ("postgresql:// u : p @ h / d ", "u p [h|] d"),
        ("postgresql://u+x:p+y@h/d+b", "u+x p+y [h|] d+b"),
        ("postgresql://h/db#x", "- - [h|] db#x"),
        ("postgresql://h:x/", "- - [h|x] -"),
        (
            "postgresql://h/?hostaddr=::1&target_session_attrs=any",
            "- - [h|] - hostaddr=::1&target_session_attrs=any",
        ),
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
}

#[test]
fn urls_that_libpq_refuses() {
    for (text, code, place) in [
        ("postgresql://h/?x=1", "unknown_option", "x"),
        (
            "postgresql://h/?SSLMODE=require",
            "unknown_option",
            "SSLMODE",
        ),
        ("postgresql://h/?ssl=false", "unknown_option", "ssl"),
        ("postgresql://h/?authtype=x", "unknown_option", "authtype"),
        ("postgresql://h/?sslmode", "missing_equals", "sslmode"),
        ("postgresql://h/?sslmode=a&&user=b", "missing_equals", ""),
        ("postgresql://h/?options=a=b", "extra_equals", "="),
        ("postgresql://u:p%zz@h", "bad_percent_encoding", "%zz"),
        ("postgresql://u:p%2@h", "bad_percent_encoding", "%2"),
        ("postgresql://h%00/", "forbidden_nul", "%00"),
        ("postgresql://u:a b@h", "unexpected_space", " "),
        ("postgresql://h,%/", "bad_percent_encoding", "%"),
        ("postgresql://[::1/db", "unclosed_bracket", "[::1/db"),
        ("postgresql://[]/", "empty_ipv6_address", "[]"),
        ("postgresql://[::1]x/", "unexpected_character", "x"),
        ("POSTGRESQL://h/", "scheme_case", "POSTGRESQL"),
        ("mysql://h/", "wrong_scheme", "mysql"),
        ("oracle://h/", "unknown_scheme", "oracle"),
        ("just text", "missing_scheme", "just text"),
        ("", "missing_scheme", ""),
        ("postgresql://h/\0", "forbidden_nul", "\0"),
    ] {
        assert_eq!(refused(text), (code, place.to_owned()), "{text}");
    }
}

#[test]
fn every_keyword_of_libpq_18_is_known_and_no_other() {
    for keyword in [
        "service",
        "user",
        "password",
        "passfile",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "host",
        "hostaddr",
        "port",
        "client_encoding",
        "options",
        "application_name",
        "fallback_application_name",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "sslmode",
        "sslnegotiation",
        "sslcompression",
        "sslcert",
        "sslkey",
        "sslcertmode",
        "sslpassword",
        "sslrootcert",
        "sslcrl",
        "sslcrldir",
        "sslsni",
        "requirepeer",
        "require_auth",
        "min_protocol_version",
        "max_protocol_version",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
        "gssencmode",
        "krbsrvname",
        "gsslib",
        "gssdelegation",
        "replication",
        "target_session_attrs",
        "load_balance_hosts",
        "scram_client_key",
        "scram_server_key",
        "oauth_issuer",
        "oauth_client_id",
        "oauth_client_secret",
        "oauth_scope",
        "sslkeylogfile",
        "requiressl",
    ] {
        parse(&format!("postgresql://h/?{keyword}=1"));
        parse(&format!("{keyword}=1"));
    }
    for other in [
        "tty",
        "authtype",
        "servicefile",
        "oauth_ca_file",
        "schema",
        "Host",
    ] {
        refused(&format!("{other}=1"));
    }
}

#[test]
fn keyword_value_strings() {
    for (text, expected) in [
        ("host=h port=1 user=u password=p dbname=d", "u p [h|1] d"),
        ("host = h\tport\n=\n1", "- - [h|1] -"),
        ("user='a b' password='it\\'s \\\\'", "a b it's \\ [] -"),
        ("user=a\\ b", "a b - [] -"),
        ("user= password=x", "password=x - [] -"),
        ("user='' dbname=x", " - [] x"),
        ("user='a'dbname=d", "a - [] d"),
        ("host=/tmp,h2 port=1,2", "- - [unix /tmp|1 h2|2] -"),
        ("user=a user=b", "b - [] -"),
        ("sslmode=require ", "- - [] - sslmode=require"),
        ("user=é\\", "é - [] -"),
        ("options='-c a=b'", "- - [] - options=-c a=b"),
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
    for (text, code) in [
        ("host h=1", "missing_equals"),
        ("host=h foo", "missing_equals"),
        ("foo=1", "unknown_option"),
        ("host='x", "unclosed_quote"),
        ("host='x\\'", "unclosed_quote"),
        ("ssl=true", "unknown_option"),
    ] {
        assert_eq!(refused(text).0, code, "{text}");
    }
    assert!(parse("host=h").is_keyword_value());
    assert_eq!(parse("host=h").scheme(), None);
}

#[test]
fn a_port_that_is_no_number_is_told() {
    for text in [
        "postgresql://h:x/",
        "postgresql://h:70000/",
        "host=h port=0",
    ] {
        assert_eq!(
            parse(text).warnings()[0].code,
            "port_not_a_number",
            "{text}"
        );
    }
    let url = parse("postgresql://h:$Secret{PORT}/");
    assert!(url.warnings().is_empty());
    assert_eq!(
        url.hosts()[0].port(),
        &Port::Text("$Secret{PORT}".to_owned())
    );
}

#[test]
fn every_secret_has_a_slot() {
    let url = parse(
        "postgresql://u:a@h/?password=b&sslpassword=c&oauth_client_secret=d&scram_client_key=e&scram_server_key=f&passfile=g&ss%6Cpassword=h",
    );
    let names: Vec<&str> = url
        .secret_slots()
        .iter()
        .map(|slot| slot.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "password",
            "option:password",
            "option:sslpassword",
            "option:oauth_client_secret",
            "option:scram_client_key",
            "option:scram_server_key",
            "option:sslpassword#2",
        ]
    );
    assert_eq!(
        url.masked(),
        "postgresql://u:***@h/?password=***&sslpassword=***&oauth_client_secret=***&scram_client_key=***&scram_server_key=***&passfile=g&ss%6Cpassword=***"
    );
    assert_eq!(format!("{url}"), url.masked());
    assert!(!format!("{url:?}").contains(":a@"));
    assert_eq!(
        url.document().secrets,
        [
            "password",
            "sslpassword",
            "oauth_client_secret",
            "scram_client_key",
            "scram_server_key"
        ]
    );
}

#[test]
fn slot_states() {
    for (text, state) in [
        ("postgresql://u:p@h", SlotState::Literal),
        ("postgresql://u:***@h", SlotState::Masked),
        ("postgresql://u:%2A%2A%2A@h", SlotState::Literal),
        ("postgresql://u:$Secret{K}@h", SlotState::Reference),
        (
            "postgresql://u:$Secret{K}$Secret{L}@h",
            SlotState::Reference,
        ),
        ("postgresql://u:x$Secret{K}@h", SlotState::Literal),
        ("postgresql://u:%24Secret{K}@h", SlotState::Literal),
        ("postgresql://u:@h", SlotState::Empty),
        ("password=***", SlotState::Masked),
        ("password='***'", SlotState::Masked),
        ("password=\\*\\*\\*", SlotState::Literal),
        ("password='$Secret{K}'", SlotState::Reference),
        ("password=''", SlotState::Empty),
    ] {
        assert_eq!(parse(text).secret_slots()[0].state, state, "{text}");
    }
}

#[test]
fn a_password_with_stray_characters_is_secret_to_the_last_at_sign() {
    for (text, masked) in [
        ("postgresql://u:p@ss@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p/ss@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:12/ss@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p@s/s@h/db", "postgresql://u:***@h/db"),
        (
            "postgresql://u@h:1/db?application_name=a@b",
            "postgresql://u@h:1/db?application_name=a@b",
        ),
    ] {
        assert_eq!(parse(text).masked(), masked, "{text}");
    }
    let url = parse("postgresql://u:p@ss@h/db");
    let repair = url.hints()[0].repair.as_ref().expect("a repair is offered");
    let mended = connection_url::apply_changes("postgresql://u:p@ss@h/db", &repair.changes);
    assert_eq!(parse(&mended).password(), Some("p@ss"));
}

#[test]
fn what_people_paste_gets_a_repair() {
    for (text, code, mended) in [
        (
            "DATABASE_URL=\"postgres://u:p@h/db\"",
            "environment_line",
            "postgres://u:p@h/db",
        ),
        (
            "export DATABASE_URL=postgres://u:p@h/db",
            "environment_line",
            "postgres://u:p@h/db",
        ),
        (
            "psql \"postgres://u:p@h/db\"",
            "command_line",
            "postgres://u:p@h/db",
        ),
        (
            "psql 'postgres://u:p@h/db' -c x",
            "command_line",
            "postgres://u:p@h/db",
        ),
        (
            "postgresql+psycopg2://u:p@h/db",
            "driver_in_scheme",
            "postgresql://u:p@h/db",
        ),
        (
            "jdbc:postgresql://h/db?user=u",
            "jdbc_url",
            "postgresql://h/db?user=u",
        ),
        (
            "\u{201c}postgres://u:p@h/db\u{201d}",
            "wrapped",
            "postgres://u:p@h/db",
        ),
        (
            "  postgres://u:p@h/db\n",
            "invisible_characters",
            "postgres://u:p@h/db",
        ),
        ("Postgres://u:p@h/db", "scheme_case", "postgres://u:p@h/db"),
        (
            "postgres://h/?username=u",
            "unknown_option",
            "postgres://h/?user=u",
        ),
        (
            "postgres://u:100%@h/",
            "unescaped_character",
            "postgres://u:100%25@h/",
        ),
    ] {
        let error = ConnectionUrl::diagnose(text, None).expect_err(text);
        assert_eq!(error.code, code, "{text}");
        let repair = error.repair.expect(text);
        assert_eq!(connection_url::apply_changes(text, &repair.changes), mended);
    }
}

#[test]
fn semicolons_between_keywords_are_refused_where_a_secret_would_be_a_host() {
    for text in [
        "host=db;password=c4nary",
        "user=app host=db;port=1;passfile=x;PASSWORD=c4nary",
    ] {
        let error = ConnectionUrl::parse(text, None).expect_err(text);
        assert!(!error.message.contains("c4nary"));
    }
    for text in ["host=a;b", "host='db;password=x'", "options=-ca=b;c=d"] {
        assert!(ConnectionUrl::parse(text, None).is_ok(), "{text}");
    }
}
