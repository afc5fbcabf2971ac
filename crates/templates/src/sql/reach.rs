//! Whether a `WHERE` chooses rows.
//!
//! One that names no column is the same for every row: `true`, `1 = 1`, or a parameter alone, with which an input would decide
//! between all rows and none.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value, Visit, Visitor};

/// How far a condition reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// It depends on the row.
    Chosen,
    /// It is true whatever the row.
    All,
    /// It is false or NULL whatever the row.
    None,
    /// It is the same for every row, and only the run shows which.
    Same,
}

/// How far a condition reaches.
pub(super) fn reach(condition: &Expr) -> Reach {
    match condition {
        Expr::Nested(inner) | Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => reach(inner),
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => negated(reach(inner)),
        Expr::UnaryOp {
            op: UnaryOperator::Not | UnaryOperator::BangNot,
            expr,
        } => negated(reach(expr)),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And => both(reach(left), reach(right)),
            BinaryOperator::Or => either(reach(left), reach(right)),
            _ => comparison(left, op, right, condition),
        },
        Expr::Value(value) => literal(&value.value),
        other if names_columns(other) => Reach::Chosen,
        _ => Reach::Same,
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

fn literal(value: &Value) -> Reach {
    match value {
        Value::Boolean(true) => Reach::All,
        Value::Boolean(false) | Value::Null => Reach::None,
        Value::Number(text, _) => match text.parse::<f64>() {
            Ok(0.0) => Reach::None,
            Ok(_) => Reach::All,
            Err(_) => Reach::Same,
        },
        _ => Reach::Same,
    }
}

fn comparison(left: &Expr, op: &BinaryOperator, right: &Expr, whole: &Expr) -> Reach {
    if !names_columns(whole) {
        let equal = match (constant(left), constant(right)) {
            (Some(left), Some(right)) => left == right,
            _ => return Reach::Same,
        };
        return match (op, equal) {
            (BinaryOperator::Eq, true) | (BinaryOperator::NotEq, false) => Reach::All,
            (BinaryOperator::Eq, false) | (BinaryOperator::NotEq, true) => Reach::None,
            _ => Reach::Same,
        };
    }
    let reflexive = matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::LtEq
            | BinaryOperator::GtEq
            | BinaryOperator::Spaceship
    );
    if reflexive && column(left).is_some() && column(left) == column(right) {
        return Reach::All;
    }
    Reach::Chosen
}

/// The text of a number or a string.
fn constant(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => constant(inner),
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => Some(text.clone()),
            Value::SingleQuotedString(text) => Some(text.clone()),
            Value::Boolean(value) => Some(value.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A column by its name.
fn column(expr: &Expr) -> Option<Vec<&str>> {
    match expr {
        Expr::Nested(inner) => column(inner),
        Expr::Identifier(name) => Some(vec![name.value.as_str()]),
        Expr::CompoundIdentifier(names) => {
            Some(names.iter().map(|name| name.value.as_str()).collect())
        }
        _ => None,
    }
}

/// Whether an expression depends on the row, as far as names tell.
fn names_columns(expr: &Expr) -> bool {
    struct Names;
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
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
    expr.visit(&mut Names).is_break()
}
