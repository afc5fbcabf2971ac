//! SQLite's URLs: a path, parameters, and nothing else.

use connection_url::{
    ConnectionUrl, DatabaseType, Edit, Form, Format, FormatContext, Host, PasswordEdit,
    UrlDocument, apply_changes, build, format, redact,
};

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, Some(DatabaseType::Sqlite)) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn refused(text: &str) -> &'static str {
    match ConnectionUrl::parse(text, Some(DatabaseType::Sqlite)) {
        Ok(_) => panic!("{text} was taken"),
        Err(error) => error.code,
    }
}

#[test]
fn paths_are_read() {
    for (text, path) in [
        ("sqlite:shop.db", "shop.db"),
        ("sqlite:data/shop.db", "data/shop.db"),
        ("sqlite:/srv/shop.db", "/srv/shop.db"),
        ("sqlite:///srv/shop.db", "/srv/shop.db"),
        ("sqlite://./shop.db", "./shop.db"),
        ("sqlite://shop.db", "shop.db"),
        ("sqlite://localhost/srv/shop.db", "/srv/shop.db"),
        ("sqlite3:/srv/shop.db", "/srv/shop.db"),
        ("sqlite:///C:/data/shop.db", "C:/data/shop.db"),
        ("sqlite:///C:%5Cdata%5cshop.db", r"C:\data\shop.db"),
        ("sqlite:///C:%2Fdata/shop.db", "C:/data/shop.db"),
        ("file:shop.db", "shop.db"),
        ("file:/srv/shop.db", "/srv/shop.db"),
        ("file:///srv/a%20b%23.db", "/srv/a b#.db"),
        ("file://localhost/srv/shop.db", "/srv/shop.db"),
        ("sqlite:/srv/a b.db", "/srv/a b.db"),
        ("sqlite::memory:", ":memory:"),
        ("sqlite:///srv/shop.db?mode=ro&immutable=1", "/srv/shop.db"),
    ] {
        let url = parse(text);
        assert_eq!(url.database(), Some(path), "{text}");
        assert_eq!(url.expose(), text);
        assert_eq!(url.masked(), text);
        assert!(url.hosts().is_empty() && url.user().is_none() && url.password().is_none());
        // Without a type, the scheme says it.
        let untyped = ConnectionUrl::parse(text, None).unwrap();
        assert_eq!(untyped.database_type(), Some(DatabaseType::Sqlite));
    }
    let url = parse("sqlite:///srv/shop.db?mode=ro&immutable=1");
    assert_eq!(url.option("mode"), Some("ro"));
    assert_eq!(url.option("immutable"), Some("1"));
}

#[test]
fn what_names_a_server_is_refused() {
    assert_eq!(
        refused("sqlite://app:s3cret@host/x.db"),
        "unexpected_userinfo"
    );
    assert_eq!(refused("file://host/x.db"), "unexpected_host");
    assert_eq!(refused("postgresql://host/x"), "wrong_scheme");
    assert_eq!(refused("sqlite:/srv/a#b.db"), "unescaped_character");
    assert_eq!(refused("sqlite:/srv/a%zz.db"), "bad_percent_encoding");
    assert_eq!(refused("shop.db"), "missing_scheme");
    let error = ConnectionUrl::parse("sqlite:/x", Some(DatabaseType::Mysql)).unwrap_err();
    assert_eq!(error.code, "wrong_scheme");
    let error = ConnectionUrl::parse("sqlite://app:s3cret@host/x.db", None).unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[test]
fn advice_is_given() {
    let hints = |text: &str| -> Vec<String> {
        parse(text)
            .hints()
            .iter()
            .map(|hint| hint.code.to_string())
            .collect()
    };
    assert_eq!(hints("sqlite:///srv/x.db"), Vec::<String>::new());
    assert_eq!(hints("sqlite:///srv/x.db?mode=rwc"), Vec::<String>::new());
    assert_eq!(hints("sqlite:///C:/x.db"), Vec::<String>::new());
    assert_eq!(hints("sqlite:x.db"), ["relative_path"]);
    assert_eq!(hints("sqlite:$Secret{FILE}"), Vec::<String>::new());
    assert_eq!(hints("sqlite::memory:"), ["in_memory"]);
    assert_eq!(hints("sqlite:x?mode=memory"), ["in_memory"]);
    assert_eq!(hints("sqlite:"), ["missing_database"]);
    assert_eq!(hints("sqlite:///x?mode=write"), ["unknown_value"]);
    assert_eq!(hints("sqlite:///x?colour=red"), ["unknown_option"]);
    assert_eq!(hints("sqlite:///x?mode=ro&mode=rw"), ["repeated_option"]);
}

#[test]
fn a_pasted_path_becomes_a_url() {
    for (text, mended, path) in [
        ("/srv/shop.db", "sqlite:///srv/shop.db", "/srv/shop.db"),
        (
            " /srv/a?b%.db\n",
            "sqlite:///srv/a%3Fb%25.db",
            "/srv/a?b%.db",
        ),
        ("data/shop.db", "sqlite:data/shop.db", "data/shop.db"),
        (
            r"C:\data\shop.db",
            "sqlite:///C:/data/shop.db",
            "C:/data/shop.db",
        ),
        (
            "jdbc:sqlite:/srv/shop.db",
            "sqlite:/srv/shop.db",
            "/srv/shop.db",
        ),
    ] {
        let error = ConnectionUrl::diagnose(text, Some(DatabaseType::Sqlite)).unwrap_err();
        let repair = error.repair.unwrap_or_else(|| panic!("{text}: no repair"));
        let repaired = apply_changes(text, &repair.changes);
        assert_eq!(repaired, mended);
        assert_eq!(parse(&repaired).database(), Some(path));
    }
}

#[test]
fn edits_change_a_path_and_options_only() {
    let url = parse("sqlite:///srv/shop.db?mode=ro");
    let edited = |edit: Edit| url.edited(&edit).unwrap().expose().to_owned();
    let database = |path: &str| Edit::Database(Some(path.to_owned()));
    assert_eq!(
        edited(database("/a b/c.db")),
        "sqlite:///a%20b/c.db?mode=ro"
    );
    assert_eq!(edited(database("c.db")), "sqlite:c.db?mode=ro");
    assert_eq!(edited(database("C:/c.db")), "sqlite:///C:/c.db?mode=ro");
    assert_eq!(edited(Edit::Database(None)), "sqlite:?mode=ro");
    let option = |value: Option<&str>| Edit::SetOption {
        name: "mode".to_owned(),
        value: value.map(str::to_owned),
    };
    assert_eq!(edited(option(Some("rw"))), "sqlite:///srv/shop.db?mode=rw");
    assert_eq!(edited(option(None)), "sqlite:///srv/shop.db");
    assert_eq!(
        edited(Edit::Scheme("file".to_owned())),
        "file:///srv/shop.db?mode=ro"
    );
    assert_eq!(edited(Edit::User(None)), "sqlite:///srv/shop.db?mode=ro");
    for edit in [
        Edit::User(Some("app".to_owned())),
        Edit::Password(Some(PasswordEdit::Mask)),
        Edit::Hosts(vec![Host::tcp("h", None)]),
        Edit::Scheme("mysql".to_owned()),
    ] {
        assert!(url.edit(&edit).is_err(), "{edit:?}");
    }
    // A URL of a server does not become a path: its password would stand in it.
    let server = ConnectionUrl::parse("mysql://app:s3cret@h/x", None).unwrap();
    assert!(server.edit(&Edit::Scheme("sqlite".to_owned())).is_err());
}

#[test]
fn a_document_is_written_as_the_url_it_came_from() {
    for path in [
        "/srv/a b?#%.db",
        "x.db",
        "C:/x.db",
        r"C:\x.db",
        "/C:/x.db",
        r"/C:\x.db",
        "é/😀.db",
        "a/$Secret{K}.db",
    ] {
        let mut document = UrlDocument::default();
        document.database_type = Some(DatabaseType::Sqlite);
        document.form = Form::Url;
        document.database = Some(path.to_owned());
        document.options = vec![("mode".to_owned(), "ro".to_owned())];
        let built = build(DatabaseType::Sqlite, &document).unwrap();
        assert_eq!(parse(&built).database(), Some(path), "{built}");
    }
}

#[test]
fn forms_name_the_file() {
    let context = FormatContext {
        name: "Shop",
        tag: "shop",
        slug: "dev",
    };
    let of = |text: &str, form| format(&parse(text), form, context).unwrap().text;
    assert_eq!(
        of("sqlite:///srv/shop.db", Format::Command),
        "sqlite3 /srv/shop.db"
    );
    assert_eq!(
        of("sqlite:///srv/shop.db?mode=ro", Format::Command),
        "sqlite3 'file:///srv/shop.db?mode=ro'"
    );
    assert_eq!(of("sqlite:-x.db", Format::Command), "sqlite3 ./-x.db");
    assert_eq!(
        of("sqlite:///srv/shop.db", Format::Jdbc),
        "jdbc:sqlite:/srv/shop.db"
    );
    assert_eq!(
        of("sqlite:///srv/shop.db", Format::Env),
        "DATABASE_URL=\"sqlite:///srv/shop.db\""
    );
    assert!(of("sqlite:///srv/shop.db", Format::Sdk).contains("type: 'sqlite'"));
    for form in Format::of(DatabaseType::Sqlite) {
        assert!(
            !of("sqlite:///srv/shop.db", form).contains("password"),
            "{form:?}"
        );
    }
}

#[test]
fn a_line_that_begins_with_file_hides_its_secrets() {
    assert!(!redact("file: config.yml password=hunter22").contains("hunter22"));
    assert!(!redact("sqlite: opening ?password=hunter22").contains("hunter22"));
}
