//! libpq's service files: `[name]` and settings, one a line.

use connection_url::DatabaseType;
use zeroize::Zeroizing;

use crate::found::{Findings, Warning, WarningCode};
use crate::parts::Parts;
use crate::pgpass::Passwords;
use crate::source::SourceFile;
use crate::text::text_of;

#[derive(Default)]
struct Service {
    name: String,
    line: usize,
    parts: Parts,
}

/// Adds a connection for each service; one without a password gets that of `~/.pgpass`.
pub(crate) fn read(file: &SourceFile<'_>, passwords: &Passwords, findings: &mut Findings) {
    let text = text_of(file, findings);
    let mut service: Option<Service> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if findings.is_full() {
            return;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            finish(file, service.take(), passwords, findings);
            service = Some(Service {
                name: name.to_owned(),
                line: index + 1,
                ..Service::default()
            });
            continue;
        }
        let (Some(service), Some((key, value))) = (&mut service, line.split_once('=')) else {
            continue;
        };
        // libpq takes no space around the sign; people write some.
        let (key, value) = (key.trim(), value.trim().to_owned());
        let parts = &mut service.parts;
        match key {
            "host" => parts.host = Some(value),
            "hostaddr" => {
                parts.host.get_or_insert(value);
            }
            "port" => parts.port = Some(value),
            "user" => parts.user = Some(value),
            "password" => parts.password = Some(Zeroizing::new(value)),
            "dbname" => parts.database = Some(value),
            "service" | "ldap" => {}
            _ if value.is_empty() => {}
            _ => parts.options.push((key.to_owned(), value)),
        }
    }
    finish(file, service, passwords, findings);
}

fn finish(
    file: &SourceFile<'_>,
    service: Option<Service>,
    passwords: &Passwords,
    findings: &mut Findings,
) {
    let Some(mut service) = service else { return };
    let parts = &mut service.parts;
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    if parts.password.is_none() {
        parts.password = passwords.find(
            &text(&parts.host),
            &text(&parts.port),
            &text(&parts.database),
            &text(&parts.user),
        );
        if parts.password.is_some() {
            parts.warnings.push(Warning::new(
                WarningCode::Assumed,
                "The password is that of the line in the password file that fits.",
            ));
        }
    }
    match service.parts.into_read(DatabaseType::Postgresql) {
        Some(read) => findings.add(file, Some(service.line), service.name, &[], read),
        None => findings.note(
            file,
            format!("The service in line {} makes no connection.", service.line),
        ),
    }
}
