//! Child processes that we own: ended by the process id that we started, whatever happens to the test.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::tools::system_program;

/// How long a server may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What to start, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) removed_environment: Vec<&'static str>,
    pub(crate) folder: PathBuf,
    pub(crate) account: Option<&'static str>,
    pub(crate) input: Option<String>,
    pub(crate) log: PathBuf,
}

impl Launch {
    pub(crate) fn new(name: &'static str, program: PathBuf, folder: &Path) -> Launch {
        Launch {
            name,
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            removed_environment: Vec::new(),
            folder: folder.to_owned(),
            account: None,
            input: None,
            log: folder.join(format!("{name}.log")),
        }
    }

    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Launch {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn arguments<I>(mut self, arguments: I) -> Launch
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Starts it, its output going to its log.
    pub(crate) fn start(self) -> OwnedProcess {
        on_lasting_thread(move || self.start_here())
    }

    fn start_here(self) -> OwnedProcess {
        OwnedProcess {
            child: Mutex::new(self.spawn()),
            launch: self,
        }
    }

    fn spawn(&self) -> Child {
        let log = File::create(&self.log)
            .unwrap_or_else(|error| panic!("the log of {}: {error}", self.name));
        let errors = log.try_clone().expect("a file handle can be copied");
        let mut command = Command::new(system_program("setpriv", "util-linux"));
        command.args(["--pdeathsig", "KILL"]);
        if let Some(account) = self.account {
            command.args(["--reuid", account, "--regid", account, "--init-groups"]);
        }
        command
            .arg("--")
            .arg(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .current_dir(&self.folder)
            .stdin(if self.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(log)
            .stderr(errors);
        for name in &self.removed_environment {
            command.env_remove(name);
        }
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!(
                "{} ({}) can't be started: {error}",
                self.name,
                self.program.display()
            )
        });
        if let (Some(input), Some(mut pipe)) = (&self.input, child.stdin.take()) {
            // A program that ends before it reads says why in its log; the broken pipe says nothing more.
            drop(pipe.write_all(input.as_bytes()));
        }
        child
    }
}

/// A process that ends with this value.
#[derive(Debug)]
pub struct OwnedProcess {
    child: Mutex<Child>,
    launch: Launch,
}

impl OwnedProcess {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.with_child(|child| child.id())
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.with_child(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Kills it and waits until it is gone. Killing it twice does nothing.
    pub fn kill(&self) {
        self.with_child(|child| {
            // Both fail only for a process that has ended and was waited for, which is what is wanted.
            drop(child.kill());
            drop(child.wait());
        });
    }

    /// Asks it to end with `signal` ("TERM", "QUIT"), waits, and kills it when it does not.
    pub fn end(&self, signal: &str, limit: Duration) {
        self.signal(signal);
        let start = Instant::now();
        while self.is_running() && start.elapsed() < limit {
            thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }

    /// Starts it once more, the same way, after it was ended; it may not be ready yet.
    pub fn start_again(&self) {
        self.kill();
        let launch = self.launch.clone();
        let child = on_lasting_thread(move || launch.spawn());
        self.with_child(|place| *place = child);
    }

    /// Sends a signal ("STOP" and "CONT" freeze and thaw a single-process server).
    pub fn signal(&self, signal: &str) {
        self.with_child(|child| {
            // Not after it was waited for: the process id may then belong to somebody else.
            if matches!(child.try_wait(), Ok(None)) {
                let sent = Command::new("sh")
                    .args([
                        "-c",
                        "kill -s \"$0\" \"$1\"",
                        signal,
                        &child.id().to_string(),
                    ])
                    .status();
                assert!(sent.is_ok(), "sh is there to send a signal");
            }
        });
    }

    /// The last lines that it wrote, for the message of a failed test.
    pub fn log_tail(&self) -> String {
        let text =
            String::from_utf8_lossy(&fs::read(&self.launch.log).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    /// Waits until `ready`; false when it ended before.
    ///
    /// # Panics
    /// When it is neither ready nor ended in time.
    pub(crate) fn wait_until_ready(&self, mut ready: impl FnMut() -> bool) -> bool {
        let start = Instant::now();
        loop {
            if ready() {
                return true;
            }
            if !self.is_running() {
                return false;
            }
            assert!(
                start.elapsed() < START_LIMIT,
                "{} did not start within {START_LIMIT:?}:\n{}",
                self.launch.name,
                self.log_tail()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn with_child<T>(&self, f: impl FnOnce(&mut Child) -> T) -> T {
        f(&mut self.child.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for OwnedProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server ended before it took connections; holds what it said.
pub(crate) struct EndedEarly(pub(crate) String);

/// Starts a server on a free port, again with another port when somebody took it in between.
pub(crate) fn start_on_free_port(
    mut start: impl FnMut(u16) -> Result<OwnedProcess, EndedEarly>,
) -> (u16, OwnedProcess) {
    let mut last = String::new();
    for _ in 0..4 {
        let port = free_port();
        match start(port) {
            Ok(process) => return (port, process),
            Err(EndedEarly(log)) => last = log,
        }
    }
    panic!("a private server ended while it started:\n{last}");
}

/// A port of 127.0.0.1 that nobody listened on a moment ago.
///
/// # Panics
/// When no port is free.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a port of 127.0.0.1 is free")
        .port()
}

/// Whether a process of this id exists and is not a zombie.
pub fn pid_is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        // The state follows the name, which stands in parentheses and may hold anything.
        .is_ok_and(|stat| {
            !stat
                .rsplit(')')
                .next()
                .is_some_and(|rest| rest.trim_start().starts_with('Z'))
        })
}

/// Waits until `done`, asking every 5 ms; false when `limit` passes first.
pub fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !done() {
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Runs a client program to its end and gives what it printed.
///
/// # Panics
/// When it fails, with what it said.
pub(crate) fn run(command: &mut Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} can't be started: {error}"));
    assert!(
        output.status.success(),
        "{program} failed ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

type Job = Box<dyn FnOnce() + Send>;

/// Runs `job` on a thread that lives as long as this process: the kernel sends the parent-death signal when the
/// *thread* that forked ends, and a test thread ends long before the servers that other tests share.
fn on_lasting_thread<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> T {
    static JOBS: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let jobs = JOBS.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("test-support-children".to_owned())
            .spawn(move || receiver.into_iter().for_each(|job| job()))
            .expect("a thread can be started");
        sender
    });
    let (answer, answered) = mpsc::sync_channel(1);
    jobs.send(Box::new(move || {
        // The thread must outlive a job that panics; the panic goes on in the thread that asked.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
        drop(answer.send(result));
    }))
    .expect("the thread that starts children lives as long as the process");
    match answered.recv() {
        Ok(Ok(value)) => value,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => panic!("the thread that starts children is gone: {error}"),
    }
}
