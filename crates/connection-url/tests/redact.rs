//! Redaction of any text, and the time it takes.

use std::time::{Duration, Instant};

use connection_url::{ConnectionUrl, redact};

#[test]
fn table() {
    for (text, expected) in [
        ("nothing to hide", "nothing to hide"),
        ("postgresql://u:p@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p%zz@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p@s:s@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p/s@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p s@h/db", "postgresql://u:***@h/db"),
        ("mysql://u:p\"s@h/db", "mysql://u:***@h/db"),
        ("postgresql://u:secret", "postgresql://u:***"),
        ("postgresql://u@h:5432/db", "postgresql://u@h:5432/db"),
        ("postgresql://h:5432", "postgresql://h:5432"),
        (
            "mongodb://h:27017/?appname=me@corp",
            "mongodb://h:27017/?appname=me@corp",
        ),
        ("mongodb://u:$Secret{K}@h", "mongodb://u:$Secret{K}@h"),
        ("mongodb://u:***@h and more", "mongodb://u:***@h and more"),
        (
            "a mysql://u:p@h/db, b postgres://v:q@i/db.",
            "a mysql://u:***@h/db, b postgres://v:***@i/db.",
        ),
        (
            "mongodb://u:p@h/db,postgres://v:q@i/db",
            "mongodb://u:***@h/db,postgres://v:***@i/db",
        ),
        (
            "see http://h:80/x?y=z and bob@example.com",
            "see http://h:80/x?y=z and bob@example.com",
        ),
        (
            "proxy https://me:pw@proxy:8080/",
            "proxy https://me:***@proxy:8080/",
        ),
        (
            "jdbc:mysql://h/db?user=u&password=p&x=y",
            "jdbc:mysql://h/db?user=u&password=***&x=y",
        ),
        (
            "postgresql://h/db?PASSWORD=p&x=y",
            "postgresql://h/db?PASSWORD=***&x=y",
        ),
        (
            "postgresql://h/db?%70assw%6Frd=p&x=y",
            "postgresql://h/db?%70assw%6Frd=***&x=y",
        ),
        (
            "postgresql://h/db?oauth_client_secret=p&nonsense",
            "postgresql://h/db?oauth_client_secret=***&nonsense",
        ),
        (
            "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:t,X:y&bad",
            "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:***,X:y&bad",
        ),
        ("host=h password=p dbname=d", "host=h password=*** dbname=d"),
        (
            "FATAL: host=h password = 'it\\'s x' dbname=d",
            "FATAL: host=h password = '***' dbname=d",
        ),
        (
            "nonsense=1 password=a\\ b user=u",
            "nonsense=1 password=*** user=u",
        ),
        (
            "{\"password\": \"p\", \"user\": \"u\"}",
            "{\"password\": \"***\", \"user\": \"u\"}",
        ),
        ("PGPASSWORD=p psql", "PGPASSWORD=*** psql"),
        (
            "passfile=/home/me/.pgpass host=h",
            "passfile=/home/me/.pgpass host=h",
        ),
        (
            "DATABASE_URL=postgres://u:p@h/db",
            "DATABASE_URL=postgres://u:***@h/db",
        ),
        (
            "connect to 'postgres://u:p@h/db' failed",
            "connect to 'postgres://u:***@h/db' failed",
        ),
        ("postgres:/u:p@h/db", "postgres:/u:***@h/db"),
        (
            "\n postgresql://u:p@h/db \n",
            "\n postgresql://u:***@h/db \n",
        ),
    ] {
        assert_eq!(redact(text), expected, "{text}");
    }
}

/// The limit of issue 3 is 5 ms in release; a debug build on a busy machine gets more. What matters is that no shape of text
/// is quadratic: those take seconds.
/// Words before a URL make it a text with a URL in it, in which a keyword's value ends at a space.
#[test]
fn words_before_a_url_are_no_part_of_it() {
    for (text, redacted) in [
        (
            "with host=h password=abc dbname=d, then postgres://u:p@h/db end",
            "with host=h password=*** dbname=d, then postgres://u:***@h/db end",
        ),
        (
            "password=x y postgres://u:p@h",
            "password=*** y postgres://u:***@h",
        ),
    ] {
        assert_eq!(connection_url::redact(text), redacted);
    }
}

#[test]
fn no_text_takes_quadratic_time() {
    let limit = if cfg!(debug_assertions) { 500 } else { 25 };
    let shapes = [
        "a",
        ":",
        "@",
        "/",
        "%",
        "'",
        "\"",
        "\\",
        "=",
        "&",
        "a=b&",
        "://",
        "a://",
        "mysql://",
        "mysql:",
        "mysql://u:p",
        "$Secret{",
        "$Secret{K}",
        "password=x&",
        "password=x ",
        "password:",
        "password=' ",
        ",",
        "[",
        "(",
        "h:1,",
        "%00",
        "\0",
        " ",
        "é",
        "postgres://u:p@h/?password=x ",
        "AWS_SESSION_TOKEN:x,",
        "user=x ",
        "=a",
    ];
    let starts = [
        "",
        "postgresql://u:p@h/db?",
        "postgresql://",
        "mysql://u:p@h/db?",
        "mysql://u:",
        "mongodb://u:p@h/db?",
        "mongodb://",
        "mongodb://h/?authMechanismProperties=",
        "host=h ",
    ];
    for start in starts {
        for shape in shapes {
            let mut text = String::from(start);
            while text.len() < 64 * 1024 {
                text.push_str(shape);
            }
            // The best of a few rounds: other work on the machine is not what is measured.
            let mut best = [Duration::MAX; 3];
            for _ in 0..4 {
                let clock = Instant::now();
                let parsed = ConnectionUrl::parse(&text, None);
                best[0] = best[0].min(clock.elapsed());
                let clock = Instant::now();
                let _ = redact(&text);
                best[1] = best[1].min(clock.elapsed());
                let clock = Instant::now();
                if let Ok(url) = parsed {
                    let _ = (url.masked(), url.document().without_secrets());
                }
                best[2] = best[2].min(clock.elapsed());
                if best.iter().all(|time| time.as_millis() < limit) {
                    break;
                }
            }
            let [parse_time, redact_time, rest] = best;
            let slowest = parse_time.max(redact_time).max(rest);
            assert!(
                slowest.as_millis() < limit,
                "{start}{shape}…: parse {parse_time:?}, redact {redact_time:?}, document {rest:?}"
            );
        }
    }
}
