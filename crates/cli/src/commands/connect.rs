//! `tapedeck connect`.

use std::process::{Command, ExitCode};

use workbench::{Address, AppError, Workbench};

use crate::exit;

/// Starts the engine's own client on one cell.
pub async fn run(target: Address, workbench: &Workbench) -> Result<ExitCode, AppError> {
    let (database, env) = (
        target.need_database()?.to_owned(),
        target.need_env()?.to_owned(),
    );
    let client = workbench
        .native_client(target.product, database, env)
        .await?;
    let mut command = Command::new(client.program);
    command.args(&client.arguments).envs(
        client
            .environment
            .iter()
            .map(|(name, value)| (name, value.as_str())),
    );
    wait_for(command, client.program).await
}

/// Runs a child to its end with our terminal. While it runs Ctrl-C is its own business.
pub async fn wait_for(command: Command, program: &str) -> Result<ExitCode, AppError> {
    let mut child = tokio::process::Command::from(command)
        .spawn()
        .map_err(|error| {
            let remedy = match error.kind() {
                std::io::ErrorKind::NotFound => "Install it, or put its folder in PATH.",
                _ => "Check that it may be executed.",
            };
            AppError::new(
                "command_failed",
                format!("{program} can't be started: {error}. {remedy}"),
            )
        })?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(AppError::internal)?,
            // The terminal sends it to the child as well, which decides; we only must not die before it.
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    Ok(ExitCode::from(exit_status(status)))
}

/// The child's own status; 128 and the signal's number when a signal ended it, as shells have it.
fn exit_status(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(exit::FAILED);
    }
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(exit::FAILED)
}
