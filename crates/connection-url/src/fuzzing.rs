//! The bodies of the fuzz targets. They stand here so that an ordinary test runs the committed corpus through the very same
//! code, without a fuzzer.

use zeroize::Zeroizing;

use crate::{
    ConnectionUrl, DatabaseType, Edit, Host, PasswordEdit, Repair, SlotState, Span, TextChange,
    apply_changes, build, redact,
};

const CANARY: &str = "c4naryInTheC0alMine";

fn types() -> impl Iterator<Item = Option<DatabaseType>> {
    std::iter::once(None).chain(DatabaseType::ALL.into_iter().map(Some))
}

fn assert_span(text: &str, span: Span) {
    assert!(
        text.get(span.range()).is_some(),
        "a span must cut the text at characters"
    );
}

fn assert_changes(text: &str, changes: &[TextChange]) {
    let mut position = 0;
    for change in changes {
        assert!(
            change.span.start >= position,
            "changes must ascend and not overlap"
        );
        assert_span(text, change.span);
        position = change.span.end;
    }
}

/// Parsing never panics, and every span lies in the text.
///
/// # Panics
/// When an invariant does not hold.
pub fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for database_type in types() {
        match ConnectionUrl::parse(&text, database_type) {
            Ok(url) => {
                for option in url.options() {
                    assert_span(&text, option.name_span);
                    assert_span(&text, option.value_span);
                }
                for slot in url.secret_slots() {
                    assert_span(&text, slot.span);
                }
                assert!(
                    url.secret_slots()
                        .is_sorted_by(|one, other| one.span.end <= other.span.start),
                    "secret slots must not overlap"
                );
                for reference in url.references() {
                    assert_span(&text, reference.span);
                }
                for diagnostic in url.warnings().iter().chain(url.hints()) {
                    assert_span(&text, diagnostic.span);
                    if let Some(repair) = &diagnostic.repair {
                        assert_changes(&text, &repair.changes);
                    }
                }
                let _ = url.document().without_secrets();
            }
            Err(error) => {
                assert_span(&text, error.span);
                if let Some(repair) = &error.repair {
                    assert_changes(&text, &repair.changes);
                }
            }
        }
        diagnose(&text, database_type);
    }
}

/// What was meant is looked for without a panic. A repair on offer makes the text parse, and what it mends is gone then.
fn diagnose(text: &str, database_type: Option<DatabaseType>) {
    let mended = |repair: &Repair| {
        assert_changes(text, &repair.changes);
        let mended = apply_changes(text, &repair.changes);
        match ConnectionUrl::diagnose(&mended, database_type) {
            Ok(url) => url,
            Err(error) => panic!("a mended text must parse: {}: {error}", repair.label),
        }
    };
    let url = match ConnectionUrl::diagnose(text, database_type) {
        Ok(url) => url,
        Err(error) => {
            assert_span(text, error.span);
            if let Some(repair) = &error.repair {
                mended(repair);
            }
            return;
        }
    };
    let notes = |url: &ConnectionUrl| [url.warnings(), url.hints()].concat();
    // Each is looked at anew after each: a text with many would take all the time there is.
    const FEW: usize = 4;
    let all = notes(&url);
    let offered = all.iter().filter(|note| note.repair.is_some()).take(FEW);
    for note in offered {
        assert_span(text, note.span);
        let Some(repair) = &note.repair else { continue };
        let same = |url: &ConnectionUrl| {
            let all = notes(url);
            all.iter().filter(|other| other.code == note.code).count()
        };
        assert!(
            same(&mended(repair)) < same(&url),
            "what is mended is gone: {} after {}",
            note.code,
            repair.label
        );
    }
}

/// Rendering is the identity, masking can be undone, and a document builds a URL with the same parts.
///
/// # Panics
/// When an invariant does not hold.
pub fn roundtrip(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(url) = ConnectionUrl::parse(&text, None) else {
        return;
    };
    assert_eq!(url.expose(), text, "rendering is the identity");
    let masked = url.masked();
    let shown = ConnectionUrl::parse(&masked, url.database_type());
    let Ok(shown) = shown else {
        panic!("a masked text must parse: {masked}")
    };
    assert_eq!(
        shown.masked(),
        masked,
        "a masked text holds no literal secret"
    );
    let restored = shown.with_secrets(|name| {
        let slot = url.secret_slots().iter().find(|slot| slot.name == name)?;
        (slot.state == SlotState::Literal).then(|| Zeroizing::new(slot.raw(&url).to_owned()))
    });
    let Ok(restored) = restored else {
        panic!("the secrets must fit back: {masked}")
    };
    assert_eq!(restored.expose(), text, "masking can be undone");
    let Some(database_type) = url.database_type() else {
        return;
    };
    let document = url.document();
    let Ok(built) = build(database_type, &document) else {
        return;
    };
    let again = match ConnectionUrl::parse(&built, Some(database_type)) {
        Ok(again) => again.document(),
        Err(error) => panic!("what is built must parse: {error}"),
    };
    let same = again.hosts == document.hosts
        && again.user == document.user
        && again.password == document.password
        && again.database == document.database
        && again.options == document.options;
    assert!(same, "what is built has the same parts");
}

fn edit_of(kind: u8, value: &str) -> Edit {
    let some = |value: &str| Some(value.to_owned());
    match kind % 12 {
        0 => Edit::User(some(value)),
        1 => Edit::User(None),
        2 => Edit::Password(Some(PasswordEdit::Text(Zeroizing::new(value.to_owned())))),
        3 => Edit::Password(Some(PasswordEdit::Mask)),
        4 => Edit::Password(None),
        5 => Edit::Hosts(vec![Host::tcp(value, 5432)]),
        6 => Edit::Hosts(vec![Host::tcp("one", None), Host::tcp("two", 6432)]),
        7 => Edit::Database(some(value)),
        8 => Edit::Database(None),
        9 => Edit::SetOption {
            name: "sslmode".to_owned(),
            value: some(value),
        },
        10 => Edit::SetOption {
            name: "sslmode".to_owned(),
            value: None,
        },
        _ => Edit::SetOption {
            name: "password".to_owned(),
            value: some(value),
        },
    }
}

/// An edit changes the part that it names and no other. The first byte chooses the edit, the first line is its value.
///
/// # Panics
/// When an invariant does not hold.
pub fn edit(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    let rest = String::from_utf8_lossy(rest);
    let (value, text) = rest.split_once('\n').unwrap_or(("value", &rest));
    let Ok(url) = ConnectionUrl::parse(text, None) else {
        return;
    };
    let edit = edit_of(*kind, value);
    let Ok(changes) = url.edit(&edit) else { return };
    assert_changes(text, &changes);
    let Ok(edited) = url.edited(&edit) else {
        return;
    };
    // A password with stray characters reads as another host: mending it moves the parts.
    if url
        .hints()
        .iter()
        .any(|hint| hint.code == "unescaped_character")
    {
        return;
    }
    if !matches!(edit, Edit::User(_)) {
        assert_eq!(edited.user(), url.user(), "the user stays");
    }
    if !matches!(edit, Edit::Hosts(_)) {
        assert_eq!(edited.hosts(), url.hosts(), "the hosts stay");
    }
    if !matches!(edit, Edit::Database(_)) {
        assert_eq!(edited.database(), url.database(), "the database stays");
    }
    let names_password = matches!(&edit, Edit::SetOption { name, .. } if name == "password");
    if !matches!(edit, Edit::Password(_)) && !names_password {
        assert!(edited.password() == url.password(), "the password stays");
    }
    let kept = |url: &ConnectionUrl| -> Vec<(String, String)> {
        let named = |name: &str| match &edit {
            Edit::SetOption { name: named, .. } => {
                crate::secret_slot::squeeze(named) == crate::secret_slot::squeeze(name)
            }
            // MySQL reads these as the part when the authority does not name it.
            Edit::User(_) => crate::secret_slot::squeeze(name) == "user",
            Edit::Password(_) => crate::secret_slot::squeeze(name) == "password",
            _ => false,
        };
        url.options()
            .iter()
            .filter(|option| !option.folded && !named(&option.name))
            .map(|option| (option.name.clone().into_owned(), option.value.clone()))
            .collect()
    };
    assert!(kept(&edited) == kept(&url), "the other options stay");
    match (&edit, value.is_empty()) {
        (Edit::User(Some(user)), false) => assert_eq!(edited.user(), Some(user.as_str())),
        (Edit::Database(Some(database)), false) => {
            assert_eq!(edited.database(), Some(database.as_str()))
        }
        (Edit::Password(Some(PasswordEdit::Text(password))), false) => {
            assert!(
                edited.password() == Some(password.as_str()),
                "the password is the one that was set"
            );
        }
        _ => {}
    }
}

/// Redaction never panics, and hides a password that stands after any text.
///
/// # Panics
/// When an invariant does not hold.
pub fn redact_any(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // A fuzzer learns the planted word from the comparisons; where it stands in the text itself, nothing is planted.
    if text.contains(CANARY) {
        return;
    }
    let _ = redact(&text);
    for (before, after) in [
        ("postgresql://user:", "@host:5432/db"),
        ("mongodb+srv://user:", "@host/?w=1"),
        ("mysql://user:", "@host/db?ssl-mode=REQUIRED"),
        ("host=localhost password=", " dbname=db"),
        (
            "postgresql://host/db?sslmode=require&%70assword=",
            "&user=bob",
        ),
    ] {
        for broken in [
            format!("{text}\n{before}{CANARY}{after}"),
            format!("{before}{CANARY}{after}\n{text}"),
        ] {
            assert!(
                !redact(&broken).contains(CANARY),
                "a planted password must be hidden"
            );
        }
    }
}
