//! Tables and what they are made of.

use std::collections::{BTreeMap, HashMap};

use engines::RunError;

use super::texts::{mysql_default, unescaped};
use super::{Reading, join, quoted};
use crate::read::OWN;
use crate::rows::Row;
use crate::{Object, ObjectKey};

impl Reading<'_> {
    pub(super) async fn tables(&mut self) -> Result<(), RunError> {
        let rows = self
            .rows(
                "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT
                FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
            )
            .await?;
        for row in rows {
            let name = row.name(0);
            if name.starts_with(OWN) {
                continue;
            }
            let mut object = Object::default();
            match row.name(1).as_str() {
                "BASE TABLE" => {}
                "SYSTEM VERSIONED" => object.mark("system versioned", true),
                "SEQUENCE" => {
                    self.sequences.push(name);
                    continue;
                }
                _ => continue,
            }
            object.set("engine", row.text(2));
            object.set("collation", row.text(3));
            let options = row.name(4);
            let mut options: Vec<&str> = options.split_ascii_whitespace().collect();
            let all = options.len();
            options.retain(|option| *option != "partitioned");
            self.partitioned |= options.len() < all;
            options.sort_unstable();
            object.set("options", (!options.is_empty()).then(|| options.join(" ")));
            object.set("comment", row.text(5).filter(|text| !text.is_empty()));
            self.snapshot.add("table", join(&[&name]), object);
            self.tables.insert(name);
        }
        Ok(())
    }

    /// Partitions, as the statement says them. The table is opened for each, so that nothing is asked where there are none.
    pub(super) async fn partitions(&mut self) -> Result<(), RunError> {
        if !self.partitioned {
            return Ok(());
        }
        let rows = self
            .rows(
                "SELECT TABLE_NAME, PARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION,
                    PARTITION_NAME, PARTITION_DESCRIPTION, PARTITION_ORDINAL_POSITION
                FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND PARTITION_NAME IS NOT NULL
                ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION",
            )
            .await?;
        let mut texts: BTreeMap<String, (String, Vec<String>, u64, usize)> = BTreeMap::new();
        for row in rows {
            let method = row.name(1);
            let (_, parts, last, subparts) = texts.entry(row.name(0)).or_insert_with(|| {
                let mut text = format!("{method} ({})", row.name(2));
                if let Some(sub) = row.text(3) {
                    text.push_str(&format!("\nSUBPARTITION BY {sub} ({})", row.name(4)));
                }
                (text, Vec::new(), 0, 0)
            });
            let number = row.number(7);
            if *last == number {
                *subparts += 1;
                continue;
            }
            if row.text(3).is_some() && parts.is_empty() {
                *subparts = 1;
            }
            *last = number;
            let name = quoted(&row.name(5));
            let description = row.text(6).unwrap_or_default();
            parts.push(if method.starts_with("RANGE") {
                let description = match description.as_str() {
                    "MAXVALUE" => description,
                    values => format!("({values})"),
                };
                format!("PARTITION {name} VALUES LESS THAN {description}")
            } else if method.starts_with("LIST") {
                format!("PARTITION {name} VALUES IN ({description})")
            } else {
                format!("PARTITION {name}")
            });
        }
        for (table, (mut text, parts, _, subparts)) in texts {
            if subparts > 0 {
                let each = subparts.div_ceil(parts.len().max(1));
                text.push_str(&format!("\nSUBPARTITIONS {each}"));
            }
            text.push_str(&format!("\n({})", parts.join(",\n ")));
            let key = ObjectKey::new("table", join(&[&table]));
            if let Some(object) = self.snapshot.objects.get_mut(&key) {
                object.set("partitions", Some(text));
            }
        }
        Ok(())
    }

    pub(super) async fn columns(&mut self) -> Result<(), RunError> {
        let rows = self
            .rows(
                "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION,
                    COLLATION_NAME, ORDINAL_POSITION, COLUMN_COMMENT
                FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?",
            )
            .await?;
        for row in rows {
            let table = row.name(0);
            if self.tables.contains(&table) {
                let object = self.column(&row);
                let name = join(&[&table, &row.name(1)]);
                self.snapshot.add("column", name, object);
            }
        }
        Ok(())
    }

    fn column(&self, row: &Row) -> Object {
        let mut object = Object {
            position: u32::try_from(row.number(8)).ok(),
            ..Object::default()
        };
        let (column_type, extra) = (row.name(2), row.name(5));
        let lower = extra.to_ascii_lowercase();
        let generated = row.text(6).filter(|text| !text.is_empty());
        object.mark("not null", row.name(3) == "NO");
        object.mark("auto increment", lower.contains("auto_increment"));
        object.mark(
            "invisible",
            lower.split(' ').any(|word| word == "invisible"),
        );
        if let Some(at) = lower.find("on update ") {
            let rest = extra.get(at + "on update ".len()..).unwrap_or_default();
            object.set("on update", rest.split(' ').next());
        }
        match generated {
            Some(expression) => {
                let stored = lower.contains("stored") || lower.contains("persistent");
                let stored = if stored { "STORED" } else { "VIRTUAL" };
                let expression = self.expression(&expression);
                object.set("generated", Some(format!("({expression}) {stored}")));
            }
            None => {
                let default = row.text(4).filter(|text| !(self.mariadb && text == "NULL"));
                let default = default.map(|text| {
                    if self.mariadb {
                        text
                    } else {
                        mysql_default(&text, &column_type, &extra)
                    }
                });
                object.set("default", default);
            }
        }
        object.set("type", Some(column_type));
        object.set("collation", row.text(7));
        object.set("comment", row.text(9).filter(|text| !text.is_empty()));
        object
    }

    fn expression(&self, text: &str) -> String {
        if !self.mariadb && self.version >= (8, 0, 0) {
            unescaped(text)
        } else {
            text.to_owned()
        }
    }

    pub(super) async fn indexes(&mut self) -> Result<(), RunError> {
        let expression = !self.mariadb && self.version >= (8, 0, 13);
        let hidden = match (self.mariadb, self.version) {
            (true, version) if version >= (10, 6, 0) => "IGNORED = 'YES'",
            (false, version) if version >= (8, 0, 0) => "IS_VISIBLE = 'NO'",
            _ => "0",
        };
        let statement = format!(
            "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, SUB_PART, COLLATION, {}, {hidden}, SEQ_IN_INDEX
            FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ?",
            if expression { "EXPRESSION" } else { "NULL" },
        );
        let mut rows = self.rows(&statement).await?;
        rows.sort_by_key(|row| row.number(9));
        let mut indexes: BTreeMap<(String, String), (Row, Vec<String>)> = BTreeMap::new();
        for row in rows {
            if !self.tables.contains(&row.name(0)) {
                continue;
            }
            let mut part = match (row.text(4), row.text(7)) {
                (Some(column), _) => quoted(&column),
                (None, expression) => {
                    format!("({})", self.expression(&expression.unwrap_or_default()))
                }
            };
            if let Some(length) = row.text(5).filter(|_| row.name(3) != "SPATIAL") {
                part.push_str(&format!("({length})"));
            }
            if row.text(6).as_deref() == Some("D") {
                part.push_str(" DESC");
            }
            indexes
                .entry((row.name(0), row.name(1)))
                .or_insert_with(|| (row, Vec::new()))
                .1
                .push(part);
        }
        for ((table, index), (row, parts)) in indexes {
            let index_type = row.name(3);
            let what = match index_type.as_str() {
                "FULLTEXT" => "FULLTEXT KEY",
                "SPATIAL" => "SPATIAL KEY",
                _ if index == "PRIMARY" => "PRIMARY KEY",
                _ if !row.is(2) => "UNIQUE KEY",
                _ => "KEY",
            };
            let using = match index_type.as_str() {
                "BTREE" | "FULLTEXT" | "SPATIAL" => String::new(),
                other => format!(" USING {other}"),
            };
            let mut object = Object::default();
            object.set(
                "definition",
                Some(format!("{what} ({}){using}", parts.join(", "))),
            );
            object.mark("invisible", row.is(8));
            self.snapshot.add("index", join(&[&table, &index]), object);
        }
        Ok(())
    }

    pub(super) async fn foreign_keys(&mut self) -> Result<(), RunError> {
        let rules = self
            .rows(
                "SELECT TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE
                FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?",
            )
            .await?;
        let mut columns = self
            .rows(
                "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,
                    REFERENCED_COLUMN_NAME, ORDINAL_POSITION
                FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL",
            )
            .await?;
        columns.sort_by_key(|row| row.number(6));
        let mut keys: HashMap<(String, String), Vec<Row>> = HashMap::new();
        for row in columns {
            keys.entry((row.name(0), row.name(1)))
                .or_default()
                .push(row);
        }
        for rule in rules {
            let key = (rule.name(0), rule.name(1));
            let Some(columns) = keys.get(&key).filter(|_| self.tables.contains(&key.0)) else {
                continue;
            };
            let list = |column: usize| {
                let names: Vec<String> = columns
                    .iter()
                    .map(|row| quoted(&row.name(column)))
                    .collect();
                names.join(", ")
            };
            let Some(first) = columns.first() else {
                continue;
            };
            let schema = first.name(3);
            let other = if schema == self.database {
                quoted(&first.name(4))
            } else {
                format!("{}.{}", quoted(&schema), quoted(&first.name(4)))
            };
            let mut definition =
                format!("FOREIGN KEY ({}) REFERENCES {other} ({})", list(2), list(5));
            for (event, column) in [("DELETE", 2), ("UPDATE", 3)] {
                let rule = rule.name(column);
                // Both are the server's way of refusing, and which one it tells of depends on its version.
                if !matches!(rule.as_str(), "RESTRICT" | "NO ACTION") {
                    definition.push_str(&format!(" ON {event} {rule}"));
                }
            }
            let mut object = Object::default();
            object.set("definition", Some(definition));
            let name = join(&[&key.0, &key.1]);
            self.snapshot.add("constraint", name, object);
        }
        Ok(())
    }

    pub(super) async fn checks(&mut self) -> Result<(), RunError> {
        let statement = if self.mariadb {
            if self.version < (10, 2, 22) {
                return Ok(());
            }
            // The level came with 10.5.10 and its like; before, a check of a column is told like one of the table.
            let level = self.version >= (10, 5, 10);
            format!(
                "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, {}, 'YES'
                FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?",
                if level { "LEVEL" } else { "'Table'" }
            )
        } else if self.version >= (8, 0, 16) {
            "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, 'Table', t.ENFORCED
                FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t
                    ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME
                        AND t.CONSTRAINT_TYPE = 'CHECK'
                WHERE c.CONSTRAINT_SCHEMA = ?"
                .to_owned()
        } else {
            return Ok(());
        };
        for row in self.rows(&statement).await? {
            let table = row.name(0);
            if !self.tables.contains(&table) {
                continue;
            }
            let clause = self.expression(&row.name(2));
            let clause = if self.mariadb {
                format!("({clause})")
            } else {
                clause
            };
            let enforced = if row.name(4) == "NO" {
                " NOT ENFORCED"
            } else {
                ""
            };
            let mut object = Object::default();
            object.set("definition", Some(format!("CHECK {clause}{enforced}")));
            let column = row.name(3).eq_ignore_ascii_case("column");
            object.set("level", column.then_some("column"));
            let name = join(&[&table, &row.name(1)]);
            self.snapshot.add("constraint", name, object);
        }
        Ok(())
    }
}
