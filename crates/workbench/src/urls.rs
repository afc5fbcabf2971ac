//! Connection URLs for editors and for the `url` commands. Nothing here touches the catalog or the keyring.

use std::str::FromStr;

use connection_url::{
    ConnectionUrl, DatabaseType, Diagnostic, Edit, Host, PasswordEdit, Port, Repair, SlotState,
    Span, TextChange, UrlDocument, UrlError, apply_changes,
};

use crate::dto::{
    UrlEdit, UrlHost, UrlInspection, UrlNote, UrlOptionView, UrlRepair, UrlSecretSpan,
    UrlSecretState, UrlTextChange,
};
use crate::url_options::token_views;
use crate::url_unfinished::{hide_in_label, hide_unfinished, with_hidden_ports};
use crate::{AppError, Result, Workbench};
use zeroize::Zeroizing;

/// Reads an engine's name as people write it; `mariadb` means `mysql`.
pub fn parse_database_type(text: &str) -> Result<DatabaseType> {
    DatabaseType::from_str(text).map_err(|_| {
        AppError::new(
            "usage",
            "The database type must be mongodb, postgresql, mysql or sqlite (mariadb means mysql, sqlite3 means sqlite).",
        )
    })
}

/// Takes a URL apart, as `tapedeck url parse` prints it. Secrets stay in the answer only when `reveal` is set.
pub fn url_parse(
    text: &str,
    database_type: Option<DatabaseType>,
    reveal: bool,
) -> Result<UrlDocument> {
    let document = ConnectionUrl::parse(text, database_type)?.document();
    Ok(if reveal {
        document
    } else {
        document.without_secrets()
    })
}

/// Replaces every secret of every URL in a text by `***`, also where the text does not parse.
pub fn url_redact(text: &str) -> String {
    connection_url::redact(text)
}

/// Makes the URL that parses to `document`.
pub fn url_build(database_type: DatabaseType, document: &serde_json::Value) -> Result<String> {
    let document: UrlDocument = serde_path_to_error::deserialize(document).map_err(|error| {
        let field = error.path().to_string();
        AppError::validation(&[catalog::Fault {
            code: catalog::FaultCode::WrongType,
            message: "This is not a field of what `url parse` prints, or not of its type."
                .to_owned(),
            field,
        }])
    })?;
    Ok(connection_url::build(database_type, &document)?)
}

impl Workbench {
    /// Takes apart what is typed in an editor. The answer holds no secret, also where the text does.
    pub async fn url_inspect(
        &self,
        text: String,
        database_type: Option<String>,
    ) -> Result<UrlInspection> {
        let database_type = database_type
            .as_deref()
            .map(parse_database_type)
            .transpose()?;
        Ok(inspect(&text, database_type))
    }

    /// The text changes that an edit made in the form means. They hold no secret.
    pub async fn url_edit(
        &self,
        text: String,
        database_type: String,
        edit: UrlEdit,
    ) -> Result<Vec<UrlTextChange>> {
        let database_type = parse_database_type(&database_type)?;
        if text.trim().is_empty() {
            // The form is filled in before there is any string: it begins with a server on this machine.
            let started =
                ConnectionUrl::parse(starter(database_type), None)?.edited(&edit_of(edit))?;
            let (start, end) = Utf16Offsets::of(&text).of_span(Span::new(0, text.len()));
            return Ok(vec![UrlTextChange {
                start,
                end,
                insert: started.expose().to_owned(),
            }]);
        }
        let url = ConnectionUrl::parse(&text, Some(database_type))?;
        let edit = edit_of(match edit {
            UrlEdit::Hosts { hosts } => UrlEdit::Hosts {
                hosts: with_hidden_ports(hosts, &url),
            },
            other => other,
        });
        let offsets = Utf16Offsets::of(&text);
        Ok(change_views(&url.edit(&edit)?, &offsets))
    }
}

/// What an edit of an empty text begins with.
const fn starter(database_type: DatabaseType) -> &'static str {
    match database_type {
        DatabaseType::Postgresql => "postgresql://localhost",
        DatabaseType::Mysql => "mysql://localhost",
        DatabaseType::Mongodb => "mongodb://localhost",
        DatabaseType::Sqlite => "sqlite:",
    }
}

fn edit_of(edit: UrlEdit) -> Edit {
    match edit {
        UrlEdit::User { value } => Edit::User(value),
        UrlEdit::PasswordMask { present: true } => Edit::Password(Some(PasswordEdit::Mask)),
        UrlEdit::PasswordMask { present: false } => Edit::Password(None),
        UrlEdit::PasswordReference { key } => Edit::Password(Some(PasswordEdit::Reference(key))),
        UrlEdit::Hosts { hosts } => Edit::Hosts(hosts.into_iter().map(host_of).collect()),
        UrlEdit::Database { value } => Edit::Database(value),
        UrlEdit::Option { name, value } => Edit::SetOption { name, value },
        UrlEdit::Scheme { value } => Edit::Scheme(value),
    }
}

fn host_of(host: UrlHost) -> Host {
    let port = host.port.as_deref().map_or(Port::None, Port::from_text);
    match host.socket {
        Some(path) => Host::Socket { path, port },
        None => Host::Tcp {
            host: host.host.unwrap_or_default(),
            port,
        },
    }
}

fn host_view(host: &Host) -> UrlHost {
    let port = Some(host.port().as_text()).filter(|text| !text.is_empty());
    match host {
        Host::Tcp { host, .. } => UrlHost {
            host: Some(host.clone()),
            port,
            socket: None,
        },
        Host::Socket { path, .. } => UrlHost {
            host: None,
            port,
            socket: Some(path.clone()),
        },
    }
}

fn inspect(text: &str, database_type: Option<DatabaseType>) -> UrlInspection {
    let offsets = Utf16Offsets::of(text);
    match ConnectionUrl::diagnose(text, database_type) {
        Ok(url) => {
            let mut inspection = inspection_of(&url, &offsets);
            hide_unfinished(&url, &mut inspection);
            inspection
        }
        Err(error) => broken(text, database_type, &error, &offsets),
    }
}

fn inspection_of(url: &ConnectionUrl, offsets: &Utf16Offsets) -> UrlInspection {
    let secret_spans: Vec<UrlSecretSpan> = url
        .secret_slots()
        .iter()
        .map(|slot| {
            let (start, end) = offsets.of_span(slot.span);
            UrlSecretSpan {
                slot: slot.name.clone(),
                start,
                end,
                state: state_of(slot.state),
                reference: url
                    .references()
                    .iter()
                    .find(|reference| slot.span.contains(reference.span))
                    .map(|reference| reference.key.clone()),
            }
        })
        .collect();
    let password = secret_spans
        .iter()
        .find(|span| span.slot == "password")
        .map_or(UrlSecretState::Absent, |s| s.state);
    UrlInspection {
        valid: true,
        database_type: url
            .database_type()
            .map(|database_type| database_type.as_str().to_owned()),
        scheme: url.scheme().map(str::to_owned),
        hosts: url.hosts().iter().map(host_view).collect(),
        user: url.user().map(str::to_owned),
        password,
        database: url.database().map(str::to_owned),
        options: url
            .options()
            .iter()
            .map(|option| UrlOptionView {
                name: option.name.clone().into_owned(),
                value: option.shown_value().to_owned(),
                secret: option.secret,
                part: option.folded,
            })
            .collect(),
        secret_spans,
        target: target_of(url),
        error: None,
        warnings: notes(url.warnings(), url.expose(), offsets),
        hints: notes(url.hints(), url.expose(), offsets),
        references: url
            .references()
            .iter()
            .map(|reference| reference.key.clone())
            .collect(),
        tokens: token_views(&url.tokens(), offsets),
    }
}

fn broken(
    text: &str,
    database_type: Option<DatabaseType>,
    error: &UrlError,
    offsets: &Utf16Offsets,
) -> UrlInspection {
    let (start, end) = offsets.of_span(error.span);
    let tokens = connection_url::tokens(text, database_type);
    let repair = repair_view(error.repair.as_deref(), text, offsets);
    UrlInspection {
        valid: false,
        database_type: database_type.map(|database_type| database_type.as_str().to_owned()),
        scheme: None,
        hosts: Vec::new(),
        user: None,
        password: UrlSecretState::Absent,
        database: None,
        options: Vec::new(),
        secret_spans: Vec::new(),
        target: String::new(),
        error: Some(UrlNote {
            code: error.code.to_string(),
            message: error.message.clone(),
            start,
            end,
            field: error.field.clone(),
            repair: repair.map(|repair| hide_in_label(repair, text, error.span, &tokens)),
        }),
        warnings: Vec::new(),
        hints: Vec::new(),
        references: Vec::new(),
        tokens: token_views(&tokens, offsets),
    }
}

fn notes(diagnostics: &[Diagnostic], text: &str, offsets: &Utf16Offsets) -> Vec<UrlNote> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let (start, end) = offsets.of_span(diagnostic.span);
            UrlNote {
                code: diagnostic.code.to_string(),
                message: diagnostic.message.clone(),
                start,
                end,
                field: diagnostic.field.clone(),
                repair: repair_view(diagnostic.repair.as_deref(), text, offsets),
            }
        })
        .collect()
}

fn change_views(changes: &[TextChange], offsets: &Utf16Offsets) -> Vec<UrlTextChange> {
    changes
        .iter()
        .map(|change| {
            let (start, end) = offsets.of_span(change.span);
            UrlTextChange {
                start,
                end,
                insert: change.insert.clone(),
            }
        })
        .collect()
}

fn repair_view(repair: Option<&Repair>, text: &str, offsets: &Utf16Offsets) -> Option<UrlRepair> {
    repair.map(|repair| UrlRepair {
        label: repair.label.clone(),
        changes: change_views(&repair.changes, offsets),
        preview: connection_url::redact(&Zeroizing::new(apply_changes(text, &repair.changes))),
    })
}

fn state_of(state: SlotState) -> UrlSecretState {
    match state {
        SlotState::Literal => UrlSecretState::Typed,
        SlotState::Masked => UrlSecretState::Kept,
        SlotState::Reference => UrlSecretState::Reference,
        SlotState::Empty => UrlSecretState::Empty,
    }
}

/// Where a URL points, short enough for a cell: `db.example.com:5432/orders`, `host1 +2/orders`.
pub(crate) fn target_of(url: &ConnectionUrl) -> String {
    let Some(first) = url.hosts().first() else {
        return match url.references().first() {
            Some(reference) if url.is_reference() => format!("$Secret{{{}}}", reference.key),
            _ => url
                .database()
                .map(|database| format!("/{database}"))
                .unwrap_or_default(),
        };
    };
    let port = first.port().as_text();
    let mut target = first.name().to_owned();
    if matches!(first, Host::Tcp { host, .. } if host.contains(':')) {
        target = format!("[{target}]");
    }
    if !port.is_empty() {
        target.push(':');
        target.push_str(&port);
    }
    if url.hosts().len() > 1 {
        target.push_str(&format!(" +{}", url.hosts().len() - 1));
    }
    if let Some(database) = url.database().filter(|database| !database.is_empty()) {
        target.push('/');
        target.push_str(database);
    }
    target
}

/// Turns UTF-8 byte offsets into UTF-16 ones. An ASCII text, the usual case, needs no table.
pub(crate) struct Utf16Offsets {
    /// For each character that is not ASCII: its byte offset, and by how much UTF-16 lags from its end on.
    lag: Vec<(usize, usize)>,
}

impl Utf16Offsets {
    pub(crate) fn of(text: &str) -> Self {
        let mut lag = Vec::new();
        let mut total = 0;
        if !text.is_ascii() {
            for (at, character) in text
                .char_indices()
                .filter(|(_, character)| !character.is_ascii())
            {
                total += character.len_utf8() - character.len_utf16();
                lag.push((at + character.len_utf8(), total));
            }
        }
        Self { lag }
    }

    /// The UTF-16 offset of a byte offset.
    pub(crate) fn of_byte(&self, byte: usize) -> u32 {
        let before = self.lag.partition_point(|&(from, _)| from <= byte);
        let lag = before
            .checked_sub(1)
            .and_then(|index| self.lag.get(index))
            .map_or(0, |&(_, lag)| lag);
        u32::try_from(byte.saturating_sub(lag)).unwrap_or(u32::MAX)
    }

    /// The byte offset of a UTF-16 one; inside a pair of surrogates it is that of the character.
    pub(crate) fn to_byte(text: &str, units: u32) -> usize {
        let mut left = usize::try_from(units).unwrap_or(usize::MAX);
        text.char_indices()
            .find(|(_, character)| {
                let there = left < character.len_utf16();
                left = left.saturating_sub(character.len_utf16());
                there
            })
            .map_or(text.len(), |(at, _)| at)
    }

    pub(crate) fn of_span(&self, span: Span) -> (u32, u32) {
        (self.of_byte(span.start), self.of_byte(span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_utf16_units() {
        let text = "aé𝄞b";
        let offsets = Utf16Offsets::of(text);
        let at = |needle: &str| offsets.of_byte(text.find(needle).unwrap());
        assert_eq!(
            [
                at("a"),
                at("é"),
                at("𝄞"),
                at("b"),
                offsets.of_byte(text.len())
            ],
            [0, 1, 2, 4, 5]
        );
    }

    #[test]
    fn offsets_come_back_from_utf16_units() {
        let text = "aé𝄞b";
        let bytes = [0, 1, 2, 3, 4, 5, 9].map(|units| Utf16Offsets::to_byte(text, units));
        assert_eq!(bytes, [0, 1, 3, 3, 7, 8, 8]);
    }

    #[test]
    fn an_inspection_never_carries_a_secret() {
        let inspection = inspect(
            "postgresql://app:c4n4ry@db.example.com/orders?sslmode=require&sslpassword=c4n4ry2",
            Some(DatabaseType::Postgresql),
        );
        let json = serde_json::to_string(&inspection).unwrap();
        assert!(inspection.valid, "{json}");
        assert!(!json.contains("c4n4ry"), "{json}");
        assert_eq!(inspection.secret_spans.len(), 2);
        assert_eq!(inspection.password, UrlSecretState::Typed);
        assert_eq!(inspection.target, "db.example.com/orders");
    }

    #[test]
    fn a_broken_url_names_its_fault_and_no_secret() {
        let inspection = inspect(
            "postgresql://app:c4n%zz4ry@db/orders",
            Some(DatabaseType::Postgresql),
        );
        assert!(!inspection.valid);
        let json = serde_json::to_string(&inspection).unwrap();
        assert!(!json.contains("c4n"), "{json}");
    }

    /// As it is typed, key by key: what stands before the `@` reads as a host with a port until that is there.
    #[test]
    fn a_url_that_is_being_typed_tells_nothing_of_its_password() {
        for (scheme, password) in [
            ("postgresql", "s3cret-c4n4ry"),
            ("postgresql", "s3cret,c4n4ry/s3cret?c4n4ry=s3cret&x=c4n4ry"),
            ("postgresql", "s3cret%2Fc4n4ry"),
            ("mysql", "s3cret-c4n4ry"),
            ("mongodb", "s3cret-c4n4ry"),
            ("mongodb+srv", "s3cret-c4n4ry"),
        ] {
            let whole = format!("{scheme}://app:{password}@db.example.com/orders");
            let database_type = ConnectionUrl::parse(&format!("{scheme}://db.example.com"), None)
                .unwrap()
                .database_type();
            let from = whole.find(password).unwrap() + 3;
            for typed in from..from + password.len() - 3 {
                for database_type in [database_type, None] {
                    let inspection = inspect(&whole[..typed], database_type);
                    let json = serde_json::to_string(&inspection).unwrap();
                    for piece in ["s3c", "c4n", "%2F"] {
                        assert!(!json.contains(piece), "{}: {json}", &whole[..typed]);
                    }
                }
            }
        }
    }

    #[test]
    fn a_port_that_was_hidden_stays_when_the_hosts_are_edited() {
        let text = "postgresql://db:54x2/orders";
        let inspection = inspect(text, None);
        assert_eq!(inspection.hosts[0].port.as_deref(), Some("***"));
        assert_eq!(inspection.database.as_deref(), Some("***"));
        assert_eq!(inspection.target, "db:***");
        let url = ConnectionUrl::parse(text, None).unwrap();
        let hosts = with_hidden_ports(inspection.hosts, &url);
        assert_eq!(hosts[0].port.as_deref(), Some("54x2"));
        // A port that is none of a password's is shown: a number, or a reference.
        assert_eq!(
            inspect("postgresql://db:5432/orders", None).target,
            "db:5432/orders"
        );
        let referred = inspect("postgresql://db:$Secret{PORT}/orders", None);
        assert_eq!(referred.hosts[0].port.as_deref(), Some("$Secret{PORT}"));
    }
}
