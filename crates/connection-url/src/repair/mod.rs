//! Repairs for what people paste: a line of a `.env` file, a shell command, quotes from a chat, another tool's URL, a password
//! that nobody encoded.
//!
//! A text may have several faults at once. Each rule mends one of them; the rules are applied one after another until the text
//! parses, and only then is a repair offered, as one list of changes of what was written. The changes hold no secret: a rule keeps
//! or drops bytes of the text, and inserts what it knows by itself (an encoding, a keyword).

mod command_line;
mod credentials;
mod jdbc;
mod location;
mod mysql_url;
mod wrapping;

use std::borrow::Cow;
use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::edit::apply_changes;
use crate::{ConnectionUrl, DatabaseType, Diagnostic, Form, Repair, Span, TextChange, UrlError};

/// The schemes that can start a URL inside other text, the longest first where one starts like another.
pub(crate) const SCHEMES: [&str; 6] = [
    "mongodb+srv",
    "mongodb",
    "postgresql",
    "postgres",
    "mysql",
    "mariadb",
];

/// The longest text that is repaired, in bytes: what a person pastes is short.
const LONGEST: usize = 4096;

/// How many faults of one text are mended at most.
const MOST_FAULTS: usize = 8;

/// How many repairs of a text that parses are looked at. The others come when these are done.
const MOST_REPAIRS: usize = 32;

/// What a rule found: a fault and how it is mended.
pub(crate) struct Finding {
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
    /// What the repair does, as the label of a button.
    pub label: String,
    /// The part it belongs to.
    pub field: &'static str,
    /// The changes, ascending, of the text that the rule was given.
    pub changes: Vec<TextChange>,
}

/// A rule: looks at a text that does not parse, for a database of a type where that is known.
type Rule = fn(&str, Option<DatabaseType>) -> Option<Finding>;

/// The rules in the order in which they are tried: first what stands around a URL, then its scheme, then what is inside.
const RULES: [Rule; 17] = [
    wrapping::invisible_characters,
    wrapping::assignment,
    wrapping::text_around,
    command_line::flags,
    command_line::semicolons,
    jdbc::jdbc,
    location::scheme,
    location::slashes,
    location::other_engine,
    credentials::unescaped,
    location::bracket,
    likely_option,
    jdbc::foreign_options,
    location::socket,
    location::leftovers,
    location::port,
    location::missing_scheme,
];

/// A misspelled keyword of libpq is the parser's own to mend: it is no option of another client.
fn likely_option(text: &str, database_type: Option<DatabaseType>) -> Option<Finding> {
    let error = ConnectionUrl::parse(text, database_type).err()?;
    let repair = error
        .repair
        .filter(|repair| error.code == "unknown_option" && repair.label.starts_with("Write"))?;
    Some(Finding {
        code: error.code,
        message: error.message,
        label: repair.label,
        field: "options",
        changes: repair.changes,
    })
}

/// Gives an error the repair that makes the text parse, if there is one.
pub(crate) fn suggest(
    text: &str,
    database_type: Option<DatabaseType>,
    error: UrlError,
) -> UrlError {
    if text.len() > LONGEST || text.trim().is_empty() {
        return error;
    }
    let mut draft = Draft::new(text);
    let mut first: Option<UrlError> = None;
    let mut labels: Vec<String> = Vec::new();
    let mut fault = error.clone();
    let mut used = [false; RULES.len()];
    for _ in 0..MOST_FAULTS {
        let current = draft.text.clone();
        let found = RULES.iter().zip(&mut used).find_map(|(rule, used)| {
            let finding = (!*used).then(|| rule(&current, database_type)).flatten()?;
            *used = true;
            Some(finding)
        });
        // A rule knows better what was meant; the parser's own repair is for what it alone sees.
        let own = fault.repair.take();
        let changes = match (found, own) {
            (Some(finding), _) => {
                labels.push(finding.label);
                first.get_or_insert_with(|| {
                    let span = cover(&finding.changes);
                    UrlError::new(finding.code, finding.message, span).field(finding.field)
                });
                finding.changes
            }
            (None, Some(own)) => {
                labels.push(own.label);
                first.get_or_insert_with(|| error.clone());
                own.changes
            }
            (None, None) => break,
        };
        draft.apply(&changes);
        match ConnectionUrl::parse(&draft.text, database_type) {
            Ok(url) => {
                let Some(mut mended) = first else { break };
                // libpq takes a password that runs over into the host: nobody means that.
                if let Some(finding) = run_over(&url) {
                    labels.push(finding.label);
                    draft.apply(&finding.changes);
                }
                let changes = draft.changes();
                if changes.is_empty() {
                    break;
                }
                mended.repair = Some(Box::new(Repair {
                    label: join(&labels),
                    changes,
                }));
                return mended;
            }
            Err(next) => fault = next,
        }
    }
    // A repair that leaves another fault in place is no repair.
    let mut error = error;
    error.repair = error.repair.filter(|repair| {
        let mended = Zeroizing::new(apply_changes(text, &repair.changes));
        ConnectionUrl::parse(&mended, database_type).is_ok()
    });
    error
}

/// The rest of a password that a host took along, encoded.
fn run_over(url: &ConnectionUrl) -> Option<Finding> {
    let hints = url.hints();
    hints
        .iter()
        .find(|hint| hint.code == "unescaped_character")?;
    let finding = credentials::unescaped(url.expose(), url.database_type())?;
    let mended = Zeroizing::new(apply_changes(url.expose(), &finding.changes));
    let mended = ConnectionUrl::parse(&mended, url.database_type()).ok()?;
    let gone = mended
        .hints()
        .iter()
        .all(|hint| hint.code != "unescaped_character");
    gone.then_some(finding)
}

/// Advice on a text that parses, and yet may be meant otherwise.
pub(crate) fn advise(url: &ConnectionUrl) -> Vec<Diagnostic> {
    let text = url.expose();
    if text.len() > LONGEST {
        return Vec::new();
    }
    let found = [
        location::port(text, url.database_type()),
        location::short_scheme(text),
        unseen(url),
        // The parser of MySQL tells of a path without a host itself.
        location::socket(text, url.database_type())
            .filter(|finding| url.hints().iter().all(|hint| hint.code != finding.code)),
    ];
    found
        .into_iter()
        .flatten()
        .map(|finding| {
            Diagnostic::new(finding.code, finding.message, cover(&finding.changes))
                .field(finding.field)
                .repair(finding.label, finding.changes)
        })
        .collect()
}

/// Characters that nobody sees, which a part of the URL took along. Between keywords and values white space is meant.
fn unseen(url: &ConnectionUrl) -> Option<Finding> {
    let text = url.expose();
    let mut finding = wrapping::invisible_characters(text, url.database_type())?;
    if url.form() != Form::Url {
        finding
            .changes
            .retain(|change| !change.span.of(text).is_ascii());
    }
    (!finding.changes.is_empty()).then_some(finding)
}

/// How many of the notes say each thing.
fn count<'a>(notes: impl Iterator<Item = &'a Diagnostic>) -> BTreeMap<Cow<'static, str>, usize> {
    let mut counts = BTreeMap::new();
    for note in notes {
        *counts.entry(note.code.clone()).or_default() += 1;
    }
    counts
}

fn count_all(url: &ConnectionUrl, advice: &[Diagnostic]) -> BTreeMap<Cow<'static, str>, usize> {
    count(url.warnings().iter().chain(url.hints()).chain(advice))
}

/// Takes back the repairs that mend nothing: after one, the text must parse, and say what was wrong less often than before. Other
/// faults stay, each with a repair of its own; a new one may come only where the parts are read anew, which the fault hid before.
pub(crate) fn keep_what_mends(url: &mut ConnectionUrl, mut advice: Vec<Diagnostic>) {
    let may_have_repair =
        |note: &Diagnostic| note.repair.is_some() || note.code == "unescaped_character";
    if advice.is_empty()
        && !url
            .warnings()
            .iter()
            .chain(url.hints())
            .any(may_have_repair)
    {
        return;
    }
    let before = count_all(url, &advice);
    let text = Zeroizing::new(url.expose().to_owned());
    let database_type = url.database_type();
    let mut looked_at = 0;
    let mut mends = |code: &str, repair: &Repair| {
        looked_at += 1;
        if text.len() > LONGEST || looked_at > MOST_REPAIRS {
            return false;
        }
        let mended = Zeroizing::new(apply_changes(&text, &repair.changes));
        let Ok(mended) = ConnectionUrl::parse(&mended, database_type) else {
            return false;
        };
        let after = count_all(&mended, &advise(&mended));
        let gone = after.get(code) < before.get(code);
        let reads_anew = matches!(code, "unescaped_character" | "invisible_characters");
        gone && (reads_anew
            || after
                .iter()
                .all(|(code, count)| before.get(code).is_some_and(|before| count <= before)))
    };
    let mut keep = |notes: &mut Vec<Diagnostic>| {
        for note in notes {
            let own = note
                .repair
                .take()
                .filter(|repair| mends(&note.code, repair));
            note.repair = own.or_else(|| {
                // The rule for texts that do not parse encodes the user name too.
                if note.code != "unescaped_character" || text.len() > LONGEST {
                    return None;
                }
                let finding = credentials::unescaped(&text, database_type)?;
                let repair = Repair {
                    label: finding.label,
                    changes: finding.changes,
                };
                mends(&note.code, &repair).then(|| Box::new(repair))
            });
        }
    };
    let (warnings, hints) = url.notes_mut();
    keep(warnings);
    keep(hints);
    keep(&mut advice);
    // Without its repair, advice of this kind says nothing.
    advice.retain(|note| note.repair.is_some());
    hints.append(&mut advice);
}

/// "Remove the quotes, encode the password".
fn join(labels: &[String]) -> String {
    let mut joined = String::new();
    for label in labels {
        if joined.is_empty() {
            joined.push_str(label);
            continue;
        }
        joined.push_str(", ");
        let mut characters = label.chars();
        joined.extend(characters.next().into_iter().flat_map(char::to_lowercase));
        joined.push_str(characters.as_str());
    }
    joined
}

/// The span of the text from the first change to the last.
fn cover(changes: &[TextChange]) -> Span {
    let start = changes.first().map_or(0, |change| change.span.start);
    let end = changes.last().map_or(0, |change| change.span.end);
    Span::new(start, end.max(start))
}

/// A text on its way to one that parses, which knows where each of its bytes was written.
struct Draft {
    text: Zeroizing<String>,
    /// For each byte its place in the original; `None` for what was inserted.
    origin: Vec<Option<usize>>,
    original_length: usize,
}

impl Draft {
    fn new(text: &str) -> Self {
        Self {
            text: Zeroizing::new(text.to_owned()),
            origin: (0..text.len()).map(Some).collect(),
            original_length: text.len(),
        }
    }

    fn apply(&mut self, changes: &[TextChange]) {
        let mut origin = Vec::with_capacity(self.origin.len());
        let mut position = 0;
        for change in changes {
            origin.extend_from_slice(&self.origin[position..change.span.start]);
            origin.extend(std::iter::repeat_n(None, change.insert.len()));
            position = change.span.end;
        }
        origin.extend_from_slice(&self.origin[position..]);
        self.text = Zeroizing::new(apply_changes(&self.text, changes));
        self.origin = origin;
    }

    /// The draft as changes of the original.
    fn changes(&self) -> Vec<TextChange> {
        let mut changes = Vec::new();
        let mut kept_to = 0;
        let mut at = 0;
        while at <= self.origin.len() {
            let start = at;
            while at < self.origin.len() && self.origin[at].is_none() {
                at += 1;
            }
            let next = self.origin.get(at).copied().flatten();
            let resumes = next.unwrap_or(self.original_length);
            if at > start || resumes > kept_to {
                let insert = self.text[start..at].to_owned();
                changes.push(TextChange::new(Span::new(kept_to, resumes), insert));
            }
            let Some(mut expected) = next else { break };
            while at < self.origin.len() && self.origin[at] == Some(expected) {
                at += 1;
                expected += 1;
            }
            kept_to = expected;
        }
        changes
    }
}

/// The end of the scheme that a text starts with and the start of what follows `://`.
pub(crate) fn after_scheme(text: &str) -> Option<(usize, usize)> {
    let end = text.find("://")?;
    text[..end]
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':'))
        .then_some((end, end + 3))
}

/// Changes that take out everything but a span.
pub(crate) fn keep_only(text: &str, span: Span) -> Vec<TextChange> {
    let mut changes = Vec::new();
    if span.start > 0 {
        changes.push(TextChange::new(Span::new(0, span.start), ""));
    }
    if span.end < text.len() {
        changes.push(TextChange::new(Span::new(span.end, text.len()), ""));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_remembers_where_its_bytes_were() {
        let text = "export URL=\"pg://u:p@ss@h\"";
        let mut draft = Draft::new(text);
        draft.apply(&keep_only(text, Span::new(12, 25)));
        assert_eq!(&*draft.text, "pg://u:p@ss@h");
        draft.apply(&[
            TextChange::new(Span::new(0, 2), "postgresql"),
            TextChange::new(Span::new(8, 9), "%40"),
        ]);
        assert_eq!(&*draft.text, "postgresql://u:p%40ss@h");
        let changes = draft.changes();
        assert_eq!(apply_changes(text, &changes), *draft.text);
        assert!(changes.iter().all(|change| !change.insert.contains("ss")));
    }

    #[test]
    fn what_is_put_at_the_ends_is_a_change_too() {
        let mut draft = Draft::new("abc");
        draft.apply(&[
            TextChange::new(Span::at(0), "<"),
            TextChange::new(Span::at(3), ">"),
        ]);
        assert_eq!(apply_changes("abc", &draft.changes()), "<abc>");
    }
}
