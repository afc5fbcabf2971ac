//! YAML as a tree of texts: which type a value would be of is nobody's business here, so that a password of digits stays what it is.
//!
//! An alias shares what it names, so that aliases of aliases cost nothing; depth and size are bounded.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser};
use zeroize::Zeroizing;

/// The most values of a file.
const MOST: usize = 50_000;
/// How deep values may stand in each other.
const DEEPEST: usize = 64;

/// A value.
pub(crate) enum Node {
    /// A text, whatever it looks like.
    Text(Zeroizing<String>),
    /// A list.
    List(Vec<Rc<Node>>),
    /// Keys that are texts, and their values; with the line of each key.
    Map(Vec<(String, usize, Rc<Node>)>),
}

impl Node {
    /// The text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> &[Rc<Node>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> &[(String, usize, Rc<Node>)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key; one that `<<` brings along counts where the map has none itself.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.find(key, 0)
    }

    fn find(&self, key: &str, depth: usize) -> Option<&Node> {
        let own = self.entries().iter().find(|(name, ..)| name == key);
        if let Some((.., value)) = own {
            return Some(value);
        }
        // Merges of merges that share what they name could be gone through very often.
        if depth > 3 {
            return None;
        }
        let merged = self.entries().iter().filter(|(name, ..)| name == "<<");
        merged.take(4).find_map(|(.., value)| match value.as_ref() {
            Self::List(several) => several
                .iter()
                .take(8)
                .find_map(|each| each.find(key, depth + 1)),
            one => one.find(key, depth + 1),
        })
    }
}

/// What is being read.
struct Open {
    anchor: usize,
    /// `None` for a list.
    key: Option<Option<(String, usize)>>,
    items: Vec<Rc<Node>>,
    entries: Vec<(String, usize, Rc<Node>)>,
}

/// The first document of a text; `None` where it is no YAML, or too much of it.
pub(crate) fn parse(text: &str) -> Option<Rc<Node>> {
    let mut anchors: HashMap<usize, Rc<Node>> = HashMap::new();
    let mut stack: Vec<Open> = Vec::new();
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let (event, span) = event.ok()?;
        if count > MOST || stack.len() > DEEPEST {
            return None;
        }
        let (node, anchor) = match event {
            Event::Scalar(text, _, anchor, _) => {
                (Node::Text(Zeroizing::new(text.into_owned())), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                stack.push(Open {
                    anchor,
                    key: None,
                    items: Vec::new(),
                    entries: Vec::new(),
                });
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                stack.push(Open {
                    anchor,
                    key: Some(None),
                    items: Vec::new(),
                    entries: Vec::new(),
                });
                continue;
            }
            Event::SequenceEnd => {
                let open = stack.pop()?;
                (Node::List(open.items), open.anchor)
            }
            Event::MappingEnd => {
                let open = stack.pop()?;
                (Node::Map(open.entries), open.anchor)
            }
            Event::Alias(anchor) => {
                let node = Rc::clone(anchors.get(&anchor)?);
                if let Some(document) = put(&mut stack, node, span.start.line()) {
                    return Some(document);
                }
                continue;
            }
            Event::StreamEnd => return None,
            _ => continue,
        };
        let node = Rc::new(node);
        if anchor > 0 {
            anchors.insert(anchor, Rc::clone(&node));
        }
        if let Some(document) = put(&mut stack, node, span.start.line()) {
            return Some(document);
        }
    }
    None
}

/// Puts a value where it belongs; one that belongs nowhere is the document.
fn put(stack: &mut [Open], node: Rc<Node>, line: usize) -> Option<Rc<Node>> {
    let Some(open) = stack.last_mut() else {
        return Some(node);
    };
    match &mut open.key {
        None => open.items.push(node),
        Some(key) => match key.take() {
            Some((name, line)) => open.entries.push((name, line, node)),
            // A key that is no text is nobody's; its value goes with it.
            None => *key = Some((node.text().unwrap_or_default().to_owned(), line)),
        },
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts_and_merges_are_seen() {
        let text = "base: &base\n  a: 0123\n  b: yes\nuse:\n  <<: *base\n  b: \"x\"\nlist: [1, two]\n? [odd]\n: value\n";
        let tree = parse(text).expect("YAML");
        let used = tree.get("use").expect("a map");
        assert_eq!(used.get("a").and_then(Node::text), Some("0123"));
        assert_eq!(used.get("b").and_then(Node::text), Some("x"));
        assert_eq!(tree.get("list").map(|list| list.items().len()), Some(2));
        assert_eq!(tree.entries()[1].1, 4);
    }

    #[test]
    fn what_is_too_much_or_broken_is_refused() {
        assert!(parse(&"[".repeat(1000)).is_none());
        assert!(parse(&"- x\n".repeat(MOST + 1)).is_none());
        assert!(parse("a: b: c: [").is_none());
        assert!(parse("a: *nobody").is_none());
        assert!(parse("").is_none());
    }
}
