//! What `sqlparser` says of one statement.
//!
//! It never sees the text itself. It is handed the pieces of our own lexer, comments left out and literals written anew, so that
//! both read the same strings and the same comments, and nothing can hide from one in what the other takes for text.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Delete, Expr, FromTable, ObjectName, Query, Select, Statement, TableFactor, Update, Visit,
    Visitor,
};
use sqlparser::dialect::{MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::fold::Known;
use super::lexer::{LiteralStyle, Token, TokenKind};
use super::reach::{Reach, reach};
use super::statement::Verb;
use super::{Dialect, is_word};

/// The longest statement that is handed on, in bytes.
const LONGEST: usize = 1024 * 1024;
/// The deepest parentheses that are handed on.
const DEEPEST: usize = 32;
/// The most operators in a row that are handed on: each is a level of a tree that is walked by recursion.
const LONGEST_CHAIN: usize = 800;

/// What a statement says.
#[derive(Default, Debug)]
pub(super) struct Reading<'a> {
    /// Whether it is a query at the top: `SELECT`, `VALUES`, `TABLE`, with or without a `WITH`.
    pub query: bool,
    /// What writes, at the top or in a `WITH`.
    pub verbs: BTreeSet<Verb>,
    /// The tables, sorted; names of a `WITH` and functions are left out.
    pub tables: BTreeSet<String>,
    /// A query with `INTO`.
    pub into: bool,
    /// A query that locks rows.
    pub locks: bool,
    /// The functions that it calls.
    pub calls: BTreeSet<String>,
    /// For each UPDATE and DELETE that reaches every row, a sentence.
    pub unfiltered: Vec<String>,
    /// Names of a `WITH`, and of functions that stand where a table does.
    hidden: BTreeSet<String>,
    /// What is written to, which no name of a `WITH` hides.
    targets: BTreeSet<String>,
    /// The values of the parameters, where they are known.
    known: Known<'a>,
}

/// What `sqlparser` makes of one statement; `None` where it can't read it.
pub fn parse(text: &str, tokens: &[Token], dialect: Dialect) -> Option<Statement> {
    parse_with(text, tokens, dialect, 0)
}

fn parse_with(
    text: &str,
    tokens: &[Token],
    dialect: Dialect,
    parameters: usize,
) -> Option<Statement> {
    if text.len() > LONGEST || too_deep(text, tokens) {
        return None;
    }
    let plain = plain(text, tokens, dialect, parameters);
    let parsed = match dialect {
        Dialect::Postgresql => Parser::parse_sql(&PostgreSqlDialect {}, &plain),
        Dialect::Mysql => Parser::parse_sql(&MySqlDialect {}, &plain),
        Dialect::Sqlite => Parser::parse_sql(&SQLiteDialect {}, &plain),
    };
    let mut statements = parsed.ok()?;
    let statement = statements.pop()?;
    statements.is_empty().then_some(statement)
}

/// Reads one statement; `None` where the reader can't.
pub(super) fn read<'a>(
    text: &str,
    tokens: &[Token],
    dialect: Dialect,
    known: Known<'a>,
) -> Option<Reading<'a>> {
    let statement = parse_with(text, tokens, dialect, known.count())?;
    let mut reading = Reading {
        query: matches!(statement, Statement::Query(_)),
        known,
        ..Reading::default()
    };
    let _ = statement.visit(&mut reading);
    let Reading {
        tables,
        hidden,
        targets,
        ..
    } = &mut reading;
    tables.retain(|table| !hidden.contains(table) || targets.contains(table));
    Some(reading)
}

/// Whether the statement nests, or chains operators, beyond what recursion should walk.
fn too_deep(text: &str, tokens: &[Token]) -> bool {
    const CHAINS: [&str; 12] = [
        "AND",
        "OR",
        "XOR",
        "NOT",
        "UNION",
        "INTERSECT",
        "EXCEPT",
        "IS",
        "IN",
        "LIKE",
        "COLLATE",
        "CASE",
    ];
    let mut chains = vec![0_usize];
    let mut total = 0_usize;
    for token in tokens {
        let links = match token.kind {
            TokenKind::Symbol('(' | '[' | '{') => {
                chains.push(0);
                false
            }
            TokenKind::Symbol(')' | ']' | '}') if chains.len() > 1 => {
                total -= chains.pop().unwrap_or(0);
                false
            }
            TokenKind::Symbol(',') => {
                total -= chains.last_mut().map_or(0, std::mem::take);
                false
            }
            TokenKind::Symbol('.' | ';' | '@' | ')' | ']' | '}') => false,
            TokenKind::Symbol(_) => true,
            TokenKind::Word => CHAINS.iter().any(|word| is_word(text, token, word)),
            _ => false,
        };
        if links && let Some(chain) = chains.last_mut() {
            *chain += 1;
            total += 1;
        }
        if chains.len() > DEEPEST || total > LONGEST_CHAIN {
            return true;
        }
    }
    false
}

/// The pieces, written so that every lexer reads them alike. The pieces go to the end of the statement, and so do its `parameters`.
fn plain(text: &str, tokens: &[Token], dialect: Dialect, parameters: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    let marked = tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Parameter)
        .count();
    let mut number = parameters.saturating_sub(marked);
    for token in tokens {
        let written = &text[token.span.clone()];
        match &token.kind {
            TokenKind::Space | TokenKind::Comment | TokenKind::ExecutableComment => plain.push(' '),
            TokenKind::Literal(literal) => {
                let body = &text[literal.body.clone()];
                let simple = matches!(literal.style, LiteralStyle::Text | LiteralStyle::Escape)
                    && !body.contains(['\'', '"', '\\', '\n', '\r']);
                plain.push_str(" '");
                plain.push_str(if simple { body } else { "x" });
                plain.push('\'');
            }
            TokenKind::QuotedIdentifier { body } if written.starts_with(['U', 'u']) => {
                plain.push('"');
                plain.push_str(&text[body.clone()]);
                plain.push('"');
            }
            // sqlparser reads `?` as an operator in one dialect and `$1` as a name in the other. The number tells whose value it is.
            TokenKind::Parameter if dialect != Dialect::Postgresql => {
                number += 1;
                plain.push_str(&format!(" ?{number} "));
            }
            _ => plain.push_str(written),
        }
    }
    plain
}

fn name_of(name: &ObjectName) -> String {
    let parts: Vec<&str> = name
        .0
        .iter()
        .filter_map(|part| part.as_ident())
        .map(|part| part.value.as_str())
        .collect();
    parts.join(".")
}

impl Reading<'_> {
    fn write(&mut self, verb: Verb, word: &str, table: &str, condition: Option<&Expr>) {
        self.verbs.insert(verb);
        self.targets.insert(table.to_owned());
        let table = if table.is_empty() { "the table" } else { table };
        let sentence = match condition.map(|condition| reach(condition, self.known)) {
            Some(Reach::Chosen | Reach::None) => return,
            None => format!("{word} has no WHERE: it reaches every row of {table}."),
            Some(Reach::All) => {
                format!("The WHERE of {word} is true for every row of {table}.")
            }
            Some(Reach::Same) => format!(
                "The WHERE of {word} does not depend on the row: it can reach every row of {table}."
            ),
        };
        self.unfiltered.push(sentence);
    }

    fn update(&mut self, update: &Update) {
        let table = factor_name(&update.table.relation);
        self.write(Verb::Update, "UPDATE", &table, update.selection.as_ref());
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let table = from
            .first()
            .map(|table| factor_name(&table.relation))
            .unwrap_or_default();
        self.write(Verb::Delete, "DELETE", &table, delete.selection.as_ref());
    }
}

fn factor_name(factor: &TableFactor) -> String {
    match factor {
        TableFactor::Table { name, .. } => name_of(name),
        _ => String::new(),
    }
}

impl Visitor for Reading<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(_) => {
                self.verbs.insert(Verb::Insert);
            }
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(_) => {
                self.verbs.insert(Verb::Merge);
            }
            Statement::Query(_) => {}
            Statement::Drop { names, .. } => self.tables.extend(names.iter().map(name_of)),
            Statement::Truncate(truncate) => {
                for target in &truncate.table_names {
                    let table = name_of(&target.name);
                    self.unfiltered
                        .push(format!("TRUNCATE reaches every row of {table}."));
                    self.tables.insert(table);
                }
                self.verbs.insert(Verb::Delete);
            }
            _ => {
                self.verbs.insert(Verb::Other);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.locks |= !query.locks.is_empty();
        if let Some(with) = &query.with {
            self.hidden.extend(
                with.cte_tables
                    .iter()
                    .map(|cte| cte.alias.name.value.clone()),
            );
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.into |= select.into.is_some();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table {
            name,
            args: Some(_),
            ..
        } = factor
        {
            self.hidden.insert(name_of(name));
            self.calls.insert(name_of(name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expression {
            self.calls.insert(name_of(&function.name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.tables.insert(name_of(relation));
        ControlFlow::Continue(())
    }
}
