//! `tapedeck url`.

use std::process::ExitCode;

use serde_json::json;
use workbench::{
    AppError, DatabaseType, UrlDiagnosis, UrlOptionInfo, UrlProblem, parse_database_type,
    url_build, url_convert, url_diagnose, url_options_like, url_parse, url_redact, url_repair,
};

use crate::arguments::UrlVerb;
use crate::exit::{DONE, REFUSED};
use crate::input::{read_json, read_stdin, read_stdin_line};
use crate::output::{Output, pretty, print, table};

/// Runs a verb.
pub fn run(verb: UrlVerb, output: Output) -> Result<ExitCode, AppError> {
    match verb {
        UrlVerb::Parse {
            database_type,
            reveal,
        } => {
            let database_type = type_of(database_type)?;
            print(&pretty(&url_parse(
                &read_stdin_line()?,
                database_type,
                reveal,
            )?)?)?;
        }
        UrlVerb::Redact => print(&url_redact(&read_stdin()?))?,
        UrlVerb::Build {
            database_type,
            file,
        } => {
            print(&url_build(
                parse_database_type(&database_type)?,
                &read_json(&file)?,
            )?)?;
        }
        UrlVerb::Convert {
            form,
            database_type,
            reveal,
        } => convert(&form, type_of(database_type)?, reveal, output)?,
        UrlVerb::Options {
            database_type,
            search,
        } => {
            let options = url_options_like(parse_database_type(&database_type)?, &search);
            output.document(&options, |options| options_table(options))?;
        }
        UrlVerb::Repair {
            database_type,
            apply: None,
            ..
        } => return diagnose(type_of(database_type)?, output),
        UrlVerb::Repair {
            database_type,
            apply: Some(code),
            reveal,
        } => {
            let database_type = type_of(database_type)?;
            let text = read_stdin_line()?;
            let mended = url_repair(&text, database_type, code.as_deref(), reveal)?;
            output.document(&json!({ "url": *mended }), |_| mended.to_string())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn type_of(word: Option<String>) -> Result<Option<DatabaseType>, AppError> {
    word.as_deref().map(parse_database_type).transpose()
}

fn convert(
    form: &str,
    database_type: Option<DatabaseType>,
    reveal: bool,
    output: Output,
) -> Result<(), AppError> {
    let written = url_convert(&read_stdin_line()?, database_type, form, reveal)?;
    if !output.json {
        written.notes.iter().for_each(|note| output.remark(note));
    }
    let document = json!({ "text": written.text, "notes": written.notes });
    output.document(&document, |_| written.text.clone())
}

fn diagnose(database_type: Option<DatabaseType>, output: Output) -> Result<ExitCode, AppError> {
    let diagnosis = url_diagnose(&read_stdin_line()?, database_type);
    output.document(&diagnosis, described)?;
    Ok(ExitCode::from(if diagnosis.valid { DONE } else { REFUSED }))
}

fn described(diagnosis: &UrlDiagnosis) -> String {
    if diagnosis.problems.is_empty() {
        return "Nothing is wrong with it.".to_owned();
    }
    let lines: Vec<String> = diagnosis.problems.iter().map(problem).collect();
    lines.join("\n")
}

fn problem(problem: &UrlProblem) -> String {
    let mut text = format!(
        "{} {} at {}-{}: {}",
        problem.severity.as_str(),
        problem.code,
        problem.span.start,
        problem.span.end,
        problem.message
    );
    if let Some(repair) = &problem.repair {
        text.push_str(&format!("\n  {}: {}", repair.label, repair.preview));
    }
    text
}

fn options_table(options: &[UrlOptionInfo]) -> String {
    let rows: Vec<_> = options
        .iter()
        .map(|option| {
            let deprecated = option
                .deprecated
                .as_ref()
                .map_or_else(String::new, |why| format!(" Deprecated. {why}"));
            [
                option.name.clone(),
                option.default.clone().unwrap_or_default(),
                option.values.join(" "),
                format!("{}{deprecated}", option.documentation),
            ]
        })
        .collect();
    table(["NAME", "DEFAULT", "VALUES", "MEANING"], &rows)
}
