//! `authMechanismProperties`: pairs of which some are secrets (`AWS_SESSION_TOKEN`).
//!
//! <https://github.com/mongodb/specifications/blob/master/source/auth/auth.md>.

use crate::percent::decode_lossy;
use crate::secret_slot::is_secret_option;
use crate::{MASK, Span};

/// The places of the secrets in `authMechanismProperties`.
///
/// A property is a slot of its own where the text shows its limits. Where commas or colons are encoded, or nothing splits it,
/// the whole value is one slot: hiding too much harms less than showing a token.
pub(crate) fn secret_properties(text: &str, value: Span) -> Vec<(String, Span)> {
    const WHOLE: &str = "option:authmechanismproperties";
    let written = value.of(text);
    let decoded = decode_lossy(written);
    let holds_secret = written == MASK
        || decoded
            .split(',')
            .any(|pair| is_secret_property(pair.split(':').next().unwrap_or_default()));
    if !holds_secret {
        return Vec::new();
    }
    let lower = written.to_ascii_lowercase();
    let splits = written != MASK && !lower.contains("%2c") && !lower.contains("%3a");
    if !splits {
        return vec![(WHOLE.to_owned(), value)];
    }
    let mut slots = Vec::new();
    let mut position = value.start;
    for pair in written.split(',') {
        let end = position + pair.len();
        let (key, start) = match pair.find(':') {
            Some(colon) => (&pair[..colon], position + colon + 1),
            None => (pair, end),
        };
        let key = decode_lossy(key);
        if is_secret_property(&key) {
            slots.push((
                format!("{WHOLE}.{}", key.to_ascii_lowercase()),
                Span::new(start, end),
            ));
        } else if !pair.contains(':') && !slots.is_empty() {
            // What follows a comma without a key is most likely the rest of the token before it.
            return vec![(WHOLE.to_owned(), value)];
        }
        position = end + 1;
    }
    slots
}

fn is_secret_property(key: &str) -> bool {
    is_secret_option(key.trim())
}
