//! Logging in (the drivers' “Authentication” specification).

use std::sync::Arc;

use bson::raw::RawDocumentBuf;
use bson::spec::BinarySubtype;
use bson::{Binary, Document, doc};
use zeroize::Zeroizing;

use super::message::{Channel, number};
use super::scram::{Fault, Hash, Proof, Start};
use super::settings::{Credential, Mechanism};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::files::detached;

/// Logs in. `offered` is what the server says this user can log in by.
pub(crate) async fn log_in(
    channel: &mut Channel,
    credential: &Credential,
    offered: &[String],
) -> Attempt<()> {
    let hash = match credential.mechanism {
        Mechanism::ScramSha1 => Hash::Sha1,
        Mechanism::ScramSha256 => Hash::Sha256,
        // The specification: SHA-256 if the server names it, SHA-1 otherwise.
        Mechanism::Negotiated => {
            if offered.iter().any(|name| name == Hash::Sha256.mechanism()) {
                Hash::Sha256
            } else {
                Hash::Sha1
            }
        }
        Mechanism::X509 => return x509(channel, credential).await,
        Mechanism::Plain => return plain(channel, credential).await,
    };
    scram(channel, credential, hash).await
}

async fn x509(channel: &mut Channel, credential: &Credential) -> Attempt<()> {
    let mut command = doc! { "authenticate": 1, "mechanism": "MONGODB-X509" };
    if !credential.user.is_empty() {
        command.insert("user", credential.user.as_str());
    }
    channel.run(&credential.source, command).await.map(drop)
}

async fn plain(channel: &mut Channel, credential: &Credential) -> Attempt<()> {
    let payload = format!("\0{}\0{}", credential.user, credential.password.as_str());
    let command = doc! {
        "saslStart": 1,
        "mechanism": "PLAIN",
        "payload": binary(payload.into_bytes()),
        "autoAuthorize": 1,
    };
    channel.run(&credential.source, command).await.map(drop)
}

async fn scram(channel: &mut Channel, credential: &Credential, hash: Hash) -> Attempt<()> {
    let address = channel.address.clone();
    let failure = |fault: Fault| {
        Failure::new(
            code::AUTH_FAILED,
            format!("Logging in at {address} failed: {}.", fault.as_str()),
        )
        .remedy("Check the user and the password, and that the server is the one you mean.")
    };
    let start = Arc::new(Start::new(hash, &credential.user).map_err(failure)?);
    let command = doc! {
        "saslStart": 1,
        "mechanism": hash.mechanism(),
        "payload": binary(start.message().into_bytes()),
        "options": { "skipEmptyExchange": true },
    };
    let reply = channel.run(&credential.source, command).await?;
    let conversation = number(&reply, "conversationId").unwrap_or(1);
    let server_first = payload(&reply).ok_or_else(|| failure(Fault::Malformed))?;
    let proof = prove(start, credential, server_first)
        .await
        .map_err(failure)?;
    let reply = channel
        .run(
            &credential.source,
            go_on(conversation, proof.message.as_bytes()),
        )
        .await?;
    proof
        .check(&payload(&reply).ok_or_else(|| failure(Fault::Malformed))?)
        .map_err(failure)?;
    if reply.get_bool("done").unwrap_or(false) {
        return Ok(());
    }
    // A server that does not know skipEmptyExchange wants one more.
    let reply = channel
        .run(&credential.source, go_on(conversation, &[]))
        .await?;
    if reply.get_bool("done").unwrap_or(false) {
        Ok(())
    } else {
        Err(failure(Fault::Malformed))
    }
}

/// On a thread of its own: the server says how long it takes, and a cancelled test must not wait for it.
async fn prove(
    start: Arc<Start>,
    credential: &Credential,
    server_first: String,
) -> Result<Proof, Fault> {
    let user = credential.user.clone();
    let password: Zeroizing<String> = credential.password.clone();
    detached("tapedeck-scram", move || {
        Ok(start.prove(&user, &password, &server_first))
    })
    .await
    .unwrap_or(Err(Fault::Malformed))
}

fn go_on(conversation: i64, payload: &[u8]) -> Document {
    doc! {
        "saslContinue": 1,
        // Servers give a number of 32 bits, and some take no other.
        "conversationId": i32::try_from(conversation).unwrap_or(1),
        "payload": binary(payload.to_vec()),
    }
}

const fn binary(bytes: Vec<u8>) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes,
    }
}

fn payload(reply: &RawDocumentBuf) -> Option<String> {
    let value = reply.get("payload").ok()??;
    let bytes = value.as_binary()?.bytes.to_vec();
    String::from_utf8(bytes).ok()
}
