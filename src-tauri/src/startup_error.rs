//! When the catalog can't be opened there is no window to say so in: a native dialog does, and the terminal. Where there is
//! a copy of a catalog that is damaged, or that a newer version wrote, the dialog offers to go back to it.

use std::path::PathBuf;
use std::process::ExitCode;

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use workbench::{AppError, Workbench};

/// Shows the error in a dialog and answers the exit status of the process.
pub fn show(error: &AppError, data_dir: Option<PathBuf>) -> ExitCode {
    print(error);
    let text = format!("{}\n\nCode: {}", error.message, error.code);
    let copy = error
        .detail
        .as_ref()
        .and_then(|detail| Some(detail.get("copy")?.as_str()?.to_owned()));
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            let handle = app.handle().clone();
            let dialog = app
                .dialog()
                .message(text)
                .title("Tapedeck can't start")
                .kind(MessageDialogKind::Error);
            match copy {
                None => dialog.show(move |_| handle.exit(1)),
                Some(_) => dialog.buttons(restore_or_quit()).show(move |restores| {
                    if restores {
                        restore(handle, data_dir);
                    } else {
                        handle.exit(1);
                    }
                }),
            }
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

fn restore_or_quit() -> MessageDialogButtons {
    MessageDialogButtons::OkCancelCustom("Go back to the copy".to_owned(), "Quit".to_owned())
}

/// Goes back to the copy, and says what became of the file that was there.
fn restore(handle: AppHandle, data_dir: Option<PathBuf>) {
    let done = tauri::async_runtime::block_on(Workbench::restore_copy(data_dir));
    let (text, kind) = match done {
        Ok(done) => (
            format!("{done}\n\nStart Tapedeck again."),
            MessageDialogKind::Info,
        ),
        Err(error) => (error.message, MessageDialogKind::Error),
    };
    let dialog = handle.dialog().message(text).title("Tapedeck").kind(kind);
    dialog.show(move |_| handle.exit(1));
}

/// Says it on the terminal only.
pub fn print(error: &AppError) -> ExitCode {
    eprintln!("tapedeck-desktop: {} ({})", error.message, error.code);
    ExitCode::FAILURE
}
