//! A private Secret Service: a D-Bus of our own with a gnome-keyring daemon of our own.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::folder::{TestFolder, set_mode, write_file};
use crate::process::{Launch, OwnedProcess, wait_until};
use crate::tools::system_program;

/// The password of a private keyring. It must not be empty: the daemon makes no login keyring then, and every write
/// fails.
pub const KEYRING_PASSWORD: &str = "keyring-passphrase";

/// Names the folder of the private keyring to a test that runs inside it.
const FOLDER_VARIABLE: &str = "TAPEDECK_TEST_KEYRING_FOLDER";
const SERVICES: &str = "/usr/share/dbus-1/services";
const PROMPTER: &str = "org.gnome.keyring.SystemPrompter.service";
const LOGIN_COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// A private D-Bus session bus and Secret Service, empty and unlocked. Both end when dropped.
///
/// Its bus starts no service by itself, unlike a desktop's: a daemon that was killed stays dead.
#[derive(Debug)]
pub struct PrivateKeyring {
    folder: PathBuf,
    prompter: bool,
    bus: OwnedProcess,
    daemon: Option<OwnedProcess>,
    _owned_folder: Option<TestFolder>,
}

impl PrivateKeyring {
    /// Starts one.
    ///
    /// # Panics
    /// When dbus-daemon or gnome-keyring is not installed or does not start.
    pub fn start() -> PrivateKeyring {
        let folder = TestFolder::new();
        prepare(folder.path());
        let mut keyring = PrivateKeyring::start_in(folder.path(), None);
        keyring._owned_folder = Some(folder);
        keyring
    }

    /// Starts one that can show the system's prompt to unlock it, on this display (`:99`).
    ///
    /// # Panics
    /// When dbus-daemon or gnome-keyring is not installed or does not start.
    pub fn start_with_prompter(display: &str) -> PrivateKeyring {
        let folder = TestFolder::new();
        prepare(folder.path());
        let mut keyring = PrivateKeyring::start_in(folder.path(), Some(display));
        keyring._owned_folder = Some(folder);
        keyring
    }

    fn start_in(folder: &Path, display: Option<&str>) -> PrivateKeyring {
        let configuration = folder.join("bus.conf");
        write_file(
            &configuration,
            &bus_configuration(folder, display.is_some()),
            0o600,
        );
        let mut launch = Launch::new("dbus-daemon", system_program("dbus-daemon", "dbus"), folder)
            .argument(format!("--config-file={}", configuration.display()))
            .arguments(["--nofork", "--nopidfile"]);
        launch.environment = environment(folder);
        match display {
            // The bus starts the prompter, which inherits the display from it.
            Some(display) => launch
                .environment
                .push(("DISPLAY".to_owned(), display.to_owned())),
            None => launch.removed_environment = vec!["DISPLAY", "WAYLAND_DISPLAY"],
        }
        let bus = launch.start();
        let socket = bus_socket(folder);
        let ready = bus.wait_until_ready(|| UnixStream::connect(&socket).is_ok());
        assert!(
            ready,
            "the private D-Bus ended while it started:\n{}",
            bus.log_tail()
        );
        let mut keyring = PrivateKeyring {
            folder: folder.to_owned(),
            prompter: display.is_some(),
            bus,
            daemon: None,
            _owned_folder: None,
        };
        keyring.start_daemon();
        keyring
    }

    /// What a child process needs to find this keyring and no other. `DISPLAY` and `WAYLAND_DISPLAY` are not in it:
    /// remove them from the child ([`PrivateKeyring::command`] does), or a locked keyring waits for a person.
    pub fn env(&self) -> Vec<(String, String)> {
        environment(&self.folder)
    }

    /// A command that runs with this keyring and without a display.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .envs(self.env())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Locks it, as a desktop does when the person asks for it.
    pub fn lock(&self) {
        self.call(
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            &[&format!("array:objpath:{LOGIN_COLLECTION}")],
        );
    }

    /// Unlocks it without a prompt, as logging in does.
    ///
    /// # Panics
    /// When the daemon does not take the password.
    pub fn unlock(&self) {
        let result = unlock_through_control_socket(
            &self.folder.join("run/keyring/control"),
            KEYRING_PASSWORD,
        );
        assert!(
            matches!(result, Ok(0)),
            "the private keyring can't be unlocked: {result:?}"
        );
    }

    /// Ends the keyring daemon; the bus stays.
    pub fn kill_daemon(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.kill();
        }
        wait_until(Duration::from_secs(5), || !self.has_secret_service());
    }

    /// Starts the keyring daemon again, unlocked, with what it held.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_daemon(&mut self) {
        self.launch_daemon(true);
    }

    /// Starts the keyring daemon again as after a login that did not unlock it: it knows of its entries only what
    /// stands unencrypted in its file.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_daemon_locked(&mut self) {
        self.launch_daemon(false);
    }

    fn launch_daemon(&mut self, unlocked: bool) {
        let mut launch = Launch::new(
            "gnome-keyring-daemon",
            system_program("gnome-keyring-daemon", "gnome-keyring"),
            &self.folder,
        )
        .arguments(["--foreground", "--components=secrets"])
        .argument(format!(
            "--control-directory={}",
            self.folder.join("run/keyring").display()
        ));
        launch.environment = self.env();
        launch.removed_environment = vec!["DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL"];
        if unlocked {
            launch = launch.argument("--unlock");
            launch.input = Some(KEYRING_PASSWORD.to_owned());
        }
        let daemon = launch.start();
        let ready =
            daemon.wait_until_ready(|| self.has_secret_service() && self.has_default_collection());
        assert!(
            ready,
            "the private keyring ended while it started:\n{}",
            daemon.log_tail()
        );
        self.daemon = Some(daemon);
    }

    /// The daemon's process, if it was not killed: `signal("STOP")` makes a keyring that hangs.
    pub fn daemon(&self) -> Option<&OwnedProcess> {
        self.daemon.as_ref()
    }

    /// The process of the private D-Bus.
    pub fn bus(&self) -> &OwnedProcess {
        &self.bus
    }

    /// Whether it can show a prompt.
    pub fn has_prompter(&self) -> bool {
        self.prompter
    }

    /// What `secret-tool search --all` shows of the entries with this attribute: labels, attributes, values. Empty
    /// when there is none. It never unlocks anything.
    pub fn secret_tool_search(&self, attribute: &str, value: &str) -> String {
        let output = self
            .command(system_program("secret-tool", "libsecret-tools"))
            .args(["search", "--all", attribute, value])
            .output()
            .expect("secret-tool can be started");
        // The attributes come on the error stream.
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    }

    /// The value of the entry with all these attributes, as `secret-tool lookup` tells it.
    pub fn secret_tool_lookup(&self, attributes: &[(&str, &str)]) -> Option<String> {
        let output = self
            .command(system_program("secret-tool", "libsecret-tools"))
            .arg("lookup")
            .args(attributes.iter().flat_map(|(name, value)| [*name, *value]))
            .output()
            .expect("secret-tool can be started");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Stores an entry as `secret-tool store` does, that is, as another program would.
    ///
    /// # Panics
    /// When it can't be stored.
    pub fn secret_tool_store(&self, label: &str, attributes: &[(&str, &str)], value: &str) {
        let mut child = self
            .command(system_program("secret-tool", "libsecret-tools"))
            .args(["store", "--label", label])
            .args(attributes.iter().flat_map(|(name, value)| [*name, *value]))
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("secret-tool can be started");
        if let Some(mut input) = child.stdin.take() {
            input
                .write_all(value.as_bytes())
                .expect("secret-tool reads the value");
        }
        let status = child.wait().expect("secret-tool ends");
        assert!(status.success(), "secret-tool store failed: {status}");
    }

    fn has_secret_service(&self) -> bool {
        self.try_call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
            &["string:org.freedesktop.secrets"],
        )
        .is_some_and(|answer| answer.contains("boolean true"))
    }

    fn has_default_collection(&self) -> bool {
        self.try_call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.ReadAlias",
            &["string:default"],
        )
        .is_some_and(|answer| answer.contains(LOGIN_COLLECTION))
    }

    fn call(&self, path: &str, method: &str, arguments: &[&str]) -> String {
        self.try_call("org.freedesktop.secrets", path, method, arguments)
            .unwrap_or_else(|| panic!("the private keyring refused {method}"))
    }

    fn try_call(
        &self,
        destination: &str,
        path: &str,
        method: &str,
        arguments: &[&str],
    ) -> Option<String> {
        let output = self
            .command(system_program("dbus-send", "dbus-bin"))
            .args(["--session", "--print-reply", "--reply-timeout=5000"])
            .arg(format!("--dest={destination}"))
            .args([path, method])
            .args(arguments)
            .output()
            .expect("dbus-send can be started");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Runs `body` in a process of its own that sees a private keyring as the session's keyring.
///
/// A test can't change its own environment (`set_var` is unsafe), so the test binary runs itself again, only
/// `test_name` (the full path of the calling test: `module::name`), with the keyring's environment; in that process
/// `body` runs, owning the keyring. A failure there fails the calling test.
///
/// # Panics
/// When `body` does, or when `test_name` is not the calling test.
pub fn run_in_keyring(test_name: &str, body: impl FnOnce(&mut PrivateKeyring)) {
    run_in_keyring_with(test_name, None, body);
}

/// As [`run_in_keyring`]; with a display (`:99`) the keyring can show a prompt there.
///
/// # Panics
/// When `body` does, or when `test_name` is not the calling test.
pub fn run_in_keyring_with(
    test_name: &str,
    display: Option<&str>,
    body: impl FnOnce(&mut PrivateKeyring),
) {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
        let folder = PathBuf::from(folder);
        fs::write(folder.join("reached"), "").expect("the keyring's folder can be written");
        let mut keyring = PrivateKeyring::start_in(&folder, display);
        body(&mut keyring);
        return;
    }
    let folder = TestFolder::new();
    prepare(folder.path());
    let program = std::env::current_exe().expect("a test knows its own program");
    let mut command = Command::new(system_program("setpriv", "util-linux"));
    command
        .args(["--pdeathsig", "KILL", "--"])
        .arg(program)
        .args([
            "--exact",
            test_name,
            "--nocapture",
            "--include-ignored",
            "--test-threads=1",
        ])
        .envs(environment(folder.path()))
        .env(FOLDER_VARIABLE, folder.path())
        .env_remove("WAYLAND_DISPLAY");
    match display {
        Some(display) => command.env("DISPLAY", display),
        None => command.env_remove("DISPLAY"),
    };
    // This thread waits for the child, so that it may be the one whose end kills it.
    let output = command.output().expect("the test program can be started");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success(),
        "{test_name} failed in its private keyring:\n{said}"
    );
    assert!(
        folder.path().join("reached").exists(),
        "no test is named {test_name}:\n{said}"
    );
    print!("{said}");
}

/// Makes the folders that the keyring insists on having to itself.
fn prepare(folder: &Path) {
    for name in ["data", "run", "run/keyring", "home", "services"] {
        fs::create_dir(folder.join(name)).expect("a folder can be made in the temporary folder");
        set_mode(&folder.join(name), 0o700);
    }
}

fn environment(folder: &Path) -> Vec<(String, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    vec![
        (
            "DBUS_SESSION_BUS_ADDRESS".to_owned(),
            format!("unix:path={}", bus_socket(folder).display()),
        ),
        ("XDG_DATA_HOME".to_owned(), path("data")),
        ("XDG_RUNTIME_DIR".to_owned(), path("run")),
    ]
}

fn bus_socket(folder: &Path) -> PathBuf {
    folder.join("run/bus")
}

fn bus_configuration(folder: &Path, prompter: bool) -> String {
    let services = folder.join("services");
    if prompter {
        let source = Path::new(SERVICES).join(PROMPTER);
        let service = fs::read_to_string(&source).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; install the system package gcr",
                source.display()
            )
        });
        write_file(&services.join(PROMPTER), &service, 0o600);
    }
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket = bus_socket(folder).display(),
        services = services.display(),
    )
}

/// Speaks the protocol with which a login unlocks the keyring (`pam_gnome_keyring`): a zero byte for the credentials,
/// then length, operation 1 and the password. Answers 0 when it is unlocked.
fn unlock_through_control_socket(socket: &Path, password: &str) -> std::io::Result<u32> {
    const UNLOCK: u32 = 1;
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let password_length = u32::try_from(password.len()).map_err(std::io::Error::other)?;
    let mut packet = vec![0_u8];
    packet.extend((12 + password_length).to_be_bytes());
    packet.extend(UNLOCK.to_be_bytes());
    packet.extend(password_length.to_be_bytes());
    packet.extend(password.as_bytes());
    stream.write_all(&packet)?;
    let mut answer = [0_u8; 8];
    stream.read_exact(&mut answer)?;
    let [_, _, _, _, code @ ..] = answer;
    Ok(u32::from_be_bytes(code))
}
