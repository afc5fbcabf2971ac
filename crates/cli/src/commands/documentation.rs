//! Completions and the manual page, made from the grammar itself.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;
use workbench::AppError;

use crate::arguments::Arguments;
use crate::output::print;

/// Prints completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Result<ExitCode, AppError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tapedeck", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page in roff; with a folder, writes it and a page for each command there, as a package has them.
pub fn manual(folder: Option<PathBuf>) -> Result<ExitCode, AppError> {
    if let Some(folder) = folder {
        clap_mangen::generate_to(Arguments::command(), folder).map_err(AppError::internal)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(AppError::internal)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::SUCCESS)
}
