//! The matrix as it crosses to the page. A thousand databases in eight environments are 8,000 cells: with a name before
//! each value they are five megabytes, and most of a second's fifth went on carrying and reading those.

use std::collections::HashMap;

use serde::Serialize;
use ts_rs::TS;

use super::{CellTest, ConfigView, DatabaseView, EnvironmentView, MatrixView, ProductView};

/// A [`MatrixView`] whose cells have no names before their values, and whose repeated texts stand once.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PackedMatrix {
    /// The product.
    pub product: ProductView,
    /// Columns, in order.
    pub environments: Vec<EnvironmentView>,
    /// Rows, by name.
    pub databases: Vec<PackedDatabase>,
    /// What cells name by its place here.
    pub texts: Vec<String>,
}

/// A row. Fields as in [`DatabaseView`], but for its cells.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
#[expect(missing_docs, reason = "as in DatabaseView")]
pub struct PackedDatabase {
    pub id: String,
    pub name: String,
    pub tag: String,
    #[serde(rename = "type")]
    pub database_type: String,
    pub description: Option<String>,
    /// In the order of the product's environments.
    pub cells: Vec<PackedCell>,
    pub actions: u32,
    pub migrations: u32,
    #[ts(type = "number")]
    pub revision: u64,
    pub created_at: String,
    pub updated_at: String,
}

/// Id, slug (a text), URL, target, whether a secret is needed, last test; then, where there are any, references and
/// description.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PackedCell(
    String,
    u32,
    String,
    PackedTarget,
    bool,
    Option<PackedTest>,
    Vec<String>,
    Option<String>,
);

/// Where a cell points: mostly a part of its URL.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(untagged)]
#[ts(export)]
pub enum PackedTarget {
    /// From and to, in characters of a URL that is ASCII.
    Part(u32, u32),
    /// Anything else.
    Text(String),
}

/// Whether it connected, stage (a text), latency in milliseconds, version (a text), what failed (a text).
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PackedTest(bool, u32, Option<f64>, Option<u32>, Option<u32>);

/// Texts that repeat, each once.
#[derive(Default)]
struct Texts(HashMap<String, u32>);

impl Texts {
    fn place(&mut self, text: String) -> u32 {
        let next = place_of(self.0.len());
        *self.0.entry(text).or_insert(next)
    }

    fn in_order(self) -> Vec<String> {
        let mut texts: Vec<_> = self.0.into_iter().collect();
        texts.sort_unstable_by_key(|(_, place)| *place);
        texts.into_iter().map(|(text, _)| text).collect()
    }
}

/// Offsets and counts of a page's texts, none of which comes near four thousand million.
fn place_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl From<MatrixView> for PackedMatrix {
    fn from(matrix: MatrixView) -> Self {
        let mut texts = Texts::default();
        let databases = matrix
            .databases
            .into_iter()
            .map(|row| packed_row(row, &mut texts))
            .collect();
        Self {
            product: matrix.product,
            environments: matrix.environments,
            databases,
            texts: texts.in_order(),
        }
    }
}

fn packed_row(row: DatabaseView, texts: &mut Texts) -> PackedDatabase {
    PackedDatabase {
        id: row.id,
        name: row.name,
        tag: row.tag,
        database_type: row.database_type,
        description: row.description,
        cells: row
            .envs
            .into_iter()
            .map(|cell| packed_cell(cell, texts))
            .collect(),
        actions: row.actions,
        migrations: row.migrations,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn packed_cell(cell: ConfigView, texts: &mut Texts) -> PackedCell {
    let target = match cell.connection_url.find(&cell.target) {
        Some(start) if cell.connection_url.is_ascii() => {
            PackedTarget::Part(place_of(start), place_of(start + cell.target.len()))
        }
        _ => PackedTarget::Text(cell.target),
    };
    PackedCell(
        cell.id,
        texts.place(cell.slug),
        cell.connection_url,
        target,
        cell.needs_secret,
        cell.last_test.map(|test| packed_test(test, texts)),
        cell.references,
        cell.description,
    )
}

fn packed_test(test: CellTest, texts: &mut Texts) -> PackedTest {
    PackedTest(
        test.connected,
        texts.place(test.stage),
        test.latency_ms,
        test.version.map(|version| texts.place(version)),
        test.failure.map(|failure| texts.place(failure)),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::packed_cell;
    use crate::dto::{CellTest, ConfigView};

    fn cell(slug: &str, connection_url: &str, target: &str) -> ConfigView {
        ConfigView {
            id: "id".to_owned(),
            slug: slug.to_owned(),
            connection_url: connection_url.to_owned(),
            description: None,
            target: target.to_owned(),
            needs_secret: true,
            references: vec!["KEY".to_owned()],
            last_test: Some(CellTest {
                connected: false,
                stage: "tcp".to_owned(),
                latency_ms: Some(2.5),
                version: None,
                failure: Some("dev".to_owned()),
            }),
        }
    }

    #[test]
    fn a_target_is_a_part_of_an_ascii_url_and_repeated_texts_stand_once() {
        let mut texts = super::Texts::default();
        let packed = [
            cell("dev", "mysql://a:***@db/orders?tls=true", "db/orders"),
            cell("prd", "mysql://dö/orders", "dö/orders"),
            cell("dev", "mysql://a,b/orders", "a +1/orders"),
            cell("dev", "no URL", ""),
        ]
        .map(|cell| packed_cell(cell, &mut texts));
        let test = json!([false, 1, 2.5, null, 0]);
        assert_eq!(
            serde_json::to_value(packed).expect("plain data"),
            json!([
                [
                    "id",
                    0,
                    "mysql://a:***@db/orders?tls=true",
                    [14, 23],
                    true,
                    test,
                    ["KEY"],
                    null
                ],
                [
                    "id",
                    2,
                    "mysql://dö/orders",
                    "dö/orders",
                    true,
                    test,
                    ["KEY"],
                    null
                ],
                [
                    "id",
                    0,
                    "mysql://a,b/orders",
                    "a +1/orders",
                    true,
                    test,
                    ["KEY"],
                    null
                ],
                ["id", 0, "no URL", [0, 0], true, test, ["KEY"], null],
            ])
        );
        assert_eq!(texts.in_order(), ["dev", "tcp", "prd"]);
    }
}
