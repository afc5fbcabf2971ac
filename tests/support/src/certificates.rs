//! TLS certificates: good ones, and every kind of bad one that a client must refuse.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::folder::{TestFolder, write_file};

/// Which certificate a server shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaf {
    /// Right in every way: `127.0.0.1` and `localhost`, signed by [`Certificates::ca_pem`].
    #[default]
    Good,
    /// Right but for its date, which is past.
    Expired,
    /// Right but for its name, `elsewhere.example`.
    WrongName,
    /// Right but for its signer, [`Certificates::unknown_ca_pem`].
    UnknownCa,
}

/// A certificate and its private key, as PEM files.
#[derive(Debug)]
pub struct CertificateFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key (PKCS #8).
    pub key: PathBuf,
    /// Both in one file, as `tlsCertificateKeyFile` wants them.
    pub combined: PathBuf,
}

/// A certificate authority with good and bad leaves. rustls refuses an authority's own certificate for a server
/// (`CaUsedAsEndEntity`), so that each server has a leaf.
#[derive(Debug)]
pub struct Certificates {
    folder: TestFolder,
    /// The authority that signed all but [`Leaf::UnknownCa`].
    pub ca_pem: PathBuf,
    /// An authority that a client of [`Certificates::ca_pem`] does not know.
    pub unknown_ca_pem: PathBuf,
    /// See [`Leaf::Good`].
    pub server: CertificateFiles,
    /// See [`Leaf::Expired`].
    pub expired: CertificateFiles,
    /// See [`Leaf::WrongName`].
    pub wrong_name: CertificateFiles,
    /// See [`Leaf::UnknownCa`].
    pub unknown: CertificateFiles,
    /// A client's certificate for the common name `app`, signed by [`Certificates::ca_pem`].
    pub client: CertificateFiles,
}

const OUR_NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

impl Certificates {
    /// Makes them all, with fresh keys.
    ///
    /// # Panics
    /// When no key can be made or no file written.
    pub fn new() -> Certificates {
        let folder = TestFolder::traversable();
        let path = folder.path();
        let authority = authority("Tapedeck test authority");
        let stranger = authority_unknown();
        let ca_pem = path.join("ca.pem");
        write_file(&ca_pem, &authority.pem(), 0o644);
        let unknown_ca_pem = path.join("unknown-ca.pem");
        write_file(&unknown_ca_pem, &stranger.pem(), 0o644);

        let server = leaf(path, "server", &server_params(&OUR_NAMES), &authority);
        let mut past = server_params(&OUR_NAMES);
        past.not_before = date_time_ymd(2020, 1, 1);
        past.not_after = date_time_ymd(2021, 1, 1);
        let expired = leaf(path, "expired", &past, &authority);
        let wrong_name = leaf(
            path,
            "wrong-name",
            &server_params(&["elsewhere.example"]),
            &authority,
        );
        let unknown = leaf(path, "unknown", &server_params(&OUR_NAMES), &stranger);
        let client = leaf(path, "client", &client_params(), &authority);
        Certificates {
            folder,
            ca_pem,
            unknown_ca_pem,
            server,
            expired,
            wrong_name,
            unknown,
            client,
        }
    }

    /// The files of one leaf.
    pub fn leaf(&self, leaf: Leaf) -> &CertificateFiles {
        match leaf {
            Leaf::Good => &self.server,
            Leaf::Expired => &self.expired,
            Leaf::WrongName => &self.wrong_name,
            Leaf::UnknownCa => &self.unknown,
        }
    }

    /// The folder of the files.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Certificates::new()
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority_unknown() -> Authority {
    authority("Somebody else's authority")
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are valid names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    set_validity(&mut params);
    CertifiedIssuer::self_signed(params, new_key()).expect("a certificate can be signed")
}

fn server_params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let common_name = names.last().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).expect("the names are valid");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    complete_leaf(&mut params);
    params
}

fn client_params() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are valid names");
    params
        .distinguished_name
        .push(DnType::CommonName, crate::USER);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    complete_leaf(&mut params);
    params
}

fn complete_leaf(params: &mut CertificateParams) {
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    set_validity(params);
}

fn set_validity(params: &mut CertificateParams) {
    // The defaults reach to the year 4096, which some TLS libraries can't read.
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
}

fn leaf(
    folder: &Path,
    name: &str,
    params: &CertificateParams,
    authority: &Authority,
) -> CertificateFiles {
    let key = new_key();
    let certificate = params
        .signed_by(&key, authority)
        .expect("a certificate can be signed");
    let files = CertificateFiles {
        certificate: folder.join(format!("{name}.pem")),
        key: folder.join(format!("{name}.key")),
        combined: folder.join(format!("{name}-with-key.pem")),
    };
    let key = key.serialize_pem();
    write_file(&files.certificate, &certificate.pem(), 0o644);
    write_file(&files.key, &key, 0o600);
    write_file(
        &files.combined,
        &format!("{}{key}", certificate.pem()),
        0o600,
    );
    files
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
