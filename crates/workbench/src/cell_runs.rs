//! Work on many cells of the matrix at once: connection tests, and readings of migrations. So many at a time as the settings say,
//! each cell with a cancel token of its own.
//!
//! A connection test that is kept waiting steps aside: it goes on, and the next cell gets its place. Otherwise a few hung hosts would
//! hold all places, and every other cell would wait for their time limit.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::{AppError, Result, Workbench};

/// No more than this many cells are worked on at once, whatever the settings say.
const MOST_AT_ONCE: usize = 16;

/// Whoever has waited for this long is taken to wait for a host that does not answer: one that does needs a few round trips.
const PATIENCE: Duration = Duration::from_millis(500);

/// No more than this many wait aside. A server that is only slow gets no more connections than these and the places.
const MOST_ASIDE: usize = 32;

/// The places in which cells are worked on.
pub(crate) struct Places {
    free: Semaphore,
    aside: Semaphore,
}

impl Places {
    /// So many places, and no way to step aside: whoever has one keeps it until the work is done.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            free: Semaphore::new(count),
            aside: Semaphore::new(0),
        }
    }

    /// As before, and who is kept waiting gives up its place. For work that asks little of a server, of which there may be some more.
    pub(crate) fn where_slow_ones_step_aside(self) -> Self {
        Self {
            aside: Semaphore::new(MOST_ASIDE),
            ..self
        }
    }

    /// Answers once it is time to step aside and there is room.
    async fn step_aside(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::sleep(PATIENCE).await;
        self.aside.acquire().await.ok()
    }
}

/// What is under way, by the id its caller chose.
#[derive(Default)]
pub(crate) struct Runs {
    runs: Mutex<HashMap<String, Arc<Run>>>,
}

/// One run's cancel tokens.
pub(crate) struct Run {
    whole: CancellationToken,
    cells: HashMap<String, CancellationToken>,
}

impl Runs {
    /// Puts a run on the list until its guard is dropped.
    ///
    /// # Errors
    /// `conflict` where one with this id is under way.
    pub(crate) fn begin<'a>(
        &'a self,
        run_id: &'a str,
        config_ids: impl Iterator<Item = String>,
    ) -> Result<RunGuard<'a>> {
        let whole = CancellationToken::new();
        let cells = config_ids.map(|id| (id, whole.child_token())).collect();
        let run = Arc::new(Run { whole, cells });
        let mut runs = self.lock();
        if runs.contains_key(run_id) {
            return Err(AppError::new(
                "conflict",
                "Something with this id is running already.",
            ));
        }
        runs.insert(run_id.to_owned(), Arc::clone(&run));
        Ok(RunGuard {
            runs: self,
            run_id,
            run,
        })
    }

    /// Cancels a run, or one cell of it.
    pub(crate) fn cancel(&self, run_id: &str, config_id: Option<&str>) {
        let run = self.lock().get(run_id).cloned();
        let Some(run) = run else { return };
        match config_id {
            None => run.whole.cancel(),
            Some(id) => {
                if let Some(token) = run.cells.get(id) {
                    token.cancel();
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a run off the list however its future ends, also when the future is dropped, and cancels what is left of it.
pub(crate) struct RunGuard<'a> {
    runs: &'a Runs,
    run_id: &'a str,
    run: Arc<Run>,
}

impl RunGuard<'_> {
    /// Ends all of it.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.run.whole
    }

    /// Ends the work on one cell.
    pub(crate) fn cell_token(&self, config_id: &str) -> CancellationToken {
        self.run.cells.get(config_id).cloned().unwrap_or_default()
    }
}

impl Drop for RunGuard<'_> {
    fn drop(&mut self) {
        self.run.whole.cancel();
        self.runs.lock().remove(self.run_id);
    }
}

/// Works on each cell when its turn comes; the outcomes are given as they end. `work` gets no token for a cell that was cancelled
/// before its turn.
pub(crate) fn as_they_end<'a, C, W, F>(
    run: &RunGuard<'_>,
    places: &'a Places,
    cells: &'a [C],
    work: &'a W,
) -> FuturesUnordered<impl Future<Output = F::Output> + use<'a, C, W, F>>
where
    C: CellId,
    W: Fn(&'a C, Option<CancellationToken>) -> F,
    F: Future + 'a,
{
    cells
        .iter()
        .map(|cell| {
            let token = run.cell_token(cell.config_id());
            async move {
                let place = tokio::select! {
                    place = places.free.acquire() => place.ok(),
                    () = token.cancelled() => None,
                };
                let Some(place) = place else {
                    return work(cell, None).await;
                };
                let mut working = pin!(work(cell, Some(token)));
                let aside = tokio::select! {
                    outcome = &mut working => return outcome,
                    aside = places.step_aside() => aside,
                };
                drop(place);
                let outcome = working.await;
                drop(aside);
                outcome
            }
        })
        .collect()
}

/// A cell that is worked on.
pub(crate) trait CellId {
    /// The id of its config.
    fn config_id(&self) -> &str;
}

impl Workbench {
    /// How many cells are worked on at once.
    pub(crate) async fn places(&self) -> Result<Places> {
        let wanted = self.settings_get().await?.test_concurrency as usize;
        Ok(Places::new(wanted.clamp(1, MOST_AT_ONCE)))
    }
}
