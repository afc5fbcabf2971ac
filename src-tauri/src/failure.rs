//! What goes wrong in the shell itself, as the same coded error that the use cases answer.

use workbench::AppError;

/// A part of the desktop (clipboard, dialog, window) that did not do its work.
pub fn desktop(what: &str, error: impl std::fmt::Display) -> AppError {
    AppError::new("desktop", format!("{what}: {error}."))
}
