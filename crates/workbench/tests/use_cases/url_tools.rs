//! Comparing, copying and writing out connections: what comes out holds no secret that was not asked for.

use workbench::{CompareSide, UrlCopyRequest, UrlCopyTarget, UrlPartState, UrlReplacePart};

use super::{Bench, bench, config, database};

const DEV: &str =
    "postgresql://dev:c4n4ry-dev@dev-db:5432/orders_dev?sslmode=prefer&sslpassword=c4n4ry-key";
const STG: &str =
    "postgresql://stg:c4n4ry-stg@stg-db/orders_stg?sslmode=require&sslpassword=c4n4ry-key";

struct Shop {
    bench: Bench,
    database: workbench::DatabaseView,
}

async fn shop(urls: &[(&str, &str)]) -> Shop {
    let bench = bench().await;
    let envs = urls.iter().map(|(slug, url)| config(slug, url)).collect();
    let created = bench
        .workbench
        .database_create(bench.product.clone(), database("orders", envs))
        .await
        .unwrap();
    Shop {
        bench,
        database: created.record,
    }
}

impl Shop {
    fn config_id(&self, slug: &str) -> String {
        let mut envs = self.database.envs.iter();
        envs.find(|config| config.slug == slug).unwrap().id.clone()
    }

    fn request(&self, targets: &[(&str, &str, &str)], with_secrets: bool) -> UrlCopyRequest {
        UrlCopyRequest {
            config_id: self.config_id("dev"),
            parts: vec![
                UrlReplacePart::Host,
                UrlReplacePart::Database,
                UrlReplacePart::User,
            ],
            targets: targets
                .iter()
                .map(|&(slug, find, replace)| UrlCopyTarget {
                    slug: slug.to_owned(),
                    find: find.to_owned(),
                    replace: replace.to_owned(),
                })
                .collect(),
            with_secrets,
        }
    }

    async fn compared(&self, left: CompareSide, right: CompareSide) -> Vec<String> {
        let id = self.database.id.clone();
        let bench = &self.bench.workbench;
        let comparison = bench.url_compare(id, left, right).await.unwrap();
        let json = serde_json::to_string(&comparison).unwrap();
        assert!(!json.contains("c4n4ry"), "{json}");
        let all_same = comparison
            .parts
            .iter()
            .all(|part| part.state == UrlPartState::Same);
        assert_eq!(comparison.same, all_same);
        comparison
            .parts
            .iter()
            .filter(|part| part.state != UrlPartState::Same)
            .map(|part| {
                let name = part.name.as_deref().unwrap_or(&part.part);
                format!("{name} {:?}", part.state)
            })
            .collect()
    }
}

fn stored(slug: &str) -> CompareSide {
    CompareSide {
        slug: slug.to_owned(),
        text: None,
    }
}

fn typed(slug: &str, text: &str) -> CompareSide {
    CompareSide {
        slug: slug.to_owned(),
        text: Some(text.to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_compare_by_part_and_tell_no_secret() {
    let shop = shop(&[("dev", DEV), ("stg", STG)]).await;
    assert_eq!(
        shop.compared(stored("dev"), stored("stg")).await,
        [
            "user Different",
            "password Different",
            "host Different",
            "port OnlyLeft",
            "database Different",
            "sslmode Different",
        ],
        "the same sslpassword is the same"
    );
    // What is typed is compared before it is saved; its dots are the environment's own secrets.
    let mine = DEV
        .replace("c4n4ry-dev", "***")
        .replace("c4n4ry-key", "***");
    assert!(
        shop.compared(stored("dev"), typed("dev", &mine))
            .await
            .is_empty()
    );
    assert_eq!(
        shop.compared(
            stored("dev"),
            typed("dev", &DEV.replace("c4n4ry-dev", "c4n4ry-new"))
        )
        .await,
        ["password Different"]
    );
    // No record of a reveal: nothing was shown.
    let shown = shop.bench.workbench.activity_list(None, 100).await;
    assert!(shown.unwrap().iter().all(|line| line.verb != "reveal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_can_not_be_had_compares_as_unknown() {
    let shop = shop(&[("dev", DEV), ("stg", STG)]).await;
    let unknown = [
        "password Unknown".to_owned(),
        "sslpassword Unknown".to_owned(),
    ];
    let found = shop
        .compared(
            stored("dev"),
            typed(
                "prd",
                &DEV.replace("c4n4ry-dev", "***")
                    .replace("c4n4ry-key", "***"),
            ),
        )
        .await;
    assert_eq!(found, unknown);
    shop.bench
        .store
        .failing
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let found = shop.compared(stored("dev"), stored("stg")).await;
    assert!(unknown.iter().all(|line| found.contains(line)), "{found:?}");
    shop.bench
        .store
        .failing
        .store(false, std::sync::atomic::Ordering::Relaxed);

    let missing = shop
        .bench
        .workbench
        .url_compare(shop.database.id.clone(), stored("dev"), stored("prd"))
        .await;
    assert_eq!(missing.err().map(|error| error.code), Some("not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_without_passwords_keeps_each_targets_own() {
    let shop = shop(&[("dev", DEV), ("stg", STG)]).await;
    let request = || shop.request(&[("stg", "dev", "stg"), ("prd", "dev", "prd")], false);
    let previews = shop
        .bench
        .workbench
        .url_copy_preview(request())
        .await
        .unwrap();
    let json = serde_json::to_string(&previews).unwrap();
    assert!(!json.contains("c4n4ry"), "{json}");
    assert_eq!(
        previews[0].after,
        "postgresql://stg:***@stg-db:5432/orders_stg?sslmode=prefer&sslpassword=***"
    );
    let marked: Vec<&str> = previews[0]
        .replaced
        .iter()
        .map(|range| &previews[0].after[range.start as usize..range.end as usize])
        .collect();
    assert_eq!(marked, ["stg"; 3]);
    assert_eq!(
        previews[0].before.as_deref(),
        Some("postgresql://stg:***@stg-db/orders_stg?sslmode=require&sslpassword=***")
    );
    assert!(previews[0].missing_secrets.is_empty());
    assert_eq!(previews[1].before, None);
    assert_eq!(
        previews[1].missing_secrets,
        ["the password", "the secret of the option sslpassword"]
    );

    let entries = shop.bench.entries();
    let changed = shop
        .bench
        .workbench
        .url_copy_apply(request(), Some(shop.database.revision))
        .await
        .unwrap();
    assert_eq!(shop.bench.entries(), entries, "no secret was copied");
    let stg = changed
        .record
        .envs
        .iter()
        .find(|config| config.slug == "stg");
    assert_eq!(
        shop.bench.real(&stg.unwrap().id).await,
        "postgresql://stg:c4n4ry-stg@stg-db:5432/orders_stg?sslmode=prefer&sslpassword=c4n4ry-key"
    );
    let slugs: Vec<&str> = changed
        .record
        .envs
        .iter()
        .map(|config| config.slug.as_str())
        .collect();
    assert_eq!(slugs, ["dev", "stg", "prd"]);

    // One undo takes the whole copy back.
    shop.bench
        .workbench
        .activity_undo(changed.activity_id.unwrap())
        .await
        .unwrap();
    assert_eq!(shop.bench.real(&shop.config_id("stg")).await, STG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_passwords_takes_them_along() {
    let shop = shop(&[("dev", DEV), ("stg", STG)]).await;
    let request = shop.request(&[("stg", "dev", "stg"), ("prd", "dev", "prd")], true);
    let preview = shop
        .bench
        .workbench
        .url_copy_preview(request.clone())
        .await
        .unwrap();
    assert!(
        preview
            .iter()
            .all(|target| target.missing_secrets.is_empty())
    );
    let changed = shop
        .bench
        .workbench
        .url_copy_apply(request, None)
        .await
        .unwrap();
    for (index, slug) in [(1, "stg"), (2, "prd")] {
        assert_eq!(
            shop.bench.real(&changed.record.envs[index].id).await,
            format!(
                "postgresql://{slug}:c4n4ry-dev@{slug}-db:5432/orders_{slug}?sslmode=prefer&sslpassword=c4n4ry-key"
            )
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn named_secrets_of_the_target_stay() {
    let shop = shop(&[
        ("dev", "postgresql://a:c4n4ry@dev/o"),
        ("stg", "postgresql://a:$Secret{STG_PW}@stg/o"),
        ("prd", "postgresql://a:c4n4ry-prd@prd/o"),
    ])
    .await;
    let targets = [("stg", "dev", "stg"), ("prd", "dev", "prd")];
    let previews = shop
        .bench
        .workbench
        .url_copy_preview(shop.request(&targets, false))
        .await
        .unwrap();
    let after: Vec<&str> = previews
        .iter()
        .map(|target| target.after.as_str())
        .collect();
    assert_eq!(
        after,
        [
            "postgresql://a:$Secret{STG_PW}@stg/o",
            "postgresql://a:***@prd/o"
        ]
    );
    assert!(
        previews
            .iter()
            .all(|target| target.missing_secrets.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_can_not_be_is_refused_before_anything_is_written() {
    let shop = shop(&[("dev", DEV), ("stg", STG)]).await;
    let targets = [("stg", "dev", "stg"), ("prd", "dev-db", "a\0b")];
    let request = shop.request(&targets, true);
    let previews = shop
        .bench
        .workbench
        .url_copy_preview(request.clone())
        .await
        .unwrap();
    assert_eq!(previews[0].problem, None);
    assert!(previews[1].problem.is_some(), "{:?}", previews[1]);
    let entries = shop.bench.entries();
    assert!(
        shop.bench
            .workbench
            .url_copy_apply(request, None)
            .await
            .is_err()
    );
    assert_eq!(shop.bench.entries(), entries);
    assert_eq!(shop.bench.real(&shop.config_id("stg")).await, STG);

    let itself = shop.request(&[("dev", "dev", "x")], false);
    let previews = shop.bench.workbench.url_copy_preview(itself).await.unwrap();
    assert!(previews[0].problem.is_some());
    let old = shop.request(&[("stg", "dev", "stg")], false);
    let refused = shop.bench.workbench.url_copy_apply(old, Some(0)).await;
    assert_eq!(refused.err().map(|error| error.code), Some("conflict"));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_masked_until_the_real_one_is_asked_for() {
    let shop = shop(&[("dev", DEV)]).await;
    let bench = &shop.bench.workbench;
    let id = shop.config_id("dev");
    let engines = bench.app_bootstrap().await.unwrap().engines;
    let formats = &engines
        .iter()
        .find(|engine| engine.database_type == "postgresql")
        .unwrap()
        .formats;
    assert_eq!(formats.len(), 11);
    for form in formats {
        let shown = bench
            .url_format(id.clone(), None, form.id.clone())
            .await
            .unwrap();
        assert!(!shown.text.contains("c4n4ry"), "{}", shown.text);
        let typed = Some(DEV.to_owned());
        let shown = bench
            .url_format(id.clone(), typed, form.id.clone())
            .await
            .unwrap();
        assert!(!shown.text.contains("c4n4ry"), "{}", shown.text);
        let masked = bench
            .url_format_for_copy(id.clone(), form.id.clone(), false)
            .await
            .unwrap();
        assert!(!masked.text.contains("c4n4ry"));
        assert_eq!(masked.clear_after, None);
        let real = bench
            .url_format_for_copy(id.clone(), form.id.clone(), true)
            .await
            .unwrap();
        assert_eq!(
            real.text.contains("c4n4ry-dev"),
            form.can_hold_secrets,
            "{}",
            form.id
        );
        assert_eq!(real.clear_after.is_some(), form.can_hold_secrets);
    }
    let noted = bench.activity_list(None, 100).await.unwrap();
    let copies = noted.iter().filter(|line| line.verb == "copy").count();
    assert_eq!(
        copies,
        formats.iter().filter(|form| form.can_hold_secrets).count()
    );
    assert!(!serde_json::to_string(&noted).unwrap().contains("c4n4ry"));
    let none = bench.url_format(id, None, "fax".to_owned()).await;
    assert_eq!(none.err().map(|error| error.code), Some("usage"));
}
