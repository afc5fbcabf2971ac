//! The `type` of an action, and whether what its template does agrees.

use serde::{Deserialize, Serialize};

/// What an action is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionType {
    /// Reads rows or documents.
    Read,
    /// Counts them.
    Count,
    /// Adds some.
    Create,
    /// Changes some.
    Update,
    /// Removes some.
    Delete,
    /// Reads what is made from many.
    Aggregate,
}

impl ActionType {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Count => "count",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Aggregate => "aggregate",
        }
    }

    /// Whether an action of this type changes anything.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

/// What a template does, as far as `type` is about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Deed {
    /// It reads.
    Reads,
    /// It adds rows or documents.
    Creates,
    /// It changes them.
    Updates,
    /// It removes them.
    Deletes,
    /// It adds, changes or removes, and more is not known: `MERGE`, `CALL`, `$merge`, a schema change.
    Writes,
    /// It can't be read.
    Unknown,
}

/// An action whose `type` says something else than its template.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Disagreement {
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
}

impl ActionType {
    /// Whether the deeds of a template fit this type. A deed that can't be read fits each: the guards treat it as a write.
    ///
    /// # Errors
    /// When a type that reads has a template that writes, or one that writes has none of its kind.
    pub fn agrees(self, deeds: &[Deed]) -> Result<(), Disagreement> {
        let name = self.as_str();
        if !self.writes() {
            if deeds
                .iter()
                .all(|deed| matches!(deed, Deed::Reads | Deed::Unknown))
            {
                return Ok(());
            }
            return Err(Disagreement {
                code: "type_writes",
                message: format!(
                    "An action of the type {name} only reads, and this template writes."
                ),
            });
        }
        let own = match self {
            Self::Create => Deed::Creates,
            Self::Update => Deed::Updates,
            _ => Deed::Deletes,
        };
        let fits = |deed: &Deed| *deed == own || matches!(deed, Deed::Writes | Deed::Unknown);
        if deeds.iter().any(fits) {
            return Ok(());
        }
        Err(Disagreement {
            code: "type_mismatch",
            message: format!(
                "An action of the type {name} needs a template that does so, and this one does not."
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_reads_never_writes() {
        for kind in [ActionType::Read, ActionType::Count, ActionType::Aggregate] {
            assert_eq!(kind.agrees(&[Deed::Reads, Deed::Unknown]), Ok(()));
            for deed in [Deed::Creates, Deed::Updates, Deed::Deletes, Deed::Writes] {
                let refused = kind.agrees(&[Deed::Reads, deed]).unwrap_err();
                assert_eq!(refused.code, "type_writes");
            }
        }
        assert_eq!(
            ActionType::Update.agrees(&[Deed::Reads, Deed::Updates]),
            Ok(())
        );
        assert_eq!(ActionType::Create.agrees(&[Deed::Writes]), Ok(()));
        for deed in [Deed::Reads, Deed::Updates, Deed::Creates] {
            let refused = ActionType::Delete.agrees(&[deed]).unwrap_err();
            assert_eq!(refused.code, "type_mismatch");
        }
    }
}
