//! The use cases: what is there before, and what is done.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write;
use std::pin::Pin;

use serde_json::json;
use workbench::{
    ConfigInput, DatabasePatchInput, DiscoveryRequest, UrlCopyRequest, UrlCopyTarget, Workbench,
};
use zeroize::Zeroizing;

type Deed = fn(Workbench) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// A use case.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Makes what is there before.
    pub prepare: Deed,
    /// The use case.
    pub deed: Deed,
    /// Whether a person sees nothing of it: what it changes can be seen in the keyring alone.
    pub unseen: bool,
    /// It has this many steps at least: fewer, and something is written that is not counted.
    pub least_steps: usize,
}

macro_rules! case {
    ($name:literal, $least:literal, $unseen:literal, $prepare:ident, |$w:ident| $body:block) => {
        Case {
            name: $name,
            prepare: |workbench| Box::pin($prepare(workbench)),
            deed: |$w| Box::pin(async move { $body }),
            unseen: $unseen,
            least_steps: $least,
        }
    };
}

/// Everything that writes both.
pub const CASES: &[Case] = &[
    case!("create", 8, false, shop, |w| {
        create(&w, "sales").await;
    }),
    case!("replace", 6, false, with_orders, |w| {
        let patch = json!({ "envs": [{ "slug": "dev", "connection_url": "postgresql://app:second@dev/orders" }] });
        w.database_update_record("shop".into(), "orders".into(), patch)
            .await
            .unwrap();
    }),
    case!("rotate", 8, false, with_orders, |w| {
        let database = w
            .database_fetch("shop".into(), "orders".into())
            .await
            .unwrap();
        let rotated = |slug: &str| ConfigInput {
            slug: slug.to_owned(),
            connection_url: format!("postgresql://app:***@{slug}/orders"),
            secrets: BTreeMap::from([("password".to_owned(), format!("rotated in {slug}"))]),
            description: None,
            copy_from: None,
        };
        let patch = DatabasePatchInput {
            envs: vec![rotated("dev"), rotated("prd")],
            ..DatabasePatchInput::default()
        };
        w.database_update(database.id, patch).await.unwrap();
    }),
    case!("rename a database", 2, false, with_orders, |w| {
        let patch = json!({ "tag": "sales", "name": "Sales" });
        w.database_update_record("shop".into(), "orders".into(), patch)
            .await
            .unwrap();
    }),
    case!("rename an environment", 2, false, with_orders, |w| {
        let patch = json!({ "slug": "live" });
        w.environment_update_record("shop".into(), "prd".into(), patch)
            .await
            .unwrap();
    }),
    case!("delete an environment", 2, false, with_orders, |w| {
        w.environment_delete_in("shop".into(), "dev".into())
            .await
            .unwrap();
    }),
    case!("copy to another environment", 6, false, with_orders, |w| {
        let database = w
            .database_fetch("shop".into(), "orders".into())
            .await
            .unwrap();
        let request = UrlCopyRequest {
            config_id: database.envs[0].id.clone(),
            parts: Vec::new(),
            targets: vec![UrlCopyTarget {
                slug: "stg".to_owned(),
                find: String::new(),
                replace: String::new(),
            }],
            with_secrets: true,
        };
        w.url_copy_apply(request, None).await.unwrap();
    }),
    case!("unset", 2, false, with_orders, |w| {
        w.database_unset("shop".into(), "orders".into(), "dev".into())
            .await
            .unwrap();
    }),
    case!("delete", 2, false, with_orders, |w| {
        w.database_delete_in("shop".into(), "orders".into())
            .await
            .unwrap();
    }),
    case!("delete and purge", 10, false, with_orders, |w| {
        let deleted = w.database_delete_in("shop".into(), "orders".into()).await;
        w.purge_deletion(deleted.unwrap()).await.unwrap();
    }),
    case!("undo", 2, false, replaced, |w| {
        let last = w.activity_list(None, 10).await.unwrap();
        let update = last.iter().find(|line| line.verb == "update").unwrap();
        w.activity_undo(update.id.clone()).await.unwrap();
    }),
    case!("purge a deletion", 8, true, deleted, |w| {
        let last = w.activity_list(None, 10).await.unwrap();
        let deletion = last.iter().find(|line| line.verb == "delete").unwrap();
        w.purge_deletion(deletion.id.clone()).await.unwrap();
    }),
    case!("set a named secret", 6, false, shop, |w| {
        w.secret_set("API".into(), "first".to_owned().into())
            .await
            .unwrap();
    }),
    case!("replace a named secret", 6, false, with_named, |w| {
        w.secret_set("API".into(), "second".to_owned().into())
            .await
            .unwrap();
    }),
    case!(
        "delete a named secret and purge it",
        6,
        false,
        named_alone,
        |w| {
            let deleted = w.secret_delete("API".into()).await.unwrap();
            w.purge_deletion(deleted).await.unwrap();
        }
    ),
    case!("import with secrets", 10, false, with_orders, |w| {
        w.import_document(document().into(), Some(PASSPHRASE.to_owned().into()), None)
            .await
            .unwrap();
    }),
    case!("take over what was found", 8, false, with_orders, |w| {
        let file = std::env::temp_dir().join(format!("crash-{}.env", std::process::id()));
        std::fs::write(&file, "USERS_URL=postgresql://app:of-users@users.example.com/users\nEVENTS_URL=mongodb://app:of-events@localhost/events\n").unwrap();
        let found = w.discover(vec![file.clone()]).await.unwrap();
        std::fs::remove_file(&file).unwrap();
        let request = DiscoveryRequest {
            product: "shop".into(),
            product_name: None,
            picks: found.new_ones(),
        };
        w.discover_into(request, false).await.unwrap();
    }),
];

async fn shop(workbench: Workbench) {
    let environments = ["dev", "stg", "prd"]
        .map(|slug| json!({ "env_name": slug, "slug": slug }))
        .to_vec();
    workbench
        .product_create_record(json!({ "tag": "shop", "name": "Shop" }), environments)
        .await
        .unwrap();
}

async fn create(workbench: &Workbench, tag: &str) {
    let record = json!({
        "type": "postgresql", "tag": tag, "name": tag, "envs": [
            { "slug": "dev", "connection_url": "postgresql://app:first@dev/orders?sslpassword=of-the-key" },
            { "slug": "prd", "connection_url": "postgresql://app:of-prd@prd/orders" },
        ]
    });
    workbench
        .database_create_record("shop".into(), record)
        .await
        .unwrap();
}

async fn with_orders(workbench: Workbench) {
    shop(workbench.clone()).await;
    create(&workbench, "orders").await;
}

async fn replaced(workbench: Workbench) {
    with_orders(workbench.clone()).await;
    let patch = json!({ "envs": [{ "slug": "prd", "connection_url": "postgresql://app:second@prd/orders" }] });
    workbench
        .database_update_record("shop".into(), "orders".into(), patch)
        .await
        .unwrap();
}

async fn deleted(workbench: Workbench) {
    replaced(workbench.clone()).await;
    workbench
        .database_delete_in("shop".into(), "orders".into())
        .await
        .unwrap();
}

async fn with_named(workbench: Workbench) {
    shop(workbench.clone()).await;
    let record = json!({
        "type": "mysql", "tag": "api", "name": "API",
        "envs": [{ "slug": "dev", "connection_url": "mysql://u:$Secret{API}@h/d" }]
    });
    workbench
        .database_create_record("shop".into(), record)
        .await
        .unwrap();
    workbench
        .secret_set("API".into(), "first".to_owned().into())
        .await
        .unwrap();
}

async fn named_alone(workbench: Workbench) {
    shop(workbench.clone()).await;
    for value in ["first", "second"] {
        workbench
            .secret_set("API".into(), value.to_owned().into())
            .await
            .unwrap();
    }
}

const PASSPHRASE: &str = "open sesame";

/// An export with two passwords and a named secret. Its passphrase is cheap to try: the test opens it many times.
fn document() -> String {
    let envelope = json!({
        "urls": {
            "shop/orders@dev": { "password": "imported" },
            "shop/sales@prd": { "password": "of-sales" },
        },
        "named": { "TOKEN": "imported as well" },
    });
    let secret = age::secrecy::SecretString::from(PASSPHRASE.to_owned());
    let mut recipient = age::scrypt::Recipient::new(secret);
    recipient.set_work_factor(2);
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .unwrap();
    let mut armored = Vec::new();
    let armor =
        age::armor::ArmoredWriter::wrap_output(&mut armored, age::armor::Format::AsciiArmor)
            .unwrap();
    let mut writer = encryptor.wrap_output(armor).unwrap();
    writer.write_all(envelope.to_string().as_bytes()).unwrap();
    writer.finish().unwrap().finish().unwrap();
    let sales = json!({
        "type": "postgresql", "tag": "sales", "name": "Sales", "envs": [
            { "slug": "prd", "connection_url": "postgresql://app:***@prd/sales" },
            { "slug": "dev", "connection_url": "postgresql://app:$Secret{TOKEN}@dev/sales" },
        ]
    });
    let orders = json!({
        "type": "postgresql", "tag": "orders", "name": "Orders",
        "envs": [{ "slug": "dev", "connection_url": "postgresql://app:***@dev/orders" }]
    });
    Zeroizing::new(
        json!({
            "format": "tapedeck", "version": 1,
            "products": [{ "tag": "shop", "name": "Shop", "databases": [orders, sales] }],
            "secrets": String::from_utf8(armored).unwrap(),
        })
        .to_string(),
    )
    .to_string()
}
