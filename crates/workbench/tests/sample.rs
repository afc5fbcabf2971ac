//! The sample product, from its first row to its end: everything a person does with a product, on files and without a server.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{Arc, Mutex};

use secrets::MemoryStore;
use serde_json::{Value, json};
use workbench::{
    ActionRunRequest, AppError, MigrationDeed, MigrationExceptions, MigrationRunRequest, Options,
    Origin, RunEvent, Workbench,
};

async fn workbench(folder: &tempfile::TempDir) -> Workbench {
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Cli,
    };
    Workbench::open_with(options, Arc::new(MemoryStore::default()))
        .await
        .unwrap()
}

async fn database_id(workbench: &Workbench, product: &str, tag: &str) -> String {
    workbench
        .database_id(product.to_owned(), tag.to_owned())
        .await
        .unwrap()
}

fn migration(database: &str, env: &str, deed: MigrationDeed) -> MigrationRunRequest {
    MigrationRunRequest {
        run_id: format!("{env}-run"),
        database_id: database.to_owned(),
        env: env.to_owned(),
        deed,
        dry_run: false,
        confirm: Some("orders".to_owned()),
        exceptions: MigrationExceptions::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let folder = tempfile::tempdir().unwrap();
    let workbench = workbench(&folder).await;
    let made = workbench.product_sample().await.unwrap();
    assert_eq!(made.record.tag, "sample");
    assert_eq!((made.record.environments, made.record.databases), (3, 2));
    for name in [
        "orders-dev",
        "orders-stg",
        "orders-prd",
        "events-dev",
        "events-stg",
        "events-prd",
    ] {
        let path = folder
            .path()
            .join("samples/sample")
            .join(format!("{name}.db"));
        assert!(path.is_file(), "{name}");
    }
    let record = workbench.product_record("sample".to_owned()).await.unwrap();
    let url = record["databases"][0]["envs"][0]["connection_url"]
        .as_str()
        .unwrap();
    assert!(
        url.starts_with("sqlite://") && url.ends_with(".db"),
        "{url}"
    );

    heads(&workbench).await;
    actions(&workbench).await;
    migrations(&workbench).await;

    // Another one has a place of its own.
    let second = workbench.product_sample().await.unwrap();
    assert_eq!(second.record.tag, "sample-2");
    // A product that is gone leaves its files, and its name to nobody.
    workbench.product_delete(second.record.id).await.unwrap();
    let third = workbench.product_sample().await.unwrap();
    assert_eq!(third.record.tag, "sample-3");
}

/// Each environment is where a team's would be.
async fn heads(workbench: &Workbench) {
    let id = database_id(workbench, "sample", "orders").await;
    let mut pending = Vec::new();
    for env in ["dev", "stg", "prd"] {
        let request = migration(&id, env, MigrationDeed::Run { to: None });
        let plan = workbench.migration_plan(request).await.unwrap();
        let tags: Vec<String> = plan.steps.iter().map(|step| step.tag.clone()).collect();
        pending.push((tags, plan.drift.len()));
    }
    let tags = |list: &[&str]| list.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        pending,
        [
            (tags(&[]), 0),
            (tags(&["order-notes"]), 1),
            (tags(&["orders-by-customer", "order-notes"]), 0),
        ]
    );
}

/// A dry run leaves nothing, a run lasts, a rollback takes it back, and a promotion goes no further than what is there.
async fn migrations(workbench: &Workbench) {
    let id = database_id(workbench, "sample", "orders").await;
    let run = || MigrationDeed::Run { to: None };
    let promote = MigrationDeed::Promote {
        from: "stg".to_owned(),
    };
    let mut dry = migration(&id, "prd", promote.clone());
    dry.dry_run = true;
    let report = workbench.migration_run(dry, |_| {}).await.unwrap();
    assert_eq!(
        (report.ran.as_slice(), report.dry_run),
        (["orders-by-customer".to_owned()].as_slice(), true)
    );
    let report = workbench
        .migration_run(migration(&id, "prd", promote), |_| {})
        .await
        .unwrap();
    assert_eq!(report.ran, ["orders-by-customer"]);
    assert_eq!(report.cell.head.as_deref(), Some("orders-by-customer"));
    // What somebody made by hand is told of, and left where it is.
    let report = workbench
        .migration_run(migration(&id, "stg", run()), |_| {})
        .await
        .unwrap();
    assert_eq!(report.ran, ["order-notes"]);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("orders.tried_by_hand")),
        "{:?}",
        report.notes
    );
    let rollback = MigrationDeed::Rollback {
        to: None,
        steps: None,
    };
    let report = workbench
        .migration_run(migration(&id, "dev", rollback), |_| {})
        .await
        .unwrap();
    assert_eq!(report.cell.head.as_deref(), Some("orders-by-customer"));
    let report = workbench
        .migration_run(migration(&id, "dev", run()), |_| {})
        .await
        .unwrap();
    assert_eq!(report.cell.head.as_deref(), Some("order-notes"));
}

/// Runs an action; its rows as JSON, and how many it changed.
async fn act(
    workbench: &Workbench,
    action: &str,
    env: &str,
    input: Value,
) -> Result<(Vec<Vec<Value>>, Option<u64>), AppError> {
    let id = action_id(workbench, action).await;
    let rows = Mutex::new(Vec::new());
    let request: ActionRunRequest = serde_json::from_value(json!({
        "run_id": format!("{action}-{env}"), "action_id": id, "env": env, "input": { "json": input.to_string() }, "confirm": "orders",
    }))
    .unwrap();
    let page = workbench
        .action_run(request, |event| {
            if let RunEvent::Rows { rows: new } = event {
                let new: Vec<Vec<Value>> = serde_json::from_str(new.get()).unwrap();
                rows.lock().unwrap().extend(new);
            }
        })
        .await?;
    Ok((rows.into_inner().unwrap(), page.affected))
}

async fn action_id(workbench: &Workbench, action: &str) -> String {
    workbench
        .action_id("sample".to_owned(), "orders".to_owned(), action.to_owned())
        .await
        .unwrap()
}

/// Reads read, writes are guarded and counted, and an input is a value whatever it says.
async fn actions(workbench: &Workbench) {
    let none = json!({});
    let data = |data: Value| json!({ "data": data });
    let (orders, affected) = act(
        workbench,
        "orders-of-customer",
        "dev",
        data(json!({ "email": "ada.brook@example.com", "limit": 20 })),
    )
    .await
    .unwrap();
    assert!(!orders.is_empty() && affected.is_none(), "{orders:?}");
    assert_eq!(orders[0].len(), 4);
    let (open, _) = act(
        workbench,
        "open-orders",
        "prd",
        data(json!({ "status": "open" })),
    )
    .await
    .unwrap();
    assert!(open[0][0].as_u64().unwrap() > 40, "{open:?}");
    let (hostile, _) = act(
        workbench,
        "find-customers",
        "dev",
        data(json!({ "part": "' OR 1=1; DROP TABLE orders --" })),
    )
    .await
    .unwrap();
    assert!(hostile.is_empty());
    let ship = json!({ "data": { "status": "shipped" }, "filter": { "id": 4 } });
    let (_, shipped) = act(workbench, "ship-order", "dev", ship.clone())
        .await
        .unwrap();
    assert_eq!(shipped, Some(1));
    // It is shipped already.
    let (_, again) = act(workbench, "ship-order", "dev", ship).await.unwrap();
    assert_eq!(again, Some(0));
    let customer =
        json!({ "name": "Robin Vale", "email": "robin.vale@example.com", "joined": "2026-03-01" });
    let (_, made) = act(workbench, "new-customer", "dev", data(customer.clone()))
        .await
        .unwrap();
    assert_eq!(made, Some(1));
    let twice = act(workbench, "new-customer", "dev", data(customer))
        .await
        .unwrap_err();
    assert_eq!(twice.code, "constraint_violated");
    let before = json!({ "filter": { "before": "2027-01-01" } });
    let (_, removed) = act(workbench, "remove-cancelled", "dev", before)
        .await
        .unwrap();
    assert!(removed.unwrap() > 3);
    let missing = act(workbench, "open-orders", "dev", none)
        .await
        .unwrap_err();
    assert_eq!(missing.code, "validation");
    let history = workbench
        .action_history(action_id(workbench, "ship-order").await)
        .await
        .unwrap();
    assert_eq!(history.len(), 2);
    let id = database_id(workbench, "sample", "orders").await;
    let outline = workbench
        .schema_outline(id, "dev".to_owned())
        .await
        .unwrap();
    let names: Vec<&str> = outline
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    for table in [
        "customers",
        "orders",
        "order_items",
        "products",
        "open_orders",
    ] {
        assert!(names.contains(&table), "{names:?}");
    }
}
