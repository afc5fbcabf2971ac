//! The same action in two environments, its results compared row by row.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde_json::value::RawValue;

use crate::dto::{
    ActionCompareRequest, ActionRunRequest, ColumnView, ComparedRow, RowComparison, RunEvent,
    RunPage,
};
use crate::{AppError, Result, Workbench};

/// The most rows of each side.
const MOST_ROWS: u32 = 10_000;

/// The bytes of rows after which a side ends: the whole comparison crosses to the face at once.
const MOST_BYTES: u64 = 16 << 20;

/// A row: its cells as JSON text, so that no digit is lost.
type Row = Vec<Box<RawValue>>;

/// One side of a comparison.
#[derive(Default)]
struct Side {
    columns: Vec<ColumnView>,
    rows: Vec<Row>,
}

impl Workbench {
    /// Runs an action that only reads in two environments at once, and compares the results by a key.
    ///
    /// # Errors
    /// As [`Workbench::action_run`] for either side, with `detail.env`; `refused` for an action that writes; `not_comparable` where
    /// a column of the key is in only one of the results.
    pub async fn action_compare(&self, request: ActionCompareRequest) -> Result<RowComparison> {
        if request.left == request.right {
            return Err(AppError::refused("Choose two environments."));
        }
        let (left, right) = tokio::join!(
            self.compared_side(&request, &request.left, "left"),
            self.compared_side(&request, &request.right, "right")
        );
        let (left, left_page) = left?;
        let (right, right_page) = right?;
        let mut comparison = compare(left, right, &request.key)?;
        comparison.truncated = left_page.more || right_page.more;
        Ok(comparison)
    }

    /// Ends a comparison under way, both of its runs.
    pub async fn action_compare_cancel(&self, run_id: String) -> Result<()> {
        for side in ["left", "right"] {
            self.action_cancel(side_id(&run_id, side)).await?;
        }
        Ok(())
    }

    async fn compared_side(
        &self,
        request: &ActionCompareRequest,
        env: &str,
        side: &str,
    ) -> Result<(Side, RunPage)> {
        let named = |mut error: AppError| {
            error.message = format!("{env}: {}", error.message);
            error
        };
        let prepared = self
            .prepare_action(&request.action_id, env, &request.input)
            .await
            .map_err(named)?;
        if prepared.kind.writes() || prepared.bound.plan.writes {
            return Err(AppError::refused(
                "This action writes, or can't be read as one that does not. Only what reads can be compared.",
            ));
        }
        let run_id = side_id(&request.run_id, side);
        let run = ActionRunRequest {
            run_id: run_id.clone(),
            action_id: request.action_id.clone(),
            env: env.to_owned(),
            input: request.input.clone(),
            confirm: None,
            retries: 0,
            limit: Some(MOST_ROWS),
            bytes: Some(MOST_BYTES),
        };
        let collected = Mutex::new((Side::default(), None));
        let collect = |event| {
            let mut collected = collected.lock().unwrap_or_else(PoisonError::into_inner);
            match event {
                RunEvent::Columns { columns } => collected.0.columns = columns,
                RunEvent::Rows { rows } => match serde_json::from_str::<Vec<Row>>(rows.get()) {
                    Ok(rows) => collected.0.rows.extend(rows),
                    Err(error) => collected.1 = Some(AppError::internal(error)),
                },
                RunEvent::Connected { .. } | RunEvent::Retrying { .. } => {}
            }
        };
        let page = self
            .run_prepared(&prepared, &run, collect)
            .await
            .map_err(named)?;
        // What is beyond the limit is not wanted.
        self.action_cancel(run_id).await?;
        let (side, broken) = collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match broken {
            Some(error) => Err(error),
            None => Ok((side, page)),
        }
    }
}

fn side_id(run_id: &str, side: &str) -> String {
    format!("{run_id}.{side}")
}

/// Names of columns that identify a row where nobody chose one.
const KEYS: [&str; 5] = ["id", "_id", "uuid", "key", "code"];

/// Compares two results. Rows are matched by the cells of the key columns; rows of one key are matched in their order. Without a
/// key a row is its own.
fn compare(left: Side, right: Side, key: &[String]) -> Result<RowComparison> {
    let columns = columns_of(&left.columns, &right.columns);
    let left_places = places(&columns, &left.columns);
    let right_places = places(&columns, &right.columns);
    let key = match key {
        [] => KEYS
            .iter()
            .filter_map(|name| columns.iter().position(|column| column.name == *name))
            .take(1)
            .collect(),
        named => named
            .iter()
            .map(|name| position(name, &columns, &left_places, &right_places))
            .collect::<Result<Vec<usize>>>()?,
    };
    let key: Vec<usize> = key
        .into_iter()
        .filter(|&column| both(column, &left_places, &right_places))
        .collect();
    let mut right_rows: HashMap<String, VecDeque<Vec<Option<Box<RawValue>>>>> = HashMap::new();
    let mut order = Vec::new();
    for row in right.rows {
        let cells = arrange(row, &right_places);
        let name = name_of(&cells, &key);
        order.push(name.clone());
        right_rows.entry(name).or_default().push_back(cells);
    }
    let mut comparison = RowComparison {
        key: key
            .iter()
            .filter_map(|&column| columns.get(column))
            .map(|column| column.name.clone())
            .collect(),
        columns,
        only_left: Vec::new(),
        only_right: Vec::new(),
        different: Vec::new(),
        same: 0,
        truncated: false,
    };
    for row in left.rows {
        let cells = arrange(row, &left_places);
        let name = name_of(&cells, &key);
        let other = right_rows.get_mut(&name).and_then(VecDeque::pop_front);
        let Some(other) = other else {
            comparison.only_left.push(filled(cells));
            continue;
        };
        let different: Vec<u32> = (0_u32..)
            .zip(cells.iter().zip(&other))
            .filter(|(_, (left, right))| text(left) != text(right))
            .map(|(column, _)| column)
            .collect();
        if different.is_empty() {
            comparison.same += 1;
        } else {
            comparison.different.push(ComparedRow {
                left: filled(cells),
                right: filled(other),
                cells: different,
            });
        }
    }
    for name in order {
        if let Some(row) = right_rows.get_mut(&name).and_then(VecDeque::pop_front) {
            comparison.only_right.push(filled(row));
        }
    }
    Ok(comparison)
}

/// The columns of the left, then those that only the right has.
fn columns_of(left: &[ColumnView], right: &[ColumnView]) -> Vec<ColumnView> {
    let mut columns = left.to_vec();
    for column in right {
        if !left.iter().any(|known| known.name == column.name) {
            columns.push(column.clone());
        }
    }
    columns
}

/// Where each column stands in a row of one side.
fn places(columns: &[ColumnView], side: &[ColumnView]) -> Vec<Option<usize>> {
    let mut used = vec![false; side.len()];
    columns
        .iter()
        .map(|column| {
            let at = side
                .iter()
                .zip(&used)
                .position(|(own, used)| !used && own.name == column.name)?;
            if let Some(used) = used.get_mut(at) {
                *used = true;
            }
            Some(at)
        })
        .collect()
}

fn both(column: usize, left: &[Option<usize>], right: &[Option<usize>]) -> bool {
    let has = |side: &[Option<usize>]| side.get(column).is_some_and(Option::is_some);
    has(left) && has(right)
}

fn position(
    name: &str,
    columns: &[ColumnView],
    left: &[Option<usize>],
    right: &[Option<usize>],
) -> Result<usize> {
    columns
        .iter()
        .position(|column| column.name == name)
        .filter(|&column| both(column, left, right))
        .ok_or_else(|| {
            AppError::new(
                "not_comparable",
                format!("The column {name} is not in both results. Choose another key."),
            )
        })
}

fn arrange(row: Row, places: &[Option<usize>]) -> Vec<Option<Box<RawValue>>> {
    let mut cells: Vec<Option<Box<RawValue>>> = row.into_iter().map(Some).collect();
    places
        .iter()
        .map(|place| cells.get_mut((*place)?)?.take())
        .collect()
}

fn text(cell: &Option<Box<RawValue>>) -> Option<&str> {
    cell.as_deref().map(RawValue::get)
}

/// What a row is matched by.
fn name_of(cells: &[Option<Box<RawValue>>], key: &[usize]) -> String {
    let mut name = String::new();
    let all: Vec<usize> = (0..cells.len()).collect();
    for &column in if key.is_empty() { &all } else { key } {
        let cell = cells.get(column).and_then(text).unwrap_or("null");
        name.push_str(cell);
        name.push('\u{1f}');
    }
    name
}

/// A cell that a side has no column for is null.
fn filled(cells: Vec<Option<Box<RawValue>>>) -> Row {
    cells
        .into_iter()
        .map(|cell| cell.unwrap_or_else(|| RawValue::NULL.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(columns: &[&str], rows: &str) -> Side {
        Side {
            columns: columns
                .iter()
                .map(|name| ColumnView {
                    name: (*name).to_owned(),
                    type_name: String::new(),
                })
                .collect(),
            rows: serde_json::from_str(rows).unwrap(),
        }
    }

    fn shown(rows: &[Row]) -> String {
        serde_json::to_string(rows).unwrap()
    }

    #[test]
    fn rows_are_matched_by_key_and_told_apart() {
        let left = side(&["id", "name"], r#"[[1,"a"],[2,"b"],[3,"c"]]"#);
        let right = side(&["name", "id"], r#"[["c",3],["B",2],["d",4]]"#);
        let compared = compare(left, right, &[]).unwrap();
        assert_eq!(compared.key, ["id"]);
        assert_eq!(compared.same, 1);
        assert_eq!(shown(&compared.only_left), r#"[[1,"a"]]"#);
        assert_eq!(shown(&compared.only_right), r#"[[4,"d"]]"#);
        let [different] = compared.different.as_slice() else {
            panic!("one differs");
        };
        assert_eq!(different.cells, [1]);
        assert_eq!(
            shown(std::slice::from_ref(&different.right)),
            r#"[[2,"B"]]"#
        );
    }

    #[test]
    fn numbers_are_compared_with_every_digit() {
        let left = side(&["id", "n"], r#"[[1,0.1],[2,"9007199254740993"]]"#);
        let right = side(&["id", "n"], r#"[[1,0.10],[2,"9007199254740992"]]"#);
        assert_eq!(compare(left, right, &[]).unwrap().different.len(), 2);
    }

    #[test]
    fn without_a_key_rows_are_counted_as_they_are() {
        let left = side(&["a", "b"], "[[1,1],[1,1],[2,2]]");
        let right = side(&["a", "b"], "[[1,1],[2,2],[2,2]]");
        let compared = compare(left, right, &[]).unwrap();
        assert_eq!(compared.same, 2);
        assert_eq!(shown(&compared.only_left), "[[1,1]]");
        assert_eq!(shown(&compared.only_right), "[[2,2]]");
    }

    #[test]
    fn a_column_of_one_side_is_null_on_the_other() {
        let left = side(&["id"], "[[1]]");
        let right = side(&["id", "added"], "[[1,true]]");
        let compared = compare(left, right, &[]).unwrap();
        assert_eq!(shown(&[compared.different[0].left.clone()]), "[[1,null]]");
        let refused = compare(
            side(&["id"], "[]"),
            side(&["id", "added"], "[]"),
            &["added".to_owned()],
        );
        assert_eq!(refused.unwrap_err().code, "not_comparable");
    }
}
