//! What stands between a person and a run, by class of environment and by what the target says.

use serde_json::json;
use workbench::{GuardView, MigrationDeed, MigrationExceptions, MigrationStateView};

use crate::shop::{Server, Shop, guard_of, rollback, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_classes_ask_for_what_they_ask_on_every_engine() {
    for server in Server::all() {
        let shop = Shop::over(server).await;
        shop.migration("first").await;
        let plan = shop.plan("dev", run()).await;
        assert_eq!(plan.guard, GuardView::None);
        assert!(plan.obstacles.is_empty(), "{plan:?}");
        shop.send(shop.request("dev", run())).await.unwrap();

        assert_eq!(shop.plan("stg", run()).await.guard, GuardView::Confirm);
        let asked = shop.send(shop.request("stg", run())).await;
        assert_eq!(guard_of(asked), "confirm");
        let mut wrong = shop.request("stg", run());
        wrong.confirm = Some("another".to_owned());
        assert_eq!(guard_of(shop.send(wrong).await), "confirm");
        shop.run("stg").await.unwrap();

        assert_eq!(shop.plan("prd", run()).await.guard, GuardView::Tag);
        assert_eq!(guard_of(shop.send(shop.request("prd", run())).await), "tag");
        let report = shop.run("prd").await.unwrap();
        assert_eq!(report.ran, ["first"]);
        assert_eq!(report.cell.head.as_deref(), Some("first"));

        // A way back loses what is in the table: staging wants the tag typed, development does not ask.
        let plan = shop.plan("stg", rollback()).await;
        assert_eq!(plan.guard, GuardView::Tag, "{plan:?}");
        assert!(plan.steps[0].warnings.iter().any(|one| one.destructive));
        shop.send(shop.request("dev", rollback())).await.unwrap();
        let first = shop.standing("dev", "first").await;
        assert_eq!(first.state, MigrationStateView::RolledBack);

        let lines = shop.activities("migrate").await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].contains("first") && lines[0].contains("shop/orders@prd"));
        assert_eq!(shop.activities("rollback").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_waits_for_the_one_before_it() {
    let shop = Shop::over(Server::postgres()).await;
    shop.migration("first").await;
    let id = shop.migration("second").await;
    let plan = shop.plan("stg", run()).await;
    assert_eq!(plan.earlier_env.as_deref(), Some("dev"));
    let order = &plan.obstacles[0];
    assert_eq!((order.code.as_str(), order.tags.len()), ("order", 2));
    assert_eq!(order.exception.as_deref(), Some("skip_order"));
    assert_eq!(guard_of(shop.run("stg").await), "order");
    let to_first = MigrationDeed::Run {
        to: Some("first".to_owned()),
    };
    shop.send(shop.request("dev", to_first)).await.unwrap();
    // A promotion takes what is there, and no more.
    let promote = MigrationDeed::Promote {
        from: "dev".to_owned(),
    };
    let report = shop.send(shop.confirmed("stg", promote)).await.unwrap();
    assert_eq!(report.ran, ["first"]);

    // What has the same tag and other statements is not the same.
    shop.send(shop.request("dev", run())).await.unwrap();
    shop.server.sql(
        "dev",
        "UPDATE _tapedeck_migrations SET checksum = 'another' WHERE tag = 'second'",
    );
    let plan = shop.plan("stg", run()).await;
    assert_eq!(plan.obstacles[0].code, "order", "{plan:?}");

    // Set aside: typed, and written down before anything runs.
    let mut skipping = shop.request("stg", run());
    skipping.exceptions = MigrationExceptions {
        skip_order: true,
        ..MigrationExceptions::default()
    };
    assert_eq!(guard_of(shop.send(skipping.clone()).await), "tag");
    assert!(shop.activities("skip_order").await.is_empty());
    skipping.confirm = Some("orders".to_owned());
    shop.send(skipping).await.unwrap();
    let lines = shop.activities("skip_order").await;
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains("second") && lines[0].contains("shop/orders@stg"),
        "{lines:?}"
    );
    let _ = id;

    // Nothing runs where nothing may, whatever is set aside.
    let (product, slug) = (shop.product.clone(), "prd".to_owned());
    let inactive =
        shop.workbench
            .environment_update_record(product, slug, json!({ "active": false }));
    inactive.await.unwrap();
    assert_eq!(guard_of(shop.run("prd").await), "inactive");
    let plan = shop.plan("prd", run()).await;
    assert!(plan.obstacles.iter().any(|one| one.code == "inactive"));
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_stops_production_and_warns_elsewhere() {
    for server in Server::all() {
        let shop = Shop::over(server).await;
        shop.migration("first").await;
        for env in ["dev", "stg", "prd"] {
            shop.run(env).await.unwrap();
            shop.server.make(env, "by_hand").await;
        }
        let drift = shop
            .workbench
            .migration_drift(shop.database.clone(), "prd".to_owned())
            .await
            .unwrap();
        assert!(
            drift
                .differences
                .iter()
                .any(|one| one.object.contains("by_hand")),
            "{drift:?}"
        );
        shop.migration("second").await;
        let plan = shop.plan("dev", run()).await;
        assert!(
            plan.obstacles.is_empty() && !plan.drift.is_empty(),
            "{plan:?}"
        );
        shop.run("dev").await.unwrap();
        shop.run("stg").await.unwrap();
        let plan = shop.plan("prd", run()).await;
        assert_eq!(plan.obstacles[0].code, "drift");
        assert_eq!(guard_of(shop.run("prd").await), "drift");
        let first = shop.standing("prd", "second").await;
        assert_eq!(first.state, MigrationStateView::Pending);

        let mut accepting = shop.confirmed("prd", run());
        accepting.exceptions = MigrationExceptions {
            accept_drift: true,
            ..MigrationExceptions::default()
        };
        shop.send(accepting).await.unwrap();
        assert_eq!(shop.activities("accept_drift").await.len(), 1);

        // What is accepted by itself is as the last run left it.
        shop.server.make("prd", "by_hand_again").await;
        let accept = |confirm: Option<&str>| {
            let (database, confirm) = (shop.database.clone(), confirm.map(str::to_owned));
            shop.workbench
                .migration_drift_accept(database, "prd".to_owned(), confirm)
        };
        assert_eq!(guard_of(accept(None).await), "tag");
        accept(Some("orders")).await.unwrap();
        let drift = shop
            .workbench
            .migration_drift(shop.database.clone(), "prd".to_owned())
            .await
            .unwrap();
        assert!(drift.differences.is_empty(), "{drift:?}");
    }
}
