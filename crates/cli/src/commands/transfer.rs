//! `tapedeck export` and `tapedeck import`.

use std::path::PathBuf;
use std::process::ExitCode;

use workbench::{AppError, ImportSide, ImportView, Workbench};
use zeroize::Zeroizing;

use crate::input::{read_stdin_line, read_text};
use crate::output::{Output, print};

/// Writes a product to a file or to stdout.
pub async fn export(
    workbench: &Workbench,
    product: String,
    file: Option<PathBuf>,
    with_secrets: bool,
    output: Output,
) -> Result<ExitCode, AppError> {
    let passphrase = if with_secrets {
        Some(Zeroizing::new(read_stdin_line()?))
    } else {
        None
    };
    match file {
        None => print(&workbench.export_document(product, passphrase).await?)?,
        Some(path) => {
            workbench
                .export_write(product, passphrase, path.clone())
                .await?;
            output.remark(&format!("Wrote {}.", path.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Merges a file into the catalog, or says what it would change.
pub async fn import(
    workbench: &Workbench,
    file: PathBuf,
    dry_run: bool,
    passphrase_stdin: bool,
    product: Option<String>,
    output: Output,
) -> Result<ExitCode, AppError> {
    if passphrase_stdin && file.as_os_str() == "-" {
        return Err(AppError::new(
            "usage",
            "Stdin can be the file or the passphrase, not both.",
        ));
    }
    let passphrase = if passphrase_stdin {
        Some(Zeroizing::new(read_stdin_line()?))
    } else {
        None
    };
    let text = Zeroizing::new(read_text(&file)?);
    let view = if dry_run {
        workbench.import_preview(text, passphrase, product).await?
    } else {
        workbench.import_document(text, passphrase, product).await?
    };
    output.document(&view, describe_import)?;
    Ok(ExitCode::SUCCESS)
}

/// What an import would do or did, a line each.
pub(super) fn describe_import(view: &ImportView) -> String {
    let mut lines: Vec<String> = Vec::new();
    for step in &view.steps {
        let note = match (step.change.as_str(), step.side) {
            ("add", Some(ImportSide::Here)) => " (was deleted here since)",
            ("keep", Some(ImportSide::File)) => " (is no longer in the file)",
            _ => "",
        };
        lines.push(format!(
            "{:<7} {} {}{note}",
            step.change, step.subject, step.address
        ));
        lines.extend(step.fields.iter().map(|change| {
            let note = match change.side {
                Some(ImportSide::Here) => " (changed here since: this takes it back)",
                Some(ImportSide::Both) => " (changed here as well: this overwrites it)",
                Some(ImportSide::File) | None => "",
            };
            format!(
                "          {}: {} -> {}{note}",
                change.field, change.before, change.after
            )
        }));
    }
    lines.extend(
        view.warnings
            .iter()
            .map(|warning| format!("warning {warning}")),
    );
    lines.extend(view.bases.iter().map(|base| {
        let what = match base.named {
            true => "the state that the file was made from",
            false => "the last export or import here",
        };
        format!("{} was compared with {what}, of {}.", base.product, base.at)
    }));
    let done = if view.applied {
        "Imported"
    } else {
        "Would import"
    };
    lines.push(format!(
        "{done} {} with {} secrets.",
        view.products.join(", "),
        view.secrets
    ));
    lines.join("\n")
}
