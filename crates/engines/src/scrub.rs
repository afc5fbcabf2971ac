//! The one way out for texts of drivers and servers.
//!
//! A server quotes what it was sent, a driver quotes its options, and either may escape, encode or cut what it quotes.
//! What leaves the crate therefore passes [`Scrubber::scrub`], which knows the secrets of the URL under test and takes
//! them out in every form in which they are likely to come back, and then `connection_url::redact`, which finds URLs
//! that are not the one under test (a proxy's, a driver's default).

use std::borrow::Cow;
use std::fmt;

use connection_url::ConnectionUrl;
use zeroize::Zeroizing;

const MASK: &str = "***";

/// No text that leaves the crate is longer, in characters.
const LIMIT: usize = 2_000;

/// A secret shorter than this is taken out only where it stands alone: taking each `a` out of a text would both spoil
/// the text and spell the secret.
const SHORT: usize = 4;

/// Takes the secrets of one URL out of texts.
pub struct Scrubber {
    /// The longest first, so that a secret that contains another one goes as a whole.
    secrets: Vec<Zeroizing<String>>,
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scrubber(***)")
    }
}

impl Scrubber {
    /// Knows every secret of this URL.
    pub fn new(url: &ConnectionUrl) -> Self {
        let mut secrets = Vec::new();
        for slot in url.secret_slots() {
            secrets.push(Zeroizing::new(slot.raw(url).to_owned()));
        }
        secrets.extend(
            url.password()
                .map(|password| Zeroizing::new(password.to_owned())),
        );
        for option in url.options().iter().filter(|option| option.secret) {
            secrets.push(Zeroizing::new(option.value.clone()));
            // `TOKEN:value,OTHER:value`: a server quotes the value without its key.
            for part in option.value.split([',', ';']) {
                let value = part.split_once([':', '=']).map_or(part, |(_, value)| value);
                secrets.push(Zeroizing::new(value.to_owned()));
            }
        }
        Self::with_secrets(secrets)
    }

    /// Knows these secrets, given as they are or percent-encoded.
    pub fn with_secrets(given: impl IntoIterator<Item = Zeroizing<String>>) -> Self {
        let mut secrets: Vec<Zeroizing<String>> = Vec::new();
        for secret in given {
            let decoded = decode(&secret);
            for form in [secret.as_str(), decoded.as_str()] {
                secrets.push(Zeroizing::new(form.to_owned()));
                // As `{:?}`, as JSON, as an SQL literal, and as texts are once control characters are taken out.
                secrets.push(Zeroizing::new(form.escape_debug().to_string()));
                let debug = Zeroizing::new(format!("{form:?}"));
                secrets.push(Zeroizing::new(debug[1..debug.len() - 1].to_owned()));
                secrets.push(Zeroizing::new(
                    form.replace('\\', "\\\\").replace('"', "\\\""),
                ));
                secrets.push(Zeroizing::new(form.replace('\'', "''")));
                secrets.push(Zeroizing::new(form.replace('\'', "\\'")));
                secrets.push(Zeroizing::new(printable(form).into_owned()));
            }
        }
        secrets.retain(|secret| !secret.is_empty() && secret.as_str() != MASK);
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self { secrets }
    }

    /// The text without secrets, without characters that a terminal or a reader would obey, and not too long.
    pub fn scrub(&self, text: &str) -> String {
        // A secret may hold a control character, and a server may put one into the middle of a secret.
        let text = self.replace(text);
        let text = self.replace(&printable(&text));
        let text = self.replace(&connection_url::redact(&text));
        if text.chars().count() <= LIMIT {
            return text;
        }
        let mut cut: String = text.chars().take(LIMIT - 1).collect();
        cut.push('…');
        cut
    }

    fn replace(&self, text: &str) -> String {
        let mut output = String::with_capacity(text.len());
        let mut rest = text;
        let mut before: Option<char> = None;
        while let Some(first) = rest.chars().next() {
            let found = self.secrets.iter().find_map(|secret| {
                let length = match_at(rest, secret)?;
                let alone = secret.chars().count() >= SHORT
                    || (!before.is_some_and(char::is_alphanumeric)
                        && !rest[length..]
                            .chars()
                            .next()
                            .is_some_and(char::is_alphanumeric));
                alone.then_some(length)
            });
            let taken = match found {
                Some(length) => {
                    output.push_str(MASK);
                    length
                }
                None => {
                    output.push(first);
                    first.len_utf8()
                }
            };
            before = rest[..taken].chars().next_back();
            rest = &rest[taken..];
        }
        output
    }
}

/// The length of the text's beginning that spells the secret, each of whose bytes may stand for itself or be
/// percent-encoded in either case; a space may be a plus.
fn match_at(text: &str, secret: &str) -> Option<usize> {
    let length = spelled(text.as_bytes(), secret.as_bytes())?;
    text.is_char_boundary(length).then_some(length)
}

fn spelled(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (index, &wanted) in secret.iter().enumerate() {
        let encoded = text.get(at) == Some(&b'%') && encoded_at(text, at) == Some(wanted);
        match text.get(at) {
            // `%25` may be an encoded percent sign or one that stands for itself.
            Some(b'%') if wanted == b'%' && encoded => {
                let rest = &secret[index + 1..];
                return spelled(&text[at + 3..], rest)
                    .map(|length| at + 3 + length)
                    .or_else(|| spelled(&text[at + 1..], rest).map(|length| at + 1 + length));
            }
            Some(&byte) if byte == wanted => at += 1,
            Some(b'%') if encoded => at += 3,
            Some(b'+') if wanted == b' ' => at += 1,
            _ => return None,
        }
    }
    Some(at)
}

fn encoded_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |offset: usize| {
        bytes
            .get(at + offset)
            .and_then(|byte| char::from(*byte).to_digit(16))
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(1)? * 16 + digit(2)?)
}

fn decode(text: &str) -> Zeroizing<String> {
    let bytes = text.as_bytes();
    let mut output = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte == b'%').then(|| encoded_at(bytes, at)).flatten() {
            Some(decoded) => {
                output.push(decoded);
                at += 3;
            }
            None => {
                output.push(byte);
                at += 1;
            }
        }
    }
    Zeroizing::new(String::from_utf8(output.to_vec()).unwrap_or_else(|_| text.to_owned()))
}

/// The text without escape sequences, and with a space for each run of characters that are not meant to be seen:
/// control characters, line breaks, and those that turn the direction of text or hide in it.
fn printable(text: &str) -> Cow<'_, str> {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut output = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // CSI: parameters up to a final byte. Other sequences lose their introducer only.
            if letters.next_if_eq(&'[').is_some() {
                while letters
                    .next_if(|letter| matches!(letter, ' '..='?'))
                    .is_some()
                {}
                letters.next_if(|letter| matches!(letter, '@'..='~'));
            }
        } else if letter.is_whitespace() && letter.is_control() {
            if !output.ends_with(' ') {
                output.push(' ');
            }
        } else if !hidden(letter) {
            output.push(letter);
        }
    }
    Cow::Owned(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scrubber(secret: &str) -> Scrubber {
        Scrubber::with_secrets([Zeroizing::new(secret.to_owned())])
    }

    #[test]
    fn every_form_of_a_secret_goes() {
        let secret = "p@ss/w'rd\"\\ %2B";
        let scrubber = scrubber(secret);
        for form in [
            secret.to_owned(),
            "p%40ss%2Fw%27rd%22%5C%20%252B".to_owned(),
            "p%40ss%2fw%27rd%22%5c+%252B".to_owned(),
            format!("{secret:?}"),
            "p@ss/w''rd\"\\ %2B".to_owned(),
        ] {
            let scrubbed = scrubber.scrub(&format!("the server said {form}!"));
            assert!(scrubbed.contains(MASK), "{scrubbed}");
            assert!(
                !scrubbed.contains("ss/w") && !scrubbed.contains("rd"),
                "{scrubbed}"
            );
        }
    }

    #[test]
    fn short_secrets_go_only_where_they_stand_alone() {
        let scrubber = scrubber("a");
        assert_eq!(scrubber.scrub("a cat has 'a'"), "*** cat has '***'");
    }

    #[test]
    fn what_a_reader_would_obey_goes() {
        let scrubber = scrubber("sesame");
        assert_eq!(
            scrubber.scrub("\u{1b}[31mred\u{1b}[0m \u{202e}abc\u{7}\r\nnext se\u{0}same"),
            "red abc next ***"
        );
        assert_eq!(scrubber.scrub(&"x".repeat(5_000)).chars().count(), LIMIT);
    }

    proptest! {
        #[test]
        fn no_secret_survives(
            secret in "[ -~äß€]{4,24}",
            before in "[ -~]{0,40}",
            after in "[ -~]{0,40}",
            form in 0..5_u8,
        ) {
            // A secret of asterisks is the mask itself, and one of the mask's neighbours cannot be told from it.
            prop_assume!(!secret.contains('*') && !secret.trim().is_empty());
            let upper: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let lower: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let quoted = match form {
                0 => secret.clone(),
                1 => upper.clone(),
                2 => lower.clone(),
                3 => format!("{secret:?}"),
                _ => secret.replace('\'', "''"),
            };
            let scrubbed = scrubber(&secret).scrub(&format!("{before}{quoted}{after}"));
            for kept in [&secret, &upper, &lower] {
                prop_assert!(!scrubbed.contains(kept.as_str()), "{scrubbed}");
            }
        }
    }
}
