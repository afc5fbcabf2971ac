//! `docs/mysql-urls.md`, the one page on MySQL URLs, says what the code does: it lists every option and every scheme, and each of
//! its examples is read as it says.
//!
//! `TAPEDECK_WRITE_MYSQL_PAGE=1` writes the tables of options and the readings anew; the rest of the page is written by hand.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use connection_url::{
    ConnectionUrl, DatabaseType, Diagnostic, Host, OptionGroup, OptionInfo, OptionKind, UrlError,
    apply_changes, option_catalogue, spellings,
};

const TYPE: DatabaseType = DatabaseType::Mysql;
const OPTIONS_BEGIN: &str = "<!-- options: begin (written by the test) -->\n";
const OPTIONS_END: &str = "<!-- options: end -->\n";
const EXAMPLES: &str = "| string | reading |\n|---|---|\n";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/mysql-urls.md")
}

fn page() -> String {
    std::fs::read_to_string(path()).unwrap()
}

const GROUPS: [(OptionGroup, &str); 6] = [
    (OptionGroup::Servers, "Servers"),
    (OptionGroup::Auth, "Signing in"),
    (OptionGroup::Tls, "TLS"),
    (OptionGroup::Pool, "Pools"),
    (OptionGroup::Timeouts, "Time limits"),
    (OptionGroup::Other, "Others"),
];

fn code(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    quoted.join(", ")
}

fn values(info: &OptionInfo) -> String {
    let listed: Vec<String> = info.values.iter().map(|&value| value.to_owned()).collect();
    match info.kind {
        OptionKind::Choice | OptionKind::Boolean => code(&listed),
        OptionKind::List => format!("some of {}, with commas between", code(&listed)),
        OptionKind::Text => "text".to_owned(),
        OptionKind::Secret => "a secret".to_owned(),
        OptionKind::File => "path of a file".to_owned(),
        OptionKind::Folder => "path of a folder".to_owned(),
        OptionKind::Integer => number("number", info),
        OptionKind::Seconds => number("seconds", info),
        OptionKind::Milliseconds => number("milliseconds", info),
    }
}

fn number(unit: &str, info: &OptionInfo) -> String {
    match (info.minimum, info.maximum) {
        (Some(least), Some(most)) => format!("{unit}, {least} to {most}"),
        (Some(least), None) => format!("{unit}, {least} or more"),
        (None, Some(most)) => format!("{unit}, {most} at most"),
        (None, None) => unit.to_owned(),
    }
}

fn option_tables() -> String {
    let mut text = String::new();
    for (group, title) in GROUPS {
        let options: Vec<&OptionInfo> = option_catalogue(TYPE)
            .iter()
            .filter(|info| info.group == group)
            .collect();
        if options.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n### {title}\n\n| option | also | values | default | meaning |\n|---|---|---|---|---|\n"
        );
        for info in options {
            let mut names = spellings(TYPE, info);
            names.retain(|name| name != info.name);
            let default = info
                .default
                .map_or_else(String::new, |default| format!("`{default}`"));
            let deprecated = info
                .deprecated
                .map_or_else(String::new, |why| format!(" *Deprecated.* {why}"));
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {default} | {}{deprecated} |",
                info.name,
                code(&names),
                values(info),
                info.documentation,
            );
        }
    }
    text.push('\n');
    text
}

fn host(host: &Host) -> String {
    let port = host.port().as_text();
    let port = if port.is_empty() {
        port
    } else {
        format!(" port {port}")
    };
    match host {
        Host::Socket { path, .. } => format!("socket `{path}`{port}"),
        Host::Tcp { host, .. } => format!("host `{host}`{port}"),
    }
}

fn parts(url: &ConnectionUrl) -> String {
    let mut said: Vec<String> = url.hosts().iter().map(host).collect();
    for (name, value) in [
        ("user", url.user()),
        ("password", url.password()),
        ("database", url.database()),
    ] {
        match value {
            Some("") => said.push(format!("empty {name}")),
            Some(value) => said.push(format!("{name} `{value}`")),
            None => {}
        }
    }
    let document = url.document();
    for (name, value) in &document.options {
        said.push(match value.as_str() {
            "" => format!("`{name}` empty"),
            _ => format!("`{name}` = `{value}`"),
        });
    }
    if url.is_reference() {
        said.push("a named secret".to_owned());
    }
    said.join(", ")
}

fn repaired(text: &str, error: &UrlError) -> String {
    match &error.repair {
        Some(repair) => format!(
            "; *{}*: `{}`",
            repair.label,
            apply_changes(text, &repair.changes)
        ),
        None => String::new(),
    }
}

/// What the code makes of a string, in the words of the page.
fn reading(text: &str) -> String {
    match ConnectionUrl::diagnose(text, Some(TYPE)) {
        Ok(url) => {
            assert!(
                url.warnings().is_empty(),
                "the page says that there are none"
            );
            let hints: Vec<String> = url
                .hints()
                .iter()
                .map(|hint| hint.code.to_string())
                .collect();
            match hints.is_empty() {
                true => parts(&url),
                false => format!("{}; hint {}", parts(&url), code(&hints)),
            }
        }
        Err(error) => format!("error `{}`{}", error.code, repaired(text, &error)),
    }
}

/// The strings of the examples, in order.
fn examples(page: &str) -> Vec<String> {
    let (_, rows) = page.split_once(EXAMPLES).unwrap();
    rows.lines()
        .take_while(|row| row.starts_with("| `"))
        .map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect()
}

fn written(page: &str) -> String {
    let (before, rest) = page.split_once(OPTIONS_BEGIN).unwrap();
    let (_, after) = rest.split_once(OPTIONS_END).unwrap();
    let (middle, rows) = after.split_once(EXAMPLES).unwrap();
    let end: String = rows
        .lines()
        .skip_while(|row| row.starts_with("| `"))
        .map(|line| format!("{line}\n"))
        .collect();
    let read: String = examples(page)
        .iter()
        .map(|text| format!("| `{text}` | {} |\n", reading(text)))
        .collect();
    format!(
        "{before}{OPTIONS_BEGIN}{}{OPTIONS_END}{middle}{EXAMPLES}{read}{end}",
        option_tables()
    )
}

#[test]
fn the_page_is_what_the_code_does() {
    let page = page();
    let now = written(&page);
    if std::env::var_os("TAPEDECK_WRITE_MYSQL_PAGE").is_some() {
        std::fs::write(path(), now).unwrap();
        return;
    }
    let different: Vec<String> = page
        .lines()
        .zip(now.lines())
        .filter(|(committed, now)| committed != now)
        .map(|(committed, now)| format!("page: {committed}\ncode: {now}"))
        .collect();
    assert!(
        page == now,
        "docs/mysql-urls.md is not what the code does; TAPEDECK_WRITE_MYSQL_PAGE=1 writes it anew:\n{}",
        different.join("\n")
    );
    assert!(examples(&page).len() >= 40, "the examples were read");
}

#[test]
fn every_option_and_every_scheme_is_on_the_page() {
    let page = page();
    for info in option_catalogue(TYPE) {
        for name in spellings(TYPE, info) {
            assert!(page.contains(&format!("`{name}`")), "{name} is not there");
        }
    }
    for scheme in [
        "mysql",
        "mariadb",
        "jdbc:mysql",
        "jdbc:mariadb",
        "jdbc:postgresql",
    ] {
        let text = format!("{scheme}://db/orders");
        assert!(page.contains(&format!("{scheme}://")), "{scheme}");
        let read = ConnectionUrl::diagnose(&text, None);
        let known = read.is_ok_and(|url| url.database_type() == Some(TYPE))
            || ConnectionUrl::diagnose(&text, None)
                .is_err_and(|error| error.code == "jdbc_url" && error.repair.is_some());
        assert!(known, "{scheme}");
    }
}

/// The names that the engine looks for, in lowercase and without hyphens.
fn read_by_the_engine() -> BTreeSet<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../engines/src/mysql/settings.rs");
    let code = std::fs::read_to_string(file).unwrap();
    code.split("&[\"")
        .skip(1)
        .flat_map(|list| list.split(']').next().unwrap().split('"').step_by(2))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_catalogue_says_which_options_the_engine_applies() {
    let squeeze = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let read = read_by_the_engine();
    assert!(
        read.contains("sslmode") && read.contains("sslca"),
        "{read:?}"
    );
    let mut known = BTreeSet::new();
    for info in option_catalogue(TYPE) {
        let names: BTreeSet<String> = std::iter::once(&info.name)
            .chain(info.aliases)
            .map(|name| squeeze(name))
            .collect();
        // The user and the password are parts of every URL.
        let part = matches!(info.name, "user" | "password");
        let applied = names.iter().all(|name| read.contains(name));
        assert!(
            part || applied || names.is_disjoint(&read),
            "{} in part",
            info.name
        );
        let says_not = info
            .documentation
            .ends_with("own connections do not apply it.");
        assert_eq!(says_not, !part && !applied, "{}", info.name);
        known.extend(names);
    }
    let unknown: Vec<&String> = read.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// The codes of the first column of every table under a heading.
fn listed_codes(page: &str, heading: &str) -> BTreeSet<String> {
    let (_, section) = page.split_once(heading).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_is_explained_and_has_an_example() {
    let page = page();
    let mut seen = BTreeSet::new();
    for text in examples(&page) {
        // The parser's own code, and that of what was meant.
        for read in [
            ConnectionUrl::parse(&text, Some(TYPE)),
            ConnectionUrl::diagnose(&text, Some(TYPE)),
        ] {
            match read {
                Ok(url) => seen.extend(
                    url.hints()
                        .iter()
                        .map(|hint: &Diagnostic| hint.code.to_string()),
                ),
                Err(error) => {
                    seen.insert(error.code.to_owned());
                }
            }
        }
    }
    assert_eq!(seen, listed_codes(&page, "## Errors and hints"));
}
