//! `~/.mylogin.cnf`: an option file, a line at a time under AES with the key in front. It hides from a glance, no more, and is meant
//! to be read by programs of the same person.

use aes::Aes128;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, KeyInit};
use zeroize::Zeroizing;

use crate::found::Findings;
use crate::mysql_options::{add_groups, groups};
use crate::source::SourceFile;

/// Four bytes that are not used, then the bytes of the key.
const KEY_AT: std::ops::Range<usize> = 4..24;
const BLOCK: usize = 16;

/// Adds a connection for each login path.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    match open(file.bytes) {
        Some(text) => add_groups(file, &groups(&text), |_| true, findings),
        None => findings.note(file, "This is no file of login paths, or it is damaged."),
    }
}

fn open(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let mut key = [0_u8; BLOCK];
    for (at, byte) in bytes.get(KEY_AT)?.iter().enumerate() {
        key[at % BLOCK] ^= byte;
    }
    let cipher = Aes128::new(GenericArray::from_slice(&key));
    let mut rest = &bytes[KEY_AT.end..];
    let mut text = Zeroizing::new(String::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        if length == 0 || length % BLOCK != 0 || length > after.len() {
            return None;
        }
        let (sealed, after) = after.split_at(length);
        let mut plain = Zeroizing::new(sealed.to_vec());
        for block in plain.chunks_exact_mut(BLOCK) {
            cipher.decrypt_block(GenericArray::from_mut_slice(block));
        }
        // The last byte says how many were added to fill the block.
        let added = usize::from(*plain.last()?);
        if added == 0 || added > BLOCK {
            return None;
        }
        text.push_str(std::str::from_utf8(&plain[..length - added]).ok()?);
        rest = after;
    }
    rest.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use aes::cipher::BlockEncrypt;

    use super::*;
    use crate::Source;

    /// What `mysql_config_editor` writes.
    fn sealed(lines: &[&str]) -> Vec<u8> {
        let seed: Vec<u8> = (0..20_u8).map(|byte| byte * 7 + 1).collect();
        let mut key = [0_u8; BLOCK];
        for (at, byte) in seed.iter().enumerate() {
            key[at % BLOCK] ^= byte;
        }
        let cipher = Aes128::new(GenericArray::from_slice(&key));
        let mut bytes = vec![0; 4];
        bytes.extend(&seed);
        for line in lines {
            let added = BLOCK - line.len() % BLOCK;
            let mut plain = line.as_bytes().to_vec();
            plain.extend(std::iter::repeat_n(u8::try_from(added).unwrap(), added));
            for block in plain.chunks_exact_mut(BLOCK) {
                cipher.encrypt_block(GenericArray::from_mut_slice(block));
            }
            bytes.extend(u32::try_from(plain.len()).unwrap().to_le_bytes());
            bytes.extend(plain);
        }
        bytes
    }

    fn read_bytes(bytes: &[u8]) -> Findings {
        let mut findings = Findings::default();
        let file = SourceFile {
            path: "/home/ada/.mylogin.cnf",
            source: Source::MysqlLogin,
            bytes,
        };
        read(&file, &mut findings);
        findings
    }

    #[test]
    fn login_paths_are_read() {
        let bytes = sealed(&[
            "[client]\n",
            "user = \"ada\"\n",
            "password = \"p#w\"\n",
            "[shop_prod]\n",
            "host = \"db.example.com\"\n",
        ]);
        let found = read_bytes(&bytes);
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        let urls: Vec<&str> = found
            .connections
            .iter()
            .map(|each| each.url.expose())
            .collect();
        assert_eq!(
            urls,
            ["mysql://ada:p%23w@localhost", "mysql://db.example.com"]
        );
    }

    #[test]
    fn what_is_damaged_is_said() {
        let bytes = sealed(&["[client]\n", "user = ada\n"]);
        for damaged in [
            &bytes[..10],
            &bytes[..30],
            &[bytes.as_slice(), &[1, 2]].concat(),
            &[0xFF; 400],
        ] {
            let found = read_bytes(damaged);
            assert!(found.connections.is_empty());
            assert_eq!(found.notes.len(), 1);
        }
    }
}
