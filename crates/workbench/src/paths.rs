//! Where Tapedeck keeps what it writes.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::{AppError, Result};

/// The environment variable that names the data folder.
pub(crate) const DATA_DIR_VARIABLE: &str = "TAPEDECK_DATA_DIR";

/// The data folder: what was asked for, else `TAPEDECK_DATA_DIR`, else the platform's own place
/// (`~/.local/share/tapedeck`, `~/Library/Application Support/tapedeck`, `%APPDATA%\tapedeck`).
pub(crate) fn data_dir(asked: Option<PathBuf>) -> Result<PathBuf> {
    let folder = asked
        .or_else(|| std::env::var_os(DATA_DIR_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from))
        .or_else(|| ProjectDirs::from("", "", "tapedeck").map(|dirs| dirs.data_dir().to_owned()))
        .ok_or_else(|| {
            AppError::new("usage", "No home folder was found. Name a data folder with --data-dir or TAPEDECK_DATA_DIR.")
        })?;
    std::path::absolute(&folder).map_err(|error| {
        AppError::new(
            "usage",
            format!(
                "The data folder {} can't be used: {error}.",
                folder.display()
            ),
        )
    })
}
