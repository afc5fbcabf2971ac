//! The bodies of the fuzz targets. They stand here so that an ordinary test runs the committed corpus through the very
//! same code, without a fuzzer.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::export::ExportDocument;
use crate::import::{self, ImportAction};
use crate::items::ItemKind;
use crate::{
    decode_text, parse_database_patch, parse_document, parse_environment_patch, parse_item,
    parse_new_database, parse_new_environment, parse_new_product, parse_product_patch, read_import,
};

/// Every parser of records takes any JSON without a panic, and says what is wrong with it.
///
/// # Panics
/// When an invariant does not hold.
pub fn record(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let faults = [
        parse_new_product(&value).err(),
        parse_product_patch(&value).err(),
        parse_new_environment(&value).err(),
        parse_environment_patch(&value).err(),
        parse_new_database(&value).err(),
        parse_database_patch(&value, None).err(),
        parse_item(&value, ItemKind::Action).err(),
        parse_item(&value, ItemKind::Migration).err(),
    ];
    for faults in faults.into_iter().flatten() {
        assert!(!faults.is_empty(), "a refusal says why");
    }
    if let Ok(new) = parse_new_database(&value) {
        assert!(crate::is_tag(&new.tag));
        for config in &new.envs {
            assert!(crate::is_slug(&config.slug));
        }
    }
}

/// Any file is read or refused; what was read can be planned into nothing, exported, and read again as the same.
///
/// # Panics
/// When an invariant does not hold.
pub fn document(data: &[u8]) {
    let Ok(text) = decode_text(data.to_vec()) else {
        return;
    };
    let Ok(value) = parse_document(&text) else {
        return;
    };
    let document = match read_import(&value) {
        Ok(document) => document,
        Err(faults) => return assert!(!faults.is_empty(), "a refusal says why"),
    };
    if let Ok(planned) = import::plan(&document, &HashMap::new(), Timestamp::UNIX_EPOCH) {
        assert!(
            planned
                .steps
                .iter()
                .all(|step| step.action == ImportAction::Add),
            "into nothing everything is new"
        );
    }
    let written = serde_json::to_value(&document).expect("a document can be written");
    let again = read_import(&written).expect("what was written can be read");
    assert_eq!(shape(&again), shape(&document));
    assert_eq!(
        serde_json::to_value(&again).expect("written"),
        written,
        "writing what was read changes nothing"
    );
}

/// What a document names.
fn shape(document: &ExportDocument) -> Vec<(&str, usize, usize)> {
    document
        .products
        .iter()
        .map(|product| {
            let (environments, databases) = (&product.environments, &product.databases);
            (product.tag.as_str(), environments.len(), databases.len())
        })
        .collect()
}
