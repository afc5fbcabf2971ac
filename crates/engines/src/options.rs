//! Reading the options of a URL.

use std::time::Duration;

use crate::failure::{Attempt, Failure};

/// A boolean in the spellings of the engines' clients.
pub(crate) fn boolean(name: &str, value: &str) -> Attempt<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Failure::option(
            name,
            format!("“{value}” is neither true nor false."),
            format!("Write {name}=true or {name}=false, or remove it."),
        )),
    }
}

/// A number of seconds or milliseconds; zero and negative numbers mean no limit.
pub(crate) fn duration(name: &str, value: &str, unit: Duration) -> Attempt<Option<Duration>> {
    let number: i64 = value.trim().parse().map_err(|_| {
        Failure::option(
            name,
            format!("“{value}” is not a whole number."),
            format!("Write a number, {name}=10 for instance, or remove it."),
        )
    })?;
    Ok(u32::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .map(|number| unit.saturating_mul(number)))
}
