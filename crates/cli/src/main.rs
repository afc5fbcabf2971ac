//! `tapedeck`, the command line: a thin face over `workbench`. Each verb decodes its arguments, calls one use case,
//! and prints the answer; what may happen is decided there.

mod arguments;
mod commands;
mod exit;
mod input;
mod output;
mod shown;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use workbench::{AppError, Options, Origin, Workbench};

use crate::arguments::{ActionVerb, Arguments, CatalogVerb, Command};
use crate::output::Output;
use crate::terminal::VaultPassphrase;

/// Drivers and parsers free copies of secrets that nobody can zero by name; this allocator zeroes whatever is freed.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    workbench::guard_process(|_| ());
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    start_logging();
    let output = Output {
        json: arguments.global.json,
        quiet: arguments.global.quiet,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return exit::with_error(&output, &AppError::internal(error)),
    };
    let outcome = runtime.block_on(run(arguments, output));
    // A keyring call that hangs on a thread of its own must not keep the process.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => exit::with_error(&output, &error),
    }
}

/// Runs the command, or ends at Ctrl-C.
async fn run(arguments: Arguments, output: Output) -> Result<ExitCode, AppError> {
    // `exec` and `connect` hand the terminal to a child, which gets Ctrl-C itself; a run ends its statement at the server first.
    let hears_itself = match &arguments.command {
        Command::Exec(_) | Command::Connect { .. } => true,
        Command::Action { verb } => matches!(verb, ActionVerb::Run(_)),
        Command::Migration { verb } => verb.hears_itself(),
        _ => false,
    };
    tokio::select! {
        outcome = dispatch(arguments, output) => outcome,
        Ok(()) = tokio::signal::ctrl_c(), if !hears_itself => Err(AppError::cancelled()),
    }
}

async fn dispatch(arguments: Arguments, output: Output) -> Result<ExitCode, AppError> {
    match arguments.command {
        // These need no catalog, so that they also work where none can be opened.
        Command::Url { verb } => commands::url::run(verb, output),
        Command::Completions { shell } => commands::documentation::completions(shell),
        Command::Manual { folder } => commands::documentation::manual(folder),
        Command::Catalog {
            verb: CatalogVerb::Restore,
        } => commands::activity::restore(arguments.global.data_dir, output).await,
        command => {
            let options = Options {
                data_dir: arguments.global.data_dir,
                origin: Origin::Cli,
            };
            let workbench = Workbench::open(options).await?;
            workbench.ask_passphrases_of(Arc::new(VaultPassphrase));
            if let Some(notice) = workbench.tidy().await {
                output.remark(&notice);
            }
            if let Some(seconds) = arguments.global.timeout {
                workbench.limit_tests_to(std::time::Duration::from_secs_f64(seconds));
            }
            commands::run(command, arguments.global.yes, &workbench, output).await
        }
    }
}

/// Logs go to stderr, only when `TAPEDECK_LOG` asks for them (`TAPEDECK_LOG=debug`).
fn start_logging() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("TAPEDECK_LOG") {
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .init();
    }
}
