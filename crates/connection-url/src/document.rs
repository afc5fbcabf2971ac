//! The parts of a connection URL as a document: the JSON of `tapedeck url parse` and `url build`.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

pub use crate::parsed::Form;
use crate::reference::{has_reference, is_only_references};
use crate::secret_slot::squeeze;
use crate::{ConnectionUrl, DatabaseType, Diagnostic, Host, MASK, SlotState, Span, UrlOption};

/// The parts of a connection URL. It may hold secrets: see [`without_secrets`](Self::without_secrets).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrlDocument {
    /// The engine; null only for a whole-string reference without a type.
    #[serde(default, rename = "type")]
    pub database_type: Option<DatabaseType>,
    /// How the connection is written; left out for a URL.
    #[serde(default, skip_serializing_if = "is_url")]
    pub form: Form,
    /// The scheme; null for a keyword/value string and a whole-string reference.
    #[serde(default)]
    pub scheme: Option<String>,
    /// The servers.
    #[serde(default)]
    pub hosts: Vec<Host>,
    /// The user name.
    #[serde(default)]
    pub user: Option<String>,
    /// The password, `***` where it is masked.
    #[serde(default)]
    pub password: Option<String>,
    /// The database.
    #[serde(default)]
    pub database: Option<String>,
    /// The options in order, those left out that are parts.
    #[serde(default)]
    pub options: Vec<(String, String)>,
    /// The parts that hold a secret: `password`, or the name of the option.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// The keys of the `$Secret{KEY}` references; left out when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// The parts whose value is meant as it stands although it reads as a mask or a reference: `user`, `password`,
    /// `database`, `hosts[0]`, `options[0]`. Left out when there is none, which is nearly always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verbatim: Vec<String>,
    /// What the engine's specification asks a parser to warn of.
    #[serde(default)]
    pub warnings: Vec<Diagnostic>,
    /// Our own advice.
    #[serde(default)]
    pub hints: Vec<Diagnostic>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands skip_serializing_if a reference"
)]
fn is_url(form: &Form) -> bool {
    *form == Form::Url
}

impl UrlDocument {
    pub(crate) fn of(url: &ConnectionUrl) -> Self {
        let kept: Vec<&UrlOption> = url
            .options()
            .iter()
            .filter(|option| !option.folded)
            .collect();
        Self {
            database_type: url.database_type(),
            form: url.form(),
            scheme: url.scheme().map(str::to_owned),
            hosts: url.hosts().to_vec(),
            user: url.user().map(str::to_owned),
            password: url.password().map(str::to_owned),
            database: url.database().map(str::to_owned),
            options: kept
                .iter()
                .map(|option| (option.name.clone().into_owned(), option.value.clone()))
                .collect(),
            secrets: secrets(url),
            references: url
                .references()
                .iter()
                .map(|reference| reference.key.clone())
                .collect(),
            verbatim: verbatim(url, &kept),
            warnings: url.warnings().to_vec(),
            hints: url.hints().to_vec(),
        }
    }

    /// The same with `***` in the place of every literal secret.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let hide = |value: &mut String| {
            if !value.is_empty() && !is_only_references(value) {
                value.zeroize();
                MASK.clone_into(value);
            }
        };
        if let Some(password) = &mut self.password {
            hide(password);
        }
        for (name, value) in &mut self.options {
            if self.secrets.contains(name) {
                hide(value);
            }
        }
        // What was hidden is a mask now, whatever it read like before.
        let secret_options: Vec<String> = (0..self.options.len())
            .filter(|index| self.secrets.contains(&self.options[*index].0))
            .map(|index| format!("options[{index}]"))
            .collect();
        self.verbatim
            .retain(|part| part != "password" && !secret_options.contains(part));
        self
    }
}

/// The option whose value holds the span. Options stand in the order of the text.
fn option_around(options: &[UrlOption], span: Span) -> Option<&UrlOption> {
    let index = options.partition_point(|option| option.value_span.end < span.end);
    options
        .get(index)
        .filter(|option| option.value_span.contains(span))
}

/// Whether one of the spans, which stand in order, lies in `around`.
fn any_inside(spans: &[Span], around: Span) -> bool {
    let index = spans.partition_point(|span| span.start < around.start);
    spans.get(index).is_some_and(|span| around.contains(*span))
}

fn secrets(url: &ConnectionUrl) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for slot in url.secret_slots() {
        if slot.state == SlotState::Empty {
            continue;
        }
        let option = option_around(url.options(), slot.span);
        let name = match option {
            Some(option) if !option.folded => option.name.clone().into_owned(),
            _ => "password".to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn verbatim(url: &ConnectionUrl, kept: &[&UrlOption]) -> Vec<String> {
    let references: Vec<Span> = url
        .references()
        .iter()
        .map(|reference| reference.span)
        .collect();
    let masks: Vec<Span> = url
        .secret_slots()
        .iter()
        .filter(|slot| slot.state == SlotState::Masked)
        .map(|slot| slot.span)
        .collect();
    let layout = &url.parsed().layout;
    let mut parts = Vec::new();
    // A part that reads as a mask or reference, with none of them where it is written.
    let mut check = |part: String, value: &str, span: Option<Span>, secret: bool| {
        let around = span.unwrap_or_default();
        let stars = secret && value.contains(MASK) && !any_inside(&masks, around);
        let reference = has_reference(value) && !any_inside(&references, around);
        if stars || reference {
            parts.push(part);
        }
    };
    let written = |name: &str, span: Option<Span>| {
        let option = url
            .options()
            .iter()
            .rev()
            .find(|option| option.folded && squeeze(&option.name) == name);
        option.map(|option| option.value_span).or(span)
    };
    check(
        "user".to_owned(),
        url.user().unwrap_or_default(),
        written("user", layout.user),
        false,
    );
    let password = url
        .secret_slots()
        .iter()
        .find(|slot| slot.name == "password")
        .map(|slot| slot.span);
    check(
        "password".to_owned(),
        url.password().unwrap_or_default(),
        written("password", password),
        true,
    );
    check(
        "database".to_owned(),
        url.database().unwrap_or_default(),
        written("dbname", layout.database),
        false,
    );
    for (index, host) in url.hosts().iter().enumerate() {
        let option = written("host", None)
            .or_else(|| written("socket", None))
            .or_else(|| written("unixsocket", None));
        let span = option.or_else(|| layout.host_items.get(index).copied());
        check(format!("hosts[{index}]"), host.name(), span, false);
    }
    for (index, option) in kept.iter().enumerate() {
        check(
            format!("options[{index}]"),
            &option.value,
            Some(option.value_span),
            option.secret,
        );
    }
    parts
}

impl Drop for UrlDocument {
    fn drop(&mut self) {
        self.password.zeroize();
        for (_, value) in &mut self.options {
            value.zeroize();
        }
    }
}

impl fmt::Debug for UrlDocument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UrlDocument")
            .field("type", &self.database_type)
            .field("scheme", &self.scheme)
            .field("hosts", &self.hosts)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| MASK))
            .field("database", &self.database)
            .field(
                "options",
                &self
                    .options
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}
