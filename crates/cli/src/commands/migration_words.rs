//! Words for people about migrations, the same in status and runs.

use workbench::{MigrationStanding, MigrationStateView};

/// "add-index: 2 of 5 statements are applied, and nobody knows of the 3rd"; nothing for one that is not half way.
pub(super) fn half_done(one: &MigrationStanding) -> Option<String> {
    let half = match one.state {
        MigrationStateView::Started => true,
        MigrationStateView::Failed => one.statements_done > 0 || one.under_way.is_some(),
        _ => false,
    };
    if !half {
        return None;
    }
    let done = match one.direction.as_deref() {
        Some("down") => "reverted",
        _ => "applied",
    };
    let mut text = format!(
        "{}: {} of {} statements {done}",
        one.tag, one.statements_done, one.statements
    );
    if let Some(under_way) = one.under_way {
        text.push_str(&format!(
            "; statement {under_way} was sent, and nobody knows whether it was carried out"
        ));
    }
    text.push('.');
    if let Some(error) = &one.error {
        text.push_str(&format!(" {error}"));
    }
    Some(text)
}

/// "12 ms", "1.2 s".
pub(super) fn duration(ms: f64) -> String {
    if ms < 1_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1_000.0)
    }
}

/// The first line of a statement, cut to a terminal's width.
pub(super) fn first_line(statement: &str) -> String {
    const WIDTH: usize = 72;
    let line = statement.trim().lines().next().unwrap_or_default();
    let shown: String = line
        .chars()
        .take(WIDTH)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    let more = line.chars().count() > WIDTH || statement.trim().lines().count() > 1;
    if more { format!("{shown} …") } else { shown }
}
