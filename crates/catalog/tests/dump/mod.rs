//! A SQLite file as text that can be read, compared and committed.

use std::collections::BTreeMap;

use rusqlite::Connection;

/// The rows of a table, as SQL values, in the order of their text.
#[derive(Clone, PartialEq, Debug)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Each row as the values of an INSERT.
    pub rows: Vec<String>,
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The statements that make the tables and indexes.
pub fn schema(connection: &Connection) -> Vec<String> {
    texts(
        connection,
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
}

fn rows_of(connection: &Connection, table: &str, columns: Vec<String>) -> Rows {
    let quoted: Vec<String> = columns
        .iter()
        .map(|column| format!("quote({column})"))
        .collect();
    let sql = format!("SELECT {} FROM {table}", quoted.join(" || ', ' || "));
    let mut rows = texts(connection, &sql);
    rows.sort();
    Rows { columns, rows }
}

/// Every row of every table.
pub fn rows(connection: &Connection) -> BTreeMap<String, Rows> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let of = |table: String| {
        let columns = texts(
            connection,
            &format!("SELECT name FROM pragma_table_info('{table}')"),
        );
        let rows = rows_of(connection, &table, columns);
        (table, rows)
    };
    texts(connection, sql).into_iter().map(of).collect()
}

/// The same tables and columns as `before`, as they are now.
pub fn rows_in(connection: &Connection, before: &BTreeMap<String, Rows>) -> BTreeMap<String, Rows> {
    before
        .iter()
        .map(|(table, rows)| {
            (
                table.clone(),
                rows_of(connection, table, rows.columns.clone()),
            )
        })
        .collect()
}

/// The whole file as SQL.
pub fn write(connection: &Connection) -> String {
    let pragma = |name: &str| -> i64 {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            .unwrap()
    };
    let mut text = String::from("BEGIN;\n");
    for statement in schema(connection) {
        text.push_str(&format!("{statement};\n"));
    }
    for (table, rows) in rows(connection) {
        for row in rows.rows {
            text.push_str(&format!(
                "INSERT INTO {table} ({}) VALUES ({row});\n",
                rows.columns.join(", ")
            ));
        }
    }
    for name in ["application_id", "user_version"] {
        text.push_str(&format!("PRAGMA {name} = {};\n", pragma(name)));
    }
    text.push_str("COMMIT;\n");
    text
}
