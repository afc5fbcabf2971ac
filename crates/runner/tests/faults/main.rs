//! What a target holds, and what its history says, when something goes wrong: the same cases on each engine, on real servers, each
//! case in a database of its own.
//!
//! Cases are bundled by engine: a server costs a second, and cargo-nextest gives every test a process of its own.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod account;
mod child;
mod locks;
mod place;
mod proxy;
mod runs;
mod stops;
mod transactions;

use std::future::Future;
use std::time::Instant;

use place::Server;

/// Runs cases side by side where they don't mind each other; each says how long it took, so that a slow one is seen.
macro_rules! cases {
    ($server:expr, $($case:path),+ $(,)?) => {
        tokio::join!($(timed(stringify!($case), $case($server))),+)
    };
}

async fn timed(name: &str, case: impl Future<Output = ()>) {
    let start = Instant::now();
    case.await;
    println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
}

/// What holds on every engine.
async fn everywhere(server: &Server) {
    cases!(
        server,
        runs::up_down_and_up_again,
        runs::another_runner_was_quicker,
        runs::line_ends_are_no_change,
        runs::an_edit_after_it_was_applied_is_refused,
        runs::out_of_order_and_missing_ones,
        runs::checks_before_and_after,
        runs::cancelled_between_statements,
        runs::drift_is_told,
        runs::nothing_lasts_of_a_rollback_that_fails_at_once,
    );
    cases!(
        server,
        stops::a_fault_in_the_first_statement,
        stops::a_fault_in_the_middle,
        stops::a_fault_in_the_last_statement,
        stops::the_connection_is_cut,
        stops::marked_and_undone,
        stops::a_rollback_stops_half_way,
        account::two_scopes_share_a_target,
        account::a_renamed_database_keeps_its_history,
        account::a_large_record_is_kept,
        account::baseline_and_accept,
        account::a_history_that_cannot_be_written,
    );
    cases!(server, locks::the_holder_is_named, locks::twenty_runners);
    timed("killed", stops::the_runner_is_killed(server)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let server = Server::postgres();
    everywhere(&server).await;
    cases!(
        &server,
        transactions::everything_or_nothing,
        transactions::a_dry_run_leaves_nothing,
        transactions::an_index_is_built_while_others_wait,
        transactions::a_statement_does_not_queue,
        transactions::what_ends_the_transaction_is_refused,
        transactions::a_commit_whose_answer_is_lost,
        transactions::settings_do_not_reach_the_next,
        transactions::cancelled_at_the_server,
        account::a_read_only_person_reads,
    );
    stops::the_server_restarts(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb() {
    let server = Server::mariadb();
    everywhere(&server).await;
    cases!(
        &server,
        stops::a_statement_does_not_queue,
        stops::transactions_of_its_own,
        stops::tables_that_are_locked,
        stops::cancelled_at_the_server,
        account::a_read_only_person_reads,
    );
    stops::the_server_restarts(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql57() {
    let server = Server::mysql57();
    everywhere(&server).await;
    cases!(
        &server,
        stops::transactions_of_its_own,
        account::a_read_only_person_reads,
    );
    stops::the_server_restarts(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb() {
    let server = Server::mongo();
    everywhere(&server).await;
    cases!(&server, locks::a_lease_runs_out, locks::a_lease_is_lost);
    stops::the_server_restarts(Server::private_mongo()).await;
}
