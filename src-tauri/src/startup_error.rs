//! When the catalog can't be opened there is no window to say so in: a native dialog does, and the terminal.

use std::process::ExitCode;

use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use workbench::AppError;

/// Shows the error in a dialog and answers the exit status of the process.
pub fn show(error: &AppError) -> ExitCode {
    print(error);
    let text = format!("{}\n\nCode: {}", error.message, error.code);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            let handle = app.handle().clone();
            app.dialog()
                .message(text)
                .title("Tapedeck can't start")
                .kind(MessageDialogKind::Error)
                .show(move |_| handle.exit(1));
            Ok(())
        })
        .build(tauri::generate_context!());
    if let Ok(app) = app {
        // Without a window the event loop would end at once, before the dialog was read.
        app.run(|_, event| {
            if let tauri::RunEvent::ExitRequested {
                code: None, api, ..
            } = event
            {
                api.prevent_exit();
            }
        });
    }
    ExitCode::FAILURE
}

/// Says it on the terminal only.
pub fn print(error: &AppError) -> ExitCode {
    eprintln!("tapedeck-desktop: {} ({})", error.message, error.code);
    ExitCode::FAILURE
}
