//! What a process that holds passwords does at its start, in either face: it leaves no core dump, and what a panic prints
//! holds no value.

use std::any::Any;
use std::panic::PanicHookInfo;

/// Keeps this process from leaving its memory behind, and its panics from telling what is in it. Called first in `main`.
///
/// `told` gets the panics' texts besides, for a log.
pub fn guard(told: fn(&str)) {
    forbid_core_dumps();
    std::panic::set_hook(Box::new(move |panic| {
        let text = describe(panic);
        eprintln!("{text}");
        told(&text);
    }));
}

/// No core dump: not of this process, and by the limit, which is inherited, not of what it starts.
#[cfg(unix)]
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // To lower a limit is always allowed; nothing is lost where a system knows of none.
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    forbid_reading();
}

#[cfg(not(unix))]
fn forbid_core_dumps() {}

/// The kernel hands a dump to a program in spite of the limit, but not one of a process that can't be dumped; nor may
/// other programs of the same person read its memory then.
#[cfg(target_os = "linux")]
fn forbid_reading() {
    // The tests read this memory, also where they are not run as root.
    if cfg!(debug_assertions) && std::env::var_os("TAPEDECK_TEST_READABLE").is_some() {
        return;
    }
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// What a panic says: where it was, and its text if that is a literal of the sources. A text that was put together may
/// hold anything, a password too.
fn describe(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!(
        "A fault of Tapedeck's own at {place}: {}. Please report it.",
        literal(panic.payload()).unwrap_or("its text may hold values, so it is not shown")
    )
}

fn literal(payload: &(dyn Any + Send)) -> Option<&'static str> {
    payload.downcast_ref::<&'static str>().copied()
}

/// Debug builds only, and only when a test asks for it: panics with what must never be printed.
#[cfg(debug_assertions)]
pub(crate) fn panic_if_asked(secret: &str) {
    if std::env::var_os("TAPEDECK_TEST_PANIC").is_some() {
        panic!("a test asked for this: {secret}");
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::literal;

    fn secret() -> String {
        std::hint::black_box("c4n4ry".to_owned())
    }

    fn failing() -> Result<(), String> {
        Err(secret())
    }

    #[test]
    fn only_a_literal_is_shown() {
        let payload = |panics: fn()| catch_unwind(panics).expect_err("it panics");
        assert_eq!(
            literal(&*payload(|| panic!("a literal"))),
            Some("a literal")
        );
        assert_eq!(literal(&*payload(|| panic!("with {}", secret()))), None);
        assert_eq!(literal(&*payload(|| failing().expect("a value"))), None);
    }
}
