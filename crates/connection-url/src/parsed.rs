//! What a parser hands over: the parts and where each was written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::reference::find_references;
use crate::secret_slot::{canonical_name, slot_state};
use crate::{DatabaseType, Diagnostic, Host, Reference, SecretSlot, Span, UrlOption};

/// How a connection is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `scheme://…`.
    #[default]
    Url,
    /// libpq's `host=… dbname=…`.
    KeywordValue,
    /// One `$Secret{KEY}` that stands for a URL.
    Reference,
}

/// Where each part was written.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Layout {
    /// The scheme, without `://`.
    pub scheme: Span,
    /// The user name, when there is userinfo.
    pub user: Option<Span>,
    /// The password, when there is a colon in the userinfo.
    pub password: Option<Span>,
    /// The userinfo with its `@`; empty and right before the hosts when there is none.
    pub userinfo: Span,
    /// The list of hosts.
    pub hosts: Span,
    /// Each host with its port.
    pub host_items: Vec<Span>,
    /// What stands between the `/` and the query, when there is a `/`.
    pub database: Option<Span>,
    /// What follows the `?`, when there is one.
    pub query: Option<Span>,
}

/// The parts of a connection URL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub database_type: Option<DatabaseType>,
    pub form: Form,
    pub scheme: Option<String>,
    pub hosts: Vec<Host>,
    pub user: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub database: Option<String>,
    pub options: Vec<UrlOption>,
    pub slots: Vec<SecretSlot>,
    pub references: Vec<Reference>,
    pub warnings: Vec<Diagnostic>,
    pub hints: Vec<Diagnostic>,
    pub layout: Layout,
    /// How often each slot name came up; only while parsing.
    slot_counts: BTreeMap<String, usize>,
}

impl Parsed {
    pub fn new(database_type: Option<DatabaseType>, form: Form) -> Self {
        Self {
            database_type,
            form,
            scheme: None,
            hosts: Vec::new(),
            user: None,
            password: None,
            database: None,
            options: Vec::new(),
            slots: Vec::new(),
            references: Vec::new(),
            warnings: Vec::new(),
            hints: Vec::new(),
            layout: Layout::default(),
            slot_counts: BTreeMap::new(),
        }
    }

    /// Notes the place of a secret under a name that no other slot has.
    pub fn add_slot(&mut self, text: &str, name: String, span: Span) {
        let state = slot_state(span.of(text), self.form);
        let name = match self.slot_counts.get_mut(&name) {
            Some(count) => {
                *count += 1;
                format!("{name}#{count}")
            }
            None => {
                self.slot_counts.insert(name.clone(), 1);
                name
            }
        };
        self.slots.push(SecretSlot { name, span, state });
    }

    /// The slot name of an option.
    pub fn option_slot_name(&self, name: &str) -> String {
        let canonical = match self.database_type {
            Some(database_type) => canonical_name(database_type, name),
            None => name.to_ascii_lowercase(),
        };
        format!("option:{canonical}")
    }

    /// Puts the slots in the order of the text and notes the references.
    pub fn finish(&mut self, text: &str) {
        self.slot_counts.clear();
        self.slots.sort_by_key(|slot| slot.span);
        self.references = find_references(text);
    }
}
