//! The connection editor's tools as the command line has them: of a text on stdin, or of cells by their addresses. The window's
//! are in `url_tools`; both call the same core. Spans are UTF-8 byte offsets here, as `tapedeck url parse` prints them.

use connection_url::{
    ConnectionUrl, DatabaseType, Diagnostic, Format, FormatContext, Formatted, Repair, Span,
    UrlError, apply_changes, format, redact,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::dto::{
    CompareSide, DatabaseView, UrlComparison, UrlCopyPreview, UrlCopyRequest, UrlCopyTarget,
    UrlOptionInfo, UrlReplacePart,
};
use crate::{AppError, Result, Workbench, url_options};

/// What a form says of the database beside its URL, where only a URL is known.
const NAMELESS: FormatContext<'static> = FormatContext {
    name: "Database",
    tag: "database",
    slug: "dev",
};

/// How much a problem of a connection string matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UrlSeverity {
    /// The text is no connection string.
    Error,
    /// What the engine's specification asks a parser to warn of.
    Warning,
    /// Our own advice.
    Hint,
}

impl UrlSeverity {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// A repair on offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UrlRepairOffer {
    /// What it does.
    pub label: String,
    /// The text after it, secrets masked.
    pub preview: String,
}

/// One problem of a connection string.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UrlProblem {
    /// How much it matters.
    pub severity: UrlSeverity,
    /// What a program matches.
    pub code: String,
    /// One plain sentence without a secret.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The part it belongs to.
    pub field: Option<String>,
    /// How it can be mended.
    pub repair: Option<UrlRepairOffer>,
}

/// What is to be said of a text that should be a connection string. It holds no secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UrlDiagnosis {
    /// Whether it parses as it stands.
    pub valid: bool,
    /// The error, or else every warning and hint.
    pub problems: Vec<UrlProblem>,
}

/// What a copy makes of one environment. It holds no secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UrlCopyLine {
    /// The slug.
    pub env: String,
    /// What it had, masked; null when it had nothing.
    pub before: Option<String>,
    /// What it gets, masked.
    pub after: String,
    /// Secrets that it lacks then.
    pub missing_secrets: Vec<String>,
    /// Why it can't be done, in one sentence.
    pub problem: Option<String>,
}

/// How a cell's URL is copied to other environments of its database.
pub struct UrlCopyOrder {
    /// The slugs.
    pub envs: Vec<String>,
    /// What to look for; empty replaces nothing.
    pub find: String,
    /// What takes its place; `{env}` in it is the slug of the environment that is copied to.
    pub replace: String,
    /// Where to look.
    pub parts: Vec<UrlReplacePart>,
    /// Whether the passwords go along.
    pub with_secrets: bool,
    /// Whether to say only what it would make.
    pub dry_run: bool,
}

/// The words for the forms that [`url_convert`] writes.
pub fn url_format_words() -> [&'static str; Format::ALL.len()] {
    Format::ALL.map(Format::as_str)
}

/// A connection string in another form, with `***` for its secrets unless `reveal` is set. Forms that a shell or an editor keeps
/// (commands, code) never hold the password.
///
/// # Errors
/// `invalid_url` when the text does not parse; `usage` for a form that the engine has not.
pub fn url_convert(
    text: &str,
    database_type: Option<DatabaseType>,
    form: &str,
    reveal: bool,
) -> Result<Formatted> {
    let form = Format::from_word(form)
        .ok_or_else(|| AppError::new("usage", format!("There is no form called {form:?}.")))?;
    let mut url = ConnectionUrl::parse(text, database_type)?;
    if !reveal {
        url = ConnectionUrl::parse(&url.masked(), url.database_type())?;
    }
    format(&url, form, NAMELESS).map_err(|error| match error.code {
        "no_such_form" => AppError::new("usage", error.message),
        _ => error.into(),
    })
}

/// The options of an engine whose name, spelling or documentation holds a word; all of them for an empty one. Letter case does not
/// count.
pub fn url_options_like(database_type: DatabaseType, word: &str) -> Vec<UrlOptionInfo> {
    let word = word.to_lowercase();
    let holds = |text: &String| text.to_lowercase().contains(&word);
    let mut options = url_options(database_type);
    options.retain(|option| {
        holds(&option.name) || holds(&option.documentation) || option.aliases.iter().any(holds)
    });
    options
}

/// Everything that is to be said of a text, with a preview of each repair.
pub fn url_diagnose(text: &str, database_type: Option<DatabaseType>) -> UrlDiagnosis {
    let mended = |repair: Option<&Repair>| {
        repair.map(|repair| UrlRepairOffer {
            label: repair.label.clone(),
            preview: shown(&apply(text, repair), database_type),
        })
    };
    let note = |severity, note: &Diagnostic| UrlProblem {
        severity,
        code: note.code.to_string(),
        message: note.message.clone(),
        span: note.span,
        field: note.field.clone(),
        repair: mended(note.repair.as_deref()),
    };
    match ConnectionUrl::diagnose(text, database_type) {
        Ok(url) => {
            let warnings = url
                .warnings()
                .iter()
                .map(|it| note(UrlSeverity::Warning, it));
            let hints = url.hints().iter().map(|it| note(UrlSeverity::Hint, it));
            UrlDiagnosis {
                valid: true,
                problems: warnings.chain(hints).collect(),
            }
        }
        Err(error) => UrlDiagnosis {
            valid: false,
            problems: vec![UrlProblem {
                severity: UrlSeverity::Error,
                code: error.code.to_owned(),
                message: error.message.clone(),
                span: error.span,
                field: error.field.clone(),
                repair: mended(error.repair.as_deref()),
            }],
        },
    }
}

/// The text mended: its error's repair applied, then that of the warning or hint that `code` names. Advice that is not named is not
/// followed. Secrets are `***` unless `reveal` is set.
///
/// # Errors
/// `invalid_url` when there is an error without a repair; `not_found` when nothing called `code` can be mended.
pub fn url_repair(
    text: &str,
    database_type: Option<DatabaseType>,
    code: Option<&str>,
    reveal: bool,
) -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(text.to_owned());
    let mut found = None;
    let url = match ConnectionUrl::diagnose(&text, database_type) {
        Ok(url) => url,
        Err(error) => {
            found = code.filter(|code| *code == error.code);
            let repair = repair_of(error)?;
            text = apply(&text, &repair);
            ConnectionUrl::diagnose(&text, database_type)?
        }
    };
    if let (Some(code), None) = (code, found) {
        let mut notes = url.warnings().iter().chain(url.hints());
        let repair = notes
            .find_map(|note| note.repair.as_deref().filter(|_| note.code == code))
            .ok_or_else(|| AppError::not_found("repair", code))?;
        text = apply(&text, repair);
    }
    if reveal {
        return Ok(text);
    }
    Ok(Zeroizing::new(shown(&text, database_type)))
}

fn apply(text: &str, repair: &Repair) -> Zeroizing<String> {
    Zeroizing::new(apply_changes(text, &repair.changes))
}

fn repair_of(mut error: UrlError) -> Result<Box<Repair>> {
    error.repair.take().ok_or_else(|| error.into())
}

/// A text without its secrets, whether it parses or not.
fn shown(text: &str, database_type: Option<DatabaseType>) -> String {
    ConnectionUrl::parse(text, database_type).map_or_else(|_| redact(text), |url| url.masked())
}

impl Workbench {
    /// Two environments' URLs of a database by their addresses; see [`Workbench::url_compare`].
    ///
    /// # Errors
    /// As there.
    pub async fn url_compare_in(
        &self,
        product: String,
        database: String,
        left: String,
        right: String,
    ) -> Result<UrlComparison> {
        let database = self.database_fetch(product, database).await?;
        let side = |slug| CompareSide { slug, text: None };
        self.url_compare(database.id, side(left), side(right)).await
    }

    /// Copies a cell's URL to other environments by their addresses; see [`Workbench::url_copy_apply`].
    ///
    /// # Errors
    /// As there, and `not_found` for a cell without a URL.
    pub async fn url_copy_in(
        &self,
        product: String,
        database: String,
        env: String,
        order: UrlCopyOrder,
    ) -> Result<Vec<UrlCopyLine>> {
        let database = self.database_fetch(product, database).await?;
        let request = request(&database, &env, &order)?;
        let previews = self.url_copy_preview(request.clone()).await?;
        if !order.dry_run {
            self.url_copy_apply(request, Some(database.revision))
                .await?;
        }
        Ok(previews.into_iter().map(copy_line).collect())
    }
}

fn request(database: &DatabaseView, env: &str, order: &UrlCopyOrder) -> Result<UrlCopyRequest> {
    let source = database
        .envs
        .iter()
        .find(|config| config.slug == env)
        .ok_or_else(|| AppError::not_found("environment config", env))?;
    let target = |slug: &String| UrlCopyTarget {
        slug: slug.clone(),
        find: order.find.clone(),
        replace: order.replace.replace("{env}", slug),
    };
    Ok(UrlCopyRequest {
        config_id: source.id.clone(),
        parts: order.parts.clone(),
        targets: order.envs.iter().map(target).collect(),
        with_secrets: order.with_secrets,
    })
}

fn copy_line(preview: UrlCopyPreview) -> UrlCopyLine {
    UrlCopyLine {
        env: preview.slug,
        before: preview.before,
        after: preview.after,
        missing_secrets: preview.missing_secrets,
        problem: preview.problem,
    }
}
