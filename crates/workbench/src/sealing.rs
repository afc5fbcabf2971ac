//! Sealing: taking the secrets out of what a person handed in, before the catalog sees it.
//!
//! The order is fixed: validate everything, write the new keyring entries, commit the catalog (`keyring_entries`). No
//! entry is ever overwritten or removed here, so that the old password is still there when the commit fails, and for
//! undo.

use std::collections::BTreeMap;

use catalog::{DatabaseType, EnvironmentConfig, Fault, FaultCode};
use connection_url::{ConnectionUrl, Edit, PasswordEdit, SlotState};
use secrets::{Secret, SecretId};
use zeroize::Zeroizing;

use crate::keyring_entries::NewEntries;
use crate::resolve::encode_for;
use crate::{Result, Workbench};

/// A URL as handed in, and where its hidden secrets come from.
pub(crate) struct Unsealed<'a> {
    pub(crate) text: &'a str,
    pub(crate) database_type: DatabaseType,
    /// Plain values typed in fields of their own, by slot.
    pub(crate) typed: BTreeMap<String, Zeroizing<String>>,
    /// Whose entries `***` means, other than the config's own: those are read and copied.
    pub(crate) copy_from: Option<EnvironmentConfig>,
    /// `shop/orders@dev`, for the label that a keyring's own program shows.
    pub(crate) address: String,
    /// Path of the field, for faults.
    pub(crate) field: String,
}

/// A URL that may be stored.
pub(crate) struct Sealed {
    /// With `***` in each literal secret's place.
    pub(crate) text: String,
    /// New keyring entries by slot; slots not named keep theirs.
    pub(crate) secrets: BTreeMap<String, String>,
}

/// What a password manager shows for the secret of a connection.
pub(crate) fn entry_label(address: &str, slot: &str) -> String {
    format!("Tapedeck: {address} {slot}")
}

impl Workbench {
    /// Splits `unsealed` into what the catalog may hold and what the keyring gets. Writes nothing.
    pub(crate) async fn seal(
        &self,
        unsealed: Unsealed<'_>,
        entries: &mut NewEntries,
    ) -> Result<Sealed> {
        let invalid = |message: String| {
            crate::AppError::validation(&[Fault::new(
                &unsealed.field,
                FaultCode::InvalidUrl,
                message,
            )])
        };
        let mut url = ConnectionUrl::parse(unsealed.text, Some(unsealed.database_type))
            .map_err(|error| invalid(error.message.clone()))?;
        let lacks_password_slot = !url
            .secret_slots()
            .iter()
            .any(|slot| slot.name == "password");
        if unsealed.typed.contains_key("password") && lacks_password_slot {
            url = url
                .edited(&Edit::Password(Some(PasswordEdit::Mask)))
                .map_err(|error| invalid(error.message.clone()))?;
        }
        let mut sealed = Sealed {
            text: url.masked(),
            secrets: BTreeMap::new(),
        };
        for slot in url.secret_slots() {
            let raw = match slot.state {
                SlotState::Literal => Some(Zeroizing::new(slot.raw(&url).to_owned())),
                SlotState::Masked => match unsealed.typed.get(&slot.name) {
                    Some(plain) => Some(encode_for(&url, &slot.name, plain)),
                    None => self.copied(&slot.name, unsealed.copy_from.as_ref()).await?,
                },
                SlotState::Reference | SlotState::Empty => None,
            };
            if let Some(raw) = raw {
                let label = entry_label(&unsealed.address, &slot.name);
                let id = entries.add_url_secret(Secret::new(raw), label);
                sealed.secrets.insert(slot.name.clone(), id);
            }
        }
        Ok(sealed)
    }

    async fn copied(
        &self,
        slot: &str,
        from: Option<&EnvironmentConfig>,
    ) -> Result<Option<Zeroizing<String>>> {
        let Some(id) = from.and_then(|config| config.secrets.get(slot)) else {
            return Ok(None);
        };
        let secret = self
            .secrets()
            .get(&SecretId::for_url(self.catalog_id(), id))
            .await?;
        // An entry that this machine lacks is lacking in the copy as well; the matrix says so.
        Ok(secret.map(|secret| Zeroizing::new(secret.expose().to_owned())))
    }
}
