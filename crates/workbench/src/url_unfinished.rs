//! A URL that is still being typed: as long as no `@` stands behind it, `user:password` reads as a host with a port, and
//! what follows as further hosts, a database and options. Whoever is told of the URL is told none of these.

use connection_url::{ConnectionUrl, Form, Host, MASK, Port, Span, Token, TokenKind};

use crate::dto::{UrlHost, UrlInspection, UrlRepair};

/// Hides what may be the beginning of a password.
pub(crate) fn hide_unfinished(url: &ConnectionUrl, inspection: &mut UrlInspection) {
    let Some(first) = first_doubtful(url) else {
        return;
    };
    // The first host is the user's name, or a server whose port is wrong: that one is shown.
    for (index, host) in inspection.hosts.iter_mut().enumerate().skip(first) {
        host.port = host.port.as_ref().map(|_| MASK.to_owned());
        if index > first {
            hide(&mut host.host);
            hide(&mut host.socket);
        }
    }
    hide(&mut inspection.database);
    inspection.options.clear();
    inspection.references.clear();
    inspection.target = format!(
        "{}:{MASK}",
        url.hosts().get(first).map(Host::name).unwrap_or_default()
    );
}

/// A repair whose label does not name what it mends, where that is coloured as a secret.
pub(crate) fn hide_in_label(
    mut repair: UrlRepair,
    text: &str,
    mended: Span,
    tokens: &[Token],
) -> UrlRepair {
    let secret = tokens.iter().any(|token| {
        token.kind == TokenKind::Secret
            && token.span.start < mended.end
            && mended.start < token.span.end
    });
    // An option is mended together with what separates it.
    let named = text
        .get(mended.start..mended.end)
        .map(|option| option.trim_start_matches(['?', '&', ';']))
        .and_then(|option| option.split('=').next());
    if let Some(name) = named
        && secret
        && !name.is_empty()
    {
        repair.label = repair.label.replace(name, MASK);
    }
    repair
}

/// The hosts of an edit as they are to be written: a port that was hidden is the one that stands there.
pub(crate) fn with_hidden_ports(mut hosts: Vec<UrlHost>, url: &ConnectionUrl) -> Vec<UrlHost> {
    let Some(first) = first_doubtful(url) else {
        return hosts;
    };
    for (host, written) in hosts.iter_mut().zip(url.hosts()).skip(first) {
        if host.port.as_deref() == Some(MASK) {
            host.port = Some(written.port().as_text());
        }
        for name in [&mut host.host, &mut host.socket].into_iter().flatten() {
            if name == MASK {
                written.name().clone_into(name);
            }
        }
    }
    hosts
}

/// The first host whose port is no number, in a URL where that may be a password.
fn first_doubtful(url: &ConnectionUrl) -> Option<usize> {
    let doubted = url.form() == Form::Url
        && url
            .warnings()
            .iter()
            .any(|warning| warning.code == "port_not_a_number");
    doubted
        .then(|| {
            url.hosts()
                .iter()
                .position(|host| matches!(host.port(), Port::Text(_)))
        })
        .flatten()
}

fn hide(text: &mut Option<String>) {
    if let Some(text) = text.as_mut().filter(|text| !text.is_empty()) {
        MASK.clone_into(text);
    }
}
