//! What a migration's `up` is, as a text that is another one whenever the statements are.

use sha2::{Digest, Sha256};

/// The SHA-256 over `up` in lowercase hexadecimal: for each statement its length in bytes (64 bits, little-endian), then the
/// statement itself. Line ends are normalised first (CRLF and CR become LF), so that a checkout on Windows changes nothing; the
/// lengths keep two statements from being the same as one.
#[must_use]
pub fn checksum(up: &[String]) -> String {
    let mut digest = Sha256::new();
    for statement in up {
        let text = statement.replace("\r\n", "\n").replace('\r', "\n");
        digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        digest.update(text);
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
