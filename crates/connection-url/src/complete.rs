//! What may stand at a place of a text: schemes, hosts, options, values, named secrets.

use crate::build::quote;
use crate::options::{
    OptionInfo, OptionKind, Spelling, auth_mechanisms, option_catalogue, option_info,
};
use crate::percent::{Keep, decode_lossy, encode};
use crate::reference::OPENING;
use crate::secret_slot::{is_secret_option, squeeze};
use crate::sketch::{Piece, PieceKind, Sketch};
use crate::{DatabaseType, Form, Span};

/// What a completion is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompletionKind {
    /// A scheme.
    Scheme,
    /// A host or a port.
    Host,
    /// A database.
    Database,
    /// An option's name.
    Option,
    /// An option's value.
    Value,
    /// A named secret.
    Secret,
}

/// One thing that may stand there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What is written, encoded for its place.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A word or two: a default, a type.
    pub detail: Option<String>,
    /// A sentence or two.
    pub documentation: Option<&'static str>,
}

impl Completion {
    fn new(label: impl Into<String>, kind: CompletionKind) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: None,
            documentation: None,
        }
    }

    fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    fn detail(mut self, detail: Option<impl Into<String>>) -> Self {
        self.detail = detail.map(Into::into);
        self
    }

    fn documentation(mut self, documentation: &'static str) -> Self {
        self.documentation = Some(documentation);
        self
    }
}

/// What may stand at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// What a chosen item takes the place of.
    pub span: Span,
    /// Best first; only those that what is typed before the cursor can still become.
    pub items: Vec<Completion>,
}

/// What may stand at `offset` (in bytes) of any text, half-typed ones too. `keys` are the names of the secrets for
/// `$Secret{KEY}`.
///
/// What is typed in a secret's place never comes back in an item.
pub fn complete(
    text: &str,
    database_type: DatabaseType,
    offset: usize,
    keys: &[String],
) -> Completions {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let sketch = Sketch::of_text(text, Some(database_type));
    let place = Place {
        text,
        offset,
        // A URL of another engine gets that engine's words: its scheme says what it is.
        engine: sketch.database_type.unwrap_or(database_type),
        sketch: &sketch,
    };
    place.complete(keys)
}

struct Place<'a> {
    text: &'a str,
    offset: usize,
    engine: DatabaseType,
    sketch: &'a Sketch,
}

impl<'a> Place<'a> {
    fn complete(&self, keys: &[String]) -> Completions {
        if let Some(found) = self.reference(keys) {
            return found;
        }
        let piece = self.piece();
        let Some(piece) = piece else {
            return self.between_pieces(keys);
        };
        let span = piece.span;
        let secrets = || named_secrets(keys);
        match piece.kind {
            PieceKind::Scheme => self.schemes(span),
            PieceKind::User | PieceKind::Password => self.matching(span, secrets().collect()),
            PieceKind::Host => {
                let mut items = self.hosts(span);
                items.extend(secrets());
                self.matching(span, items)
            }
            PieceKind::Port => self.matching(span, vec![self.port()]),
            PieceKind::Database => {
                let mut items = self.databases();
                items.extend(secrets());
                self.matching(span, items)
            }
            PieceKind::Name => self.names(span),
            PieceKind::Value(name) => self.values(name, span, secrets().collect()),
            PieceKind::Reference => self.nothing(),
        }
    }

    fn between_pieces(&self, keys: &[String]) -> Completions {
        if self.sketch.form != Form::KeywordValue {
            return self.nothing();
        }
        // libpq would take the next word for the value, but whoever stands right behind the equals sign wants one here.
        let name = self.text[..self.offset]
            .strip_suffix('=')
            .and_then(|before| {
                let end = before.trim_end().len();
                let ends_here =
                    |piece: &&Piece| piece.kind == PieceKind::Name && piece.span.end == end;
                self.sketch.pieces.iter().find(ends_here)
            });
        match name {
            Some(name) => self.values(
                name.span,
                Span::at(self.offset),
                named_secrets(keys).collect(),
            ),
            // Between keywords another one may begin.
            None => self.names(Span::at(self.offset)),
        }
    }

    fn nothing(&self) -> Completions {
        Completions {
            span: Span::at(self.offset),
            items: Vec::new(),
        }
    }

    /// The piece that the cursor stands in or at the end of; the one that begins there where two meet.
    fn piece(&self) -> Option<Piece> {
        self.sketch
            .pieces
            .iter()
            .rev()
            .find(|piece| piece.span.start <= self.offset && self.offset <= piece.span.end)
            .copied()
    }

    fn typed(&self, span: Span) -> &'a str {
        Span::new(span.start, self.offset.max(span.start)).of(self.text)
    }

    /// The items that what is typed can become: what starts with it first, then what has it inside.
    fn matching(&self, span: Span, items: Vec<Completion>) -> Completions {
        let typed = decode_lossy(self.typed(span)).to_lowercase();
        let rank = |item: &Completion| {
            let label = item.label.to_lowercase();
            if label.starts_with(&typed) {
                Some(0)
            } else {
                label.contains(&typed).then_some(1)
            }
        };
        let mut ranked: Vec<(usize, Completion)> = items
            .into_iter()
            .filter_map(|item| rank(&item).map(|rank| (rank, item)))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        Completions {
            span,
            items: ranked.into_iter().map(|(_, item)| item).collect(),
        }
    }

    /// `$Secret{KE|`: the keys, wherever it is typed.
    fn reference(&self, keys: &[String]) -> Option<Completions> {
        let before = &self.text[..self.offset];
        let start = before.rfind('$')?;
        let typed = &before[start..];
        let partial = typed
            .strip_prefix(OPENING)
            .or_else(|| OPENING.starts_with(typed).then_some(""))?;
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        if !partial.bytes().all(is_key) {
            return None;
        }
        // The rest of the same reference goes too: the key behind the cursor and its brace.
        let rest = &self.text[self.offset..];
        let more = if typed.starts_with(OPENING) {
            rest.bytes().take_while(|byte| is_key(*byte)).count()
        } else {
            0
        };
        let closed = typed.starts_with(OPENING) && rest[more..].starts_with('}');
        let end = self.offset + if closed { more + 1 } else { 0 };
        let partial = partial.to_lowercase();
        let items = keys
            .iter()
            .filter(|key| key.to_lowercase().contains(&partial))
            .map(|key| Completion::new(reference_to(key), CompletionKind::Secret))
            .collect();
        Some(Completions {
            span: Span::new(start, end),
            items,
        })
    }

    fn schemes(&self, span: Span) -> Completions {
        let known: &[&str] = match self.engine {
            DatabaseType::Postgresql => &["postgresql", "postgres"],
            DatabaseType::Mysql => &["mysql", "mariadb"],
            DatabaseType::Mongodb => &["mongodb", "mongodb+srv"],
            DatabaseType::Sqlite => &["sqlite", "file"],
        };
        let (typed_already, separator) = match self.engine {
            // An absolute path begins with the third slash.
            DatabaseType::Sqlite => (":", ":///"),
            _ => ("://", "://"),
        };
        let separator = if self.text[span.end..].starts_with(typed_already) {
            ""
        } else {
            separator
        };
        let mut items: Vec<Completion> = known
            .iter()
            .map(|scheme| {
                let shown = match self.engine {
                    DatabaseType::Sqlite => format!("{scheme}:"),
                    _ => format!("{scheme}://"),
                };
                Completion::new(shown, CompletionKind::Scheme)
                    .insert(format!("{scheme}{separator}"))
            })
            .collect();
        let may_be_keyword = self.engine == DatabaseType::Postgresql && !separator.is_empty();
        if may_be_keyword && !self.typed(span).is_empty() {
            items.extend(self.option_items(span));
        }
        self.matching(span, items)
    }

    fn hosts(&self, span: Span) -> Vec<Completion> {
        let host = |name: &str| Completion::new(name, CompletionKind::Host);
        if self.text.starts_with("mongodb+srv:") || self.engine == DatabaseType::Sqlite {
            return Vec::new();
        }
        let mut items = vec![host("localhost"), host("127.0.0.1")];
        // With a port of its own behind it, a host needs none.
        if !self.text[span.end..].starts_with(':') {
            items.push(
                host(&format!("localhost:{}", self.engine.default_port()))
                    .detail(Some("default port")),
            );
        }
        items
    }

    fn port(&self) -> Completion {
        Completion::new(self.engine.default_port().to_string(), CompletionKind::Host)
            .detail(Some("default port"))
    }

    /// Databases that every server of the engine has.
    fn databases(&self) -> Vec<Completion> {
        let name = match self.engine {
            DatabaseType::Postgresql => "postgres",
            DatabaseType::Mysql => "mysql",
            DatabaseType::Mongodb => "admin",
            DatabaseType::Sqlite => return Vec::new(),
        };
        vec![Completion::new(name, CompletionKind::Database).detail(Some("on every server"))]
    }

    fn names(&self, span: Span) -> Completions {
        let typed = decode_lossy(self.typed(span)).to_lowercase();
        let squeezed = squeeze(&typed);
        let mut ranked: Vec<(usize, Completion)> = self
            .option_items(span)
            .into_iter()
            .filter_map(|item| {
                let info = option_info(self.engine, &item.label)?;
                let rank = std::iter::once(&info.name)
                    .chain(info.aliases)
                    .filter_map(|name| rank_name(name, &typed, &squeezed))
                    .min()?;
                Some((rank, item))
            })
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        Completions {
            span,
            items: ranked.into_iter().map(|(_, item)| item).collect(),
        }
    }

    /// The options that are not there yet, in the spelling that the string already uses.
    fn option_items(&self, current: Span) -> Vec<Completion> {
        let equals = if self.text[current.end..]
            .trim_start_matches(' ')
            .starts_with('=')
        {
            ""
        } else {
            "="
        };
        let in_url = self.sketch.form == Form::Url && self.sketch.pieces.len() > 1;
        let present: Vec<&str> = self
            .sketch
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Name && piece.span != current)
            .filter_map(|piece| {
                option_info(self.engine, &decode_lossy(piece.span.of(self.text)))
                    .map(|info| info.name)
            })
            .collect();
        let spelling = self.spelling(current);
        option_catalogue(self.engine)
            .iter()
            .filter(|info| !present.contains(&info.name) || info.name == "readPreferenceTags")
            // In a URL the parts have places of their own; only sockets must stand in an option.
            .filter(|info| !in_url || !info.part || stands_in_query(self.engine, info))
            .map(|info| {
                let name = match spelling {
                    Some(spelling) => spelling.of(info.name),
                    None => info.name.to_owned(),
                };
                let insert = format!("{name}{equals}");
                Completion::new(name, CompletionKind::Option)
                    .insert(insert)
                    .detail(detail_of(info))
                    .documentation(info.documentation)
            })
            .collect()
    }

    /// How the other options of a MySQL URL are spelled, where that can be seen.
    fn spelling(&self, current: Span) -> Option<Spelling> {
        if self.engine != DatabaseType::Mysql {
            return None;
        }
        self.sketch
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Name && piece.span != current)
            .find_map(|piece| Spelling::seen_in(piece.span.of(self.text)))
    }

    fn values(&self, name: Span, span: Span, secrets: Vec<Completion>) -> Completions {
        let name = decode_lossy(name.of(self.text));
        if self.engine == DatabaseType::Mongodb
            && name.eq_ignore_ascii_case("authMechanismProperties")
        {
            return self.properties(span, secrets);
        }
        if is_secret_option(&name) {
            return self.matching(span, secrets);
        }
        if self.sketch.form == Form::KeywordValue {
            match &*name {
                "host" => return self.matching(span, self.hosts(span)),
                "port" => return self.matching(span, vec![self.port()]),
                "dbname" => return self.matching(span, self.databases()),
                _ => {}
            }
        }
        let Some(info) = option_info(self.engine, &name) else {
            return self.matching(span, secrets);
        };
        if info.kind == OptionKind::List {
            return self.list(info, span);
        }
        let mut items = self.value_items(info);
        if info.values.is_empty() {
            items.extend(secrets);
        }
        self.matching(span, items)
    }

    fn value_items(&self, info: &OptionInfo) -> Vec<Completion> {
        let numbers = matches!(
            info.kind,
            OptionKind::Integer | OptionKind::Seconds | OptionKind::Milliseconds
        );
        let values = info
            .values
            .iter()
            .copied()
            .chain(info.default.filter(|_| numbers));
        values
            .map(|value| {
                let default = (info.default == Some(value)).then_some("default");
                let switch = if info.kind == OptionKind::Boolean && info.values.len() == 2 {
                    Some(if info.values[1] == value { "on" } else { "off" })
                } else {
                    None
                };
                Completion::new(value, CompletionKind::Value)
                    .insert(self.written(value))
                    .detail(default.or(switch))
            })
            .collect()
    }

    /// A value as it is written in its place.
    fn written(&self, value: &str) -> String {
        if self.sketch.form == Form::KeywordValue {
            quote(value, false)
        } else {
            encode(value, Keep::OptionValue)
        }
    }

    /// The item of a list that the cursor stands in. Its other items are not offered again.
    fn list(&self, info: &OptionInfo, span: Span) -> Completions {
        let (item, others) = self.segment(span);
        // require_auth turns round with an exclamation mark before each item.
        let negated = info.name == "require_auth" && item.of(self.text).starts_with('!');
        let item = Span::new(item.start + usize::from(negated), item.end);
        let mut items = self.value_items(info);
        items.retain(|value| {
            !others
                .iter()
                .any(|other| other.trim_start_matches('!') == value.label)
        });
        self.matching(item, items)
    }

    /// The piece between commas that the cursor stands in, and the other ones.
    fn segment(&self, span: Span) -> (Span, Vec<&'a str>) {
        let written = span.of(self.text);
        let quoted = self.sketch.form == Form::KeywordValue && written.starts_with('\'');
        let mut start = span.start + usize::from(quoted);
        let closed = quoted && span.len() > 1 && written.ends_with('\'');
        let end = span.end - usize::from(closed);
        let mut current = Span::new(start, end);
        let mut others = Vec::new();
        for item in Span::new(start, end).of(self.text).split(',') {
            let place = Span::new(start, start + item.len());
            if place.start <= self.offset && self.offset <= place.end {
                current = place;
            } else {
                others.push(item.trim());
            }
            start = place.end + 1;
        }
        (current, others)
    }

    /// `authMechanismProperties`: the keys that belong to the mechanism, and their values.
    fn properties(&self, span: Span, secrets: Vec<Completion>) -> Completions {
        let (item, others) = self.segment(span);
        let mechanism = self.option_value("authMechanism");
        let known = auth_mechanisms(self.engine)
            .iter()
            .filter(|known| mechanism.is_none_or(|name| known.name == name))
            .flat_map(|known| known.properties);
        if let Some(colon) = item.of(self.text).find(':').map(|at| item.start + at)
            && colon < self.offset
        {
            let key = Span::new(item.start, colon).of(self.text);
            let value = Span::new(colon + 1, item.end);
            let mut known = known;
            let items = match known.find(|property| property.name == key) {
                Some(property) if !property.values.is_empty() => self.value_items(property),
                _ => secrets,
            };
            return self.matching(value, items);
        }
        let key_end = item.of(self.text).find(':').map(|at| item.start + at);
        let key = Span::new(item.start, key_end.unwrap_or(item.end));
        let colon = if key_end.is_some() { "" } else { ":" };
        let items = known
            .filter(|property| {
                !others
                    .iter()
                    .any(|other| other.split(':').next() == Some(property.name))
            })
            .map(|property| {
                Completion::new(property.name, CompletionKind::Option)
                    .insert(format!("{}{colon}", property.name))
                    .detail(detail_of(property))
                    .documentation(property.documentation)
            })
            .collect();
        self.matching(key, items)
    }

    /// What is written for an option; the last one counts.
    fn option_value(&self, wanted: &str) -> Option<&'a str> {
        self.sketch
            .pieces
            .iter()
            .rev()
            .find_map(|piece| match piece.kind {
                PieceKind::Value(name)
                    if decode_lossy(name.of(self.text)).eq_ignore_ascii_case(wanted) =>
                {
                    Some(piece.span.of(self.text))
                }
                _ => None,
            })
    }
}

/// How well a name fits what is typed; 0 is best.
fn rank_name(name: &str, typed: &str, squeezed: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    if lower.starts_with(typed) {
        Some(0)
    } else if !squeezed.is_empty() && squeeze(name).starts_with(squeezed) {
        Some(1)
    } else if lower.contains(typed) || (!squeezed.is_empty() && squeeze(name).contains(squeezed)) {
        Some(2)
    } else {
        None
    }
}

/// Whether a part may be written as an option of a URL with good reason: the path of a socket.
fn stands_in_query(engine: DatabaseType, info: &OptionInfo) -> bool {
    matches!(
        (engine, info.name),
        (DatabaseType::Postgresql, "host") | (DatabaseType::Mysql, "socket")
    )
}

fn detail_of(info: &OptionInfo) -> Option<String> {
    if info.deprecated.is_some() {
        return Some("old".to_owned());
    }
    if let Some(default) = info.default {
        let unit = match info.kind {
            OptionKind::Seconds => " s",
            OptionKind::Milliseconds => " ms",
            _ => "",
        };
        return Some(format!("default {default}{unit}"));
    }
    let kind = match info.kind {
        OptionKind::Secret => "secret",
        OptionKind::Boolean => "on or off",
        OptionKind::Integer => "number",
        OptionKind::Seconds => "seconds",
        OptionKind::Milliseconds => "milliseconds",
        OptionKind::List => "list",
        OptionKind::File => "file",
        OptionKind::Folder => "folder",
        OptionKind::Text | OptionKind::Choice => return None,
    };
    Some(kind.to_owned())
}

fn named_secrets(keys: &[String]) -> impl Iterator<Item = Completion> {
    keys.iter()
        .map(|key| Completion::new(reference_to(key), CompletionKind::Secret))
}

fn reference_to(key: &str) -> String {
    format!("{OPENING}{key}}}")
}
