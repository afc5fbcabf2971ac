//! Where this build looks for newer versions, and whose signature it takes. Both are given when it is built; a build without
//! them has no updater.

use serde_json::{Value, json};
use tauri::Url;

/// An address and the key that what comes from there must be signed with.
#[derive(Clone, Debug)]
pub struct Source {
    pub endpoint: Url,
    /// The public key as the signer of Tauri prints it.
    pub public_key: String,
    /// Whether plain HTTP will do. Never in a release.
    pub insecure: bool,
}

impl Source {
    /// The one that was given when this was built. `build.rs` refuses an address that is none, or a key without one.
    pub fn of_this_build() -> Option<Self> {
        test_source().or_else(|| {
            let public_key = given(option_env!("TAPEDECK_UPDATE_KEY"))?.to_owned();
            let endpoint = given(option_env!("TAPEDECK_UPDATE_ENDPOINT"))
                .map(str::to_owned)
                .or_else(|| Some(format!("{}/latest/download/latest.json", release_page()?)))?;
            Some(Self {
                endpoint: endpoint.parse().ok()?,
                public_key,
                insecure: false,
            })
        })
    }

    /// What the plugin reads from the application's configuration. The version stands in the signature, so that nobody can
    /// offer an old package as a new one.
    pub fn plugin_config(&self) -> Value {
        json!({
            "endpoints": [self.endpoint],
            "pubkey": self.public_key,
            "requireSignedVersion": true,
            "dangerousInsecureTransportProtocol": self.insecure,
        })
    }
}

/// The address of the page with all versions, for a person.
pub fn release_page() -> Option<String> {
    let project = given(option_env!("TAPEDECK_PROJECT_URL"))?;
    project
        .starts_with("https://")
        .then(|| format!("{project}/releases"))
}

/// A value of the build's environment. An empty one is none.
pub(super) fn given(value: Option<&'static str>) -> Option<&'static str> {
    value.filter(|value| !value.is_empty())
}

/// In debug builds, and only when a test asks for it: a server on this machine.
#[cfg(debug_assertions)]
fn test_source() -> Option<Source> {
    let endpoint: Url = std::env::var("TAPEDECK_TEST_UPDATE_ENDPOINT")
        .ok()?
        .parse()
        .ok()?;
    (endpoint.host_str() == Some("127.0.0.1")).then_some(())?;
    Some(Source {
        endpoint,
        public_key: std::env::var("TAPEDECK_TEST_UPDATE_KEY").ok()?,
        insecure: true,
    })
}

#[cfg(not(debug_assertions))]
fn test_source() -> Option<Source> {
    None
}
