//! `tapedeck url`.

use std::process::ExitCode;

use workbench::{AppError, parse_database_type, url_build, url_parse, url_redact};

use crate::arguments::UrlVerb;
use crate::input::{read_json, read_stdin, read_stdin_line};
use crate::output::{Output, pretty, print};

/// Runs a verb.
pub fn run(verb: UrlVerb, _output: Output) -> Result<ExitCode, AppError> {
    match verb {
        UrlVerb::Parse {
            database_type,
            reveal,
        } => {
            let database_type = database_type
                .as_deref()
                .map(parse_database_type)
                .transpose()?;
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
    }
    Ok(ExitCode::SUCCESS)
}
