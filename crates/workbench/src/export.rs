//! Export: a product as a file that people can keep in a repository, with its secrets only under a passphrase.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use catalog::{Database, SubjectKind};
use connection_url::ConnectionUrl;
use secrets::{SecretId, replace_private_file};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{AppError, Result, Workbench};

/// A guess at a passphrase costs about this many doublings of scrypt's work; more than this in a file is an attack
/// on whoever opens it.
const MOST_SCRYPT_WORK: u8 = 20;

/// The secrets of an export, before they are encrypted. Never written in the clear.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Envelope {
    /// By address (`shop/orders@dev`) and slot, as written in the URL.
    pub(crate) urls: BTreeMap<String, BTreeMap<String, Zeroizing<String>>>,
    /// By name (`KEY` or `KEY@slug`).
    #[serde(default)]
    pub(crate) named: BTreeMap<String, Zeroizing<String>>,
}

impl Envelope {
    fn seal(&self, passphrase: &str) -> Result<String> {
        let plain = Zeroizing::new(serde_json::to_vec(self).map_err(AppError::internal)?);
        let mut armored = Vec::new();
        let mut encrypt = || -> std::io::Result<()> {
            let encryptor =
                age::Encryptor::with_user_passphrase(SecretString::from(passphrase.to_owned()));
            let armor = ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor)?;
            let mut writer = encryptor.wrap_output(armor)?;
            writer.write_all(&plain)?;
            writer.finish()?.finish()?;
            Ok(())
        };
        encrypt().map_err(AppError::internal)?;
        String::from_utf8(armored).map_err(AppError::internal)
    }

    /// Opens what [`Envelope::seal`] made.
    pub(crate) fn open(armored: &str, passphrase: &str) -> Result<Self> {
        let wrong = || {
            AppError::new(
                "wrong_passphrase",
                "The passphrase does not open the secrets of this file. Nothing was imported.",
            )
        };
        let damaged = || {
            AppError::new(
                "import_damaged",
                "The secrets of this file are damaged. Get the file again; nothing was imported.",
            )
        };
        let decryptor =
            age::Decryptor::new(ArmoredReader::new(armored.as_bytes())).map_err(|_| damaged())?;
        let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(MOST_SCRYPT_WORK);
        let mut reader = decryptor
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|_| wrong())?;
        let mut plain = Zeroizing::new(Vec::new());
        reader.read_to_end(&mut plain).map_err(|_| damaged())?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }
}

impl Workbench {
    /// A product as the document that import reads; secrets under `passphrase`, or left out.
    ///
    /// # Errors
    /// `secret_missing` when secrets are asked for that this machine lacks, naming them all.
    pub async fn export_document(
        &self,
        product: String,
        passphrase: Option<Zeroizing<String>>,
    ) -> Result<String> {
        let (mut document, databases, tag, id) = self
            .on_catalog(move |catalog| {
                let record = catalog.fetch_product(&product)?;
                let document = catalog.export_product(&record.id)?;
                Ok((
                    document,
                    catalog.fetch_databases(&record.id)?,
                    record.tag,
                    record.id,
                ))
            })
            .await?;
        if let Some(passphrase) = passphrase {
            if passphrase.is_empty() {
                return Err(AppError::new(
                    "usage",
                    "The passphrase is empty. Choose one that is hard to guess.",
                ));
            }
            let envelope = self.envelope_of(&tag, &databases).await?;
            // scrypt takes about a second on purpose.
            let sealing = tokio::task::spawn_blocking(move || envelope.seal(&passphrase)).await;
            document.secrets = Some(sealing.map_err(AppError::internal)??);
        }
        if let Some(base) = document.base.clone() {
            let product = id.clone();
            self.on_catalog(move |catalog| catalog.remember_export(&product, &base))
                .await?;
        }
        let with = if document.secrets.is_some() {
            "with its secrets, encrypted"
        } else {
            "without secrets"
        };
        self.note(
            "export",
            SubjectKind::Product,
            &id,
            tag,
            format!("The product was exported {with}."),
        )
        .await?;
        serde_json::to_string_pretty(&document).map_err(AppError::internal)
    }

    /// As [`Workbench::export_document`], to a file: the whole file or none, readable by its owner only.
    pub async fn export_write(
        &self,
        product: String,
        passphrase: Option<Zeroizing<String>>,
        path: PathBuf,
    ) -> Result<()> {
        let mut text = self.export_document(product, passphrase).await?;
        text.push('\n');
        let shown = path.display().to_string();
        let written =
            tokio::task::spawn_blocking(move || replace_private_file(&path, text.as_bytes())).await;
        written.map_err(AppError::internal)?.map_err(|error| {
            AppError::new(
                "io",
                format!("{shown} can't be written: {error}. What was there is unchanged."),
            )
        })
    }

    async fn envelope_of(&self, product: &str, databases: &[Database]) -> Result<Envelope> {
        let secrets = self.secrets();
        let named = self.named_entries().await?;
        let mut envelope = Envelope::default();
        let mut missing = Vec::new();
        for database in databases {
            for config in &database.envs {
                let address = format!("{product}/{}@{}", database.tag, config.slug);
                for (slot, id) in &config.secrets {
                    match secrets
                        .get(&SecretId::for_url(self.catalog_id(), id))
                        .await?
                    {
                        Some(value) => {
                            let slots = envelope.urls.entry(address.clone()).or_default();
                            slots.insert(slot.clone(), Zeroizing::new(value.expose().to_owned()));
                        }
                        None => missing.push(format!("{address} {slot}")),
                    }
                }
                let url =
                    ConnectionUrl::parse(&config.connection_url, Some(database.database_type));
                for reference in url.iter().flat_map(ConnectionUrl::references) {
                    for name in [
                        format!("{}@{}", reference.key, config.slug),
                        reference.key.clone(),
                    ] {
                        let Some(id) = named.get(&name) else {
                            continue;
                        };
                        if let Some(value) = secrets.get(id).await? {
                            envelope
                                .named
                                .insert(name, Zeroizing::new(value.expose().to_owned()));
                        }
                    }
                }
            }
        }
        if missing.is_empty() {
            return Ok(envelope);
        }
        let message = format!(
            "This machine lacks {}. Enter what is missing, or export without secrets.",
            missing.join(", ")
        );
        Err(AppError::new("secret_missing", message)
            .with_detail(serde_json::json!({ "missing": missing })))
    }
}
