//! What the URL parsers share.

use crate::parsed::{Form, Parsed};
use crate::percent::decode_lossy;
use crate::secret_slot::is_secret_option;
use crate::{DatabaseType, Host, Port, Span, UrlError, UrlOption};

/// Splits `scheme://` off.
pub(crate) fn scheme_of(text: &str) -> Option<(String, Span)> {
    let end = text.find("://")?;
    let scheme = &text[..end];
    let plausible = !scheme.is_empty()
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':'));
    plausible.then(|| (scheme.to_ascii_lowercase(), Span::new(0, end)))
}

/// A first, plain reading of any URL.
pub(crate) fn parse_plain(text: &str, database_type: DatabaseType) -> Result<Parsed, UrlError> {
    let mut parsed = Parsed::new(Some(database_type), Form::Url);
    let Some((scheme, span)) = scheme_of(text) else {
        return Err(UrlError::new(
            "missing_scheme",
            "There is no scheme.",
            Span::new(0, text.len()),
        )
        .field("scheme"));
    };
    parsed.scheme = Some(scheme);
    parsed.layout.scheme = span;
    let start = span.end + 3;
    let authority_end = text[start..]
        .find(['/', '?'])
        .map_or(text.len(), |at| start + at);
    let hosts_start = text[start..authority_end]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    parsed.layout.userinfo = Span::new(start, hosts_start);
    if hosts_start > start {
        let end = hosts_start - 1;
        let colon = text[start..end].find(':').map(|at| start + at);
        let user = Span::new(start, colon.unwrap_or(end));
        parsed.layout.user = Some(user);
        parsed.user = Some(decode_lossy(user.of(text)).into_owned());
        if let Some(colon) = colon {
            let password = Span::new(colon + 1, end);
            parsed.layout.password = Some(password);
            parsed.password = Some(decode_lossy(password.of(text)).into_owned().into());
            parsed.add_slot(text, "password".to_owned(), password);
        }
    }
    parsed.layout.hosts = Span::new(hosts_start, authority_end);
    let mut at = hosts_start;
    for item in text[hosts_start..authority_end].split(',') {
        let span = Span::new(at, at + item.len());
        at = span.end + 1;
        parsed.layout.host_items.push(span);
        let (host, port) = match item.rfind(':') {
            Some(colon) if !item[colon..].contains(']') => (&item[..colon], &item[colon + 1..]),
            _ => (item, ""),
        };
        let host = decode_lossy(host.trim_start_matches('[').trim_end_matches(']')).into_owned();
        let port = Port::from_text(port);
        parsed.hosts.push(if host.starts_with('/') {
            Host::Socket { path: host, port }
        } else {
            Host::Tcp { host, port }
        });
    }
    let mut position = authority_end;
    if text[position..].starts_with('/') {
        let end = text[position..]
            .find('?')
            .map_or(text.len(), |at| position + at);
        let span = Span::new(position + 1, end);
        parsed.layout.database = Some(span);
        if !span.is_empty() {
            parsed.database = Some(decode_lossy(span.of(text)).into_owned());
        }
        position = end;
    }
    if text[position..].starts_with('?') {
        let query = Span::new(position + 1, text.len());
        parsed.layout.query = Some(query);
        let mut at = query.start;
        for pair in query.of(text).split('&') {
            let end = at + pair.len();
            if !pair.is_empty() {
                let equals = pair.find('=').map_or(end, |offset| at + offset);
                let name_span = Span::new(at, equals);
                let value_span = Span::new((equals + 1).min(end), end);
                let name = decode_lossy(name_span.of(text)).into_owned();
                let secret = is_secret_option(&name);
                if secret {
                    let slot = parsed.option_slot_name(&name);
                    parsed.add_slot(text, slot, value_span);
                }
                parsed.options.push(UrlOption {
                    value: decode_lossy(value_span.of(text)).into_owned(),
                    name,
                    secret,
                    folded: false,
                    name_span,
                    value_span,
                });
            }
            at = end + 1;
        }
    }
    Ok(parsed)
}
