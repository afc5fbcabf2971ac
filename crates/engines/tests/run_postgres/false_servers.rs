//! Servers that break the protocol: an error, never a panic, never much memory.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use engines::{Batch, Fate, RunError, code};

use super::{connect, sql};

fn send(stream: &mut TcpStream, tag: u8, body: &[u8]) {
    let mut message = vec![tag];
    message.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    message.extend(body);
    // The client may have gone already.
    drop(stream.write_all(&message));
}

fn ready(stream: &mut TcpStream) {
    send(stream, b'Z', b"I");
}

/// The kind of the next message; `None` where the client has gone.
fn receive(stream: &mut TcpStream) -> Option<u8> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes(head[1..].try_into().unwrap());
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    stream.read_exact(&mut body).ok()?;
    Some(head[0])
}

/// A statement without parameters, whose rows have one column.
fn describe(stream: &mut TcpStream) {
    send(stream, b'1', &[]);
    send(stream, b't', &[0, 0]);
    let mut column = vec![0, 1, b'a', 0];
    column.extend([0; 6]);
    column.extend([0, 0, 0, 25]);
    column.extend([0; 8]);
    send(stream, b'T', &column);
}

/// What a false server does once the client has sent a message of a kind.
type Answer = Box<dyn FnOnce(&mut TcpStream) + Send>;

/// Starts a server that lets one client in, and answers the first message of the kind `to` as told; a statement that is
/// to be prepared otherwise as one that gives a text.
fn start(to: u8, answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut rest = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
        stream.read_exact(&mut rest).unwrap();
        send(&mut stream, b'R', &[0; 4]);
        ready(&mut stream);
        // What sets the session up.
        receive(&mut stream);
        send(&mut stream, b'C', b"SET\0");
        ready(&mut stream);
        let mut answer = Some(answer);
        while let Some(kind) = receive(&mut stream) {
            if kind == to
                && let Some(answer) = answer.take()
            {
                answer(&mut stream);
            } else if kind == b'H' {
                describe(&mut stream);
            }
        }
    });
    format!("postgresql://u@127.0.0.1:{port}/app?sslmode=disable")
}

async fn ask(url: &str) -> Result<usize, RunError> {
    let mut session = connect(url, false).await;
    session.start(&sql("SELECT 'a'", &[])).await?;
    let mut batch = Batch::default();
    while session.fetch(1000, &mut batch).await?.is_none() {}
    Ok(batch.rows())
}

fn bound(stream: &mut TcpStream) {
    send(stream, b'2', &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_to_the_protocol() {
    let url = start(
        b'S',
        Box::new(|stream| {
            bound(stream);
            send(stream, b'D', &[0, 1, 0, 0, 0, 1, b'a']);
            send(stream, b'C', b"SELECT 1\0");
            ready(stream);
        }),
    );
    assert_eq!(ask(&url).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_an_error() {
    let while_preparing: [(&str, Answer); 5] = [
        (
            "it leaves",
            Box::new(|stream| drop(stream.shutdown(std::net::Shutdown::Both))),
        ),
        (
            "an absurd length",
            Box::new(|stream| drop(stream.write_all(&[b't', 0xff, 0xff, 0xff, 0xff]))),
        ),
        (
            "no length",
            Box::new(|stream| drop(stream.write_all(&[b't', 0, 0, 0, 0]))),
        ),
        (
            "columns that are not there",
            Box::new(|stream| {
                send(stream, b't', &[0, 0]);
                send(stream, b'T', &[0xff, 0xff, b'a', 0]);
            }),
        ),
        (
            "parameters that are not there",
            Box::new(|stream| send(stream, b't', &[0xff, 0xff])),
        ),
    ];
    for (what, answer) in while_preparing {
        let error = ask(&start(b'H', answer)).await.err().unwrap();
        assert_eq!(
            (error.error.code, error.fate),
            (code::CONNECTION_LOST, Fate::NotSent),
            "{what}: {error:?}"
        );
    }
    let while_running: [(&str, Answer); 6] = [
        (
            "it leaves",
            Box::new(|stream| {
                bound(stream);
                drop(stream.shutdown(std::net::Shutdown::Both));
            }),
        ),
        (
            "other columns",
            Box::new(|stream| {
                bound(stream);
                send(stream, b'D', &[0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
            }),
        ),
        (
            "a value longer than its row",
            Box::new(|stream| {
                bound(stream);
                send(stream, b'D', &[0, 1, 0x7f, 0xff, 0xff, 0xff, b'a']);
            }),
        ),
        (
            "an error without an end",
            Box::new(|stream| send(stream, b'E', b"SERROR")),
        ),
        (
            "an absurd length",
            Box::new(|stream| {
                bound(stream);
                drop(stream.write_all(&[b'D', 0xff, 0xff, 0xff, 0xff]));
            }),
        ),
        (
            "a proxy whose server is gone",
            Box::new(|stream| {
                send(
                    stream,
                    b'E',
                    b"SFATAL\0VFATAL\0C08P01\0Mserver conn crashed?\0\0",
                );
            }),
        ),
    ];
    for (what, answer) in while_running {
        let error = ask(&start(b'S', answer)).await.err().unwrap();
        assert_eq!(
            (error.error.code, error.fate),
            (code::CONNECTION_LOST, Fate::Unknown),
            "{what}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_only_announced_takes_no_memory() {
    let url = start(
        b'S',
        Box::new(|stream| {
            bound(stream);
            // A gigabyte, of which little comes.
            drop(stream.write_all(&[b'D', 0x40, 0, 0, 0, 0, 1]));
        }),
    );
    let mut session = connect(&url, false).await;
    session.start(&sql("SELECT 'a'", &[])).await.unwrap();
    let before = memory();
    let mut batch = Batch::default();
    let waited = Duration::from_millis(200);
    let waiting = tokio::time::timeout(waited, session.fetch(1, &mut batch)).await;
    assert!(waiting.is_err());
    assert!(memory() < before + (64 << 20));
}

/// The address space that this process has, in bytes.
fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').next().unwrap().parse::<usize>().unwrap() * 4096
}
