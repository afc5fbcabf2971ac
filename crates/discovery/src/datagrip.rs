//! The data sources of DataGrip and the other JetBrains IDEs: one file is shared and has the URL, the one beside it has the user.
//! Passwords are in the IDE's own store, and stay there.

use std::collections::HashMap;

use connection_url::Edit;
use roxmltree::{Document, Node, ParsingOptions};

use crate::found::{Findings, Warning, WarningCode};
use crate::source::{Source, SourceFile};
use crate::text::text_of;
use crate::urls::{Reading, looks_like_url, read_url};

/// The most elements and texts of a file.
const MOST_NODES: u32 = 100_000;

/// How deep elements may stand in each other; those of an IDE stand five deep.
const DEEPEST: usize = 200;

/// Adds a connection for each data source of an engine that we know.
pub(crate) fn read(file: &SourceFile<'_>, files: &[SourceFile<'_>], findings: &mut Findings) {
    let text = text_of(file, findings);
    let Some(document) = parse(&text) else {
        findings.note(file, "This file is no XML that an IDE writes.");
        return;
    };
    let users = users(file, files);
    for source in sources(&document) {
        let name = source.attribute("name").unwrap_or_default();
        let Some(url) = child_text(source, "jdbc-url").filter(|url| looks_like_url(url)) else {
            continue;
        };
        let mut read = match read_url(url, None) {
            Reading::Url(read) => *read,
            Reading::Broken(message) => {
                findings.note(
                    file,
                    format!("The data source {name} can't be read. {message}"),
                );
                continue;
            }
            Reading::Other => continue,
        };
        // That JDBC writes URLs differently is no news for whoever uses one.
        read.warnings
            .retain(|warning| warning.code != WarningCode::Mended);
        let user = users.get(source.attribute("uuid").unwrap_or_default());
        let user = user
            .cloned()
            .or_else(|| child_text(source, "user-name").map(str::to_owned));
        if let Some(user) = user
            && read.url.user().is_none()
            && let Ok(edited) = read.url.edited(&Edit::User(Some(user)))
        {
            read.url = edited;
        }
        if read.url.password().unwrap_or_default().is_empty() {
            read.warnings.push(Warning::new(
                WarningCode::PasswordElsewhere,
                "The IDE keeps the password in its own place. Enter it after the import.",
            ));
        }
        let line = document.text_pos_at(source.range().start).row;
        findings.add(file, usize::try_from(line).ok(), name, &[], read);
    }
}

/// The users of the file beside this one, by the data source's id.
fn users(file: &SourceFile<'_>, files: &[SourceFile<'_>]) -> HashMap<String, String> {
    let beside = files
        .iter()
        .find(|each| each.source == Source::DatagripLocal && each.folder() == file.folder());
    let Some(local) = beside.filter(|local| local.bytes.len() <= crate::FILE_LIMIT) else {
        return HashMap::new();
    };
    let text = String::from_utf8_lossy(local.bytes);
    let Some(document) = parse(&text) else {
        return HashMap::new();
    };
    let named = sources(&document).filter_map(|source| {
        let id = source.attribute("uuid")?;
        Some((id.to_owned(), child_text(source, "user-name")?.to_owned()))
    });
    named.collect()
}

/// No document type, so no entity that grows; and no more levels than the parser's stack can take.
fn parse(text: &str) -> Option<Document<'_>> {
    if depth(text) > DEEPEST {
        return None;
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).ok()
}

/// How deep elements stand at most. Counts what only looks like one as well, which is on the safe side.
fn depth(text: &str) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (byte, bytes.get(at + 1)) {
            (b'<', Some(b'/')) | (b'/', Some(b'>')) => depth = depth.saturating_sub(1),
            (b'<', Some(next)) if next.is_ascii_alphabetic() => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            _ => {}
        }
    }
    deepest
}

fn sources<'a, 'input>(document: &'a Document<'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name("data-source"))
}

fn child_text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let child = node.children().find(|child| child.has_tag_name(name))?;
    child.text().map(str::trim).filter(|text| !text.is_empty())
}
