//! Which operation of a session is under way, for those who would cancel it.
//!
//! A cancellation names a connection and not an operation: one that arrives late would end what came next. So each operation
//! has a number, a cancellation goes out only while its own is under way, and the next one begins after it is out.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// What a session and its cancellers know of each other.
#[derive(Default)]
pub(crate) struct InFlight {
    /// Odd while an operation runs; each has a number of its own.
    operation: AtomicU64,
    /// How many cancellations are going out.
    going_out: watch::Sender<usize>,
}

impl InFlight {
    /// An operation begins, once no cancellation is going out that was meant for another.
    pub(crate) async fn begin(&self) {
        let mut going_out = self.going_out.subscribe();
        // The sender lives as long as this value.
        drop(going_out.wait_for(|count| *count == 0).await);
        self.operation.fetch_or(1, Ordering::SeqCst);
    }

    /// The operation is done.
    pub(crate) fn end(&self) {
        let operation = self.operation.load(Ordering::SeqCst);
        self.operation
            .store(operation.wrapping_add(operation & 1), Ordering::SeqCst);
    }

    /// The number of the operation that runs.
    pub(crate) fn running(&self) -> Option<u64> {
        let operation = self.operation.load(Ordering::SeqCst);
        (operation & 1 == 1).then_some(operation)
    }

    /// Leave to cancel an operation, if it still runs: none begins as long as the answer lives.
    pub(crate) fn aim(&self, operation: u64) -> Option<Aim<'_>> {
        let aim = Aim::new(&self.going_out);
        (self.running() == Some(operation)).then_some(aim)
    }
}

/// A cancellation that is going out.
pub(crate) struct Aim<'a>(&'a watch::Sender<usize>);

impl<'a> Aim<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Aim<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_cancellation_is_for_one_operation() {
        let in_flight = InFlight::default();
        assert_eq!(in_flight.running(), None);
        assert!(in_flight.begin().now_or_never().is_some());
        let first = in_flight.running().unwrap();
        let aim = in_flight.aim(first).unwrap();
        in_flight.end();
        // It is going out: nothing may begin that it could hit.
        assert!(in_flight.begin().now_or_never().is_none());
        assert_eq!(in_flight.running(), None);
        drop(aim);
        assert!(in_flight.begin().now_or_never().is_some());
        assert!(in_flight.aim(first).is_none());
        assert_ne!(in_flight.running(), Some(first));
        // And the one that was turned down holds nothing up.
        in_flight.end();
        assert!(in_flight.begin().now_or_never().is_some());
    }
}
