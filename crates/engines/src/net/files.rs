//! Reading the files that options of a URL name.

use std::io::{self, Read};
use std::path::Path;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use zeroize::Zeroizing;

use crate::failure::{Attempt, Failure};

/// No certificate file is larger; the system's bundle of every authority has a quarter of it.
const LIMIT: u64 = 1 << 20;

/// Runs what may block for long, on a thread of its own.
///
/// Not on tokio's blocking pool: a runtime waits for that when it ends, so that a hung name server or a dead network
/// share would keep a command from exiting after its test was cancelled.
pub(crate) async fn detached<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || drop(sender.send(work())))?;
    receiver
        .await
        .unwrap_or_else(|_| Err(io::Error::other("the thread ended early")))
}

/// The content of a regular file of a sensible size. A URL may come from elsewhere, and name a device or a pipe.
pub(crate) async fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let path = path.to_owned();
    detached("tapedeck-file", move || {
        if !std::fs::metadata(&path)?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is not a file",
            ));
        }
        let mut content = Zeroizing::new(Vec::new());
        std::fs::File::open(&path)?
            .take(LIMIT + 1)
            .read_to_end(&mut content)?;
        if content.len() as u64 > LIMIT {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is too large for a file of certificates",
            ));
        }
        Ok(content)
    })
    .await
}

/// The failure of an option whose file cannot be used.
pub(crate) fn unusable(option: &str, path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::option(
        option,
        format!("{}: {why}", path.display()),
        format!("Check that the file which {option} names is there, readable, and in PEM format."),
    )
}

/// Every certificate of a PEM file; at least one.
pub(crate) async fn certificates(
    option: &str,
    path: &Path,
) -> Attempt<Vec<CertificateDer<'static>>> {
    let content = read(path)
        .await
        .map_err(|error| unusable(option, path, error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(unusable(option, path, "there is no certificate in it")),
        Err(error) => Err(unusable(option, path, error)),
    }
}

/// Every revocation list of a PEM file.
pub(crate) async fn revocations(
    option: &str,
    path: &Path,
) -> Attempt<Vec<CertificateRevocationListDer<'static>>> {
    let content = read(path)
        .await
        .map_err(|error| unusable(option, path, error))?;
    CertificateRevocationListDer::pem_slice_iter(&content)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(option, path, error))
}

/// The certificates of the authorities that the system trusts.
pub(crate) async fn system_roots(option: &str) -> Attempt<Vec<CertificateDer<'static>>> {
    let found = detached("tapedeck-roots", || {
        Ok(rustls_native_certs::load_native_certs().certs)
    })
    .await
    .unwrap_or_default();
    if found.is_empty() {
        return Err(Failure::option(
            option,
            "this system has no list of trusted authorities.",
            "Install it (the package ca-certificates), or name a file of certificates in the URL.",
        ));
    }
    Ok(found)
}

/// The certificates of every file in a folder, as OpenSSL's `CApath` holds them.
pub(crate) async fn certificates_of_folder(
    option: &str,
    path: &Path,
) -> Attempt<Vec<CertificateDer<'static>>> {
    /// More than any list of authorities; a URL may name the root of a disk.
    const FILES: usize = 1_000;
    let folder = path.to_owned();
    let paths = detached("tapedeck-folder", move || {
        std::fs::read_dir(&folder)?
            .take(FILES)
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
    })
    .await
    .map_err(|error| unusable(option, path, error))?;
    let mut found = Vec::new();
    for file in paths {
        // Other files may stand there too.
        found.extend(certificates(option, &file).await.unwrap_or_default());
    }
    if found.is_empty() {
        return Err(unusable(option, path, "there is no certificate in it"));
    }
    Ok(found)
}
