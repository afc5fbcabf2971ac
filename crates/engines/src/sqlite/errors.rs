//! What an error of SQLite means.

use rusqlite::{Error, ErrorCode, ffi};

use crate::error::code;
use crate::failure::Failure;

/// What SQLite said: its text, its codes, and where in the statement, in bytes.
struct Said<'a> {
    message: &'a str,
    error: Option<&'a ffi::Error>,
    at: Option<usize>,
}

fn said(error: &Error) -> Said<'_> {
    match error {
        Error::SqliteFailure(error, message) => Said {
            message: message.as_deref().unwrap_or("SQLite gives no reason."),
            error: Some(error),
            at: None,
        },
        Error::SqlInputError {
            error, msg, offset, ..
        } => Said {
            message: msg,
            error: Some(error),
            at: usize::try_from(*offset).ok(),
        },
        _ => Said {
            message: "",
            error: None,
            at: None,
        },
    }
}

/// Whether somebody else holds a lock that may be free soon. A snapshot that is out of date never gets better.
pub(super) fn is_busy(error: &Error) -> bool {
    said(error).error.is_some_and(|error| {
        matches!(
            error.code,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked
        ) && error.extended_code != ffi::SQLITE_BUSY_SNAPSHOT
    })
}

/// Whether it may have been done in part: the disk failed while something was made to last.
pub(super) fn leaves_doubt(error: &Error) -> bool {
    said(error).error.is_some_and(|error| {
        matches!(
            error.code,
            ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt
        )
    })
}

/// Where in the statement the fault is, in characters from 1.
pub(super) fn position(error: &Error, statement: &str) -> Option<u32> {
    let before = statement.get(..said(error).at?)?;
    u32::try_from(before.chars().count() + 1).ok()
}

/// Why a file could not be opened, or is none of SQLite's.
pub(super) fn of_opening(error: &Error, path: &str) -> Failure {
    let said = said(error);
    let Some(found) = said.error else {
        return Failure::new(
            code::SERVER_ERROR,
            format!("{path} cannot be opened: {error}"),
        )
        .remedy("Check the path of the URL.");
    };
    let failure = match found.code {
        ErrorCode::NotADatabase => Failure::new(
            code::NOT_THIS_DATABASE,
            format!("{path} is no SQLite database, or it is encrypted."),
        )
        .remedy("Check the path. Tapedeck opens plain SQLite files."),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Failure::new(
            code::PERMISSION_DENIED,
            format!("{path} cannot be opened: {}", said.message),
        )
        .remedy(
            "Check the rights on the file and its folder: a database in WAL mode needs files beside it.",
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Failure::new(
            code::LOCK_TIMEOUT,
            format!("{path} is locked by another program."),
        )
        .remedy("Wait until that program is done, or end it.")
        .retryable(),
        ErrorCode::DatabaseCorrupt => Failure::new(
            code::SERVER_ERROR,
            format!("{path} is damaged: {}", said.message),
        )
        .remedy("Restore it from a copy, or save what is left with “sqlite3 FILE .recover”."),
        _ => Failure::new(
            code::SERVER_ERROR,
            format!("{path} cannot be opened: {}", said.message),
        )
        .remedy("Check the file and its folder."),
    };
    failure.server_code(server_code(found))
}

/// The failure of a statement. `stopped` says that somebody asked for its end.
pub(super) fn of_statement(error: &Error, path: &str, stopped: bool) -> Failure {
    let said = said(error);
    let Some(found) = said.error else {
        return match error {
            Error::MultipleStatement => Failure::new(
                code::STATEMENT_FAILED,
                "This is more than one statement; one is run at a time.",
            )
            .remedy("Run them one after the other."),
            _ => Failure::new(code::STATEMENT_FAILED, error.to_string())
                .remedy("Correct the statement."),
        };
    };
    let message = said.message.to_owned();
    let failure = match found.code {
        ErrorCode::OperationInterrupted => {
            Failure::new(code::CANCELLED, "The statement was cancelled.")
                .remedy("Run it again when you want its result.")
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked if stopped => {
            Failure::new(code::CANCELLED, "The statement was cancelled while it waited for a lock.")
                .remedy("Run it again when you want its result.")
        }
        ErrorCode::DatabaseBusy if found.extended_code == ffi::SQLITE_BUSY_SNAPSHOT => {
            Failure::new(
                code::SERIALIZATION_FAILURE,
                "Another program wrote to the file since this transaction read it.",
            )
            .remedy("Run the transaction again.")
            .retryable()
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Failure::new(
            code::LOCK_TIMEOUT,
            format!("{path} is locked by another program or session."),
        )
        .remedy("Run it again later, or end what holds the lock.")
        .retryable(),
        ErrorCode::ReadOnly => Failure::new(code::READ_ONLY, message).remedy(
            "The URL says mode=ro, the file may only be read, or this session only reads: run writes as actions or migrations \
             that write.",
        ),
        ErrorCode::AuthorizationForStatementDenied => Failure::new(
            code::PERMISSION_DENIED,
            "A statement may not open another file, load an extension or change how the session is guarded.",
        )
        .remedy("Make a database of its own of the other file, and leave ATTACH, VACUUM INTO and such pragmas out."),
        ErrorCode::ConstraintViolation => constraint(found.extended_code, message),
        ErrorCode::TypeMismatch | ErrorCode::TooBig => Failure::new(code::VALUE_REFUSED, message)
            .remedy("The column does not take this value: check its type and its length."),
        ErrorCode::DiskFull => Failure::new(code::SERVER_ERROR, message)
            .remedy("The disk is full: make room, and run it again."),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Failure::new(code::SERVER_ERROR, format!("{path} is damaged: {message}"))
                .remedy("Restore it from a copy, or save what is left with “sqlite3 FILE .recover”.")
        }
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
            Failure::new(code::SERVER_ERROR, format!("{path}: {message}"))
                .remedy("Check the disk, and the rights on the file and its folder.")
        }
        _ if message.starts_with("no such ") => Failure::new(code::STATEMENT_FAILED, message)
            .remedy("Check the name, the file of the URL, and whether a migration has still to be run here."),
        _ => Failure::new(code::STATEMENT_FAILED, message).remedy("Correct the statement."),
    };
    failure.server_code(server_code(found))
}

fn constraint(extended: i32, message: String) -> Failure {
    let remedy = match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => {
            "Another row has this key already: change the value, or that row."
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            "A foreign key stands against it: the row that is referred to must exist, and one that others refer to must stay."
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => "Give a value for this column: it takes no NULL.",
        ffi::SQLITE_CONSTRAINT_CHECK => {
            "The check of the table does not admit these values: change them."
        }
        ffi::SQLITE_CONSTRAINT_TRIGGER => {
            "A trigger of the database refuses it, for the reason that the message gives."
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => {
            "The column does not take a value of this type: the table is STRICT."
        }
        _ => "A rule of the table refuses it: change the values.",
    };
    Failure::new(code::CONSTRAINT_VIOLATED, message).remedy(remedy)
}

/// SQLite's own code as people look it up: `1555`.
fn server_code(error: &ffi::Error) -> String {
    error.extended_code.to_string()
}
