//! The window: a thin face over `workbench`. Each command decodes, calls one use case and maps the error; what is
//! decided is decided there.
//!
//! This crate is the only one that names `tauri`. What it adds of its own is what only a window has: one process per
//! data folder, its windows, the clipboard with its clearing, dialogs for files, the log file.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod clipboard;
mod commands;
mod confirmation;
mod failure;
mod file_dialog;
mod given_file;
mod logging;
mod single_process;
mod startup_error;
mod updates;
mod windows;

use std::path::PathBuf;
use std::process::ExitCode;

use single_process::{Claim, SingleProcess, Wanted};
use tauri::{Emitter, Manager, RunEvent};
use updates::{Package, Source, Updates};
use workbench::{AppError, Options, Origin, Workbench};

/// Memory is zeroed when it is freed, whoever allocated it: drivers and the serialiser copy secrets into buffers
/// that know nothing of secrets.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Long after the first frame: tidying asks the keyring, and nobody waits for it.
const TIDY_DELAY: std::time::Duration = std::time::Duration::from_secs(60);

/// A window may be open for weeks.
const TIDY_INTERVAL: std::time::Duration = std::time::Duration::from_secs(60 * 60);

fn main() -> ExitCode {
    workbench::guard_process(|panic| tracing::error!("{panic}"));
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments::Parsed::Run(arguments)) => arguments,
        Ok(arguments::Parsed::Answer(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("tapedeck-desktop: {error}");
            return ExitCode::from(2);
        }
    };
    let options = Options {
        data_dir: arguments.data_dir.clone(),
        origin: Origin::Window,
    };
    let wanted = match (&arguments.file, arguments.new_window) {
        (Some(file), _) => match std::path::absolute(file) {
            Ok(path) => Wanted::File(path),
            Err(error) => {
                eprintln!("tapedeck-desktop: {}: {error}", file.display());
                return ExitCode::from(2);
            }
        },
        (None, true) => Wanted::Another,
        (None, false) => Wanted::Front,
    };
    let opened = tauri::async_runtime::block_on(Workbench::open(options)).and_then(|workbench| {
        SingleProcess::claim(workbench.data_dir(), &wanted).map(|claim| (workbench, claim))
    });
    match opened {
        Ok((workbench, Claim::First(single_process))) => run(workbench, single_process, wanted),
        Ok((workbench, Claim::Second)) => {
            // Not an error: the person asked for a window, and gets the one that is there.
            eprintln!(
                "Tapedeck is open already for {}: {}.",
                workbench.data_dir().display(),
                match wanted {
                    Wanted::Front => "its window comes to the front",
                    Wanted::Another => "it opens another window",
                    Wanted::File(_) => "it shows what importing the file would do",
                }
            );
            ExitCode::SUCCESS
        }
        Err(error) => startup_error::show(&error, arguments.data_dir),
    }
}

fn run(workbench: Workbench, single_process: SingleProcess, wanted: Wanted) -> ExitCode {
    logging::start(workbench.data_dir());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the window starts");
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_filename(workbench.data_dir().join("windows.json").to_string_lossy())
        .build();
    let mut context = tauri::generate_context!();
    let mut builder = tauri::Builder::default();
    let source = Source::of_this_build();
    if let Some(source) = &source {
        // The plugin reads it when it starts, and does not start without.
        let config = &mut context.config_mut().plugins.0;
        config.insert("updater".to_owned(), source.plugin_config());
        builder = builder.plugin(tauri_plugin_updater::Builder::new().build());
    }
    let app = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(window_state)
        .manage(workbench)
        .invoke_handler(commands::handler())
        .setup(move |app| {
            start(app.handle(), single_process, source, wanted)?;
            Ok(())
        })
        .build(context);
    match app {
        Ok(app) => {
            app.run(|app, event| {
                #[cfg(target_os = "macos")]
                if let RunEvent::Opened { urls } = &event {
                    for path in urls.iter().filter_map(|url| url.to_file_path().ok()) {
                        given_file::give(app, path);
                    }
                }
                if matches!(event, RunEvent::Exit) {
                    clipboard::clear_now(app);
                    updates::install_at_exit(app);
                    // A restart is a second start that must find the folder free.
                    if let Some(listening) = app.try_state::<single_process::Listening>() {
                        listening.release();
                    }
                    windows::forget_empty_config_folder(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window did not start");
            startup_error::print(&AppError::new(
                "window",
                format!("The window can't be opened: {error}."),
            ))
        }
    }
}

/// Opens the first window, and starts what runs beside the windows: the watch on the catalog, the look for a newer version,
/// and the ear for a second start.
fn start(
    app: &tauri::AppHandle,
    single_process: SingleProcess,
    source: Option<Source>,
    wanted: Wanted,
) -> tauri::Result<()> {
    let workbench = app.state::<Workbench>();
    let package = Package::of_this_process(app_image(app));
    app.manage(clipboard::Pending::default());
    app.manage(given_file::GivenFile::default());
    if let Wanted::File(path) = wanted {
        given_file::give(app, path);
    }
    app.manage(Updates::new(source, package, workbench.data_dir()));
    windows::open_first(app)?;
    updates::watch(app);
    let purging = workbench.inner().clone();
    tauri::async_runtime::spawn(async move {
        purging.settle_keyring_at_start().await;
        tokio::time::sleep(TIDY_DELAY).await;
        loop {
            if let Some(notice) = purging.tidy().await {
                tracing::warn!(notice, "the clock is wrong");
            }
            tokio::time::sleep(TIDY_INTERVAL).await;
        }
    });
    let changed = app.clone();
    let watch = workbench.watch(move || {
        if let Err(error) = changed.emit("catalog-changed", ()) {
            tracing::warn!(%error, "a window was not told of a change");
        }
    });
    // Kept by the app: dropping it would end the watching.
    app.manage(watch);
    let asked = app.clone();
    app.manage(single_process.listen(move |wanted| windows::answer(&asked, wanted)));
    Ok(())
}

/// The AppImage that runs, where this is one.
#[cfg(target_os = "linux")]
fn app_image(app: &tauri::AppHandle) -> Option<PathBuf> {
    app.env().appimage.map(PathBuf::from)
}

#[cfg(not(target_os = "linux"))]
fn app_image(_app: &tauri::AppHandle) -> Option<PathBuf> {
    None
}
