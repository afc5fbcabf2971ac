//! `tapedeck discover`.

use std::process::ExitCode;

use workbench::{
    AppError, DiscoveredView, DiscoveryPlanned, DiscoveryRequest, DiscoveryView, Workbench,
};

use super::transfer::describe_import;
use crate::arguments::DiscoverArguments;
use crate::output::{Output, table};

/// Lists what other programs' files name, or takes over what was chosen.
pub async fn run(
    arguments: DiscoverArguments,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let found = workbench.discover(arguments.paths).await?;
    let Some(product) = arguments.into else {
        output.document(&found, list)?;
        return Ok(ExitCode::SUCCESS);
    };
    let picks = if arguments.all {
        found.new_ones()
    } else {
        arguments.picks
    };
    let request = DiscoveryRequest {
        product,
        product_name: arguments.name,
        picks,
    };
    let done = workbench.discover_into(request, arguments.dry_run).await?;
    output.document(&done, describe)?;
    Ok(ExitCode::SUCCESS)
}

fn list(found: &DiscoveryView) -> String {
    let mut lines = Vec::new();
    if found.connections.is_empty() {
        lines.push("Nothing was found. Name a folder or a file to look in.".to_owned());
    } else {
        let rows: Vec<[String; 5]> = found.connections.iter().map(row).collect();
        lines.push(table(["ID", "DATABASE", "ENV", "URL", "WHERE"], &rows));
    }
    lines.extend(
        found
            .notes
            .iter()
            .map(|note| format!("{}: {}", note.file, note.message)),
    );
    lines.join("\n")
}

fn row(each: &DiscoveredView) -> [String; 5] {
    let line = each
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    let mut place = format!("{}{line}", each.file);
    if let Some(address) = &each.known_as {
        place.push_str(&format!(" (is here as {address})"));
    } else if let Some(id) = &each.duplicate_of {
        place.push_str(&format!(" (the same as {id})"));
    }
    for warning in &each.warnings {
        place.push_str(&format!(" ({})", warning.code));
    }
    let assumed = if each.environment_assumed { "?" } else { "" };
    [
        each.id.clone(),
        each.database.clone(),
        format!("{}{assumed}", each.environment),
        each.connection_url.clone(),
        place,
    ]
}

fn describe(planned: &DiscoveryPlanned) -> String {
    let mut lines = vec![describe_import(&planned.view)];
    lines.extend(
        planned
            .keyring
            .iter()
            .map(|secret| format!("keyring {} {}", secret.address, secret.slot)),
    );
    lines.join("\n")
}
