//! Tells Tauri which commands there are: one that is not listed can't be allowed to any window.

include!("src/command_names.rs");

fn main() {
    println!("cargo:rerun-if-changed=src/command_names.rs");
    check_update_source();
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(COMMAND_NAMES));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// Where a build looks for newer versions is given by its environment. Half of it, or an address without TLS, would make a
/// program that can never be updated, which nobody would notice.
fn check_update_source() {
    let given = |name: &str| {
        println!("cargo:rerun-if-env-changed={name}");
        std::env::var(name).ok().filter(|value| !value.is_empty())
    };
    let key = given("TAPEDECK_UPDATE_KEY");
    let endpoint = given("TAPEDECK_UPDATE_ENDPOINT");
    let project = given("TAPEDECK_PROJECT_URL");
    if key.is_none() && endpoint.is_some() {
        println!("cargo::error=TAPEDECK_UPDATE_ENDPOINT is of no use without TAPEDECK_UPDATE_KEY");
    }
    let address = endpoint.or(project);
    if key.is_some() && !address.is_some_and(|address| address.starts_with("https://")) {
        println!(
            "cargo::error=TAPEDECK_UPDATE_KEY needs an https:// address in TAPEDECK_UPDATE_ENDPOINT or TAPEDECK_PROJECT_URL"
        );
    }
}
