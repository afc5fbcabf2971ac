//! An action, whichever engine it is for: compiled, planned before there are values, and bound.

use std::ops::Range;

use crate::mongodb::{DocumentFault, MongoAction, Request};
use crate::sql::{
    ActionText, Dialect, SqlAction, SqlStatement, Statement, StatementKind, TemplateFault,
    WritingFunctions, read_bound, read_statement,
};
use crate::{ActionType, Deed, Disagreement, Engine, InputFault, InputValue, Inputs, Source};

/// What the record of an action says.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    /// Whose language the templates are in.
    pub engine: Engine,
    /// A text of SQL, or an object for MongoDB.
    pub template: &'a InputValue,
    /// The filter, of the same kind.
    pub filter: Option<&'a InputValue>,
    /// Whether a template of SQL may have more than one statement.
    pub script: bool,
}

/// Where a template has a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// In these bytes of a template of SQL.
    Bytes(Range<usize>),
    /// Under these keys of a template of MongoDB, with dots between them.
    Path(String),
}

/// What is wrong with a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionFault {
    /// Which of the two templates.
    pub source: Source,
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl From<TemplateFault> for ActionFault {
    fn from(fault: TemplateFault) -> Self {
        Self {
            source: fault.source,
            code: fault.code,
            message: fault.message,
            place: Place::Bytes(fault.span),
        }
    }
}

impl From<DocumentFault> for ActionFault {
    fn from(fault: DocumentFault) -> Self {
        Self {
            source: fault.source,
            code: fault.code,
            message: fault.message,
            place: Place::Path(fault.path),
        }
    }
}

/// An action, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// On PostgreSQL, MySQL or MariaDB.
    Sql(SqlAction),
    /// On MongoDB.
    Mongodb(Box<MongoAction>),
}

/// What an action does.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Plan {
    /// Whether the guards treat it as a write: it changes something, or it can't be read.
    pub writes: bool,
    /// Whether a statement of it can't be read. It then counts as a write, and a note says so.
    pub unread: bool,
    /// Whether an update or a delete in it can reach every row or document. Such a run is refused, unless the action is for all rows.
    pub unfiltered: bool,
    /// The tables that it names, or the collections beside its own; sorted.
    pub tables: Vec<String>,
    /// What it does, as far as the type of an action is about it.
    pub deeds: Vec<Deed>,
    /// What a person should know, in plain sentences.
    pub notes: Vec<String>,
}

/// What is sent.
#[derive(Clone, PartialEq, Debug)]
pub enum Sent {
    /// The statements in order; one, unless the action is a script.
    Sql(Vec<SqlStatement>),
    /// The operation.
    Mongodb(Box<Request>),
}

/// An action with the values of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct BoundAction {
    /// What is sent.
    pub sent: Sent,
    /// What it does with these values. It is the one that the guards go by: an input can empty a filter.
    pub plan: Plan,
}

impl Action {
    /// Takes an action apart.
    ///
    /// # Errors
    /// With every fault of both templates.
    pub fn compile(definition: Definition<'_>) -> Result<Self, Vec<ActionFault>> {
        let faults = |faults: Vec<TemplateFault>| faults.into_iter().map(Into::into).collect();
        let dialect = match definition.engine {
            Engine::Postgresql => Dialect::Postgresql,
            Engine::Mysql => Dialect::Mysql,
            Engine::Sqlite => Dialect::Sqlite,
            Engine::Mongodb => {
                return MongoAction::compile(definition.template, definition.filter)
                    .map(|action| Self::Mongodb(Box::new(action)))
                    .map_err(|faults| faults.into_iter().map(Into::into).collect());
            }
        };
        let template = sql_text(definition.template, Source::Data);
        let filter = definition
            .filter
            .map(|filter| sql_text(filter, Source::Filter))
            .transpose();
        match (template, filter) {
            (Ok(template), Ok(filter)) => {
                let text = ActionText {
                    template,
                    filter,
                    script: definition.script,
                };
                SqlAction::compile(text, dialect)
                    .map(Self::Sql)
                    .map_err(faults)
            }
            (template, filter) => Err(template.err().into_iter().chain(filter.err()).collect()),
        }
    }

    /// What a run is given.
    pub const fn inputs(&self) -> &Inputs {
        match self {
            Self::Sql(action) => &action.inputs,
            Self::Mongodb(action) => &action.inputs,
        }
    }

    /// What a run does, as far as that is known without its values. `writing` are the functions of the connected database that
    /// change something, with a schema or without.
    pub fn plan(&self, writing: &[&str]) -> Plan {
        match self {
            Self::Sql(action) => {
                let functions = functions(action.inputs.engine, writing);
                let mut plan = Plan::default();
                for template in &action.statements {
                    for sample in template.samples() {
                        plan.take(read_statement(&sample.text, &functions));
                    }
                }
                plan
            }
            Self::Mongodb(action) => {
                let mut notes = action.notes();
                let unfiltered = action.unfiltered();
                if unfiltered {
                    notes.push("It has no filter that spares a document.".to_owned());
                }
                mongodb_plan(action, unfiltered, notes)
            }
        }
    }

    /// What is sent for these inputs, each an object, and what that does. `writing` is as for [`Self::plan`].
    ///
    /// # Errors
    /// With every fault of every input.
    pub fn bind(
        &self,
        data: &InputValue,
        filter: &InputValue,
        writing: &[&str],
    ) -> Result<BoundAction, Vec<InputFault>> {
        Ok(match self {
            Self::Sql(action) => {
                let statements = action.bind(data, filter)?;
                let functions = functions(action.inputs.engine, writing);
                let mut plan = Plan::default();
                for statement in &statements {
                    plan.take(read_bound(statement, &functions));
                }
                BoundAction {
                    sent: Sent::Sql(statements),
                    plan,
                }
            }
            Self::Mongodb(action) => {
                let request = action.bind(data, filter)?;
                let plan = mongodb_plan(action, request.unfiltered, request.notes.clone());
                BoundAction {
                    sent: Sent::Mongodb(Box::new(request)),
                    plan,
                }
            }
        })
    }
}

impl Plan {
    /// Whether what the action does fits its type. A `read` that writes is refused, when it is saved and at each run.
    ///
    /// # Errors
    /// As [`ActionType::agrees`].
    pub fn agrees(&self, kind: ActionType) -> Result<(), Disagreement> {
        kind.agrees(&self.deeds)
    }

    fn take(&mut self, statement: Statement) {
        self.writes |= statement.writes();
        self.unread |= statement.kind == StatementKind::Unknown;
        self.unfiltered |= statement.unfiltered;
        self.deeds.extend(statement.deeds());
        self.deeds.sort_unstable();
        self.deeds.dedup();
        self.tables.extend(statement.tables);
        self.tables.sort_unstable();
        self.tables.dedup();
        for note in statement.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}

/// The functions that count as writes in an action of this type, to be given to [`Action::plan`] and [`Action::bind`] by who does
/// not know those of the database. In an action that is said to write, a query that calls a function of a person's own may do
/// so: that is how such functions are called. In one that reads it may not, and the session of such an action can't write.
pub const fn writing_functions(kind: ActionType) -> &'static [&'static str] {
    if kind.writes() { &[ANY_OWN] } else { &[] }
}

/// Stands for every function that is not the engine's.
const ANY_OWN: &str = "*";

fn functions(engine: Engine, writing: &[&str]) -> WritingFunctions {
    let dialect = match engine {
        Engine::Mysql => Dialect::Mysql,
        Engine::Sqlite => Dialect::Sqlite,
        Engine::Postgresql | Engine::Mongodb => Dialect::Postgresql,
    };
    let functions = WritingFunctions::of(dialect).with(writing.iter().copied());
    if writing.contains(&ANY_OWN) {
        functions.and_own()
    } else {
        functions
    }
}

fn mongodb_plan(action: &MongoAction, unfiltered: bool, notes: Vec<String>) -> Plan {
    let mut tables = action.collections.clone();
    tables.sort_unstable();
    Plan {
        writes: action.writes(),
        unread: false,
        unfiltered,
        tables,
        deeds: action.deeds(),
        notes,
    }
}

fn sql_text(template: &InputValue, source: Source) -> Result<&str, ActionFault> {
    match template {
        InputValue::String(text) => Ok(text),
        other => Err(ActionFault {
            source,
            code: "needs_text",
            message: format!("A template of SQL is a text, and this is {}.", other.noun()),
            place: Place::Path(String::new()),
        }),
    }
}
