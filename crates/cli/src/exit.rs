//! Exit statuses, and how an error is shown.

use std::process::ExitCode;

use serde_json::{Value, json};
use workbench::AppError;

use crate::output::{Output, stderr_line};
use crate::shown::{for_a_person, for_json};

/// Done.
pub const DONE: u8 = 0;
/// The operation failed.
pub const FAILED: u8 = 1;
/// Usage.
pub const USAGE: u8 = 2;
/// Refused by validation or a guard.
pub const REFUSED: u8 = 3;
/// Not found.
pub const NOT_FOUND: u8 = 4;
/// A secret is missing or the keyring can't be used.
pub const SECRET: u8 = 5;
/// Could not compare.
pub const NOT_COMPARED: u8 = 6;
/// Cancelled.
pub const CANCELLED: u8 = 130;

/// The exit status that an error's code means.
fn status(code: &str) -> u8 {
    match code {
        "usage" => USAGE,
        "validation" | "invalid_url" | "refused" | "conflict" | "secret_too_long" => REFUSED,
        "not_found" => NOT_FOUND,
        "secret_missing" => SECRET,
        "cancelled" => CANCELLED,
        "secret_place_unknown" | "secrets_moving" => SECRET,
        code if code.starts_with("keyring_") || code.starts_with("vault_") => SECRET,
        _ => FAILED,
    }
}

/// Shows an error on stderr and gives its exit status.
pub fn with_error(output: &Output, error: &AppError) -> ExitCode {
    if output.json {
        let line =
            serde_json::to_string(error).unwrap_or_else(|_| r#"{"code":"internal"}"#.to_owned());
        stderr_line(&for_json(&line));
    } else {
        stderr_line(&for_a_person(&format!("tapedeck: {}", error.message)));
        for line in faults(error).into_iter().chain(further_advice(error)) {
            stderr_line(&for_a_person(&format!("  {line}")));
        }
    }
    ExitCode::from(status(error.code))
}

/// More than one fault: each on a line of its own.
fn faults(error: &AppError) -> Vec<String> {
    let faults = error
        .detail
        .as_ref()
        .and_then(|detail| detail.get("faults"))
        .and_then(Value::as_array);
    let text = |fault: &Value, key: &str| {
        fault
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match faults {
        Some(faults) if faults.len() > 1 => faults
            .iter()
            .map(|fault| format!("{}: {}", text(fault, "field"), text(fault, "message")))
            .collect(),
        _ => Vec::new(),
    }
}

/// What else a person can do; the first of it is in the message.
fn further_advice(error: &AppError) -> Vec<String> {
    let of_the_vault = match error.code {
        "vault_locked" => Some(
            "Run it at a terminal, or name a file with the passphrase in TAPEDECK_VAULT_PASSPHRASE_FILE.",
        ),
        "vault_passphrase_wrong" => Some(
            "It was read from the first line of the file that TAPEDECK_VAULT_PASSPHRASE_FILE names, or typed.",
        ),
        _ => None,
    };
    if let Some(advice) = of_the_vault {
        return vec![advice.to_owned()];
    }
    let advice = error
        .detail
        .as_ref()
        .and_then(|detail| detail.get("advice"))
        .and_then(Value::as_array);
    let mut lines: Vec<String> = advice
        .into_iter()
        .flatten()
        .skip(1)
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect();
    if error.code == "keyring_unavailable" {
        lines.push(
            "`tapedeck secret store vault` and `tapedeck secret store ask` choose another place."
                .to_owned(),
        );
    }
    lines
}

/// What clap has to say: help and version on stdout with 0, the rest on stderr with 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    let is_error = error.use_stderr();
    if is_error && std::env::args_os().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text).trim();
        let object = json!({ "code": "usage", "message": message, "retryable": false });
        stderr_line(&object.to_string());
    } else {
        // A closed pipe is no reason to fail: nobody is listening.
        let _ = error.print();
    }
    ExitCode::from(if is_error { USAGE } else { DONE })
}
