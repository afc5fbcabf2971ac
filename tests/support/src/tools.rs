//! Where the test tools are, and what to install when one is missing.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The folder that holds the workspace.
///
/// # Panics
/// When this crate was moved out of `tests/support`.
pub fn project_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("test-support lies in tests/support of the workspace")
}

/// A file below `.tools`, which `scripts/test-tools` fills.
pub(crate) fn installed_tool(relative: &str) -> PathBuf {
    let path = project_root().join(".tools").join(relative);
    assert!(
        path.exists(),
        "the test tool .tools/{relative} is missing: run scripts/test-tools"
    );
    path
}

/// A program on the path or in the folders where Debian keeps servers.
///
/// # Panics
/// When it is not there; the message names the system package.
pub(crate) fn system_program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed: install the system package {package} (apt-get install {package})")
        })
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// The user and group id of an account.
pub(crate) fn account(name: &str) -> Option<(u32, u32)> {
    fs::read_to_string("/etc/passwd")
        .ok()?
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            let user = fields.nth(1)?.parse().ok()?;
            let group = fields.next()?.parse().ok()?;
            Some((user, group))
        })
}

/// The name of the account that this process runs as.
pub(crate) fn own_account() -> String {
    let id = fs::metadata("/proc/self")
        .map(|metadata| metadata.uid())
        .unwrap_or(0);
    fs::read_to_string("/etc/passwd")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)?.parse::<u32>().ok()? == id).then(|| name.to_owned())
        })
        .unwrap_or_else(|| "root".to_owned())
}

/// Random lower-case hexadecimal digits, for names and passwords that no other run has.
pub fn random_text(digits: usize) -> String {
    let mut bytes = vec![0_u8; digits.div_ceil(2)];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("/dev/urandom can be read");
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    text
}

/// A password that no other run has, so that finding it anywhere proves a leak of this run.
pub(crate) fn random_password() -> String {
    format!("s3cret-{}", random_text(12))
}
