//! The formats of names, and how long a text may be.

use connection_url::{ConnectionUrl, DatabaseType, SlotState};

use crate::fault::{Fault, FaultCode, Hint};

/// The longest name, in characters.
pub const NAME_LIMIT: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_LIMIT: usize = 10_000;
/// The longest connection URL, in characters.
pub const URL_LIMIT: usize = 65_536;
/// The longest action or migration, in bytes of JSON.
pub(crate) const ITEM_LIMIT: usize = 4 * 1024 * 1024;
/// The longest inputs of a run that are remembered, in bytes of JSON.
pub(crate) const INPUTS_LIMIT: usize = 64 * 1024;
/// The most environment configs, actions or migrations of one database.
pub(crate) const LIST_LIMIT: usize = 10_000;

/// Whether the text is a tag: `^[a-z0-9][a-z0-9_-]{0,62}$`.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && (bytes[0].is_ascii_lowercase() || bytes[0].is_ascii_digit())
        && bytes.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
        })
}

/// Whether the text is a slug: `^[a-z][a-z0-9-]{1,15}$`.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    (2..=16).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// Whether the text is the key of a named secret, with or without the `@slug` of one environment.
pub(crate) fn is_secret_key(text: &str) -> bool {
    let (key, slug) = match text.split_once('@') {
        Some((key, slug)) => (key, Some(slug)),
        None => (text, None),
    };
    let bytes = key.as_bytes();
    (1..=128).contains(&bytes.len())
        && (bytes[0].is_ascii_alphabetic() || bytes[0] == b'_')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && slug.is_none_or(is_slug)
}

/// Advice for a slug that is allowed but unusual.
#[must_use]
pub fn slug_hint(slug: &str) -> Option<Hint> {
    (is_slug(slug) && slug.len() != 3).then(|| Hint {
        field: "slug".to_owned(),
        code: "slug_length".to_owned(),
        message: "Slugs usually have three letters, such as dev, stg or prd.".to_owned(),
    })
}

/// A tag made from a name; empty when the name has no letter or digit that a tag can hold.
#[must_use]
pub fn suggest_tag(name: &str) -> String {
    let mut tag = String::new();
    for character in name.chars() {
        if tag.len() >= 63 {
            break;
        }
        let lower = character.to_ascii_lowercase();
        if lower.is_ascii_lowercase() || lower.is_ascii_digit() {
            tag.push(lower);
        } else if !tag.is_empty() && !tag.ends_with(['-', '_']) {
            tag.push(if character == '_' { '_' } else { '-' });
        }
    }
    tag.truncate(tag.trim_end_matches(['-', '_']).len());
    tag
}

/// The start of a text, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LIMIT: usize = 60;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(crate) fn check_tag(field: &str, tag: &str, faults: &mut Vec<Fault>) {
    if tag.is_empty() {
        faults.push(Fault::new(field, FaultCode::Required, "Give it a tag."));
    } else if !is_tag(tag) {
        faults.push(Fault::new(
            field,
            FaultCode::InvalidTag,
            "A tag has 1 to 63 lowercase letters, digits, - and _, and starts with a letter or digit.",
        ));
    }
}

pub(crate) fn check_slug(field: &str, slug: &str, faults: &mut Vec<Fault>) {
    if slug.is_empty() {
        faults.push(Fault::new(
            field,
            FaultCode::Required,
            "Give it a slug, such as dev.",
        ));
    } else if !is_slug(slug) {
        faults.push(Fault::new(
            field,
            FaultCode::InvalidSlug,
            "A slug has 2 to 16 lowercase letters, digits and -, and starts with a letter, such as dev.",
        ));
    }
}

pub(crate) fn check_name(field: &str, name: &str, faults: &mut Vec<Fault>) {
    if name.trim().is_empty() {
        faults.push(Fault::new(field, FaultCode::Required, "Give it a name."));
    } else {
        check_length(field, name, NAME_LIMIT, faults);
    }
}

pub(crate) fn check_length(field: &str, text: &str, limit: usize, faults: &mut Vec<Fault>) {
    // A text has at most as many characters as bytes, so that most need no counting.
    if text.len() > limit && text.chars().count() > limit {
        faults.push(Fault::new(
            field,
            FaultCode::TooLong,
            format!("This text is too long; shorten it to {limit} characters."),
        ));
    }
}

/// Checks a URL and gives it parsed when it is good. The message never repeats any of it.
pub(crate) fn check_url(
    field: &str,
    text: &str,
    database_type: Option<DatabaseType>,
    faults: &mut Vec<Fault>,
) -> Option<ConnectionUrl> {
    if text.trim().is_empty() {
        faults.push(Fault::new(
            field,
            FaultCode::Required,
            "Give it a connection URL.",
        ));
        return None;
    }
    let before = faults.len();
    check_length(field, text, URL_LIMIT, faults);
    if faults.len() > before {
        return None;
    }
    let url = match ConnectionUrl::parse(text, database_type) {
        Ok(url) => url,
        Err(error) => {
            faults.push(Fault::new(field, FaultCode::InvalidUrl, error.message));
            return None;
        }
    };
    if let (Some(wanted), Some(found)) = (database_type, url.database_type())
        && wanted != found
    {
        faults.push(Fault::new(
            field,
            FaultCode::InvalidUrl,
            format!(
                "This is a URL of {found}, and the database is {wanted}. Use a URL of {wanted}."
            ),
        ));
        return None;
    }
    Some(url)
}

/// As [`check_url`], for a URL about to be stored: one that still holds a secret is refused rather than masked,
/// because masking it here would lose the secret.
pub(crate) fn check_stored_url(
    field: &str,
    text: &str,
    database_type: DatabaseType,
    faults: &mut Vec<Fault>,
) -> Option<ConnectionUrl> {
    let url = check_url(field, text, Some(database_type), faults)?;
    let literal = url
        .secret_slots()
        .iter()
        .any(|slot| matches!(slot.state, SlotState::Literal));
    if literal {
        faults.push(Fault::new(
            field,
            FaultCode::LiteralSecret,
            "The URL still holds a secret. Secrets belong in the keyring, with *** in their place here.",
        ));
        return None;
    }
    Some(url)
}
