//! The windows: the first, more of them, and what none of them may do.

use std::sync::atomic::{AtomicU32, Ordering};

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use workbench::Workbench;

use crate::given_file;
use crate::single_process::Wanted;

/// Label of the first window; the others are `window-<n>`. `capabilities/main.json` names both.
const FIRST: &str = "main";
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Opens the first window of the process.
pub fn open_first(app: &AppHandle) -> tauri::Result<()> {
    build(app, FIRST).map(drop)
}

/// Opens another window over the same data folder.
pub fn open_another(app: &AppHandle) -> tauri::Result<()> {
    build(
        app,
        &format!("window-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
    )
    .map(drop)
}

/// Shows the window there is, or another one, as a second start asks.
pub fn answer(app: &AppHandle, wanted: Wanted) {
    let windows = app.webview_windows();
    let window = windows.get(FIRST).or_else(|| windows.values().next());
    let wants_another = wanted == Wanted::Another;
    if let Wanted::File(path) = wanted {
        given_file::give(app, path);
    }
    let shown = match window {
        Some(window) if !wants_another => window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus()),
        _ => open_another(app),
    };
    if let Err(error) = shown {
        tracing::warn!(%error, "a second start asked for a window, which could not be shown");
    }
}

fn build(app: &AppHandle, label: &str) -> tauri::Result<WebviewWindow> {
    let storage = app.state::<Workbench>().data_dir().join("webview");
    let builder = WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title("Tapedeck")
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        // Everything this program writes is in the data folder, the web view's caches among it.
        .data_directory(storage)
        // Dropping a file would navigate; the page takes none.
        .disable_drag_drop_handler()
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    record_answers(builder)
        .initialization_script(include_str!("ask_first.js"))
        .build()
}

/// The page stays the one that was compiled in: no link, script or redirect leads out of it.
fn is_ours(url: &Url) -> bool {
    let ours = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows serves the page from here; nothing is fetched from the network.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    if !ours {
        tracing::warn!(scheme = url.scheme(), "the page was kept from leaving");
    }
    ours
}

/// In debug builds, and only when a test asks for it: the page keeps every message that reached it, so that the test
/// can look for secrets in them. A release build has no such code.
#[cfg(debug_assertions)]
fn record_answers<'a>(
    builder: WebviewWindowBuilder<'a, tauri::Wry, AppHandle>,
) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    if std::env::var_os("TAPEDECK_TEST_RECORD_IPC").is_none() {
        return builder;
    }
    builder.initialization_script(include_str!("record_ipc.js"))
}

#[cfg(not(debug_assertions))]
fn record_answers<'a>(
    builder: WebviewWindowBuilder<'a, tauri::Wry, AppHandle>,
) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    builder
}

/// The window-state plugin makes the platform's config folder even where its file is kept elsewhere: takes it away
/// again. A folder that holds anything stays.
pub fn forget_empty_config_folder(app: &AppHandle) {
    if let Ok(folder) = app.path().app_config_dir() {
        let _ = std::fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use tauri::Url;

    use super::is_ours;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn the_page_can_go_nowhere_else() {
        assert!(is_ours(&url("tauri://localhost/index.html")));
        assert!(is_ours(&url("http://tauri.localhost/")));
        for elsewhere in [
            "https://example.com/",
            "http://localhost:1420/",
            "http://tauri.localhost.example.com/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "about:blank",
            "javascript:alert(1)",
        ] {
            assert!(!is_ours(&url(elsewhere)), "{elsewhere}");
        }
    }
}
