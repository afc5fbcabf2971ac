//! MySQL and MariaDB URLs, after MySQL Shell.

use connection_url::{ConnectionUrl, DatabaseType, Edit, Host, Port};

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, Some(DatabaseType::Mysql)) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn hosts_and_sockets() {
    let socket = |path: &str| Host::Socket {
        path: path.to_owned(),
        port: Port::None,
    };
    for (text, hosts) in [
        ("mysql://h", vec![Host::tcp("h", None)]),
        ("mariadb://u:p@h:3307/db", vec![Host::tcp("h", 3307)]),
        (
            "mysql://a:1,b,[::1]:2/db",
            vec![Host::tcp("a", 1), Host::tcp("b", None), Host::tcp("::1", 2)],
        ),
        ("mysql://u@(/tmp/my.sock)/db", vec![socket("/tmp/my.sock")]),
        (
            "mysql://u@%2Ftmp%2Fmy.sock/db",
            vec![socket("/tmp/my.sock")],
        ),
        (
            "mysql://u@h/db?socket=/tmp/my.sock",
            vec![socket("/tmp/my.sock")],
        ),
        (
            "mysql://u@h/db?socket=%2Ftmp%2Fmy.sock",
            vec![socket("/tmp/my.sock")],
        ),
        ("mysql://u@/db", vec![]),
        ("MySQL://h", vec![Host::tcp("h", None)]),
    ] {
        assert_eq!(parse(text).hosts(), hosts, "{text}");
    }
    assert_eq!(parse("mysql://u@(/tmp/my.sock)/db").database(), Some("db"));
    assert_eq!(parse("MySQL://h").scheme(), Some("mysql"));
    assert_eq!(
        parse("mysql://u@/tmp/my.sock").hints()[0].code,
        "socket_meant"
    );
}

#[test]
fn options_in_any_spelling() {
    for name in ["ssl-mode", "sslMode", "ssl_mode", "SSL-MODE", "sslmode"] {
        let url = parse(&format!("mysql://h/?{name}=REQUIRED"));
        for asked in ["ssl-mode", "sslMode", "ssl_mode"] {
            assert_eq!(url.option(asked), Some("REQUIRED"), "{name} as {asked}");
        }
    }
    assert_eq!(
        parse("mysql://h/?ssl-mode=nonsense").hints()[0].code,
        "unknown_value"
    );
    assert_eq!(
        parse("mysql://h/?nonsense=1").hints()[0].code,
        "unknown_option"
    );
    let url = parse("mysql://h/db?user=u&password=p");
    assert_eq!((url.user(), url.password()), (Some("u"), Some("p")));
    assert_eq!(url.masked(), "mysql://h/db?user=u&password=***");
    assert!(url.document().options.is_empty());
    let url = parse("mysql://u:a@h/?ssl-key-password=b&Ssl_Key_Password=c");
    assert_eq!(
        url.masked(),
        "mysql://u:***@h/?ssl-key-password=***&Ssl_Key_Password=***"
    );
    assert_eq!(url.secret_slots()[2].name, "option:sslkeypassword#2");
}

#[test]
fn refused() {
    for (text, code) in [
        ("mysql://u:p@ss@h/db", "unescaped_character"),
        ("mysql://u:p/ss@h/db", "unescaped_character"),
        ("mysql://u:p?ss@h/db", "unescaped_character"),
        ("mysql://u:12/ss@h/db", "unescaped_character"),
        ("mysql://h:x/db", "invalid_port"),
        ("mysql://h:70000/db", "invalid_port"),
        ("mysql://h:/db", "host_and_port"),
        ("mysql://a,,b/db", "empty_host"),
        ("mysql://[::1/db", "unclosed_bracket"),
        ("mysql://u@(/tmp/x", "unclosed_bracket"),
        ("mysql://u:%zz@h", "unescaped_character"),
        ("mysql://h/?=x", "missing_option_name"),
        ("jdbc:mysql://h/db", "jdbc_url"),
        ("mysql+pymysql://u:p@h/db", "driver_in_scheme"),
    ] {
        let error = ConnectionUrl::diagnose(text, Some(DatabaseType::Mysql)).expect_err(text);
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn a_repair_encodes_the_password() {
    for text in [
        "mysql://u:p@ss@h/db",
        "mysql://u:p/ss@h/db",
        "mysql://u:p?s@s@h/db",
    ] {
        let error = ConnectionUrl::diagnose(text, None).expect_err(text);
        let repair = error.repair.expect(text);
        let url = parse(&connection_url::apply_changes(text, &repair.changes));
        assert_eq!(url.hosts(), [Host::tcp("h", None)], "{text}");
        assert_eq!(url.user(), Some("u"));
    }
}

#[test]
fn a_socket_stays_in_the_option_that_names_it() {
    for name in ["socket", "unixSocket", "unix-socket"] {
        let url = parse(&format!("mysql://u@h/db?{name}=/a.sock&charset=utf8"));
        assert_eq!(url.hosts(), [Host::socket("/a.sock")], "{name}");
        assert!(url.document().options.len() == 1 && url.hints().is_empty());
        let edited = |hosts| {
            url.edited(&Edit::Hosts(hosts))
                .map(|url| url.expose().to_owned())
        };
        assert_eq!(
            edited(vec![Host::socket("/b.sock")]).as_deref(),
            Ok(&*format!("mysql://u@h/db?{name}=/b.sock&charset=utf8"))
        );
        assert_eq!(
            edited(vec![Host::tcp("x", 1)]).as_deref(),
            Ok("mysql://u@x:1/db?charset=utf8")
        );
    }
}

#[test]
fn secrets_of_the_clients_key_are_hidden() {
    for name in [
        "sslpassword",
        "clientKeyPassword",
        "client-key-password",
        "ssl-key-password",
    ] {
        let url = parse(&format!("mysql://h/db?{name}=c4nary"));
        assert_eq!(url.masked(), format!("mysql://h/db?{name}=***"));
        assert!(!connection_url::redact(url.expose()).contains("c4nary"));
        assert!(url.hints().is_empty(), "{name} is known");
    }
}
