//! Tables of what is taken and what is refused, without a catalog.

use catalog::{
    DatabaseType, EnvironmentClass, FaultCode, is_slug, is_tag, parse_environment_patch,
    parse_new_database, parse_new_environment, parse_product_patch, slug_hint, suggest_tag,
};
use serde_json::{Value, json};

#[test]
fn tags_and_slugs() {
    for tag in ["a", "0", "mongo", "a-b_c", &"a".repeat(63)] {
        assert!(is_tag(tag), "{tag}");
    }
    for tag in ["", "-a", "_a", "A", "a b", "ä", "a/b", &"a".repeat(64)] {
        assert!(!is_tag(tag), "{tag}");
    }
    for slug in ["dev", "ab", "a-1", "abcdefghijklmnop"] {
        assert!(is_slug(slug), "{slug}");
    }
    for slug in ["", "a", "1ab", "-ab", "a_b", "Dev", "abcdefghijklmnopq"] {
        assert!(!is_slug(slug), "{slug}");
    }
    assert_eq!(slug_hint("dev"), None);
    assert_eq!(slug_hint("live").expect("a hint").code, "slug_length");
    assert_eq!(suggest_tag("Mongo database"), "mongo-database");
    assert_eq!(suggest_tag("  Órders (EU) 2 "), "rders-eu-2");
    assert_eq!(suggest_tag("日本"), "");
}

#[test]
fn classes_are_guessed_to_the_safe_side() {
    use EnvironmentClass::{Development, Production, Staging};
    for (slug, class) in [
        ("dev", Development),
        ("local", Development),
        ("test", Development),
        ("dev2", Development),
        ("dev-eu", Development),
        ("stg", Staging),
        ("staging", Staging),
        ("uat", Staging),
        ("qa", Staging),
        ("pre", Staging),
        ("pre-prd", Staging),
        ("prd", Production),
        ("prod-test", Production),
        ("live", Production),
        ("devil", Production),
        ("contest", Production),
        ("demo", Production),
    ] {
        assert_eq!(EnvironmentClass::guess_from_slug(slug), class, "{slug}");
    }
}

/// Each case: a field of a good record, the value in its place, the fault.
#[test]
fn one_wrong_field_is_one_fault() {
    let good = json!({
        "type": "postgresql", "tag": "orders", "name": "Orders", "description": "d",
        "envs": [{"slug": "dev", "connection_url": "postgresql://localhost/d", "description": null}],
    });
    parse_new_database(&good).expect("good");
    let cases: &[(&str, Value, FaultCode)] = &[
        ("tag", json!("Big"), FaultCode::InvalidTag),
        ("tag", json!(1), FaultCode::WrongType),
        ("tag", Value::Null, FaultCode::Required),
        ("tag", json!(""), FaultCode::Required),
        ("name", json!("  "), FaultCode::Required),
        ("name", json!("n".repeat(201)), FaultCode::TooLong),
        ("description", json!("d".repeat(10_001)), FaultCode::TooLong),
        ("description", json!([]), FaultCode::WrongType),
        ("type", json!("redis"), FaultCode::UnknownValue),
        ("type", json!("Postgresql "), FaultCode::UnknownValue),
        ("envs", json!([]), FaultCode::Required),
        ("envs", json!({}), FaultCode::WrongType),
        ("colour", json!("red"), FaultCode::UnknownField),
        ("actions", json!("none"), FaultCode::WrongType),
    ];
    for (field, value, code) in cases {
        let mut record = good.clone();
        record[*field] = value.clone();
        let faults = parse_new_database(&record).expect_err(field);
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.field.as_str(), fault.code))
            .collect();
        assert_eq!(found, [(*field, *code)], "{value:.60}");
        assert!(faults[0].message.len() < 200 && faults[0].message.ends_with(['.', '}']));
    }
    let urls: &[(Value, FaultCode)] = &[
        (json!(""), FaultCode::Required),
        (json!(7), FaultCode::WrongType),
        (json!("mongodb://localhost/d"), FaultCode::InvalidUrl),
        (json!("nonsense"), FaultCode::InvalidUrl),
        (
            json!(format!("postgresql://h/{}", "d".repeat(70_000))),
            FaultCode::TooLong,
        ),
    ];
    for (url, code) in urls {
        let mut record = good.clone();
        record["envs"][0]["connection_url"] = url.clone();
        let faults = parse_new_database(&record).expect_err("refused");
        assert_eq!(faults.len(), 1);
        assert_eq!(
            (faults[0].field.as_str(), faults[0].code),
            ("envs[0].connection_url", *code)
        );
    }
    // Null is absent, where a field may be absent.
    let mut record = good;
    record["type"] = json!("mysql");
    record["envs"][0]["connection_url"] = json!("mariadb://localhost/d");
    record["description"] = Value::Null;
    let read = parse_new_database(&record).expect("good");
    assert_eq!(
        (read.database_type, read.description),
        (DatabaseType::Mysql, None)
    );
    record["type"] = json!("mariadb");
    assert_eq!(
        parse_new_database(&record).expect("good").database_type,
        DatabaseType::Mysql
    );
}

#[test]
fn absent_null_and_given_are_three_things_in_a_patch() {
    let patch = parse_product_patch(&json!({})).expect("good");
    assert_eq!(
        (patch.name, patch.description, patch.revision),
        (None, None, None)
    );
    let patch = parse_product_patch(&json!({"description": null, "revision": 3})).expect("good");
    assert_eq!((patch.description, patch.revision), (Some(None), Some(3)));
    let patch = parse_product_patch(&json!({"description": "d"})).expect("good");
    assert_eq!(patch.description, Some(Some("d".to_owned())));
    for record in [
        json!({"name": null}),
        json!({"revision": "3"}),
        json!({"revision": -1}),
        json!([]),
    ] {
        parse_product_patch(&record).expect_err("refused");
    }
    let patch =
        parse_environment_patch(&json!({"active": false, "class": "staging"})).expect("good");
    assert_eq!(
        (patch.active, patch.class),
        (Some(false), Some(EnvironmentClass::Staging))
    );
    let new = parse_new_environment(&json!({"slug": "dev", "env_name": "Dev"})).expect("good");
    assert!(new.active && new.class.is_none());
}
