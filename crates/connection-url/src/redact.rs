//! Redaction of any text: logs, error messages, files, strings that do not parse.
//!
//! What parses as a connection string is masked by its own grammar. Everything else is read once from left to right, with an
//! eye to two shapes: `scheme://user:password@` and `name=value` (or `name: value`) with a name that says secret. In doubt more
//! is hidden, never less. No step looks back or ahead further than to where the step before it stopped, so that the time is
//! linear in the length of the text.

use std::borrow::Cow;

use crate::mongodb_properties::secret_properties;
use crate::percent::decode_lossy;
use crate::redact_flags::hide_flags;
use crate::reference::is_only_references;
use crate::secret_slot::is_secret_option;
use crate::{ConnectionUrl, DatabaseType, MASK, Span};

/// The text with `***` in the place of every secret of every connection string in it, also where nothing parses.
/// `$Secret{KEY}` references stay: they are no secrets.
pub fn redact(text: &str) -> String {
    let mut redacted = redact_once(text);
    let mut before = Cow::Borrowed(text);
    // With several URLs in one word, what was hidden may change what the rest of it looks like. What is read again, such as an
    // exported file, must say the same then.
    for _ in 1..MOST_PASSES {
        if redacted == before {
            break;
        }
        let again = redact_once(&redacted);
        before = Cow::Owned(std::mem::replace(&mut redacted, again));
    }
    redacted
}

/// Passes over a text that was made to need many.
const MOST_PASSES: usize = 8;

fn redact_once(text: &str) -> String {
    redact_urls(&hide_flags(text))
}

fn redact_urls(text: &str) -> String {
    if memchr::memchr2(b':', b'=', text.as_bytes()).is_none() {
        return text.to_owned();
    }
    let trimmed = text.trim();
    // Only where the text is one connection string: a URL inside another's database name is not masked by its grammar.
    let urls = memchr::memmem::find_iter(trimmed.as_bytes(), b"://")
        .take(2)
        .count();
    // Keywords and values are short; a long text without a URL is a log, which is not read twice.
    let single = urls == 0 && trimmed.len() <= LONGEST_KEYWORDS
        || (urls == 1
            && starts_with_known_scheme(trimmed)
            && !trimmed.contains(char::is_whitespace));
    // A port that is no number may be a password whose host was cut off.
    if single
        && let Ok(url) = ConnectionUrl::parse(trimmed, None)
        // Any line that begins with `file:` is one of these, whatever it is: it says nothing of secrets.
        && url.database_type() != Some(DatabaseType::Sqlite)
        && url
            .warnings()
            .iter()
            .all(|warning| warning.code != "port_not_a_number")
    {
        let start = text.len() - text.trim_start().len();
        return format!(
            "{}{}{}",
            &text[..start],
            url.masked(),
            &text[start + trimmed.len()..]
        );
    }
    let mut scan = Scan::new(text);
    scan.run();
    scan.redacted
}

/// What [`redact`] hides in a text that does not parse: in order, without overlaps.
pub(crate) fn hidden_spans(text: &str) -> Vec<Span> {
    let mut scan = Scan::new(text);
    scan.run();
    scan.hidden
}

/// Longest text without a URL in it that is tried as keywords and values.
const LONGEST_KEYWORDS: usize = 64 * 1024;

/// Longest stretch over spaces and quotes that is searched for the `@` of a password with such characters in it.
const LONGEST_STRAY: usize = 256;

#[derive(Default, Clone, Copy)]
struct Token {
    /// Where the run without spaces or quotes ends in which the last URL was found.
    end: usize,
    /// The last `@` in it.
    last_at: Option<usize>,
    /// Whether the URL is MongoDB's, where `;` separates options too.
    mongodb: bool,
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    redacted: String,
    hidden: Vec<Span>,
    copied: usize,
    token: Token,
    one_url: bool,
}

fn known_scheme(word: &str) -> bool {
    // Each of them has a letter that few words have.
    let may_be = |byte: u8| matches!(byte | 0x20, b'b' | b'g' | b'q');
    word.bytes().any(may_be)
        && ["postgres", "mysql", "mariadb", "mongodb", "jdbc"]
            .iter()
            .any(|name| contains_word(word, name))
}

/// Whether a text has this ASCII word in it, in any letter case.
fn contains_word(text: &str, word: &str) -> bool {
    text.as_bytes()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

fn starts_with_known_scheme(text: &str) -> bool {
    text.get(..64.min(text.len()))
        .or(Some(text))
        .and_then(|start| start.split_once("://"))
        .is_some_and(|(word, _)| {
            // Words before a URL make it a text with a URL in it; `jdbc:` belongs to the scheme.
            known_scheme(word)
                && word
                    .bytes()
                    .all(|byte| is_scheme_byte(byte) || byte == b':')
        })
}

const fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%')
}

const fn ends_token(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            redacted: String::with_capacity(text.len()),
            hidden: Vec::new(),
            copied: 0,
            token: Token::default(),
            one_url: starts_with_known_scheme(text.trim()) && !text.trim().contains(['\n', '\r']),
        }
    }

    fn run(&mut self) {
        let mut position = 0;
        while let Some(offset) = memchr::memchr2(b':', b'=', &self.bytes[position..]) {
            let at = position + offset;
            let floor = self.copied;
            position = if self.bytes[at] == b'=' {
                self.after_equals(at, floor)
            } else {
                self.after_colon(at, floor)
            };
        }
        self.redacted.push_str(&self.text[self.copied..]);
    }

    fn hide(&mut self, span: Span) {
        let raw = span.of(self.text);
        let bare = raw.trim_matches(['\'', '"']);
        if span.start < self.copied || bare.is_empty() || bare == MASK || is_only_references(bare) {
            return;
        }
        self.redacted.push_str(&self.text[self.copied..span.start]);
        self.redacted.push_str(MASK);
        self.hidden.push(span);
        self.copied = span.end;
    }

    /// The name that ends right before `at`, quotes and spaces between them left out.
    fn name_before(&self, at: usize, floor: usize) -> &str {
        let mut end = at;
        while end > floor && matches!(self.bytes[end - 1], b' ' | b'\t' | b'"' | b'\'') {
            end -= 1;
        }
        let mut start = end;
        while start > floor && is_name_byte(self.bytes[start - 1]) {
            start -= 1;
        }
        &self.text[start..end]
    }

    fn after_equals(&mut self, at: usize, floor: usize) -> usize {
        let name = self.name_before(at, floor);
        if name.is_empty() {
            return at + 1;
        }
        let name = decode_lossy(name);
        if name.eq_ignore_ascii_case("authMechanismProperties") {
            let end = self.option_end(at + 1);
            for (_, span) in secret_properties(self.text, Span::new(at + 1, end)) {
                self.hide(span);
            }
            return end.max(at + 1);
        }
        if !is_secret_option(&name) {
            return at + 1;
        }
        let value = self.value_span(at + 1, false);
        self.hide(value);
        value.end.max(at + 1)
    }

    fn after_colon(&mut self, at: usize, floor: usize) -> usize {
        let mut start = at;
        while start > floor && is_scheme_byte(self.bytes[start - 1]) {
            start -= 1;
        }
        let word = &self.text[start..at];
        let slashes = self.bytes[at + 1..]
            .iter()
            .take(2)
            .take_while(|byte| **byte == b'/')
            .count();
        let next = self.bytes.get(at + 1 + slashes);
        let goes_on = next.is_some_and(|byte| !ends_token(*byte) && *byte != b'=');
        let known = (slashes == 2 || goes_on) && known_scheme(word);
        if !word.is_empty() && (slashes == 2 || known && goes_on) {
            if word.eq_ignore_ascii_case("jdbc") && slashes == 0 {
                return at + 1;
            }
            return self.url(at + 1 + slashes, contains_word(word, "mongodb"), known);
        }
        if !is_secret_option(&decode_lossy(self.name_before(at, floor))) {
            return self.without_scheme(start, at);
        }
        let value = self.value_span(at + 1, true);
        self.hide(value);
        value.end.max(at + 1)
    }

    /// Where the value of an option ends that starts at `start`, read as a piece of the URL around it, if there is one.
    fn option_end(&self, start: usize) -> usize {
        self.value_end(start, false)
    }

    fn value_end(&self, start: usize, ends_at_comma: bool) -> usize {
        let in_url = start < self.token.end || self.one_url;
        let stop = |byte: &u8| {
            if ends_at_comma && *byte == b',' {
                true
            } else if in_url {
                *byte == b'&'
                    || (self.token.mongodb && *byte == b';')
                    || (!self.one_url && ends_token(*byte))
            } else {
                byte.is_ascii_whitespace()
            }
        };
        self.bytes[start..]
            .iter()
            .position(stop)
            .map_or(self.bytes.len(), |length| start + length)
    }

    fn value_span(&self, after: usize, colon: bool) -> Span {
        let mut start = after;
        while start < self.bytes.len() && matches!(self.bytes[start], b' ' | b'\t') {
            start += 1;
        }
        if let Some(quote @ (b'"' | b'\'')) = self.bytes.get(start).copied() {
            let mut end = start + 1;
            while end < self.bytes.len() && self.bytes[end] != quote {
                end += if self.bytes[end] == b'\\' { 2 } else { 1 };
            }
            let mut end = (end + 1).min(self.bytes.len());
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
            // The quotes stay where a program's text is quoted, so that JSON stays JSON.
            let closed = end > start + 1 && self.bytes[end - 1] == quote;
            return Span::new(start + 1, if closed { end - 1 } else { end });
        }
        let in_url = start < self.token.end || self.one_url;
        if in_url && start == after {
            // A property ends at its comma; looking for the end of the option each time would take quadratic time.
            return Span::new(start, self.value_end(start, colon));
        }
        let mut end = start;
        while end < self.bytes.len() {
            match self.bytes[end] {
                b'\\' => end += 1,
                byte if byte.is_ascii_whitespace() => break,
                b'"' | b',' | b'}' if colon => break,
                _ => {}
            }
            end += 1;
        }
        let mut end = end.min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Span::new(start, end)
    }

    /// Hides the password of the URL whose authority starts at `start`; answers where to go on.
    fn url(&mut self, start: usize, mongodb: bool, known: bool) -> usize {
        if start >= self.token.end {
            let end = self.bytes[start..]
                .iter()
                .position(|byte| ends_token(*byte))
                .map_or(self.bytes.len(), |length| start + length);
            let last_at = self.bytes[start..end]
                .iter()
                .rposition(|byte| *byte == b'@')
                .map(|at| start + at);
            self.token = Token {
                end,
                last_at,
                mongodb,
            };
        }
        self.token.mongodb = mongodb;
        let end = self.token.end;
        let Some(colon) = self.bytes[start..end]
            .iter()
            .position(|byte| matches!(byte, b':' | b'@'))
            .map(|at| start + at)
            .and_then(|at| self.first_colon(at))
        else {
            return start;
        };
        let before_colon = &self.text[start..colon];
        let in_query = before_colon
            .split_once('?')
            .is_some_and(|(_, query)| query.contains('='));
        if in_query || (!known && before_colon.contains('/')) {
            return start;
        }
        let digits = self.bytes[colon + 1..end]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let after_port = colon + 1 + digits;
        let port_like = match self.bytes.get(after_port) {
            None => true,
            Some(b'/' | b'?' | b',' | b'#') => {
                digits > 0 && self.text[start..colon].find(['/', '?']).is_none()
            }
            Some(byte) => ends_token(*byte) && digits > 0,
        };
        let sign = self.token.last_at.filter(|at| *at > colon);
        match sign {
            Some(sign) => {
                if port_like && self.at_sign_is_no_userinfo(after_port, sign) {
                    return after_port;
                }
                let sign = self.before_next_url(colon, sign);
                self.hide(Span::new(colon + 1, sign));
                sign.max(colon + 1)
            }
            None if known && !(port_like && digits > 0) && !self.in_path(start, colon) => {
                // A space or quote inside the password, or a text that was cut off.
                let limit = (end + LONGEST_STRAY).min(self.bytes.len());
                let line = self.bytes[end..limit]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'));
                let limit = line.map_or(limit, |length| end + length);
                let stray = self.bytes[end..limit].iter().position(|byte| *byte == b'@');
                let stop = stray.map_or(end, |length| end + length);
                self.hide(Span::new(colon + 1, stop));
                stop.max(colon + 1)
            }
            None if self.in_path(start, colon) => start,
            None => colon + 1,
        }
    }

    /// Hides the password of `user:password@host` that lost its scheme; answers where to go on.
    fn without_scheme(&mut self, start: usize, colon: usize) -> usize {
        let after = colon + 1;
        let starts_word = start < colon
            && start
                .checked_sub(1)
                .is_none_or(|before| ends_token(self.bytes[before]) || self.bytes[before] == b'/');
        let is_mail = self.text[start..colon].eq_ignore_ascii_case("mailto");
        let in_url = start < self.token.end;
        if !starts_word || is_mail || in_url {
            return after;
        }
        // Only from the first colon of a word, so that no word is looked through twice.
        let end = self.bytes[after..]
            .iter()
            .position(|byte| ends_token(*byte))
            .map_or(self.bytes.len(), |length| after + length);
        let Some(sign) = memchr::memrchr(b'@', &self.bytes[after..end]).map(|at| after + at) else {
            return after;
        };
        let names_host = self
            .bytes
            .get(sign + 1)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'%'));
        if sign == after || !names_host || self.text[after..sign].contains("://") {
            return after;
        }
        self.hide(Span::new(after, sign));
        sign
    }

    /// The colon before a password. A user name may hold an `@` that nobody encoded: then it is the one after it, where another `@`
    /// ends the password.
    fn first_colon(&self, at: usize) -> Option<usize> {
        if self.bytes[at] == b':' {
            return Some(at);
        }
        let last = self.token.last_at.filter(|last| *last > at)?;
        memchr::memchr(b':', &self.bytes[at..last]).map(|offset| at + offset)
    }

    /// Whether the first colon belongs to a path or query, not to a user name.
    fn in_path(&self, start: usize, colon: usize) -> bool {
        self.text[start..colon].contains(['/', '?'])
    }

    /// After `host:port`, an `@` in the value of an option says nothing about a password.
    fn at_sign_is_no_userinfo(&self, after_port: usize, sign: usize) -> bool {
        let between = &self.text[after_port..sign];
        // With another URL further on in the same token, the `@` may be that one's: only what is before it counts.
        let (segment, another) = match between.find("://") {
            Some(next) => (&between[..next], true),
            None => (between, false),
        };
        match segment.find('?') {
            None => another && !segment.contains('@'),
            Some(query) => {
                !segment[..query].contains('@')
                    && (another
                        || segment[query + 1..]
                            .split('&')
                            .all(|pair| pair.contains('=')))
            }
        }
    }

    /// Where the password ends that starts after `colon`: at the last `@` before the next URL of the same token.
    fn before_next_url(&self, colon: usize, last: usize) -> usize {
        let between = &self.text[colon + 1..last];
        let starts_url = |at: &usize| {
            let before = &between[..*at];
            let word = before.trim_end_matches(|last: char| {
                last.is_ascii_alphanumeric() || matches!(last, '+' | ':')
            });
            known_scheme(&before[word.len()..]) && !word.ends_with('@')
        };
        let next = between
            .match_indices("://")
            .map(|(at, _)| at)
            .find(starts_url);
        next.and_then(|next| between[..next].rfind('@'))
            .map_or(last, |at| colon + 1 + at)
    }
}
