//! Asking the person in the system's own dialog, which no script of a page can answer, move or cover.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::WebviewWindow;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use workbench::AppError;

use crate::failure;

/// Whether a question is open. A page that asks again and again gets no second dialog.
static ASKING: AtomicBool = AtomicBool::new(false);

/// The open question; another may be asked when it is dropped.
struct Asking;

impl Asking {
    fn begin() -> Result<Self, AppError> {
        if ASKING.swap(true, Ordering::AcqRel) {
            return Err(AppError::refused(
                "A question is open already: answer that one first.",
            ));
        }
        Ok(Self)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKING.store(false, Ordering::Release);
    }
}

/// Asks whether the real URL of a cell is to be shown in the window.
///
/// # Errors
/// `cancelled` when the person says no or closes the dialog, `refused` while another question is open, `desktop` when
/// the dialog can't be shown.
pub async fn of_reveal(window: &WebviewWindow, cell: &str) -> Result<(), AppError> {
    ask(
        window,
        "Show the secrets?",
        format!(
            "The window will show the real connection URL of {cell}, with what is secret in it."
        ),
        "Show",
    )
    .await
}

/// Asks whether a deletion is to be final: a page could not give back what it took by mistake or by malice.
///
/// # Errors
/// As [`of_reveal`].
pub async fn of_purge(window: &WebviewWindow, deletion: &str) -> Result<(), AppError> {
    ask(
        window,
        "Delete for good?",
        format!(
            "“{deletion}” can then no longer be undone. The passwords of what was deleted are removed from where they are kept."
        ),
        "Delete",
    )
    .await
}

async fn ask(
    window: &WebviewWindow,
    title: &str,
    message: String,
    yes: &str,
) -> Result<(), AppError> {
    let _asking = Asking::begin()?;
    let (tell, told) = tokio::sync::oneshot::channel();
    window
        .dialog()
        .message(message)
        .title(title)
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom(
            yes.to_owned(),
            "Cancel".to_owned(),
        ))
        .parent(window)
        .show(|yes| {
            // Whoever asked may be gone.
            let _ = tell.send(yes);
        });
    let yes = told
        .await
        .map_err(|error| failure::desktop("The question can't be shown", error))?;
    if yes {
        Ok(())
    } else {
        Err(AppError::cancelled())
    }
}

#[cfg(test)]
mod tests {
    use super::Asking;

    #[test]
    fn one_question_at_a_time() {
        let first = Asking::begin().expect("none is open");
        assert!(Asking::begin().is_err_and(|error| error.code == "refused"));
        drop(first);
        assert!(Asking::begin().is_ok());
    }
}
