//! The way in: an action of any engine compiled, planned and bound.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use templates::{
    Action, ActionFault, ActionType, BoundAction, Definition, Engine, InputValue, Place, Plan, Sent,
};

fn json(text: &str) -> InputValue {
    InputValue::from_json(text).unwrap()
}

fn compile(
    engine: Engine,
    template: &str,
    filter: Option<&str>,
) -> Result<Action, Vec<ActionFault>> {
    let read = |text: &str| match engine {
        Engine::Mongodb => json(text),
        _ => InputValue::String(text.to_owned()),
    };
    Action::compile(Definition {
        engine,
        template: &read(template),
        filter: filter.map(read).as_ref(),
        script: false,
    })
}

fn plan(engine: Engine, template: &str, filter: Option<&str>) -> Plan {
    compile(engine, template, filter)
        .unwrap()
        .plan(&["archive"])
}

fn bind(engine: Engine, template: &str, filter: Option<&str>, data: &str) -> BoundAction {
    compile(engine, template, filter)
        .unwrap()
        .bind(&json(data), &json("{}"), &["archive"])
        .unwrap()
}

#[test]
fn a_read_that_writes_is_told_on_every_engine() {
    for (engine, template) in [
        (
            Engine::Postgresql,
            "WITH x AS (DELETE FROM t WHERE a = {{a}} RETURNING *) SELECT * FROM x",
        ),
        (Engine::Postgresql, "SELECT * INTO u FROM t"),
        (Engine::Postgresql, "SELECT nextval('s')"),
        (Engine::Postgresql, "SELECT lo_unlink({{a:INTEGER}})"),
        (Engine::Postgresql, "SELECT dblink_exec('c', '{{a}}')"),
        (
            Engine::Postgresql,
            "SELECT pg_terminate_backend({{a:INTEGER}})",
        ),
        (Engine::Postgresql, "SELECT app.archive({{a}})"),
        (
            Engine::Postgresql,
            "SELECT * FROM t FOR {{lock:KEYWORD(SHARE|UPDATE)}}",
        ),
        (
            Engine::Postgresql,
            "{{verb:KEYWORD(SELECT FROM|DELETE FROM)}} t",
        ),
        (Engine::Mysql, "SELECT archive({{a}})"),
        (Engine::Mysql, "SELECT a INTO @x FROM t"),
        (
            Engine::Mongodb,
            r#"{"aggregate": [{"$match": {"a": "{{a}}"}}, {"$out": "x"}]}"#,
        ),
        (
            Engine::Mongodb,
            r#"{"aggregate": [{"$merge": {"into": "x"}}]}"#,
        ),
        (Engine::Mongodb, r#"{"updateOne": {"set": {"a": "{{a}}"}}}"#),
    ] {
        let plan = plan(engine, template, None);
        assert!(plan.writes, "{template}: {plan:?}");
        for kind in [ActionType::Read, ActionType::Count, ActionType::Aggregate] {
            let code = plan.agrees(kind).map_err(|refusal| refusal.code);
            assert_eq!(code, Err("type_writes"), "{template} as {kind:?}");
        }
    }
    for (engine, template) in [
        (Engine::Postgresql, "SELECT * FROM t WHERE a = {{a}}"),
        (Engine::Mysql, "SELECT count(*) FROM t"),
        (Engine::Mongodb, r#"{"find": {"a": "{{a}}"}}"#),
        (Engine::Mongodb, r#"{"aggregate": [{"$match": {}}]}"#),
    ] {
        let plan = plan(engine, template, None);
        assert!(!plan.writes && !plan.unread && !plan.unfiltered, "{plan:?}");
        assert_eq!(plan.agrees(ActionType::Read), Ok(()));
        assert!(plan.agrees(ActionType::Update).is_err());
    }
}

#[test]
fn what_can_not_be_read_counts_as_a_write_and_says_so() {
    let plan = plan(
        Engine::Postgresql,
        "SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED",
        None,
    );
    assert!(plan.writes && plan.unread);
    assert_eq!(plan.agrees(ActionType::Read), Ok(()));
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("counts as a write"))
    );
}

#[test]
fn the_plan_of_a_run_looks_at_its_values() {
    let filter = "{{v:STRING?}} IS NULL OR a = {{v}}";
    assert!(
        bind(Engine::Postgresql, "DELETE FROM t", Some(filter), "{}")
            .plan
            .unfiltered
    );
    let spared = bind(
        Engine::Postgresql,
        "DELETE FROM t",
        Some(filter),
        r#"{"v": "x"}"#,
    );
    assert!(!spared.plan.unfiltered);
    assert_eq!(spared.plan.tables, ["t"]);
    assert!(matches!(spared.sent, Sent::Sql(statements) if statements.len() == 1));

    let template = r#"{"deleteMany": {}}"#;
    let filter = r#"{"where": "{{f:OBJECT}}"}"#;
    assert!(plan(Engine::Mongodb, template, None).unfiltered);
    assert!(!plan(Engine::Mongodb, template, Some(filter)).unfiltered);
    let all = bind(Engine::Mongodb, template, Some(filter), r#"{"f": {}}"#);
    assert!(all.plan.unfiltered && !all.plan.notes.is_empty());
    let some = bind(
        Engine::Mongodb,
        template,
        Some(filter),
        r#"{"f": {"a": 1}}"#,
    );
    assert!(!some.plan.unfiltered);

    // A word of a list that makes a write of it is told with the word that was given.
    let words = "SELECT * FROM t {{lock:KEYWORD(LIMIT ALL|FOR UPDATE)}}";
    assert!(plan(Engine::Postgresql, words, None).writes);
    assert!(
        !bind(Engine::Postgresql, words, None, r#"{"lock": "LIMIT ALL"}"#)
            .plan
            .writes
    );
    assert!(
        bind(Engine::Postgresql, words, None, r#"{"lock": "FOR UPDATE"}"#)
            .plan
            .writes
    );
}

#[test]
fn faults_say_where() {
    let faults = compile(Engine::Mysql, "SELECT {{a:X}}", Some("b = {{b:Y}}")).unwrap_err();
    let places: Vec<_> = faults.iter().map(|fault| fault.place.clone()).collect();
    assert_eq!(places, [Place::Bytes(7..14), Place::Bytes(4..11)]);
    let faults = compile(Engine::Mongodb, r#"{"find": {"a": "{{a:X}}"}}"#, None).unwrap_err();
    assert_eq!(faults[0].place, Place::Path("find.a".to_owned()));
    // A text where an object belongs, and the other way round.
    let wrong = |engine, template: &str| {
        Action::compile(Definition {
            engine,
            template: &json(template),
            filter: Some(&json("5")),
            script: false,
        })
        .unwrap_err()
        .into_iter()
        .map(|fault| fault.code)
        .collect::<Vec<_>>()
    };
    assert_eq!(
        wrong(Engine::Postgresql, "{}"),
        ["needs_text", "needs_text"]
    );
    assert_eq!(wrong(Engine::Mongodb, "\"SELECT 1\""), ["needs_operation"]);
}

#[test]
fn a_secret_is_not_in_what_debug_prints() {
    let bound = bind(
        Engine::Postgresql,
        "UPDATE t SET p = {{password}}, n = {{name}} WHERE id = 1",
        None,
        r#"{"password": "hunter2", "name": "anna"}"#,
    );
    let shown = format!("{bound:?}");
    assert!(
        shown.contains("anna") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn a_function_of_one_s_own_writes_where_the_action_is_said_to() {
    let agrees = |engine: Engine, template: &str, kind: ActionType| {
        let plan = compile(engine, template, None)
            .unwrap()
            .plan(templates::writing_functions(kind));
        plan.agrees(kind).is_ok().then_some(plan.writes)
    };
    for (engine, template) in [
        (Engine::Postgresql, "SELECT place_order('{{item}}')"),
        (
            Engine::Postgresql,
            "SELECT * FROM app.place_order({{item}})",
        ),
        (
            Engine::Postgresql,
            "SELECT \"Place\"({{item}}) FROM t WHERE lower(a) = 'x'",
        ),
        (Engine::Mysql, "SELECT place_order('{{item}}')"),
    ] {
        for kind in [ActionType::Create, ActionType::Update, ActionType::Delete] {
            assert_eq!(agrees(engine, template, kind), Some(true), "{template}");
        }
        // The server refuses what it writes there.
        assert_eq!(
            agrees(engine, template, ActionType::Read),
            Some(false),
            "{template}"
        );
    }
    for template in [
        "SELECT 1",
        "SELECT count(*), max(a), lower({{item}}) FROM t WHERE a IN (1) AND EXISTS (SELECT 1)",
        "WITH x (a) AS (SELECT cast({{item}} AS varchar(9))) SELECT a FROM x",
        "SELECT jsonb_build_object('a', {{item}}), pg_typeof(1)",
    ] {
        assert_eq!(
            agrees(Engine::Postgresql, template, ActionType::Create),
            None,
            "{template}"
        );
    }
    // What writes anyway says nothing of the functions beside it.
    let insert = "INSERT INTO t (a) VALUES (own({{item}}))";
    let plan = compile(Engine::Postgresql, insert, None)
        .unwrap()
        .plan(templates::writing_functions(ActionType::Create));
    assert!(plan.notes.is_empty(), "{:?}", plan.notes);
}

#[test]
fn a_read_that_surely_writes_is_refused_although_it_cannot_be_read() {
    for (engine, template) in [
        (Engine::Mysql, "SELECT a INTO OUTFILE '/tmp/x' FROM t"),
        (Engine::Mysql, "SELECT a INTO DUMPFILE '/tmp/x' FROM t"),
        (Engine::Mysql, "SELECT GET_LOCK('a', 1) /*!50000 + 1 */"),
        (
            Engine::Postgresql,
            "SELECT nextval('s') FROM t WINDOW nobody reads this",
        ),
    ] {
        let plan = compile(engine, template, None).unwrap().plan(&[]);
        assert!(plan.writes && plan.unread, "{template}");
        let refused = plan.agrees(ActionType::Read).unwrap_err();
        assert_eq!(refused.code, "type_writes", "{template}");
    }
    // One of which nothing is known but that it cannot be read.
    let plan = compile(Engine::Postgresql, "SELECT nobody reads this", None)
        .unwrap()
        .plan(&[]);
    assert!(plan.writes && plan.agrees(ActionType::Read).is_ok());
}
