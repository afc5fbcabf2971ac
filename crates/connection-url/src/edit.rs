//! Form edits as text changes by span.

use std::fmt;

use zeroize::Zeroizing;

use crate::build::host_text;
use crate::percent::{Keep, encode};
use crate::reference::is_reference_key;
use crate::{ConnectionUrl, Host, MASK, Span, TextChange, UrlError};

/// One change that a person makes in the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// The user name; `None` removes it.
    User(Option<String>),
    /// The password; `None` removes it.
    Password(Option<PasswordEdit>),
    /// The whole list of servers.
    Hosts(Vec<Host>),
    /// The database; `None` removes it.
    Database(Option<String>),
    /// One option; `None` removes every occurrence.
    SetOption {
        /// The option's name.
        name: String,
        /// Its new value.
        value: Option<String>,
    },
    /// The scheme, without `://`.
    Scheme(String),
}

/// What takes the password's place.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordEdit {
    /// `***`: the password is kept elsewhere.
    Mask,
    /// A password in plain text; references in it stay references.
    Text(Zeroizing<String>),
    /// `$Secret{KEY}`, by its key.
    Reference(String),
}

impl fmt::Debug for PasswordEdit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mask => formatter.write_str("Mask"),
            Self::Text(_) => formatter.write_str("Text(***)"),
            Self::Reference(key) => formatter.debug_tuple("Reference").field(key).finish(),
        }
    }
}

/// The text after the changes, which must be in ascending order and must not overlap.
pub fn apply_changes(text: &str, changes: &[TextChange]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut position = 0;
    for change in changes {
        result.push_str(Span::new(position, change.span.start).of(text));
        result.push_str(&change.insert);
        position = change.span.end;
    }
    result.push_str(Span::new(position, text.len()).of(text));
    result
}

pub(crate) fn changes(url: &ConnectionUrl, edit: &Edit) -> Result<Vec<TextChange>, UrlError> {
    let layout = &url.parsed().layout;
    Ok(match edit {
        Edit::Scheme(scheme) => vec![TextChange::new(layout.scheme, scheme.as_str())],
        Edit::User(user) => {
            let text = encode(user.as_deref().unwrap_or_default(), Keep::Unreserved);
            match layout.user {
                Some(span) => vec![TextChange::new(span, text)],
                None => vec![TextChange::new(
                    Span::at(layout.hosts.start),
                    format!("{text}@"),
                )],
            }
        }
        Edit::Password(password) => {
            let text = match password {
                None => None,
                Some(PasswordEdit::Mask) => Some(MASK.to_owned()),
                Some(PasswordEdit::Text(text)) => Some(encode(text, Keep::Unreserved)),
                Some(PasswordEdit::Reference(key)) => {
                    if !is_reference_key(key) {
                        return Err(UrlError::new(
                            "invalid_reference",
                            "This cannot name a secret.",
                            Span::default(),
                        )
                        .field("password"));
                    }
                    Some(format!("$Secret{{{key}}}"))
                }
            };
            match (layout.password, text, layout.user) {
                (Some(span), Some(text), _) => vec![TextChange::new(span, text)],
                (Some(span), None, _) => {
                    vec![TextChange::new(Span::new(span.start - 1, span.end), "")]
                }
                (None, Some(text), Some(user)) => {
                    vec![TextChange::new(Span::at(user.end), format!(":{text}"))]
                }
                (None, Some(text), None) => {
                    vec![TextChange::new(
                        Span::at(layout.hosts.start),
                        format!(":{text}@"),
                    )]
                }
                (None, None, _) => Vec::new(),
            }
        }
        Edit::Hosts(hosts) => {
            let text: Vec<String> = hosts.iter().map(host_text).collect();
            vec![TextChange::new(layout.hosts, text.join(","))]
        }
        Edit::Database(database) => {
            let text = encode(database.as_deref().unwrap_or_default(), Keep::Unreserved);
            match layout.database {
                Some(span) => vec![TextChange::new(span, text)],
                None => vec![TextChange::new(
                    Span::at(layout.hosts.end),
                    format!("/{text}"),
                )],
            }
        }
        Edit::SetOption { name, value } => {
            let Some(value) = value else {
                return Ok(url
                    .find_option(name)
                    .map(|option| {
                        TextChange::new(
                            Span::new(option.name_span.start - 1, option.value_span.end),
                            "",
                        )
                    })
                    .into_iter()
                    .collect());
            };
            let text = encode(value, Keep::OptionValue);
            match url.find_option(name) {
                Some(option) => vec![TextChange::new(option.value_span, text)],
                None => {
                    let separator = match layout.query {
                        Some(_) => "&",
                        None if layout.database.is_some() => "?",
                        None => "/?",
                    };
                    let end = url.expose().len();
                    vec![TextChange::new(
                        Span::at(end),
                        format!("{separator}{}={text}", encode(name, Keep::Unreserved)),
                    )]
                }
            }
        }
    })
}
