//! MongoDB URLs, held to the connection-string, URI-options and auth specifications.

use connection_url::{ConnectionUrl, DatabaseType, Host, build};

fn parse(text: &str) -> ConnectionUrl {
    match ConnectionUrl::parse(text, Some(DatabaseType::Mongodb)) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn parts() {
    let url = parse(
        "mongodb://%24am:f%3Azzb%40z%2Fz%3D@127.0.0.1,[::1]:27018,%2Ftmp%2Fm.sock/admin%3F?w=1&AppName=a%20b",
    );
    assert_eq!(url.user(), Some("$am"));
    assert_eq!(url.password(), Some("f:zzb@z/z="));
    assert_eq!(url.database(), Some("admin?"));
    assert_eq!(
        url.hosts(),
        [
            Host::tcp("127.0.0.1", None),
            Host::tcp("::1", 27018),
            Host::socket("/tmp/m.sock")
        ]
    );
    assert_eq!(url.option("appname"), Some("a b"));
    assert_eq!(url.document().options[1].0, "AppName");
    let url = parse("mongodb://!$&'()*+,;=:!$&'()*+,;=@127.0.0.1/admin");
    assert_eq!(url.password(), Some("!$&'()*+,;="));
    assert_eq!(
        parse("mongodb://a:b@h/?w=1;journal=true").options().len(),
        2
    );
    assert_eq!(parse("mongodb://a:b+c@h/").password(), Some("b+c"));
}

#[test]
fn refused_by_the_specification() {
    for (text, code) in [
        ("mongodb://", "empty_host"),
        ("mongo://localhost", "unknown_scheme"),
        ("mongodb://localhost::27017", "invalid_port"),
        ("mongodb://::", "empty_host"),
        ("mongodb://localhost,localhost::", "invalid_port"),
        ("mongodb://localhost:-1", "invalid_port"),
        ("mongodb://localhost:0/", "invalid_port"),
        ("mongodb://localhost:65536", "invalid_port"),
        ("mongodb://localhost:foo", "invalid_port"),
        ("mongodb://localhost:", "empty_port"),
        ("mongodb://[::1]:-1", "invalid_port"),
        ("mongodb://[::1", "unclosed_bracket"),
        ("mongodb://[nothing]", "invalid_ipv6_address"),
        ("mongodb://a,,b", "empty_host"),
        ("mongodb://example.com/?w", "missing_equals"),
        ("mongodb://alice:foo:bar@127.0.0.1", "unescaped_character"),
        ("mongodb://alice@@127.0.0.1", "unescaped_character"),
        ("mongodb://alice@foo:bar@127.0.0.1", "unescaped_character"),
        ("mongodb://alice/@localhost/db", "unescaped_character"),
        (
            "mongodb://alice/bob:foo@localhost/db",
            "unescaped_character",
        ),
        (
            "mongodb://alice:foo/bar@localhost/db",
            "unescaped_character",
        ),
        ("mongodb://alice:a%zz@h", "bad_percent_encoding"),
        ("mongodb:///tmp/mongodb-27017.sock/", "empty_host"),
        ("mongodb://%2Ftmp%2Fx/", "unsupported_host"),
        ("mongodb://@localhost.com/", "empty_user"),
        ("mongodb://:@localhost.com/", "empty_user"),
        ("mongodb://h/a%20b", "invalid_database"),
        ("mongodb://h/a/b", "invalid_database"),
        ("mongodb://h/$x", "invalid_database"),
        ("mongodb+srv://a.example.com,b.example.com", "srv_hosts"),
        ("mongodb+srv://a.example.com:27017", "srv_port"),
        ("mongodb+srv://%2Fx.sock", "srv_host"),
        ("mongodb://h/?srvServiceName=x", "needs_srv"),
        ("mongodb://h/?srvMaxHosts=2", "needs_srv"),
        (
            "mongodb+srv://h.example.com/?srvMaxHosts=2&replicaSet=x",
            "conflicting_options",
        ),
        (
            "mongodb+srv://h.example.com/?srvMaxHosts=2&loadBalanced=true",
            "conflicting_options",
        ),
        (
            "mongodb+srv://h.example.com/?directConnection=true",
            "conflicting_options",
        ),
        (
            "mongodb://a,b/?directConnection=true",
            "conflicting_options",
        ),
        ("mongodb://a,b/?loadBalanced=true", "conflicting_options"),
        (
            "mongodb://a/?loadBalanced=true&directConnection=true",
            "conflicting_options",
        ),
        (
            "mongodb://a/?loadBalanced=true&replicaSet=x",
            "conflicting_options",
        ),
        (
            "mongodb://h/?tlsInsecure=true&tlsAllowInvalidCertificates=true",
            "conflicting_options",
        ),
        (
            "mongodb://h/?tlsInsecure=true&tlsAllowInvalidHostnames=false",
            "conflicting_options",
        ),
        (
            "mongodb://h/?tlsDisableOCSPEndpointCheck=true&tlsAllowInvalidCertificates=true",
            "conflicting_options",
        ),
        ("mongodb://h/?tls=true&ssl=false", "conflicting_options"),
        ("mongodb://h/?tls=true&tls=false", "conflicting_options"),
        ("mongodb://h/?proxyPort=1080", "needs_proxy_host"),
        (
            "mongodb://h/?proxyHost=a&proxyUsername=x",
            "incomplete_proxy_credential",
        ),
        ("mongodb://h/?proxyHost=a&proxyHost=b", "repeated_option"),
        ("mongodb://h/?authSource=", "empty_auth_source"),
        ("mongodb://h/?authMechanism=GSSAPI", "missing_user"),
        (
            "mongodb://u@h/?authMechanism=GSSAPI&authSource=foo",
            "invalid_auth_source",
        ),
        (
            "mongodb://u@h/?authMechanism=GSSAPI&authMechanismProperties=CANONICALIZE_HOST_NAME:invalid",
            "invalid_property",
        ),
        ("mongodb://h/?authMechanism=SCRAM-SHA-256", "missing_user"),
        ("mongodb://h/?authMechanism=PLAIN", "missing_user"),
        (
            "mongodb://u:p@h/?authMechanism=MONGODB-X509",
            "unexpected_password",
        ),
        (
            "mongodb://u@h/?authMechanism=MONGODB-X509&authSource=bar",
            "invalid_auth_source",
        ),
        (
            "mongodb://u@h/?authMechanism=MONGODB-AWS",
            "missing_password",
        ),
        (
            "mongodb://h/?authMechanism=MONGODB-OIDC",
            "invalid_property",
        ),
        (
            "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:invalid",
            "invalid_property",
        ),
        (
            "mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:azure",
            "invalid_property",
        ),
        (
            "mongodb://u:p@h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:test",
            "unexpected_password",
        ),
        (
            "mongodb://u@h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:test",
            "unexpected_user",
        ),
    ] {
        let error = ConnectionUrl::parse(text, None).expect_err(text);
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn taken_without_a_warning() {
    for text in [
        "mongodb://example.com?tls=true",
        "mongodb://example.com/?readPreference=primaryPreferred&readPreferenceTags=dc:ny,rack:1&maxStalenessSeconds=120&readPreferenceTags=",
        "mongodb://example.com/?w=arbitrary&readConcernLevel=majority&wTimeoutMS=30000&journal=false",
        "mongodb://example.com/?loadBalanced=true&directConnection=false",
        "mongodb://a,b/?directConnection=false&replicaSet=x",
        "mongodb+srv://h.example.com/?srvServiceName=customname&proxyPort=1080",
        "mongodb+srv://u:p@cluster0.example.net/app?retryWrites=true&w=majority&appName=Cluster0",
        "mongodb://example.com/?tls=true&ssl=true&tlsCAFile=/etc/ca.pem",
        "mongodb://u:p@h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:token%21%40",
        "mongodb://h/?authMechanism=MONGODB-X509&authSource=$external",
        "mongodb://example.com/?authMechanismProperties=TOKEN_RESOURCE:mongodb://test-cluster",
        "mongodb://alice:secret@example.com/admin?replicaset=my@replicaset",
        "mongodb://h/?maxPoolSize=0&compressors=zstd,zlib&zlibCompressionLevel=-1&maxStalenessSeconds=-1",
        "mongodb://h/?timeoutMS=0&heartbeatFrequencyMS=500&w=$Secret{W}",
    ] {
        assert!(
            parse(text).warnings().is_empty(),
            "{text}: {:?}",
            parse(text).warnings()
        );
    }
}

#[test]
fn warned_of() {
    for (text, code) in [
        ("mongodb://h/?foo=bar", "unknown_option"),
        ("mongodb://h/?fsync=ifPossible", "unknown_option"),
        ("mongodb://h/?replicaSet=a&replicaSet=a", "repeated_option"),
        ("mongodb://h/?wtimeout=5", "deprecated_option"),
        ("mongodb://h/?maxIdleTimeMS=", "empty_value"),
        ("mongodb://h/?journal=", "empty_value"),
        ("mongodb://h/?journal=1", "deprecated_boolean"),
        ("mongodb://h/?retryWrites=invalid", "invalid_value"),
        ("mongodb://h/?connectTimeoutMS=-2", "invalid_value"),
        ("mongodb://h/?connectTimeoutMS=99999999999", "invalid_value"),
        ("mongodb://h/?heartbeatFrequencyMS=499", "invalid_value"),
        ("mongodb://h/?maxStalenessSeconds=89", "invalid_value"),
        ("mongodb://h/?w=-2", "invalid_value"),
        ("mongodb://h/?readPreferenceTags=invalid", "invalid_value"),
        ("mongodb://h/?readPreference=PRIMARY", "invalid_value"),
        ("mongodb://h/?compressors=lz4", "invalid_value"),
        (
            "mongodb://h?authMechanismProperties=TOKEN_RESOURCE:mongodb://a%2Cb",
            "invalid_value",
        ),
        ("mongodb://h/?appname=a%zz", "bad_percent_encoding"),
        (
            "mongodb+srv://h.example.com/?srvServiceName=-x-",
            "invalid_value",
        ),
    ] {
        assert_eq!(
            parse(text)
                .warnings()
                .first()
                .map(|warning| warning.code.as_ref()),
            Some(code),
            "{text}"
        );
    }
}

#[test]
fn secret_properties_are_slots_of_their_own() {
    let url = parse(
        "mongodb://u:p@h/?authMechanismProperties=AWS_SESSION_TOKEN:tok,SERVICE_NAME:x&TLSCertificateKeyFilePassword=y&proxyHost=a&proxyUsername=b&proxyPassword=c",
    );
    assert_eq!(
        url.masked(),
        "mongodb://u:***@h/?authMechanismProperties=AWS_SESSION_TOKEN:***,SERVICE_NAME:x&TLSCertificateKeyFilePassword=***&proxyHost=a&proxyUsername=b&proxyPassword=***"
    );
    let names: Vec<&str> = url
        .secret_slots()
        .iter()
        .map(|slot| slot.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "password",
            "option:authmechanismproperties.aws_session_token",
            "option:tlscertificatekeyfilepassword",
            "option:proxypassword"
        ]
    );
    for hidden in [
        "AWS_SESSION_TOKEN%3Atok",
        "A:b%2CAWS_SESSION_TOKEN:tok",
        "AWS_SESSION_TOKEN:to,k",
    ] {
        let url = parse(&format!(
            "mongodb://u:p@h/?authMechanismProperties={hidden}"
        ));
        assert_eq!(
            url.masked(),
            "mongodb://u:***@h/?authMechanismProperties=***"
        );
    }
    let shown = parse("mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:***");
    let built = build(DatabaseType::Mongodb, &shown.document()).expect("it builds");
    assert_eq!(
        built,
        "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:***"
    );
}

#[test]
fn references_stand_anywhere() {
    let url = parse(
        "mongodb://$Secret{U}:$Secret{P}@$Secret{H}:$Secret{N}/$Secret{D}?appname=$Secret{A}",
    );
    let keys: Vec<&str> = url
        .references()
        .iter()
        .map(|reference| reference.key.as_str())
        .collect();
    assert_eq!(keys, ["U", "P", "H", "N", "D", "A"]);
    assert_eq!(url.masked(), url.expose());
    let value = |key: &str| {
        Some(zeroize::Zeroizing::new(match key {
            "N" => "27018".to_owned(),
            "H" => "db.example.com".to_owned(),
            key => format!("{key}@:,"),
        }))
    };
    let resolved = url.resolve_references(value).expect("it resolves");
    assert_eq!(resolved.user(), Some("U@:,"));
    assert_eq!(resolved.password(), Some("P@:,"));
    assert_eq!(resolved.hosts(), [Host::tcp("db.example.com", 27018)]);
    // A name can't hold these, and it does not become two hosts or a port.
    let hostile = |key: &str| {
        let value = if key == "N" { "27018" } else { "evil,other:1" };
        Some(zeroize::Zeroizing::new(value.to_owned()))
    };
    assert_eq!(
        url.resolve_references(hostile).expect_err("no host").code,
        "invalid_host"
    );
    assert_eq!(resolved.database(), Some("D@:,"));
    assert_eq!(resolved.option("appName"), Some("A@:,"));
    assert_eq!(
        url.resolve_references(|_| None)
            .expect_err("nothing is there")
            .code,
        "missing_secret"
    );
}
