//! The updater against a server on this machine that answers as a good one, a broken one and a hostile one. What is installed
//! is a file in a temporary folder.

use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use base64::Engine;
use minisign::KeyPair;
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use workbench::{Options, Origin, Settings, UpdateOutcome};

use super::*;

/// The version of the program in these tests.
const RUNNING: &str = "1.2.3";
const OLD: &[u8] = b"\x7fELF the AppImage that runs";

/// What the server does with a request.
type Answers = Box<dyn Fn(&str, &mut TcpStream) + Send>;

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let head = head_of(&stream);
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                heard.lock().expect("alive").push(head);
                answers(&path, &mut stream);
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("alive").clone()
    }
}

/// The request's line and headers.
fn head_of(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    head
}

fn send(stream: &mut TcpStream, status: &str, length: usize, body: &[u8]) {
    // The other side may have gone, which is what some tests are about.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let _ = stream.write_all(body);
}

/// Longer than any limit of these tests.
fn say_nothing() {
    std::thread::sleep(Duration::from_secs(4));
}

/// The new AppImage: an ELF header is what the plugin looks for.
fn package() -> Vec<u8> {
    let mut bytes = b"\x7fELF the new AppImage".to_vec();
    bytes.resize(200_000, 7);
    bytes
}

fn encoded(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A signature as the signer of Tauri writes it.
fn signature(keys: &KeyPair, bytes: &[u8], version: Option<&str>) -> String {
    let comment = match version {
        Some(version) => format!("timestamp:1700000000\tfile:tapedeck.AppImage\tversion:{version}"),
        None => "timestamp:1700000000\tfile:tapedeck.AppImage".to_owned(),
    };
    let signed = minisign::sign(None, &keys.sk, Cursor::new(bytes), Some(&comment), None);
    encoded(&signed.expect("signed").into_string())
}

/// The program, the server and the data folder of one test.
struct Desk {
    app: App<MockRuntime>,
    bench: Workbench,
    updates: Updates,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new(endpoint: &str, keys: &KeyPair) -> Self {
        let source = Source {
            endpoint: format!("{endpoint}/latest.json").parse().expect("a URL"),
            public_key: encoded(&keys.pk.to_box().expect("a box").to_string()),
            insecure: true,
        };
        Self::with(source).await
    }

    async fn with(source: Source) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            data_dir: Some(folder.path().join("data")),
            origin: Origin::Window,
        };
        let bench = Workbench::open(options).await.expect("a catalog");
        let mut context = tauri::test::mock_context(tauri::test::noop_assets());
        context.package_info_mut().version = RUNNING.parse().expect("a version");
        let config = source.plugin_config();
        context
            .config_mut()
            .plugins
            .0
            .insert("updater".to_owned(), config);
        let app = tauri::test::mock_builder()
            .plugin(tauri_plugin_updater::Builder::new().build())
            .build(context)
            .expect("an app without a window");
        let app_image = folder.path().join("Tapedeck.AppImage");
        fs::write(&app_image, OLD).expect("written");
        let package = Package {
            kind: PackageKind::AppImage,
            distribution: None,
            app_image: Some(app_image),
        };
        let mut updates = Updates::new(Some(source), package, bench.data_dir());
        updates.limits = Limits {
            answer: Duration::from_millis(800),
            silence: Duration::from_millis(800),
            size: 1_000_000,
        };
        Self {
            app,
            bench,
            updates,
            folder,
        }
    }

    async fn check(&self) -> Result<UpdateStatus, AppError> {
        self.updates.check(self.app.handle(), &self.bench).await
    }

    async fn download(&self) -> Result<UpdateStatus, AppError> {
        self.updates.download(self.app.handle(), &self.bench).await
    }

    async fn set_mode(&self, mode: &str) {
        let settings = Settings {
            updates: mode.to_owned(),
            ..Settings::default()
        };
        self.bench.settings_update(settings).await.expect("set");
    }

    fn installed(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("Tapedeck.AppImage")).expect("the AppImage")
    }

    /// What a failure must leave: the program as it is, and nothing that was fetched.
    fn is_untouched(&self) {
        assert_eq!(self.installed(), OLD);
        for file in [
            self.updates.file.clone(),
            self.updates.file.with_extension("part"),
        ] {
            assert!(!file.exists(), "{}", file.display());
        }
        assert!(!self.updates.install(false).expect("nothing waits"));
    }

    /// The code of a failed look, which is remembered and leaves everything as it was.
    async fn failed_check(&self) -> AppError {
        let error = self.check().await.expect_err("the look fails");
        let last = self
            .bench
            .update_last_check()
            .await
            .expect("read")
            .expect("remembered");
        assert_eq!(
            (last.outcome, last.code.as_deref(), last.message.as_deref()),
            (
                UpdateOutcome::Failed,
                Some(error.code),
                Some(error.message.as_str())
            )
        );
        self.is_untouched();
        error
    }

    /// The code of a failed download, after which the version can be fetched again.
    async fn failed_download(&self) -> AppError {
        self.check().await.expect("a newer version");
        let error = self.download().await.expect_err("the download fails");
        let status = self.updates.status(&self.bench).await.expect("told");
        assert_eq!(
            status.update.expect("still known").stage,
            UpdateStage::Found
        );
        self.is_untouched();
        error
    }
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("keys")
}

/// A list of versions with one package, at the server that sends it.
fn release(version: &str, signature: &str) -> impl Fn(&str) -> Vec<u8> + use<> {
    let (version, signature) = (version.to_owned(), signature.to_owned());
    move |address| {
        let list = json!({
            "version": version,
            "notes": "Faster.\n<b>Safer.</b>",
            "pub_date": "2026-12-01T09:00:00Z",
            "url": format!("{address}/package"),
            "signature": signature,
        });
        list.to_string().into_bytes()
    }
}

/// A server with one release, whose package is sent by `package`.
async fn releasing(
    keys: &KeyPair,
    version: &str,
    signature: &str,
    package: impl Fn(&mut TcpStream) + Send + 'static,
) -> (Server, Desk) {
    let list = release(version, signature);
    let server = Server::start(Box::new(move |path, stream| match path {
        "/latest.json" => {
            let address = format!("http://{}", stream.local_addr().expect("connected"));
            let list = list(&address);
            send(stream, "200 OK", list.len(), &list);
        }
        _ => package(stream),
    }));
    let desk = Desk::new(&server.address, keys).await;
    (server, desk)
}

/// A server that sends a good package.
async fn releasing_well(keys: &KeyPair, version: &str) -> (Server, Desk) {
    let signature = signature(keys, &package(), Some(version));
    releasing(keys, version, &signature, |stream| {
        let bytes = package();
        send(stream, "200 OK", bytes.len(), &bytes);
    })
    .await
}

/// A server that answers every request for the list with this.
async fn answering(status: &'static str, body: Vec<u8>) -> Desk {
    let server = Server::start(Box::new(move |_, stream| {
        send(stream, status, body.len(), &body);
    }));
    Desk::new(&server.address, &keys()).await
}

#[tokio::test]
async fn a_newer_version_is_found_and_nothing_is_sent_but_the_question() {
    let (server, desk) = releasing_well(&keys(), "1.3.0").await;
    let status = desk.check().await.expect("answered");
    let update = status.update.expect("a newer version");
    assert_eq!(
        (
            update.version.as_str(),
            update.notes.as_deref(),
            update.published.as_deref(),
            update.stage
        ),
        (
            "1.3.0",
            Some("Faster.\n<b>Safer.</b>"),
            Some("2026-12-01T09:00:00Z"),
            UpdateStage::Found
        )
    );
    let last = status.last_check.expect("remembered");
    assert_eq!(
        (last.outcome, last.version.as_deref()),
        (UpdateOutcome::Available, Some("1.3.0"))
    );
    let [request] = server.requests().try_into().expect("one request");
    let mut lines: Vec<String> = request
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines.remove(0), "get /latest.json http/1.1");
    lines.retain(|line| {
        ![
            "accept: application/json",
            "user-agent: tauri-plugin-updater/",
        ]
        .iter()
        .any(|sent| line.starts_with(sent))
    });
    assert_eq!(
        lines,
        [format!("host: {}", &server.address["http://".len()..])]
    );
    desk.is_untouched();
}

#[tokio::test]
async fn an_older_and_the_same_version_are_none() {
    for version in ["1.2.3", "1.2.2", "1.2.3-beta.1", "0.9.0"] {
        let (_server, desk) = releasing_well(&keys(), version).await;
        let status = desk.check().await.expect("answered");
        assert!(status.update.is_none(), "{version}");
        assert_eq!(
            status.last_check.expect("remembered").outcome,
            UpdateOutcome::Current
        );
        let error = desk.download().await.expect_err("nothing to fetch");
        assert_eq!(error.code, "update_none");
        desk.is_untouched();
    }
    let none = answering("204 No Content", Vec::new()).await;
    assert!(none.check().await.expect("answered").update.is_none());
}

#[tokio::test]
async fn a_good_package_is_put_in_the_place_of_the_program() {
    let (server, desk) = releasing_well(&keys(), "1.3.0").await;
    desk.check().await.expect("answered");
    let update = desk
        .download()
        .await
        .expect("fetched")
        .update
        .expect("known");
    assert_eq!(
        (update.stage, update.received, update.total),
        (UpdateStage::Ready, 200_000, Some(200_000))
    );
    assert_eq!(desk.installed(), OLD, "not before the program is closed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&desk.updates.file)
            .expect("kept")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // A second look at the same version loses nothing, and a second press fetches nothing.
    desk.check().await.expect("answered");
    desk.download().await.expect("here already");
    assert_eq!(server.requests().len(), 3);
    if cfg!(target_os = "linux") {
        assert!(desk.updates.install(false).expect("installed"));
        assert_eq!(desk.installed(), package());
        assert!(!desk.updates.file.exists(), "what was fetched is gone");
        assert!(!desk.updates.install(false).expect("once"));
        let status = desk.updates.status(&desk.bench).await.expect("told");
        assert_eq!(status.update.expect("known").stage, UpdateStage::Installed);
    }
}

#[tokio::test]
async fn what_waits_and_was_changed_since_is_not_installed() {
    let (_server, desk) = releasing_well(&keys(), "1.3.0").await;
    desk.check().await.expect("answered");
    desk.download().await.expect("fetched");
    let mut bytes = package();
    bytes[100] ^= 1;
    fs::write(&desk.updates.file, bytes).expect("changed");
    let error = desk.updates.install(false).expect_err("refused");
    assert_eq!(error.code, "update_signature");
    desk.is_untouched();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_package_that_is_no_program_leaves_the_program() {
    let keys = keys();
    let text = b"signed, and still no AppImage".to_vec();
    let signature = signature(&keys, &text, Some("1.3.0"));
    let (_server, desk) = releasing(&keys, "1.3.0", &signature, move |stream| {
        send(stream, "200 OK", text.len(), &text);
    })
    .await;
    desk.check().await.expect("answered");
    desk.download().await.expect("fetched");
    let error = desk.updates.install(false).expect_err("refused");
    assert_eq!(error.code, "update_install");
    assert!(error.message.contains("left as it is"), "{}", error.message);
    desk.is_untouched();
}

#[tokio::test]
async fn what_is_not_signed_by_us_for_this_version_is_thrown_away() {
    let ours = keys();
    let bytes = package();
    let other = bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>();
    for (what, signature) in [
        ("another key", signature(&keys(), &bytes, Some("1.3.0"))),
        ("another package", signature(&ours, &other, Some("1.3.0"))),
        (
            "an old package offered as a new one",
            signature(&ours, &bytes, Some("1.1.0")),
        ),
        ("no version", signature(&ours, &bytes, None)),
        ("no signature", encoded("nothing of the kind")),
        ("no text", "*".to_owned()),
    ] {
        let (_server, desk) = releasing(&ours, "1.3.0", &signature, |stream| {
            let bytes = package();
            send(stream, "200 OK", bytes.len(), &bytes);
        })
        .await;
        let error = desk.failed_download().await;
        assert_eq!(error.code, "update_signature", "{what}");
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_is_thrown_away() {
    let keys = keys();
    let signature = signature(&keys, &package(), Some("1.3.0"));
    let bytes = package();
    let (_server, desk) = releasing(&keys, "1.3.0", &signature, move |stream| {
        send(stream, "200 OK", bytes.len(), &bytes[..bytes.len() / 2]);
    })
    .await;
    let error = desk.failed_download().await;
    assert_eq!((error.code, error.retryable), ("update_download", true));

    let (_server, desk) = releasing(&keys, "1.3.0", &signature, |stream| {
        send(stream, "404 Not Found", 0, b"");
    })
    .await;
    assert_eq!(desk.failed_download().await.code, "update_download");

    let (_server, desk) = releasing(&keys, "1.3.0", &signature, |stream| {
        let bytes = package();
        send(stream, "200 OK", bytes.len(), &bytes[..1_000]);
        say_nothing();
    })
    .await;
    assert_eq!(desk.failed_download().await.code, "update_timeout");

    let (_server, mut desk) = releasing_well(&keys, "1.3.0").await;
    desk.updates.limits.size = 100_000;
    assert_eq!(desk.failed_download().await.code, "update_download");
}

#[tokio::test]
async fn a_download_is_cancelled_and_can_be_made_again() {
    let keys = keys();
    let signature = signature(&keys, &package(), Some("1.3.0"));
    let (_server, mut desk) = releasing(&keys, "1.3.0", &signature, |stream| {
        let bytes = package();
        send(stream, "200 OK", bytes.len(), &bytes[..1_000]);
        say_nothing();
    })
    .await;
    desk.updates.limits.silence = Duration::from_secs(60);
    desk.check().await.expect("answered");
    let cancelling = async {
        let downloading = || {
            desk.updates
                .found()
                .as_ref()
                .is_some_and(|found| found.received > 0)
        };
        while !downloading() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let second = desk.download().await.expect_err("one at a time");
        assert_eq!(second.code, "update_busy");
        desk.updates.cancel();
    };
    let started = Instant::now();
    let (ended, ()) = tokio::join!(desk.download(), cancelling);
    assert_eq!(ended.expect_err("cancelled").code, "cancelled");
    assert!(started.elapsed() < Duration::from_secs(3));
    desk.is_untouched();
    let status = desk.updates.status(&desk.bench).await.expect("told");
    assert_eq!(
        status.update.expect("still known").stage,
        UpdateStage::Found
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_or_does_not_answer_is_told_apart() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("bound");
    let desk = Desk::new(&format!("http://{gone}"), &keys()).await;
    let error = desk.failed_check().await;
    assert_eq!((error.code, error.retryable), ("update_unreachable", true));

    let server = Server::start(Box::new(|_, _| say_nothing()));
    let desk = Desk::new(&server.address, &keys()).await;
    let started = Instant::now();
    let error = desk.failed_check().await;
    assert_eq!((error.code, error.retryable), ("update_timeout", true));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn an_answer_that_is_no_list_of_versions_is_refused() {
    let list = |value: Value| value.to_string().into_bytes();
    for (status, body) in [
        (
            "200 OK",
            b"<html>Please log in to this network</html>".to_vec(),
        ),
        ("200 OK", Vec::new()),
        ("200 OK", vec![0xff; 1_000]),
        ("200 OK", list(json!([]))),
        ("200 OK", list(json!({"version": "9.9.9"}))),
        (
            "200 OK",
            list(json!({"version": "new", "url": "https://x.invalid/", "signature": ""})),
        ),
        ("404 Not Found", b"no".to_vec()),
        ("500 Internal Server Error", b"oh".to_vec()),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let error = answering(status, body).await.failed_check().await;
        assert_eq!(error.code, "update_answer", "{status} {shown}");
        assert!(!error.message.contains("log in"), "{}", error.message);
    }
    let elsewhere = list(
        json!({"version": "9.9.9", "platforms": {"amiga-m68k": {"url": "https://x.invalid/", "signature": "x"}}}),
    );
    let error = answering("200 OK", elsewhere).await.failed_check().await;
    assert_eq!(error.code, "update_no_package");
}

#[tokio::test]
async fn without_tls_not_even_the_question_is_sent() {
    let server = Server::start(Box::new(|_, stream| send(stream, "204 No Content", 0, b"")));
    let source = Source {
        endpoint: server.address.parse().expect("a URL"),
        public_key: encoded(&keys().pk.to_box().expect("a box").to_string()),
        insecure: false,
    };
    let desk = Desk::with(source).await;
    desk.failed_check().await;
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_package_of_a_package_manager_is_left_to_it() {
    let (server, mut desk) = releasing_well(&keys(), "1.3.0").await;
    for (kind, distribution, word) in [
        (PackageKind::Deb, None, "administrator"),
        (PackageKind::Distribution, Some("Debian"), "Debian"),
        (PackageKind::None, None, "by hand"),
    ] {
        desk.updates.package.kind = kind;
        desk.updates.package.distribution = distribution.map(str::to_owned);
        let status = desk.check().await.expect("answered");
        assert!(!status.can_install && status.update.is_some());
        let error = desk.download().await.expect_err("refused");
        assert_eq!(error.code, "update_by_package");
        assert!(error.message.contains(word), "{}", error.message);
    }
    assert_eq!(
        server.requests().len(),
        3,
        "the package was never asked for"
    );
    desk.is_untouched();
}

#[tokio::test]
async fn a_build_without_a_server_says_so() {
    let mut desk = Desk::new("http://127.0.0.1:9", &keys()).await;
    desk.updates.source = None;
    let status = desk.updates.status(&desk.bench).await.expect("told");
    assert!(!status.can_check);
    assert_eq!(
        desk.check().await.expect_err("refused").code,
        "update_unsupported"
    );
}

#[tokio::test]
async fn the_mode_decides_what_is_done_unasked() {
    for (mode, requests, stage) in [
        ("off", 0, None),
        ("notify", 1, Some(UpdateStage::Found)),
        ("package", 1, Some(UpdateStage::Found)),
        ("automatic", 2, Some(UpdateStage::Ready)),
    ] {
        let (server, desk) = releasing_well(&keys(), "1.3.0").await;
        desk.set_mode(mode).await;
        let looked = look(desk.app.handle(), &desk.updates, &desk.bench)
            .await
            .expect("answered");
        assert_eq!(looked, mode != "off");
        assert_eq!(server.requests().len(), requests, "{mode}");
        let status = desk.updates.status(&desk.bench).await.expect("told");
        assert_eq!(status.update.map(|update| update.stage), stage, "{mode}");
        assert_eq!(desk.installed(), OLD);
    }
    // A distribution's package does nothing unasked; a person may choose otherwise.
    let (server, mut desk) = releasing_well(&keys(), "1.3.0").await;
    desk.updates.package.kind = PackageKind::Distribution;
    desk.set_mode("package").await;
    look(desk.app.handle(), &desk.updates, &desk.bench)
        .await
        .expect("nothing done");
    assert!(server.requests().is_empty());
    desk.set_mode("automatic").await;
    look(desk.app.handle(), &desk.updates, &desk.bench)
        .await
        .expect("answered");
    assert_eq!(server.requests().len(), 1, "told, and never fetched");
}
