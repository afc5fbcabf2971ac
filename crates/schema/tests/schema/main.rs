//! Schemas of real servers: what is seen of them, what counts as a difference, and what mends it.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod mongodb;
mod mysql;
mod postgres;
mod sqlite;
mod subject;
