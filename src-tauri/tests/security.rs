//! Reads the shell's configuration as it is built and fails on anything that would give a page more than it has today:
//! a loosened CSP, a permission with a wildcard, a command that one list names and another does not, developer tools in
//! a release. Each rule is also shown to refuse an altered copy, so that a rule which has stopped looking is noticed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

#[path = "../src/command_names.rs"]
mod command_names;

use command_names::COMMAND_NAMES;

/// Everything that decides what a page may do.
#[derive(Clone)]
struct Shell {
    config: Value,
    /// Files of `capabilities/`, by name.
    capabilities: Vec<(String, Value)>,
    /// Other files that Tauri would merge into the configuration.
    merged: Vec<String>,
    manifest: String,
    handler: String,
    sources: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = folder().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names(folder: &Path) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn rust_sources(folder: &Path) -> String {
    let mut text = String::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            text.push_str(&rust_sources(&path));
        } else if name.ends_with(".rs") {
            text.push_str(&read(&path));
        }
    }
    text
}

impl Shell {
    fn as_built() -> Self {
        let capabilities = names(&folder().join("capabilities"))
            .into_iter()
            .map(|name| {
                let text = read(Path::new("capabilities").join(&name));
                let value = serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("{name} is no JSON: {error}"));
                (name, value)
            })
            .collect();
        let merged = names(&folder())
            .into_iter()
            .filter(|name| name.to_lowercase().starts_with("tauri") && name != "tauri.conf.json")
            .collect();
        Self {
            config: serde_json::from_str(&read("tauri.conf.json"))
                .expect("tauri.conf.json is JSON"),
            capabilities,
            merged,
            manifest: read("Cargo.toml"),
            handler: read("src/commands.rs"),
            sources: rust_sources(&folder().join("src")),
        }
    }

    /// What is wrong with it.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_policy(&mut faults);
        self.check_config(&mut faults);
        self.check_capabilities(&mut faults);
        self.check_commands(&mut faults);
        self.check_build(&mut faults);
        faults
    }

    fn check_policy(&self, faults: &mut Vec<String>) {
        // Word for word: a policy is as strong as its weakest word, so no other is accepted.
        let wanted = json!({
            "default-src": "'self'",
            "script-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            "connect-src": "ipc: http://ipc.localhost",
            "img-src": "'self' data:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
        });
        let security = &self.config["app"]["security"];
        if security["csp"] != wanted {
            faults.push(format!("csp: {}", security["csp"]));
        }
        if !security["devCsp"].is_null() {
            faults.push("devCsp: debug builds run under the same policy".to_owned());
        }
        if !security["headers"].is_null() {
            faults.push("headers: none are needed".to_owned());
        }
    }

    fn check_config(&self, faults: &mut Vec<String>) {
        let app = &self.config["app"];
        let security = &app["security"];
        for (name, value, wanted) in [
            ("withGlobalTauri", &app["withGlobalTauri"], json!(false)),
            ("freezePrototype", &security["freezePrototype"], json!(true)),
            (
                "dangerousDisableAssetCspModification",
                &security["dangerousDisableAssetCspModification"],
                json!(false),
            ),
            (
                "assetProtocol.enable",
                &security["assetProtocol"]["enable"],
                json!(false),
            ),
            // Windows are made in Rust, where what they may do is set; none is made from the configuration.
            ("windows", &app["windows"], json!([])),
            ("capabilities", &security["capabilities"], json!(["main"])),
            (
                "frontendDist",
                &self.config["build"]["frontendDist"],
                json!("../ui/dist"),
            ),
        ] {
            if *value != wanted {
                faults.push(format!("{name}: {value}, not {wanted}"));
            }
        }
        for name in ["devUrl", "beforeBuildCommand", "beforeDevCommand"] {
            if !self.config["build"][name].is_null() {
                faults.push(format!(
                    "build.{name}: the page is the one that is compiled in"
                ));
            }
        }
        if !self.config["plugins"].is_null() {
            faults.push("plugins: none is configured".to_owned());
        }
        for name in &self.merged {
            faults.push(format!(
                "{name}: would be merged into the configuration unread"
            ));
        }
    }

    fn check_capabilities(&self, faults: &mut Vec<String>) {
        if self.capabilities.len() != 1 || self.capabilities[0].0 != "main.json" {
            faults.push("capabilities: there is one, main.json".to_owned());
        }
        for (name, capability) in &self.capabilities {
            if !capability["remote"].is_null() {
                faults.push(format!("{name}: no remote page has any permission"));
            }
            if capability["local"] != json!(true) {
                faults.push(format!("{name}: local: {}", capability["local"]));
            }
            if capability["windows"] != json!(["main", "window-*"])
                || !capability["webviews"].is_null()
            {
                faults.push(format!("{name}: for other windows than ours"));
            }
            for permission in capability["permissions"].as_array().into_iter().flatten() {
                // An object would carry a scope; none of our commands takes one.
                match permission.as_str() {
                    Some(text) if allowed_permissions().contains(text) => {}
                    _ => faults.push(format!("{name}: permission {permission}")),
                }
            }
        }
    }

    fn check_commands(&self, faults: &mut Vec<String>) {
        let listed: BTreeSet<String> = COMMAND_NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        let permitted: BTreeSet<String> = self
            .capabilities
            .iter()
            .flat_map(|(_, capability)| {
                capability["permissions"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default()
            })
            .filter_map(|permission| {
                Some(
                    permission
                        .as_str()?
                        .strip_prefix("allow-")?
                        .replace('-', "_"),
                )
            })
            .collect();
        let handled = between(&self.handler, "generate_handler![", "]");
        let handled: BTreeSet<String> = handled
            .split(',')
            .map(|path| {
                path.trim()
                    .rsplit("::")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .filter(|name| !name.is_empty())
            .collect();
        let written: BTreeSet<String> = self
            .sources
            .split("#[tauri::command]")
            .skip(1)
            .map(|rest| between(rest, "fn ", "(").to_owned())
            .collect();
        for (what, names) in [
            ("the capability", permitted),
            ("the handler", handled),
            ("the sources", written),
        ] {
            for name in names.symmetric_difference(&listed) {
                faults.push(format!(
                    "command {name}: {what} and command_names.rs differ"
                ));
            }
        }
    }

    fn check_build(&self, faults: &mut Vec<String>) {
        let manifest = without_comments(&self.manifest);
        if manifest.contains("devtools") {
            faults.push("Cargo.toml: devtools would be in release builds".to_owned());
        }
        for plugin in [
            "tauri-plugin-shell",
            "tauri-plugin-fs",
            "tauri-plugin-http",
            "tauri-plugin-opener",
        ] {
            if manifest.contains(plugin) {
                faults.push(format!("Cargo.toml: {plugin}"));
            }
        }
        for line in self
            .sources
            .lines()
            .filter(|line| line.contains(".devtools("))
        {
            if line.trim() != ".devtools(cfg!(debug_assertions))" {
                faults.push(format!("devtools: {}", line.trim()));
            }
        }
        if !self.sources.contains(".devtools(cfg!(debug_assertions))")
            || self.sources.contains("open_devtools")
        {
            faults.push("devtools: only in debug builds, and not by themselves".to_owned());
        }
        for call in [
            "tauri_plugin_fs::init",
            "tauri_plugin_shell",
            "tauri_plugin_http",
        ] {
            if self.sources.contains(call) {
                faults.push(format!("{call}: a plugin that pages must not have"));
            }
        }
        for needed in [
            ".on_navigation(is_ours)",
            ".on_new_window(|_, _| NewWindowResponse::Deny)",
        ] {
            if !self.sources.contains(needed) {
                faults.push(format!("{needed}: the page could leave"));
            }
        }
        // The updater is asked by Rust: its commands have no permission, and plain HTTP is for a test's server only.
        let plain = self.sources.replace(char::is_whitespace, "");
        let insecure = plain.matches("insecure:true").count();
        let hook = plain.find("#[cfg(debug_assertions)]fntest_source()");
        let in_hook = hook.is_some_and(|at| {
            let end = plain[at..].find("#[cfg(not(debug_assertions))]");
            end.is_some_and(|end| plain[at..at + end].matches("insecure:true").count() == 1)
        });
        // The other is the tests' own desk.
        if !in_hook || insecure != 2 {
            faults.push("insecure: plain HTTP outside debug builds".to_owned());
        }
        if plain.contains("danger_accept_invalid") || plain.contains("dangerousAcceptInvalid") {
            faults.push("updates: a certificate is checked".to_owned());
        }
        for needed in [".https_only(!insecure)", "\"requireSignedVersion\":true"] {
            if !plain.contains(needed) {
                faults.push(format!("{needed}: an update could be another's"));
            }
        }
        // The recorder of tests: its one use stands under a condition that release builds do not meet.
        let recorder = self.sources.find("include_str!(\"record_ipc.js\")");
        let guarded = recorder.is_some_and(|at| {
            let before = &self.sources[..at];
            let start = before.rfind("\n#[cfg(debug_assertions)]\nfn ");
            start.is_some_and(|start| !before[start + 1..].contains("\n}\n"))
        });
        if !guarded || self.sources.matches("record_ipc").count() != 1 {
            faults.push("record_ipc.js: in debug builds only".to_owned());
        }
    }
}

/// Each by its name: a set (`core:default`) would grow with the next release of Tauri.
fn allowed_permissions() -> BTreeSet<String> {
    let ours = COMMAND_NAMES
        .iter()
        .map(|name| format!("allow-{}", name.replace('_', "-")));
    ours.chain([
        "core:event:allow-listen".to_owned(),
        "core:event:allow-unlisten".to_owned(),
    ])
    .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or("", |(inner, _)| inner)
}

fn without_comments(manifest: &str) -> String {
    manifest
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_shell_is_as_tight_as_it_was_made() {
    let faults = Shell::as_built().faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Alters a copy and answers what is then found.
fn altered(alter: impl FnOnce(&mut Shell)) -> Vec<String> {
    let mut shell = Shell::as_built();
    alter(&mut shell);
    shell.faults()
}

fn refused(what: &str, alter: impl FnOnce(&mut Shell)) {
    assert!(!altered(alter).is_empty(), "not noticed: {what}");
}

#[test]
fn a_loosened_policy_is_refused() {
    for (directive, value) in [
        ("default-src", "'self' https:"),
        ("script-src", "'self' 'unsafe-inline'"),
        ("script-src", "'self' 'unsafe-eval'"),
        ("style-src", "'self' 'unsafe-inline'"),
        (
            "connect-src",
            "ipc: http://ipc.localhost https://example.com",
        ),
        ("img-src", "*"),
        ("object-src", "'self'"),
        ("frame-src", "https://example.com"),
    ] {
        refused(&format!("{directive} {value}"), |shell| {
            shell.config["app"]["security"]["csp"][directive] = json!(value)
        });
    }
    refused("a policy as text", |shell| {
        shell.config["app"]["security"]["csp"] = json!("default-src *")
    });
    refused("no policy", |shell| {
        shell.config["app"]["security"]["csp"] = Value::Null
    });
    refused("a policy of its own for debug builds", |shell| {
        shell.config["app"]["security"]["devCsp"] = json!("default-src *");
    });
    refused("unmodified assets", |shell| {
        shell.config["app"]["security"]["dangerousDisableAssetCspModification"] =
            json!(["style-src"]);
    });
}

#[test]
fn a_loosened_configuration_is_refused() {
    refused("the global", |shell| {
        shell.config["app"]["withGlobalTauri"] = json!(true)
    });
    refused("prototypes", |shell| {
        shell.config["app"]["security"]["freezePrototype"] = json!(false)
    });
    refused("assets", |shell| {
        shell.config["app"]["security"]["assetProtocol"]["enable"] = json!(true)
    });
    refused("a development server", |shell| {
        shell.config["build"]["devUrl"] = json!("http://localhost:1420")
    });
    refused("a remote page", |shell| {
        shell.config["build"]["frontendDist"] = json!("https://example.com")
    });
    refused("a window", |shell| {
        shell.config["app"]["windows"] = json!([{ "label": "other" }])
    });
    refused("every capability", |shell| {
        shell.config["app"]["security"]["capabilities"] = json!([])
    });
    refused("a plugin", |shell| {
        shell.config["plugins"] = json!({ "shell": { "open": true } })
    });
    refused("a platform's own file", |shell| {
        shell.merged.push("tauri.linux.conf.json".to_owned())
    });
}

#[test]
fn a_wider_capability_is_refused() {
    for permission in [
        "core:default",
        "*",
        "core:*",
        "dialog:default",
        "clipboard-manager:allow-read-text",
        "allow-everything",
    ] {
        refused(permission, |shell| {
            let permissions = shell.capabilities[0].1["permissions"]
                .as_array_mut()
                .expect("a list");
            permissions.push(json!(permission));
        });
    }
    refused("a scope", |shell| {
        shell.capabilities[0].1["permissions"][2] =
            json!({ "identifier": "allow-app-bootstrap", "allow": [{ "path": "**" }] });
    });
    refused("every window", |shell| {
        shell.capabilities[0].1["windows"] = json!(["*"])
    });
    refused("remote pages", |shell| {
        shell.capabilities[0].1["remote"] = json!({ "urls": ["https://*"] })
    });
    refused("a second capability", |shell| {
        shell
            .capabilities
            .push(("more.json".to_owned(), json!({ "identifier": "more" })));
    });
}

#[test]
fn a_command_that_one_list_lacks_is_refused() {
    refused("an unlisted handler", |shell| {
        shell.handler = shell.handler.replace(
            "window::window_new,",
            "window::window_new,\nwindow::window_eval,",
        );
    });
    refused("a handler that is gone", |shell| {
        shell.handler = shell.handler.replace("url::url_reveal,", "")
    });
    refused("an unlisted command", |shell| {
        shell
            .sources
            .push_str("\n#[tauri::command]\npub fn shell_run(line: String) {}\n");
    });
    refused("a permission that is gone", |shell| {
        shell.capabilities[0].1["permissions"]
            .as_array_mut()
            .expect("a list")
            .pop();
    });
}

#[test]
fn developer_tools_and_recorders_in_a_release_are_refused() {
    refused("the feature", |shell| {
        shell
            .manifest
            .push_str("\n[features]\ninspect = [\"tauri/devtools\"]\n")
    });
    refused("the call", |shell| {
        shell.sources = shell.sources.replace("cfg!(debug_assertions)", "true")
    });
    refused("a window without it", |shell| {
        shell.sources = shell
            .sources
            .replace(".devtools(cfg!(debug_assertions))", "");
    });
    refused("a page that may leave", |shell| {
        shell.sources = shell.sources.replace(".on_navigation(is_ours)", "")
    });
    refused("a plugin", |shell| {
        shell.manifest.push_str("\ntauri-plugin-shell = \"2\"\n")
    });
    refused("an unguarded recorder", |shell| {
        shell.sources = shell
            .sources
            .replace("#[cfg(debug_assertions)]\nfn record", "fn record");
    });
}

#[test]
fn an_updater_that_takes_more_is_refused() {
    refused("plain HTTP in a release", |shell| {
        shell.sources = shell
            .sources
            .replacen("insecure: false", "insecure: true", 1);
    });
    refused("the hook of tests in a release", |shell| {
        shell.sources = shell
            .sources
            .replace("#[cfg(debug_assertions)]\nfn test_source", "fn test_source");
    });
    refused("any certificate", |shell| {
        shell
            .sources
            .push_str("client.danger_accept_invalid_certs(true)");
    });
    refused("a redirect to plain HTTP", |shell| {
        shell.sources = shell.sources.replace(".https_only(!insecure)", "");
    });
    refused("an old package under a new name", |shell| {
        shell.sources = shell.sources.replace(
            "\"requireSignedVersion\": true",
            "\"requireSignedVersion\": false",
        );
    });
    refused("the updater's commands for a page", |shell| {
        let permissions = shell.capabilities[0].1["permissions"]
            .as_array_mut()
            .expect("a list");
        permissions.push(json!("updater:default"));
    });
}
