//! migrate-mongo: calls of the driver become commands, and what is computed is left out.

use migrations::DatabaseType::Mongodb;
use migrations::formats::{Format, read};

use crate::{file, folder, notes, round_trip, shown};

#[test]
fn migrate_mongo() {
    let set = read(&folder("migrate-mongo"), Format::MigrateMongo, Mongodb).unwrap();
    assert_eq!(
        notes(&set),
        [
            "20231003080000-loop.js:5: Only calls one after another can be taken over, and this decides while it runs."
        ]
    );
    assert_eq!(
        shown(&set),
        [
            "20230901100000-create-users|Create users 4/1",
            "20230915120000-add_status|Add status 2/1",
            "20231001080000-tune-indexes|Tune indexes 2/0",
            "20231002080000-command|Command 2/1",
        ]
    );
    let up: Vec<&str> = set
        .migrations
        .iter()
        .flat_map(|one| one.up.iter().map(String::as_str))
        .collect();
    assert_eq!(
        up,
        [
            r#"{"create":"users","validator":{"$jsonSchema":{"required":["email"],"properties":{"email":{"bsonType":"string"}}}}}"#,
            r#"{"createIndexes":"users","indexes":[{"key":{"email":1},"unique":true,"name":"email_unique"}]}"#,
            r#"{"createIndexes":"users","indexes":[{"key":{"address.city":1,"created":-1},"name":"address.city_1_created_-1"}]}"#,
            r#"{"insert":"users","documents":[{"_id":{"$oid":"65a1b2c3d4e5f60718293a4b"},"email":"root@example.com","created":{"$date":"2023-09-01T10:00:00Z"}},{"email":"it's@example.com","tags":[],"visits":0,"score":1.5,"debt":-3,"big":{"$numberDouble":"5000000000"}}]}"#,
            r#"{"update":"users","updates":[{"q":{"status":{"$exists":false}},"u":{"$set":{"status":"active"}},"multi":true,"upsert":false}]}"#,
            r#"{"delete":"users","deletes":[{"q":{"email":{"$regularExpression":{"pattern":"@spam\\.example$","options":"i"}}},"limit":0}]}"#,
            r#"{"dropIndexes":"users","index":"address.city_1_created_-1"}"#,
            r#"{"createIndexes":"logs","indexes":[{"key":{"at":1},"name":"at_1","expireAfterSeconds":60}]}"#,
            r#"{"collMod":"users","validator":{"email":{"$type":"string"}},"validationLevel":"moderate"}"#,
            r#"{"aggregate":"logs","pipeline":[{"$match":{"level":"error"}},{"$merge":{"into":"errors"}}],"cursor":{}}"#,
        ]
    );
    assert_eq!(set.migrations[0].down, [r#"{"drop":"users"}"#]);
    let files = round_trip(&set, Format::MigrateMongo, Mongodb);
    assert!(
        files[0]
            .text
            .starts_with("const { EJSON } = require('bson');\n")
    );
    assert!(
        files[2]
            .text
            .starts_with("module.exports = {\n  async up(db) {\n")
    );
}

/// Why the body of an `up` is left out, with the line.
fn unread(body: &str) -> String {
    let text = format!("module.exports = {{\n  async up(db, client) {{\n{body}\n  }},\n}};\n");
    let set = read(&[file("1-x.js", &text)], Format::MigrateMongo, Mongodb).unwrap();
    assert!(set.migrations.is_empty(), "{body}: {:?}", set.migrations);
    notes(&set).join("\n")
}

#[test]
fn what_javascript_computes_is_left_out_with_its_line() {
    for body in [
        "await db.collection('a').insertOne({ at: new Date() });",
        "await db.collection('a').insertOne({ n: Math.random() });",
        "await db.collection('a').insertOne({ n: 1 + 2 });",
        "await db.collection('a').insertOne({ n: x });",
        "await db.collection('a').insertOne({ ...x });",
        "await db.collection('a').insertOne({ [x]: 1 });",
        "await db.collection(`a${x}`).drop();",
        "await db.collection('a').insertOne({ n: undefined });",
        "await db.collection('a').rename('b');",
        "await db.collection('a').updateOne({}, { $set: { a: 1 } }, { session });",
        "const session = client.startSession();",
        "await helper(db);",
        "if (x) { await db.collection('a').drop(); }",
        "await db.collection('a').insertOne({ d: new Date('2024-01-01 10:00') });",
        "await db.collection('a').insertOne({ a: 1, a: 2 });",
        "await db.collection('a').insertOne({ d: ObjectId('x') });",
        "await db.collection('a').find({}).forEach(x => x);",
        "await db.collection('a').insertOne({ a: 1 }",
        "'not closed",
        "const a = a; await a.drop();",
        "const a = b, b = a;",
    ] {
        let why = unread(body);
        let placed = why.starts_with("1-x.js:3: ") || why.starts_with("1-x.js:4: ");
        let doubled = body.contains("a: 1, a: 2") && why.starts_with("1-x.js: Statement 1: ");
        assert!(placed || doubled, "{body}: {why}");
    }
    let deep = format!(
        "await db.command({}1{});",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert!(unread(&deep).contains("too deep"));
    assert!(unread(&"a=>".repeat(5_000)).contains("too deep"));
}

#[test]
fn literals_of_javascript() {
    let body =
        r#"module.exports = { up: (db) => db.command({ x: [0x1F, 1_000, 1.0, .5e0 === 1] }) }"#;
    assert!(
        read(&[file("1-x.js", body)], Format::MigrateMongo, Mongodb)
            .unwrap()
            .migrations
            .is_empty()
    );
    for (literal, json) in [
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("1.0", "1"),
        ("-0.25", "-0.25"),
        ("2147483648", r#"{"$numberDouble":"2147483648"}"#),
        ("60 * 60 * 24", "86400"),
        ("5n", r#"{"$numberLong":"5"}"#),
        (
            "Long.fromString('9007199254740993')",
            r#"{"$numberLong":"9007199254740993"}"#,
        ),
        ("NumberInt(5)", r#"{"$numberInt":"5"}"#),
        ("new Double(-1)", r#"{"$numberDouble":"-1"}"#),
        (
            "Decimal128.fromString('0.10')",
            r#"{"$numberDecimal":"0.10"}"#,
        ),
        ("new Date(0)", r#"{"$date":{"$numberLong":"0"}}"#),
        (
            "ISODate('2024-01-31')",
            r#"{"$date":"2024-01-31T00:00:00Z"}"#,
        ),
        (
            "new Date('2024-01-31T10:00:00+02:00')",
            r#"{"$date":"2024-01-31T08:00:00Z"}"#,
        ),
        (r#"'a\n\u{1F600}"'"#, ""),
        (r#"'a\n\u00e9\ud83d\ude00"'"#, "\"a\\né\u{1f600}\\\"\""),
        ("`line\nline`", r#""line\nline""#),
        ("'a' + \"b\"", r#""ab""#),
        (
            "/a[/]b\\/c/gmi",
            r#"{"$regularExpression":{"pattern":"a[/]b\\/c","options":"im"}}"#,
        ),
        ("null", "null"),
        ("{ 'a-b': true, 5: [], }", r#"{"a-b":true,"5":[]}"#),
        ("/* why */ 1 // x", "1"),
        (
            "EJSON.deserialize({ a: 5000000000, b: { $oid: 'x' } })",
            r#"{"a":5000000000,"b":{"$oid":"x"}}"#,
        ),
    ] {
        let text = format!(
            "exports.up = async function (db) {{\n  await db.command({{ ping: {literal}\n }});\n}}\n"
        );
        let set = read(&[file("1-x.js", &text)], Format::MigrateMongo, Mongodb).unwrap();
        if json.is_empty() {
            assert!(set.migrations.is_empty(), "{literal}");
        } else {
            assert_eq!(set.migrations.len(), 1, "{literal}: {:?}", notes(&set));
            assert_eq!(
                set.migrations[0].up,
                [format!("{{\"ping\":{json}}}")],
                "{literal}"
            );
        }
    }
}
