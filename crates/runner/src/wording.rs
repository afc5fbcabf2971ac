//! What a person reads: what happened, how much of it is in the target, and what to do.

use std::time::Duration;

use connection_url::DatabaseType;
use engines::{Fate, RunError, code};
use migrations::{Direction, Refusal};

pub(crate) fn refusal(code: &'static str, message: impl Into<String>, tag: &str) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        tags: vec![tag.to_owned()],
    }
}

/// A sentence of the server, ended as a sentence.
fn sentence(error: &RunError) -> String {
    let message = error.error.message.trim_end();
    if message.ends_with(['.', '!', '?']) {
        message.to_owned()
    } else {
        format!("{message}.")
    }
}

pub(crate) fn locked(holder: &str, limit: Duration) -> String {
    format!(
        "Another runner holds this database's lock, and kept it for {} s: {holder}. Nothing was sent. Wait until it is done and run \
         again, or end that session at the server.",
        limit.as_secs()
    )
}

pub(crate) fn not_locked(error: &RunError) -> String {
    format!(
        "The runner's lock could not be taken: {} Nothing was sent.",
        sentence(error)
    )
}

pub(crate) fn unread(error: &RunError) -> String {
    format!(
        "The history in the target could not be read: {} Nothing was sent.",
        sentence(error)
    )
}

pub(crate) fn unmade(error: &RunError) -> String {
    let advice = if matches!(error.error.code, code::PERMISSION_DENIED | code::READ_ONLY) {
        "Run with a user who may create tables and write to them."
    } else {
        "Mend that and run again."
    };
    format!(
        "The history in the target could not be prepared: {} No migration was sent. {advice}",
        sentence(error)
    )
}

pub(crate) fn unread_schema(error: &RunError) -> String {
    format!(
        "The schema could not be read: {} No migration was sent.",
        sentence(error)
    )
}

pub(crate) fn homeless(database_type: DatabaseType) -> Refusal {
    let message = match database_type {
        DatabaseType::Postgresql => {
            "No schema of the search_path exists, so there is no place for the history. Create one, or set search_path."
        }
        _ => {
            "The URL names no database, so there is no place for the history. Add the database to the URL."
        }
    };
    Refusal {
        code: "no_database",
        message: message.to_owned(),
        tags: Vec::new(),
    }
}

pub(crate) fn newer(format: u32) -> Refusal {
    Refusal {
        code: "newer_history",
        message: format!(
            "A newer version of Tapedeck wrote this target's history (format {format}). Update Tapedeck here, then run again."
        ),
        tags: Vec::new(),
    }
}

pub(crate) fn unfinished(row: &migrations::HistoryRow) -> Refusal {
    let told = Told {
        direction: row.direction,
        statements: row.statements,
    };
    let tag = &row.tag;
    let outcome = outcome(told, row.statements_done, row.under_way);
    refusal(
        "unfinished",
        format!("{}{tag} stopped half way. {outcome}", told.what()),
        tag,
    )
}

pub(crate) fn changed(tag: &str) -> Refusal {
    refusal(
        "checksum_changed",
        format!(
            "{tag} is applied with other statements than these. Look at the difference, and accept the new checksum if it is only a \
             correction of the record."
        ),
        tag,
    )
}

pub(crate) fn interrupted(by: &str) -> String {
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(" by {by}")
    };
    format!(
        "The last run{by} did not come to its end, so there is no snapshot to compare the schema with until this one is done."
    )
}

pub(crate) fn snapshot_lost(error: &RunError) -> String {
    format!(
        "The schema that this run left could not be recorded: {} The next run finds none to compare with.",
        sentence(error)
    )
}

pub(crate) fn not_in_dry_run(tag: &str) -> String {
    format!("{tag} runs outside of a transaction, so the dry run left it out.")
}

pub(crate) const DRY_RUN_FAILED: &str = "It was a dry run: everything was taken back.";

/// How a direction is told.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub(crate) direction: Direction,
    pub(crate) statements: u32,
}

impl Told {
    const fn did(self) -> &'static str {
        match self.direction {
            Direction::Up => "applied",
            Direction::Down => "reverted",
        }
    }

    const fn what(self) -> &'static str {
        match self.direction {
            Direction::Up => "",
            Direction::Down => "the rollback of ",
        }
    }

    /// "2 of 5 statements are applied."
    fn count(self, done: u32) -> String {
        let (did, statements) = (self.did(), self.statements);
        match (done, statements) {
            (0, 1) => format!("Its statement is not {did}."),
            (0, _) => format!("None of its {statements} statements is {did}."),
            (1, 1) => format!("Its one statement is {did}."),
            _ if done == statements => format!("All {statements} statements are {did}."),
            (1, _) => format!("1 of {statements} statements is {did}."),
            _ => format!("{done} of {statements} statements are {did}."),
        }
    }
}

/// What is in the target after a stop, and the ways out.
pub(crate) fn outcome(told: Told, done: u32, under_way: Option<u32>) -> String {
    let count = told.count(done);
    match under_way {
        Some(statement) => format!(
            "{count} Nobody knows whether statement {statement} is. Look at the target, then repair: resume from statement \
             {statement}, mark it applied, mark it reverted, or undo the part that is done."
        ),
        None if done == 0 => match told.direction {
            Direction::Up => format!("{count} Mend it and run again."),
            Direction::Down => format!("{count} It is still applied. Mend it and roll back again."),
        },
        None if done < told.statements => format!(
            "{count} Statement {} is not. Repair: resume from statement {}, mark it applied, mark it reverted, or undo the part that \
             is done.",
            done + 1,
            done + 1
        ),
        None => format!("{count} Repair: resume, mark it applied, mark it reverted, or undo it."),
    }
}

/// What is in the target after a transaction was taken back.
pub(crate) fn taken_back(told: Told) -> String {
    match told.direction {
        Direction::Up => "Nothing of it is applied: the server took everything back. Mend it and run again.".to_owned(),
        Direction::Down => {
            "Nothing of it is reverted: the server took everything back, and it is still applied. Mend it and roll back again."
                .to_owned()
        }
    }
}

pub(crate) fn statement(
    told: Told,
    tag: &str,
    statement: u32,
    error: &RunError,
    waited: Duration,
    outcome: &str,
) -> String {
    let mut message = format!(
        "Statement {statement} of {} of {}{tag} failed: {}",
        told.statements,
        told.what(),
        sentence(error)
    );
    if error.error.code == code::LOCK_TIMEOUT {
        message = format!(
            "{message} It waited {} s for a lock that another session holds, and gave up so that nothing queues behind it: run again \
             when there is less traffic, end that session, or allow a longer wait.",
            waited.as_secs_f64()
        );
    }
    format!("{message} {outcome}")
}

/// A concurrent build that failed leaves its index behind.
pub(crate) const INVALID_INDEX: &str = "An index that was being built may be left behind as INVALID: drop it before the statement is sent again.";

pub(crate) fn commit(told: Told, tag: &str, error: &RunError) -> String {
    format!(
        "{}{tag} could not be committed: {} {}",
        capital(told.what()),
        sentence(error),
        taken_back(told)
    )
}

pub(crate) fn commit_unknown(told: Told, tag: &str, error: &RunError) -> String {
    format!(
        "The connection broke while {}{tag} was being committed, and the server can't be asked: {} Nobody knows here whether it is {}; \
         the history in the target does. Look at the status before you run again.",
        told.what(),
        sentence(error),
        told.did()
    )
}

pub(crate) fn committed(told: Told, tag: &str) -> String {
    format!(
        "The connection broke while {}{tag} was being committed; the history in the target says that it was.",
        told.what()
    )
}

pub(crate) fn ended(told: Told, tag: &str, statement: u32) -> String {
    format!(
        "Statement {statement} of {}{tag} ended the transaction that the migration runs in, so nothing more was sent. {} Take COMMIT and \
         ROLLBACK out of migrations.",
        told.what(),
        outcome(told, statement, None)
    )
}

pub(crate) fn left_open(told: Told, tag: &str, done: u32) -> String {
    format!(
        "The statements of {}{tag} left a transaction open, which was rolled back. {} End it with COMMIT.",
        told.what(),
        outcome(told, done, None)
    )
}

pub(crate) fn check(
    before: bool,
    number: u32,
    tag: &str,
    error: Option<&RunError>,
    outcome: &str,
) -> String {
    let what = if before { "before" } else { "after" };
    let why = match error {
        Some(error) => format!("could not be asked: {}", sentence(error)),
        None => "is not true.".to_owned(),
    };
    format!("Check {number} {what} {tag} {why} {outcome}")
}

/// The history could not be written before anything was sent.
pub(crate) fn untold_before(told: Told, tag: &str, error: &RunError) -> String {
    format!(
        "The history in the target could not be written, so {}{tag} was not sent: {} Mend that and run again.",
        told.what(),
        sentence(error)
    )
}

/// It could not be written in the middle or at the end, and what is done lasts.
pub(crate) fn untold(told: Told, tag: &str, done: u32, error: &RunError) -> String {
    let next = if done < told.statements {
        format!("resume from statement {}", done + 1)
    } else {
        format!("mark it {}", told.did())
    };
    format!(
        "The history in the target could not be written after statement {done} of {}{tag} was done: {} {} The history may not say so \
         yet. Mend that, then repair: {next}.",
        told.what(),
        sentence(error),
        told.count(done)
    )
}

/// It could not be written, and took the transaction with it.
pub(crate) fn untold_taken_back(told: Told, tag: &str, error: &RunError) -> String {
    format!(
        "The history in the target could not be written for {}{tag}: {} {}",
        told.what(),
        sentence(error),
        taken_back(told)
    )
}

/// The failure itself could not be recorded.
pub(crate) fn unrecorded(tag: &str, error: &RunError) -> String {
    format!(
        "That {tag} failed could not be written to the history: {}",
        sentence(error)
    )
}

pub(crate) fn lease_lost(told: Told, tag: &str, done: u32) -> String {
    format!(
        "This runner lost its lease on the database, and another may have taken over, so nothing more was sent for {}{tag}. {} Look at \
         the status before you go on.",
        told.what(),
        told.count(done)
    )
}

pub(crate) fn another_run(told: Told, tag: &str, done: u32) -> String {
    format!(
        "Another run has changed the history of {tag} meanwhile, so nothing more was sent. {} Look at the status before you go on.",
        told.count(done)
    )
}

pub(crate) fn unwritten(error: &RunError) -> String {
    format!(
        "The history in the target could not be written: {} Mend that and try again.",
        sentence(error)
    )
}

/// An undo takes a statement of which nobody knows for one that is not done.
pub(crate) fn undone_around(row: &migrations::HistoryRow, statement: u32) -> String {
    format!(
        "Nobody knows whether statement {statement} of {} was done. The undo took it for not done: look whether something of it is left.",
        row.tag
    )
}

/// What an error does not say by itself: a fault of the account that no server reported.
pub(crate) fn fault(message: &str) -> RunError {
    RunError {
        error: engines::EngineError {
            code: code::SERVER_ERROR,
            stage: engines::Stage::Ready,
            message: message.to_owned(),
            remedy: String::new(),
            server_code: None,
            retryable: false,
        },
        fate: Fate::Refused,
        position: None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
