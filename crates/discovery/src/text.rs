//! From bytes to text.

use std::borrow::Cow;

use crate::found::Findings;
use crate::source::SourceFile;

/// The text of a file without its byte order mark. Bytes that are no UTF-8 are replaced, and noted: one odd byte in a comment
/// is no reason to find nothing.
pub(crate) fn text_of<'a>(file: &SourceFile<'a>, findings: &mut Findings) -> Cow<'a, str> {
    let bytes = file
        .bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(file.bytes);
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        findings.note(
            file,
            "This file is no whole UTF-8 text; what could be read was.",
        );
    }
    text
}
