//! One run of a test: which stage it is at, how long each took, when it must end.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connection_url::ConnectionUrl;
use tokio_util::sync::CancellationToken;

use crate::error::{EngineError, code};
use crate::failure::{Attempt, Failure};
use crate::report::{Outcome, TestOptions, TestReport};
use crate::scrub::Scrubber;
use crate::stage::{Stage, StageTiming};

struct State {
    current: Stage,
    since: Instant,
    spent: [Option<Duration>; Stage::ALL.len()],
}

/// The progress of one test. Shared by everything that runs in it.
pub(crate) struct Track<'a> {
    /// The stage that it began with: a file has no name to look up.
    first: Stage,
    state: Mutex<State>,
    progress: &'a (dyn Fn(Stage) + Send + Sync),
    deadline: Instant,
}

impl<'a> Track<'a> {
    fn new(first: Stage, timeout: Duration, progress: &'a (dyn Fn(Stage) + Send + Sync)) -> Self {
        let now = Instant::now();
        progress(first);
        let mut spent = [None; Stage::ALL.len()];
        spent[first as usize] = Some(Duration::ZERO);
        Self {
            first,
            state: Mutex::new(State {
                current: first,
                since: now,
                spent,
            }),
            progress,
            // A timeout beyond what the clock can add means none; a day is as good.
            deadline: now
                .checked_add(timeout)
                .unwrap_or(now + Duration::from_secs(86_400)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panicking progress callback must not hide the result of the test.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes to a stage, which may be an earlier one when the next host is tried.
    pub(crate) fn enter(&self, stage: Stage) {
        let reached = {
            let mut state = self.state();
            let now = Instant::now();
            state.close(now);
            state.current = stage;
            state.since = now;
            let spent = &mut state.spent[stage as usize];
            // Not only beyond the furthest: libpq's `allow` encrypts after the login was turned down.
            let reached = spent.is_none();
            spent.get_or_insert(Duration::ZERO);
            reached
        };
        if reached {
            (self.progress)(stage);
        }
    }

    /// Goes to a stage unless a later one is reached: for attempts that run side by side.
    pub(crate) fn advance(&self, stage: Stage) {
        if stage > self.current() {
            self.enter(stage);
        }
    }

    /// The stage that the test is at.
    pub(crate) fn current(&self) -> Stage {
        self.state().current
    }

    /// The time that is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The time that one attempt may take when `others` more may have to follow it.
    ///
    /// A host that swallows packets must not use up the time of those behind it: an engine's client would wait minutes
    /// and then go on, a test that ends after seconds has to share them out.
    pub(crate) fn share(&self, others: usize, limit: Option<Duration>) -> Option<Duration> {
        let share = (others > 0)
            .then(|| self.left() / u32::try_from(others.saturating_add(1)).unwrap_or(u32::MAX));
        match (share, limit) {
            (Some(share), Some(limit)) => Some(share.min(limit)),
            (share, limit) => share.or(limit),
        }
    }

    /// The failure of an attempt that took too long.
    pub(crate) fn too_late(&self) -> Failure {
        let stage = self.current();
        let (code, message, remedy) = match stage {
            Stage::Resolve => (
                code::TIMED_OUT,
                "The name servers did not answer in time.",
                "Check the network and, where the name is internal, the VPN.",
            ),
            Stage::Tcp => (
                code::CONNECT_TIMEOUT,
                "No connection came about in time.",
                "Check the host and the port, and that no firewall or missing VPN swallows the packets.",
            ),
            Stage::Tls => (
                code::TIMED_OUT,
                "The server accepted the connection and then did not answer in time.",
                "Check that the port is the database's: a server of another kind waits silently. A server that is \
                 overloaded or stopped does too.",
            ),
            Stage::Database if self.first == Stage::Database => (
                code::TIMED_OUT,
                "The file could not be opened in time.",
                "Check that the disk or the network drive that it is on answers.",
            ),
            _ => (
                code::TIMED_OUT,
                "The server did not answer in time.",
                "Check that the port is the database's, and the server's load and log.",
            ),
        };
        Failure::new(code, message)
            .remedy(remedy)
            .at(stage)
            .try_next_address()
    }

    fn timings(&self) -> Vec<StageTiming> {
        let mut state = self.state();
        let now = Instant::now();
        state.close(now);
        state.since = now;
        Stage::ALL
            .into_iter()
            .filter_map(|stage| {
                state.spent[stage as usize].map(|spent| StageTiming {
                    stage,
                    ms: milliseconds(spent),
                })
            })
            .collect()
    }
}

impl State {
    fn close(&mut self, now: Instant) {
        let spent = now.saturating_duration_since(self.since);
        *self.spent[self.current as usize].get_or_insert(Duration::ZERO) += spent;
    }
}

fn milliseconds(duration: Duration) -> f64 {
    // Microseconds are what a clock on a busy machine is good for; more digits would be noise in JSON.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Runs an attempt to its end, which is the earliest of: its result, the cancellation, the deadline.
async fn drive<'a, T, F>(
    first: Stage,
    timeout: Duration,
    progress: &'a (dyn Fn(Stage) + Send + Sync),
    cancel: &CancellationToken,
    cancelled: impl FnOnce() -> Failure,
    attempt: impl FnOnce(Arc<Track<'a>>) -> F,
) -> (Arc<Track<'a>>, Attempt<T>)
where
    F: Future<Output = Attempt<T>>,
{
    let track = Arc::new(Track::new(first, timeout, progress));
    let deadline = tokio::time::Instant::from_std(track.deadline);
    let result = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled()),
        result = attempt(Arc::clone(&track)) => result,
        () = tokio::time::sleep_until(deadline) => Err(track.too_late()),
    };
    (track, result)
}

/// Runs a test of a server, which begins with its name.
pub(crate) async fn run<'a, F>(
    url: &ConnectionUrl,
    options: &TestOptions,
    progress: &'a (dyn Fn(Stage) + Send + Sync),
    cancel: &CancellationToken,
    test: impl FnOnce(Arc<Track<'a>>) -> F,
) -> TestReport
where
    F: Future<Output = Attempt<Outcome>>,
{
    run_from(Stage::Resolve, url, options, progress, cancel, test).await
}

/// Runs a test whose first stage this is.
pub(crate) async fn run_from<'a, F>(
    first: Stage,
    url: &ConnectionUrl,
    options: &TestOptions,
    progress: &'a (dyn Fn(Stage) + Send + Sync),
    cancel: &CancellationToken,
    test: impl FnOnce(Arc<Track<'a>>) -> F,
) -> TestReport
where
    F: Future<Output = Attempt<Outcome>>,
{
    let cancelled = || {
        Failure::new(code::CANCELLED, "The test was cancelled.")
            .remedy("Run it again when you want the answer.")
    };
    let (track, result) = drive(first, options.timeout, progress, cancel, cancelled, test).await;
    let scrubber = Scrubber::new(url);
    let mut report = TestReport {
        connected: false,
        server: None,
        version: None,
        latency_ms: None,
        tls: None,
        stage: track.current(),
        stages: track.timings(),
        error: None,
    };
    match result {
        Ok(outcome) => {
            report.connected = true;
            report.stage = Stage::Ready;
            report.server = Some(outcome.server.to_owned());
            // The server's own text, like any other.
            report.version = outcome.version.map(|version| scrubber.scrub(&version));
            report.latency_ms = Some(milliseconds(outcome.latency));
            report.tls = outcome.tls;
        }
        Err(failure) => {
            let error = failure.into_error(report.stage, &scrubber);
            report.stage = error.stage;
            report.error = Some(error);
        }
    }
    report
}

/// Runs what a session needs a server's connection for: to be opened, to be cancelled.
pub(crate) async fn attempt<F, T>(
    timeout: Duration,
    scrubber: &Scrubber,
    cancel: &CancellationToken,
    attempt: impl FnOnce(Arc<Track<'static>>) -> F,
) -> Result<T, EngineError>
where
    F: Future<Output = Attempt<T>>,
{
    attempt_from(Stage::Resolve, timeout, scrubber, cancel, attempt).await
}

/// Runs an attempt whose first stage this is.
pub(crate) async fn attempt_from<F, T>(
    first: Stage,
    timeout: Duration,
    scrubber: &Scrubber,
    cancel: &CancellationToken,
    attempt: impl FnOnce(Arc<Track<'static>>) -> F,
) -> Result<T, EngineError>
where
    F: Future<Output = Attempt<T>>,
{
    let cancelled = || {
        Failure::new(code::CANCELLED, "Connecting was cancelled.")
            .remedy("Run it again when you want the answer.")
    };
    let (track, result) = drive(first, timeout, &|_| {}, cancel, cancelled, attempt).await;
    result.map_err(|failure| failure.into_error(track.current(), scrubber))
}

/// One failure out of those of several addresses: the one that got furthest, and what else was tried.
pub(crate) fn combine(mut failures: Vec<(String, Failure)>) -> Failure {
    let best = failures
        .iter()
        .enumerate()
        .max_by_key(|(_, (_, failure))| failure.stage)
        .map(|(index, _)| index);
    let Some(best) = best else {
        return Failure::new(code::RESOLVE_FAILED, "The URL names no host.")
            .remedy("Add a host to the URL.")
            .at(Stage::Resolve);
    };
    let (_, mut failure) = failures.swap_remove(best);
    if !failures.is_empty() {
        const NAMED: usize = 5;
        let mut others: Vec<_> = failures
            .iter()
            .map(|(address, _)| address.clone())
            .collect();
        others.dedup();
        let more = others.len().saturating_sub(NAMED);
        others.truncate(NAMED);
        failure.message = format!(
            "{} Also tried in vain: {}",
            failure.message,
            others.join(", ")
        );
        failure.message += &if more > 0 {
            format!(" and {more} more.")
        } else {
            ".".to_owned()
        };
    }
    failure
}
