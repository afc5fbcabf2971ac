//! What is asked of a person at a terminal. Nothing is asked where stdin is none.

use std::io::{ErrorKind, IsTerminal};
use std::path::PathBuf;

use workbench::{AppError, PassphraseSource};
use zeroize::Zeroizing;

/// Names a file whose first line is the vault's passphrase, for jobs that have no terminal.
const PASSPHRASE_FILE: &str = "TAPEDECK_VAULT_PASSPHRASE_FILE";

/// Whether there is somebody to ask.
pub fn is_there() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for something that is not shown while it is typed; `None` where there is nobody to ask.
pub fn ask_hidden(prompt: &str) -> Result<Option<Zeroizing<String>>, AppError> {
    if !is_there() {
        return Ok(None);
    }
    match rpassword::prompt_password(prompt) {
        Ok(typed) => Ok(Some(Zeroizing::new(typed))),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(AppError::cancelled()),
        Err(error) => Err(AppError::new(
            "io",
            format!("The terminal can't be read: {error}."),
        )),
    }
}

/// Asks for a new passphrase, twice.
pub fn ask_new_passphrase() -> Result<Option<Zeroizing<String>>, AppError> {
    let Some(first) = ask_hidden("New passphrase of the vault file: ")? else {
        return Ok(None);
    };
    let second = ask_hidden("The same again: ")?;
    if second.as_deref() == Some(&*first) {
        Ok(Some(first))
    } else {
        Err(AppError::new(
            "usage",
            "The two passphrases differ. Nothing was changed.",
        ))
    }
}

/// The passphrase from the file that the environment names; `None` where it names none.
pub fn passphrase_from_file() -> Result<Option<Zeroizing<String>>, AppError> {
    let Some(path) = std::env::var_os(PASSPHRASE_FILE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let text = Zeroizing::new(crate::input::read_text(&PathBuf::from(path))?);
    let line = text.lines().next().unwrap_or_default();
    Ok(Some(Zeroizing::new(line.to_owned())))
}

/// Where a command gets the vault's passphrase from when a call needs it.
pub struct VaultPassphrase;

impl PassphraseSource for VaultPassphrase {
    fn passphrase(&self, attempt: u32) -> Result<Option<Zeroizing<String>>, AppError> {
        if let Some(passphrase) = passphrase_from_file()? {
            return Ok(Some(passphrase));
        }
        let prompt = if attempt == 1 {
            "Passphrase of the vault file: "
        } else {
            "That was not it. Passphrase of the vault file: "
        };
        ask_hidden(prompt)
    }

    fn is_a_person(&self) -> bool {
        std::env::var_os(PASSPHRASE_FILE).is_none() && is_there()
    }
}
