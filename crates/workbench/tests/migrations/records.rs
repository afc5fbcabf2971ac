//! Records that are applied somewhere: what may be edited, moved, deleted and adopted.

use serde_json::{Value, json};
use workbench::{
    AppError, Changed, MigrationPatchInput, MigrationStateView, MigrationTexts, MigrationView,
};

use crate::shop::{Server, Shop, database, guard_of, product, rollback, workbench};

async fn edit(
    shop: &Shop,
    id: &str,
    statement: &Value,
    accept: Option<&str>,
) -> Result<Changed<MigrationView>, AppError> {
    let text = match statement {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let patch = MigrationPatchInput {
        texts: Some(MigrationTexts {
            up: text,
            ..MigrationTexts::default()
        }),
        accept_checksum: accept.map(str::to_owned),
        ..MigrationPatchInput::default()
    };
    shop.workbench.migration_update(id.to_owned(), patch).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_is_edited_only_by_who_accepts_it() {
    for server in Server::all() {
        let shop = Shop::over(server).await;
        let id = shop.migration("first").await;
        edit(&shop, &id, &shop.server.creating("other"), None)
            .await
            .unwrap();
        edit(&shop, &id, &shop.server.creating("first"), None)
            .await
            .unwrap();
        shop.run("dev").await.unwrap();
        shop.run("stg").await.unwrap();
        let new = shop.server.creating("renamed");
        let refused = edit(&shop, &id, &new, None).await.unwrap_err();
        let detail = refused.detail.clone().unwrap();
        assert_eq!(detail["applied"], json!(["dev", "stg"]));
        let text = detail["difference"].to_string();
        assert!(text.contains("first") && text.contains("renamed"), "{text}");
        assert_eq!(guard_of::<()>(Err(refused)), "checksum");
        let wrong = edit(&shop, &id, &new, Some("another")).await;
        assert_eq!(guard_of(wrong), "checksum");
        // Names and ways back are nobody's business but the catalog's.
        let patch = MigrationPatchInput {
            name: Some("The first".to_owned()),
            ..MigrationPatchInput::default()
        };
        shop.workbench
            .migration_update(id.clone(), patch)
            .await
            .unwrap();

        let done = edit(&shop, &id, &new, Some("orders")).await.unwrap();
        assert!(
            done.hints.iter().all(|hint| !hint.contains("old checksum")),
            "{:?}",
            done.hints
        );
        let lines = shop.activities("accept_checksum").await;
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("dev and stg"), "{lines:?}");
        shop.run("dev").await.unwrap();
        let first = shop.standing("dev", "first").await;
        assert_eq!(first.checksum_matches, Some(true));
        assert_eq!(first.checksum, done.record.checksum);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_is_not_deleted_and_keeps_its_place() {
    let shop = Shop::over(Server::mariadb()).await;
    let first = shop.migration("first").await;
    let second = shop.migration("second").await;
    let third = shop.migration("third").await;
    let order = |ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        shop.workbench.migration_order(shop.database.clone(), ids)
    };
    order(&[&second, &first, &third]).await.unwrap();
    order(&[&first, &second, &third]).await.unwrap();
    let to_second = workbench::MigrationDeed::Run {
        to: Some("second".to_owned()),
    };
    shop.send(shop.request("dev", to_second)).await.unwrap();
    let moved = order(&[&third, &first, &second]).await.unwrap_err();
    assert_eq!(moved.code, "refused");
    assert_eq!(moved.detail.unwrap()["tags"], json!(["first", "second"]));
    assert_eq!(order(&[&second, &first]).await.unwrap_err().code, "refused");
    let refused = shop
        .workbench
        .migration_delete(second.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.detail.unwrap()["applied"], json!(["dev"]));
    shop.send(shop.request("dev", rollback())).await.unwrap();
    let activity = shop.workbench.migration_delete(second).await.unwrap();
    // What was deleted comes back where it was.
    shop.workbench.activity_undo(activity).await.unwrap();
    let list = shop
        .workbench
        .migration_list(shop.database.clone())
        .await
        .unwrap();
    let tags: Vec<&str> = list.iter().map(|one| one.tag.as_str()).collect();
    assert_eq!(tags, ["first", "second", "third"]);
    let again = shop.standing("dev", "second").await;
    assert_eq!(again.state, MigrationStateView::RolledBack);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_applied_is_seen_and_adopted() {
    let shop = Shop::over(Server::postgres()).await;
    shop.migration("first").await;
    let mut record = shop.server.record("second");
    record["description"] = json!("A colleague's");
    shop.create(record).await;
    shop.run("dev").await.unwrap();

    // Another machine, whose catalog has the first one only.
    let folder = tempfile::tempdir().unwrap();
    let other = workbench(&folder).await;
    let its_product = product(&other).await;
    let urls = [("dev", shop.server.url("dev"))];
    let its_database = database(&other, &its_product, "orders", "postgresql", &urls).await;
    let record = shop.server.record("first");
    other
        .migration_create_record(its_product.clone(), its_database.clone(), record)
        .await
        .unwrap();
    let adopt = |tag: &str| {
        let (database, env) = (its_database.clone(), "dev".to_owned());
        other.migration_adopt(database, env, tag.to_owned())
    };
    assert_eq!(adopt("nothing").await.unwrap_err().code, "not_found");
    let adopted = adopt("second").await.unwrap().record;
    assert_eq!(adopted.record.position, Some(2));
    assert_eq!(adopted.record.description.as_deref(), Some("A colleague's"));
    assert_eq!(adopt("second").await.unwrap_err().code, "refused");
    let cells = other.migration_matrix(its_product).await.unwrap();
    assert_eq!((cells[0].missing, cells[0].pending), (0, 0), "{cells:?}");
    assert_eq!(cells[0].migrations[1].checksum_matches, Some(true));
}
