//! What runs at the server: routines, triggers, events.

use std::collections::HashMap;

use engines::RunError;

use super::texts::literal;
use super::{Reading, join, quoted};
use crate::Object;
use crate::read::OWN;
use crate::rows::Row;

impl Reading<'_> {
    pub(super) async fn routines(&mut self) -> Result<(), RunError> {
        let mut parameters: HashMap<(String, String), Vec<Row>> = HashMap::new();
        let mut rows = self
            .rows(
                "SELECT SPECIFIC_NAME, ROUTINE_TYPE, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER, COLLATION_NAME,
                    CHARACTER_SET_NAME, ORDINAL_POSITION
                FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = ?",
            )
            .await?;
        rows.sort_by_key(|row| row.number(7));
        for row in rows {
            let key = (row.name(1), row.name(0));
            parameters.entry(key).or_default().push(row);
        }
        let routines = self
            .rows(
                "SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE,
                    ROUTINE_COMMENT
                FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE')",
            )
            .await?;
        let mut hidden = false;
        for row in routines {
            let (name, what) = (row.name(0), row.name(1));
            if name.starts_with(OWN) {
                continue;
            }
            hidden |= row.text(2).is_none();
            let parameters = parameters.remove(&(what.clone(), name.clone()));
            let mut object = Object::default();
            let definition = self.routine(&row, &parameters.unwrap_or_default());
            object.set("definition", Some(definition));
            let kind = if what == "FUNCTION" {
                "function"
            } else {
                "procedure"
            };
            self.snapshot.add(kind, join(&[&name]), object);
        }
        if hidden {
            self.hide(&["function", "procedure"]);
        }
        Ok(())
    }

    fn routine(&self, row: &Row, parameters: &[Row]) -> String {
        let typed = |row: &Row| {
            let kind = row.name(4);
            match (row.text(6), row.text(5)) {
                (Some(set), Some(collation))
                    if collation != self.collation && !kind.contains("CHARSET") =>
                {
                    format!("{kind} CHARSET {set} COLLATE {collation}")
                }
                _ => kind,
            }
        };
        let function = row.name(1) == "FUNCTION";
        let list: Vec<String> = parameters
            .iter()
            .filter(|parameter| parameter.number(7) > 0)
            .map(|parameter| {
                let text = format!("{} {}", quoted(&parameter.name(3)), typed(parameter));
                match parameter.text(2).filter(|_| !function) {
                    Some(mode) => format!("{mode} {text}"),
                    None => text,
                }
            })
            .collect();
        let mut text = format!(
            "CREATE {} {}({})",
            row.name(1),
            quoted(&row.name(0)),
            list.join(", ")
        );
        if let Some(returned) = parameters.iter().find(|parameter| parameter.number(7) == 0) {
            text.push_str(&format!("\nRETURNS {}", typed(returned)));
        }
        if row.name(3) == "YES" {
            text.push_str("\nDETERMINISTIC");
        }
        if row.name(4) != "CONTAINS SQL" {
            text.push_str(&format!("\n{}", row.name(4)));
        }
        if row.name(5) == "INVOKER" {
            text.push_str("\nSQL SECURITY INVOKER");
        }
        if let Some(comment) = row.text(6).filter(|comment| !comment.is_empty()) {
            text.push_str(&format!("\nCOMMENT {}", literal(&comment)));
        }
        format!("{text}\n{}", row.name(2))
    }

    pub(super) async fn triggers(&mut self) -> Result<(), RunError> {
        let rows = self
            .rows(
                "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT, ACTION_ORDER
                FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?",
            )
            .await?;
        for row in rows {
            let table = row.name(1);
            if !self.tables.contains(&table) {
                continue;
            }
            let mut object = Object::default();
            object.set("timing", Some(format!("{} {}", row.name(2), row.name(3))));
            object.set("statement", row.text(4));
            object.set("order", row.text(5).filter(|_| row.number(5) > 1));
            let name = join(&[&table, &row.name(0)]);
            self.snapshot.add("trigger", name, object);
        }
        Ok(())
    }

    /// Events. When one begins and ends is left out: unless it is said, it is the moment at which the event was made.
    pub(super) async fn events(&mut self) -> Result<(), RunError> {
        let rows = self
            .rows(
                "SELECT EVENT_NAME, EVENT_TYPE, INTERVAL_VALUE, INTERVAL_FIELD, EVENT_DEFINITION, ON_COMPLETION, STATUS
                FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?",
            )
            .await?;
        for row in rows {
            let (name, once) = (row.name(0), row.name(1) == "ONE TIME");
            let preserved = row.name(5) == "PRESERVE";
            // What happens once and is gone then is no part of a schema.
            if name.starts_with(OWN) || (once && !preserved) {
                continue;
            }
            let mut object = Object::default();
            let schedule = if once {
                "ONCE".to_owned()
            } else {
                format!("EVERY {} {}", literal(&row.name(2)), row.name(3))
            };
            object.set("schedule", Some(schedule));
            object.set("statement", row.text(4));
            object.set("on completion", preserved.then_some("preserve"));
            // The server switches one off that has happened.
            let enabled = match row.name(6).as_str() {
                "ENABLED" => None,
                "DISABLED" => Some("no"),
                _ => Some("not on replicas"),
            };
            object.set("enabled", enabled.filter(|_| !once));
            self.snapshot.add("event", join(&[&name]), object);
        }
        Ok(())
    }
}
