//! Secrets: the type, the keyring, the references.
