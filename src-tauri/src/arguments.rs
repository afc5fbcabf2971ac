//! The few arguments of the window. Everything else is the `tapedeck` command's.

use std::ffi::OsString;
use std::path::PathBuf;

use workbench::AppError;

/// What was asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    /// `--data-dir DIR`; otherwise `TAPEDECK_DATA_DIR`, then the platform's folder.
    pub data_dir: Option<PathBuf>,
    /// `--new-window`: another window where one is open, instead of that one.
    pub new_window: bool,
    /// `FILE`: an exported product, to be imported.
    pub file: Option<PathBuf>,
}

/// What to do with the arguments.
#[derive(Debug, PartialEq)]
pub enum Parsed {
    /// Open the window.
    Run(Arguments),
    /// Print this and end.
    Answer(String),
}

const USAGE: &str = "\
Tapedeck's window: your product's databases, every environment.

Usage: tapedeck-desktop [--data-dir DIR] [--new-window] [FILE]

  FILE                An exported product: the window shows what importing it would do

      --data-dir DIR  Where everything is kept [env: TAPEDECK_DATA_DIR] [default: the platform's data folder]
      --new-window    Open another window, where one is open already
  -h, --help          Print this
  -V, --version       Print the version

Everything the window does, the command does too: see tapedeck --help.";

/// Reads the arguments that follow the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Parsed, AppError> {
    let mut parsed = Arguments::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy();
        match text.as_ref() {
            "-h" | "--help" => return Ok(Parsed::Answer(USAGE.to_owned())),
            "-V" | "--version" => {
                return Ok(Parsed::Answer(format!(
                    "tapedeck-desktop {}",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            "--new-window" => parsed.new_window = true,
            "--data-dir" => match rest.next() {
                Some(folder) if !folder.is_empty() => parsed.data_dir = Some(folder.into()),
                _ => return Err(AppError::new("usage", "--data-dir needs a folder")),
            },
            _ => match text.strip_prefix("--data-dir=") {
                Some(folder) if !folder.is_empty() => parsed.data_dir = Some(folder.into()),
                // macOS starts a bundle with a process serial number.
                None if text.starts_with("-psn_") => {}
                None if !text.starts_with('-') && !text.is_empty() && parsed.file.is_none() => {
                    parsed.file = Some(argument.into());
                }
                _ => {
                    let message = format!("{text} is no argument of the window; --help lists them");
                    return Err(AppError::new("usage", message));
                }
            },
        }
    }
    Ok(Parsed::Run(parsed))
}

#[cfg(test)]
mod tests {
    use super::{AppError, Arguments, Parsed, parse};

    fn parsed(arguments: &[&str]) -> Result<Parsed, AppError> {
        parse(arguments.iter().map(Into::into))
    }

    #[test]
    fn a_data_folder_is_named_in_either_form() {
        let wanted = Ok(Parsed::Run(Arguments {
            data_dir: Some("/data".into()),
            ..Arguments::default()
        }));
        assert_eq!(parsed(&["--data-dir", "/data"]), wanted);
        assert_eq!(parsed(&["--data-dir=/data"]), wanted);
        assert_eq!(parsed(&[]), Ok(Parsed::Run(Arguments::default())));
    }

    #[test]
    fn another_window_is_asked_for() {
        let wanted = Arguments {
            new_window: true,
            ..Arguments::default()
        };
        assert_eq!(parsed(&["--new-window"]), Ok(Parsed::Run(wanted)));
    }

    #[test]
    fn a_file_is_given() {
        let wanted = Arguments {
            file: Some("shop.tapedeck.json".into()),
            ..Arguments::default()
        };
        assert_eq!(parsed(&["shop.tapedeck.json"]), Ok(Parsed::Run(wanted)));
    }

    #[test]
    fn what_is_unknown_or_unfinished_is_refused() {
        for arguments in [
            &["--data-dir"][..],
            &["--data-dir="],
            &["--data-dir", ""],
            &["--devtools"],
            &["one.json", "two.json"],
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
