//! The matrix as it crosses to the page. A thousand databases in eight environments are 8,000 cells: with a name before
//! each value they are five megabytes, and most of a second's fifth went on carrying and reading those.

use std::collections::HashMap;

use serde::Serialize;
use ts_rs::TS;

use super::{CellTest, ConfigView, MatrixView};
use crate::view::count;

/// A [`MatrixView`] whose cells have no names before their values, and whose repeated texts stand once.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PackedMatrix {
    /// The matrix, its rows without their cells.
    pub matrix: MatrixView,
    /// The cells of each row, in the order of the rows; of a row, in the order of the product's environments.
    pub cells: Vec<Vec<PackedCell>>,
    /// What cells name by its place here.
    pub texts: Vec<String>,
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
        let next = count(self.0.len());
        *self.0.entry(text).or_insert(next)
    }

    fn in_order(self) -> Vec<String> {
        let mut texts: Vec<_> = self.0.into_iter().collect();
        texts.sort_unstable_by_key(|(_, place)| *place);
        texts.into_iter().map(|(text, _)| text).collect()
    }
}

impl From<MatrixView> for PackedMatrix {
    fn from(mut matrix: MatrixView) -> Self {
        let mut texts = Texts::default();
        let cells = matrix
            .databases
            .iter_mut()
            .map(|row| {
                std::mem::take(&mut row.envs)
                    .into_iter()
                    .map(|cell| packed_cell(cell, &mut texts))
                    .collect()
            })
            .collect();
        Self {
            matrix,
            cells,
            texts: texts.in_order(),
        }
    }
}

fn packed_cell(cell: ConfigView, texts: &mut Texts) -> PackedCell {
    let target = match cell.connection_url.find(&cell.target) {
        Some(start) if cell.connection_url.is_ascii() => {
            PackedTarget::Part(count(start), count(start + cell.target.len()))
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
