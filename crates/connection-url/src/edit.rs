//! Form edits as text changes by span: what an edit does not name stays byte for byte.

use std::fmt;

use zeroize::Zeroizing;

use crate::build::{encode_in_keyword_value, host_lists, host_text, option_text};
use crate::parsed::Form;
use crate::percent::{Keep, encode};
use crate::reference::is_reference_key;
use crate::secret_slot::is_secret_option;
use crate::{
    ConnectionUrl, DatabaseType, Host, MASK, Span, TextChange, UrlError, UrlOption, sqlite,
};

/// One change that a person makes in the form.
#[derive(Clone, PartialEq, Eq)]
pub enum Edit {
    /// The user name; `None` removes it.
    User(Option<String>),
    /// The password; `None` removes it.
    Password(Option<PasswordEdit>),
    /// The whole list of servers.
    Hosts(Vec<Host>),
    /// The database; `None` removes it.
    Database(Option<String>),
    /// One option; `None` removes every occurrence. Where a secret stands, the value `***` is a mask.
    SetOption {
        /// The option's name.
        name: String,
        /// Its new value.
        value: Option<String>,
    },
    /// The scheme, without `://`.
    Scheme(String),
}

impl fmt::Debug for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => formatter.debug_tuple("User").field(user).finish(),
            Self::Password(password) => formatter.debug_tuple("Password").field(password).finish(),
            Self::Hosts(hosts) => formatter.debug_tuple("Hosts").field(hosts).finish(),
            Self::Database(database) => formatter.debug_tuple("Database").field(database).finish(),
            // The value may be a secret.
            Self::SetOption { name, .. } => formatter
                .debug_struct("SetOption")
                .field("name", name)
                .finish_non_exhaustive(),
            Self::Scheme(scheme) => formatter.debug_tuple("Scheme").field(scheme).finish(),
        }
    }
}

/// What takes the password's place.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordEdit {
    /// `***`: the password is kept elsewhere.
    Mask,
    /// A password in plain text; a `$Secret{KEY}` in it stays a reference.
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

/// The changes that make the edit.
pub(crate) fn changes(url: &ConnectionUrl, edit: &Edit) -> Result<Vec<TextChange>, UrlError> {
    if url.form() == Form::Reference {
        return Err(UrlError::new(
            "not_editable",
            "The whole URL is a named secret; its parts cannot be edited here.",
            Span::new(0, url.expose().len()),
        ));
    }
    if type_of(url) == DatabaseType::Sqlite
        && let Some(answer) = sqlite::refuse(edit)
    {
        return answer;
    }
    let changes = match edit {
        Edit::Scheme(scheme) => change_scheme(url, scheme),
        Edit::User(user) => Ok(change_user(
            url,
            user.as_deref().filter(|user| !user.is_empty()),
        )),
        Edit::Password(password) => change_password(url, password.as_ref()),
        Edit::Hosts(hosts) => Ok(change_hosts(url, hosts)),
        Edit::Database(database) => Ok(change_database(
            url,
            database.as_deref().filter(|database| !database.is_empty()),
        )),
        Edit::SetOption { name, value } => Ok(set_option(url, name, value.as_deref())),
    }?;
    Ok(with_path(url, changes))
}

/// libpq looks for the end of the userinfo up to the first slash: in a URL that has none any more, an `@` in an option's value
/// would be it. A slash before the options keeps them what they are.
fn with_path(url: &ConnectionUrl, mut changes: Vec<TextChange>) -> Vec<TextChange> {
    let layout = &url.parsed().layout;
    let text = url.expose();
    let may_need_it = type_of(url) == DatabaseType::Postgresql
        && url.form() == Form::Url
        && layout.database.is_none()
        && layout
            .query
            .is_some_and(|query| query.of(text).contains('@'))
        && !layout.userinfo.of(text).contains('?');
    if !may_need_it {
        return changes;
    }
    let result = Zeroizing::new(apply_changes(text, &changes));
    let rest = result.split_once("://").map_or("", |(_, rest)| rest);
    let before_slash = rest.split('/').next().unwrap_or_default();
    let runs_over = before_slash
        .split_once('@')
        .is_some_and(|(userinfo, _)| userinfo.contains('?'));
    if runs_over {
        let place = Span::at(layout.hosts.end);
        let index = changes.partition_point(|change| change.span.end <= place.end);
        changes.insert(index, TextChange::new(place, "/"));
    }
    changes
}

fn change_scheme(url: &ConnectionUrl, scheme: &str) -> Result<Vec<TextChange>, UrlError> {
    let layout = &url.parsed().layout;
    // What a server's URL says is no path, and the reverse.
    let other_kind = |found: DatabaseType| {
        (found == DatabaseType::Sqlite) != (type_of(url) == DatabaseType::Sqlite)
    };
    if url.form() == Form::KeywordValue || DatabaseType::from_scheme(scheme).is_none_or(other_kind)
    {
        return Err(UrlError::new(
            "unknown_scheme",
            "No database is known by this scheme.",
            layout.scheme,
        )
        .field("scheme"));
    }
    Ok(vec![TextChange::new(layout.scheme, scheme)])
}

fn type_of(url: &ConnectionUrl) -> DatabaseType {
    url.database_type().unwrap_or(DatabaseType::Postgresql)
}

/// The option that a part is written as, when it is.
fn folded<'a>(url: &'a ConnectionUrl, name: &str) -> Option<&'a UrlOption> {
    url.find_option(name).filter(|option| option.folded)
}

fn change_user(url: &ConnectionUrl, user: Option<&str>) -> Vec<TextChange> {
    if url.is_keyword_value() || folded(url, "user").is_some() {
        let mut changes = set_option(url, "user", user);
        if user.is_none() {
            // The authority's user would come through again.
            changes.splice(0..0, user_in_authority(url, None));
        }
        return changes;
    }
    let mut changes = user_in_authority(url, user);
    if user.is_none() {
        changes.extend(remove_parts(url, "user"));
    }
    changes
}

/// Removes the options that MySQL reads as a part when the authority does not name it.
fn remove_parts(url: &ConnectionUrl, name: &str) -> Vec<TextChange> {
    if type_of(url) != DatabaseType::Mysql {
        return Vec::new();
    }
    remove_options(url, |option| same_name(url, &option.name, name))
}

fn user_in_authority(url: &ConnectionUrl, user: Option<&str>) -> Vec<TextChange> {
    let layout = &url.parsed().layout;
    let Some(span) = layout.user else {
        return user
            .map(|user| {
                TextChange::new(
                    Span::at(layout.hosts.start),
                    format!("{}@", encode(user, Keep::Unreserved)),
                )
            })
            .into_iter()
            .collect();
    };
    match user {
        Some(user) => vec![TextChange::new(span, encode(user, Keep::Unreserved))],
        None if layout.password.is_some() => vec![TextChange::new(span, "")],
        None => vec![without_userinfo(url)],
    }
}

/// Takes the userinfo out. libpq reads up to the first `@`: another one, in the hosts, must not become the end of a user name.
fn without_userinfo(url: &ConnectionUrl) -> TextChange {
    let layout = &url.parsed().layout;
    let stays = layout.hosts.of(url.expose()).contains('@');
    TextChange::new(layout.userinfo, if stays { "@" } else { "" })
}

fn change_password(
    url: &ConnectionUrl,
    password: Option<&PasswordEdit>,
) -> Result<Vec<TextChange>, UrlError> {
    let plain: Option<Zeroizing<String>> = match password {
        None => None,
        Some(PasswordEdit::Mask) => Some(Zeroizing::new(MASK.to_owned())),
        Some(PasswordEdit::Text(text)) => Some(text.clone()),
        Some(PasswordEdit::Reference(key)) if is_reference_key(key) => {
            Some(Zeroizing::new(format!("$Secret{{{key}}}")))
        }
        Some(PasswordEdit::Reference(_)) => {
            return Err(UrlError::new(
                "invalid_reference",
                "This cannot name a secret.",
                Span::default(),
            )
            .field("password"));
        }
    };
    // A password of three stars is no mask unless the edit says so.
    let stars = matches!(password, Some(PasswordEdit::Text(text)) if text.as_str() == MASK);
    let in_option = url.is_keyword_value() || folded(url, "password").is_some();
    if in_option {
        let mut changes = set_value(
            url,
            "password",
            plain.as_ref().map(|plain| plain.as_str()),
            stars,
        );
        if plain.is_none() {
            changes.splice(0..0, password_in_authority(url, None));
        }
        return Ok(changes);
    }
    let text = plain.map(|plain| {
        Zeroizing::new(if plain.as_str() == MASK && !stars {
            MASK.to_owned()
        } else {
            encode(&plain, Keep::Unreserved)
        })
    });
    Ok(password_in_authority(
        url,
        text.as_ref().map(|text| text.as_str()),
    ))
}

fn password_in_authority(url: &ConnectionUrl, text: Option<&str>) -> Vec<TextChange> {
    let layout = &url.parsed().layout;
    // The slot rather than the span: it holds all of a password with stray characters in it.
    let slot = url
        .secret_slots()
        .iter()
        .find(|slot| slot.name == "password")
        .map(|slot| slot.span);
    let slot = slot.filter(|_| url.form() == Form::Url);
    match (slot, text) {
        (Some(span), Some(text)) => vec![TextChange::new(span, text)],
        (Some(span), None)
            if layout.user.is_some_and(|user| user.is_empty()) && layout.password == Some(span) =>
        {
            vec![without_userinfo(url)]
        }
        (Some(span), None) => vec![TextChange::new(Span::new(span.start - 1, span.end), "")],
        (None, None) => Vec::new(),
        (None, Some(text)) => match layout.user {
            Some(user) => vec![TextChange::new(Span::at(user.end), format!(":{text}"))],
            None => vec![TextChange::new(
                Span::at(layout.hosts.start),
                format!(":{text}@"),
            )],
        },
    }
}

fn change_database(url: &ConnectionUrl, database: Option<&str>) -> Vec<TextChange> {
    if url.is_keyword_value() || folded(url, "dbname").is_some() {
        let mut changes = set_option(url, "dbname", database);
        if database.is_none() {
            changes.splice(0..0, database_in_path(url, None));
        }
        return changes;
    }
    database_in_path(url, database)
}

fn database_in_path(url: &ConnectionUrl, database: Option<&str>) -> Vec<TextChange> {
    let layout = &url.parsed().layout;
    if type_of(url) == DatabaseType::Sqlite {
        if url.database() == database {
            return Vec::new();
        }
        // What stands before a path hangs on the path.
        let end = layout.database.map_or(layout.hosts.end, |span| span.end);
        let path = sqlite::path_text(database.unwrap_or_default(), false);
        return vec![TextChange::new(Span::new(layout.scheme.end + 1, end), path)];
    }
    match (layout.database, database) {
        (Some(span), Some(database)) => {
            vec![TextChange::new(span, encode(database, Keep::Unreserved))]
        }
        (Some(span), None) if span.is_empty() => Vec::new(),
        (Some(span), None) => vec![TextChange::new(span, "")],
        (None, Some(database)) => {
            vec![TextChange::new(
                Span::at(layout.hosts.end),
                format!("/{}", encode(database, Keep::Unreserved)),
            )]
        }
        (None, None) => Vec::new(),
    }
}

fn change_hosts(url: &ConnectionUrl, hosts: &[Host]) -> Vec<TextChange> {
    if url.hosts() == hosts {
        return Vec::new();
    }
    let (host, port) = host_lists(hosts);
    if url.is_keyword_value() {
        let mut changes = set_option(url, "host", host.as_deref());
        merge(
            &mut changes,
            set_option(url, "port", port.as_deref()),
            url.expose(),
        );
        return changes;
    }
    let in_options: &[&str] = match type_of(url) {
        DatabaseType::Postgresql => &["host", "port"],
        DatabaseType::Mysql => &["socket", "unixSocket"],
        DatabaseType::Mongodb | DatabaseType::Sqlite => &[],
    };
    if in_options.iter().all(|name| folded(url, name).is_none()) {
        return hosts_in_authority(url, hosts);
    }
    // Where the list stands in an option that can say the new one, it stays there.
    let layout = &url.parsed().layout;
    if type_of(url) == DatabaseType::Mysql {
        let written: Vec<&UrlOption> = url
            .options()
            .iter()
            .filter(|option| {
                option.folded
                    && in_options
                        .iter()
                        .any(|name| same_name(url, &option.name, name))
            })
            .collect();
        if let ([Host::Socket { path, .. }], [option]) = (hosts, written.as_slice()) {
            return set_option(url, &option.name, Some(path));
        }
    } else if layout.hosts.is_empty()
        && folded(url, "host").is_some()
        && (port.is_none() || folded(url, "port").is_some())
    {
        let mut changes = set_option(url, "host", host.as_deref());
        merge(
            &mut changes,
            set_option(url, "port", port.as_deref()),
            url.expose(),
        );
        return changes;
    }
    let mut changes = hosts_in_authority(url, hosts);
    changes.extend(remove_options(url, |option| {
        option.folded
            && in_options
                .iter()
                .any(|name| same_name(url, &option.name, name))
    }));
    changes
}

/// The list in the authority. The text of a host that stays is kept, however it was written.
fn hosts_in_authority(url: &ConnectionUrl, hosts: &[Host]) -> Vec<TextChange> {
    let layout = &url.parsed().layout;
    let text = url.expose();
    let old = url.hosts();
    let mapped = layout.host_items.len() == old.len();
    let front = old
        .iter()
        .zip(hosts)
        .take_while(|(old, new)| old == new)
        .count();
    let most = old.len().min(hosts.len()) - front;
    let back = old
        .iter()
        .rev()
        .zip(hosts.iter().rev())
        .take(most)
        .take_while(|(old, new)| old == new)
        .count();
    let written: Vec<String> = hosts
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let kept = if index < front {
                Some(index)
            } else if index + back >= hosts.len() {
                Some(index + old.len() - hosts.len())
            } else {
                None
            };
            match kept
                .filter(|_| mapped)
                .and_then(|index| layout.host_items.get(index))
            {
                Some(span) => span.of(text).to_owned(),
                None => host_text(type_of(url), host, false),
            }
        })
        .collect();
    vec![TextChange::new(layout.hosts, written.join(","))]
}

fn same_name(url: &ConnectionUrl, one: &str, other: &str) -> bool {
    match type_of(url) {
        DatabaseType::Postgresql | DatabaseType::Sqlite => one == other,
        DatabaseType::Mongodb => one.eq_ignore_ascii_case(other),
        DatabaseType::Mysql => {
            crate::secret_slot::squeeze(one) == crate::secret_slot::squeeze(other)
        }
    }
}

fn set_option(url: &ConnectionUrl, name: &str, value: Option<&str>) -> Vec<TextChange> {
    set_value(url, name, value, false)
}

fn set_value(url: &ConnectionUrl, name: &str, value: Option<&str>, stars: bool) -> Vec<TextChange> {
    let Some(value) = value else {
        return remove_options(url, |option| same_name(url, &option.name, name));
    };
    let existing = url.find_option(name);
    if url.is_keyword_value() {
        let secret = is_secret_option(name) && !stars;
        return match existing {
            Some(option) => vec![replace_keyword(url, option, name, value, secret)],
            None => vec![add_keyword(
                url,
                name,
                &encode_in_keyword_value(value, secret, false),
            )],
        };
    }
    let text = option_text(type_of(url), name, value, stars);
    let Some(option) = existing else {
        return vec![add_option(url, name, &text)];
    };
    let name_text = option.name_span.of(url.expose());
    let written_as_named = crate::percent::decode_lossy(name_text).trim() == option.name;
    if written_as_named && option.value_span.start > option.name_span.end {
        return vec![TextChange::new(option.value_span, text)];
    }
    // `ssl=true` says sslmode=require, and an option of MySQL may stand without an equals sign.
    let whole = Span::new(option.name_span.start, option.value_span.end);
    vec![TextChange::new(
        whole,
        format!("{}={text}", encode(name, Keep::Unreserved)),
    )]
}

fn replace_keyword(
    url: &ConnectionUrl,
    option: &UrlOption,
    name: &str,
    value: &str,
    secret: bool,
) -> TextChange {
    let text = url.expose();
    let runs_on = text[option.value_span.end..]
        .starts_with(|next: char| !next.is_ascii_whitespace() && next != '\u{b}');
    let value = encode_in_keyword_value(value, secret, runs_on);
    if option.name_span.of(text) == option.name {
        return TextChange::new(option.value_span, value);
    }
    TextChange::new(
        Span::new(option.name_span.start, option.value_span.end),
        format!("{name}={value}"),
    )
}

fn add_keyword(url: &ConnectionUrl, name: &str, value: &str) -> TextChange {
    let text = url.expose();
    let last = url
        .options()
        .last()
        .map(|option| option.value_span)
        .filter(|span| span.end == text.len());
    let Some(last) = last else {
        return TextChange::new(Span::at(text.len()), format!("{name}={value}"));
    };
    if last.is_empty() || text.ends_with('\\') {
        // Behind it, it would become a piece of the last value.
        return TextChange::new(Span::at(0), format!("{name}={value} "));
    }
    TextChange::new(Span::at(text.len()), format!(" {name}={value}"))
}

fn add_option(url: &ConnectionUrl, name: &str, value: &str) -> TextChange {
    let layout = &url.parsed().layout;
    let text = url.expose();
    let separator = match layout.query {
        Some(query) if query.is_empty() || text.ends_with('&') => "",
        Some(_) => "&",
        None if layout.database.is_some() => "?",
        None => "/?",
    };
    TextChange::new(
        Span::at(text.len()),
        format!("{separator}{}={value}", encode(name, Keep::Unreserved)),
    )
}

/// Removes the options and one separator for each; with the last option goes the question mark.
fn remove_options(url: &ConnectionUrl, unwanted: impl Fn(&UrlOption) -> bool) -> Vec<TextChange> {
    let options = url.options();
    let whole = |option: &UrlOption| Span::new(option.name_span.start, option.value_span.end);
    if !options.iter().any(&unwanted) {
        return Vec::new();
    }
    let Some(last_kept) = options.iter().rposition(|option| !unwanted(option)) else {
        let all = match url.parsed().layout.query {
            Some(query) => Span::new(query.start - 1, query.end),
            None => Span::new(0, url.expose().len()),
        };
        return vec![TextChange::new(all, "")];
    };
    let mut changes = Vec::new();
    for index in 0..last_kept {
        if unwanted(&options[index]) {
            let span = Span::new(
                whole(&options[index]).start,
                whole(&options[index + 1]).start,
            );
            changes.push(TextChange::new(span, ""));
        }
    }
    if let Some(last) = options.last().filter(|_| last_kept + 1 < options.len()) {
        changes.push(TextChange::new(
            Span::new(whole(&options[last_kept]).end, whole(last).end),
            "",
        ));
    }
    changes
}

/// Joins two lists of changes of the same text. Removals of neighbours are taken over the text between them.
fn merge(changes: &mut Vec<TextChange>, more: Vec<TextChange>, text: &str) {
    changes.extend(more);
    changes.sort_by_key(|change| (change.span.start, change.span.end));
    let mut merged: Vec<TextChange> = Vec::with_capacity(changes.len());
    for change in changes.drain(..) {
        match merged.last_mut() {
            Some(last) if change.span.start < last.span.end => {
                last.span.end = last.span.end.max(change.span.end);
                last.insert.push_str(&change.insert);
            }
            _ => merged.push(change),
        }
    }
    debug_assert!(merged.iter().all(|change| change.span.end <= text.len()));
    *changes = merged;
}
