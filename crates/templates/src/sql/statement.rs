//! What a statement does: whether it reads or writes, to which tables, and whether it spares any row.
//!
//! Read in three ways that do not trust each other: the first words say what kind of statement it is, the lexer finds calls of
//! functions that write, and `sqlparser` looks inside. Whatever one of them finds to write, writes. What can't be read counts as a
//! write, and a note says so.

use std::collections::BTreeSet;

use super::bind::SqlStatement;
use super::fold::Known;
use super::functions::WritingFunctions;
use super::lexer::{Token, TokenKind, lex};
use super::reader::read;
use super::{is_word, significant_after, significant_before};
use crate::Deed;

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StatementKind {
    /// It reads, and changes nothing.
    Read,
    /// It changes data, locks rows, or changes the session or the server.
    Write,
    /// It changes the schema, users or rights.
    Schema,
    /// It begins or ends a transaction.
    Transaction,
    /// It can't be read.
    Unknown,
}

/// What a statement is for, at the top or in its `WITH`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// `SELECT`, `VALUES`, `TABLE`, `SHOW`, `EXPLAIN`.
    Select,
    /// `INSERT`, `REPLACE`, `LOAD DATA`, `COPY … FROM`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`, `TRUNCATE`.
    Delete,
    /// `MERGE`.
    Merge,
    /// Anything else.
    Other,
}

/// What is known of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// What it is for.
    pub verbs: BTreeSet<Verb>,
    /// The tables that it names, sorted; empty where it can't be read.
    pub tables: Vec<String>,
    /// Whether an UPDATE, DELETE or TRUNCATE in it can reach every row of a table.
    pub unfiltered: bool,
    /// Whether it surely changes something, although it can't be read as a whole.
    pub surely_writes: bool,
    /// Why it is what it is, in plain sentences.
    pub notes: Vec<String>,
}

impl Statement {
    /// Whether the guards treat it as a write: everything but what surely reads.
    pub fn writes(&self) -> bool {
        self.kind != StatementKind::Read
    }

    /// What it does, as far as the type of an action is about it.
    pub fn deeds(&self) -> Vec<Deed> {
        match self.kind {
            StatementKind::Read => vec![Deed::Reads],
            StatementKind::Unknown if self.surely_writes => vec![Deed::Writes, Deed::Unknown],
            StatementKind::Unknown => vec![Deed::Unknown],
            _ => self
                .verbs
                .iter()
                .map(|verb| match verb {
                    Verb::Insert => Deed::Creates,
                    Verb::Update => Deed::Updates,
                    Verb::Delete => Deed::Deletes,
                    Verb::Select | Verb::Merge | Verb::Other => Deed::Writes,
                })
                .collect(),
        }
    }
}

/// Says what one statement does. `text` is as it is sent, with parameters in it.
pub fn read_statement(text: &str, functions: &WritingFunctions) -> Statement {
    read_known(text, functions, Known::default())
}

/// Says what one statement does with the values that it is sent with: an input that empties its filter is told.
pub fn read_bound(statement: &SqlStatement, functions: &WritingFunctions) -> Statement {
    let known = Known::of(&statement.parameters);
    read_known(&statement.text, functions, known)
}

fn read_known(text: &str, functions: &WritingFunctions, known: Known<'_>) -> Statement {
    let dialect = functions.dialect();
    let mut found = Found {
        known,
        ..Found::default()
    };
    match lex(text, dialect) {
        Ok(tokens) => found.statement(text, &tokens, functions),
        Err(fault) => found.unknown(fault.message),
    }
    let kind = found.kind();
    found.verbs.remove(&Verb::Select);
    if found.verbs.is_empty() {
        found.verbs.insert(if kind == StatementKind::Read {
            Verb::Select
        } else {
            Verb::Other
        });
    }
    Statement {
        kind,
        verbs: found.verbs,
        tables: found.tables.into_iter().collect(),
        unfiltered: found.unfiltered,
        surely_writes: found
            .kinds
            .iter()
            .any(|kind| !matches!(kind, StatementKind::Read | StatementKind::Unknown)),
        notes: found.notes,
    }
}

/// What the first words of a statement say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// A query: only reading it whole tells whether it writes.
    Query,
    /// A statement that runs a query: `EXPLAIN`, with whether it runs it really.
    Explain,
    /// A setting of SQLite, told or changed.
    Pragma,
    Is(StatementKind, Verb),
    Unknown,
}

/// Statements that are known by their first word.
fn opening(word: &str) -> Opening {
    use StatementKind::{Read, Schema, Transaction, Write};
    match word {
        "SELECT" | "WITH" | "VALUES" | "TABLE" => Opening::Query,
        "EXPLAIN" | "DESCRIBE" | "DESC" => Opening::Explain,
        "PRAGMA" => Opening::Pragma,
        "SHOW" | "HELP" => Opening::Is(Read, Verb::Select),
        "INSERT" | "REPLACE" => Opening::Is(Write, Verb::Insert),
        "UPDATE" => Opening::Is(Write, Verb::Update),
        "DELETE" | "TRUNCATE" => Opening::Is(Write, Verb::Delete),
        "MERGE" => Opening::Is(Write, Verb::Merge),
        "CREATE" | "ALTER" | "DROP" | "COMMENT" | "GRANT" | "REVOKE" | "RENAME" | "REASSIGN"
        | "SECURITY" | "IMPORT" => Opening::Is(Schema, Verb::Other),
        "BEGIN" | "START" | "COMMIT" | "ROLLBACK" | "ABORT" | "END" | "SAVEPOINT" | "RELEASE"
        | "XA" => Opening::Is(Transaction, Verb::Other),
        "CALL" | "DO" | "COPY" | "LOAD" | "SET" | "RESET" | "DISCARD" | "PREPARE" | "EXECUTE"
        | "DEALLOCATE" | "DECLARE" | "FETCH" | "MOVE" | "CLOSE" | "OPEN" | "LISTEN"
        | "UNLISTEN" | "NOTIFY" | "LOCK" | "UNLOCK" | "VACUUM" | "ANALYZE" | "ANALYSE"
        | "CLUSTER" | "REINDEX" | "REFRESH" | "CHECKPOINT" | "REPACK" | "OPTIMIZE" | "REPAIR"
        | "CHECK" | "CHECKSUM" | "FLUSH" | "KILL" | "PURGE" | "INSTALL" | "UNINSTALL"
        | "SHUTDOWN" | "RESTART" | "HANDLER" | "CHANGE" | "STOP" | "CACHE" | "BINLOG" | "CLONE"
        | "SIGNAL" | "RESIGNAL" | "USE" | "ATTACH" | "DETACH" => Opening::Is(Write, Verb::Other),
        _ => Opening::Unknown,
    }
}

/// Pragmas of SQLite that only tell, whatever stands behind their names.
const TELLING_PRAGMAS: [&str; 15] = [
    "collation_list",
    "compile_options",
    "database_list",
    "foreign_key_check",
    "foreign_key_list",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "pragma_list",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// Pragmas of SQLite that tell a setting where no value stands behind their names.
const SETTING_PRAGMAS: [&str; 14] = [
    "application_id",
    "auto_vacuum",
    "cache_size",
    "data_version",
    "encoding",
    "foreign_keys",
    "freelist_count",
    "journal_mode",
    "page_count",
    "page_size",
    "query_only",
    "schema_version",
    "synchronous",
    "user_version",
];

#[derive(Default)]
struct Found<'a> {
    known: Known<'a>,
    kinds: BTreeSet<StatementKind>,
    verbs: BTreeSet<Verb>,
    tables: BTreeSet<String>,
    unfiltered: bool,
    notes: Vec<String>,
}

impl Found<'_> {
    /// The gravest of what was found.
    fn kind(&self) -> StatementKind {
        self.kinds.last().copied().unwrap_or(StatementKind::Unknown)
    }

    fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn is(&mut self, kind: StatementKind, note: impl Into<String>) {
        self.kinds.insert(kind);
        self.note(note);
    }

    fn unknown(&mut self, why: &str) {
        self.is(
            StatementKind::Unknown,
            format!("{why} The statement counts as a write."),
        );
    }

    fn statement(&mut self, text: &str, tokens: &[Token], functions: &WritingFunctions) {
        if tokens
            .iter()
            .any(|token| token.kind == TokenKind::ExecutableComment)
        {
            self.unknown(
                "What the comment /*! … */ says is run by some servers and not by others.",
            );
        }
        for name in functions.called(text, tokens) {
            self.is(
                StatementKind::Write,
                format!("It calls {name}, which can change something."),
            );
        }
        self.from(text, tokens, functions);
    }

    /// Reads what begins with these pieces.
    fn from(&mut self, text: &str, tokens: &[Token], functions: &WritingFunctions) {
        let Some(first) = first_word(tokens) else {
            self.unknown("There is no statement.");
            return;
        };
        let word = text[tokens[first].span.clone()].to_ascii_uppercase();
        match opening(&word) {
            Opening::Query => self.query(text, tokens, functions),
            Opening::Explain => self.explain(text, tokens, first, functions),
            Opening::Pragma => self.pragma(text, tokens, first),
            Opening::Is(kind, verb) => self.known(text, tokens, first, (kind, verb), functions),
            Opening::Unknown => self.unknown("The SQL reader doesn't know this statement."),
        }
    }

    fn query(&mut self, text: &str, tokens: &[Token], functions: &WritingFunctions) {
        if tokens.iter().any(|token| is_word(text, token, "INTO")) {
            self.is(
                StatementKind::Write,
                "With INTO the query's result is written somewhere.",
            );
        }
        let Some(reading) = read(text, tokens, functions.dialect(), self.known) else {
            self.unfiltered_by_words(text, tokens);
            self.unknown("The SQL reader can't read this statement.");
            return;
        };
        if !reading.query && reading.verbs.is_empty() {
            self.unknown("The SQL reader takes this for no query.");
        }
        if reading.into {
            self.is(
                StatementKind::Write,
                "With INTO the query's result is written somewhere.",
            );
        }
        if reading.locks {
            self.is(
                StatementKind::Write,
                "The query locks rows, which counts as a write.",
            );
        }
        if !reading.verbs.is_empty() {
            self.is(StatementKind::Write, "A part of the statement writes.");
        }
        for name in reading
            .calls
            .iter()
            .filter(|name| functions.may_be_own(name))
        {
            self.is(
                StatementKind::Write,
                format!("It calls {name}, which can change something."),
            );
        }
        self.kinds.insert(StatementKind::Read);
        self.take(reading);
    }

    fn take(&mut self, reading: super::reader::Reading<'_>) {
        self.verbs.extend(reading.verbs);
        self.tables.extend(reading.tables);
        for sentence in reading.unfiltered {
            self.unfiltered = true;
            self.note(sentence);
        }
    }

    fn known(
        &mut self,
        text: &str,
        tokens: &[Token],
        first: usize,
        (mut kind, mut verb): (StatementKind, Verb),
        functions: &WritingFunctions,
    ) {
        let word = |word: &str| is_word(text, &tokens[first], word);
        let second = |word: &str| {
            significant_after(tokens, first + 1)
                .is_some_and(|next| is_word(text, &tokens[next], word))
        };
        if word("ANALYZE") && self.runs_inside(text, tokens, first, functions) {
            return;
        }
        if (word("PREPARE") && second("TRANSACTION")) || (word("SET") && second("TRANSACTION")) {
            kind = StatementKind::Transaction;
        }
        if word("COPY") {
            self.copy(text, tokens);
            return;
        }
        if word("LOAD") && (second("DATA") || second("XML")) {
            verb = Verb::Insert;
        }
        self.kinds.insert(kind);
        self.verbs.insert(verb);
        if kind == StatementKind::Write && verb == Verb::Other {
            let word = text[tokens[first].span.clone()].to_ascii_uppercase();
            self.note(format!("{word} counts as a write."));
        }
        // What is not about rows needs no reading: the first word said all.
        let rows = verb != Verb::Other || kind == StatementKind::Schema;
        match read(text, tokens, functions.dialect(), self.known).filter(|_| rows) {
            Some(mut reading) => {
                reading.verbs.remove(&Verb::Other);
                self.take(reading);
            }
            None if verb == Verb::Delete && word("TRUNCATE") => {
                self.unfiltered = true;
                self.note("TRUNCATE reaches every row.");
            }
            None if rows => {
                self.unfiltered_by_words(text, tokens);
                self.note(
                    "The SQL reader can't read this statement: which tables it touches is unknown.",
                );
            }
            None => {}
        }
    }

    /// A pragma that is known to tell something reads; one that is given a value, or is not known, may change something.
    fn pragma(&mut self, text: &str, tokens: &[Token], first: usize) {
        let mut at = significant_after(tokens, first + 1);
        // `PRAGMA main.table_info(t)`
        let schema = at.and_then(|at| significant_after(tokens, at + 1));
        if let Some(point) = schema.filter(|at| tokens[*at].kind == TokenKind::Symbol('.')) {
            at = significant_after(tokens, point + 1);
        }
        let name = at.map_or("", |at| &text[tokens[at].span.clone()]);
        let has = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(name));
        let value = at
            .and_then(|at| significant_after(tokens, at + 1))
            .is_some();
        if has(&TELLING_PRAGMAS) || (has(&SETTING_PRAGMAS) && !value) {
            self.kinds.insert(StatementKind::Read);
            self.verbs.insert(Verb::Select);
        } else {
            self.verbs.insert(Verb::Other);
            self.is(StatementKind::Write, "PRAGMA counts as a write.");
        }
    }

    /// `EXPLAIN` reads, unless it runs what it explains.
    fn explain(
        &mut self,
        text: &str,
        tokens: &[Token],
        first: usize,
        functions: &WritingFunctions,
    ) {
        let options = significant_after(tokens, first + 1);
        let end = statement_inside(text, tokens, first + 1).unwrap_or(tokens.len());
        let runs = options.is_some_and(|from| {
            tokens
                .get(from..end)
                .unwrap_or_default()
                .iter()
                .any(|token| is_word(text, token, "ANALYZE") || is_word(text, token, "ANALYSE"))
        });
        if runs {
            if !self.runs_inside(text, tokens, first, functions) {
                self.unknown("What EXPLAIN ANALYZE runs can't be read.");
            }
            return;
        }
        self.kinds.insert(StatementKind::Read);
        if let Some(inside) = tokens.get(end..).filter(|inside| !inside.is_empty())
            && let Some(reading) = read(text, inside, functions.dialect(), self.known)
        {
            self.tables.extend(reading.tables);
        }
    }

    /// Reads the statement that another one runs; whether there is one.
    fn runs_inside(
        &mut self,
        text: &str,
        tokens: &[Token],
        first: usize,
        functions: &WritingFunctions,
    ) -> bool {
        // `ANALYZE TABLE t` gathers statistics.
        let gathers = |at: &usize| {
            is_word(text, &tokens[first], "ANALYZE") && is_word(text, &tokens[*at], "TABLE")
        };
        let Some(inside) = statement_inside(text, tokens, first + 1).filter(|at| !gathers(at))
        else {
            return false;
        };
        self.note("The statement that is explained runs.");
        self.from(text, &tokens[inside..], functions);
        true
    }

    /// `COPY … TO STDOUT` of a table or a query reads; everything else that COPY does writes, here or to a file of the server.
    fn copy(&mut self, text: &str, tokens: &[Token]) {
        let has = |words: &[&str]| {
            tokens
                .iter()
                .any(|token| words.iter().any(|word| is_word(text, token, word)))
        };
        if has(&["STDOUT"])
            && !has(&[
                "STDIN", "PROGRAM", "INSERT", "UPDATE", "DELETE", "MERGE", "INTO",
            ])
        {
            self.kinds.insert(StatementKind::Read);
            return;
        }
        self.verbs.insert(Verb::Insert);
        self.is(
            StatementKind::Write,
            "COPY writes to a table, a file or a program of the server.",
        );
    }

    /// Looks for UPDATE and DELETE without a WHERE, by the words alone.
    fn unfiltered_by_words(&mut self, text: &str, tokens: &[Token]) {
        // For each level of parentheses, whether an UPDATE or DELETE in it still lacks its WHERE.
        let mut levels = vec![false];
        let mut lacks = false;
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Symbol('(') => levels.push(false),
                TokenKind::Symbol(')') if levels.len() > 1 => {
                    lacks |= levels.pop().unwrap_or_default();
                }
                TokenKind::Word => {}
                _ => continue,
            }
            let Some(level) = levels.last_mut() else {
                continue;
            };
            let begins = || {
                significant_before(tokens, index).is_none_or(|before| {
                    matches!(tokens[before].kind, TokenKind::Symbol('(' | ')'))
                })
            };
            if is_word(text, token, "WHERE") {
                *level = false;
            } else if (is_word(text, token, "UPDATE") || is_word(text, token, "DELETE")) && begins()
            {
                *level = true;
            }
        }
        if lacks || levels.contains(&true) {
            self.unfiltered = true;
            self.note("An UPDATE or DELETE has no WHERE: it reaches every row.");
        }
    }
}

/// The first word, past the parentheses of `(SELECT …) UNION …`.
fn first_word(tokens: &[Token]) -> Option<usize> {
    let mut at = significant_after(tokens, 0)?;
    while tokens[at].kind == TokenKind::Symbol('(') {
        at = significant_after(tokens, at + 1)?;
    }
    (tokens[at].kind == TokenKind::Word).then_some(at)
}

/// Where the statement begins that `EXPLAIN` or `ANALYZE` is about: the first word outside of the options' parentheses that opens one.
fn statement_inside(text: &str, tokens: &[Token], from: usize) -> Option<usize> {
    const OPENS: [&str; 13] = [
        "SELECT", "WITH", "VALUES", "TABLE", "INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE",
        "EXECUTE", "CREATE", "DECLARE", "REFRESH",
    ];
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        match token.kind {
            TokenKind::Symbol('(') => {
                // `EXPLAIN (SELECT …)`: the parenthesis belongs to the statement.
                let query = significant_after(tokens, index + 1).is_some_and(|next| {
                    ["SELECT", "WITH", "VALUES"]
                        .iter()
                        .any(|word| is_word(text, &tokens[next], word))
                        || tokens[next].kind == TokenKind::Symbol('(')
                });
                if query && depth == 0 {
                    return Some(index);
                }
                depth += 1;
            }
            TokenKind::Symbol(')') => depth = depth.saturating_sub(1),
            TokenKind::Word
                if depth == 0 && OPENS.iter().any(|word| is_word(text, token, word)) =>
            {
                return Some(index);
            }
            _ => {}
        }
    }
    None
}
