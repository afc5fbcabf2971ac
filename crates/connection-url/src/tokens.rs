//! What each piece of a text is, for its colour.

use crate::redact::hidden_spans;
use crate::reference::{find_references, is_only_references};
use crate::secret_slot::is_secret_option;
use crate::sketch::{PieceKind, Sketch, reads_well};
use crate::{ConnectionUrl, DatabaseType, Form, Span};

/// What a piece of the text is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenKind {
    /// The scheme.
    Scheme,
    /// What separates parts.
    Punctuation,
    /// The user name.
    User,
    /// A password or another secret, also a masked or an empty one.
    Secret,
    /// A host, address or socket path.
    Host,
    /// A port.
    Port,
    /// The database.
    Database,
    /// An option's name.
    OptionName,
    /// An option's value.
    OptionValue,
    /// `$Secret{KEY}`.
    Reference,
}

/// A piece of the text and what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

impl ConnectionUrl {
    /// What each piece is, in ascending order and without overlaps. Every secret slot that holds something is covered
    /// by [`TokenKind::Secret`], but for one made of references.
    pub fn tokens(&self) -> Vec<Token> {
        let mut secrets: Vec<Span> = self.secret_slots().iter().map(|slot| slot.span).collect();
        if reads_well(self) {
            return colour(self.expose(), &Sketch::of_url(self), &secrets);
        }
        secrets.extend(hidden_spans(self.expose()));
        half_typed(self.expose(), self.database_type(), secrets)
    }
}

/// What each piece of any text is: by its grammar where it parses, and as good as it gets where it does not. What
/// [`redact`](crate::redact) hides is a secret here.
pub fn tokens(text: &str, database_type: Option<DatabaseType>) -> Vec<Token> {
    match ConnectionUrl::parse(text, database_type) {
        Ok(url) => url.tokens(),
        Err(_) => half_typed(text, database_type, hidden_spans(text)),
    }
}

fn half_typed(
    text: &str,
    database_type: Option<DatabaseType>,
    mut secrets: Vec<Span>,
) -> Vec<Token> {
    let sketch = Sketch::of_text(text, database_type);
    // A mask, or the start of the value of a secret option, is coloured as one too.
    for piece in &sketch.pieces {
        let secret = match piece.kind {
            PieceKind::Password => true,
            PieceKind::Value(name) => is_secret_option(name.of(text)),
            _ => false,
        };
        if secret {
            secrets.push(piece.span);
        }
    }
    secrets.sort_unstable();
    colour(text, &sketch, &secrets)
}

fn colour(text: &str, sketch: &Sketch, secrets: &[Span]) -> Vec<Token> {
    let mut base: Vec<Token> = Vec::with_capacity(sketch.pieces.len() * 2 + 1);
    let mut position = 0;
    let punctuation = |base: &mut Vec<Token>, from: usize, to: usize| {
        let gap = Span::new(from, to);
        if !gap.of(text).trim().is_empty() {
            base.push(Token {
                kind: TokenKind::Punctuation,
                span: gap,
            });
        }
    };
    for piece in &sketch.pieces {
        punctuation(&mut base, position, piece.span.start);
        position = piece.span.end;
        if !piece.span.is_empty() {
            base.push(Token {
                kind: kind_of(piece.kind, text, sketch.form),
                span: piece.span,
            });
        }
    }
    punctuation(&mut base, position, text.len());
    let references: Vec<Span> = find_references(text)
        .iter()
        .map(|reference| reference.span)
        .collect();
    // What is made of nothing but references is no secret, however its place is called.
    let secrets: Vec<Span> = secrets
        .iter()
        .filter(|span| !is_only_references(span.of(text)))
        .copied()
        .collect();
    layered(&base, &references, &joined(&secrets))
}

/// The spans, which are in order, those that overlap made one, without the empty ones.
fn joined(spans: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.iter().filter(|span| !span.is_empty()) {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(*span),
        }
    }
    joined
}

/// The tokens with references over them and secrets over both. Each layer is in order and without overlaps.
fn layered(base: &[Token], references: &[Span], secrets: &[Span]) -> Vec<Token> {
    if references.is_empty() && secrets.is_empty() {
        return base.to_vec();
    }
    let mut edges: Vec<usize> = base
        .iter()
        .map(|token| &token.span)
        .chain(references)
        .chain(secrets)
        .flat_map(|span| [span.start, span.end])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut layers = (Cursor(0), Cursor(0), Cursor(0));
    let mut last_from = None;
    let mut tokens: Vec<Token> = Vec::with_capacity(base.len() + references.len() + secrets.len());
    for edge in edges.windows(2) {
        let &[start, end] = edge else { continue };
        let at = |index: usize, list: &[Span]| list.get(index).copied();
        let secret = layers.0.at(start, |index| at(index, secrets));
        let reference = layers.1.at(start, |index| at(index, references));
        let under = layers
            .2
            .at(start, |index| base.get(index).map(|token| token.span));
        let (from, kind) = match (secret, reference, under) {
            (Some(index), _, _) => ((0, index), TokenKind::Secret),
            (_, Some(index), _) => ((1, index), TokenKind::Reference),
            (_, _, Some(index)) => ((2, index), base[index].kind),
            _ => continue,
        };
        match tokens.last_mut() {
            Some(last) if last_from == Some(from) && last.span.end == start => last.span.end = end,
            _ => tokens.push(Token {
                kind,
                span: Span::new(start, end),
            }),
        }
        last_from = Some(from);
    }
    tokens
}

/// How far a layer was walked.
struct Cursor(usize);

impl Cursor {
    /// Which span of the layer covers `position`; positions come in ascending order.
    fn at(&mut self, position: usize, span: impl Fn(usize) -> Option<Span>) -> Option<usize> {
        while span(self.0).is_some_and(|span| span.end <= position) {
            self.0 += 1;
        }
        span(self.0)
            .is_some_and(|span| span.start <= position)
            .then_some(self.0)
    }
}

fn kind_of(kind: PieceKind, text: &str, form: Form) -> TokenKind {
    match kind {
        PieceKind::Scheme => TokenKind::Scheme,
        PieceKind::User => TokenKind::User,
        PieceKind::Password => TokenKind::Secret,
        PieceKind::Host => TokenKind::Host,
        PieceKind::Port => TokenKind::Port,
        PieceKind::Database => TokenKind::Database,
        PieceKind::Name => TokenKind::OptionName,
        PieceKind::Reference => TokenKind::Reference,
        PieceKind::Value(name) if form == Form::KeywordValue => match name.of(text) {
            "host" | "hostaddr" => TokenKind::Host,
            "port" => TokenKind::Port,
            "user" => TokenKind::User,
            "dbname" => TokenKind::Database,
            _ => TokenKind::OptionValue,
        },
        PieceKind::Value(_) => TokenKind::OptionValue,
    }
}
