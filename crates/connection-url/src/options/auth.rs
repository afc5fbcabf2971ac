//! The ways to sign in that a URL can name, and what each needs.
//!
//! MongoDB: <https://github.com/mongodb/specifications/blob/master/source/auth/auth.md>. MySQL: the client's
//! authentication plugins. PostgreSQL's server decides alone; `require_auth` only says which ways the client accepts.

use self::Need::{Forbidden, Optional, Required};
use super::OptionGroup::Auth;
use super::OptionInfo;
use super::OptionKind::{Choice, Secret, Text};
use crate::DatabaseType;

/// Whether a way to sign in needs a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// It must be there.
    Required,
    /// It may be there.
    Optional,
    /// It must not be there.
    Forbidden,
}

/// A way to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuthMechanism {
    /// The option's value; empty for the engine's own choice.
    pub name: &'static str,
    /// As people say it.
    pub label: &'static str,
    /// The user name.
    pub user: Need,
    /// The password.
    pub password: Need,
    /// Options that mean something with this mechanism.
    pub options: &'static [&'static str],
    /// Properties of `authMechanismProperties` that belong to it.
    pub properties: &'static [OptionInfo],
    /// One plain sentence.
    pub documentation: &'static str,
}

impl AuthMechanism {
    const fn new(
        name: &'static str,
        label: &'static str,
        (user, password): (Need, Need),
        documentation: &'static str,
    ) -> Self {
        Self {
            name,
            label,
            user,
            password,
            options: &[],
            properties: &[],
            documentation,
        }
    }

    const fn options(mut self, options: &'static [&'static str]) -> Self {
        self.options = options;
        self
    }

    const fn properties(mut self, properties: &'static [OptionInfo]) -> Self {
        self.properties = properties;
        self
    }
}

/// The option that names the way to sign in, where the engine has one.
pub const fn auth_option(database_type: DatabaseType) -> Option<&'static str> {
    match database_type {
        DatabaseType::Mongodb => Some("authMechanism"),
        DatabaseType::Mysql => Some("auth-method"),
        DatabaseType::Postgresql | DatabaseType::Sqlite => None,
    }
}

/// The ways to sign in that the option can name, the engine's own choice first. Empty where there is no such option.
pub const fn auth_mechanisms(database_type: DatabaseType) -> &'static [AuthMechanism] {
    match database_type {
        DatabaseType::Mongodb => MONGODB,
        DatabaseType::Mysql => MYSQL,
        DatabaseType::Postgresql | DatabaseType::Sqlite => &[],
    }
}

const MONGODB: &[AuthMechanism] = &[
    AuthMechanism::new(
        "",
        "User name and password",
        (Optional, Optional),
        "The strongest SCRAM that both sides know; without a user name nobody is signed in.",
    )
    .options(&["authSource"]),
    AuthMechanism::new(
        "SCRAM-SHA-256",
        "SCRAM-SHA-256",
        (Required, Required),
        "A password that is never sent, with SHA-256.",
    )
    .options(&["authSource"]),
    AuthMechanism::new(
        "SCRAM-SHA-1",
        "SCRAM-SHA-1",
        (Required, Required),
        "A password that is never sent, with SHA-1; for servers before 4.0.",
    )
    .options(&["authSource"]),
    AuthMechanism::new(
        "MONGODB-X509",
        "X.509 certificate",
        (Optional, Forbidden),
        "The client's certificate says who it is; the user name is its subject and can be left out.",
    )
    .options(&["tlsCertificateKeyFile", "tlsCertificateKeyFilePassword"]),
    AuthMechanism::new(
        "MONGODB-AWS",
        "AWS IAM",
        (Optional, Optional),
        "An access key id and its secret key; without them they come from the machine's own AWS credentials.",
    )
    .properties(&[OptionInfo::new(
        "AWS_SESSION_TOKEN",
        Auth,
        Secret,
        "The session token of temporary credentials.",
    )]),
    AuthMechanism::new(
        "GSSAPI",
        "Kerberos",
        (Required, Optional),
        "A Kerberos principal; without a password the ticket of the system's user is taken.",
    )
    .properties(&[
        OptionInfo::new("SERVICE_NAME", Auth, Text, "The Kerberos service name of the server.").default("mongodb"),
        OptionInfo::new(
            "SERVICE_REALM",
            Auth,
            Text,
            "The realm of the server, where it is not that of the user.",
        ),
        OptionInfo::new("SERVICE_HOST", Auth, Text, "The host in the server's principal, where it is not the one named."),
        OptionInfo::new(
            "CANONICALIZE_HOST_NAME",
            Auth,
            Choice,
            "Whether the host's name is replaced by what DNS says before the server's principal is made of it.",
        )
        .values(&["none", "forward", "forwardAndReverse", "false", "true"])
        .default("none"),
    ]),
    AuthMechanism::new(
        "PLAIN",
        "LDAP (PLAIN)",
        (Required, Required),
        "The password is sent as it is, for LDAP behind the server; only with encryption is that safe.",
    )
    .options(&["authSource"]),
    AuthMechanism::new(
        "MONGODB-OIDC",
        "OpenID Connect",
        (Optional, Forbidden),
        "The identity of the machine or container, as its cloud or cluster vouches for it.",
    )
    .properties(&[
        OptionInfo::new("ENVIRONMENT", Auth, Choice, "Who vouches for the identity.")
            .values(&["azure", "gcp", "k8s", "test"]),
        OptionInfo::new(
            "TOKEN_RESOURCE",
            Auth,
            Text,
            "The audience for which the token is asked; azure and gcp need it.",
        ),
    ]),
];

const MYSQL: &[AuthMechanism] = &[
    AuthMechanism::new(
        "",
        "As the server says",
        (Optional, Optional),
        "The plugin of the account, which the server names.",
    ),
    AuthMechanism::new(
        "caching_sha2_password",
        "SHA-2 password",
        (Required, Optional),
        "MySQL's default since 8.0: needs encryption or the server's public key.",
    )
    .options(&["get-server-public-key", "server-public-key-path"]),
    AuthMechanism::new(
        "mysql_native_password",
        "Native password",
        (Required, Optional),
        "The default before 8.0; MySQL 9 does not have it any more.",
    ),
    AuthMechanism::new(
        "sha256_password",
        "SHA-256 password",
        (Required, Optional),
        "Needs encryption or the server's public key; caching_sha2_password replaces it.",
    )
    .options(&["get-server-public-key", "server-public-key-path"]),
    AuthMechanism::new(
        "mysql_clear_password",
        "Clear password (LDAP, PAM)",
        (Required, Required),
        "The password is sent as it is; only with encryption is that safe.",
    )
    .options(&["allowCleartextPasswords"]),
    AuthMechanism::new(
        "client_ed25519",
        "Ed25519 password (MariaDB)",
        (Required, Required),
        "A password that is never sent, as MariaDB has it.",
    ),
    AuthMechanism::new(
        "authentication_kerberos_client",
        "Kerberos",
        (Optional, Optional),
        "A Kerberos ticket of the system's user, or one got by the password.",
    )
    .options(&["plugin-dir"]),
    AuthMechanism::new(
        "authentication_ldap_sasl_client",
        "LDAP (SASL)",
        (Required, Required),
        "LDAP behind the server, without sending the password.",
    )
    .options(&["plugin-dir"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::option_info;

    #[test]
    fn mechanisms_name_values_and_options_of_the_catalogue() {
        for database_type in DatabaseType::ALL {
            let Some(option) = auth_option(database_type) else {
                assert!(auth_mechanisms(database_type).is_empty());
                continue;
            };
            let values = option_info(database_type, option).unwrap().values;
            for (index, mechanism) in auth_mechanisms(database_type).iter().enumerate() {
                assert_eq!(index == 0, mechanism.name.is_empty());
                assert!(
                    index == 0 || values.contains(&mechanism.name),
                    "{}",
                    mechanism.name
                );
                for option in mechanism.options {
                    assert!(option_info(database_type, option).is_some(), "{option}");
                }
            }
        }
    }
}
