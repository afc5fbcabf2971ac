//! Newer versions of the program.

use std::ffi::OsStr;

use tauri::{AppHandle, Manager, State};
use workbench::{AppError, UpdateStatus};

use super::{Answer, Bench};
use crate::updates::{Updates, release_page};
use crate::{clipboard, failure};

/// All that the window shows about updates. Asks nobody.
#[tauri::command]
pub async fn update_status(bench: Bench<'_>, updates: State<'_, Updates>) -> Answer<UpdateStatus> {
    updates.status(&bench).await
}

/// Asks the server for a newer version.
#[tauri::command]
pub async fn update_check(
    app: AppHandle,
    bench: Bench<'_>,
    updates: State<'_, Updates>,
) -> Answer<UpdateStatus> {
    updates.check(&app, &bench).await
}

/// Fetches the version that was found; it is put in place when Tapedeck is closed. Answers when it is here.
#[tauri::command]
pub async fn update_install(
    app: AppHandle,
    bench: Bench<'_>,
    updates: State<'_, Updates>,
) -> Answer<UpdateStatus> {
    updates.download(&app, &bench).await
}

/// Ends a download.
#[tauri::command]
pub async fn update_cancel(updates: State<'_, Updates>) -> Answer<()> {
    updates.cancel();
    Ok(())
}

/// Puts what was fetched in place and starts it.
#[tauri::command]
pub async fn update_restart(app: AppHandle) -> Answer<()> {
    // On Windows the process may end in the next line but one.
    clipboard::clear_now(&app);
    let installing = app.clone();
    let install = move || installing.state::<Updates>().install(true);
    let installed = tauri::async_runtime::spawn_blocking(install).await;
    if !installed.map_err(AppError::internal)?? && !app.state::<Updates>().is_installed() {
        return Err(AppError::new(
            "update_none",
            "No newer version is ready. Check for updates first.",
        ));
    }
    app.request_restart();
    Ok(())
}

/// Shows the page with all versions in the system's browser. The page names no address.
#[tauri::command]
pub async fn release_page_open() -> Answer<()> {
    let page = release_page().ok_or_else(|| {
        AppError::new(
            "update_unsupported",
            "This build names no page with releases.",
        )
    })?;
    super::window::open(OsStr::new(&page))
        .map_err(|error| failure::desktop("The page can't be shown", error))
}
