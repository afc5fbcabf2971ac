//! Work on many cells of the matrix at once: connection tests, and readings of migrations. So many at a time as the settings say,
//! each cell with a cancel token of its own, so that one hung host delays no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{AppError, Result, Workbench};

/// No more than this many cells are worked on at once, whatever the settings say.
const MOST_AT_ONCE: usize = 16;

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
    places: &'a Semaphore,
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
                    place = places.acquire() => place.ok(),
                    () = token.cancelled() => None,
                };
                work(cell, place.is_some().then_some(token)).await
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
    pub(crate) async fn places(&self) -> Result<Semaphore> {
        let wanted = self.settings_get().await?.test_concurrency as usize;
        Ok(Semaphore::new(wanted.clamp(1, MOST_AT_ONCE)))
    }
}
