//! The records of actions as the window changes them.

use serde_json::{Value, json};
use workbench::{
    ActionCheck, ActionDraft, ActionPatchInput, ActionRecordInput, ActionTypeView, ActionView,
    DatabaseInput, DatabasePatchInput, TemplateSide,
};

use crate::{Bench, bench, config, database};

impl Bench {
    /// A database of the product by its engine.
    async fn with_database(&self, database_type: &str, url: &str) -> String {
        let input = DatabaseInput {
            database_type: database_type.to_owned(),
            ..database("orders", vec![config("dev", url)])
        };
        let made = self.workbench.database_create(self.product.clone(), input);
        made.await.unwrap().record.id
    }

    async fn postgres(&self) -> String {
        self.with_database("postgresql", "postgresql://a@h/d").await
    }

    async fn mongodb(&self) -> String {
        self.with_database("mongodb", "mongodb://h/d").await
    }

    async fn action(&self, database: &str, tag: &str, template: &str) -> ActionView {
        let input = input(tag, template);
        let made = self.workbench.action_create(database.to_owned(), input);
        made.await.unwrap().record
    }

    async fn tags(&self, database: &str) -> Vec<String> {
        let actions = self.workbench.action_list(database.to_owned());
        let tags = actions.await.unwrap().into_iter().map(|action| action.tag);
        tags.collect()
    }

    async fn check(&self, database: &str, template: &str, filter: Option<&str>) -> ActionCheck {
        let draft = ActionDraft {
            database_id: database.to_owned(),
            action_type: ActionTypeView::Update,
            template: template.to_owned(),
            filter_template: filter.map(str::to_owned),
            script: false,
            samples: Vec::new(),
        };
        self.workbench.action_check(draft).await.unwrap()
    }
}

fn input(tag: &str, template: &str) -> ActionRecordInput {
    ActionRecordInput {
        name: tag.to_owned(),
        tag: tag.to_owned(),
        table_name: "orders".to_owned(),
        action_type: ActionTypeView::Read,
        template: template.to_owned(),
        filter_template: None,
        description: None,
        data: None,
        filter_data: None,
        all_rows: false,
        script: false,
    }
}

fn codes(error: &workbench::AppError) -> Vec<String> {
    assert_eq!(error.code, "validation", "{error:?}");
    let faults = error.detail.as_ref().unwrap()["faults"].as_array().unwrap();
    let text = |fault: &Value, key: &str| fault[key].as_str().unwrap().to_owned();
    faults
        .iter()
        .map(|fault| format!("{} {}", text(fault, "field"), text(fault, "code")))
        .collect()
}

/// The piece of a text that UTF-16 units name.
fn piece(text: &str, start: u32, end: u32) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[start as usize..end as usize]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_keeps_id_and_place_and_undo_takes_it_back() {
    let bench = bench().await;
    let database = bench.postgres().await;
    let first = bench.action(&database, "one", "SELECT {{a}}").await;
    bench.action(&database, "two", "SELECT 2").await;
    let patch = ActionPatchInput {
        tag: Some("uno".to_owned()),
        fingerprint: Some(first.fingerprint.clone()),
        ..ActionPatchInput::default()
    };
    let changed = bench.workbench.action_update(first.id.clone(), patch);
    let changed = changed.await.unwrap();
    assert_eq!(changed.record.id, first.id);
    assert_ne!(changed.record.fingerprint, first.fingerprint);
    assert_eq!(changed.record.record.template, json!("SELECT {{a}}"));
    assert_eq!(bench.tags(&database).await, ["uno", "two"]);
    let lines = bench.workbench.activity_list(None, 1).await.unwrap();
    assert_eq!(
        (lines[0].subject.as_str(), lines[0].summary.as_str()),
        ("action", "Renamed the action one of shop/orders to uno")
    );

    let deleted = bench
        .workbench
        .action_delete(first.id.clone())
        .await
        .unwrap();
    assert_eq!(bench.tags(&database).await, ["two"]);
    let gone = bench.workbench.action_fetch(first.id.clone()).await;
    assert_eq!(gone.unwrap_err().code, "not_found");
    bench.workbench.activity_undo(deleted).await.unwrap();
    bench
        .workbench
        .activity_undo(changed.activity_id.unwrap())
        .await
        .unwrap();
    assert_eq!(bench.tags(&database).await, ["one", "two"]);
    let back = bench.workbench.action_fetch(first.id).await.unwrap();
    assert_eq!(back.fingerprint, first.fingerprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_patch_is_refused_with_what_changed() {
    let bench = bench().await;
    let database = bench.postgres().await;
    let seen = bench.action(&database, "one", "SELECT 1").await;
    let patch = |name: &str, fingerprint: Option<&str>| ActionPatchInput {
        name: Some(name.to_owned()),
        fingerprint: fingerprint.map(str::to_owned),
        ..ActionPatchInput::default()
    };
    let update = |patch| bench.workbench.action_update(seen.id.clone(), patch);
    update(patch("Theirs", None)).await.unwrap();
    let error = update(patch("Mine", Some(&seen.fingerprint)))
        .await
        .unwrap_err();
    assert_eq!(error.code, "conflict");
    let detail = error.detail.unwrap();
    assert_eq!(detail["changes"][0]["current"], "Theirs");
    assert_eq!(detail["changes"][0]["yours"], "Mine");
    let now = detail["current_fingerprint"].as_str().unwrap();
    assert_eq!(
        update(patch("Mine", Some(now)))
            .await
            .unwrap()
            .record
            .record
            .name,
        "Mine"
    );
    // The connection of the database may change meanwhile: that is another matter.
    let mine = bench.workbench.action_fetch(seen.id.clone()).await.unwrap();
    let renamed = DatabasePatchInput {
        name: Some("Other".to_owned()),
        ..DatabasePatchInput::default()
    };
    bench
        .workbench
        .database_update(database, renamed)
        .await
        .unwrap();
    update(patch("Again", Some(&mine.fingerprint)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_get_a_tag_that_is_free() {
    let bench = bench().await;
    let database = bench.postgres().await;
    let long = "a".repeat(63);
    let one = bench.action(&database, "one", "SELECT 1").await;
    let other = bench.action(&database, &long, "SELECT 1").await;
    for id in [&one.id, &one.id, &other.id] {
        let copy = bench.workbench.action_duplicate(id.clone()).await.unwrap();
        assert!(copy.record.record.name.ends_with(" (copy)"));
    }
    let cut = format!("{}-copy", "a".repeat(58));
    let tags = bench.tags(&database).await;
    assert_eq!(tags, ["one", "one-copy-2", "one-copy", long.as_str(), &cut]);
    let ids = vec![other.id];
    let ordered = bench.workbench.action_order(database.clone(), ids).await;
    let ordered = ordered.unwrap();
    assert_eq!(ordered.record[0].tag, long);
    let undo = ordered.activity_id.unwrap();
    bench.workbench.activity_undo(undo).await.unwrap();
    assert_eq!(bench.tags(&database).await, tags);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_as_json_keeps_its_order_and_says_where_it_is_wrong() {
    let bench = bench().await;
    let database = bench.mongodb().await;
    let template = r#"{"find": {"filter": {"name": "{{name}}"}, "sort": {"z": 1, "a": -1}}}"#;
    let made = bench.action(&database, "one", template).await;
    let order = |text: &str| text.find("\"z\"").unwrap() < text.find("\"a\"").unwrap();
    assert!(order(&made.template_text), "{}", made.template_text);
    let turned = template.replace(r#""z": 1, "a": -1"#, r#""a": -1, "z": 1"#);
    let patch = |template: &str| ActionPatchInput {
        template: Some(template.to_owned()),
        ..ActionPatchInput::default()
    };
    let update = |patch| bench.workbench.action_update(made.id.clone(), patch);
    let changed = update(patch(&turned)).await.unwrap();
    assert!(changed.activity_id.is_some() && !order(&changed.record.template_text));

    let error = update(patch("{\"find\": ")).await.unwrap_err();
    assert_eq!(codes(&error), ["template invalid_json"]);
    let mut bad = input("Bad Tag", "{\"fnd\": {}}");
    bad.filter_template = Some("{".to_owned());
    let error = bench.workbench.action_create(database.clone(), bad);
    let mut codes = codes(&error.await.unwrap_err());
    codes.sort();
    assert_eq!(codes, ["filterTemplate invalid_json", "tag invalid_tag"]);
    assert_eq!(bench.tags(&database).await, ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_is_told_of_faults_inputs_and_places_while_somebody_types() {
    let bench = bench().await;
    let database = bench.postgres().await;
    let template = "UPDATE users SET name = '😀{{name:STRING:3:20}}', pin = {{pin:INTEGER?}}";
    let filter = "é = {{id:UUID}}";
    let check = bench.check(&database, template, Some(filter)).await;
    assert!(check.faults.is_empty(), "{:?}", check.faults);
    assert!(check.writes && !check.unfiltered);
    assert_eq!(check.tables, ["users"]);
    let inputs: Vec<_> = check
        .inputs
        .iter()
        .map(|input| (input.side, input.key.as_str(), input.input_type.as_str()))
        .collect();
    assert_eq!(
        inputs,
        [
            (TemplateSide::Data, "name", "STRING"),
            (TemplateSide::Data, "pin", "INTEGER"),
            (TemplateSide::Filter, "id", "UUID"),
        ]
    );
    assert_eq!(check.inputs[0].expected, "A text of 3 to 20 characters");
    assert!(check.inputs[1].optional && check.inputs[1].secret);
    let shown: Vec<String> = check
        .placeholders
        .iter()
        .map(|span| match span.side {
            TemplateSide::Data => piece(template, span.start, span.end),
            TemplateSide::Filter => piece(filter, span.start, span.end),
        })
        .collect();
    assert_eq!(
        shown,
        ["{{name:STRING:3:20}}", "{{pin:INTEGER?}}", "{{id:UUID}}"]
    );
    assert!(bench.check(&database, template, None).await.unfiltered);

    // While it is broken: where, and what can be told all the same.
    let broken = "UPDATE {{table}} SET é = {{a:INTEGER}} -- {{no}}";
    let check = bench.check(&database, broken, None).await;
    let fault = &check.faults[0];
    assert_eq!(
        piece(broken, fault.start.unwrap(), fault.end.unwrap()),
        "{{table}}"
    );
    let keys: Vec<&str> = check
        .inputs
        .iter()
        .map(|input| input.key.as_str())
        .collect();
    assert_eq!(keys, ["table", "a"]);
    // The type says something else than the statement: a fault of the whole.
    let check = bench.check(&database, "SELECT 1", None).await;
    assert_eq!(
        (check.faults[0].code.as_str(), check.faults[0].side),
        ("type_mismatch", None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_documents_have_their_place_too() {
    let bench = bench().await;
    let database = bench.mongodb().await;
    let template = r#"{"updateOne": {"filter": {"é": 1}, "sett": {"a": "{{a}}"}}}"#;
    let check = bench.check(&database, template, None).await;
    let fault = &check.faults[0];
    assert_eq!(fault.path.as_deref(), Some("updateOne.sett"));
    assert_eq!(
        piece(template, fault.start.unwrap(), fault.end.unwrap()),
        r#"{"a": "{{a}}"}"#
    );
    let unfinished = "{\"updateOne\": {\n  \"é\": \"{{a}}\",, }";
    let check = bench.check(&database, unfinished, None).await;
    assert_eq!(check.faults[0].code, "invalid_json");
    let at = check.faults[0].start.unwrap();
    assert_eq!(piece(unfinished, at, at + 1), ",");
    assert_eq!(check.inputs[0].key, "a");
    let check = bench
        .check(&database, "{\"a\": {}}", Some("{\"where\": 1}"))
        .await;
    assert!(!check.faults.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_kept_without_secrets_and_held_against_the_inputs() {
    let bench = bench().await;
    let database = bench.postgres().await;
    let template = "SELECT {{id:INTEGER}}, '{{password}}', '{{note:STRING?}}'";
    let made = bench.action(&database, "one", template).await;
    assert_eq!(made.samples, Vec::<String>::new());
    let patch = ActionPatchInput {
        data: Some(Some(vec![
            json!({"id": "9007199254740993", "password": "c4n4ry"}),
            json!({"id": "seven", "gone": 1}),
        ])),
        ..ActionPatchInput::default()
    };
    let update = bench.workbench.action_update(made.id.clone(), patch);
    let view = update.await.unwrap().record;
    assert_eq!(
        view.samples,
        [
            r#"{"data":{"id":"9007199254740993"},"filter":{}}"#,
            r#"{"data":{"id":"seven","gone":1},"filter":{}}"#,
        ]
    );
    assert!(!serde_json::to_string(&view).unwrap().contains("c4n4ry"));
    let told = |check: &ActionCheck| -> Vec<Vec<String>> {
        let of = |faults: &Vec<workbench::SampleFault>| {
            let named = faults
                .iter()
                .map(|fault| format!("{} {}", fault.field, fault.code));
            named.collect()
        };
        check.samples.iter().map(of).collect()
    };
    let expected = [vec![], vec!["id wrong_type", "gone unknown_input"]];
    assert_eq!(told(&view.check), expected);

    // What is typed is held against the template that is typed.
    let draft = ActionDraft {
        database_id: database.clone(),
        action_type: ActionTypeView::Read,
        template: "SELECT {{id:INTEGER:1:3}}".to_owned(),
        filter_template: None,
        script: false,
        samples: view.samples.clone(),
    };
    let check = bench.workbench.action_check(draft).await.unwrap();
    assert_eq!(told(&check)[0], ["id too_long"]);

    let cleared = ActionPatchInput {
        data: Some(None),
        ..ActionPatchInput::default()
    };
    let update = bench.workbench.action_update(made.id, cleared);
    assert_eq!(update.await.unwrap().record.samples, Vec::<String>::new());
}
