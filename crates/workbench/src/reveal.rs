//! The real URL of one cell, on one gesture: to see it, or to copy it. Each time a line is written without the value.

use std::time::Duration;

use catalog::{Database, EnvironmentConfig, SubjectKind};
use connection_url::ConnectionUrl;
use zeroize::Zeroizing;

use crate::dto::RevealedUrl;
use crate::resolve::SecretSources;
use crate::{Result, Workbench};

/// A text for the clipboard.
pub struct Copied {
    /// What to write there.
    pub text: Zeroizing<String>,
    /// After how long to clear it, if it is still there; `None` for a text without secrets.
    pub clear_after: Option<Duration>,
}

impl Workbench {
    /// The whole real URL of one cell; named secrets stay references.
    pub async fn url_reveal(&self, config_id: String) -> Result<RevealedUrl> {
        let (database, config) = self.config_by_id(&config_id).await?;
        let url = self.stored_url(&database, &config).await?;
        self.note_reveal(&database, &config).await?;
        Ok(RevealedUrl {
            connection_url: url.expose().to_owned(),
        })
    }

    /// How a person calls a cell: `orders@prd`.
    pub async fn cell_name(&self, config_id: &str) -> Result<String> {
        let (database, config) = self.config_by_id(config_id).await?;
        Ok(name_of(&database, &config))
    }

    /// A cell's URL for the clipboard, masked or real.
    pub async fn url_for_copy(&self, config_id: String, masked: bool) -> Result<Copied> {
        let (database, config) = self.config_by_id(&config_id).await?;
        if masked {
            return Ok(Copied {
                text: config.connection_url.clone().into(),
                clear_after: None,
            });
        }
        let url = self.real_url(&database, &config).await?;
        self.note_cell("copy", &database, &config, "The real URL was copied.")
            .await?;
        Ok(Copied {
            text: Zeroizing::new(url.expose().to_owned()),
            clear_after: Some(self.clipboard_time().await?),
        })
    }

    /// After how long a copied secret leaves the clipboard.
    pub(crate) async fn clipboard_time(&self) -> Result<Duration> {
        let seconds = self.settings_get().await?.clipboard_seconds;
        Ok(Duration::from_secs(u64::from(seconds)))
    }

    /// The URL with its own secrets in place and references as written.
    async fn stored_url(
        &self,
        database: &Database,
        config: &EnvironmentConfig,
    ) -> Result<ConnectionUrl> {
        let url = ConnectionUrl::parse(&config.connection_url, Some(database.database_type))?;
        Ok(self
            .fill_own_secrets(&url, &SecretSources::stored(config))
            .await?)
    }

    /// The URL a driver would get.
    pub(crate) async fn real_url(
        &self,
        database: &Database,
        config: &EnvironmentConfig,
    ) -> Result<ConnectionUrl> {
        let url = ConnectionUrl::parse(&config.connection_url, Some(database.database_type))?;
        Ok(self
            .resolve_secrets(&url, &SecretSources::stored(config))
            .await?)
    }

    pub(crate) async fn note_reveal(
        &self,
        database: &Database,
        config: &EnvironmentConfig,
    ) -> Result<()> {
        self.note_cell("reveal", database, config, "The real URL was shown.")
            .await
    }

    pub(crate) async fn note_cell(
        &self,
        verb: &str,
        database: &Database,
        config: &EnvironmentConfig,
        summary: &str,
    ) -> Result<()> {
        let label = name_of(database, config);
        tracing::info!(verb, config = %config.id, "a secret was asked for");
        self.note(
            verb,
            SubjectKind::EnvironmentConfig,
            &config.id,
            label,
            summary.to_owned(),
        )
        .await
    }
}

fn name_of(database: &Database, config: &EnvironmentConfig) -> String {
    format!("{}@{}", database.tag, config.slug)
}
