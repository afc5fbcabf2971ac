//! Addresses as people write them: `product/database:tag@env`.

use std::fmt;
use std::str::FromStr;

use crate::{AppError, Result};

/// `product`, `product@env`, `product/database`, `product/database@env`, `product/database:tag`,
/// `product/database:tag@env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The product's tag.
    pub product: String,
    /// The database's tag.
    pub database: Option<String>,
    /// The tag of an action or a migration.
    pub tag: Option<String>,
    /// The environment's slug.
    pub env: Option<String>,
}

impl Address {
    /// The database's tag, where the command needs one.
    pub fn need_database(&self) -> Result<&str> {
        self.database
            .as_deref()
            .ok_or_else(|| usage(format!("Name a database: {}/DATABASE.", self.product)))
    }

    /// The database's tag and the action's, where the command needs both.
    pub fn need_action(&self) -> Result<(&str, &str)> {
        let database = self.need_database()?;
        let tag = self.tag.as_deref().ok_or_else(|| {
            usage(format!(
                "Name an action: {}/{database}:ACTION.",
                self.product
            ))
        })?;
        Ok((database, tag))
    }

    /// The database's tag and the migration's, where the command needs both.
    pub fn need_migration(&self) -> Result<(&str, &str)> {
        let database = self.need_database()?;
        let tag = self.tag.as_deref().ok_or_else(|| {
            usage(format!(
                "Name a migration: {}/{database}:MIGRATION.",
                self.product
            ))
        })?;
        Ok((database, tag))
    }

    /// The environment's slug, where the command needs one.
    pub fn need_env(&self) -> Result<&str> {
        self.env
            .as_deref()
            .ok_or_else(|| usage(format!("Name an environment: {self}@ENV.")))
    }
}

fn usage(message: String) -> AppError {
    AppError::new("usage", message)
}

impl FromStr for Address {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self> {
        let part = |part: &str| -> Result<String> {
            // Tags and slugs hold no separator, so that an address reads one way only.
            if part.is_empty() || part.contains(['/', ':', '@']) {
                return Err(usage(format!(
                    "\u{201c}{}\u{201d} is no address. Write PRODUCT, PRODUCT/DATABASE or PRODUCT/DATABASE@ENV.",
                    text.chars().take(80).collect::<String>()
                )));
            }
            Ok(part.to_owned())
        };
        let (rest, env) = match text.rsplit_once('@') {
            Some((rest, env)) => (rest, Some(part(env)?)),
            None => (text, None),
        };
        let (product, inside) = match rest.split_once('/') {
            Some((product, inside)) => (part(product)?, Some(inside)),
            None => (part(rest)?, None),
        };
        let (database, tag) = match inside.map(|inside| inside.split_once(':').ok_or(inside)) {
            None => (None, None),
            Some(Ok((database, tag))) => (Some(part(database)?), Some(part(tag)?)),
            Some(Err(database)) => (Some(part(database)?), None),
        };
        Ok(Self {
            product,
            database,
            tag,
            env,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.product)?;
        if let Some(database) = &self.database {
            write!(formatter, "/{database}")?;
        }
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(env) = &self.env {
            write!(formatter, "@{env}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_as_written() {
        for text in [
            "shop",
            "shop@dev",
            "shop/orders",
            "shop/orders@dev",
            "shop/orders:up",
            "shop/orders:up@prd",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "/",
            "shop/",
            "@dev",
            "shop@",
            "shop/a/b",
            "shop:tag",
            "a@b@c",
            "shop/orders:a:b",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error.code, "usage", "{text}");
        }
    }
}
