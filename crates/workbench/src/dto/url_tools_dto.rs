//! What the connection editor's tools say: completion, the catalogue of options, comparison, copying, other forms.
//! Offsets are UTF-16 code units. No type here holds a secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::UrlTextChange;

/// A repair of a fault, to be shown with its preview and applied only when asked.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlRepair {
    /// What it does, as the label of its button.
    pub label: String,
    /// The changes, in ascending order. They hold no secret: only spans move secrets.
    pub changes: Vec<UrlTextChange>,
    /// The text after it, secrets masked.
    pub preview: String,
}

/// What a piece of a URL is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlTokenKind {
    /// The scheme.
    Scheme,
    /// What separates parts.
    Punctuation,
    /// The user name.
    User,
    /// A password or another secret.
    Secret,
    /// A host, address or socket path.
    Host,
    /// A port.
    Port,
    /// The database.
    Database,
    /// An option's name.
    OptionName,
    /// An option's value.
    OptionValue,
    /// `$Secret{KEY}`.
    Reference,
}

/// A piece of the text and what it is.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlToken {
    /// What it is.
    pub kind: UrlTokenKind,
    /// From.
    pub start: u32,
    /// To, exclusive.
    pub end: u32,
}

/// How the value of an option is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlOptionKind {
    /// Any text.
    Text,
    /// A secret: it goes to the keyring.
    Secret,
    /// One of two values: the first turns it off, the second on.
    Boolean,
    /// A whole number.
    Integer,
    /// A duration in seconds.
    Seconds,
    /// A duration in milliseconds.
    Milliseconds,
    /// One of `values`.
    Choice,
    /// Several of `values`, separated by commas.
    List,
    /// The path of a file.
    File,
    /// The path of a folder.
    Folder,
}

/// Where an option stands in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlOptionGroup {
    /// Encryption and certificates.
    Tls,
    /// Who one is and how that is shown.
    Auth,
    /// Choice of servers: replica sets, read preference, load balancing, session attributes.
    Servers,
    /// Pools.
    Pool,
    /// Time limits and keepalives.
    Timeouts,
    /// Everything else.
    Other,
}

/// What an engine's client knows of one option.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlOptionInfo {
    /// Its name in the usual spelling.
    pub name: String,
    /// Other names and spellings of the same option.
    pub aliases: Vec<String>,
    /// Where it stands in the form.
    pub group: UrlOptionGroup,
    /// How its value is typed.
    pub kind: UrlOptionKind,
    /// Allowed values; empty where any text or number goes.
    pub values: Vec<String>,
    /// What applies where it is left out, as text to show.
    pub default: Option<String>,
    /// Smallest number allowed.
    #[ts(type = "number | null")]
    pub minimum: Option<i64>,
    /// Largest number allowed.
    #[ts(type = "number | null")]
    pub maximum: Option<i64>,
    /// One or two plain sentences.
    pub documentation: String,
    /// Why not to use it any more, or what to use instead.
    pub deprecated: Option<String>,
}

/// Whether a way to sign in needs a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlNeed {
    /// It must be there.
    Required,
    /// It may be there.
    Optional,
    /// It must not be there.
    Forbidden,
}

/// A way to sign in that the URL can name.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct AuthMechanismInfo {
    /// The option's value: `SCRAM-SHA-256`. Empty for the engine's own choice.
    pub name: String,
    /// As people say it.
    pub label: String,
    /// The user name.
    pub user: UrlNeed,
    /// The password.
    pub password: UrlNeed,
    /// Options that belong to it alone (and only with it are shown).
    pub options: Vec<String>,
    /// Properties of `authMechanismProperties` that belong to it.
    pub properties: Vec<UrlOptionInfo>,
    /// One plain sentence.
    pub documentation: String,
}

/// What may stand at the cursor.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlCompletions {
    /// Where what is being typed starts.
    pub start: u32,
    /// Where it ends; a chosen item takes the place of all of it.
    pub end: u32,
    /// Best first; only those that what is typed can still become.
    pub items: Vec<UrlCompletion>,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlCompletionKind {
    /// A scheme.
    Scheme,
    /// A host or port.
    Host,
    /// A database.
    Database,
    /// An option's name.
    Option,
    /// An option's value.
    Value,
    /// A named secret.
    Secret,
}

/// One thing that may stand at the cursor.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlCompletion {
    /// What is shown.
    pub label: String,
    /// What is written, encoded for its place.
    pub insert: String,
    /// What it is.
    pub kind: UrlCompletionKind,
    /// A word or two: a default, a type.
    pub detail: Option<String>,
    /// A sentence or two.
    pub documentation: Option<String>,
}

/// One side of a comparison: what is typed, or, without `text`, what is stored.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct CompareSide {
    /// The environment.
    pub slug: String,
    /// What is typed there and not saved.
    #[ts(optional)]
    pub text: Option<String>,
}

/// How a part compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlPartState {
    /// Both sides say the same.
    Same,
    /// The sides differ.
    Different,
    /// Only the left side has it.
    OnlyLeft,
    /// Only the right side has it.
    OnlyRight,
    /// A secret that this machine lacks on one side: it can't be told.
    Unknown,
}

/// One part of two URLs.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlPartComparison {
    /// `scheme`, `user`, `password`, `host`, `port`, `database` or `option`; hosts are numbered in `name`.
    pub part: String,
    /// The option's name, or the number of the host where there are several.
    pub name: Option<String>,
    /// The left value; `***` for a secret, null where there is none.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// How they compare.
    pub state: UrlPartState,
    /// Whether it is a secret: compared, never shown.
    pub secret: bool,
}

/// Two environments' URLs, part by part.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlComparison {
    /// The left URL, masked.
    pub left: String,
    /// The right URL, masked.
    pub right: String,
    /// Every part of either, in the order of a URL.
    pub parts: Vec<UrlPartComparison>,
    /// Whether every part is the same.
    pub same: bool,
}

/// The parts in which a find-and-replace looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlReplacePart {
    /// Host names and socket paths.
    Host,
    /// The database.
    Database,
    /// The user name.
    User,
    /// Values of options that are no secrets, and keys of `$Secret{KEY}`.
    Options,
}

/// One environment to copy to.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct UrlCopyTarget {
    /// Its slug.
    pub slug: String,
    /// What to look for; empty replaces nothing.
    pub find: String,
    /// What takes its place.
    pub replace: String,
}

/// A copy of one environment's URL to others.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct UrlCopyRequest {
    /// The environment config that is copied, as it is stored.
    pub config_id: String,
    /// Where to look.
    pub parts: Vec<UrlReplacePart>,
    /// To which environments.
    pub targets: Vec<UrlCopyTarget>,
    /// Whether the passwords go along. Without them each target keeps its own where its URL has one in that place.
    pub with_secrets: bool,
}

/// What a copy would make of one environment.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlCopyPreview {
    /// The environment.
    pub slug: String,
    /// What it has now, masked; null when it has nothing.
    pub before: Option<String>,
    /// What it would have, masked.
    pub after: String,
    /// Where the replacement was written in `after`.
    pub replaced: Vec<UrlRange>,
    /// Secrets that it would still lack.
    pub missing_secrets: Vec<String>,
    /// Why it can't be done, in one sentence.
    pub problem: Option<String>,
}

/// A range of a text.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlRange {
    /// From.
    pub start: u32,
    /// To, exclusive.
    pub end: u32,
}

/// A form in which a connection can be copied.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlFormatInfo {
    /// `url`, `keyword_value`, `jdbc`, `command`, `env`, `docker`, `sdk`, `node`, `python`, `go`, `rust`.
    pub id: String,
    /// "psql command".
    pub label: String,
    /// Whether it can hold the real secrets; the others name an environment variable in their place.
    pub can_hold_secrets: bool,
}

/// A connection in one form, without secrets.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlFormatted {
    /// The text.
    pub text: String,
    /// What the form can't say and left out, a sentence each.
    pub notes: Vec<String>,
}
