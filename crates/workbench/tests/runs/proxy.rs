//! A connection to a server that breaks where a test wants it to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Passes everything on, until a word comes by: that still goes to the server, the answer to it goes nowhere, and both
/// connections are closed once the server had time to act.
pub struct Proxy {
    pub port: u16,
    cuts: Arc<AtomicUsize>,
    seen: Arc<AtomicUsize>,
}

/// The word; a test puts it into a value.
pub const CUT: &str = "cut-the-line";

impl Proxy {
    /// Starts one that cuts so many connections, and passes the word on afterwards.
    pub fn start(server: u16, cuts: usize) -> Self {
        Self::listening(TcpListener::bind(("127.0.0.1", 0)).unwrap(), server, cuts)
    }

    /// The same on a port that was free a moment ago.
    pub fn start_at(port: u16, server: u16) -> Self {
        Self::listening(TcpListener::bind(("127.0.0.1", port)).unwrap(), server, 0)
    }

    fn listening(listener: TcpListener, server: u16, cuts: usize) -> Self {
        let port = listener.local_addr().unwrap().port();
        let proxy = Self {
            port,
            cuts: Arc::new(AtomicUsize::new(cuts)),
            seen: Arc::default(),
        };
        let (cuts, seen) = (Arc::clone(&proxy.cuts), Arc::clone(&proxy.seen));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let (cuts, seen) = (Arc::clone(&cuts), Arc::clone(&seen));
                let back = (there.try_clone().unwrap(), client.try_clone().unwrap());
                let cut = Arc::new(AtomicUsize::new(0));
                let muted = Arc::clone(&cut);
                thread::spawn(move || {
                    let (mut from, mut to) = back;
                    pass(&mut from, &mut to, |_| muted.load(Ordering::SeqCst) == 0);
                });
                thread::spawn(move || {
                    let (mut from, mut to) = (client, there);
                    pass(&mut from, &mut to, |bytes| {
                        let word = bytes.windows(CUT.len()).any(|part| part == CUT.as_bytes());
                        if word {
                            seen.fetch_add(1, Ordering::SeqCst);
                            let take = |left: usize| left.checked_sub(1);
                            let order = Ordering::SeqCst;
                            if cuts.fetch_update(order, order, take).is_ok() {
                                cut.store(1, Ordering::SeqCst);
                            }
                        }
                        true
                    });
                });
                // The reader of the word closes both ends.
            }
        });
        proxy
    }

    /// How often the word came by.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

/// Passes bytes on for as long as `look` says so; then the server has a while to act, and both ends are closed.
fn pass(from: &mut TcpStream, to: &mut TcpStream, mut look: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0_u8; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !look(&buffer[..read]) {
            // The answer came, and goes nowhere.
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
