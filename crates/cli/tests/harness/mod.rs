//! Runs the real `tapedeck` over a private data folder and a private keyring.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]
#![expect(dead_code, reason = "each test file uses its part of the harness")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use test_support::PrivateKeyring;

/// What a run left.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// JSON Lines on stdout.
    pub fn lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// The error object on stderr.
    pub fn error(&self) -> Value {
        let line = self.stderr.lines().find(|line| line.starts_with('{'));
        serde_json::from_str(line.unwrap_or_default())
            .unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Panics unless it ended with `status`.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "exit {}\nstdout: {}\nstderr: {}",
            self.status, self.stdout, self.stderr
        )
    }
}

/// The command over one data folder.
pub struct Cli {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Cli {
    /// With a keyring.
    pub fn with_keyring(keyring: &PrivateKeyring) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: keyring.env(),
        }
    }

    /// On a machine without a keyring, as a CI job is.
    pub fn without_keyring() -> Self {
        let nowhere = (
            "DBUS_SESSION_BUS_ADDRESS".to_owned(),
            "unix:path=/nonexistent/bus".to_owned(),
        );
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: vec![nowhere],
        }
    }

    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The command with these arguments and `--json`, ready to be changed.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tapedeck"));
        command
            .args(["--json", "--data-dir"])
            .arg(self.data_dir())
            .args(arguments);
        command
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .envs(self.environment.iter().cloned());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "")
    }

    /// Runs it to its end with a text on stdin.
    pub fn run_with(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut child = self.command(arguments).spawn().unwrap();
        // A command that refuses its arguments may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        finish(child)
    }

    /// Makes the product `shop` with dev, stg and prd.
    pub fn shop(&self) {
        self.run(&["product", "create", "shop", "--name", "Shop"])
            .expect(0);
        for (slug, name) in [
            ("dev", "Development"),
            ("stg", "Staging"),
            ("prd", "Production"),
        ] {
            self.run(&["env", "create", "shop", slug, "--name", name])
                .expect(0);
        }
    }

    /// Makes a database of `shop`.
    pub fn database(&self, database_type: &str, tag: &str, envs: &[(&str, &str)]) -> Run {
        let envs: Vec<Value> = envs
            .iter()
            .map(|(slug, url)| serde_json::json!({ "slug": slug, "connection_url": url }))
            .collect();
        let record =
            serde_json::json!({ "type": database_type, "tag": tag, "name": tag, "envs": envs });
        self.run_with(&["db", "create", "shop", "-f", "-"], &record.to_string())
    }

    /// Every byte of every file of the data folder.
    pub fn data_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut folders = vec![self.data_dir().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    bytes.extend(std::fs::read(path).unwrap());
                }
            }
        }
        bytes
    }

    /// Whether a text stands anywhere in the data folder.
    pub fn data_holds(&self, text: &str) -> bool {
        let bytes = self.data_bytes();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }
}

/// Waits for a child and collects what it printed.
pub fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The faults of a validation error as `field code`.
pub fn faults(run: &Run) -> Vec<String> {
    let error = run.error();
    assert_eq!(error["code"], "validation", "{run:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    error["detail"]["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{} {}", text(&fault["field"]), text(&fault["code"])))
        .collect()
}
