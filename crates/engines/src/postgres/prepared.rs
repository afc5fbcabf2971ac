//! Statements that are prepared at the server, kept by their text and the types of their values.

use std::sync::Arc;

use postgres_protocol::message::{backend, frontend};

use super::channel::{Fields, Reported, Transaction};
use super::query::{PostgresSession, Run, Trouble};
use super::session::simple;
use super::values::{Written, oid, own_type, type_name};
use crate::session::{Column, Parameter};

/// More prepared statements are not kept at once.
const MOST_PREPARED: usize = 64;

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
        let unspecified = vec![oid::UNSPECIFIED; own.len()];
        let first = self.parse(statement, &unspecified).await;
        let wanted: Vec<u32> = match &first {
            Ok((_, inferred)) => own
                .iter()
                .zip(inferred)
                .map(|(own, inferred)| {
                    let text = matches!(*inferred, oid::TEXT | oid::UNKNOWN);
                    if text { *own } else { oid::UNSPECIFIED }
                })
                .collect(),
            // "could not determine data type of parameter", "operator is not unique": the types that they have must do.
            Err(Trouble::Server(reported))
                if matches!(reported.code.as_str(), "42P18" | "42725") =>
            {
                own.iter()
                    .map(|own| {
                        if *own == oid::UNSPECIFIED {
                            oid::TEXT
                        } else {
                            *own
                        }
                    })
                    .collect()
            }
            Err(_) => Vec::new(),
        };
        // In a transaction a failed attempt would end it.
        let again = wanted.iter().any(|own| *own != oid::UNSPECIFIED)
            && !(self.channel.transaction != Transaction::None && first.is_ok());
        let result = if again {
            match (self.parse(statement, &wanted).await, first) {
                (Ok(second), first) => {
                    if let Ok((first, _)) = first {
                        frontend::close(b'S', &first.name, &mut self.channel.output)?;
                    }
                    Ok(second)
                }
                (Err(Trouble::Server(_)), Ok(first)) => Ok(first),
                (Err(trouble), _) => Err(trouble),
            }
        } else {
            first
        };
        let (prepared, _) = result?;
        self.prepared.insert(key.clone(), prepared);
        Ok(key)
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
        match simple(&mut self.channel, "DEALLOCATE ALL").await? {
            Ok(_) => Ok(()),
            Err(reported) => Err(Trouble::Server(reported)),
        }
    }
}
