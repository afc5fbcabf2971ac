//! How this program came to the machine, which decides whether it may put a new version in its own place.

use std::path::{Path, PathBuf};

use tauri::utils::config::BundleType;
use workbench::{PackageKind, UpdateMode};

use super::source::given;

/// What a package brings beside the program's `bin`: in `distribution` the name of the distribution that made it, in `package`
/// the kind of one of ours.
const MARKERS: &str = "share/tapedeck";

/// More than this is no name.
const LONGEST_NAME: usize = 80;

/// The package that this program is from.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    pub kind: PackageKind,
    /// The distribution, in its own words.
    pub distribution: Option<String>,
    /// The AppImage that runs.
    pub app_image: Option<PathBuf>,
}

impl Package {
    /// The one that runs. A distribution says so by `TAPEDECK_DISTRIBUTION` when it builds, or by a file in its package.
    pub fn of_this_process(app_image: Option<PathBuf>) -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        let distribution = given(option_env!("TAPEDECK_DISTRIBUTION"))
            .map(str::to_owned)
            .or_else(|| marked(&program, "distribution"));
        // Our own packages of Linux are not made by the bundler, which would have marked the program itself.
        let bundle = match marked(&program, "package").as_deref() {
            Some("deb") => Some(BundleType::Deb),
            Some("rpm") => Some(BundleType::Rpm),
            _ => tauri::utils::platform::bundle_type(),
        };
        Self::new(bundle, distribution, app_image)
    }

    fn new(
        bundle: Option<BundleType>,
        distribution: Option<String>,
        app_image: Option<PathBuf>,
    ) -> Self {
        let kind = match (&distribution, bundle) {
            (Some(_), _) => PackageKind::Distribution,
            (None, _) if app_image.is_some() => PackageKind::AppImage,
            (None, Some(BundleType::Deb)) => PackageKind::Deb,
            (None, Some(BundleType::Rpm)) => PackageKind::Rpm,
            (None, Some(BundleType::App | BundleType::Dmg)) => PackageKind::App,
            (None, Some(BundleType::Nsis | BundleType::Msi)) => PackageKind::Installer,
            // An AppImage that was unpacked is no file that could be replaced.
            (None, Some(BundleType::AppImage) | None) => PackageKind::None,
        };
        Self {
            kind,
            distribution,
            app_image,
        }
    }

    /// Whether a new version can be put in its place without the rights of an administrator.
    pub fn can_be_replaced(&self) -> bool {
        matches!(
            self.kind,
            PackageKind::AppImage | PackageKind::App | PackageKind::Installer
        )
    }

    /// What is done about a newer version while nobody chose: a distribution brings it itself.
    pub fn default_mode(&self) -> UpdateMode {
        match self.kind {
            PackageKind::Distribution => UpdateMode::Off,
            _ => UpdateMode::Notify,
        }
    }
}

/// What a marker beside a program says.
fn marked(program: &Path, marker: &str) -> Option<String> {
    let folder = program.parent()?.parent()?.join(MARKERS);
    let text = std::fs::read_to_string(folder.join(marker)).ok()?;
    let name = text.lines().next().unwrap_or_default().trim();
    Some(match name {
        // An empty file is a mark all the same.
        "" => "the distribution".to_owned(),
        name => name.chars().take(LONGEST_NAME).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_persons_own_can_be_replaced() {
        let of = |bundle, distribution: Option<&str>, app_image: Option<&str>| {
            let package = Package::new(
                bundle,
                distribution.map(str::to_owned),
                app_image.map(PathBuf::from),
            );
            (
                package.kind,
                package.can_be_replaced(),
                package.default_mode(),
            )
        };
        use {BundleType as B, PackageKind as K, UpdateMode as M};
        for (bundle, distribution, app_image, expected) in [
            (Some(B::Deb), None, None, (K::Deb, false, M::Notify)),
            (Some(B::Rpm), None, None, (K::Rpm, false, M::Notify)),
            (
                Some(B::Deb),
                Some("Debian"),
                None,
                (K::Distribution, false, M::Off),
            ),
            (None, Some("Nix"), None, (K::Distribution, false, M::Off)),
            (
                Some(B::AppImage),
                None,
                Some("/a"),
                (K::AppImage, true, M::Notify),
            ),
            (Some(B::AppImage), None, None, (K::None, false, M::Notify)),
            (Some(B::App), None, None, (K::App, true, M::Notify)),
            (Some(B::Nsis), None, None, (K::Installer, true, M::Notify)),
            (Some(B::Msi), None, None, (K::Installer, true, M::Notify)),
            (None, None, None, (K::None, false, M::Notify)),
        ] {
            assert_eq!(of(bundle, distribution, app_image), expected);
        }
    }

    #[test]
    fn a_distribution_marks_its_package_by_a_file() {
        let root = tempfile::tempdir().expect("a folder");
        let program = root.path().join("bin/tapedeck-desktop");
        let marked = || marked(&program, "distribution");
        assert_eq!(marked(), None);
        let marker = root.path().join(MARKERS).join("distribution");
        std::fs::create_dir_all(marker.parent().expect("a parent")).expect("made");
        std::fs::write(&marker, "Debian 14\nmore\n").expect("written");
        assert_eq!(marked().as_deref(), Some("Debian 14"));
        std::fs::write(&marker, "").expect("written");
        assert_eq!(marked().as_deref(), Some("the distribution"));
    }
}
