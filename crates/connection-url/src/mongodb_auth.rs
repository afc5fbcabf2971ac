//! Which credentials each authentication mechanism of MongoDB takes.
//!
//! <https://github.com/mongodb/specifications/blob/master/source/auth/auth.md>: a URL that no credential can be made from is
//! refused. `MONGODB-OIDC` without an environment is refused too: a callback cannot stand in a URL.

use crate::mongodb_names::{ByName, Known, KnownSet};
use crate::parsed::Parsed;
use crate::reference::has_reference;
use crate::{Diagnostic, MASK, Span, UrlError, UrlOption};

/// Checks the mechanism against the user name, password, source and properties.
pub(crate) fn check_credential(
    text: &str,
    parsed: &mut Parsed,
    known: KnownSet,
) -> Result<(), UrlError> {
    let by_name = ByName::of(&parsed.options, known);
    let source = by_name.last(AUTH_SOURCE);
    if let Some(source) = source
        && source.value.is_empty()
    {
        return Err(UrlError::new(
            "empty_auth_source",
            "authSource has no value.",
            source.name_span,
        )
        .field("option:authSource"));
    }
    let Some(mechanism) = by_name.last(AUTH_MECHANISM) else {
        return Ok(());
    };
    let properties = by_name.last(AUTH_MECHANISM_PROPERTIES);
    let credential = Credential {
        user: parsed.user.as_deref(),
        has_password: parsed.password.is_some(),
        source,
        mechanism,
        properties,
        properties_hidden: properties.is_some_and(|option| {
            option.value_span.of(text) == MASK || has_reference(&option.value)
        }),
        password_span: parsed.layout.password,
    };
    let hint = credential.check()?;
    parsed.hints.extend(hint);
    Ok(())
}

const AUTH_MECHANISM: Known = Known::named("authMechanism");
const AUTH_MECHANISM_PROPERTIES: Known = Known::named("authMechanismProperties");
const AUTH_SOURCE: Known = Known::named("authSource");

struct Credential<'a> {
    user: Option<&'a str>,
    has_password: bool,
    source: Option<&'a UrlOption>,
    mechanism: &'a UrlOption,
    properties: Option<&'a UrlOption>,
    /// The properties are masked or references: what they hold is known when they are put back.
    properties_hidden: bool,
    password_span: Option<Span>,
}

impl Credential<'_> {
    fn check(&self) -> Result<Option<Diagnostic>, UrlError> {
        match self.mechanism.value.as_str() {
            "MONGODB-CR" | "SCRAM-SHA-1" | "SCRAM-SHA-256" | "PLAIN" => {
                self.needs_user()?;
                Ok((!self.has_password).then(|| {
                    Diagnostic::new(
                        "missing_password",
                        "This mechanism needs a password.",
                        self.mechanism.value_span,
                    )
                    .field("password")
                }))
            }
            "GSSAPI" => {
                self.needs_user()?;
                self.needs_external_source()?;
                self.check_canonicalization()?;
                Ok(None)
            }
            "MONGODB-X509" => {
                self.takes_no_password()?;
                self.needs_external_source()?;
                Ok(None)
            }
            "MONGODB-AWS" => {
                self.needs_external_source()?;
                if self.user.is_some() && !self.has_password {
                    return Err(self.refuse(
                        "missing_password",
                        "MONGODB-AWS with a user name needs a password.",
                    ));
                }
                Ok(None)
            }
            "MONGODB-OIDC" => {
                self.takes_no_password()?;
                self.needs_external_source()?;
                self.check_oidc()?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn refuse(&self, code: &'static str, message: &str) -> UrlError {
        UrlError::new(code, message, self.mechanism.value_span).field("option:authMechanism")
    }

    fn needs_user(&self) -> Result<(), UrlError> {
        match self.user {
            Some(_) => Ok(()),
            None => Err(UrlError::new(
                "missing_user",
                "This mechanism needs a user name.",
                self.mechanism.value_span,
            )
            .field("user")),
        }
    }

    fn takes_no_password(&self) -> Result<(), UrlError> {
        match self.password_span {
            Some(span) => Err(UrlError::new(
                "unexpected_password",
                "This mechanism takes no password.",
                span,
            )
            .field("password")),
            None => Ok(()),
        }
    }

    fn needs_external_source(&self) -> Result<(), UrlError> {
        match self.source {
            Some(source) if source.value != "$external" && !has_reference(&source.value) => {
                Err(UrlError::new(
                    "invalid_auth_source",
                    "With this mechanism authSource can only be $external.",
                    source.value_span,
                )
                .field("option:authSource"))
            }
            _ => Ok(()),
        }
    }

    /// The properties as pairs; text that is no pair has been warned of.
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties
            .into_iter()
            .filter(|_| !self.properties_hidden)
            .flat_map(|option| {
                option
                    .value
                    .split(',')
                    .filter_map(|pair| pair.split_once(':'))
            })
    }

    fn refuse_property(&self, message: &str) -> UrlError {
        let span = self
            .properties
            .map_or(self.mechanism.value_span, |option| option.value_span);
        UrlError::new("invalid_property", message, span).field("option:authMechanismProperties")
    }

    fn check_canonicalization(&self) -> Result<(), UrlError> {
        let allowed = ["true", "false", "none", "forward", "forwardAndReverse"];
        let wrong = self
            .pairs()
            .any(|(key, value)| key == "CANONICALIZE_HOST_NAME" && !allowed.contains(&value));
        if wrong {
            return Err(self.refuse_property(
                "CANONICALIZE_HOST_NAME is one of none, forward, forwardAndReverse, true, false.",
            ));
        }
        Ok(())
    }

    fn check_oidc(&self) -> Result<(), UrlError> {
        if self
            .properties
            .is_some_and(|option| has_reference(&option.value))
        {
            return Ok(());
        }
        if self
            .pairs()
            .any(|(key, _)| !matches!(key, "ENVIRONMENT" | "TOKEN_RESOURCE"))
        {
            return Err(
                self.refuse_property("MONGODB-OIDC takes ENVIRONMENT and TOKEN_RESOURCE only.")
            );
        }
        let environment = self
            .pairs()
            .find(|(key, _)| *key == "ENVIRONMENT")
            .map(|(_, value)| value);
        let has_resource = self.pairs().any(|(key, _)| key == "TOKEN_RESOURCE");
        match environment {
            None => Err(self.refuse_property("MONGODB-OIDC needs the property ENVIRONMENT.")),
            Some("test" | "k8s") if self.user.is_some() => {
                Err(self.refuse("unexpected_user", "This environment takes no user name."))
            }
            Some("gcp") if self.user.is_some() => {
                Err(self.refuse("unexpected_user", "This environment takes no user name."))
            }
            Some("azure" | "gcp") if !has_resource => {
                Err(self.refuse_property("This environment needs the property TOKEN_RESOURCE."))
            }
            Some("test" | "k8s" | "azure" | "gcp") => Ok(()),
            Some(_) => Err(self.refuse_property("ENVIRONMENT is one of azure, gcp, k8s, test.")),
        }
    }
}
