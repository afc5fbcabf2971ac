//! The catalogue of options and the completion of what is typed, as a face sees them.

use connection_url::{
    AuthMechanism, Completion, CompletionKind, DatabaseType, Need, OptionGroup, OptionInfo,
    OptionKind, Token, TokenKind, auth_mechanisms, complete, option_catalogue, spellings,
};

use crate::dto::{
    AuthMechanismInfo, UrlCompletion, UrlCompletionKind, UrlCompletions, UrlNeed, UrlOptionGroup,
    UrlOptionInfo, UrlOptionKind, UrlToken, UrlTokenKind,
};
use crate::urls::{Utf16Offsets, parse_database_type};
use crate::{Result, Workbench};

/// What an engine's client knows of each option; `tapedeck url options`. The URL's parts written as options are left out.
pub fn url_options(database_type: DatabaseType) -> Vec<UrlOptionInfo> {
    option_catalogue(database_type)
        .iter()
        .filter(|info| !info.part)
        .map(|info| option_view(info, &spellings(database_type, info)))
        .collect()
}

/// The ways to sign in that a URL of the engine can name.
pub(crate) fn auth_mechanism_views(database_type: DatabaseType) -> Vec<AuthMechanismInfo> {
    auth_mechanisms(database_type)
        .iter()
        .map(mechanism_view)
        .collect()
}

fn mechanism_view(mechanism: &AuthMechanism) -> AuthMechanismInfo {
    AuthMechanismInfo {
        name: mechanism.name.to_owned(),
        label: mechanism.label.to_owned(),
        user: need_view(mechanism.user),
        password: need_view(mechanism.password),
        options: texts(mechanism.options),
        properties: mechanism
            .properties
            .iter()
            .map(|property| option_view(property, &[property.name.to_owned()]))
            .collect(),
        documentation: mechanism.documentation.to_owned(),
    }
}

fn option_view(info: &OptionInfo, spellings: &[String]) -> UrlOptionInfo {
    UrlOptionInfo {
        name: info.name.to_owned(),
        aliases: spellings
            .iter()
            .filter(|spelling| *spelling != info.name)
            .cloned()
            .collect(),
        group: match info.group {
            OptionGroup::Tls => UrlOptionGroup::Tls,
            OptionGroup::Auth => UrlOptionGroup::Auth,
            OptionGroup::Servers => UrlOptionGroup::Servers,
            OptionGroup::Pool => UrlOptionGroup::Pool,
            OptionGroup::Timeouts => UrlOptionGroup::Timeouts,
            OptionGroup::Other => UrlOptionGroup::Other,
        },
        kind: match info.kind {
            OptionKind::Text => UrlOptionKind::Text,
            OptionKind::Secret => UrlOptionKind::Secret,
            OptionKind::Boolean => UrlOptionKind::Boolean,
            OptionKind::Integer => UrlOptionKind::Integer,
            OptionKind::Seconds => UrlOptionKind::Seconds,
            OptionKind::Milliseconds => UrlOptionKind::Milliseconds,
            OptionKind::Choice => UrlOptionKind::Choice,
            OptionKind::List => UrlOptionKind::List,
            OptionKind::File => UrlOptionKind::File,
            OptionKind::Folder => UrlOptionKind::Folder,
        },
        values: texts(info.values),
        default: info.default.map(str::to_owned),
        minimum: info.minimum,
        maximum: info.maximum,
        documentation: info.documentation.to_owned(),
        deprecated: info.deprecated.map(str::to_owned),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

const fn need_view(need: Need) -> UrlNeed {
    match need {
        Need::Required => UrlNeed::Required,
        Need::Optional => UrlNeed::Optional,
        Need::Forbidden => UrlNeed::Forbidden,
    }
}

/// The pieces of a text for an editor's colours.
pub(crate) fn token_views(tokens: &[Token], offsets: &Utf16Offsets) -> Vec<UrlToken> {
    tokens
        .iter()
        .map(|token| {
            let (start, end) = offsets.of_span(token.span);
            UrlToken {
                kind: match token.kind {
                    TokenKind::Scheme => UrlTokenKind::Scheme,
                    TokenKind::Punctuation => UrlTokenKind::Punctuation,
                    TokenKind::User => UrlTokenKind::User,
                    TokenKind::Secret => UrlTokenKind::Secret,
                    TokenKind::Host => UrlTokenKind::Host,
                    TokenKind::Port => UrlTokenKind::Port,
                    TokenKind::Database => UrlTokenKind::Database,
                    TokenKind::OptionName => UrlTokenKind::OptionName,
                    TokenKind::OptionValue => UrlTokenKind::OptionValue,
                    TokenKind::Reference => UrlTokenKind::Reference,
                },
                start,
                end,
            }
        })
        .collect()
}

fn completion_view(item: Completion) -> UrlCompletion {
    UrlCompletion {
        label: item.label,
        insert: item.insert,
        kind: match item.kind {
            CompletionKind::Scheme => UrlCompletionKind::Scheme,
            CompletionKind::Host => UrlCompletionKind::Host,
            CompletionKind::Database => UrlCompletionKind::Database,
            CompletionKind::Option => UrlCompletionKind::Option,
            CompletionKind::Value => UrlCompletionKind::Value,
            CompletionKind::Secret => UrlCompletionKind::Secret,
        },
        detail: item.detail,
        documentation: item.documentation.map(str::to_owned),
    }
}

impl Workbench {
    /// What may stand at `offset` (UTF-16) of a text, also of one that is half typed. It holds nothing of a secret.
    ///
    /// # Errors
    /// `usage` for a type that is none, and what the catalog says when the names of secrets can't be read.
    pub async fn url_complete(
        &self,
        text: String,
        database_type: String,
        offset: u32,
    ) -> Result<UrlCompletions> {
        let database_type = parse_database_type(&database_type)?;
        let names = self.on_catalog(|catalog| catalog.named_secrets()).await?;
        // `KEY@slug` is written `KEY` in a URL: the environment is not the URL's business.
        let mut keys: Vec<String> = names
            .iter()
            .map(|secret| secret.key.split('@').next().unwrap_or_default().to_owned())
            .collect();
        keys.dedup();
        let offsets = Utf16Offsets::of(&text);
        let found = complete(
            &text,
            database_type,
            Utf16Offsets::to_byte(&text, offset),
            &keys,
        );
        let (start, end) = offsets.of_span(found.span);
        Ok(UrlCompletions {
            start,
            end,
            items: found.items.into_iter().map(completion_view).collect(),
        })
    }
}
