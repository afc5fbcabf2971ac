//! A whole action on SQL: its statements, the filter in its place, and the inputs of both.

use super::Dialect;
use super::bind::SqlStatement;
use super::filter;
use super::lexer::{Token, lex};
use super::split::split;
use super::template::{Place, SqlTemplate, TemplateFault, compile};
use crate::inputs::{Demands, Use};
use crate::{Engine, InputFault, InputValue, Inputs, Source};

/// What an action on SQL says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActionText<'a> {
    /// The statement, or the statements of a script.
    pub template: &'a str,
    /// A boolean expression without `WHERE`, for an action on one statement that has none of its own.
    pub filter: Option<&'a str>,
    /// Whether there may be more than one statement.
    pub script: bool,
}

/// An action on SQL, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqlAction {
    /// The statements in order; one, unless the action is a script.
    pub statements: Vec<SqlTemplate>,
    /// What a run is given.
    pub inputs: Inputs,
}

impl SqlAction {
    /// Takes an action apart.
    ///
    /// # Errors
    /// With every fault of both templates.
    pub fn compile(action: ActionText<'_>, dialect: Dialect) -> Result<Self, Vec<TemplateFault>> {
        let mut faults = Vec::new();
        let template = pieces(action.template, dialect, Source::Data, &mut faults);
        let filter = action
            .filter
            .map(|text| (text, pieces(text, dialect, Source::Filter, &mut faults)));
        let Some(template) = template else {
            return Err(faults);
        };
        let fault = |source, code, message: &str, span| TemplateFault {
            source,
            code,
            message: message.to_owned(),
            span,
        };
        let whole = 0..action.template.len();
        let statements = split(action.template, &template, dialect).statements;
        if statements.is_empty() {
            faults.push(fault(
                Source::Data,
                "no_statement",
                "The template has no statement.",
                whole,
            ));
        } else if let Some(second) = statements.get(1).filter(|_| !action.script) {
            let at = template[second.start].span.start;
            faults.push(fault(
                Source::Data,
                "many_statements",
                "The template has more than one statement. Mark the action as a script, or leave one.",
                at..action.template.len(),
            ));
        }
        let mut compiled = Vec::with_capacity(statements.len());
        match filter {
            None => {
                for range in statements {
                    compiled.push(compile(
                        action.template,
                        dialect,
                        Source::Data,
                        &template[range],
                        &mut faults,
                    ));
                }
            }
            Some((text, Some(tokens))) => {
                if let [range] = statements.as_slice() {
                    compiled.extend(filter::insert(
                        filter::Side {
                            text: action.template,
                            tokens: &template[range.clone()],
                        },
                        filter::Side {
                            text,
                            tokens: &tokens,
                        },
                        dialect,
                        &mut faults,
                    ));
                } else if action.script && !statements.is_empty() {
                    faults.push(fault(
                        Source::Filter,
                        "filter_on_script",
                        "A script has filters of its own in each statement.",
                        0..text.len(),
                    ));
                }
            }
            Some((_, None)) => {}
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let inputs = inputs(&compiled, dialect)?;
        Ok(Self {
            statements: compiled,
            inputs,
        })
    }

    /// The statements with the values of a run in their places. `data` and `filter` are objects.
    ///
    /// # Errors
    /// With every fault of every input.
    pub fn bind(
        &self,
        data: &InputValue,
        filter: &InputValue,
    ) -> Result<Vec<SqlStatement>, Vec<InputFault>> {
        let values = self.inputs.check(data, filter)?;
        Ok(self
            .statements
            .iter()
            .map(|statement| statement.bind(&values))
            .collect())
    }

    /// The statements before there are values: see [`SqlTemplate::sample`].
    pub fn sample(&self) -> Vec<SqlStatement> {
        self.statements.iter().map(SqlTemplate::sample).collect()
    }
}

/// The pieces of one of the two texts.
fn pieces(
    text: &str,
    dialect: Dialect,
    source: Source,
    faults: &mut Vec<TemplateFault>,
) -> Option<Vec<Token>> {
    let mut fault = |code, message: &str, span| {
        faults.push(TemplateFault {
            source,
            code,
            message: message.to_owned(),
            span,
        });
    };
    if let Some(at) = text.find('\0') {
        fault(
            "forbidden_nul",
            "The template holds a NUL character.",
            at..at + 1,
        );
        return None;
    }
    match lex(text, dialect) {
        Ok(tokens) => Some(tokens),
        Err(error) => {
            fault("unclosed", error.message, error.at..text.len());
            None
        }
    }
}

fn inputs(statements: &[SqlTemplate], dialect: Dialect) -> Result<Inputs, Vec<TemplateFault>> {
    let slots: Vec<_> = statements
        .iter()
        .flat_map(|statement| &statement.slots)
        .collect();
    let uses = slots.iter().map(|slot| Use {
        source: slot.source,
        placeholder: &slot.placeholder,
        demands: Demands {
            least_rows: (slot.place == Place::RowCount).then_some(0),
            listed: slot.place == Place::List,
        },
    });
    Inputs::collect(Engine::from(dialect), uses).map_err(|conflicts| {
        conflicts
            .into_iter()
            .filter_map(|conflict| {
                let slot = slots.get(conflict.index)?;
                Some(TemplateFault {
                    source: slot.source,
                    code: conflict.code,
                    message: conflict.message,
                    span: slot.span.clone(),
                })
            })
            .collect()
    })
}

impl From<Dialect> for Engine {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Postgresql => Self::Postgresql,
            Dialect::Mysql => Self::Mysql,
            Dialect::Sqlite => Self::Sqlite,
        }
    }
}
