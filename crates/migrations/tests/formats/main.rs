//! The folders of other tools: what they become, and that what is written is read again as it was.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod javascript;

use std::path::PathBuf;

use migrations::DatabaseType::{self, Mongodb, Mysql, Postgresql};
use migrations::Migration;
use migrations::formats::{Format, ImportedSet, SourceFile, read, write};
use proptest::prelude::*;
use serde_json::json;

fn folder(name: &str) -> Vec<SourceFile> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/folders")
        .join(name);
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            SourceFile {
                path: entry.file_name().into_string().unwrap(),
                text: std::fs::read_to_string(entry.path()).unwrap(),
            }
        })
        .collect()
}

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// `tag|name|no_transaction` and its statements, for a look at a whole set.
fn shown(set: &ImportedSet) -> Vec<String> {
    set.migrations
        .iter()
        .map(|one| {
            format!(
                "{}|{}{} {}/{}",
                one.tag,
                one.name,
                if one.no_transaction { "|outside" } else { "" },
                one.up.len(),
                one.down.len()
            )
        })
        .collect()
}

fn notes(set: &ImportedSet) -> Vec<String> {
    set.notes
        .iter()
        .inspect(|note| assert!(note.message.ends_with('.'), "{}", note.message))
        .map(ToString::to_string)
        .collect()
}

/// What is written is read again as it was, and written again as it was.
fn round_trip(set: &ImportedSet, format: Format, database_type: DatabaseType) -> Vec<SourceFile> {
    let files = write(&set.migrations, format, database_type).unwrap();
    let again = read(&files, format, database_type).unwrap();
    assert!(again.notes.is_empty(), "{:?}", notes(&again));
    assert_eq!(again.migrations, set.migrations);
    let mut twice = write(&again.migrations, format, database_type).unwrap();
    let mut once = files.clone();
    once.sort_by(|one, other| one.path.cmp(&other.path));
    twice.sort_by(|one, other| one.path.cmp(&other.path));
    assert_eq!(once, twice);
    files
}

fn paths(files: &[SourceFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn sqlx() {
    let set = read(&folder("sqlx"), Format::Sqlx, Postgresql).unwrap();
    assert!(set.notes.is_empty());
    assert_eq!(
        shown(&set),
        [
            "20240105090000_create_accounts|Create accounts 2/1",
            "20240212101500_touch_updated_at|Touch updated at 4/3",
            "20240301000000_index_created|Index created|outside 1/1",
            "20240315120000_notes_from_windows|Notes from windows 2/0",
        ]
    );
    let [accounts, touch, index, windows] = set.migrations.as_slice() else {
        panic!("four");
    };
    assert!(accounts.up[0].starts_with("-- People who sign in.\nCREATE TABLE accounts ("));
    assert!(
        accounts.up[1].starts_with("/* One address, one account; letter case is nothing. */\n")
    );
    assert!(touch.up[0].ends_with("RETURN NEW;\nEND;\n$$"));
    assert!(touch.up[3].ends_with("('support;desk@example.com')"));
    assert_eq!(
        index.up,
        ["CREATE INDEX CONCURRENTLY accounts_created ON accounts (created_at)"]
    );
    assert_eq!(
        windows.up,
        [
            "CREATE TABLE notes (\n    id int PRIMARY KEY,\n    body text\n)",
            "COMMENT ON TABLE notes IS 'two\nlines'",
        ]
    );
    let files = round_trip(&set, Format::Sqlx, Postgresql);
    assert_eq!(paths(&files).len(), 7);
    assert!(
        files[4]
            .text
            .starts_with("-- no-transaction\nCREATE INDEX CONCURRENTLY")
    );
}

#[test]
fn sqlx_without_a_way_back() {
    let set = read(&folder("sqlx-simple"), Format::Sqlx, Postgresql).unwrap();
    assert_eq!(
        shown(&set),
        [
            "1_create_jobs|Create jobs 2/0",
            "2_attempts|Attempts 1/0",
            "10_claim|Claim 1/0",
            "11_two_indexes|Two indexes|outside 1/0",
            "11_two_indexes_2|Two indexes|outside 1/0",
        ]
    );
    assert_eq!(
        notes(&set),
        [
            "11_two_indexes.sql: It runs outside of a transaction, where a migration has one statement: 2 migrations are made of it."
        ]
    );
    let files = write(&set.migrations[..3], Format::Sqlx, Postgresql).unwrap();
    assert_eq!(
        paths(&files),
        ["1_create_jobs.sql", "2_attempts.sql", "10_claim.sql"]
    );
    // The one that became two has its number once: all files are numbered anew, and say the same.
    let files = write(&set.migrations, Format::Sqlx, Postgresql).unwrap();
    assert_eq!(files[4].path, "000005_11_two_indexes_2.sql");
    let again = read(&files, Format::Sqlx, Postgresql).unwrap();
    assert_eq!(sums(&again.migrations), sums(&set.migrations));
}

fn sums(migrations: &[Migration]) -> Vec<String> {
    migrations.iter().map(Migration::checksum).collect()
}

#[test]
fn dbmate() {
    let set = read(&folder("dbmate"), Format::Dbmate, Postgresql).unwrap();
    assert!(set.notes.is_empty(), "{:?}", notes(&set));
    assert_eq!(
        shown(&set),
        [
            "20230410081500_create_products|Create products 2/1",
            "20230502093000_product_search|Product search|outside 1/1",
            "20230611100000_stock_view|Stock view 2/2",
        ]
    );
    assert!(set.migrations[0].up[1].starts_with("-- What is shown first.\nINSERT"));
    assert!(
        set.migrations[2].up[1]
            .contains("(UPDATE products SET price = 0 WHERE id = old.id; NOTIFY gone)")
    );
    let files = round_trip(&set, Format::Dbmate, Postgresql);
    assert!(
        files[1]
            .text
            .starts_with("-- migrate:up transaction:false\nCREATE INDEX")
    );
    let set = read(&folder("mysql-dbmate"), Format::Dbmate, Mysql).unwrap();
    assert_eq!(shown(&set), ["20230101000000_orders|Orders 2/2"]);
    assert!(set.migrations[0].up[1].ends_with("END IF;\nEND"));
    round_trip(&set, Format::Dbmate, Mysql);
}

#[test]
fn golang_migrate() {
    let set = read(&folder("golang-migrate"), Format::GolangMigrate, Postgresql).unwrap();
    assert_eq!(
        shown(&set),
        [
            "000001_create_users|Create users 2/2",
            "000002_index_sessions|Index sessions|outside 1/1",
            "000009_mood_type|Mood type 2/2",
            "000010_mood|Mood 1/0",
        ]
    );
    assert_eq!(
        notes(&set),
        [
            "000001_create_users.up.sql:1: The transaction around the statements is left out: a run has its own."
        ]
    );
    let files = round_trip(&set, Format::GolangMigrate, Postgresql);
    assert_eq!(files[0].path, "000001_create_users.up.sql");
}

#[test]
fn flyway() {
    let set = read(&folder("flyway"), Format::Flyway, Postgresql).unwrap();
    assert_eq!(
        shown(&set),
        [
            "v1__create_authors|Create authors 1/1",
            "v1-1__create_posts|Create posts 1/0",
            "v1_9__index_posts|Index posts 1/0",
            "v1-10__add_slugs|Add slugs 2/0",
            "v2-0-1__index_slugs|Index slugs|outside 1/0",
            "v20240101__tone|Tone|outside 1/0",
        ]
    );
    assert_eq!(notes(&set).len(), 1);
    assert!(notes(&set)[0].starts_with("R__recent_view.sql: A repeatable migration"));
    let files = round_trip(&set, Format::Flyway, Postgresql);
    assert_eq!(
        paths(&files),
        [
            "V1__create_authors.sql",
            "U1__create_authors.sql",
            "V1.1__create_posts.sql",
            "V1_9__index_posts.sql",
            "V1.10__add_slugs.sql",
            "V2.0.1__index_slugs.sql",
            "V20240101__tone.sql",
            "V20240101__tone.sql.conf",
        ]
    );
}

#[test]
fn what_is_left_out_says_why() {
    for (format, name, text, why) in [
        (
            Format::Sqlx,
            "1_x.sql",
            "SELECT 1;\n\\connect other\n",
            "1_x.sql:2: This is a command of psql",
        ),
        (
            Format::Sqlx,
            "1_x.sql",
            "SELECT 1;\nCOPY a (b) FROM stdin;\n1\n\\.\n",
            "1_x.sql:2: COPY … FROM stdin",
        ),
        (
            Format::Sqlx,
            "1_x.sql",
            "SELECT 1;\n\nSELECT 'open",
            "1_x.sql:3: A string is not closed.",
        ),
        (
            Format::Sqlx,
            "1_x.sql",
            "SELECT 1;\nCOMMIT;\nSELECT 2;",
            "1_x.sql:2: COMMIT begins or ends",
        ),
        (
            Format::Sqlx,
            "1_x.sql",
            "-- nothing\n",
            "1_x.sql: It has no statement",
        ),
        (
            Format::Sqlx,
            "1_x.down.sql",
            "SELECT 1",
            "1_x.down.sql: It reverts a migration that is not here",
        ),
        (
            Format::Sqlx,
            "x.sql",
            "SELECT 1",
            "x.sql: The name is none of a migration of sqlx",
        ),
        (
            Format::GolangMigrate,
            "1_x.sql",
            "SELECT 1",
            "1_x.sql: The name is none",
        ),
        (
            Format::Dbmate,
            "1_x.sql",
            "SELECT 1",
            "1_x.sql:1: dbmate expects",
        ),
        (
            Format::Dbmate,
            "1_x.sql",
            "-- only this\n",
            "1_x.sql: There is no line",
        ),
        (
            Format::Dbmate,
            "1_x.sql",
            "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 'x\n",
            "1_x.sql:4: A string",
        ),
        (
            Format::Flyway,
            "V1__x.sql",
            "CREATE TABLE ${schema}.a (b int)",
            "V1__x.sql:1: Flyway puts a value",
        ),
        (
            Format::Sqlx,
            "1_x.up.sql",
            "-- no-transaction\nVACUUM a;\nVACUUM b;\n",
            "",
        ),
    ] {
        let set = read(&[file(name, text)], format, Postgresql).unwrap();
        if why.is_empty() {
            assert_eq!(set.migrations.len(), 2);
        } else {
            assert!(
                set.migrations.is_empty() && set.notes[0].refused,
                "{name} {text}"
            );
            assert!(notes(&set)[0].starts_with(why), "{:?}", notes(&set));
        }
    }
    // In a literal such lines are text.
    let text = "INSERT INTO a VALUES ('\n\\x\nCOPY a FROM stdin\n');\n";
    let set = read(&[file("1_x.sql", text)], Format::Sqlx, Postgresql).unwrap();
    assert_eq!(set.migrations.len(), 1);
    // The rows of a COPY are no SQL, and may hold what looks like some.
    let text = "SELECT 1;\nCOPY a (b) FROM STDIN WITH (FORMAT text);\nit's\n\\.\nSELECT 2;\n";
    let set = read(&[file("1_x.sql", text)], Format::Sqlx, Postgresql).unwrap();
    assert!(
        notes(&set)[0].starts_with("1_x.sql:2: COPY"),
        "{:?}",
        notes(&set)
    );
    let long = format!("SELECT $$\n{}$$;\n", "\\x\n".repeat(10_000));
    for text in [&long, &long[..long.len() - 4]] {
        let started = std::time::Instant::now();
        let set = read(&[file("1_x.sql", text)], Format::Sqlx, Postgresql).unwrap();
        assert_eq!(set.migrations.is_empty(), text.len() < long.len());
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
    let twice = [file("1_a.sql", "SELECT 1"), file("001_b.sql", "SELECT 2")];
    let set = read(&twice, Format::Sqlx, Postgresql).unwrap();
    assert_eq!((set.migrations.len(), set.notes.len()), (1, 1));
    let pair = [
        file("1_a.up.sql", "-- no-transaction\nVACUUM a;\nVACUUM b;"),
        file("1_a.down.sql", "SELECT 1;"),
    ];
    let set = read(&pair, Format::Sqlx, Postgresql).unwrap();
    assert!(set.migrations.is_empty());
    for (format, database_type, code) in [
        (Format::Sqlx, Mongodb, "wrong_database"),
        (Format::MigrateMongo, Mysql, "wrong_database"),
        (Format::Sqlx, Mysql, "nothing_found"),
    ] {
        assert_eq!(
            read(&[file("x.md", "")], format, database_type)
                .unwrap_err()
                .code,
            code
        );
    }
    assert_eq!(
        write(&[], Format::Sqlx, Mongodb).unwrap_err().code,
        "wrong_database"
    );
}

#[test]
fn tags_are_tags_and_unique() {
    let files = [
        file("1_Größe & More.sql", "SELECT 1"),
        file("2_x.sql", "SELECT 2"),
        file(&format!("3_{}.sql", "long_".repeat(30)), "SELECT 3"),
        file("4_.sql", "SELECT 4"),
    ];
    let set = read(&files, Format::Sqlx, Postgresql).unwrap();
    let tags: Vec<&str> = set.migrations.iter().map(|one| one.tag.as_str()).collect();
    assert_eq!(tags[..2], ["1_gr--e---more", "2_x"]);
    assert_eq!(tags[2].len(), 63);
    assert_eq!((tags[3], set.migrations[3].name.as_str()), ("4_", "4_"));
    assert_eq!(set.migrations[0].name, "Größe & More");
    let again = read(
        &write(&set.migrations, Format::Sqlx, Postgresql).unwrap(),
        Format::Sqlx,
        Postgresql,
    )
    .unwrap();
    assert_eq!(sums(&again.migrations), sums(&set.migrations));
}

fn own(database_type: DatabaseType, statements: &[Vec<String>]) -> Vec<Migration> {
    statements
        .iter()
        .enumerate()
        .map(|(index, up)| {
            let record = json!({
                "name": format!("Step {index}: of / our own"),
                "tag": format!("step-{index}"),
                "value": {"up": up, "down": up},
            });
            Migration::read(database_type, "id", record.as_object().unwrap()).unwrap()
        })
        .collect()
}

/// Statements that hold what could mislead whoever writes or reads a file.
fn statement() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'a;\n-- migrate:x\n'".to_owned()),
        Just("/* ; */".to_owned()),
        Just("-- x;\n".to_owned()),
        Just("\"é\u{1f600}\"".to_owned()),
        "[a-z0-9 ,=<>*+\t\n]{0,10}",
    ];
    (prop::collection::vec(piece, 0..5), any::<bool>()).prop_map(|(pieces, comment)| {
        let text = format!("SELECT {}", pieces.join(" "));
        let text = text.trim_end();
        if comment {
            format!("{text} -- end")
        } else {
            text.to_owned()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn our_own_sets_keep_their_checksums(
        statements in prop::collection::vec(prop::collection::vec(statement(), 1..4), 1..5),
    ) {
        for database_type in [Postgresql, Mysql] {
            let set = own(database_type, &statements);
            for format in Format::ALL.into_iter().filter(|format| *format != Format::MigrateMongo) {
                let files = write(&set, format, database_type).unwrap();
                let again = read(&files, format, database_type).unwrap();
                prop_assert_eq!(notes(&again), Vec::<String>::new());
                prop_assert_eq!(sums(&again.migrations), sums(&set));
                let downs: Vec<_> = again.migrations.iter().map(|one| &one.down).collect();
                prop_assert_eq!(downs, set.iter().map(|one| &one.down).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn our_own_commands_keep_their_checksums(
        text in "[ -~é\u{2028}\n\\\\]{0,12}",
        number in any::<i64>(),
        fraction in any::<f64>().prop_filter("JSON has no infinity", |value| value.is_finite()),
        key in "[$a-z. '\"-]{1,8}",
    ) {
        let command = json!({"insert": "a", "documents": [{"t": text, "n": number, "f": fraction, "k": {key: [null, true]}, "d": {"$date": "2024-01-01T00:00:00Z"}}]}).to_string();
        let plain = json!({"update": "a", "updates": [{"q": {}, "u": {"$set": {"t": text}}, "multi": true}]}).to_string();
        let set = own(Mongodb, &[vec![command, plain]]);
        let files = write(&set, Format::MigrateMongo, Mongodb).unwrap();
        let again = read(&files, Format::MigrateMongo, Mongodb).unwrap();
        prop_assert_eq!(notes(&again), Vec::<String>::new());
        prop_assert_eq!(&again.migrations[0].up, &set[0].up);
    }

    #[test]
    fn any_file_is_read_or_noted(text in "([a-z '\"`(){}\\[\\]:;,.$=/*\\\\-]|=>|module.exports = |async |up|await |db.|\n){0,60}") {
        for (format, path, database_type) in [
            (Format::MigrateMongo, "1-x.js", Mongodb),
            (Format::Dbmate, "1_x.sql", Postgresql),
            (Format::Sqlx, "1_x.sql", Mysql),
        ] {
            let set = read(&[file(path, &text)], format, database_type).unwrap();
            prop_assert!(set.migrations.len() + set.notes.len() > 0);
        }
    }
}
