//! What a parser hands over: the parts and where each was written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
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
    pub host_items: SmallVec<[Span; 1]>,
    /// What stands between the `/` and the query, when there is a `/`.
    pub database: Option<Span>,
    /// What follows the `?`, when there is one.
    pub query: Option<Span>,
}

/// The parts of a connection URL. Most URLs have one host and one secret: no memory is asked for to list them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub database_type: Option<DatabaseType>,
    pub form: Form,
    pub scheme: Option<Cow<'static, str>>,
    pub hosts: SmallVec<[Host; 1]>,
    pub user: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub database: Option<String>,
    pub options: Vec<UrlOption>,
    pub slots: SmallVec<[SecretSlot; 1]>,
    pub references: Vec<Reference>,
    pub warnings: Vec<Diagnostic>,
    pub hints: Vec<Diagnostic>,
    pub layout: Layout,
    /// How often each slot name came up, once there are several; only while parsing.
    slot_counts: BTreeMap<String, usize>,
}

impl Parsed {
    pub fn new(database_type: Option<DatabaseType>, form: Form) -> Self {
        Self {
            database_type,
            form,
            scheme: None,
            hosts: SmallVec::new(),
            user: None,
            password: None,
            database: None,
            options: Vec::new(),
            slots: SmallVec::new(),
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
        let name = self.free_slot_name(name);
        self.slots.push(SecretSlot { name, span, state });
    }

    /// The name, with `#2` and so on after it where other slots have it.
    fn free_slot_name(&mut self, name: String) -> String {
        // Most URLs have one secret or two; a map of them is for those with thousands.
        const FEW: usize = 4;
        if self.slots.len() < FEW && self.slot_counts.is_empty() {
            let taken = |slot: &SecretSlot| {
                slot.name
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
            };
            return match self.slots.iter().filter(|slot| taken(slot)).count() {
                0 => name,
                count => format!("{name}#{}", count + 1),
            };
        }
        if self.slot_counts.is_empty() {
            for slot in &self.slots {
                let digits = slot
                    .name
                    .trim_end_matches(|last: char| last.is_ascii_digit());
                let base = digits.strip_suffix('#').unwrap_or(&slot.name);
                *self.slot_counts.entry(base.to_owned()).or_default() += 1;
            }
        }
        match self.slot_counts.get_mut(&name) {
            Some(count) => {
                *count += 1;
                format!("{name}#{count}")
            }
            None => {
                self.slot_counts.insert(name.clone(), 1);
                name
            }
        }
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
