//! `.env` files: assignments, as dotenv libraries and shells read them.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::found::{Findings, Warning, WarningCode};
use crate::source::SourceFile;
use crate::text::text_of;
use crate::urls::{Reading, read_url};
use crate::{dotenv_groups, found};

/// The longest value, in bytes, with all that it refers to. Values that double each other stop here.
const LONGEST: usize = 64 * 1024;

/// The most assignments of a file.
const MOST: usize = 10_000;

/// An assignment.
pub(crate) struct Assignment {
    pub(crate) key: String,
    pub(crate) value: Zeroizing<String>,
    pub(crate) line: usize,
    /// It names a variable that the file does not set.
    pub(crate) open: bool,
}

/// Reads a file.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    let text = text_of(file, findings);
    let assignments = assignments(&text);
    for assignment in &assignments {
        match read_url(&assignment.value, None) {
            Reading::Url(mut read) => {
                if assignment.open {
                    read.warnings.push(open_warning());
                }
                findings.add(file, Some(assignment.line), &assignment.key, &[], *read);
            }
            Reading::Broken(message) => findings.note(
                file,
                format!(
                    "Line {} looks like a connection URL and can't be read. {message}",
                    assignment.line
                ),
            ),
            Reading::Other => {}
        }
    }
    dotenv_groups::read(file, &assignments, findings);
}

pub(crate) fn open_warning() -> found::Warning {
    Warning::new(
        WarningCode::Incomplete,
        "The text names a variable that the file does not set. Fill it in after the import.",
    )
}

/// The assignments of a text, variables replaced; of two of the same key the last counts.
pub(crate) fn assignments(text: &str) -> Vec<Assignment> {
    let mut reader = Reader {
        rest: text,
        line: 1,
    };
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    while !reader.rest.is_empty() && assignments.len() < MOST {
        let line = reader.line;
        let Some(key) = reader.key() else {
            reader.skip_line();
            continue;
        };
        let (raw, literal) = reader.value();
        let (value, open) = if literal {
            (raw, false)
        } else {
            let look_up = |name: &str| known.get(name).map(|at| assignments[*at].value.as_str());
            expand(&raw, &look_up)
        };
        let assignment = Assignment {
            key,
            value,
            line,
            open,
        };
        match known.get(&assignment.key) {
            Some(at) => assignments[*at] = assignment,
            None => {
                known.insert(assignment.key.clone(), assignments.len());
                assignments.push(assignment);
            }
        }
    }
    assignments
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// Takes so many bytes, counting lines.
    fn take(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.take(end);
    }

    /// The key of an assignment that begins this line, with the equals sign.
    fn key(&mut self) -> Option<String> {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        let (left, _) = line.split_once('=')?;
        let key = left.trim();
        let key = key.strip_prefix("export").map_or(key, |rest| {
            if rest.starts_with([' ', '\t']) {
                rest.trim_start()
            } else {
                key
            }
        });
        let is_name = !key.is_empty()
            && key.len() <= 200
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        let key = is_name.then(|| key.to_owned())?;
        let length = left.len() + 1;
        self.take(length);
        Some(key)
    }

    /// The value after an equals sign, and whether it stands in single quotes, so that no variable counts.
    fn value(&mut self) -> (Zeroizing<String>, bool) {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t']).len();
        self.take(blank);
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\'' | '`'));
        if let Some(quote) = quote
            && let Some(length) = closing(&self.rest[1..], quote)
        {
            let inside = Zeroizing::new(self.rest[1..=length].to_owned());
            self.take(length + 2);
            self.skip_line();
            return match quote {
                '"' => (unescape(&inside), false),
                _ => (inside, true),
            };
        }
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        let comment = line
            .find(" #")
            .or_else(|| line.find("\t#"))
            .unwrap_or(line.len());
        let comment = if line.starts_with('#') { 0 } else { comment };
        let value = Zeroizing::new(line[..comment].trim().to_owned());
        self.skip_line();
        (value, false)
    }
}

/// Where a quote closes; one after a backslash does not, in double quotes.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().take(LONGEST) {
        match character {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// What backslashes mean in double quotes. The backslash before a dollar stays for [`expand`].
fn unescape(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('$') => plain.push_str("\\$"),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Replaces `${NAME}`, `${NAME:-default}` and `$NAME`. What is not known stays as it is written: a dollar in a password is
/// more likely than a variable of somewhere else. The second answer says whether a `${NAME}` is left.
pub(crate) fn expand<'a>(
    text: &str,
    look_up: &dyn Fn(&str) -> Option<&'a str>,
) -> (Zeroizing<String>, bool) {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut open = false;
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\\']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("\\$") {
            plain.push('$');
            rest = after;
            continue;
        }
        let (length, value) = variable(rest, look_up);
        match value {
            Some(value) => plain.push_str(&value),
            None => {
                open |= length > 1 && rest.starts_with("${");
                plain.push_str(&rest[..length]);
            }
        }
        rest = &rest[length..];
        if plain.len() > LONGEST {
            return (Zeroizing::new(String::new()), true);
        }
    }
    plain.push_str(rest);
    (plain, open)
}

/// The variable that a text begins with: how long it is written, and its value.
fn variable<'a>(
    text: &str,
    look_up: &dyn Fn(&str) -> Option<&'a str>,
) -> (usize, Option<Zeroizing<String>>) {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let owned = |value: &str| Zeroizing::new(value.to_owned());
    if let Some(inside) = text.strip_prefix("${") {
        let Some(end) = inside.bytes().take(1000).position(|byte| byte == b'}') else {
            return (2, None);
        };
        let inside = &inside[..end];
        let name_end = inside
            .bytes()
            .position(|byte| !is_name(byte))
            .unwrap_or(inside.len());
        let (name, rest) = inside.split_at(name_end);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        let value = look_up(name).filter(|value| !(value.is_empty() && rest.starts_with(":-")));
        return (end + 3, value.or(default).map(owned));
    }
    let after = text.strip_prefix('$').unwrap_or_default();
    let length = after.bytes().take_while(|byte| is_name(*byte)).count();
    match look_up(&after[..length]) {
        Some(value) if length > 0 => (length + 1, Some(owned(value))),
        _ => (1, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(text: &str) -> Option<String> {
        assignments(text)
            .pop()
            .map(|assignment| assignment.value.to_string())
    }

    #[test]
    fn values_are_read_as_shells_and_libraries_do() {
        for (text, value) in [
            ("A=1", "1"),
            ("export A = 1 ", "1"),
            ("A=a#b # comment", "a#b"),
            ("A= # comment", ""),
            ("A='it is $HOME' # x", "it is $HOME"),
            ("A=\"a\\\"b\\nc\" # x", "a\"b\nc"),
            ("A=\"two\nlines\"", "two\nlines"),
            ("A=\"open", "\"open"),
            ("B=x\nA=${B}y$B", "xyx"),
            ("A=${C:-d}", "d"),
            ("A=pa$$word${C}", "pa$$word${C}"),
            ("A=\"\\$B\"", "$B"),
            ("A=1\r\nA=2\r\n", "2"),
        ] {
            assert_eq!(value_of(text).as_deref(), Some(value), "{text:?}");
        }
        for text in ["", "# A=1", "no assignment", "=1", "a b=1"] {
            assert_eq!(value_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_over_values_of_several_lines() {
        let lines: Vec<usize> = assignments("A=1\n\nB=\"x\ny\"\nC=3")
            .iter()
            .map(|each| each.line)
            .collect();
        assert_eq!(lines, [1, 3, 5]);
    }

    #[test]
    fn values_that_double_each_other_end() {
        let mut text = String::from("A0=xxxxxxxx\n");
        for index in 1..60 {
            text.push_str(&format!("A{index}=$A{0}$A{0}\n", index - 1));
        }
        assert!(
            assignments(&text)
                .iter()
                .all(|each| each.value.len() <= 2 * LONGEST)
        );
    }
}
