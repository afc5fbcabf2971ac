//! The little of JavaScript in which migrations of MongoDB are written: functions of calls with literals. It is read, never run.

use std::ops::Range;

mod tokens;

pub(super) use tokens::{Token, TokenKind, tokens};

/// What can't be read, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unread {
    pub line: usize,
    pub message: String,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expression {
    Null,
    Undefined,
    Bool(bool),
    /// Its digits as written, without what groups them.
    Number(String),
    /// `5n`
    BigInt(String),
    Text(String),
    Regex(String, String),
    Array(Vec<Expression>),
    Object(Vec<(String, Expression)>),
    Name(String),
    Member(Box<Expression>, String),
    /// With the line, and whether `new` stands before it.
    Call(Box<Expression>, Vec<Expression>, usize),
    Negative(Box<Expression>),
    Function(Function),
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Function {
    pub parameters: Vec<String>,
    pub body: Vec<Statement>,
}

/// A statement, with its line.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Statement {
    Let(String, Expression, usize),
    Do(Expression, usize),
}

/// The functions `up` and `down` that a file exports, and the values at its top.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Module {
    pub up: Option<Function>,
    pub down: Option<Function>,
    pub values: Vec<(String, Expression)>,
}

/// Reads a file.
pub(super) fn module(text: &str) -> Result<Module, Unread> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let mut module = Module::default();
    while !parser.is_done() {
        parser.top(&mut module)?;
    }
    Ok(module)
}

/// How deep expressions may nest.
const DEEPEST: usize = 64;

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn line(&self) -> usize {
        self.tokens
            .get(self.at)
            .or(self.tokens.last())
            .map_or(1, |token| token.line)
    }

    fn unread<T>(&self, message: impl Into<String>) -> Result<T, Unread> {
        Err(Unread {
            line: self.line(),
            message: message.into(),
        })
    }

    fn kind(&self, ahead: usize) -> Option<&TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn is_symbol(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.kind(ahead), Some(TokenKind::Symbol(here)) if *here == symbol)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind(ahead), Some(TokenKind::Word(here)) if here == word)
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let stands = self.is_symbol(0, symbol);
        self.at += usize::from(stands);
        stands
    }

    fn word(&mut self, word: &str) -> bool {
        let stands = self.is_word(0, word);
        self.at += usize::from(stands);
        stands
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Unread> {
        if self.symbol(symbol) {
            Ok(())
        } else {
            self.unread(format!("\"{symbol}\" is expected here."))
        }
    }

    fn name(&mut self) -> Result<String, Unread> {
        match self.kind(0) {
            Some(TokenKind::Word(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.unread("A name is expected here."),
        }
    }

    /// One statement of the file itself.
    fn top(&mut self, module: &mut Module) -> Result<(), Unread> {
        if self.symbol(";") {
            return Ok(());
        }
        if let Some(TokenKind::Text(_)) = self.kind(0) {
            // 'use strict'
            self.at += 1;
            return Ok(());
        }
        if self.word("import") {
            self.skip_line();
            return Ok(());
        }
        let exported = self.word("export");
        let _ = exported && self.word("default");
        if self.word("const") || self.word("let") || self.word("var") {
            return self.top_value(module);
        }
        let function = self.is_word(0, "function")
            || (self.is_word(0, "async") && self.is_word(1, "function"));
        if function {
            let _ = self.word("async");
            self.at += 1;
            let name = self.name()?;
            let function = self.function()?;
            self.keep(module, &name, Expression::Function(function));
            return Ok(());
        }
        let whole = if exported && self.is_symbol(0, "{") {
            true
        } else if self.word("module") {
            self.expect(".")?;
            if !self.word("exports") {
                return self.unread("Only module.exports can be read here.");
            }
            self.is_symbol(0, "=")
        } else if self.word("exports") {
            false
        } else {
            return self
                .unread("Only the exports of up and down, and values for them, can be read here.");
        };
        if whole {
            let _ = self.symbol("=");
            match self.expression()? {
                Expression::Object(entries) => {
                    for (name, value) in entries {
                        self.keep(module, &name, value);
                    }
                }
                _ => return self.unread("module.exports must be an object with up and down."),
            }
        } else {
            self.expect(".")?;
            let name = self.name()?;
            self.expect("=")?;
            let value = self.expression()?;
            self.keep(module, &name, value);
        }
        Ok(())
    }

    /// `const x = …`, of which what comes from a package is passed over.
    fn top_value(&mut self, module: &mut Module) -> Result<(), Unread> {
        if self.is_symbol(0, "{") {
            while !self.is_done() && !self.is_symbol(0, "=") {
                self.at += 1;
            }
            self.at += 1;
            if self.is_word(0, "require") {
                self.skip_line();
                return Ok(());
            }
            return self.unread("Values can't be taken apart here.");
        }
        let name = self.name()?;
        self.expect("=")?;
        if self.is_word(0, "require") {
            self.skip_line();
            return Ok(());
        }
        let value = self.expression()?;
        self.keep(module, &name, value);
        Ok(())
    }

    fn keep(&self, module: &mut Module, name: &str, value: Expression) {
        match (name, value) {
            ("up", Expression::Function(function)) => module.up = Some(function),
            ("down", Expression::Function(function)) => module.down = Some(function),
            // `module.exports = { up, down }` names what was read before.
            ("up" | "down", Expression::Name(_)) => {}
            (_, value) => module.values.push((name.to_owned(), value)),
        }
    }

    fn skip_line(&mut self) {
        let line = self.line();
        while !self.is_done() && self.line() == line {
            self.at += 1;
        }
    }

    /// The parameters and the body, from the parenthesis on.
    fn function(&mut self) -> Result<Function, Unread> {
        let parameters = self.parameters()?;
        let body = self.block()?;
        Ok(Function { parameters, body })
    }

    fn parameters(&mut self) -> Result<Vec<String>, Unread> {
        let mut parameters = Vec::new();
        self.expect("(")?;
        while !self.symbol(")") {
            parameters.push(self.name()?);
            if self.symbol(":") {
                // The type of TypeScript.
                while !self.is_done() && !self.is_symbol(0, ",") && !self.is_symbol(0, ")") {
                    self.at += 1;
                }
            }
            if !self.symbol(",") && !self.is_symbol(0, ")") {
                return self.unread("Only plain names can be parameters here.");
            }
        }
        Ok(parameters)
    }

    fn block(&mut self) -> Result<Vec<Statement>, Unread> {
        self.expect("{")?;
        let mut body = Vec::new();
        while !self.symbol("}") {
            if self.is_done() {
                return self.unread("A function is not closed.");
            }
            if self.symbol(";") {
                continue;
            }
            let line = self.line();
            if self.word("const") || self.word("let") || self.word("var") {
                let name = self.name()?;
                self.expect("=")?;
                body.push(Statement::Let(name, self.expression()?, line));
                self.end_of_statement()?;
                continue;
            }
            if [
                "if", "for", "while", "do", "switch", "try", "throw", "function", "class",
            ]
            .iter()
            .any(|word| self.is_word(0, word))
            {
                return self.unread("Only calls one after another can be taken over, and this decides while it runs.");
            }
            if self.word("return") && (self.symbol(";") || self.is_symbol(0, "}")) {
                continue;
            }
            body.push(Statement::Do(self.expression()?, line));
            self.end_of_statement()?;
        }
        Ok(body)
    }

    /// A statement ends at a semicolon, a brace, or a line.
    fn end_of_statement(&mut self) -> Result<(), Unread> {
        let same_line = self
            .at
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .is_some_and(|before| before.line == self.line());
        if self.symbol(";") || self.is_symbol(0, "}") || !same_line {
            return Ok(());
        }
        self.unread("Only calls with literals can be taken over, and here something is computed.")
    }

    fn expression(&mut self) -> Result<Expression, Unread> {
        if self.depth == DEEPEST {
            return self.unread("This nests too deep.");
        }
        self.depth += 1;
        let expression = self.nested();
        self.depth -= 1;
        expression
    }

    fn nested(&mut self) -> Result<Expression, Unread> {
        if self.word("await") {
            return self.expression();
        }
        if self.symbol("-") {
            return Ok(Expression::Negative(Box::new(self.expression()?)));
        }
        if let Some(function) = self.maybe_function()? {
            return Ok(Expression::Function(function));
        }
        let _ = self.word("new");
        let mut expression = self.primary()?;
        loop {
            let line = self.line();
            if self.symbol(".") {
                expression = Expression::Member(Box::new(expression), self.name()?);
            } else if self.symbol("(") {
                let arguments = self.items(")")?;
                expression = Expression::Call(Box::new(expression), arguments, line);
            } else if self.is_symbol(0, "[") {
                return self.unread("What is looked up can't be read.");
            } else if let (Expression::Text(text), true) = (&expression, self.is_symbol(0, "+")) {
                let mut text = text.clone();
                self.at += 1;
                match self.expression()? {
                    Expression::Text(more) => text.push_str(&more),
                    _ => return self.unread("Only texts can be put together here."),
                }
                expression = Expression::Text(text);
            } else if let (Expression::Number(digits), true) = (&expression, self.is_symbol(0, "*"))
            {
                let digits = digits.clone();
                self.at += 1;
                let product = match self.expression()? {
                    Expression::Number(more) => product(&digits, &more),
                    _ => None,
                };
                let Some(product) = product else {
                    return self.unread("Only whole numbers can be multiplied here.");
                };
                expression = Expression::Number(product);
            } else {
                return Ok(expression);
            }
        }
    }

    /// `async (db) => …`, `db => …`, `async function (db) {…}`.
    fn maybe_function(&mut self) -> Result<Option<Function>, Unread> {
        let start = self.at;
        let _ = self.word("async");
        if self.word("function") {
            if !self.is_symbol(0, "(") {
                self.name()?;
            }
            return self.function().map(Some);
        }
        let parameters = if self.is_symbol(0, "(") && self.arrow_after_group() {
            self.parameters()?
        } else if matches!(self.kind(0), Some(TokenKind::Word(_))) && self.is_symbol(1, "=>") {
            vec![self.name()?]
        } else {
            self.at = start;
            return Ok(None);
        };
        self.expect("=>")?;
        let body = if self.is_symbol(0, "{") {
            self.block()?
        } else {
            let line = self.line();
            vec![Statement::Do(self.expression()?, line)]
        };
        Ok(Some(Function { parameters, body }))
    }

    fn arrow_after_group(&self) -> bool {
        let mut depth = 0_usize;
        let rest: Range<usize> = 0..self.tokens.len() - self.at;
        for ahead in rest {
            if self.is_symbol(ahead, "(") {
                depth += 1;
            } else if self.is_symbol(ahead, ")") {
                depth -= 1;
                if depth == 0 {
                    return self.is_symbol(ahead + 1, "=>");
                }
            }
        }
        false
    }

    fn primary(&mut self) -> Result<Expression, Unread> {
        let Some(kind) = self.kind(0).cloned() else {
            return self.unread("The file ends where a value is expected.");
        };
        self.at += 1;
        Ok(match kind {
            TokenKind::Text(text) => Expression::Text(text),
            TokenKind::Number(digits) => Expression::Number(digits),
            TokenKind::BigInt(digits) => Expression::BigInt(digits),
            TokenKind::Regex(pattern, flags) => Expression::Regex(pattern, flags),
            TokenKind::Word(word) => match word.as_str() {
                "null" => Expression::Null,
                "undefined" => Expression::Undefined,
                "true" => Expression::Bool(true),
                "false" => Expression::Bool(false),
                _ => Expression::Name(word),
            },
            TokenKind::Symbol("[") => Expression::Array(self.items("]")?),
            TokenKind::Symbol("{") => self.object()?,
            TokenKind::Symbol("(") => {
                let inside = self.expression()?;
                self.expect(")")?;
                inside
            }
            TokenKind::Symbol(symbol) => {
                self.at -= 1;
                return self.unread(format!("\"{symbol}\" can't be read here."));
            }
        })
    }

    fn items(&mut self, close: &str) -> Result<Vec<Expression>, Unread> {
        let mut items = Vec::new();
        while !self.symbol(close) {
            items.push(self.expression()?);
            if !self.symbol(",") && !self.is_symbol(0, close) {
                return self
                    .unread("Only literals can be taken over, and here something is computed.");
            }
        }
        Ok(items)
    }

    fn object(&mut self) -> Result<Expression, Unread> {
        let mut entries = Vec::new();
        while !self.symbol("}") {
            let _ = self.is_word(0, "async")
                && matches!(self.kind(1), Some(TokenKind::Word(_)))
                && self.word("async");
            let key = match self.kind(0).cloned() {
                Some(TokenKind::Word(key) | TokenKind::Text(key) | TokenKind::Number(key)) => key,
                _ => return self.unread("A key is expected here: it can't be computed."),
            };
            self.at += 1;
            let value = if self.symbol(":") {
                self.expression()?
            } else if self.is_symbol(0, "(") {
                Expression::Function(self.function()?)
            } else {
                Expression::Name(key.clone())
            };
            entries.push((key, value));
            if !self.symbol(",") && !self.is_symbol(0, "}") {
                return self
                    .unread("Only literals can be taken over, and here something is computed.");
            }
        }
        Ok(Expression::Object(entries))
    }
}

/// `60 * 60 * 24`, as times are written.
fn product(one: &str, other: &str) -> Option<String> {
    let (one, other) = (one.parse::<u64>().ok()?, other.parse::<u64>().ok()?);
    one.checked_mul(other).map(|product| product.to_string())
}
