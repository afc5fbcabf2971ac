//! [`ConnectionUrl`]: the text with its spans.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::build::encode_in_place;
use crate::edit::{self, Edit};
use crate::parsed::{Form, Parsed};
use crate::reference::is_whole_reference;
use crate::repair::{advise, keep_what_mends, suggest};
use crate::secret_slot::canonical_name;
use crate::{
    DatabaseType, Diagnostic, Host, MASK, Reference, SecretSlot, SlotState, Span, TextChange,
    UrlDocument, UrlError, UrlOption, keyword_value, mongodb, mysql, postgres, sqlite, uri,
};

/// A connection URL, a libpq keyword/value string, or one `$Secret{KEY}` that stands for either.
///
/// `Debug` and `Display` print the masked text.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl {
    text: Zeroizing<Box<str>>,
    parsed: Parsed,
}

impl ConnectionUrl {
    /// Reads a connection string. With a `database_type`, a URL of another type is refused.
    ///
    /// # Errors
    /// When the engine that the scheme names would refuse the text. The error says where, and never quotes a secret.
    pub fn parse(text: &str, database_type: Option<DatabaseType>) -> Result<Self, UrlError> {
        // The parsers fill it where it is: it is large, and moving it from one to the next takes longer than a short part.
        let mut parsed = Parsed::new(database_type, Form::Url);
        read(text, database_type, &mut parsed)?;
        parsed.finish(text);
        Ok(Self {
            text: Zeroizing::new(text.into()),
            parsed,
        })
    }

    /// Reads a connection string as [`parse`](Self::parse) does, and looks for what was meant when that fails: the error then
    /// says in its own words what was pasted, and offers the repair that makes the text parse. What parses gets more hints: a
    /// port that runs together with its host, a scheme that other tools refuse. For editors; slower.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn diagnose(text: &str, database_type: Option<DatabaseType>) -> Result<Self, UrlError> {
        let mut url = Self::parse(text, database_type)
            .map_err(|error| suggest(text, database_type, error))?;
        let advice = advise(&url);
        keep_what_mends(&mut url, advice);
        Ok(url)
    }

    /// The engine; `None` only for a whole-string `$Secret{KEY}` that was parsed without a type.
    pub const fn database_type(&self) -> Option<DatabaseType> {
        self.parsed.database_type
    }

    /// Whether the whole text is one `$Secret{KEY}`.
    pub fn is_reference(&self) -> bool {
        self.parsed.form == Form::Reference
    }

    /// Whether the text is a libpq keyword/value string.
    pub fn is_keyword_value(&self) -> bool {
        self.parsed.form == Form::KeywordValue
    }

    /// How the connection is written.
    pub const fn form(&self) -> Form {
        self.parsed.form
    }

    /// The scheme, lowercased.
    pub fn scheme(&self) -> Option<&str> {
        self.parsed.scheme.as_deref()
    }

    /// The real text, byte for byte, secrets included.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The text with `***` in the place of each literal secret.
    pub fn masked(&self) -> String {
        mask(&self.text, &self.parsed)
    }

    /// The servers, in order.
    pub fn hosts(&self) -> &[Host] {
        &self.parsed.hosts
    }

    /// The user name, decoded.
    pub fn user(&self) -> Option<&str> {
        self.parsed.user.as_deref()
    }

    /// The password, decoded; also from `?password=` and the keyword `password`.
    pub fn password(&self) -> Option<&str> {
        self.parsed
            .password
            .as_ref()
            .map(|password| password.as_str())
    }

    /// The database, decoded. On MongoDB the default authentication database.
    pub fn database(&self) -> Option<&str> {
        self.parsed.database.as_deref()
    }

    /// Every option, decoded, order and letter case kept, secret ones included.
    pub fn options(&self) -> &[UrlOption] {
        &self.parsed.options
    }

    /// The value of an option; the last one wins. Names compare by the engine's rule: exactly on PostgreSQL and SQLite, without
    /// regard to letter case on MongoDB, and without regard to case, `-` and `_` on MySQL.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.find_option(name).map(|option| option.value.as_str())
    }

    pub(crate) fn find_option(&self, name: &str) -> Option<&UrlOption> {
        let database_type = self.parsed.database_type?;
        let same = |option: &&UrlOption| match database_type {
            DatabaseType::Postgresql | DatabaseType::Sqlite => option.name == name,
            DatabaseType::Mongodb => option.name.eq_ignore_ascii_case(name),
            DatabaseType::Mysql => {
                canonical_name(database_type, &option.name) == canonical_name(database_type, name)
            }
        };
        self.parsed.options.iter().rev().find(same)
    }

    /// Every place where a secret stands, in the order of the text.
    pub fn secret_slots(&self) -> &[SecretSlot] {
        &self.parsed.slots
    }

    /// Every `$Secret{KEY}`, in the order of the text.
    pub fn references(&self) -> &[Reference] {
        &self.parsed.references
    }

    /// What the engine's specification asks a parser to warn of. Of a text with thousands of faults the first few hundred.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.parsed.warnings
    }

    /// Our own advice. Of a text with thousands of faults the first few hundred.
    pub fn hints(&self) -> &[Diagnostic] {
        &self.parsed.hints
    }

    /// The parts as a document: the JSON of `tapedeck url parse`. It holds the secrets.
    pub fn document(&self) -> UrlDocument {
        UrlDocument::of(self)
    }

    /// Puts raw texts (as written, already encoded) back where `***` stands; a slot for which `get` has nothing keeps
    /// its `***`.
    ///
    /// # Errors
    /// When a raw text does not fit its place: `secret_does_not_fit`.
    pub fn with_secrets(
        &self,
        mut get: impl FnMut(&str) -> Option<Zeroizing<String>>,
    ) -> Result<Self, UrlError> {
        let mut text = Zeroizing::new(String::with_capacity(self.text.len() + 64));
        let mut position = 0;
        let mut filled: Vec<Option<Zeroizing<String>>> =
            Vec::with_capacity(self.parsed.slots.len());
        for slot in &self.parsed.slots {
            let raw = match slot.state {
                SlotState::Masked => get(&slot.name),
                _ => None,
            };
            if let Some(raw) = &raw {
                text.push_str(Span::new(position, slot.span.start).of(&self.text));
                text.push_str(raw);
                position = slot.span.end;
            }
            filled.push(raw);
        }
        if filled.iter().all(Option::is_none) {
            return Ok(self.clone());
        }
        text.push_str(Span::new(position, self.text.len()).of(&self.text));
        let does_not_fit = || {
            UrlError::new(
                "secret_does_not_fit",
                "The stored secret does not fit its place in the URL; enter it again.",
                Span::new(0, self.text.len()),
            )
        };
        let url = Self::parse(&text, self.parsed.database_type).map_err(|_| does_not_fit())?;
        // A raw text must fill its slot and nothing else: it cannot move a host or add an option unnoticed.
        let fits = url.parsed.slots.len() == filled.len()
            && url
                .parsed
                .slots
                .iter()
                .zip(&self.parsed.slots)
                .zip(&filled)
                .all(|((new, old), raw)| {
                    let expected = raw
                        .as_ref()
                        .map_or_else(|| old.span.of(&self.text), |raw| raw.as_str());
                    new.name == old.name && new.span.of(&url.text) == expected
                });
        if fits { Ok(url) } else { Err(does_not_fit()) }
    }

    /// Replaces each `$Secret{KEY}`. Inside a part the value is encoded for that part, so that it cannot change
    /// anything else; a whole-string reference becomes a URL and is parsed.
    ///
    /// # Errors
    /// `missing_secret` when `get` has no value for a key; otherwise what [`parse`](Self::parse) refuses.
    pub fn resolve_references(
        &self,
        mut get: impl FnMut(&str) -> Option<Zeroizing<String>>,
    ) -> Result<Self, UrlError> {
        if self.parsed.references.is_empty() {
            return Ok(self.clone());
        }
        let mut text = Zeroizing::new(String::with_capacity(self.text.len() + 64));
        let mut position = 0;
        for reference in &self.parsed.references {
            let Some(value) = get(&reference.key) else {
                return Err(UrlError::new(
                    "missing_secret",
                    format!("The named secret {} is not on this machine.", reference.key),
                    reference.span,
                ));
            };
            text.push_str(Span::new(position, reference.span.start).of(&self.text));
            let mut insert = if self.is_reference() {
                value.to_string()
            } else {
                encode_in_place(self, reference.span, &value)
            };
            text.push_str(&insert);
            insert.zeroize();
            position = reference.span.end;
        }
        text.push_str(Span::new(position, self.text.len()).of(&self.text));
        Self::parse(&text, self.parsed.database_type)
    }

    /// A form edit as text changes. They hold no secret other than one that the edit itself carries.
    ///
    /// # Errors
    /// When the value cannot stand where it should.
    pub fn edit(&self, edit: &Edit) -> Result<Vec<TextChange>, UrlError> {
        edit::changes(self, edit)
    }

    /// The URL after a form edit.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and when the result would not parse.
    pub fn edited(&self, edit: &Edit) -> Result<Self, UrlError> {
        let changes = self.edit(edit)?;
        let text = Zeroizing::new(edit::apply_changes(&self.text, &changes));
        let database_type = match edit {
            Edit::Scheme(_) => None,
            _ => self.parsed.database_type,
        };
        Self::parse(&text, database_type)
    }

    /// The warnings and the hints.
    pub(crate) const fn notes_mut(&mut self) -> (&mut Vec<Diagnostic>, &mut Vec<Diagnostic>) {
        (&mut self.parsed.warnings, &mut self.parsed.hints)
    }

    pub(crate) const fn parsed(&self) -> &Parsed {
        &self.parsed
    }
}

/// What masks a slot. A quoted value that runs into the next keyword keeps its quotes: without them both would be one.
fn mask_text(text: &str, span: Span, form: Form) -> String {
    let runs_on = form == Form::KeywordValue
        && span.of(text).starts_with('\'')
        && text[span.end..]
            .starts_with(|next: char| !next.is_ascii_whitespace() && next != '\u{b}');
    if runs_on {
        format!("'{MASK}'")
    } else {
        MASK.to_owned()
    }
}

fn read(
    text: &str,
    database_type: Option<DatabaseType>,
    parsed: &mut Parsed,
) -> Result<(), UrlError> {
    if is_whole_reference(text) {
        parsed.form = Form::Reference;
        return Ok(());
    }
    read_written(text, database_type, parsed)?;
    check_stray_password(text, parsed)
}

/// libpq takes some texts in which a password runs over into the host or database. Where masking all of it leaves nothing
/// that parses to the same places, the text could not be stored without it: then it is refused, which libpq does not do.
fn check_stray_password(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    let Some(index) = parsed
        .hints
        .iter()
        .position(|hint| hint.code == "unescaped_character")
    else {
        return Ok(());
    };
    parsed.finish(text);
    let masked = mask(text, parsed);
    let mut shown = Parsed::new(parsed.database_type, Form::Url);
    let fits = read_written(&masked, parsed.database_type, &mut shown).is_ok_and(|()| {
        shown.finish(&masked);
        shown.slots.len() == parsed.slots.len()
            && shown.slots.iter().zip(&parsed.slots).all(|(shown, slot)| {
                shown.name == slot.name
                    && (slot.state != SlotState::Literal || shown.state == SlotState::Masked)
            })
    });
    if fits {
        return Ok(());
    }
    let hint = parsed.hints.swap_remove(index);
    let mut error = UrlError::new("unescaped_character", hint.message, hint.span).field("password");
    error.repair = hint.repair;
    Err(error)
}

fn mask(text: &str, parsed: &Parsed) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut position = 0;
    for slot in &parsed.slots {
        if slot.state != SlotState::Literal {
            continue;
        }
        masked.push_str(Span::new(position, slot.span.start).of(text));
        masked.push_str(&mask_text(text, slot.span, parsed.form));
        position = slot.span.end;
    }
    masked.push_str(Span::new(position, text.len()).of(text));
    masked
}

/// Fills `parsed`, which is empty.
fn read_written(
    text: &str,
    database_type: Option<DatabaseType>,
    parsed: &mut Parsed,
) -> Result<(), UrlError> {
    uri::refuse_nul(text)?;
    let whole = Span::new(0, text.len());
    let found = sqlite::scheme_of(text)
        .or_else(|| uri::scheme_of(text))
        .map(|(scheme, span)| (DatabaseType::from_scheme(&scheme), scheme, span));
    let Some((found, scheme, span)) = found else {
        let may_be_keyword_value =
            database_type.is_none_or(|wanted| wanted == DatabaseType::Postgresql);
        if may_be_keyword_value && text.contains('=') {
            return keyword_value::parse(text, parsed);
        }
        let message = match database_type {
            Some(DatabaseType::Mongodb) => {
                "A MongoDB URL starts with mongodb:// or mongodb+srv://."
            }
            Some(DatabaseType::Mysql) => "A MySQL URL starts with mysql:// or mariadb://.",
            Some(DatabaseType::Postgresql) => {
                "A PostgreSQL URL starts with postgresql:// or postgres://."
            }
            Some(DatabaseType::Sqlite) => {
                "A SQLite URL starts with sqlite: and names a file: sqlite:///srv/shop.db."
            }
            None => {
                "A connection URL starts with a scheme such as postgresql://, mysql:// or mongodb://."
            }
        };
        return Err(UrlError::new("missing_scheme", message, whole).field("scheme"));
    };
    let Some(found) = found else {
        return Err(UrlError::new(
            "unknown_scheme",
            "No database is known by this scheme.",
            span,
        )
        .field("scheme"));
    };
    if let Some(expected) = database_type
        && expected != found
    {
        return Err(UrlError::new(
            "wrong_scheme",
            format!(
                "This is a {} URL, but the database is of type {}.",
                found.display_name(),
                expected.display_name()
            ),
            span,
        )
        .field("scheme"));
    }
    // libpq and the MongoDB drivers compare the scheme as it stands; MySQL Shell does not.
    if found != DatabaseType::Mysql && span.of(text) != scheme {
        return Err(
            UrlError::new("scheme_case", "The scheme is written in lowercase.", span)
                .field("scheme")
                .repair("Write it in lowercase", vec![TextChange::new(span, scheme)]),
        );
    }
    parsed.database_type = Some(found);
    parsed.scheme = Some(scheme);
    parsed.layout.scheme = span;
    match found {
        DatabaseType::Postgresql => postgres::parse(text, parsed),
        DatabaseType::Mysql => mysql::parse(text, parsed),
        DatabaseType::Mongodb => mongodb::parse(text, parsed),
        DatabaseType::Sqlite => sqlite::parse(text, parsed),
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("ConnectionUrl")
            .field(&self.masked())
            .finish()
    }
}
