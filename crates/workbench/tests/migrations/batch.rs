//! Many targets in one go, and ways to end.

use serde_json::json;
use workbench::{
    MigrationBatchRequest, MigrationDeed, MigrationExceptions, MigrationRepair, MigrationRunEvent,
    MigrationStateView,
};

use crate::shop::{ENVS, Server, Shop, Told, guard_of, run};

async fn everywhere(shop: &Shop) -> MigrationBatchRequest {
    let matrix = shop
        .workbench
        .matrix_load(shop.product.clone())
        .await
        .unwrap();
    let mut config_ids: Vec<String> = matrix
        .databases
        .iter()
        .flat_map(|row| row.envs.iter().map(|config| config.id.clone()))
        .collect();
    config_ids.reverse();
    MigrationBatchRequest {
        run_id: "batch".to_owned(),
        product_id: shop.product.clone(),
        config_ids,
        confirm: vec!["orders".to_owned()],
        exceptions: MigrationExceptions::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_follow_each_other() {
    let shop = Shop::over(Server::postgres()).await;
    shop.migration("first").await;
    let request = everywhere(&shop).await;
    let plan = shop
        .workbench
        .migration_batch_plan(request.clone())
        .await
        .unwrap();
    let envs: Vec<&str> = plan.plans.iter().map(|item| item.env.as_str()).collect();
    assert_eq!(envs, ENVS);
    for item in &plan.plans {
        let plan = item.plan.as_ref().unwrap();
        assert!(plan.obstacles.is_empty(), "{item:?}");
        assert_eq!(plan.steps.len(), 1);
    }
    let reports = shop
        .workbench
        .migration_batch_run(request, |_| {})
        .await
        .unwrap();
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(|report| report.ran == ["first"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_stops_at_the_first_failure() {
    let shop = Shop::over(Server::mariadb()).await;
    shop.migration("first").await;
    shop.server.make("stg", "first").await;
    let request = everywhere(&shop).await;
    let failed = shop
        .workbench
        .migration_batch_run(request, |_| {})
        .await
        .unwrap_err();
    let detail = failed.detail.unwrap();
    assert_eq!(detail["target"], "shop/orders@stg");
    assert_eq!(detail["done"], json!(["shop/orders@dev"]));
    let plan = shop.plan("prd", run()).await;
    assert_eq!(plan.obstacles[0].code, "order", "production was left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_half_way_is_repaired() {
    for server in [Server::mariadb(), Server::mongo()] {
        let shop = Shop::over(server).await;
        let server = &shop.server;
        let failing = match server {
            Server::Mongo(_) => json!({ "collMod": "nowhere", "validationLevel": "off" }),
            _ => json!("ALTER TABLE nowhere ADD COLUMN n int"),
        };
        let id = shop
            .create(json!({
                "name": "Two", "tag": "two",
                "value": {
                    "up": [server.creating("one"), failing],
                    "down": [server.dropping("two"), server.dropping("one")],
                },
            }))
            .await;
        let told = Told::default();
        let request = shop.request("dev", run());
        let failed = shop
            .workbench
            .migration_run(request, |event| told.hear(event))
            .await
            .unwrap_err();
        let detail = failed.detail.unwrap();
        assert_eq!(detail["statement"], 2, "{detail}");
        assert_eq!(detail["statements_done"], 1);
        let last = told.0.into_inner().unwrap().pop();
        assert!(
            matches!(
                last,
                Some(MigrationRunEvent::Migration {
                    state: MigrationStateView::Failed,
                    statements_done: 1,
                    statements: 2,
                    ..
                })
            ),
            "{last:?}"
        );
        assert_eq!(guard_of(shop.run("dev").await), "unfinished");
        assert_eq!(guard_of(shop.workbench.migration_delete(id).await), "");
        let repair = |how| MigrationDeed::Repair { tag: None, how };
        let plan = shop.plan("dev", repair(MigrationRepair::Undo)).await;
        assert_eq!(
            (plan.steps[0].direction.as_str(), plan.steps[0].from),
            ("down", 2)
        );
        let undo = shop.request("dev", repair(MigrationRepair::Undo));
        shop.send(undo).await.unwrap();
        let two = shop.standing("dev", "two").await;
        assert_eq!(two.state, MigrationStateView::RolledBack, "{two:?}");
        assert_eq!(shop.activities("repair").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_sends_nothing() {
    let shop = Shop::over(Server::postgres()).await;
    shop.migration("first").await;
    shop.migration("second").await;
    shop.server.make("dev", "first").await;
    let baseline = MigrationDeed::Baseline {
        at: "first".to_owned(),
    };
    let plan = shop.plan("dev", baseline.clone()).await;
    assert_eq!(plan.steps.len(), 1);
    assert!(plan.steps[0].statements.is_empty(), "{plan:?}");
    shop.send(shop.request("dev", baseline)).await.unwrap();
    assert_eq!(
        shop.standing("dev", "first").await.state,
        MigrationStateView::Applied
    );
    let report = shop.run("dev").await.unwrap();
    assert_eq!(report.ran, ["second"]);
    assert_eq!(shop.activities("baseline").await.len(), 1);
}
