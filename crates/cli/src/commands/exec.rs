//! `tapedeck exec`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use workbench::{AppError, Workbench};

use super::connect::wait_for;
use crate::arguments::ExecArguments;

/// Runs a command with the real URLs in its environment. Its exit status is ours.
pub async fn run(arguments: ExecArguments, workbench: &Workbench) -> Result<ExitCode, AppError> {
    let env = arguments.target.need_env()?.to_owned();
    let mut chosen = BTreeMap::new();
    for variable in &arguments.variables {
        let (name, database) = variable.split_once('=').ok_or_else(|| {
            AppError::new(
                "usage",
                "Write --var NAME=DATABASE, such as --var DATABASE_URL=orders.",
            )
        })?;
        chosen.insert(name.to_owned(), database.to_owned());
    }
    let variables = workbench
        .environment_variables(arguments.target.product, env, chosen)
        .await?;
    let Some((program, rest)) = arguments.command.split_first() else {
        return Err(AppError::new("usage", "Name a command after --."));
    };
    let mut command = std::process::Command::new(program);
    command.args(rest).envs(variables.iter());
    wait_for(command, &program.to_string_lossy()).await
}
