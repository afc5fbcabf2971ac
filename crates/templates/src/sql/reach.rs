//! Whether a `WHERE` chooses rows.
//!
//! One that names no column is the same for every row: `true`, `1 = 1`, or a parameter alone, with which an input would decide
//! between all rows and none. One that compares a column with itself chooses none out either, whatever way it takes to say so.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Visit, Visitor};

use super::fold::{Folded, Known};

/// How far a condition reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// It depends on the row.
    Chosen,
    /// It is true whatever the row, but for NULL in it.
    All,
    /// It is false or NULL whatever the row.
    None,
    /// It is the same for every row, and only the run shows which.
    Same,
}

/// How far a condition reaches.
pub(super) fn reach(condition: &Expr, known: Known<'_>) -> Reach {
    let inside = |condition: &Expr| reach(condition, known);
    let fold = |expression: &Expr| known.fold(expression);
    match condition {
        Expr::Nested(inner) | Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => inside(inner),
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => negated(inside(inner)),
        Expr::UnaryOp {
            op: UnaryOperator::Not | UnaryOperator::BangNot,
            expr,
        } => negated(inside(expr)),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And => both(inside(left), inside(right)),
            BinaryOperator::Or => either(inside(left), inside(right)),
            _ => comparison(&fold(left), op, &fold(right), condition),
        },
        Expr::IsNotDistinctFrom(left, right) => comparison(
            &fold(left),
            &BinaryOperator::Spaceship,
            &fold(right),
            condition,
        ),
        Expr::IsNull(inner) => is_null(&fold(inner), condition),
        Expr::IsNotNull(inner) => negated(is_null(&fold(inner), condition)),
        Expr::InList {
            expr,
            list,
            negated: false,
        } => list
            .iter()
            .map(|item| comparison(&fold(expr), &BinaryOperator::Eq, &fold(item), condition))
            .reduce(either)
            .unwrap_or(Reach::None),
        Expr::Between {
            expr,
            negated: false,
            low,
            high,
        } => both(
            comparison(&fold(expr), &BinaryOperator::GtEq, &fold(low), condition),
            comparison(&fold(expr), &BinaryOperator::LtEq, &fold(high), condition),
        ),
        Expr::Like {
            negated: false,
            expr,
            pattern,
            ..
        }
        | Expr::ILike {
            negated: false,
            expr,
            pattern,
            ..
        } => like(
            &fold(expr),
            &fold(pattern),
            |text| text.chars().all(|character| character == '%') && !text.is_empty(),
            condition,
        ),
        Expr::RLike {
            negated: false,
            expr,
            pattern,
            ..
        } => like(&fold(expr), &fold(pattern), matches_all, condition),
        Expr::Value(_) | Expr::Cast { .. } => truth(&fold(condition)),
        _ => by_names(condition),
    }
}

fn negated(reach: Reach) -> Reach {
    match reach {
        Reach::All => Reach::None,
        Reach::None => Reach::All,
        other => other,
    }
}

fn both(left: Reach, right: Reach) -> Reach {
    match (left, right) {
        (Reach::None, _) | (_, Reach::None) => Reach::None,
        (Reach::Chosen, _) | (_, Reach::Chosen) => Reach::Chosen,
        (Reach::All, Reach::All) => Reach::All,
        _ => Reach::Same,
    }
}

fn either(left: Reach, right: Reach) -> Reach {
    match (left, right) {
        (Reach::All, _) | (_, Reach::All) => Reach::All,
        // `a = 5 OR $1` is all rows as soon as an input says so.
        (Reach::Same, _) | (_, Reach::Same) => Reach::Same,
        (Reach::Chosen, _) | (_, Reach::Chosen) => Reach::Chosen,
        (Reach::None, Reach::None) => Reach::None,
    }
}

/// A condition that is a value.
fn truth(value: &Folded) -> Reach {
    match value {
        Folded::Null => Reach::None,
        Folded::Text(text) => match (text.as_str(), text.parse::<f64>()) {
            ("true", _) => Reach::All,
            ("false", _) | (_, Ok(0.0)) => Reach::None,
            (_, Ok(_)) => Reach::All,
            _ => Reach::Same,
        },
        Folded::Same | Folded::PerhapsColumn(_) => Reach::Same,
        Folded::Column(_) | Folded::Other => Reach::Chosen,
    }
}

fn is_null(value: &Folded, condition: &Expr) -> Reach {
    match value {
        Folded::Null => Reach::All,
        Folded::Text(_) => Reach::None,
        Folded::Same | Folded::PerhapsColumn(_) => Reach::Same,
        Folded::Column(_) => Reach::Chosen,
        Folded::Other => by_names(condition),
    }
}

fn like(value: &Folded, pattern: &Folded, all: impl Fn(&str) -> bool, condition: &Expr) -> Reach {
    match (value, pattern) {
        (_, Folded::Null) => Reach::None,
        (_, Folded::Text(pattern)) if all(pattern) => Reach::All,
        _ => comparison(value, &BinaryOperator::Eq, pattern, condition),
    }
}

/// Whether a regular expression matches every text, as far as its form tells.
fn matches_all(pattern: &str) -> bool {
    matches!(pattern, "" | "^" | "$" | ".*" | "^.*" | ".*$" | "^.*$")
}

fn comparison(left: &Folded, op: &BinaryOperator, right: &Folded, condition: &Expr) -> Reach {
    let reflexive = matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::LtEq
            | BinaryOperator::GtEq
            | BinaryOperator::Spaceship
    );
    let regular = matches!(
        op,
        BinaryOperator::PGRegexMatch | BinaryOperator::PGRegexIMatch | BinaryOperator::Regexp
    );
    match (left, right) {
        (Folded::Null, Folded::Null) if *op == BinaryOperator::Spaceship => Reach::All,
        (Folded::Null, _) | (_, Folded::Null) if *op != BinaryOperator::Spaceship => Reach::None,
        (_, Folded::Text(pattern)) if regular && matches_all(pattern) => Reach::All,
        (Folded::Text(one), Folded::Text(two)) => constants(one, op, two, reflexive),
        (Folded::Column(one), Folded::Column(two)) if reflexive && same_column(one, two) => {
            Reach::All
        }
        (Folded::PerhapsColumn(one), Folded::Column(two) | Folded::PerhapsColumn(two))
        | (Folded::Column(one), Folded::PerhapsColumn(two))
            if reflexive && same_column(one, two) =>
        {
            Reach::Same
        }
        _ => by_names(condition),
    }
}

fn constants(one: &str, op: &BinaryOperator, two: &str, reflexive: bool) -> Reach {
    let differ = match (one.parse::<f64>(), two.parse::<f64>()) {
        (Ok(one), Ok(two)) => one.partial_cmp(&two).map(std::cmp::Ordering::is_ne),
        _ if one == two => Some(false),
        // Letter case and spaces at the end are nothing to some collations.
        _ => None,
    };
    match (op, differ) {
        (_, Some(false)) if reflexive => Reach::All,
        (BinaryOperator::Eq | BinaryOperator::Spaceship, Some(true))
        | (BinaryOperator::NotEq, Some(false)) => Reach::None,
        (BinaryOperator::NotEq, Some(true)) => Reach::All,
        _ => Reach::Same,
    }
}

/// Whether two names mean one column. A name without its table could only mean that one, else the server would ask which.
fn same_column(one: &[String], two: &[String]) -> bool {
    one == two || ((one.len() == 1 || two.len() == 1) && one.last() == two.last())
}

fn by_names(expression: &Expr) -> Reach {
    if names_columns(expression) {
        Reach::Chosen
    } else {
        Reach::Same
    }
}

/// Whether an expression depends on the row, as far as names tell.
fn names_columns(expression: &Expr) -> bool {
    struct Names;
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            match expression {
                // `@name` is a variable of MySQL's session.
                Expr::Identifier(name) if name.value.starts_with('@') => ControlFlow::Continue(()),
                Expr::Identifier(_)
                | Expr::CompoundIdentifier(_)
                | Expr::CompoundFieldAccess { .. }
                | Expr::MatchAgainst { .. } => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    expression.visit(&mut Names).is_break()
}
