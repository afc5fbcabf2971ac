//! Telling who answers from the first bytes of an answer.

/// What a server's first bytes give away.
pub(crate) fn identify(bytes: &[u8]) -> Option<&'static str> {
    if let Some((header, rest)) = bytes.split_at_checked(4) {
        // A MySQL packet: a length of three bytes, the number 0, then a greeting of version 10 or an error.
        let length =
            usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
        if header[3] == 0
            && (6..4_096).contains(&length)
            && matches!(rest.first(), Some(0x0a | 0xff))
        {
            return Some("a MySQL or MariaDB server");
        }
    }
    match bytes {
        [b'H', b'T', b'T', b'P', b'/', ..] => Some("a web server"),
        [b'S', b'S', b'H', b'-', ..] => Some("an SSH server"),
        [b'-', b'E', b'R', b'R', ..] => Some("a Redis server"),
        [b'*', b' ', b'O', b'K', ..] | [b'+', b'O', b'K', ..] => Some("a mail server"),
        [b'2', b'2', b'0', b' ' | b'-', ..] => Some("a mail or FTP server"),
        [0x15 | 0x16, 0x03, 0x00..=0x04, ..] => {
            Some("a server that speaks TLS from the first byte")
        }
        [b'E', 0, 0, ..] => Some("a PostgreSQL server"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::identify;

    #[test]
    fn first_bytes_tell() {
        assert_eq!(identify(b"HTTP/1.1 400 Bad Request"), Some("a web server"));
        assert_eq!(
            identify(b"\x4a\0\0\0\x0a5.7.29\0"),
            Some("a MySQL or MariaDB server")
        );
        assert_eq!(identify(b"S"), None);
        assert_eq!(identify(b""), None);
    }
}
