//! JSON for people: what fits stays on a line, numbers keep their digits.

use templates::InputValue;

/// How much stands on one line.
const WIDTH: usize = 100;

/// Writes a value whose line has this much before it.
pub(super) fn write(value: &InputValue, indent: usize, text: &mut String) {
    let flat = flat(value);
    if indent + flat.chars().count() <= WIDTH {
        text.push_str(&flat);
        return;
    }
    match value {
        InputValue::Object(entries) if !entries.is_empty() => {
            let entries = entries.iter().map(|(key, value)| (Some(key), value));
            broken(('{', '}'), entries, indent, text);
        }
        InputValue::Array(items) if !items.is_empty() => {
            broken(
                ('[', ']'),
                items.iter().map(|item| (None, item)),
                indent,
                text,
            );
        }
        _ => text.push_str(&flat),
    }
}

fn broken<'a>(
    (open, close): (char, char),
    entries: impl Iterator<Item = (Option<&'a String>, &'a InputValue)>,
    indent: usize,
    text: &mut String,
) {
    let inside = indent + 2;
    text.push(open);
    for (index, (key, value)) in entries.enumerate() {
        text.push_str(if index > 0 { ",\n" } else { "\n" });
        text.push_str(&" ".repeat(inside));
        if let Some(key) = key {
            text.push_str(&InputValue::String(key.clone()).to_string());
            text.push_str(": ");
        }
        write(value, inside, text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn flat(value: &InputValue) -> String {
    match value {
        InputValue::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", InputValue::String(key.clone()), flat(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        InputValue::Array(items) => {
            let items: Vec<String> = items.iter().map(flat).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}
