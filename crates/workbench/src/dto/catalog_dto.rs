//! Records, the matrix, activity and settings as a face sees them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AuthMechanismInfo, CellTest, SecretPlace, UrlFormatInfo, UrlOptionInfo};

/// An engine a database can have, with what a face may ask of it instead of asking for its name.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct EngineInfo {
    /// The record's `type`: `mongodb`, `postgresql`, `mysql` or `sqlite`.
    #[serde(rename = "type")]
    pub database_type: String,
    /// "PostgreSQL".
    pub display_name: String,
    /// Two letters for the matrix: "pg".
    pub abbreviation: String,
    /// Port used when the URL names none.
    pub default_port: u16,
    /// URL schemes it takes, the usual one first.
    pub schemes: Vec<String>,
    /// A URL to start from, for placeholders of forms.
    pub example_url: String,
    /// Several hosts in one URL.
    pub multi_host: bool,
    /// Hosts found by DNS SRV records (`mongodb+srv`).
    pub srv: bool,
    /// Unix sockets as host.
    pub unix_sockets: bool,
    /// A database is a file: its URL has a path, and no host, user or encryption.
    pub file: bool,
    /// Name of the option that chooses TLS (`sslmode`, `ssl-mode`, `tls`).
    pub tls_option: String,
    /// The values of that option, strictest last.
    pub tls_modes: Vec<String>,
    /// Every option that the engine's client knows.
    pub options: Vec<UrlOptionInfo>,
    /// The option that names a way to sign in, where the engine has one (`authMechanism`).
    pub auth_option: Option<String>,
    /// The ways to sign in that it can name, the engine's own choice first.
    pub auth_mechanisms: Vec<AuthMechanismInfo>,
    /// The language of its templates and statements: `postgresql` or `mysql`, which are SQL, or `json`.
    pub template_language: String,
    /// Forms in which a connection can be copied.
    pub formats: Vec<UrlFormatInfo>,
}

/// What the window needs to draw its first frame.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Bootstrap {
    /// Version of Tapedeck.
    pub version: String,
    /// The commit that it was built from, where the build said so.
    pub commit: Option<String>,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// Where everything this program writes is.
    pub data_dir: String,
    /// `linux`, `macos` or `windows`.
    pub platform: String,
    /// Engines, in the order to offer them.
    pub engines: Vec<EngineInfo>,
    /// Settings, defaults filled in.
    pub settings: Settings,
    /// Every product.
    pub products: Vec<ProductView>,
}

/// A product, without its parts.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ProductView {
    /// Stable id (UUIDv7).
    pub id: String,
    /// Unique tag.
    pub tag: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Revision to send back with a patch.
    #[ts(type = "number")]
    pub revision: u64,
    /// How many environments it has.
    pub environments: u32,
    /// How many databases it has.
    pub databases: u32,
}

/// An environment of a product.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct EnvironmentView {
    /// Stable id.
    pub id: String,
    /// "Development".
    pub env_name: String,
    /// `dev`.
    pub slug: String,
    /// Description.
    pub description: Option<String>,
    /// Position of its column, from 0.
    #[ts(type = "number")]
    pub order: i64,
    /// An inactive environment refuses to run anything.
    pub active: bool,
    /// What drives the guards.
    #[serde(rename = "class")]
    pub class: EnvironmentClassView,
    /// Revision to send back with a patch.
    #[ts(type = "number")]
    pub revision: u64,
}

/// The class of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum EnvironmentClassView {
    /// Runs without questions.
    Development,
    /// Confirms writes.
    Staging,
    /// Shows plan and target; a write needs the tag typed.
    Production,
}

/// A database with its environment configs.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DatabaseView {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Tag, unique in the product.
    pub tag: String,
    /// `mongodb`, `postgresql`, `mysql` or `sqlite`.
    #[serde(rename = "type")]
    pub database_type: String,
    /// Description.
    pub description: Option<String>,
    /// Environment configs, in the order of the product's environments.
    pub envs: Vec<ConfigView>,
    /// How many actions it has.
    pub actions: u32,
    /// How many migrations it has.
    pub migrations: u32,
    /// Revision to send back with a patch.
    #[ts(type = "number")]
    pub revision: u64,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// A database's config for one environment: a cell of the matrix.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ConfigView {
    /// Stable id of the cell.
    pub id: String,
    /// Slug of the environment.
    pub slug: String,
    /// The URL with `***` in place of each secret.
    pub connection_url: String,
    /// Description.
    pub description: Option<String>,
    /// "db.example.com:5432/orders": where it points, short enough for a cell.
    pub target: String,
    /// Whether a keyring entry or a named secret is needed to connect.
    pub needs_secret: bool,
    /// Keys of the `$Secret{KEY}` references in it.
    pub references: Vec<String>,
    /// The last test on this machine.
    pub last_test: Option<CellTest>,
}

/// The home screen: databases down, environments across. Holds no secret, and making it reads none.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MatrixView {
    /// The product.
    pub product: ProductView,
    /// Columns, in order.
    pub environments: Vec<EnvironmentView>,
    /// Rows, by name.
    pub databases: Vec<DatabaseView>,
}

/// Whether this machine has what a cell needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CredentialStateView {
    /// The URL holds no secret.
    NoneNeeded,
    /// Every entry is in the keyring.
    Present,
    /// At least one entry is not on this machine.
    Missing,
    /// The keyring is locked: whether the entry is there can't be read now.
    Locked,
    /// The place where it is kept can't be used.
    Unavailable,
}

/// The credential state of one cell.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct CellCredential {
    /// The cell's id.
    pub config_id: String,
    /// Its state.
    pub state: CredentialStateView,
    /// What lacks, by slot (`password`) or reference (`$Secret{KEY}`).
    pub missing: Vec<String>,
}

/// The credential states of a product, read without reading any value.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct CredentialReport {
    /// One a configured cell.
    pub cells: Vec<CellCredential>,
    /// What to do when the keyring is locked or unavailable.
    pub keyring_message: Option<String>,
    /// The code of what is wrong then.
    pub keyring_code: Option<String>,
    /// Where passwords are kept.
    pub place: SecretPlace,
    /// How many passwords of the product must be entered again.
    pub to_enter: u32,
}

/// Fields of a product to create.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ProductInput {
    /// Unique tag.
    pub tag: String,
    /// Name.
    pub name: String,
    /// Description.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// Environments to create with it.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<EnvironmentInput>>")]
    pub environments: Vec<EnvironmentInput>,
}

/// A patch of a product: absent fields stay, `description: null` clears it.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export, optional_fields)]
pub struct ProductPatchInput {
    /// New tag.
    pub tag: Option<String>,
    /// New name.
    pub name: Option<String>,
    /// New description.
    #[serde(deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub description: Option<Option<String>>,
    /// The revision it was made from.
    #[ts(type = "number")]
    pub revision: Option<u64>,
}

/// Fields of an environment to create.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct EnvironmentInput {
    /// "Development".
    pub env_name: String,
    /// `dev`.
    pub slug: String,
    /// Description.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// Defaults to true.
    #[serde(default)]
    #[ts(optional)]
    pub active: Option<bool>,
    /// Guessed from the slug when absent.
    #[serde(default)]
    #[ts(optional)]
    pub class: Option<EnvironmentClassView>,
}

/// A patch of an environment.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export, optional_fields)]
pub struct EnvironmentPatchInput {
    /// New name.
    pub env_name: Option<String>,
    /// New slug.
    pub slug: Option<String>,
    /// New description; null clears it.
    #[serde(deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub description: Option<Option<String>>,
    /// New position, from 0.
    #[ts(type = "number")]
    pub order: Option<i64>,
    /// Whether it runs anything.
    pub active: Option<bool>,
    /// New class.
    pub class: Option<EnvironmentClassView>,
    /// The revision it was made from.
    #[ts(type = "number")]
    pub revision: Option<u64>,
}

/// An environment config to add or replace.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ConfigInput {
    /// One of the product's environments.
    pub slug: String,
    /// The URL as typed; `***` in a secret's place keeps the one stored.
    pub connection_url: String,
    /// Secrets typed in fields of their own, plain, by slot name; each fills the `***` of its slot.
    #[serde(default)]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub secrets: BTreeMap<String, String>,
    /// Description.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// Take the secrets of `***` slots from this cell instead (copy to another environment).
    #[serde(default)]
    #[ts(optional)]
    pub copy_from: Option<String>,
}

/// Fields of a database to create.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DatabaseInput {
    /// Name.
    pub name: String,
    /// Tag, unique in the product.
    pub tag: String,
    /// `mongodb`, `postgresql`, `mysql` or `sqlite`.
    #[serde(rename = "type")]
    pub database_type: String,
    /// Description.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// At least one.
    pub envs: Vec<ConfigInput>,
}

/// A patch of a database: `envs` merges by slug.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export, optional_fields)]
pub struct DatabasePatchInput {
    /// New name.
    pub name: Option<String>,
    /// New tag.
    pub tag: Option<String>,
    /// New description; null clears it.
    #[serde(deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub description: Option<Option<String>>,
    /// Configs to add or replace.
    #[ts(as = "Option<Vec<ConfigInput>>")]
    pub envs: Vec<ConfigInput>,
    /// Slugs whose config goes.
    #[ts(as = "Option<Vec<String>>")]
    pub remove_envs: Vec<String>,
    /// The revision it was made from.
    #[ts(type = "number")]
    pub revision: Option<u64>,
}

/// A thing done here, without secrets.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActivityView {
    /// Its id, for undo.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// `window` or `cli`.
    pub origin: String,
    /// `create`, `update`, `delete`, `test`, `import`, `reveal`, …
    pub verb: String,
    /// `product`, `environment`, `database`, `secret`.
    pub subject: String,
    /// "Orders".
    pub label: String,
    /// One sentence.
    pub summary: String,
    /// Whether undo is offered.
    pub undoable: bool,
}

/// What making a deletion final did in the place where passwords are kept.
#[derive(Clone, Copy, Debug, Serialize, TS)]
#[ts(export)]
pub struct PurgeView {
    /// Entries that were removed.
    pub removed: u32,
    /// Entries that could not be removed now, as the place is locked or away; they follow as soon as it is not.
    pub left: u32,
}

/// The answer to a change: what was written, and the activity that undoes it.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Changed<T> {
    /// The record as it is now.
    pub record: T,
    /// Undo handle.
    pub activity_id: Option<String>,
    /// Advice that refuses nothing, such as a slug that is not three letters.
    pub hints: Vec<String>,
}

/// What a person can set. Absent means the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Rows of 26 px instead of 32.
    pub compact: bool,
    /// Cap of one connection test, in seconds.
    pub test_timeout_seconds: u32,
    /// How long a keyring may take before a cell says so, in seconds.
    pub keyring_timeout_seconds: u32,
    /// Tests at once, 1 to 16.
    pub test_concurrency: u32,
    /// How long a copied secret stays on the clipboard, in seconds.
    pub clipboard_seconds: u32,
    /// After how long without use the vault file locks itself, in minutes.
    pub vault_idle_minutes: u32,
    /// What is done about a newer version: `notify`, `automatic` or `off`; `package` as the package has it.
    pub updates: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".to_owned(),
            compact: false,
            test_timeout_seconds: 10,
            keyring_timeout_seconds: 5,
            test_concurrency: 16,
            clipboard_seconds: 30,
            vault_idle_minutes: 15,
            updates: "package".to_owned(),
        }
    }
}

/// A named secret, without its value.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct NamedSecretView {
    /// `KEY` or `KEY@slug`.
    pub name: String,
    /// Whether this machine has it.
    pub state: CredentialStateView,
    /// RFC 3339.
    pub updated_at: String,
    /// Cells that refer to it, as `database@env`.
    pub used_by: Vec<String>,
}

/// One record of an import, before it is done.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ImportStep {
    /// `product`, `environment`, `database`, `action` or `migration`.
    pub subject: String,
    /// Its address.
    pub address: String,
    /// `add`, `change`, `same` or `keep`.
    pub change: String,
    /// Who added it, or left it out, since the state that the two have in common; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub side: Option<ImportSide>,
    /// What changes, field by field.
    pub fields: Vec<FieldChangeView>,
}

/// A field with its value before and after, secrets masked.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FieldChangeView {
    /// The field.
    pub field: String,
    /// Before.
    #[ts(type = "unknown")]
    pub before: serde_json::Value,
    /// After.
    #[ts(type = "unknown")]
    pub after: serde_json::Value,
    /// Who changed it since the state that the two have in common; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub side: Option<ImportSide>,
}

/// Which side changed something since the state that a file and this catalog have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ImportSide {
    /// Only the file.
    File,
    /// Only this catalog: the import takes that back.
    Here,
    /// Both: the import takes what the file has.
    Both,
}

impl From<catalog::ImportSide> for ImportSide {
    fn from(side: catalog::ImportSide) -> Self {
        match side {
            catalog::ImportSide::File => Self::File,
            catalog::ImportSide::Here => Self::Here,
            catalog::ImportSide::Both => Self::Both,
        }
    }
}

/// The state that a file and this catalog have in common.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ImportBaseView {
    /// The product's tag.
    pub product: String,
    /// When it was exported or imported here in that state, RFC 3339.
    pub at: String,
    /// Whether the file says that it was made from it; if not, it is the last that is known here.
    pub named: bool,
}

/// What an import would do or did.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ImportView {
    /// Tags of the products it names.
    pub products: Vec<String>,
    /// Each record.
    pub steps: Vec<ImportStep>,
    /// What was odd and kept.
    pub warnings: Vec<String>,
    /// How many secrets came with it.
    pub secrets: u32,
    /// What each product was compared with, beside what is here and what the file has; without those that have nothing in
    /// common with it yet.
    pub bases: Vec<ImportBaseView>,
    /// Whether it was done.
    pub applied: bool,
}

/// Tells an absent field (outer `None`, by `#[serde(default)]`) from a null one (`Some(None)`).
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
