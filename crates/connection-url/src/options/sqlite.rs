//! The parameters of SQLite's URIs, <https://sqlite.org/uri.html>.

use super::OptionGroup::Other;
use super::OptionInfo;
use super::OptionKind::{Boolean, Choice};

const SWITCH: &[&str] = &["0", "1"];

/// In the order of a form: what most people set stands first.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo::new(
        "mode",
        Other,
        Choice,
        "ro opens the file for reading only, rw for reading and writing, and rwc makes it where it is not there; memory has no file \
         at all. Without it the file must be there.",
    )
    .values(&["ro", "rw", "rwc", "memory"])
    .default("rw"),
    OptionInfo::new(
        "immutable",
        Other,
        Boolean,
        "Says that nobody changes the file, on a read-only medium for instance: SQLite then takes no locks and looks for no changes.",
    )
    .values(SWITCH)
    .default("0"),
    OptionInfo::new(
        "cache",
        Other,
        Choice,
        "Whether connections of one program share their pages. Tapedeck's own connections never do.",
    )
    .values(&["private", "shared"])
    .default("private"),
    OptionInfo::new(
        "nolock",
        Other,
        Boolean,
        "Takes no locks: two writers then spoil the file. For file systems that have no locks.",
    )
    .values(SWITCH)
    .default("0"),
    OptionInfo::new(
        "psow",
        Other,
        Boolean,
        "Whether a power cut leaves bytes alone that were not being written.",
    )
    .values(SWITCH)
    .default("1"),
];
