//! What a person can do where the keyring can't be used: it depends on the desktop, and on whether there is one.

use std::path::Path;
use std::sync::OnceLock;

use crate::SecretStoreError;

/// Where this process runs, as far as it matters to a keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    system: System,
    /// Connected from another machine: no prompt can come up here.
    ssh: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum System {
    MacOs,
    Windows,
    Container,
    /// A Unix with a desktop.
    Desktop(Desktop),
    /// A Unix without one.
    Bare,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Desktop {
    Gnome,
    Kde,
    Other,
}

impl Surroundings {
    /// Those of this process. They don't change while it runs.
    pub fn here() -> &'static Surroundings {
        static HERE: OnceLock<Surroundings> = OnceLock::new();
        HERE.get_or_init(|| {
            Surroundings::of(
                std::env::consts::OS,
                |name| std::env::var(name).ok().filter(|value| !value.is_empty()),
                Path::exists,
            )
        })
    }

    /// Those that the system's name, the environment and the files say.
    pub fn of(
        system: &str,
        variable: impl Fn(&str) -> Option<String>,
        exists: impl Fn(&Path) -> bool,
    ) -> Surroundings {
        let any = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
        let in_container = || {
            any(&["container", "KUBERNETES_SERVICE_HOST"])
                || exists(Path::new("/.dockerenv"))
                || exists(Path::new("/run/.containerenv"))
        };
        let system = match system {
            "macos" => System::MacOs,
            "windows" => System::Windows,
            _ => match desktop(&variable) {
                Some(desktop) => System::Desktop(desktop),
                None if in_container() => System::Container,
                None => System::Bare,
            },
        };
        let ssh = any(&["SSH_CONNECTION", "SSH_TTY"]);
        Surroundings { system, ssh }
    }

    /// What to do about a keyring that refused: sentences, the first the best. Empty for other errors.
    pub fn advice(&self, error: &SecretStoreError) -> Vec<&'static str> {
        match error {
            SecretStoreError::Unavailable { .. } => self.where_there_is_none(),
            SecretStoreError::Locked | SecretStoreError::TimedOut { .. } => {
                vec![self.where_it_waits()]
            }
            _ => Vec::new(),
        }
    }

    fn where_there_is_none(&self) -> Vec<&'static str> {
        const CHOOSE: &str = "Or choose another place for passwords: a vault file under a passphrase, or be asked each time.";
        const ENVIRONMENT: &str =
            "$Secret{KEY} in a URL is answered by TAPEDECK_SECRET_KEY in the environment.";
        let first = match &self.system {
            System::Container => {
                return vec![
                    "A container has no keyring: choose a vault file under a passphrase, or be asked each time.",
                    ENVIRONMENT,
                ];
            }
            System::MacOs => "Open Keychain Access and look whether the login keychain is there.",
            System::Windows => "Start the service “Credential Manager” (VaultSvc), then try again.",
            _ if self.ssh => {
                "Over SSH no desktop session runs: start one with `dbus-run-session -- bash`, then in it `gnome-keyring-daemon --unlock --components=secrets`, which reads the keyring's password from stdin."
            }
            System::Desktop(Desktop::Gnome) => {
                "GNOME: install gnome-keyring, then log out and in again, so that it starts with your session."
            }
            System::Desktop(Desktop::Kde) => {
                "KDE: open System Settings → KDE Wallet, turn on the wallet and its Secret Service interface, then log out and in again."
            }
            System::Desktop(Desktop::Other) => {
                "This desktop starts no keyring by itself: install gnome-keyring or KeePassXC and start it with your session."
            }
            System::Bare => {
                return vec![
                    "No desktop session runs here: choose a vault file under a passphrase, or be asked each time.",
                    ENVIRONMENT,
                ];
            }
        };
        vec![first, CHOOSE]
    }

    fn where_it_waits(&self) -> &'static str {
        match &self.system {
            System::MacOs if self.ssh => "Over SSH: run `security unlock-keychain`.",
            System::MacOs => "Answer its prompt, or unlock the login keychain in Keychain Access.",
            System::Windows => "Sign out and in again.",
            _ if self.ssh => {
                "Over SSH no prompt can come up: unlock it at the machine's desktop, or with `gnome-keyring-daemon --unlock`, which reads the keyring's password from stdin."
            }
            System::Desktop(Desktop::Gnome) => {
                "Answer its prompt, or unlock “Login” in Passwords and Keys."
            }
            System::Desktop(Desktop::Kde) => {
                "Answer its prompt, or open the wallet in KWalletManager."
            }
            System::Desktop(Desktop::Other) | System::Container | System::Bare => {
                "Answer its prompt, or unlock it in the program that keeps it."
            }
        }
    }
}

fn desktop(variable: &impl Fn(&str) -> Option<String>) -> Option<Desktop> {
    // `ubuntu:GNOME`, `KDE`, `X-Cinnamon`: the most particular comes first.
    let names = variable("XDG_CURRENT_DESKTOP")
        .or_else(|| variable("XDG_SESSION_DESKTOP"))
        .or_else(|| variable("DESKTOP_SESSION"));
    if let Some(names) = names {
        let lower = names.to_ascii_lowercase();
        let is = |desktop: &str| lower.split(':').any(|name| name.contains(desktop));
        return Some(if is("kde") || is("plasma") {
            Desktop::Kde
        } else if ["gnome", "unity", "cinnamon", "budgie", "pantheon"]
            .into_iter()
            .any(is)
        {
            // These use GNOME's keyring.
            Desktop::Gnome
        } else {
            Desktop::Other
        });
    }
    // A window manager that names itself nowhere.
    variable("WAYLAND_DISPLAY").or_else(|| variable("DISPLAY"))?;
    variable("DBUS_SESSION_BUS_ADDRESS").map(|_| Desktop::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(
        system: &str,
        variables: &[(&str, &str)],
        files: &[&str],
        error: &SecretStoreError,
    ) -> String {
        Surroundings::of(
            system,
            |name| {
                variables
                    .iter()
                    .find(|(each, _)| *each == name)
                    .map(|(_, value)| (*value).to_owned())
            },
            |path| files.iter().any(|file| path == Path::new(file)),
        )
        .advice(error)
        .join(" ")
    }

    #[test]
    fn each_place_has_advice_of_its_own() {
        let none = SecretStoreError::unavailable("no D-Bus");
        let gnome = ("XDG_CURRENT_DESKTOP", "ubuntu:GNOME");
        let ssh = ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22");
        /// The system, its variables, the files that are there, and what the advice has in it.
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);
        let cases: [Case<'_>; 12] = [
            ("linux", &[gnome], &[], "GNOME: install gnome-keyring"),
            (
                "linux",
                &[("XDG_CURRENT_DESKTOP", "KDE")],
                &[],
                "KDE: open System Settings",
            ),
            (
                "linux",
                &[("DESKTOP_SESSION", "plasmawayland")],
                &[],
                "KDE: open",
            ),
            (
                "linux",
                &[("XDG_CURRENT_DESKTOP", "X-Cinnamon")],
                &[],
                "GNOME: install",
            ),
            (
                "linux",
                &[("XDG_CURRENT_DESKTOP", "sway")],
                &[],
                "starts no keyring by itself",
            ),
            (
                "linux",
                &[("DISPLAY", ":0"), ("DBUS_SESSION_BUS_ADDRESS", "unix:x")],
                &[],
                "starts no keyring by itself",
            ),
            ("linux", &[], &[], "No desktop session runs here"),
            ("linux", &[ssh], &[], "Over SSH no desktop session runs"),
            ("linux", &[gnome, ssh], &[], "dbus-run-session"),
            ("linux", &[], &["/.dockerenv"], "A container has no keyring"),
            (
                "linux",
                &[("container", "podman")],
                &[],
                "TAPEDECK_SECRET_KEY",
            ),
            ("macos", &[], &[], "Keychain Access"),
        ];
        for (system, variables, files, expected) in cases {
            let told = advice(system, variables, files, &none);
            assert!(told.contains(expected), "{system} {variables:?}: {told}");
            assert!(
                told.contains("vault file"),
                "the ways out are named: {told}"
            );
        }
        // A desktop in a container (a remote desktop, say) is a desktop.
        assert!(advice("linux", &[gnome], &["/.dockerenv"], &none).contains("GNOME"));
    }

    #[test]
    fn a_locked_keyring_is_unlocked_where_it_can_be() {
        let gnome = ("XDG_CURRENT_DESKTOP", "GNOME");
        let ssh = ("SSH_TTY", "/dev/pts/1");
        let locked = SecretStoreError::Locked;
        assert!(advice("linux", &[gnome], &[], &locked).contains("Passwords and Keys"));
        assert!(advice("linux", &[gnome, ssh], &[], &locked).contains("Over SSH no prompt"));
        assert!(advice("macos", &[ssh], &[], &locked).contains("security unlock-keychain"));
        assert_eq!(
            advice("linux", &[gnome], &[], &SecretStoreError::VaultLocked),
            ""
        );
    }
}
