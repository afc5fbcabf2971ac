//! Where one statement ends and the next begins.
//!
//! By the lexer alone, so that it holds for statements that the SQL reader can't read. A `;` inside of the body of a routine, a
//! trigger or an event belongs to that body; on PostgreSQL so does one inside of parentheses, where a rule has several commands.

use std::ops::Range;

use super::lexer::{Token, TokenKind};
use super::{Dialect, is_word, significant_after};

/// The statements of a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Split {
    /// The tokens of each statement, without the `;` after it. Statements of space and comments alone are left out.
    pub statements: Vec<Range<usize>>,
    /// The token of a parenthesis or a body that the last statement opens and never closes.
    pub open: Option<usize>,
}

/// Takes a text apart that [`super::lex`] has read.
pub fn split(text: &str, tokens: &[Token], dialect: Dialect) -> Split {
    let mut found = Split::default();
    let mut start = 0;
    let mut body = Body::new(dialect);
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(';') if body.is_closed() => {
                push(&mut found.statements, tokens, start..index);
                start = index + 1;
                body = Body::new(dialect);
            }
            TokenKind::Space | TokenKind::Comment => {}
            _ => body.take(text, tokens, index),
        }
    }
    push(&mut found.statements, tokens, start..tokens.len());
    found.open = body.open();
    found
}

fn push(statements: &mut Vec<Range<usize>>, tokens: &[Token], range: Range<usize>) {
    let silent = |token: &Token| matches!(token.kind, TokenKind::Space | TokenKind::Comment);
    let space = |token: &&Token| token.kind == TokenKind::Space;
    let piece = &tokens[range.clone()];
    if piece.iter().all(silent) {
        return;
    }
    let before = piece.iter().take_while(space).count();
    let after = piece.iter().rev().take_while(space).count();
    statements.push(range.start + before..range.end - after);
}

/// Whether a statement defines something whose body may hold statements, so that a `;` alone ends none.
pub fn may_have_body(text: &str, tokens: &[Token], dialect: Dialect) -> bool {
    let mut body = Body::new(dialect);
    for (index, token) in tokens.iter().enumerate() {
        if matches!(token.kind, TokenKind::Space | TokenKind::Comment) {
            continue;
        }
        body.take(text, tokens, index);
        match body.stage {
            Stage::Routine { .. } => return true,
            Stage::Plain => return false,
            Stage::First | Stage::Header => {}
        }
    }
    false
}

/// The words that open a definition with a body.
const ROUTINES: [&str; 5] = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"];

/// The words after `CREATE` or `ALTER` that say that what is defined has no body, whatever names follow.
const BODILESS: [&str; 21] = [
    "TABLE",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "USER",
    "ROLE",
    "GROUP",
    "SERVER",
    "TYPE",
    "DOMAIN",
    "SEQUENCE",
    "EXTENSION",
    "TABLESPACE",
    "POLICY",
    "RULE",
    "CAST",
    "OPERATOR",
    "COLLATION",
    "STATISTICS",
    "LANGUAGE",
];

/// The words after which a statement of a body begins.
const STARTERS: [&str; 6] = ["BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"];

/// The words before an `IF`, a `REPEAT` or a name that begin no statement: an expression goes on, or an object is named.
const GOES_ON: [&str; 38] = [
    "SELECT",
    "RETURN",
    "SET",
    "WHERE",
    "ON",
    "BY",
    "AND",
    "OR",
    "NOT",
    "XOR",
    "IN",
    "IS",
    "LIKE",
    "AS",
    "FROM",
    "JOIN",
    "HAVING",
    "WHEN",
    "CASE",
    "BETWEEN",
    "INTERVAL",
    "VALUES",
    "DISTINCT",
    "DEFAULT",
    "TABLE",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "TRIGGER",
    "EVENT",
    "PROCEDURE",
    "FUNCTION",
    "PACKAGE",
    "USER",
    "ROLE",
    "COLUMN",
    "END",
];

/// What is open in a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    /// With whether it is a statement, and no expression.
    Case(bool),
    If,
    Loop,
    While,
    Repeat,
    For,
}

impl Block {
    /// The block that `END` and this word close.
    fn named(text: &str, token: &Token) -> Option<Self> {
        [
            ("IF", Self::If),
            ("LOOP", Self::Loop),
            ("WHILE", Self::While),
            ("REPEAT", Self::Repeat),
            ("FOR", Self::For),
            ("CASE", Self::Case(true)),
        ]
        .into_iter()
        .find(|(word, _)| is_word(text, token, word))
        .map(|(_, block)| block)
    }
}

/// How far the reading of a statement knows whether it has a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is read.
    First,
    /// After `CREATE` or `ALTER`.
    Header,
    /// It defines a routine; whether that is a package, whose body begins with `AS`.
    Routine { package: bool },
    /// It has no body.
    Plain,
}

/// How deep in the body of a routine, or in parentheses, the reading is.
struct Body {
    dialect: Dialect,
    stage: Stage,
    blocks: Vec<(Block, usize)>,
    parentheses: Vec<usize>,
    /// The last piece that is neither space nor comment.
    previous: Option<usize>,
}

impl Body {
    const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            stage: Stage::First,
            blocks: Vec::new(),
            parentheses: Vec::new(),
            previous: None,
        }
    }

    fn is_closed(&self) -> bool {
        self.blocks.is_empty()
            && (self.dialect != Dialect::Postgresql || self.parentheses.is_empty())
    }

    fn open(&self) -> Option<usize> {
        let block = self.blocks.first().map(|(_, at)| *at);
        match self.dialect {
            Dialect::Mysql | Dialect::Sqlite => block,
            Dialect::Postgresql => self.parentheses.first().copied().or(block),
        }
    }

    fn take(&mut self, text: &str, tokens: &[Token], index: usize) {
        let token = &tokens[index];
        match token.kind {
            TokenKind::Symbol('(') => self.parentheses.push(index),
            TokenKind::Symbol(')') => {
                self.parentheses.pop();
            }
            _ => {}
        }
        match self.stage {
            Stage::First => self.first(text, tokens, index),
            Stage::Header if token.kind == TokenKind::Word => self.header(text, token),
            Stage::Header | Stage::Plain => {}
            Stage::Routine { package } if token.kind == TokenKind::Word => {
                self.word(text, tokens, index, package);
            }
            Stage::Routine { .. } => {}
        }
        self.previous = Some(index);
    }

    fn first(&mut self, text: &str, tokens: &[Token], index: usize) {
        let word = |word: &str| is_word(text, &tokens[index], word);
        self.stage = if word("CREATE") || word("ALTER") {
            Stage::Header
        } else if self.dialect == Dialect::Mysql
            && word("BEGIN")
            && is_next(text, tokens, index, "NOT")
        {
            // MariaDB runs a block that is no routine.
            self.blocks.push((Block::Begin, index));
            Stage::Routine { package: false }
        } else {
            Stage::Plain
        };
    }

    fn header(&mut self, text: &str, token: &Token) {
        let any = |words: &[&str]| words.iter().any(|word| is_word(text, token, word));
        if any(&ROUTINES) {
            let package = is_word(text, token, "PACKAGE");
            self.stage = Stage::Routine { package };
        } else if any(&BODILESS) {
            self.stage = Stage::Plain;
        }
    }

    fn word(&mut self, text: &str, tokens: &[Token], index: usize, package: bool) {
        let token = &tokens[index];
        let word = |word: &str| is_word(text, token, word);
        let is_name = self.after_symbol(tokens, '.')
            || significant_after(tokens, index + 1)
                .is_some_and(|next| tokens[next].kind == TokenKind::Symbol('.'));
        if is_name {
            return;
        }
        if word("END") {
            self.end(text, tokens, index);
            return;
        }
        let block = match self.dialect {
            // Only the body of SQL statements has no quotes around it.
            Dialect::Postgresql => {
                let atomic = word("BEGIN") && is_next(text, tokens, index, "ATOMIC");
                let case = word("CASE") && !self.blocks.is_empty();
                match (atomic, case) {
                    (true, _) => Some(Block::Begin),
                    (_, true) => Some(Block::Case(false)),
                    _ => None,
                }
            }
            // Only a trigger has a body, and it begins and ends by these words.
            Dialect::Sqlite if word("CASE") => Some(Block::Case(false)),
            Dialect::Sqlite => (word("BEGIN") && self.blocks.is_empty()).then_some(Block::Begin),
            Dialect::Mysql if package && self.blocks.is_empty() => {
                (word("AS") || word("IS")).then_some(Block::Begin)
            }
            Dialect::Mysql if word("BEGIN") => {
                (package || self.may_begin(text, tokens)).then_some(Block::Begin)
            }
            Dialect::Mysql => match Block::named(text, token) {
                Some(Block::Case(_)) if !self.after_word(text, tokens, &["END"]) => {
                    Some(Block::Case(self.starts(text, tokens)))
                }
                Some(Block::Case(_)) | None => None,
                // `FOR EACH ROW`: a loop only stands inside.
                Some(Block::For) if self.blocks.is_empty() => None,
                block => block.filter(|_| self.starts(text, tokens)),
            },
        };
        self.blocks.extend(block.map(|block| (block, index)));
    }

    /// Closes what an `END` closes. One that closes nothing of what is open is a name.
    fn end(&mut self, text: &str, tokens: &[Token], index: usize) {
        let named =
            significant_after(tokens, index + 1).and_then(|next| Block::named(text, &tokens[next]));
        let Some((top, _)) = self.blocks.last().copied() else {
            return;
        };
        if let Block::Case(_) = top {
            self.blocks.pop();
            return;
        }
        if named == Some(Block::Repeat) && top == Block::Repeat {
            self.blocks.pop();
            return;
        }
        let after_statement =
            self.after_symbol(tokens, ';') || self.after_word(text, tokens, &["BEGIN", "ATOMIC"]);
        if !after_statement {
            return;
        }
        let closes = named.unwrap_or(Block::Begin);
        if let Some(depth) = self.blocks.iter().rposition(|(block, _)| *block == closes) {
            self.blocks.truncate(depth);
        }
    }

    fn after_symbol(&self, tokens: &[Token], symbol: char) -> bool {
        self.previous
            .is_some_and(|previous| tokens[previous].kind == TokenKind::Symbol(symbol))
    }

    fn after_word(&self, text: &str, tokens: &[Token], words: &[&str]) -> bool {
        self.previous.is_some_and(|previous| {
            words
                .iter()
                .any(|word| is_word(text, &tokens[previous], word))
        })
    }

    /// Whether a word here can begin a statement of MySQL.
    fn starts(&self, text: &str, tokens: &[Token]) -> bool {
        match self.blocks.last() {
            // Where the body begins is not marked: after the parameters, a characteristic, `FOR EACH ROW` or `DO`.
            None => self.may_begin(text, tokens),
            // `CASE WHEN a THEN IF(b, c, d) END`: a function.
            Some((Block::Case(false), _)) => false,
            Some(_) => {
                self.after_symbol(tokens, ';')
                    || self.after_symbol(tokens, ':')
                    || self.after_word(text, tokens, &STARTERS)
            }
        }
    }

    /// Whether a word here can begin the body of a routine or of a handler: what is before it can end what is before a body.
    fn may_begin(&self, text: &str, tokens: &[Token]) -> bool {
        let Some(previous) = self.previous else {
            return false;
        };
        match tokens[previous].kind {
            TokenKind::Symbol(symbol) => matches!(symbol, ';' | ':' | ')'),
            TokenKind::Word => !self.after_word(text, tokens, &GOES_ON),
            _ => true,
        }
    }
}

fn is_next(text: &str, tokens: &[Token], index: usize, word: &str) -> bool {
    significant_after(tokens, index + 1).is_some_and(|next| is_word(text, &tokens[next], word))
}
