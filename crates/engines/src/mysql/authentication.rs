//! Logging in, by the plugin that the server names.
//!
//! The order of messages is that of MySQL's “Connection Phase”; the computations are mysql_common's, which are
//! mysql_async's own.

use std::io;

use mysql_common::scramble::{create_response_for_ed25519, scramble_native, scramble_sha256};
use rustls_pki_types::pem::{self, PemObject};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use super::errors;
use super::packet::{Channel, Greeting, Reported, Switch, handshake_response, invalid};
use super::settings::Settings;
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::stack::wiped_after;

const NATIVE: &str = "mysql_native_password";
const CACHING: &str = "caching_sha2_password";
const SHA256: &str = "sha256_password";
const CLEAR: &str = "mysql_clear_password";
const ED25519: &str = "client_ed25519";

/// A login under way.
pub(crate) struct Login<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) address: &'a str,
    pub(crate) product: &'static str,
    /// Whether nobody on the way can read along: TLS, or a unix socket.
    pub(crate) private: bool,
    pub(crate) encrypted: bool,
}

impl Login<'_> {
    /// Answers the greeting, and goes on until the server says yes or no.
    pub(crate) async fn run(
        &self,
        channel: &mut Channel,
        greeting: &Greeting,
        capabilities: u32,
    ) -> Attempt<()> {
        // What the server's default plugin is says nothing about this user; an unknown one is answered with the plugin
        // that every server knows, and the server asks for another if the user has another.
        let mut plugin = match greeting.plugin.as_str() {
            known @ (CACHING | SHA256 | NATIVE) => known.to_owned(),
            _ => NATIVE.to_owned(),
        };
        let mut scramble = greeting.scramble.clone();
        let response = wiped_after(|| self.first_response(&plugin, &scramble))?;
        let packet = handshake_response(capabilities, &self.settings.user, &response, &plugin)
            .map_err(|error| self.lost(&error))?;
        channel
            .write(&packet)
            .await
            .map_err(|error| self.lost(&error))?;
        // A server switches once; one that goes on asking is not one.
        for _ in 0..8 {
            let packet = channel.read().await.map_err(|error| self.lost(&error))?;
            match packet.split_first() {
                Some((0x00, _)) => return Ok(()),
                Some((0xff, _)) => {
                    return Err(Reported::parse(&packet).map_or_else(
                        || self.lost(&invalid("an error cannot be read")),
                        |reported| errors::classify(&reported, self.address, self.encrypted),
                    ));
                }
                Some((0xfe, rest)) => {
                    let switch = Switch::parse(rest);
                    plugin = switch.plugin;
                    scramble = switch.scramble;
                    let response = wiped_after(|| self.first_response(&plugin, &scramble))?;
                    channel
                        .write(&response)
                        .await
                        .map_err(|error| self.lost(&error))?;
                }
                Some((0x01, more)) => self.go_on(channel, &plugin, &scramble, more).await?,
                _ => break,
            }
        }
        Err(Failure::not_this_database(self.product, self.address, None))
    }

    fn first_response(&self, plugin: &str, scramble: &[u8]) -> Attempt<Zeroizing<Vec<u8>>> {
        let password = self.settings.password.as_bytes();
        // The scrambles take the first twenty bytes; a server that sent fewer gets an answer that it will refuse.
        let nonce = &scramble[..scramble.len().min(20)];
        let response = match plugin {
            _ if password.is_empty() && plugin != SHA256 => Vec::new(),
            NATIVE => scramble_native(nonce, password).map_or_else(Vec::new, Vec::from),
            CACHING => scramble_sha256(nonce, password).map_or_else(Vec::new, Vec::from),
            ED25519 => create_response_for_ed25519(password, scramble).to_vec(),
            SHA256 if self.private => self.terminated().to_vec(),
            SHA256 if self.settings.fetch_public_key => vec![0x01],
            CLEAR if self.settings.cleartext && self.private => self.terminated().to_vec(),
            SHA256 => return Err(self.needs_privacy(plugin)),
            CLEAR if self.settings.cleartext => return Err(self.needs_privacy(plugin)),
            CLEAR => {
                return Err(Failure::new(
                    code::AUTH_METHOD_UNSUPPORTED,
                    format!("The server at {} asks for the password in the clear.", self.address),
                )
                .remedy("If you trust the server, add enable-cleartext-plugin=true and ssl-mode=VERIFY_IDENTITY."));
            }
            other => {
                return Err(Failure::new(
                    code::AUTH_METHOD_UNSUPPORTED,
                    format!("The server at {} asks for the plugin {other}, which is not supported.", self.address),
                )
                .remedy("Let the user log in by caching_sha2_password, mysql_native_password or ed25519."));
            }
        };
        Ok(Zeroizing::new(response))
    }

    /// What the two SHA-256 plugins ask for besides.
    async fn go_on(
        &self,
        channel: &mut Channel,
        plugin: &str,
        scramble: &[u8],
        more: &[u8],
    ) -> Attempt<()> {
        match (plugin, more) {
            // The server has the password's hash at hand, and it fits: the yes follows.
            (CACHING, [3]) => Ok(()),
            (CACHING, [4]) if self.private => channel
                .write(&self.terminated())
                .await
                .map_err(|error| self.lost(&error)),
            (CACHING, [4]) if self.settings.fetch_public_key => {
                channel.write(&[2]).await.map_err(|error| self.lost(&error))
            }
            (CACHING, [4]) => Err(self.needs_privacy(plugin)),
            // A key is sent only to those who asked for it.
            (CACHING | SHA256, key) if self.settings.fetch_public_key && !self.private => {
                let encrypted = self.encrypt(scramble, key)?;
                channel
                    .write(&encrypted)
                    .await
                    .map_err(|error| self.lost(&error))
            }
            _ => Err(Failure::not_this_database(self.product, self.address, None)),
        }
    }

    /// The password, XORed with the scramble and encrypted with the server's RSA key.
    fn encrypt(&self, scramble: &[u8], key: &[u8]) -> Attempt<Vec<u8>> {
        let failure = |why: &str| {
            Failure::new(
                code::AUTH_FAILED,
                format!(
                    "The public key that the server at {} sent cannot be used: {why}.",
                    self.address
                ),
            )
            .remedy("Use TLS, which needs no such key: ssl-mode=REQUIRED or stricter.")
        };
        // mysql_common panics at a key that it cannot read, so it gets none that x509-parser has not read before.
        let (kind, der) = <(pem::SectionKind, Vec<u8>)>::from_pem_slice(key)
            .map_err(|_| failure("it is not in PEM format"))?;
        let size = match SubjectPublicKeyInfo::from_der(&der).map(|(_, info)| {
            info.parsed().map(|key| match key {
                PublicKey::RSA(key) => key.key_size() / 8,
                _ => 0,
            })
        }) {
            Ok(Ok(size)) if kind == pem::SectionKind::PublicKey => size,
            _ => return Err(failure("it is not an RSA key")),
        };
        let mut text = self.terminated();
        // OAEP with SHA-1 takes 42 bytes of a block for itself.
        if !(128..=1_024).contains(&size) || text.len() + 42 > size || scramble.is_empty() {
            return Err(failure("its size does not fit"));
        }
        for (byte, mask) in text.iter_mut().zip(scramble.iter().take(20).cycle()) {
            *byte ^= mask;
        }
        Ok(mysql_common::crypto::encrypt(&text, key))
    }

    fn terminated(&self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(self.settings.password.as_bytes().to_vec());
        text.push(0);
        text
    }

    fn needs_privacy(&self, plugin: &str) -> Failure {
        Failure::new(
            code::TLS_REQUIRED,
            format!(
                "The user logs in at {} by {plugin}, for which the connection has to be encrypted.",
                self.address
            ),
        )
        .remedy("Use ssl-mode=REQUIRED or stricter. Where the network is trusted, get-server-public-key=true works too.")
    }

    fn lost(&self, error: &io::Error) -> Failure {
        errors::lost(self.product, self.address, error)
    }
}
