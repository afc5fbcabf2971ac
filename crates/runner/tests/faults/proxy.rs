//! A connection to a server that breaks, or falls silent, where a test wants it to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The word on which it acts; a test puts it into a statement. A history keeps statements as JSON, where a line break is written
/// otherwise: only the statement itself holds the word.
pub const WORD: &str = "cut\nthe line";

/// What happens once the word came by: it still goes to the server, the answer to it goes nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Every connection ends, and none is taken any more for a while.
    Cut,
    /// The connection falls silent and stays.
    Silence,
}

/// Passes everything on, until the word comes by.
pub struct Proxy {
    pub port: u16,
    pub seen: Arc<AtomicBool>,
}

impl Proxy {
    pub fn start(server: u16, then: Then) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let back = (there.try_clone().unwrap(), client.try_clone().unwrap());
                // Of this connection.
                let word = Arc::new(AtomicBool::new(false));
                let (muted, seen) = (Arc::clone(&word), Arc::clone(&shared));
                thread::spawn(move || answers(back, &muted, then));
                thread::spawn(move || questions((client, there), &word, &seen));
            }
        });
        Self { port, seen }
    }
}

fn questions((mut from, mut to): (TcpStream, TcpStream), word: &AtomicBool, seen: &AtomicBool) {
    let mut buffer = vec![0_u8; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        let found = bytes
            .windows(WORD.len())
            .any(|part| part == WORD.as_bytes());
        // Once: what is tried again gets through.
        if found && !seen.swap(true, Ordering::SeqCst) {
            word.store(true, Ordering::SeqCst);
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}

fn answers((mut from, mut to): (TcpStream, TcpStream), muted: &AtomicBool, then: Then) {
    let mut buffer = vec![0_u8; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if muted.load(Ordering::SeqCst) {
            if then == Then::Silence {
                continue;
            }
            // The answer came, and goes nowhere; the server had the time to act.
            thread::sleep(Duration::from_millis(50));
            break;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
