//! Servers that break the protocol: an error, never a panic, never an answer to what must not be answered.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use engines::{Batch, Fate, RunError, code};

use super::{connect, sql};

const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];
const EOF: [u8; 5] = [0xfe, 0, 0, 2, 0];
const PREPARED: [u8; 12] = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn send(stream: &mut TcpStream, number: u8, payload: &[u8]) {
    let mut packet = u32::try_from(payload.len()).unwrap().to_le_bytes()[..3].to_vec();
    packet.push(number);
    packet.extend(payload);
    // The client may have gone already.
    drop(stream.write_all(&packet));
}

/// The next command; empty where the client has gone.
fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut header = [0; 4];
    if stream.read_exact(&mut header).is_err() {
        return Vec::new();
    }
    let mut payload = vec![0; usize::from(header[0]) | usize::from(header[1]) << 8];
    stream.read_exact(&mut payload).unwrap();
    payload
}

fn column(name: &str, type_number: u8) -> Vec<u8> {
    let mut definition = b"\x03def\0\0\0".to_vec();
    definition.push(u8::try_from(name.len()).unwrap());
    definition.extend(name.as_bytes());
    definition.extend(b"\0\x0c\x2d\0\xff\0\0\0");
    definition.push(type_number);
    definition.extend([0; 5]);
    definition
}

/// A server that lets anybody in, sets the session up and prepares a statement; its answer to the run of it is the test's.
/// Gives what the client sent afterwards.
fn play(
    answer: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> (String, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let playing = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let mut greeting =
            b"\x0a5.7.99\0\x07\0\0\0abcdefgh\0\xff\xf7\x2d\x02\0\x0f\x00\x15".to_vec();
        greeting.extend([0; 10]);
        greeting.extend(b"ijklmnopqrst\0mysql_native_password\0");
        send(&mut stream, 0, &greeting);
        receive(&mut stream);
        send(&mut stream, 2, &OK);
        loop {
            let command = receive(&mut stream);
            match command.first() {
                Some(3) if command.starts_with(b"\x03SELECT VERSION()") => {
                    send(&mut stream, 1, &[2]);
                    send(&mut stream, 2, &column("v", 253));
                    send(&mut stream, 3, &column("m", 253));
                    send(&mut stream, 4, &EOF);
                    send(&mut stream, 5, b"\x065.7.99\x041024");
                    send(&mut stream, 6, &EOF);
                }
                Some(0x16) => send(&mut stream, 1, &PREPARED),
                Some(0x17) => break,
                Some(_) => send(&mut stream, 1, &OK),
                None => return Vec::new(),
            }
        }
        answer(&mut stream);
        let mut rest = Vec::new();
        drop(stream.shutdown(std::net::Shutdown::Write));
        drop(stream.read_to_end(&mut rest));
        rest
    });
    (
        format!("mysql://app:s3cret@127.0.0.1:{port}/?ssl-mode=DISABLED"),
        playing,
    )
}

async fn answered(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> (RunError, Vec<u8>) {
    let (url, playing) = play(answer);
    let mut session = connect(&url, false).await.unwrap();
    let mut batch = Batch::default();
    let error = match session.start(&sql("SELECT 1", &[])).await {
        Err(error) => error,
        Ok(_) => loop {
            batch.clear();
            match session.fetch(10, &mut batch).await {
                Ok(None) => {}
                Ok(Some(completion)) => panic!("{completion:?}"),
                Err(error) => break error,
            }
        },
    };
    let next = session.start(&sql("SELECT 1", &[])).await.err().unwrap();
    assert_eq!(
        (next.error.code, next.fate),
        (code::CONNECTION_LOST, Fate::NotSent)
    );
    drop(session);
    (error, playing.join().unwrap())
}

/// An answer with one column of this type, and these packets as rows.
fn rows(
    type_number: u8,
    rows: &'static [&'static [u8]],
) -> impl FnOnce(&mut TcpStream) + Send + 'static {
    move |stream| {
        send(stream, 1, &[1]);
        send(stream, 2, &column("c", type_number));
        send(stream, 3, &EOF);
        for row in rows {
            send(stream, 4, row);
        }
    }
}

/// What a false server does with a connection that it has let in.
type Answer = Box<dyn FnOnce(&mut TcpStream) + Send>;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_local_file_is_never_answered() {
    let (error, sent) = answered(|stream| send(stream, 1, b"\xfb/etc/passwd")).await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::CONNECTION_LOST, Fate::Unknown)
    );
    assert!(sent.is_empty(), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_an_error() {
    let garbage: [(&str, Answer); 12] = [
        ("no columns", Box::new(|stream| send(stream, 1, &[]))),
        (
            "too many columns",
            Box::new(|stream| send(stream, 1, &[0xfd, 0xff, 0xff, 0xff])),
        ),
        (
            "a length without bytes",
            Box::new(|stream| send(stream, 1, &[0xfe, 0xff])),
        ),
        ("half an OK", Box::new(|stream| send(stream, 1, &[0, 1]))),
        (
            "half an error",
            Box::new(|stream| send(stream, 1, &[0xff, 1])),
        ),
        (
            "a broken column",
            Box::new(|stream| {
                send(stream, 1, &[1]);
                send(stream, 2, b"\x03def\xfe\xff\xff\xff\xff\xff\xff\xff\xff");
            }),
        ),
        ("an empty row", Box::new(rows(253, &[b""]))),
        (
            "a value beyond its row",
            Box::new(rows(253, &[b"\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"])),
        ),
        ("a number cut short", Box::new(rows(8, &[b"\0\0\x01\x02"]))),
        (
            "a date of three bytes",
            Box::new(rows(10, &[b"\0\0\x03\x01\x02\x03"])),
        ),
        (
            "a time of a hundred million days",
            Box::new(rows(11, &[b"\0\0\x08\0\xff\xff\xff\xff\x01\x02\x03"])),
        ),
        (
            "bytes behind the row",
            Box::new(rows(253, &[b"\0\0\x01a", b"\0\0\x01ab"])),
        ),
    ];
    for (what, answer) in garbage {
        let (error, sent) = answered(answer).await;
        assert_eq!(
            (error.error.code, error.fate),
            (code::CONNECTION_LOST, Fate::Unknown),
            "{what}: {error:?}"
        );
        assert!(sent.is_empty(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_only_announced_takes_no_memory() {
    let (error, _) = answered(|stream| {
        send(stream, 1, &[1]);
        send(stream, 2, &column("c", 253));
        send(stream, 3, &EOF);
        // 16 MiB are announced, and nothing comes.
        drop(stream.write_all(&[0xff, 0xff, 0xff, 4, 0, 0]));
    })
    .await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::CONNECTION_LOST, Fate::Unknown)
    );
}
