//! Documents with placeholders in them, and what each place makes of a value.

use bson::Bson;

use super::DocumentFault;
use super::convert::{number, unwrap, wrapper};
use crate::inputs::Demands;
use crate::{InputValue, Placeholder, PlaceholderType, Source, read_placeholder};

/// A document with placeholders, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    /// A value that the template has.
    Value(Bson),
    /// An object.
    Document(Vec<(String, Node)>),
    /// A list.
    Array(Vec<Node>),
    /// The value of an input.
    Slot(Slot),
    /// A text with values in it.
    Text(Vec<Piece>, Wrap),
}

/// A piece of a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Piece {
    Raw(String),
    Slot(Slot),
}

/// A placeholder and what its place makes of the value.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Slot {
    pub source: Source,
    pub placeholder: Placeholder,
    pub wrap: Wrap,
    pub demands: Demands,
    /// Where it stands, for faults.
    pub path: String,
}

/// When a value is wrapped in `$literal`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wrap {
    /// Never: the place takes data.
    Never,
    /// Where the server would read it as an expression: a text with a `$` in front, a document, a list.
    Expressions,
    /// Each item of a list, where the server would read that as an expression.
    Items,
    /// Always: a number there would choose fields, and not be a value.
    Always,
}

/// What the server makes of what stands in a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Context {
    /// Data.
    Data,
    /// A document that is written, whose fields can be asked to be unique.
    Stored,
    /// A filter.
    Filter,
    /// What a field of a filter is compared with.
    Operand,
    /// An expression of an aggregation.
    Expression,
    /// A list of expressions, never an expression itself.
    Expressions,
    /// The arguments of an operator that names a field or a variable in them: `$getField`, `$map`.
    Arguments,
    /// A value of a projection.
    Projection,
    /// The name of a field, a collection or a variable.
    Name,
    /// Code that the server runs.
    Code,
    /// A number of rows, of at least this many.
    Rows(u64),
}

/// Takes documents apart.
pub(super) struct Walker {
    pub source: Source,
    pub faults: Vec<DocumentFault>,
    /// Keys and indexes from the top.
    path: Vec<String>,
    /// How many keys at the top of the path are the template's and not the document's.
    stored_from: usize,
    /// Whether code of the template runs on the server.
    pub runs_code: bool,
    /// The collections that are read or written beside the action's own.
    pub collections: Vec<String>,
    /// `$out` or `$merge`.
    pub writes: bool,
}

impl Walker {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            faults: Vec::new(),
            path: Vec::new(),
            stored_from: 0,
            runs_code: false,
            collections: Vec::new(),
            writes: false,
        }
    }

    pub fn fault(&mut self, code: &'static str, message: impl Into<String>) {
        let path = self.path.join(".");
        self.faults.push(DocumentFault {
            source: self.source,
            code,
            message: message.into(),
            path,
        });
    }

    /// Runs with a key or an index added to the path.
    pub fn within<T>(&mut self, key: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let answer = run(self);
        self.path.pop();
        answer
    }

    /// The document that is written begins here.
    pub fn stored<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.stored_from, self.path.len());
        let answer = run(self);
        self.stored_from = outer;
        answer
    }

    pub fn walk(&mut self, value: &InputValue, context: Context) -> Node {
        match value {
            InputValue::Null => Node::Value(Bson::Null),
            InputValue::Bool(value) => Node::Value(Bson::Boolean(*value)),
            InputValue::Number(text) => match number(text) {
                Ok(number) => Node::Value(number),
                Err((code, _)) => {
                    self.fault(code, "MongoDB has no number of so many digits.");
                    Node::Value(Bson::Null)
                }
            },
            InputValue::String(text) => self.text(text, context),
            InputValue::Array(items) => self.array(items, context),
            InputValue::Object(entries) => match wrapper(entries) {
                Some(name) => self.wrapped(value, entries, name, context),
                None => self.document(entries, context),
            },
        }
    }

    pub fn array(&mut self, items: &[InputValue], context: Context) -> Node {
        let inside = match context {
            Context::Operand => Context::Data,
            Context::Expressions => Context::Expression,
            other => other,
        };
        Node::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    self.within(&index.to_string(), |walker| walker.walk(item, inside))
                })
                .collect(),
        )
    }

    pub fn document(&mut self, entries: &[(String, InputValue)], context: Context) -> Node {
        let operators = entries.iter().any(|(key, _)| key.starts_with('$'));
        let mut nodes = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let inside = self.inside(key, context, operators);
            let node = self.within(key, |walker| {
                walker.check_key(key);
                walker.walk(value, inside)
            });
            nodes.push((key.clone(), node));
        }
        Node::Document(nodes)
    }

    pub fn check_key(&mut self, key: &str) {
        if key.contains('\0') {
            self.fault("forbidden_nul", "A key holds a NUL character.");
        }
        if text_holds_placeholder(key) {
            self.fault(
                "key_placeholder",
                "A key is never a placeholder: an input is a value.",
            );
        }
    }

    /// What stands under a key.
    fn inside(&mut self, key: &str, context: Context, operators: bool) -> Context {
        // Its arguments are code's too: what it makes of them, nobody can read.
        let code = matches!(key, "$where" | "$function" | "$accumulator");
        if code && context != Context::Stored {
            self.runs_code = true;
            return Context::Code;
        }
        match context {
            Context::Filter => match key {
                "$and" | "$or" | "$nor" => Context::Filter,
                "$expr" => Context::Expression,
                _ if key.starts_with('$') => Context::Data,
                _ => Context::Operand,
            },
            Context::Operand if operators => match key {
                "$not" => Context::Operand,
                // `{$elemMatch: {$gt: 5}}` is about items, `{$elemMatch: {a: 5}}` about their fields. A filter fits both.
                "$elemMatch" => Context::Filter,
                _ => Context::Data,
            },
            Context::Operand => Context::Data,
            Context::Expression => match key {
                "$literal" => Context::Data,
                "$meta" => Context::Name,
                "$getField" | "$setField" | "$unsetField" | "$map" | "$filter" => {
                    Context::Arguments
                }
                _ => Context::Expression,
            },
            Context::Arguments => match key {
                "as" | "field" => Context::Name,
                _ => Context::Expression,
            },
            Context::Projection if key == "$elemMatch" => Context::Filter,
            Context::Projection if key.starts_with('$') => {
                self.inside(key, Context::Expression, operators)
            }
            other => other,
        }
    }

    /// Extended JSON: a value of its own, or a placeholder that takes its type from it.
    fn wrapped(
        &mut self,
        value: &InputValue,
        entries: &[(String, InputValue)],
        name: &str,
        context: Context,
    ) -> Node {
        let placeholder = match entries {
            [(_, InputValue::String(text))] => whole(text).map(|placeholder| (text, placeholder)),
            _ => None,
        };
        if let Some((text, _)) = placeholder {
            let kind = match name {
                "$oid" => PlaceholderType::ObjectId,
                "$date" => PlaceholderType::Datetime,
                "$uuid" => PlaceholderType::Uuid,
                "$numberInt" | "$numberLong" => PlaceholderType::Integer,
                "$numberDouble" => PlaceholderType::Double,
                "$numberDecimal" => PlaceholderType::Decimal,
                _ => {
                    self.fault(
                        "misplaced_placeholder",
                        format!(
                            "A placeholder can't stand in {name}. Name the type in the placeholder."
                        ),
                    );
                    return Node::Value(Bson::Null);
                }
            };
            return self.within(name, |walker| {
                let node = walker.text(text, context);
                walker.typed(node, kind)
            });
        }
        if holds_placeholder(value) {
            self.fault(
                "misplaced_placeholder",
                format!("A placeholder can't be a part of what stands in {name}."),
            );
            return Node::Value(Bson::Null);
        }
        match unwrap(value) {
            Some(value) => Node::Value(value),
            None => {
                self.fault(
                    "bad_extended_json",
                    format!("What stands in {name} is not what extended JSON has there."),
                );
                Node::Value(Bson::Null)
            }
        }
    }

    /// The placeholder of a wrapper, with the wrapper's type where it names none.
    fn typed(&mut self, node: Node, kind: PlaceholderType) -> Node {
        let Node::Slot(mut slot) = node else {
            return node;
        };
        let named = slot.placeholder.kind.take();
        let fits = match &named {
            None | Some(PlaceholderType::String) => true,
            Some(PlaceholderType::Date) => kind == PlaceholderType::Datetime,
            Some(other) => *other == kind,
        };
        if !fits {
            self.fault(
                "conflicting_types",
                "The placeholder names another type than the value that it stands in.",
            );
        }
        slot.placeholder.kind = match named {
            Some(PlaceholderType::Date) => named,
            _ => Some(kind),
        };
        Node::Slot(slot)
    }

    fn text(&mut self, text: &str, context: Context) -> Node {
        let pieces = self.pieces(text, context);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Slot(_))) {
            return Node::Value(Bson::String(text.to_owned()));
        }
        match context {
            Context::Code => {
                self.fault(
                    "misplaced_placeholder",
                    "A value can't be a part of code that runs.",
                );
            }
            Context::Name | Context::Arguments => {
                let named = pieces.iter().all(|piece| match piece {
                    Piece::Slot(slot) => slot.placeholder.kind().words().is_some(),
                    Piece::Raw(_) => true,
                });
                if !named {
                    self.fault(
                        "needs_identifier",
                        "A name is expected here, and a value is never that. List what is allowed: {{field:IDENTIFIER(a|b)}}.",
                    );
                }
            }
            _ => {}
        }
        if let [Piece::Slot(slot)] = pieces.as_slice() {
            return Node::Slot(slot.clone());
        }
        self.joined(&pieces, context);
        Node::Text(pieces, wrap_of(context))
    }

    /// Checks that the values of a longer text stay values in it.
    fn joined(&mut self, pieces: &[Piece], context: Context) {
        if let Context::Rows(_) = context {
            self.fault(
                "needs_integer",
                "A number of documents is a whole number: {{limit:INTEGER}}.",
            );
        }
        let path = context == Context::Expression || context == Context::Projection;
        let begins = matches!(pieces.first(), Some(Piece::Raw(text)) if text.starts_with('$'));
        for piece in pieces {
            let Piece::Slot(slot) = piece else {
                continue;
            };
            let kind = slot.placeholder.kind();
            if matches!(
                kind,
                PlaceholderType::Array
                    | PlaceholderType::Object
                    | PlaceholderType::Json
                    | PlaceholderType::Bytes
            ) {
                self.fault(
                    "misplaced_placeholder",
                    format!("A value of the type {kind} can't be a part of a text."),
                );
            }
            if slot.placeholder.unique {
                self.fault(
                    "unique_misplaced",
                    "Only a whole value can be asked to be unique.",
                );
            }
            if path && begins && kind.words().is_none() {
                self.fault(
                    "needs_identifier",
                    "The path of a field can't be put together from values. List what is allowed: ${{field:IDENTIFIER(a|b)}}.",
                );
            }
        }
    }

    fn pieces(&mut self, text: &str, context: Context) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut start = 0;
        let mut at = 0;
        while let Some(found) = text[at..].find("{{") {
            let from = at + found;
            let Some((read, length)) = read_placeholder(&text[from..]) else {
                at = from + 1;
                continue;
            };
            at = from + length;
            match read {
                Ok(placeholder) => {
                    if start < from {
                        pieces.push(Piece::Raw(text[start..from].to_owned()));
                    }
                    start = at;
                    let slot = self.slot(placeholder, context);
                    pieces.push(Piece::Slot(slot));
                }
                Err(error) => self.fault(error.code, error.message),
            }
        }
        if start < text.len() {
            pieces.push(Piece::Raw(text[start..].to_owned()));
        }
        pieces
    }

    fn slot(&mut self, mut placeholder: Placeholder, context: Context) -> Slot {
        if placeholder.unique && context != Context::Stored {
            self.fault(
                "unique_misplaced",
                "Only a field that is written can be asked to be unique.",
            );
        }
        let mut demands = Demands::default();
        if let Context::Rows(least) = context {
            demands.least_rows = Some(least);
            let number = matches!(placeholder.kind, None | Some(PlaceholderType::Integer));
            if !number {
                self.fault(
                    "needs_integer",
                    "A number of documents is a whole number: {{limit:INTEGER}}.",
                );
            }
            placeholder.kind = Some(PlaceholderType::Integer);
        }
        Slot {
            source: self.source,
            placeholder,
            wrap: wrap_of(context),
            demands,
            path: self.field(),
        }
    }

    /// The field where this place is: indexes of lists are left out, as a filter leaves them out.
    fn field(&self) -> String {
        let keys: Vec<&str> = self.path[self.stored_from.min(self.path.len())..]
            .iter()
            .map(String::as_str)
            .filter(|key| !key.bytes().all(|byte| byte.is_ascii_digit()) && !key.starts_with('$'))
            .collect();
        keys.join(".")
    }
}

fn wrap_of(context: Context) -> Wrap {
    match context {
        Context::Expression => Wrap::Expressions,
        Context::Expressions => Wrap::Items,
        Context::Projection => Wrap::Always,
        _ => Wrap::Never,
    }
}

/// The placeholder that a text is, from its first character to its last.
pub(super) fn whole(text: &str) -> Option<Placeholder> {
    match read_placeholder(text) {
        Some((Ok(placeholder), length)) if length == text.len() => Some(placeholder),
        _ => None,
    }
}

fn text_holds_placeholder(text: &str) -> bool {
    text.match_indices("{{")
        .any(|(at, _)| read_placeholder(&text[at..]).is_some())
}

fn holds_placeholder(value: &InputValue) -> bool {
    match value {
        InputValue::String(text) => text_holds_placeholder(text),
        InputValue::Array(items) => items.iter().any(holds_placeholder),
        InputValue::Object(entries) => entries
            .iter()
            .any(|(key, value)| text_holds_placeholder(key) || holds_placeholder(value)),
        InputValue::Null | InputValue::Bool(_) | InputValue::Number(_) => false,
    }
}
