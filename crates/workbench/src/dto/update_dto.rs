//! Updates of the program, as the window tells of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is done about a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UpdateMode {
    /// Looked for at the start and daily, and told.
    Notify,
    /// Looked for, fetched, and put in place when Tapedeck is closed.
    Automatic,
    /// Never looked for, unless a person asks.
    Off,
}

/// How Tapedeck came to this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PackageKind {
    /// A package of a distribution, which brings its own updates.
    Distribution,
    /// A `.deb` of ours.
    Deb,
    /// An `.rpm` of ours.
    Rpm,
    /// An AppImage, a file that can be replaced.
    AppImage,
    /// A bundle of macOS.
    App,
    /// An installer of Windows.
    Installer,
    /// No package: built from source, or unpacked by hand.
    None,
}

/// How the last look for a newer version ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UpdateOutcome {
    /// There is none.
    Current,
    /// There is one.
    Available,
    /// The look failed, or what came of it.
    Failed,
}

/// The last look for a newer version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UpdateCheck {
    /// RFC 3339.
    pub at: String,
    /// How it ended.
    pub outcome: UpdateOutcome,
    /// The version that was found.
    pub version: Option<String>,
    /// The code of the failure.
    pub code: Option<String>,
    /// What happened and what to do.
    pub message: Option<String>,
}

/// How far an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UpdateStage {
    /// Known of.
    Found,
    /// Being fetched.
    Downloading,
    /// Fetched and its signature checked: it is put in place when Tapedeck is closed.
    Ready,
    /// In place: the next start is of this version.
    Installed,
}

/// A newer version.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UpdateView {
    /// Its version.
    pub version: String,
    /// What is new, in plain text.
    pub notes: Option<String>,
    /// When it was published, RFC 3339.
    pub published: Option<String>,
    /// How far it is.
    pub stage: UpdateStage,
    /// Bytes fetched so far.
    #[ts(type = "number")]
    pub received: u64,
    /// Bytes in all, where the server says so.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
}

/// All that the window shows about updates.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UpdateStatus {
    /// The version that runs.
    pub version: String,
    /// What is done about a newer one.
    pub mode: UpdateMode,
    /// Whether this build knows where to look. One without an address and a key does not.
    pub can_check: bool,
    /// Whether Tapedeck can put a new version in its own place.
    pub can_install: bool,
    /// How it came to this machine.
    pub package: PackageKind,
    /// The distribution, in its own words.
    pub distribution: Option<String>,
    /// The address of the page with all versions.
    pub release_page: Option<String>,
    /// The last look, if there was one.
    pub last_check: Option<UpdateCheck>,
    /// A newer version, if one is known.
    pub update: Option<UpdateView>,
}
