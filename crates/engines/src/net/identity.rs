//! The certificate and the key with which the client shows who it is.

use std::path::Path;

use pkcs8::{EncryptedPrivateKeyInfo, der::SecretDocument};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::files;
use crate::failure::{Attempt, Failure};

/// A client's certificate chain and its key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// The names of the options that an identity comes from, for messages.
pub(crate) struct Names {
    pub(crate) certificate: &'static str,
    pub(crate) key: &'static str,
    pub(crate) password: &'static str,
}

/// Reads an identity. The key may be in the certificate's file, and encrypted (PKCS #8).
pub(crate) async fn load(
    names: &Names,
    certificate: &Path,
    key: &Path,
    password: Option<&str>,
) -> Attempt<Identity> {
    Ok(Identity {
        chain: files::certificates(names.certificate, certificate).await?,
        key: load_key(names, key, password).await?,
    })
}

async fn load_key(
    names: &Names,
    path: &Path,
    password: Option<&str>,
) -> Attempt<PrivateKeyDer<'static>> {
    let content = files::read(path)
        .await
        .map_err(|error| files::unusable(names.key, path, error))?;
    let text = String::from_utf8_lossy(&content);
    const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(files::unusable(
            names.key,
            path,
            "it is encrypted in OpenSSL's old format; convert it with `openssl pkcs8 -topk8`",
        ));
    }
    let Some(start) = text.find(BEGIN) else {
        return PrivateKeyDer::from_pem_slice(&content)
            .map_err(|error| files::unusable(names.key, path, error));
    };
    let end = text[start..]
        .find(END)
        .ok_or_else(|| files::unusable(names.key, path, "the key is cut off"))?;
    let pem = &text[start..start + end + END.len()];
    let Some(password) = password.filter(|password| !password.is_empty()) else {
        return Err(Failure::option(
            names.key,
            "the key is encrypted, and the URL holds no password for it.",
            format!("Add {}=… to the URL.", names.password),
        ));
    };
    let (_, document) =
        SecretDocument::from_pem(pem).map_err(|error| files::unusable(names.key, path, error))?;
    let encrypted = EncryptedPrivateKeyInfo::try_from(document.as_bytes())
        .map_err(|error| files::unusable(names.key, path, error))?;
    let clear = encrypted.decrypt(password).map_err(|_| {
        Failure::option(
            names.password,
            "the key does not open with it.",
            "Check the password, and that the key is encrypted with AES.",
        )
    })?;
    Ok(PrivatePkcs8KeyDer::from(clear.as_bytes().to_vec()).into())
}
