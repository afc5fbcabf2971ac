//! Servers that no registry ships, and servers that mean harm: played from a script.
//!
//! MySQL 8's `caching_sha2_password` is among the former: no real server of it runs here.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use engines::{DatabaseType, Stage, code};

use crate::subject::{Run, connected, failed};

/// A server for one connection.
fn play(script: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        script(stream);
    });
    port
}

const SCRAMBLE: &[u8; 20] = b"abcdefghijklmnopqrst";
const PASSWORD: &str = "sha2-s3cret";

/// The public half of a key that was thrown away.
const PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmVmlmQE0uAjX5fvj2Ghd\n\
xfriukWT9+8H6vYNwhxPvcc1/gk26pRzVv3fhz/oMa6FHzhSeqT0Z75Dzt3pRyiI\n\
l2c8d3V1WuNT+mNG1PbAx7KVashq/MoskdtAciFL2oDb9Q3q0l1Ho3rcTaoRHwd0\n\
yor5zn/1cx85wmCVCZrGAtleM4A9V9v+JHMaceQU9SIQJRf9oXp4n9W/Rzkxg9ZF\n\
kU/4PxwZr6fL4/c57pO6uj0lGT7xsnZrb8dx6SZgAT/zgKgIrmoHvQcyl7ucGVLI\n\
fnnugx7GhhbpgvsgRr1DK33s8GMd1tBlrTQBGfGOg6g3+PFBDbgokmLhWdPPCCIs\n\
wQIDAQAB\n\
-----END PUBLIC KEY-----\n\
";

fn send(stream: &mut TcpStream, sequence: u8, payload: &[u8]) {
    let mut packet = u32::try_from(payload.len()).unwrap().to_le_bytes()[..3].to_vec();
    packet.push(sequence);
    packet.extend(payload);
    stream.write_all(&packet).unwrap();
}

fn receive(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut header = [0; 4];
    if stream.read_exact(&mut header).is_err() {
        return (0, Vec::new());
    }
    let mut payload = vec![0; usize::from(header[0]) | usize::from(header[1]) << 8];
    stream.read_exact(&mut payload).unwrap();
    (header[3], payload)
}

fn greet(stream: &mut TcpStream) {
    let mut greeting = b"\x0a8.4.3\0\x07\0\0\0".to_vec();
    greeting.extend(&SCRAMBLE[..8]);
    // Everything but TLS.
    greeting.extend(b"\0\xff\xf7\xff\x02\0\xff\xdf\x15");
    greeting.extend([0; 10]);
    greeting.extend(&SCRAMBLE[8..]);
    greeting.extend(b"\0caching_sha2_password\0");
    send(stream, 0, &greeting);
}

/// The login's answer to the scramble stands behind the user's name and its own length.
fn login(stream: &mut TcpStream) -> u8 {
    let (sequence, payload) = receive(stream);
    assert_eq!(&payload[32..36], b"app\0");
    let expected = mysql_common_scramble(PASSWORD.as_bytes());
    assert_eq!(&payload[37..37 + usize::from(payload[36])], &expected);
    sequence
}

fn mysql_common_scramble(password: &[u8]) -> Vec<u8> {
    use ring::digest::{SHA256, digest};
    let first = digest(&SHA256, password);
    let second = digest(&SHA256, first.as_ref());
    let mut salted = second.as_ref().to_vec();
    salted.extend(SCRAMBLE);
    let third = digest(&SHA256, &salted);
    first
        .as_ref()
        .iter()
        .zip(third.as_ref())
        .map(|(a, b)| a ^ b)
        .collect()
}

const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];

fn answer_query(stream: &mut TcpStream) {
    let (_, query) = receive(stream);
    assert_eq!(query, b"\x03SELECT VERSION()");
    send(stream, 1, &[1]);
    send(
        stream,
        2,
        b"\x03def\0\0\0\x01v\0\x0c\x2d\0\x14\0\0\0\xfd\0\0\0\0\0",
    );
    send(stream, 3, &[0xfe, 0, 0, 2, 0]);
    send(stream, 4, b"\x058.4.3");
    send(stream, 5, &[0xfe, 0, 0, 2, 0]);
    drop(receive(stream));
}

fn test(port: u16, options: &str) -> engines::TestReport {
    let url = format!("mysql://app:{PASSWORD}@127.0.0.1:{port}/?{options}");
    Run::new(DatabaseType::Mysql, &url)
        .timeout(Duration::from_secs(5))
        .report()
}

#[test]
fn caching_sha2_password() {
    let cached = play(|mut stream| {
        greet(&mut stream);
        let sequence = login(&mut stream);
        send(&mut stream, sequence + 1, &[1, 3]);
        send(&mut stream, sequence + 2, &OK);
        answer_query(&mut stream);
    });
    let report = test(cached, "");
    connected(&report, "the server has the hash at hand");
    assert_eq!(
        (report.server.as_deref(), report.version.as_deref()),
        (Some("MySQL"), Some("8.4.3"))
    );

    let uncached = || {
        play(|mut stream| {
            greet(&mut stream);
            let sequence = login(&mut stream);
            send(&mut stream, sequence + 1, &[1, 4]);
            let (sequence, asked) = receive(&mut stream);
            if asked.is_empty() {
                return;
            }
            assert_eq!(
                asked,
                [2],
                "the password is not sent before the key is there"
            );
            let mut key = vec![1];
            key.extend(PUBLIC_KEY.as_bytes());
            send(&mut stream, sequence + 1, &key);
            let (sequence, encrypted) = receive(&mut stream);
            assert_eq!(encrypted.len(), 256);
            send(&mut stream, sequence + 1, &OK);
            answer_query(&mut stream);
        })
    };
    failed(
        &test(uncached(), ""),
        code::TLS_REQUIRED,
        Stage::Auth,
        "the network is not private",
    );
    connected(
        &test(uncached(), "get-server-public-key=true"),
        "with the server's key",
    );
}

#[test]
fn a_mysql_server_that_means_harm() {
    for key in [
        "",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "\u{0}",
    ] {
        let port = play(move |mut stream| {
            greet(&mut stream);
            let sequence = login(&mut stream);
            send(&mut stream, sequence + 1, &[1, 4]);
            let (sequence, _) = receive(&mut stream);
            let mut payload = vec![1];
            payload.extend(key.as_bytes());
            send(&mut stream, sequence + 1, &payload);
            drop(receive(&mut stream));
        });
        let report = test(port, "get-server-public-key=true");
        failed(
            &report,
            code::AUTH_FAILED,
            Stage::Auth,
            "a key that is none",
        );
    }
    // The password in the clear is what a false server would ask for.
    for plugin in ["mysql_clear_password", "dialog", "mysql_old_password"] {
        let port = play(move |mut stream| {
            greet(&mut stream);
            let sequence = login(&mut stream);
            let mut switch = vec![0xfe];
            switch.extend(plugin.as_bytes());
            switch.extend(b"\0aaaaaaaaaaaaaaaaaaaa\0");
            send(&mut stream, sequence + 1, &switch);
            let (_, answer) = receive(&mut stream);
            assert_eq!(answer, b"", "nothing is sent");
        });
        failed(
            &test(port, ""),
            code::AUTH_METHOD_UNSUPPORTED,
            Stage::Auth,
            plugin,
        );
    }
    let talkative = play(|mut stream| {
        let text = format!(
            "\x1b[31mHost blocked\u{202e} by {PASSWORD}{}",
            "!".repeat(5_000)
        );
        let mut error = vec![0xff, 0x69, 0x04];
        error.extend(text.as_bytes());
        send(&mut stream, 0, &error[..4_000]);
    });
    let report = test(talkative, "");
    failed(&report, code::PERMISSION_DENIED, Stage::Tls, "1129");
    let message = report.error.unwrap().message;
    assert!(message.contains("Host blocked by ***!"), "{message}");
}

#[test]
fn a_postgresql_server_that_means_harm() {
    let postgres = |script: fn(&mut TcpStream)| {
        let port = play(move |mut stream| {
            let mut length = [0; 4];
            stream.read_exact(&mut length).unwrap();
            let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
            stream.read_exact(&mut startup).unwrap();
            script(&mut stream);
            drop(stream.read(&mut [0; 64]));
        });
        let url = format!("postgresql://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode=disable");
        Run::new(DatabaseType::Postgresql, &url)
            .timeout(Duration::from_secs(3))
            .timed()
    };
    fn sasl(stream: &mut TcpStream, rounds: &str) {
        stream
            .write_all(b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0")
            .unwrap();
        let mut message = [0; 200];
        let count = stream.read(&mut message).unwrap();
        let text = String::from_utf8_lossy(&message[..count]).into_owned();
        let nonce = text.split("r=").nth(1).unwrap();
        let first = format!("r={nonce}xyz,s=QUFBQUFBQUFBQUFBQUFBQQ==,i={rounds}");
        let mut answer = vec![b'R'];
        answer.extend(u32::try_from(first.len() + 8).unwrap().to_be_bytes());
        answer.extend([0, 0, 0, 11]);
        answer.extend(first.as_bytes());
        stream.write_all(&answer).unwrap();
    }
    // It would keep the processor busy for an hour.
    let (report, took) = postgres(|stream| sasl(stream, "4294967295"));
    failed(
        &report,
        code::AUTH_METHOD_UNSUPPORTED,
        Stage::Auth,
        "too many rounds",
    );
    assert!(took < Duration::from_secs(1), "{took:?}");
    // It knows no password, and says yes nevertheless.
    let (report, _) = postgres(|stream| {
        sasl(stream, "4096");
        drop(stream.read(&mut [0; 300]));
        let last = b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let mut answer = vec![b'R', 0, 0, 0];
        answer.push(u8::try_from(last.len() + 8).unwrap());
        answer.extend([0, 0, 0, 12]);
        answer.extend(last);
        answer.extend(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I");
        stream.write_all(&answer).unwrap();
    });
    failed(&report, code::AUTH_FAILED, Stage::Auth, "a false server");
    // Errors are quoted, secrets in them are not.
    let (report, _) = postgres(|stream| {
        let text = format!("SFATAL\0C28P01\0Mno {PASSWORD} \u{1b}[2Jfor you\0\0");
        let mut answer = vec![b'E'];
        answer.extend(u32::try_from(text.len() + 4).unwrap().to_be_bytes());
        answer.extend(text.as_bytes());
        stream.write_all(&answer).unwrap();
    });
    failed(&report, code::AUTH_FAILED, Stage::Auth, "quoted");
    assert_eq!(report.error.unwrap().message, "FATAL: no *** for you");
}
