//! The places of a URL where a secret stands, and which options hold one.

use crate::parsed::Form;
use crate::reference::is_only_references;
use crate::{ConnectionUrl, DatabaseType, MASK, Span};

/// A place of the URL where a secret stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretSlot {
    /// `password` for the userinfo password (and the `password` keyword of a keyword/value string),
    /// `option:<canonical lowercase name>` for an option, with `#2` after it for its second occurrence, and
    /// `option:authmechanismproperties.<key>` for one property of `authMechanismProperties`.
    pub name: String,
    /// The secret as written.
    pub span: Span,
    /// What stands there.
    pub state: SlotState,
}

/// What stands in a secret's place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SlotState {
    /// A secret, written out.
    Literal,
    /// Exactly `***`: the secret is kept elsewhere.
    Masked,
    /// Nothing but `$Secret{KEY}` references.
    Reference,
    /// Nothing.
    Empty,
}

impl SecretSlot {
    /// The text of the slot as written. It may be a secret.
    pub fn raw<'a>(&self, url: &'a ConnectionUrl) -> &'a str {
        self.span.of(url.expose())
    }
}

/// What a slot's text as written says.
pub(crate) fn slot_state(raw: &str, form: Form) -> SlotState {
    let bare = if form == Form::KeywordValue {
        raw.strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .unwrap_or(raw)
    } else {
        raw
    };
    if bare.is_empty() {
        SlotState::Empty
    } else if bare == MASK {
        SlotState::Masked
    } else if is_only_references(bare) {
        SlotState::Reference
    } else {
        SlotState::Literal
    }
}

/// The name under which an option is known whatever its spelling: lowercase, without `-` and `_` where the engine
/// takes several spellings.
pub(crate) fn canonical_name(database_type: DatabaseType, name: &str) -> String {
    match database_type {
        DatabaseType::Postgresql | DatabaseType::Mongodb | DatabaseType::Sqlite => {
            name.to_ascii_lowercase()
        }
        DatabaseType::Mysql => squeeze(name),
    }
}

/// ASCII letters lowercase, without `-`, `_` and `.`: the spelling that all spellings of a name share.
pub(crate) fn squeeze(name: &str) -> String {
    let mut squeezed = String::with_capacity(name.len());
    for character in name.chars() {
        if !matches!(character, '-' | '_' | '.') {
            squeezed.push(character.to_ascii_lowercase());
        }
    }
    squeezed
}

/// Names that end like a secret but say where one lies, or how it is handled.
const NOT_SECRET: [&str; 4] = [
    "tokenresource",
    "passfile",
    "passwordfile",
    "allowpublickeyretrieval",
];

/// How the name of a secret ends that ends in this letter.
const fn secret_endings(last: u8) -> &'static [&'static str] {
    match last {
        b'd' => &["word", "wd"],
        b's' => &["pass"],
        b't' => &["secret"],
        b'y' => &["key"],
        b'n' => &["token"],
        b'e' => &["passphrase"],
        b'1'..=b'3' => &["password1", "password2", "password3"],
        _ => &[],
    }
}

/// Whether a name ends in these lowercase letters, its letter case, `-`, `_` and `.` left aside.
fn ends_like(name: &str, ending: &str) -> bool {
    let mut letters = name
        .bytes()
        .rev()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'-' | b'_' | b'.'));
    ending.bytes().rev().all(|wanted| {
        letters
            .next()
            .is_some_and(|byte| byte.to_ascii_lowercase() == wanted)
    })
}

/// Whether the option holds a secret, in any casing and spelling, on any engine.
///
/// An option that no specification knows counts too when its name says so: showing what was meant to be hidden is worse
/// than hiding what was not.
pub(crate) fn is_secret_option(name: &str) -> bool {
    // Most names end in a way that no secret's name does: they are told without a copy.
    let last = name
        .bytes()
        .rev()
        .find(|byte| byte.is_ascii() && !matches!(byte, b'-' | b'_' | b'.'))
        .map_or(0, |byte| byte.to_ascii_lowercase());
    if !secret_endings(last)
        .iter()
        .any(|ending| ends_like(name, ending))
    {
        return false;
    }
    // What is not ASCII hides no secret's name: `pass\u{200b}word` is one.
    let mut name = squeeze(name);
    name.retain(|character| character.is_ascii());
    if NOT_SECRET.contains(&name.as_str()) {
        return false;
    }
    matches!(
        name.as_str(),
        "pass"
            | "pwd"
            | "passwd"
            | "scramclientkey"
            | "scramserverkey"
            | "apikey"
            | "accesskey"
            | "awssecretaccesskey"
    ) || [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "secretkey",
        "password1",
        "password2",
        "password3",
        "pwd",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}
