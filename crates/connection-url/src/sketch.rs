//! A reading of any text as the pieces of a connection string, also of one that is half typed or does not parse: for colours
//! and for completion. It judges nothing.

use crate::redact::hidden_spans;
use crate::reference::is_whole_reference;
use crate::uri::pairs;
use crate::{ConnectionUrl, DatabaseType, Form, Span};

/// What a piece is. Punctuation is what lies between pieces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PieceKind {
    Scheme,
    User,
    Password,
    Host,
    Port,
    Database,
    /// An option's name.
    Name,
    /// An option's value; the name is where this says.
    Value(Span),
    /// The whole text is one `$Secret{KEY}`.
    Reference,
}

/// A piece of the text. It may be empty, where something could stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    pub kind: PieceKind,
    pub span: Span,
}

/// The pieces of a text in order, without overlaps.
pub(crate) struct Sketch {
    pub form: Form,
    pub database_type: Option<DatabaseType>,
    pub pieces: Vec<Piece>,
}

/// Where the big parts of a URL lie.
#[derive(Default)]
struct Frame {
    scheme: Span,
    user: Option<Span>,
    password: Option<Span>,
    hosts: Span,
    database: Option<Span>,
    query: Option<Span>,
}

impl Sketch {
    /// The pieces of a text that parses, where its grammar saw them.
    pub fn of_url(url: &ConnectionUrl) -> Self {
        let text = url.expose();
        let mut sketch = Self {
            form: url.form(),
            database_type: url.database_type(),
            pieces: Vec::new(),
        };
        match url.form() {
            Form::Reference => sketch.push(PieceKind::Reference, Span::new(0, text.len())),
            Form::KeywordValue => {
                for option in url.options() {
                    sketch.push(PieceKind::Name, option.name_span);
                    sketch.push(PieceKind::Value(option.name_span), option.value_span);
                }
            }
            Form::Url => {
                let layout = &url.parsed().layout;
                sketch.lay_out(
                    text,
                    &Frame {
                        scheme: layout.scheme,
                        user: layout.user,
                        password: layout.password,
                        hosts: layout.hosts,
                        database: layout.database,
                        query: layout.query,
                    },
                );
            }
        }
        sketch
    }

    /// The pieces of any text, as good as it gets. The `database_type` helps where there is no scheme.
    pub fn of_text(text: &str, database_type: Option<DatabaseType>) -> Self {
        if let Ok(url) = ConnectionUrl::parse(text, database_type)
            && reads_well(&url)
        {
            return Self::of_url(&url);
        }
        let mut sketch = Self {
            form: Form::Url,
            database_type,
            pieces: Vec::new(),
        };
        if is_whole_reference(text) {
            sketch.form = Form::Reference;
            sketch.push(PieceKind::Reference, Span::new(0, text.len()));
        } else if let Some(frame) = guess_frame(text) {
            let scheme = frame.scheme.of(text).to_ascii_lowercase();
            sketch.database_type = DatabaseType::from_scheme(&scheme).or(database_type);
            sketch.lay_out(text, &frame);
        } else if text.contains('=')
            && database_type.is_none_or(|wanted| wanted == DatabaseType::Postgresql)
        {
            sketch.form = Form::KeywordValue;
            sketch.database_type = Some(DatabaseType::Postgresql);
            sketch.keywords(text);
        } else {
            let start = text.len() - text.trim_start().len();
            sketch.push(
                PieceKind::Scheme,
                Span::new(start, text.trim_end().len().max(start)),
            );
        }
        sketch
    }

    fn push(&mut self, kind: PieceKind, span: Span) {
        // What a grammar folds, such as an option without an equals sign, may lie where another piece ends.
        let floor = self.pieces.last().map_or(0, |last| last.span.end);
        if span.start >= floor && span.end >= span.start {
            self.pieces.push(Piece { kind, span });
        }
    }

    fn lay_out(&mut self, text: &str, frame: &Frame) {
        self.push(PieceKind::Scheme, frame.scheme);
        for (kind, span) in [
            (PieceKind::User, frame.user),
            (PieceKind::Password, frame.password),
        ] {
            if let Some(span) = span {
                self.push(kind, span);
            }
        }
        self.hosts(text, frame.hosts);
        if let Some(span) = frame.database {
            self.push(PieceKind::Database, span);
        }
        if let Some(query) = frame.query {
            let semicolons = self.database_type == Some(DatabaseType::Mongodb);
            for pair in pairs(text, query, |byte| {
                byte == b'&' || (semicolons && byte == b';')
            }) {
                self.push(PieceKind::Name, pair.name);
                if let Some(value) = pair.value {
                    self.push(PieceKind::Value(pair.name), value);
                }
            }
        }
    }

    fn hosts(&mut self, text: &str, hosts: Span) {
        let bytes = text.as_bytes();
        let mut position = hosts.start;
        loop {
            let start = position;
            let closing = match bytes.get(position).filter(|_| position < hosts.end) {
                Some(b'[') => Some(']'),
                Some(b'(') => Some(')'),
                _ => None,
            };
            if let Some(length) =
                closing.and_then(|closing| Span::new(position, hosts.end).of(text).find(closing))
            {
                position += length + 1;
            }
            while position < hosts.end && !matches!(bytes[position], b',' | b':') {
                position += 1;
            }
            self.push(PieceKind::Host, Span::new(start, position));
            if position < hosts.end && bytes[position] == b':' {
                let port = position + 1;
                position = Span::new(port, hosts.end)
                    .of(text)
                    .find(',')
                    .map_or(hosts.end, |at| port + at);
                self.push(PieceKind::Port, Span::new(port, position));
            }
            if position >= hosts.end {
                return;
            }
            position += 1;
        }
    }

    /// Keywords and values with as little asked of them as can be.
    fn keywords(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let skip_spaces = |mut at: usize| {
            while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            at
        };
        let mut position = skip_spaces(0);
        while position < bytes.len() {
            let start = position;
            while position < bytes.len()
                && bytes[position] != b'='
                && !bytes[position].is_ascii_whitespace()
            {
                position += 1;
            }
            let name = Span::new(start, position);
            self.push(PieceKind::Name, name);
            let equals = skip_spaces(position);
            if bytes.get(equals) != Some(&b'=') {
                position = equals;
                continue;
            }
            let start = skip_spaces(equals + 1);
            // At the very end of a text the value starts where the cursor is, not before a space.
            let start = if start == bytes.len() {
                equals + 1
            } else {
                start
            };
            position = value_end(bytes, start);
            self.push(PieceKind::Value(name), Span::new(start, position));
            position = skip_spaces(position);
        }
    }
}

/// Whether the grammar's reading is most likely the one meant: libpq takes `user:password` for a host with a port as long as
/// no `@` is typed behind it.
pub(crate) fn reads_well(url: &ConnectionUrl) -> bool {
    url.warnings()
        .iter()
        .all(|warning| warning.code != "port_not_a_number")
}

/// Where a keyword's value ends; a quote that is not closed runs to the end of the text.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let quoted = bytes.get(start) == Some(&b'\'');
    let mut position = start + usize::from(quoted);
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'\\' => position += 1,
            b'\'' if quoted => return position + 1,
            byte if !quoted && byte.is_ascii_whitespace() => break,
            _ => {}
        }
        position += 1;
    }
    // A backslash may stand before a character of several bytes, of which only the first was stepped over.
    while position < bytes.len() && (bytes[position] & 0xC0) == 0x80 {
        position += 1;
    }
    position.min(bytes.len())
}

/// The parts of the first URL in the text.
fn guess_frame(text: &str) -> Option<Frame> {
    let separator = text.find("://")?;
    let is_scheme =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':');
    let length = text.as_bytes()[..separator]
        .iter()
        .rev()
        .take_while(|byte| is_scheme(byte))
        .count();
    let mut frame = Frame {
        scheme: Span::new(separator - length, separator),
        ..Frame::default()
    };
    let start = separator + 3;
    let (userinfo_end, authority_end) = match stray_password(text, start) {
        Some(password) => {
            frame.user = Some(Span::new(start, password.start - 1));
            frame.password = Some(password);
            let hosts = (password.end + 1).min(text.len());
            (hosts, authority_end(text, hosts))
        }
        None => {
            let end = authority_end(text, start);
            match text[start..end].rfind('@').map(|at| start + at) {
                Some(sign) => {
                    let colon = text[start..sign].find(':').map(|at| start + at);
                    frame.user = Some(Span::new(start, colon.unwrap_or(sign)));
                    frame.password = colon.map(|colon| Span::new(colon + 1, sign));
                    (sign + 1, end)
                }
                None => (start, end),
            }
        }
    };
    frame.hosts = Span::new(userinfo_end, authority_end);
    let query = text[authority_end..].find('?').map(|at| authority_end + at);
    if text[authority_end..].starts_with('/') {
        frame.database = Some(Span::new(authority_end + 1, query.unwrap_or(text.len())));
    }
    frame.query = query.map(|query| Span::new(query + 1, text.len()));
    Some(frame)
}

/// A password as the redaction sees it, which may hold characters that should have been encoded.
fn stray_password(text: &str, start: usize) -> Option<Span> {
    let hidden = hidden_spans(text);
    let first = hidden.iter().find(|span| span.start > start)?;
    let user = text.get(start..first.start)?.strip_suffix(':')?;
    let ends = first.end == text.len() || text[first.end..].starts_with('@');
    (ends && !user.contains(['/', '?', '@', ':'])).then_some(*first)
}

/// The authority ends at a slash or a question mark outside the parentheses of a socket path.
fn authority_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut position = start;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'/' | b'?' => return position,
            b'(' => match text[position..].find(')') {
                Some(length) => position += length,
                None => return text.len(),
            },
            _ => {}
        }
        position += 1;
    }
    text.len()
}
