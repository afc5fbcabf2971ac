//! What is known of each cell, and how it is read.

use std::sync::Mutex;

use workbench::{MigrationStateView, MigrationStatusEvent, MigrationStatusRequest};

use crate::shop::{Server, Shop, database};

fn request(shop: &Shop, drift: bool) -> MigrationStatusRequest {
    MigrationStatusRequest {
        run_id: "status".to_owned(),
        product_id: shop.product.clone(),
        config_ids: None,
        drift,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_are_read_and_remembered() {
    for server in Server::all() {
        let shop = Shop::over(server).await;
        shop.migration("first").await;
        let matrix = || shop.workbench.migration_matrix(shop.product.clone());
        assert!(matrix().await.unwrap().is_empty(), "nothing was read yet");
        shop.run("dev").await.unwrap();
        let cells = Mutex::new(Vec::new());
        let summary = shop
            .workbench
            .migration_status_start(request(&shop, true), |event| {
                if let MigrationStatusEvent::Read { cell } = event {
                    cells.lock().unwrap().push(*cell);
                }
            })
            .await
            .unwrap();
        assert_eq!((summary.read, summary.failed), (3, 0));
        let mut cells = cells.into_inner().unwrap();
        cells.sort_by_key(|cell| {
            ["dev", "stg", "prd"]
                .iter()
                .position(|env| *env == cell.env)
        });
        assert_eq!(cells[0].drift, Some(false), "{cells:?}");
        assert_eq!(cells[1].drift, None, "nothing ran there");
        assert_eq!(cells[1].pending, 1);
        assert_eq!(matrix().await.unwrap(), cells);
        // What is made later is pending at once, and no server was asked.
        shop.migration("second").await;
        let known = matrix().await.unwrap();
        assert_eq!((known[0].pending, known[1].pending), (1, 2));
        let second = shop.standing("dev", "second").await;
        assert_eq!(second.state, MigrationStateView::Pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_does_not_answer_is_shown_as_it_was() {
    let shop = Shop::over(Server::postgres()).await;
    shop.migration("first").await;
    shop.run("dev").await.unwrap();
    let url = "postgresql://app@127.0.0.1:1/nowhere".to_owned();
    let kind = shop.server.database_type();
    database(
        &shop.workbench,
        &shop.product,
        "lost",
        kind,
        &[("dev", url)],
    )
    .await;
    let Server::Postgres(server) = &shop.server else {
        panic!("it is PostgreSQL");
    };
    server.stop();
    let cells = Mutex::new(Vec::new());
    let summary = shop
        .workbench
        .migration_status_start(request(&shop, false), |event| {
            if let MigrationStatusEvent::Read { cell } = event {
                cells.lock().unwrap().push(*cell);
            }
        })
        .await
        .unwrap();
    assert_eq!((summary.read, summary.failed), (0, 4));
    let cells = cells.into_inner().unwrap();
    let dev = cells
        .iter()
        .find(|cell| cell.database == "orders" && cell.env == "dev")
        .unwrap();
    assert_eq!(dev.head.as_deref(), Some("first"));
    assert!(dev.error.is_some(), "{dev:?}");
}
