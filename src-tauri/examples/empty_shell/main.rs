//! The window without the product: the same shell, the same plugins and a page of one word. What it costs to start and to hold is the
//! floor that `make bench` measures the real window against.
//!
//! `cargo run -p tapedeck-desktop --features empty-shell --example empty_shell -- FOLDER`, where the web view may write into `FOLDER`.

use std::path::PathBuf;

use tauri::{WebviewUrl, WebviewWindowBuilder};

/// As in the real window, whose memory is zeroed when it is freed.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("empty_shell: name a folder");
        std::process::exit(2);
    };
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_filename(folder.join("windows.json").to_string_lossy())
        .build();
    let ended = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(window_state)
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Empty")
                .inner_size(1280.0, 800.0)
                .data_directory(folder.join("webview"))
                .disable_drag_drop_handler()
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!(
            "examples/empty_shell/tauri.conf.json"
        ));
    if let Err(error) = ended {
        eprintln!("empty_shell: {error}");
        std::process::exit(1);
    }
}
