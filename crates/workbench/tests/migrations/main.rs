//! Migrations on real servers: what guards let pass, in which order environments get them, what is written down, and what an edit or a
//! deletion has to do with what is applied.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod batch;
mod guards;
mod records;
mod shop;
mod status;
