//! Statements that are prepared at the server, kept by their text and the types of their values.

use std::sync::Arc;

use postgres_protocol::message::{backend, frontend};

use super::channel::{Fields, Reported, Transaction};
use super::query::{PostgresSession, Run, Trouble};
use super::session::simple;
use super::values::{Written, fallback_type, oid, own_type, stands_for, type_name};
use crate::session::{Column, Parameter};

/// More prepared statements are not kept at once.
pub(super) const MOST_PREPARED: usize = 64;

/// A prepared statement.
pub(super) struct Prepared {
    pub(super) name: String,
    pub(super) columns: Arc<[Column]>,
    pub(super) written: Arc<[Written]>,
    pub(super) parameters: usize,
}

impl PostgresSession {
    /// Prepares a statement, unless it is already. What is given back is its key in `prepared`.
    pub(super) async fn prepare(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
    ) -> Run<String> {
        // The same text may come with parameters of other types.
        let own: Vec<u32> = parameters.iter().map(own_type).collect();
        let key = format!("{own:?} {statement}");
        if self.prepared.contains_key(&key) {
            return Ok(key);
        }
        if self.prepared.len() >= MOST_PREPARED {
            self.forget().await?;
        }
        // In a transaction a failed attempt would end it, were it not for a savepoint.
        let kept = !own.is_empty() && self.channel.transaction == Transaction::Open;
        if kept {
            self.savepoint("SAVEPOINT").await?;
        }
        let result = self.prepare_as_fits(statement, parameters, kept).await;
        if kept && self.channel.transaction == Transaction::Open && result.is_ok() {
            // The extended protocol is between two messages.
            self.synchronise().await?;
            self.savepoint("RELEASE").await?;
        }
        self.prepared.insert(key.clone(), result?);
        Ok(key)
    }

    /// Prepares a statement with the types that the server infers. Where these say nothing, or are none in which the values can be
    /// read, with the types that the values have, if the server takes them.
    async fn prepare_as_fits(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
        kept: bool,
    ) -> Run<Prepared> {
        let own: Vec<u32> = parameters.iter().map(own_type).collect();
        let unspecified = vec![oid::UNSPECIFIED; own.len()];
        let first = self.parse(statement, &unspecified).await;
        let wanted: Vec<u32> = match &first {
            Ok((_, inferred)) => own
                .iter()
                .zip(inferred)
                .map(|(own, inferred)| match stands_for(*own, *inferred) {
                    true => oid::UNSPECIFIED,
                    false => *own,
                })
                .collect(),
            Err(Trouble::Server(reported)) => match reported.code.as_str() {
                // "could not determine data type of parameter", "operator is not unique", "could not determine polymorphic
                // type": the types that they have must do.
                "42P18" | "42725" | "42804" => parameters.iter().map(fallback_type).collect(),
                // "operator does not exist": of what was inferred of another one.
                "42883" => own.clone(),
                _ => Vec::new(),
            },
            Err(_) => Vec::new(),
        };
        if wanted.iter().all(|own| *own == oid::UNSPECIFIED) {
            return first.map(|(prepared, _)| prepared);
        }
        // Many functions and operators take the shorter integers only: days that are added to a date, the place in a list.
        let shorter: Vec<u32> = wanted
            .iter()
            .zip(parameters)
            .map(|(own, parameter)| match parameter {
                Parameter::Integer(digits)
                    if *own == oid::INT8 && digits.parse::<i32>().is_ok() =>
                {
                    oid::INT4
                }
                _ => *own,
            })
            .collect();
        let mut attempts = vec![wanted];
        if !attempts.contains(&shorter) {
            attempts.push(shorter);
        }
        let mut refused = None;
        for types in attempts {
            if kept && (first.is_err() || refused.is_some()) {
                self.savepoint("ROLLBACK TO").await?;
            }
            match self.parse(statement, &types).await {
                Ok((prepared, _)) => {
                    if let Ok((first, _)) = first {
                        frontend::close(b'S', &first.name, &mut self.channel.output)?;
                    }
                    return Ok(prepared);
                }
                Err(Trouble::Server(reported)) if !self.broken => refused = Some(reported),
                Err(trouble) => return Err(trouble),
            }
        }
        match (first, refused) {
            (Ok((first, _)), _) => {
                if kept {
                    self.savepoint("ROLLBACK TO").await?;
                }
                Ok(first)
            }
            // What is told is what the server says of the statement as it was written, where it says more than that.
            (Err(Trouble::Server(first)), Some(reported)) => {
                let says_more = matches!(first.code.as_str(), "42883" | "42804");
                Err(Trouble::Server(if says_more { first } else { reported }))
            }
            (Err(trouble), _) => Err(trouble),
        }
    }

    /// Sets, uses or gives up the savepoint behind which a statement is prepared. A person's own of that name is hidden
    /// meanwhile, and unharmed.
    async fn savepoint(&mut self, what: &str) -> Run<()> {
        simple(&mut self.channel, &format!("{what} tapedeck_prepares"))
            .await?
            .map_err(Trouble::Server)?;
        Ok(())
    }

    /// Prepares a statement with these types; the answer has the types that the server took.
    async fn parse(&mut self, statement: &str, types: &[u32]) -> Run<(Prepared, Vec<u32>)> {
        self.made += 1;
        let name = format!("tapedeck_{}", self.made);
        let output = &mut self.channel.output;
        frontend::parse(&name, statement, types.iter().copied(), output)?;
        frontend::describe(b'S', &name, output)?;
        frontend::flush(output);
        self.channel.flush().await?;
        let mut inferred = Vec::new();
        let mut described: Vec<(String, u32)> = Vec::new();
        loop {
            let frame = self.channel.next().await?;
            let mut fields = Fields(frame.body);
            match frame.tag {
                backend::PARAMETER_DESCRIPTION_TAG => {
                    for _ in 0..fields.u16()? {
                        inferred.push(fields.u32()?);
                    }
                }
                backend::NO_DATA_TAG => break,
                backend::ROW_DESCRIPTION_TAG => {
                    for _ in 0..fields.u16()? {
                        let name = String::from_utf8_lossy(fields.text()?).into_owned();
                        // The table and the place of the column in it.
                        fields.bytes(6)?;
                        described.push((name, fields.u32()?));
                        // Size, modifier and format.
                        fields.bytes(8)?;
                    }
                    break;
                }
                backend::ERROR_RESPONSE_TAG => {
                    let reported = Box::new(Reported::parse(frame.body)?);
                    if reported.is_last() {
                        self.broken = true;
                    } else {
                        self.synchronise().await?;
                    }
                    return Err(Trouble::Server(reported));
                }
                _ => {}
            }
        }
        self.learn_types(&described).await?;
        let columns = described.iter().map(|(name, type_oid)| Column {
            name: name.clone(),
            type_name: type_name(*type_oid).map_or_else(
                || self.types.get(type_oid).cloned().unwrap_or_default(),
                str::to_owned,
            ),
        });
        let prepared = Prepared {
            name,
            columns: columns.collect(),
            written: described.iter().map(|(_, oid)| Written::of(*oid)).collect(),
            parameters: inferred.len(),
        };
        Ok((prepared, inferred))
    }

    /// Asks for the names of types that are not known yet.
    async fn learn_types(&mut self, described: &[(String, u32)]) -> Run<()> {
        for (_, type_oid) in described {
            if type_name(*type_oid).is_some() || self.types.contains_key(type_oid) {
                continue;
            }
            // The extended protocol is between two statements: `Sync` ends it, and the prepared statement stays.
            self.synchronise().await?;
            let query = format!("SELECT pg_catalog.format_type({type_oid}, NULL)");
            let name = match simple(&mut self.channel, &query).await? {
                Ok(name) => String::from_utf8_lossy(&name.unwrap_or_default()).into_owned(),
                Err(reported) => return Err(Trouble::Server(reported)),
            };
            self.types.insert(*type_oid, name);
        }
        Ok(())
    }

    /// Forgets every prepared statement here and at the server.
    async fn forget(&mut self) -> Run<()> {
        self.prepared.clear();
        self.named.clear();
        match simple(&mut self.channel, "DEALLOCATE ALL").await? {
            Ok(_) => Ok(()),
            Err(reported) => Err(Trouble::Server(reported)),
        }
    }
}
