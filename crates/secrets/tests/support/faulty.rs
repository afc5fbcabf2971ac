//! A store that goes wrong where a test says so. Shared by the tests of several crates.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use secrets::{MemoryStore, Secret, SecretId, SecretStore, SecretStoreError};

/// A call of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Get,
    Set,
    Delete,
    List,
    Locked,
}

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is done after this long.
    Slow(Duration),
    /// It is refused, and nothing is done.
    Refused(SecretStoreError),
    /// It is done, and an error is told all the same.
    DoneButFailed,
    /// It says that it is done, and nothing is.
    Lost,
    /// The process dies here; nothing is done.
    Dies,
}

type Plan = dyn Fn(usize, Operation) -> Option<Fault> + Send;

/// Keeps everything in memory, and does what the plan says at each call. Calls are counted from 1.
pub struct FaultyStore {
    kept: MemoryStore,
    calls: AtomicUsize,
    plan: Mutex<Box<Plan>>,
}

impl FaultyStore {
    /// One that works.
    pub fn new() -> FaultyStore {
        FaultyStore {
            kept: MemoryStore::new(),
            calls: AtomicUsize::new(0),
            plan: Mutex::new(Box::new(|_, _| None)),
        }
    }

    /// Goes by another plan from now on, counting anew.
    pub fn plan(&self, plan: impl Fn(usize, Operation) -> Option<Fault> + Send + 'static) {
        *self.plan.lock().expect("no plan panics") = Box::new(plan);
        self.calls.store(0, Ordering::SeqCst);
    }

    /// Works again.
    pub fn heal(&self) {
        self.plan(|_, _| None);
    }

    /// How many calls were made since the plan.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// What is really there.
    pub fn kept(&self) -> &MemoryStore {
        &self.kept
    }

    fn call<T>(
        &self,
        operation: Operation,
        lost: T,
        call: impl FnOnce() -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = self.plan.lock().expect("no plan panics")(number, operation);
        match fault {
            None => call(),
            Some(Fault::Slow(pause)) => {
                thread::sleep(pause);
                call()
            }
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::DoneButFailed) => call().and_then(|_| {
                Err(SecretStoreError::Failed {
                    reason: "the answer was lost".to_owned(),
                })
            }),
            Some(Fault::Lost) => Ok(lost),
            Some(Fault::Dies) => std::panic::resume_unwind(Box::new("the process dies")),
        }
    }
}

impl SecretStore for FaultyStore {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.call(Operation::Get, None, || self.kept.get(id))
    }

    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.call(Operation::Set, (), || self.kept.set(id, value, label))
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.call(Operation::Delete, true, || self.kept.delete(id))
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.call(Operation::List, Vec::new(), || self.kept.list())
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.call(Operation::Locked, false, || self.kept.locked())
    }
}
