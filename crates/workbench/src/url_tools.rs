//! The connection editor's tools: comparison, copying to other environments, other forms.

use catalog::{Database, DatabaseType, EnvironmentConfig};
use connection_url::{
    ConnectionUrl, Edit, Format, FormatContext, PartComparison, PartKind, PartState, PasswordEdit,
    ReplacePart, SlotState, Span, UrlError, compare, format, replace, replaced_spans,
};
use zeroize::Zeroizing;

use crate::dto::{
    Changed, CompareSide, ConfigInput, DatabasePatchInput, DatabaseView, UrlComparison,
    UrlCopyPreview, UrlCopyRequest, UrlCopyTarget, UrlFormatInfo, UrlFormatted, UrlPartComparison,
    UrlPartState, UrlRange, UrlReplacePart,
};
use crate::resolve::{SecretSources, slot_words};
use crate::urls::Utf16Offsets;
use crate::{AppError, Copied, Result, Workbench};

/// What a copy would make of one environment.
struct Outcome {
    /// The URL it would have, masked.
    url: ConnectionUrl,
    /// Where the replacement was written in it, in UTF-8 bytes.
    replaced: Vec<Span>,
    /// Slots that it would lack.
    missing: Vec<String>,
}

impl Workbench {
    /// Two environments' URLs of a database, part by part. Secrets are read to be compared; they are not in the answer. One that
    /// this machine lacks, or that a keyring does not give, compares as unknown. Named secrets compare by their keys.
    ///
    /// # Errors
    /// `not_found` for an environment without a URL; `invalid_url` when what is typed does not parse.
    pub async fn url_compare(
        &self,
        database_id: String,
        left: CompareSide,
        right: CompareSide,
    ) -> Result<UrlComparison> {
        let database = self.database_by_id(&database_id).await?;
        let left = self.side(&database, left).await?;
        let right = self.side(&database, right).await?;
        let parts: Vec<UrlPartComparison> = compare(&left, &right).iter().map(part_view).collect();
        Ok(UrlComparison {
            left: left.masked(),
            right: right.masked(),
            same: parts.iter().all(|part| part.state == UrlPartState::Same),
            parts,
        })
    }

    /// What [`Workbench::url_copy_apply`] would make of each target. Reads no secret: only whether there is one is asked of
    /// the catalog.
    pub async fn url_copy_preview(&self, request: UrlCopyRequest) -> Result<Vec<UrlCopyPreview>> {
        let (database, source) = self.config_by_id(&request.config_id).await?;
        let previews = request.targets.iter().map(|target| {
            let before = database
                .config(&target.slug)
                .map(|config| config.connection_url.clone());
            let slug = target.slug.clone();
            match outcome(&database, &source, target, &request) {
                Ok(outcome) => {
                    let after = outcome.url.expose().to_owned();
                    let offsets = Utf16Offsets::of(&after);
                    let range = |span: &Span| {
                        let (start, end) = offsets.of_span(*span);
                        UrlRange { start, end }
                    };
                    UrlCopyPreview {
                        slug,
                        before,
                        replaced: outcome.replaced.iter().map(range).collect(),
                        missing_secrets: outcome
                            .missing
                            .iter()
                            .map(|slot| slot_words(slot))
                            .collect(),
                        after,
                        problem: None,
                    }
                }
                Err(error) => UrlCopyPreview {
                    slug,
                    before,
                    after: source.connection_url.clone(),
                    replaced: Vec::new(),
                    missing_secrets: Vec::new(),
                    problem: Some(error.message),
                },
            }
        });
        Ok(previews.collect())
    }

    /// Copies one environment's URL to others of the same database, in one change that one undo takes back.
    ///
    /// # Errors
    /// The first target's problem, before anything is written; `conflict` when the database is not at `revision` any more.
    pub async fn url_copy_apply(
        &self,
        request: UrlCopyRequest,
        revision: Option<u64>,
    ) -> Result<Changed<DatabaseView>> {
        let (database, source) = self.config_by_id(&request.config_id).await?;
        if request.targets.is_empty() {
            return Err(AppError::new("usage", "Choose an environment to copy to."));
        }
        let mut envs = Vec::with_capacity(request.targets.len());
        for target in &request.targets {
            let outcome = outcome(&database, &source, target, &request)?;
            envs.push(ConfigInput {
                slug: target.slug.clone(),
                connection_url: outcome.url.expose().to_owned(),
                secrets: std::collections::BTreeMap::new(),
                description: None,
                copy_from: request.with_secrets.then(|| source.id.clone()),
            });
        }
        let patch = DatabasePatchInput {
            envs,
            revision,
            ..DatabasePatchInput::default()
        };
        self.database_update(database.id, patch).await
    }

    /// One connection in another form, with `***` for its secrets: of what is stored, or of `text` when that is typed and not
    /// saved.
    ///
    /// # Errors
    /// `usage` for a form that the engine has not; `invalid_url` when `text` does not parse.
    pub async fn url_format(
        &self,
        config_id: String,
        text: Option<String>,
        format: String,
    ) -> Result<UrlFormatted> {
        let (database, config) = self.config_by_id(&config_id).await?;
        let text = Zeroizing::new(text.unwrap_or_else(|| config.connection_url.clone()));
        let url = ConnectionUrl::parse(&text, Some(database.database_type))?;
        formatted(&url.masked(), &database, &config, &format)
    }

    /// One stored connection in another form for the clipboard. With its secrets it is written to the activity log and
    /// cleared from the clipboard in time; a form that can't hold secrets never has them.
    ///
    /// # Errors
    /// As [`Workbench::url_format`], and `secret_missing`.
    pub async fn url_format_for_copy(
        &self,
        config_id: String,
        format: String,
        with_secrets: bool,
    ) -> Result<Copied> {
        let (database, config) = self.config_by_id(&config_id).await?;
        let form = format_of(&format)?;
        if !with_secrets || !form.can_hold_secrets() {
            let text = formatted(&config.connection_url, &database, &config, &format)?.text;
            return Ok(Copied {
                text: text.into(),
                clear_after: None,
            });
        }
        let url = self.real_url(&database, &config).await?;
        let text = formatted(url.expose(), &database, &config, &format)?.text;
        let summary = format!(
            "The real connection was copied as {}.",
            form.label(database.database_type)
        );
        self.note_cell("copy", &database, &config, &summary).await?;
        Ok(Copied {
            text: text.into(),
            clear_after: Some(self.clipboard_time().await?),
        })
    }

    async fn side(&self, database: &Database, side: CompareSide) -> Result<ConnectionUrl> {
        let stored = database.config(&side.slug);
        let text = match (side.text, stored) {
            (Some(text), _) => Zeroizing::new(text),
            (None, Some(config)) => config.connection_url.clone().into(),
            (None, None) => return Err(AppError::not_found("environment config", &side.slug)),
        };
        let url = ConnectionUrl::parse(&text, Some(database.database_type))?;
        let Some(config) = stored else {
            return Ok(url);
        };
        match self
            .fill_what_is_here(&url, &SecretSources::stored(config))
            .await
        {
            Ok(filled) => Ok(filled),
            Err(error) => {
                tracing::info!(code = error.code(), "secrets are compared as unknown");
                Ok(url)
            }
        }
    }
}

/// What a copy makes of one target. The text holds no secret: `***` and references only.
fn outcome(
    database: &Database,
    source: &EnvironmentConfig,
    target: &UrlCopyTarget,
    request: &UrlCopyRequest,
) -> Result<Outcome> {
    if target.slug == source.slug {
        return Err(AppError::new(
            "usage",
            "An environment is not copied to itself.",
        ));
    }
    let parse = |config: &EnvironmentConfig| {
        ConnectionUrl::parse(&config.connection_url, Some(database.database_type))
    };
    let stored = database.config(&target.slug);
    let mut original = parse(source)?;
    if let (Some(stored), false) = (stored, request.with_secrets) {
        original = keep_own(&original, &parse(stored)?)?;
    }
    let parts: Vec<ReplacePart> = request.parts.iter().copied().map(replace_part).collect();
    let url = replace(&original, &target.find, &target.replace, &parts)?;
    let secrets_of = if request.with_secrets {
        Some(source)
    } else {
        stored
    };
    let missing = url
        .secret_slots()
        .iter()
        .filter(|slot| slot.state == SlotState::Masked)
        .filter(|slot| !secrets_of.is_some_and(|config| config.secrets.contains_key(&slot.name)))
        .map(|slot| slot.name.clone())
        .collect();
    Ok(Outcome {
        replaced: replaced_spans(&original, &url, &target.find, &target.replace),
        url,
        missing,
    })
}

/// The URL with the secrets of `own`, where both have one in the same place: dots for what the keyring has, or its reference.
fn keep_own(url: &ConnectionUrl, own: &ConnectionUrl) -> Result<ConnectionUrl, UrlError> {
    let slot_of = |url: &ConnectionUrl, name: &str| {
        url.secret_slots()
            .iter()
            .find(|slot| slot.name == name)
            .cloned()
    };
    let has_reference = slot_of(url, "password")
        .is_some_and(|slot| slot.state == SlotState::Reference)
        && slot_of(own, "password").is_some_and(|slot| slot.state != SlotState::Empty);
    let hidden = if has_reference {
        url.edited(&Edit::Password(Some(PasswordEdit::Mask)))?
    } else {
        url.clone()
    };
    if hidden.is_keyword_value() != own.is_keyword_value() {
        // A reference is quoted by other rules there.
        return Ok(hidden);
    }
    hidden.with_secrets(|name| {
        slot_of(own, name)
            .filter(|slot| slot.state == SlotState::Reference)
            .map(|slot| Zeroizing::new(slot.raw(own).to_owned()))
    })
}

const fn replace_part(part: UrlReplacePart) -> ReplacePart {
    match part {
        UrlReplacePart::Host => ReplacePart::Host,
        UrlReplacePart::Database => ReplacePart::Database,
        UrlReplacePart::User => ReplacePart::User,
        UrlReplacePart::Options => ReplacePart::Options,
    }
}

fn part_view(part: &PartComparison) -> UrlPartComparison {
    UrlPartComparison {
        part: match part.kind {
            PartKind::Scheme => "scheme",
            PartKind::User => "user",
            PartKind::Password => "password",
            PartKind::Host => "host",
            PartKind::Port => "port",
            PartKind::Database => "database",
            PartKind::Option => "option",
        }
        .to_owned(),
        name: part.name.clone(),
        left: part.left.clone(),
        right: part.right.clone(),
        state: match part.state {
            PartState::Same => UrlPartState::Same,
            PartState::Different => UrlPartState::Different,
            PartState::OnlyLeft => UrlPartState::OnlyLeft,
            PartState::OnlyRight => UrlPartState::OnlyRight,
            PartState::Unknown => UrlPartState::Unknown,
        },
        secret: part.secret,
    }
}

/// The forms that a connection of an engine can be copied in.
pub(crate) fn format_infos(database_type: DatabaseType) -> Vec<UrlFormatInfo> {
    Format::of(database_type)
        .map(|form| UrlFormatInfo {
            id: form.as_str().to_owned(),
            label: form.label(database_type).to_owned(),
            can_hold_secrets: form.can_hold_secrets(),
        })
        .collect()
}

fn format_of(word: &str) -> Result<Format> {
    Format::from_word(word)
        .ok_or_else(|| AppError::new("usage", format!("There is no form called {word:?}.")))
}

fn formatted(
    text: &str,
    database: &Database,
    config: &EnvironmentConfig,
    word: &str,
) -> Result<UrlFormatted> {
    let url = ConnectionUrl::parse(text, Some(database.database_type))?;
    let context = FormatContext {
        name: &database.name,
        tag: &database.tag,
        slug: &config.slug,
    };
    let written = format(&url, format_of(word)?, context).map_err(|error| match error.code {
        "no_such_form" => AppError::new("usage", error.message.clone()),
        _ => error.into(),
    })?;
    Ok(UrlFormatted {
        text: written.text,
        notes: written.notes,
    })
}
