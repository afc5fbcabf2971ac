//! A server whose answers are written by the test: what a real one does once a year, or is not to be had here.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use mongodb::bson::{Document, doc};

/// What the server does with a command.
pub enum Reaction {
    Reply(Document),
    /// These bytes in place of a message.
    Bytes(Vec<u8>),
    Close,
}

/// `ok: 1`.
pub fn fine() -> Reaction {
    Reaction::Reply(doc! { "ok": 1 })
}

/// An error as servers report it.
pub fn refusal(code: i32, name: &str) -> Reaction {
    Reaction::Reply(doc! { "ok": 0, "code": code, "codeName": name, "errmsg": "so it is written" })
}

/// Starts one; it ends with the process. The script hears of each command, with the number of its connection, and leaves
/// what it gives `None` for to the usual answers of a primary.
pub fn start(
    script: impl Fn(i64, &Document) -> Option<Reaction> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let script = Arc::new(script);
    thread::spawn(move || {
        for (number, stream) in (1..).zip(listener.incoming().flatten()) {
            let script = Arc::clone(&script);
            // A client that leaves is no failure.
            thread::spawn(move || drop(serve(stream, number, address.port(), &*script)));
        }
    });
    format!("mongodb://{address}/app")
}

fn serve(
    mut stream: TcpStream,
    number: i64,
    port: u16,
    script: &dyn Fn(i64, &Document) -> Option<Reaction>,
) -> std::io::Result<()> {
    loop {
        let mut header = [0; 16];
        stream.read_exact(&mut header)?;
        let word = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let mut body = vec![0; usize::try_from(word(0)).unwrap() - 16];
        stream.read_exact(&mut body)?;
        let size = i32::from_le_bytes(body[5..9].try_into().unwrap());
        let command = &body[5..5 + usize::try_from(size).unwrap()];
        let command = Document::from_reader(command).unwrap();
        match script(number, &command).unwrap_or_else(|| usual(number, port, &command)) {
            Reaction::Reply(document) => stream.write_all(&message(word(4), &document))?,
            Reaction::Bytes(bytes) => stream.write_all(&bytes)?,
            Reaction::Close => return Ok(()),
        }
    }
}

/// An `OP_MSG` that answers a request.
pub fn message(request: i32, document: &Document) -> Vec<u8> {
    let document = document.to_vec().unwrap();
    let length = i32::try_from(21 + document.len()).unwrap();
    let mut message = Vec::new();
    // Its own number is one with which the header looks like a greeting of MySQL.
    for number in [length, 10, request, 2013, 0] {
        message.extend(number.to_le_bytes());
    }
    message.push(0);
    message.extend(document);
    message
}

fn usual(number: i64, port: u16, command: &Document) -> Reaction {
    let me = format!("127.0.0.1:{port}");
    match command.keys().next().map(String::as_str) {
        Some("hello") => Reaction::Reply(doc! {
            "ok": 1, "isWritablePrimary": true, "setName": "rs", "hosts": [&me], "me": &me, "primary": &me,
            "maxWireVersion": 21, "logicalSessionTimeoutMinutes": 30, "connectionId": number,
            "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48_000_000,
        }),
        Some("buildInfo") => Reaction::Reply(doc! { "ok": 1, "version": "7.0.1" }),
        Some("listCollections") => Reaction::Reply(
            doc! { "ok": 1, "cursor": { "id": 0_i64, "ns": "app.$cmd.listCollections", "firstBatch": [] } },
        ),
        _ => fine(),
    }
}
