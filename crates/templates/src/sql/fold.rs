//! What an expression is before a server sees it: a constant, a column, or something that only a run shows.
//!
//! Values of parameters are looked at where they are known, so that a filter that an input empties is told before it is sent:
//! `{{name}} IS NULL OR name = {{name}}` without a name, `LIKE '%{{part}}%'` with `%`.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

use super::bind::Parameter;
use crate::BoundValue;

/// The values of the parameters, where they are known.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Known<'a> {
    parameters: Option<&'a [Parameter]>,
}

/// What an expression is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Folded {
    /// NULL.
    Null,
    /// A value, as text.
    Text(String),
    /// The same for every row, and only the run shows what.
    Same,
    /// A column, by its name in lowercase.
    Column(Vec<String>),
    /// A column, unless a parameter is not NULL.
    PerhapsColumn(Vec<String>),
    /// Anything else.
    Other,
}

impl<'a> Known<'a> {
    /// With the values of a run.
    pub const fn of(parameters: &'a [Parameter]) -> Self {
        Self {
            parameters: Some(parameters),
        }
    }

    /// How many parameters there are; 0 where they are not known.
    pub fn count(self) -> usize {
        self.parameters.map_or(0, <[Parameter]>::len)
    }

    /// The value of `$2`, or of `?2` as our own writing of MySQL's markers has it.
    fn value(self, marker: &str) -> Folded {
        let value = marker
            .trim_start_matches(['$', '?'])
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .and_then(|index| self.parameters?.get(index));
        match value.map(|parameter| &parameter.value) {
            None => Folded::Same,
            Some(BoundValue::Null) => Folded::Null,
            Some(value) => value
                .as_text()
                .map_or(Folded::Same, |text| Folded::Text(text.to_owned())),
        }
    }

    /// What an expression is.
    pub fn fold(self, expression: &Expr) -> Folded {
        match expression {
            Expr::Nested(inner) => self.fold(inner),
            Expr::Cast { expr: inner, .. } => self.constant(inner),
            Expr::Value(value) => match &value.value {
                Value::Number(text, _) | Value::SingleQuotedString(text) => {
                    Folded::Text(text.clone())
                }
                Value::Boolean(value) => Folded::Text(value.to_string()),
                Value::Null => Folded::Null,
                Value::Placeholder(marker) => self.value(marker),
                _ => Folded::Same,
            },
            // `@name` is a variable of MySQL's session.
            Expr::Identifier(name) if name.value.starts_with('@') => Folded::Same,
            Expr::Identifier(name) => Folded::Column(vec![name.value.to_lowercase()]),
            Expr::CompoundIdentifier(names) => {
                Folded::Column(names.iter().map(|name| name.value.to_lowercase()).collect())
            }
            Expr::BinaryOp {
                left,
                op: BinaryOperator::StringConcat,
                right,
            } => self.joined([left.as_ref(), right.as_ref()].into_iter()),
            Expr::Function(function) => self.called(function),
            _ => Folded::Other,
        }
    }

    /// What becomes of an expression that is changed on the way: a column is then no longer that column.
    fn constant(self, expression: &Expr) -> Folded {
        match self.fold(expression) {
            Folded::Column(_) | Folded::PerhapsColumn(_) => Folded::Other,
            constant => constant,
        }
    }

    fn called(self, function: &Function) -> Folded {
        let Some(arguments) = arguments(function) else {
            return Folded::Other;
        };
        let name = function.name.to_string().to_ascii_lowercase();
        match (name.as_str(), arguments.as_slice()) {
            ("concat", arguments) => self.joined(arguments.iter().copied()),
            ("lower" | "upper" | "trim", [one]) => self.constant(one),
            ("coalesce" | "ifnull" | "nvl", arguments) => self.first(arguments),
            ("nullif", [one, two]) => match (self.fold(one), self.fold(two)) {
                (Folded::Text(one), Folded::Text(two)) if one == two => Folded::Null,
                (value @ (Folded::Text(_) | Folded::Null | Folded::Same), _) => value,
                _ => Folded::Other,
            },
            _ => Folded::Other,
        }
    }

    fn joined<'e>(self, parts: impl Iterator<Item = &'e Expr>) -> Folded {
        let mut text = String::new();
        let mut answer = Folded::Other;
        for part in parts {
            match self.fold(part) {
                Folded::Text(part) => text.push_str(&part),
                Folded::Null => return Folded::Null,
                Folded::Same => answer = Folded::Same,
                _ => return Folded::Other,
            }
        }
        match answer {
            Folded::Same => Folded::Same,
            _ => Folded::Text(text),
        }
    }

    /// The first that is not NULL.
    fn first(self, arguments: &[&Expr]) -> Folded {
        let mut perhaps = false;
        for argument in arguments {
            match self.fold(argument) {
                Folded::Null => {}
                Folded::Same => perhaps = true,
                Folded::Column(column) if perhaps => return Folded::PerhapsColumn(column),
                Folded::Text(_) if perhaps => return Folded::Same,
                other => return other,
            }
        }
        if perhaps { Folded::Same } else { Folded::Null }
    }
}

fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
            _ => None,
        })
        .collect()
}
