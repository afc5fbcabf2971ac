//! Sessions of MongoDB, on a server that speaks its protocol: what arrives, what comes back, what becomes of what fails.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cancelling;
mod failures;
mod rows;
mod scripted;
mod subject;
mod transactions;
mod values;
mod writes;
