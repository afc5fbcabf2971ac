//! What stands between a person and a statement: by the class of the environment, and by what the statement does.
//!
//! | | reads | writes | reaches every row |
//! |---|---|---|---|
//! | inactive | refused | refused | refused |
//! | development | runs | runs | the tag is typed |
//! | staging | runs | is confirmed | the tag is typed |
//! | production | runs, the plan is shown | the tag is typed | the tag is typed |
//!
//! A confirmation is always the database's tag: where one click is enough the window sends it, and a command says `--yes TAG`.

use catalog::{Environment, EnvironmentClass};
use serde_json::json;

use crate::dto::GuardView;
use crate::{AppError, Result};

/// What is about to run, as far as guards are about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed<'a> {
    /// `shop/orders@prd`.
    pub(crate) target: &'a str,
    /// The database's tag, which confirms.
    pub(crate) tag: &'a str,
    /// Whether it changes anything, or may.
    pub(crate) writes: bool,
    /// Whether it can reach every row.
    pub(crate) unfiltered: bool,
}

/// What an environment asks before a deed.
pub(crate) fn guard(environment: &Environment, deed: Deed<'_>) -> GuardView {
    match environment.class {
        _ if deed.unfiltered => GuardView::Tag,
        _ if !deed.writes => GuardView::None,
        EnvironmentClass::Development => GuardView::None,
        EnvironmentClass::Staging => GuardView::Confirm,
        EnvironmentClass::Production => GuardView::Tag,
    }
}

/// Why nothing runs in an environment, whatever is typed.
pub(crate) fn refusal(environment: &Environment) -> Option<String> {
    (!environment.active).then(|| {
        format!(
            "The environment {} is inactive and runs nothing. Activate it, or choose another.",
            environment.slug
        )
    })
}

/// Lets a deed pass, or says what is asked.
///
/// # Errors
/// `refused`; its detail has `guard` and, where a confirmation would let it pass, `confirm`.
pub(crate) fn pass(environment: &Environment, deed: Deed<'_>, confirm: Option<&str>) -> Result<()> {
    if let Some(message) = refusal(environment) {
        return Err(AppError::refused(message).with_detail(json!({ "guard": "inactive" })));
    }
    let what = if deed.unfiltered {
        "It can reach every row"
    } else {
        "It writes"
    };
    ask(
        environment,
        guard(environment, deed),
        what,
        (deed.target, deed.tag),
        confirm,
    )
}

/// Lets pass what was confirmed as it must be. `what` begins the sentence that says why something is asked; `place` is the address
/// and the tag that confirms.
///
/// # Errors
/// As [`pass`].
pub(crate) fn ask(
    environment: &Environment,
    guard: GuardView,
    what: &str,
    (target, tag): (&str, &str),
    confirm: Option<&str>,
) -> Result<()> {
    if guard == GuardView::None || confirm == Some(tag) {
        return Ok(());
    }
    let class = environment.class.as_str();
    let message = match confirm {
        None => format!("{what} in {target} ({class}). Confirm with the database's tag: {tag}."),
        Some(_) => format!(
            "What was typed is not the tag of the database that this would run on, {target}. Nothing was sent."
        ),
    };
    Err(AppError::refused(message)
        .with_detail(json!({ "guard": guard, "confirm": tag, "class": class })))
}
