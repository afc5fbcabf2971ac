//! Private servers, keyring and certificates for the tests.
