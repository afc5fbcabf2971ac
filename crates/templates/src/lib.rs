//! What the template of an action says, and where the values of a run go.
//!
//! A value is bound, never spliced: a placeholder becomes a parameter of a prepared statement, or a value of a document, whatever it
//! holds and wherever it stood. Where only a name or a keyword can stand, the template lists what is allowed.
//!
//! [`Action`] is the way in: `compile`, `inputs`, `plan` before there are values, `bind` with them.
//!
//! Pure: no I/O. `placeholder` reads `{{key:TYPE:min:max}}`, `input` the values, `sql` the templates of SQL.

mod action;
mod action_type;
mod fault;
mod input;
mod inputs;
pub mod mongodb;
mod placeholder;
pub mod sql;
mod value;

pub use action::{
    Action, ActionFault, BoundAction, Definition, Place, Plan, Sent, writing_functions,
};
pub use action_type::{ActionType, Deed, Disagreement};
pub use fault::{InputFault, looks_secret};
pub use input::{InputError, InputValue};
pub use inputs::{Engine, Field, Inputs, Source, Values};
pub use placeholder::{Measure, Placeholder, PlaceholderFault, PlaceholderType, read_placeholder};
pub use value::{BoundValue, check, expected};
