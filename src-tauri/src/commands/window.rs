//! Windows and folders of the desktop.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use tauri::AppHandle;

use super::{Answer, Bench};
use crate::{failure, windows};

/// Opens another window over the same data folder.
#[tauri::command]
pub async fn window_new(app: AppHandle) -> Answer<()> {
    windows::open_another(&app)
        .map_err(|error| failure::desktop("Another window can't be opened", error))
}

/// Shows the data folder in the system's file browser. The page names no folder.
#[tauri::command]
pub async fn data_folder_open(bench: Bench<'_>) -> Answer<()> {
    open(bench.data_dir().as_os_str())
        .map_err(|error| failure::desktop("The folder can't be shown", error))
}

/// Has the system show a folder of ours, or a page whose address was built in.
pub(super) fn open(what: &OsStr) -> std::io::Result<()> {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let quiet = Stdio::null;
    let mut child = Command::new(program)
        .arg(what)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn()?;
    // Waited for, so that no zombie stays; explorer's exit status says nothing.
    std::thread::spawn(move || child.wait());
    Ok(())
}
