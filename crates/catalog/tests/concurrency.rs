//! Many writers at once: no update is lost, and no one is told that the catalog is locked.

use std::sync::Barrier;
use std::thread;

use catalog::{Catalog, CatalogError, Context, NewProduct, ProductPatch, SqliteCatalog};

const WRITERS: usize = 8;
const ROUNDS: usize = 25;

/// Adds one to the number in the product's name, again when someone else was quicker.
fn increment(catalog: &SqliteCatalog) -> usize {
    let mut conflicts = 0;
    loop {
        let product = catalog.fetch_product("shop").expect("fetched");
        let number: usize = product.name.parse().expect("a number");
        let patch = ProductPatch {
            revision: Some(product.revision),
            name: Some((number + 1).to_string()),
            ..ProductPatch::default()
        };
        match catalog.update_product(&Context::cli(), "shop", &patch) {
            Ok(_) => return conflicts,
            Err(CatalogError::Conflict(_)) => conflicts += 1,
            Err(error) => panic!("{error}"),
        }
    }
}

fn race(open: impl Fn() -> SqliteCatalog + Sync, shared: Option<&SqliteCatalog>) {
    let barrier = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                barrier.wait();
                // The opening is raced as well: the first one makes the file.
                let own = shared.is_none().then(&open);
                let catalog = shared.or(own.as_ref()).expect("a catalog");
                let new = NewProduct {
                    tag: "shop".into(),
                    name: "0".into(),
                    description: None,
                };
                // One of them makes it, and the others find it there.
                match catalog.create_product(&Context::cli(), &new) {
                    Ok(_) | Err(CatalogError::Validation(_)) => {}
                    Err(error) => panic!("{error}"),
                }
                for _ in 0..ROUNDS {
                    increment(catalog);
                }
            });
        }
    });
    let catalog = open();
    let product = catalog.fetch_product("shop").expect("fetched");
    assert_eq!(product.name, (WRITERS * ROUNDS).to_string());
    assert_eq!(product.revision, (WRITERS * ROUNDS + 1) as u64);
    let lines = catalog.activities(10_000, None).expect("listed");
    assert_eq!(lines.len(), WRITERS * ROUNDS + 1);
    catalog.check_integrity().expect("intact");
}

#[test]
fn threads_of_one_process_lose_no_update() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || SqliteCatalog::open(folder.path()).expect("opened");
    let shared = open();
    race(open, Some(&shared));
}

#[test]
fn separate_connections_lose_no_update() {
    let folder = tempfile::tempdir().expect("a folder");
    race(|| SqliteCatalog::open(folder.path()).expect("opened"), None);
}

#[test]
fn one_opening_decides_the_catalogs_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let ids: Vec<String> = thread::scope(|scope| {
        let openers: Vec<_> = (0..WRITERS)
            .map(|_| {
                scope.spawn(|| {
                    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
                    catalog.catalog_id().to_owned()
                })
            })
            .collect();
        openers
            .into_iter()
            .map(|opener| opener.join().expect("joined"))
            .collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[test]
fn another_opening_sees_a_commit_by_its_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = SqliteCatalog::open(folder.path()).expect("opened");
    let command = SqliteCatalog::open(folder.path()).expect("opened");
    let token = window.change_token().expect("read");
    let new = NewProduct {
        tag: "shop".into(),
        name: "Shop".into(),
        description: None,
    };
    command.create_product(&Context::cli(), &new).expect("made");
    assert_ne!(window.change_token().expect("read"), token);
    assert_eq!(window.fetch_products().expect("listed").len(), 1);
}
