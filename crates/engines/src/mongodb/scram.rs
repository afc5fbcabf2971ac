//! SCRAM (RFC 5802, RFC 7677) as MongoDB uses it.

use std::num::NonZeroU32;

use crate::stack::wiped_after;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

/// The specification refuses fewer.
const LEAST: u32 = 4_096;
/// A server that asks for more wants to keep the processor busy; MongoDB itself asks for 15,000.
const MOST: u32 = 1_000_000;

/// The hash of an exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    pub(crate) const fn mechanism(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha256 => "SCRAM-SHA-256",
        }
    }

    fn hmac(self, key: &[u8], data: &[u8]) -> hmac::Tag {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), data)
    }

    fn digest(self, data: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        };
        digest::digest(algorithm, data)
    }

    /// Takes as long as the server has asked for.
    fn salted(self, password: &[u8], salt: &[u8], iterations: NonZeroU32) -> Zeroizing<Vec<u8>> {
        let (algorithm, length) = match self {
            Self::Sha1 => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
            Self::Sha256 => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        };
        let mut output = Zeroizing::new(vec![0; length]);
        wiped_after(|| pbkdf2::derive(algorithm, iterations, salt, password, &mut output));
        output
    }
}

/// What is wrong with a server's message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Malformed,
    Nonce,
    Iterations,
    /// The server does not know the password either.
    Signature,
    Password,
    Random,
}

impl Fault {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "its message cannot be read",
            Self::Nonce => "it answered somebody else's message",
            Self::Iterations => "the number of iterations is out of range",
            Self::Signature => "it could not prove that it knows the password",
            Self::Password => "the password holds characters that are not allowed",
            Self::Random => "the system has no random numbers",
        }
    }
}

/// The first message, and what the second needs of it.
pub(crate) struct Start {
    hash: Hash,
    nonce: String,
    bare: String,
}

/// The second message, and what the server must prove.
pub(crate) struct Proof {
    pub(crate) message: String,
    signature: Vec<u8>,
}

impl Start {
    pub(crate) fn new(hash: Hash, user: &str) -> Result<Self, Fault> {
        let mut random = [0; 24];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Fault::Random)?;
        Ok(Self::with_nonce(hash, user, STANDARD.encode(random)))
    }

    fn with_nonce(hash: Hash, user: &str, nonce: String) -> Self {
        let user = user.replace('=', "=3D").replace(',', "=2C");
        let bare = format!("n={user},r={nonce}");
        Self { hash, nonce, bare }
    }

    pub(crate) fn message(&self) -> String {
        format!("n,,{}", self.bare)
    }

    /// Answers the server's first message. Computes for a while: call it off the runtime's threads.
    pub(crate) fn prove(
        &self,
        user: &str,
        password: &str,
        server_first: &str,
    ) -> Result<Proof, Fault> {
        let field = |key: &str| {
            server_first
                .split(',')
                .find_map(|field| field.strip_prefix(key))
                .ok_or(Fault::Malformed)
        };
        let nonce = field("r=")?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(Fault::Nonce);
        }
        let salt = STANDARD
            .decode(field("s=")?)
            .map_err(|_| Fault::Malformed)?;
        let iterations = field("i=")?
            .parse::<u32>()
            .ok()
            .filter(|number| (LEAST..=MOST).contains(number))
            .and_then(NonZeroU32::new)
            .ok_or(Fault::Iterations)?;
        let password = match self.hash {
            Hash::Sha256 => Zeroizing::new(
                stringprep::saslprep(password)
                    .map_err(|_| Fault::Password)?
                    .into_owned(),
            ),
            // What MongoDB stored before it knew SCRAM.
            Hash::Sha1 => {
                let text = Zeroizing::new(format!("{user}:mongo:{password}"));
                let hashed = Md5::digest(text.as_bytes());
                Zeroizing::new(hashed.iter().map(|byte| format!("{byte:02x}")).collect())
            }
        };
        let salted = self.hash.salted(password.as_bytes(), &salt, iterations);
        let without_proof = format!("c=biws,r={nonce}");
        let authenticated = format!("{},{server_first},{without_proof}", self.bare);
        let client_key = self.hash.hmac(&salted, b"Client Key");
        let stored_key = self.hash.digest(client_key.as_ref());
        let client_signature = self
            .hash
            .hmac(stored_key.as_ref(), authenticated.as_bytes());
        let proof: Vec<u8> = client_key
            .as_ref()
            .iter()
            .zip(client_signature.as_ref())
            .map(|(key, signature)| key ^ signature)
            .collect();
        let server_key = self.hash.hmac(&salted, b"Server Key");
        let signature = self
            .hash
            .hmac(server_key.as_ref(), authenticated.as_bytes());
        Ok(Proof {
            message: format!("{without_proof},p={}", STANDARD.encode(proof)),
            signature: signature.as_ref().to_vec(),
        })
    }
}

impl Proof {
    /// Checks that the server knows the password too.
    pub(crate) fn check(&self, server_final: &str) -> Result<(), Fault> {
        let signature = server_final
            .split(',')
            .find_map(|field| field.strip_prefix("v="))
            .and_then(|text| STANDARD.decode(text).ok())
            .ok_or(Fault::Malformed)?;
        // Both were sent in the clear already or are about to be: the comparison has no secret to keep.
        if signature == self.signature {
            Ok(())
        } else {
            Err(Fault::Signature)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the drivers' authentication specification.
    #[test]
    fn the_specifications_examples() {
        let start = Start::with_nonce(Hash::Sha256, "user", "rOprNGfwEbeRWgbNEkqO".to_owned());
        let proof = start
            .prove(
                "user",
                "pencil",
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            )
            .expect("the exchange is sound");
        assert_eq!(
            proof.message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(
            proof.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
            Ok(())
        );
        assert_eq!(proof.check("v=AAAA"), Err(Fault::Signature));

        let start = Start::with_nonce(Hash::Sha1, "user", "fyko+d2lbbFgONRv9qkxdawL".to_owned());
        let proof = start
            .prove(
                "user",
                "pencil",
                "r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,s=rQ9ZY3MntBeuP3E1TDVC4w==,i=10000",
            )
            .expect("the exchange is sound");
        assert_eq!(
            proof.message,
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,p=MC2T8BvbmWRckDw8oWl5IVghwCY="
        );
        assert_eq!(proof.check("v=UMWeI25JD1yNYZRMpZ4VHvhZ9e0="), Ok(()));
    }

    #[test]
    fn a_server_cannot_ask_for_anything() {
        let start = Start::with_nonce(Hash::Sha256, "user", "abc".to_owned());
        for (message, fault) in [
            ("r=xyz,s=AAAA,i=4096", Fault::Nonce),
            ("r=abc,s=AAAA,i=4096", Fault::Nonce),
            ("r=abcd,s=AAAA,i=1", Fault::Iterations),
            ("r=abcd,s=AAAA,i=4000000000", Fault::Iterations),
            ("r=abcd,s=?,i=4096", Fault::Malformed),
            ("", Fault::Malformed),
        ] {
            assert_eq!(start.prove("user", "x", message).err(), Some(fault));
        }
    }
}
