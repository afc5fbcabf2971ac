//! The one type that holds a secret.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A password or another secret text. `Debug` hides it, there is no `Display`, `Serialize` or `PartialEq`, and its
/// memory is zeroed when it is dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a `String` or a `Zeroizing<String>`; the text that was given is zeroed.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Secret {
        let text: Zeroizing<String> = text.into();
        // A copy of the exact size: shrinking the String in place may move it and leave the old bytes behind.
        Secret(SecretString::from(text.as_str()))
    }

    /// The text. Call it only where the secret is used, and keep no copy.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(SecretString::from(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret:?} {:#?}", Some(secret.clone()))
                .matches("***")
                .count(),
            2
        );
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(Secret::new(Zeroizing::new(String::new())).expose(), "");
    }
}
