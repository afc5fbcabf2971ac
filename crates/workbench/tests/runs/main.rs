//! Actions on real servers: what arrives, what is refused, what ends at the server, what is remembered.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod bench;
mod cancelling;
mod cases;
mod compare;
mod guards;
mod history;
#[path = "../../../templates/tests/injection/values.rs"]
#[expect(dead_code, reason = "the suite of templates has more places than run")]
mod hostile_values;
mod injection;
mod injection_mongodb;
mod inlined;
mod inputs;
mod paging;
mod proxy;
mod retries;
mod servers;
mod statement_log;
