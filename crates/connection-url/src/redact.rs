//! Redaction of any text.

use crate::MASK;

/// The text with `***` in the place of every secret of every connection string in it, also where nothing parses.
pub fn redact(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        redacted.push_str(before);
        let end = after
            .find([' ', '\n', '/', '"', '\''])
            .unwrap_or(after.len());
        if let Some(sign) = after[..end].rfind('@')
            && let Some(colon) = after[..sign].find(':')
        {
            redacted.push_str(&after[..=colon]);
            redacted.push_str(MASK);
            rest = &after[sign..];
        } else {
            rest = after;
        }
    }
    redacted.push_str(rest);
    redacted
}
