//! `tapedeck exec`: each database's real URL in an environment variable of a child process, and nowhere else.

use std::collections::BTreeMap;

use catalog::SubjectKind;
use zeroize::Zeroizing;

use crate::{AppError, Result, Workbench};

/// The name that tools without a choice of their own read.
const DEFAULT_NAME: &str = "DATABASE_URL";

/// Variables for a child process. `Debug` shows the names only.
pub struct EnvironmentVariables(Vec<(String, Zeroizing<String>)>);

impl EnvironmentVariables {
    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for EnvironmentVariables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// `orders-db` → `ORDERS_DB_DATABASE_URL`.
fn variable_name(tag: &str) -> String {
    let upper: String = tag
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("{upper}_{DEFAULT_NAME}")
}

impl Workbench {
    /// The real URL of every database that a product has in an environment.
    ///
    /// `chosen` maps a variable's name to a database's tag (`--var NAME=DB`).
    ///
    /// # Errors
    /// `refused` for an inactive environment, `secret_missing` naming everything that lacks, `not_found`.
    pub async fn environment_variables(
        &self,
        product: String,
        env: String,
        chosen: BTreeMap<String, String>,
    ) -> Result<EnvironmentVariables> {
        let databases = {
            let (product, env) = (product.clone(), env.clone());
            self.on_catalog(move |catalog| {
                let environment = catalog.fetch_environment(&product, &env)?;
                Ok((environment.active, catalog.fetch_databases(&product)?))
            })
            .await?
        };
        let (active, databases) = databases;
        if !active {
            return Err(AppError::refused(format!(
                "The environment {env} is inactive and runs nothing. Activate it first: tapedeck env update {product} {env} --active."
            )));
        }
        for (name, tag) in &chosen {
            if !is_variable_name(name) {
                return Err(AppError::new(
                    "usage",
                    format!("\u{201c}{name}\u{201d} can't be the name of a variable."),
                ));
            }
            match databases.iter().find(|database| database.tag == *tag) {
                None => return Err(AppError::not_found("database", tag)),
                Some(database) if database.config(&env).is_none() => {
                    return Err(AppError::new(
                        "not_found",
                        format!("{tag} has no connection for {env}."),
                    ));
                }
                Some(_) => {}
            }
        }
        let mut variables: Vec<(String, Zeroizing<String>)> = Vec::new();
        let mut by_name: BTreeMap<String, String> = BTreeMap::new();
        let mut missing = Vec::new();
        for database in &databases {
            let Some(config) = database.config(&env) else {
                continue;
            };
            let name = variable_name(&database.tag);
            if let Some(other) = by_name.insert(name.clone(), database.tag.clone()) {
                return Err(AppError::refused(format!(
                    "{other} and {} would both be {name}. Rename one of them, or choose names with --var.",
                    database.tag
                )));
            }
            match self.real_url(database, config).await {
                Ok(url) => {
                    let value = Zeroizing::new(url.expose().to_owned());
                    for (chosen_name, _) in chosen.iter().filter(|(_, tag)| **tag == database.tag) {
                        variables.push((chosen_name.clone(), value.clone()));
                    }
                    if databases.len() == 1 && !chosen.contains_key(DEFAULT_NAME) {
                        variables.push((DEFAULT_NAME.to_owned(), value.clone()));
                    }
                    variables.push((name, value));
                }
                Err(error) if error.code == "secret_missing" => {
                    missing.push(format!("{}@{env}: {}", database.tag, error.message));
                }
                Err(error) => return Err(error),
            }
        }
        if !missing.is_empty() {
            return Err(AppError::new("secret_missing", missing.join(" ")).retryable());
        }
        let label = format!("{product}@{env}");
        let summary = format!(
            "{} connection URLs were handed to a command.",
            by_name.len()
        );
        self.note("exec", SubjectKind::Product, &product, label, summary)
            .await?;
        Ok(EnvironmentVariables(variables))
    }
}

fn is_variable_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_upper_case_with_underscores() {
        assert_eq!(variable_name("orders-db_2"), "ORDERS_DB_2_DATABASE_URL");
    }

    #[test]
    fn debug_shows_no_value() {
        let variables = EnvironmentVariables(vec![("A".to_owned(), "c4n4ry".to_owned().into())]);
        assert_eq!(format!("{variables:?}"), "[\"A\"]");
    }
}
