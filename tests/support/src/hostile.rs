//! Servers that do what no server should: each is what some address out there answers one day.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A listener whose every connection goes to one function, on a thread of its own.
#[derive(Debug)]
struct Listener {
    port: u16,
    accepted: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
}

impl Listener {
    fn start(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Listener {
        let socket = TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free");
        let port = socket
            .local_addr()
            .expect("a bound socket has an address")
            .port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let closing = Arc::new(AtomicBool::new(false));
        let listener = Listener {
            port,
            accepted: Arc::clone(&accepted),
            closing: Arc::clone(&closing),
        };
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                if closing.load(Ordering::SeqCst) {
                    break;
                }
                accepted.fetch_add(1, Ordering::SeqCst);
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(stream));
            }
        });
        listener
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // The accepting thread sleeps in `accept`; a connection of our own wakes it.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

macro_rules! hostile_server {
    ($(#[$documentation:meta])* $name:ident, |$stream:ident| $answer:expr) => {
        $(#[$documentation])*
        #[derive(Debug)]
        pub struct $name {
            /// The port on 127.0.0.1.
            pub port: u16,
            listener: Listener,
        }

        impl $name {
            /// Starts it.
            pub fn start() -> Self {
                let listener = Listener::start(|$stream: TcpStream| $answer);
                Self { port: listener.port, listener }
            }

            /// How many connections it took.
            pub fn accepted(&self) -> usize {
                self.listener.accepted.load(Ordering::SeqCst)
            }
        }
    };
}

hostile_server!(
    /// Answers everything with an HTTP error page, at once, as a web server does that hears no HTTP.
    GarbageServer,
    |stream| answer_http(stream)
);

hostile_server!(
    /// Closes the connection as soon as the client has said something, or after 200 ms.
    DyingServer,
    |stream| die(stream)
);

/// Accepts and never says a word; connections stay open until it is dropped.
#[derive(Debug)]
pub struct SilentServer {
    /// The port on 127.0.0.1.
    pub port: u16,
    listener: Listener,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl SilentServer {
    /// Starts it.
    pub fn start() -> SilentServer {
        let streams = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&streams);
        let listener = Listener::start(move |stream| {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(stream);
        });
        SilentServer {
            port: listener.port,
            listener,
            streams,
        }
    }

    /// How many connections it took.
    pub fn accepted(&self) -> usize {
        self.listener.accepted.load(Ordering::SeqCst)
    }

    /// Whether every client has closed its connection: a cancelled test must not leave one open.
    pub fn all_closed(&self) -> bool {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.iter().all(|stream| {
            let mut rest = [0_u8; 4096];
            let mut stream = stream;
            if stream
                .set_read_timeout(Some(Duration::from_millis(20)))
                .is_err()
            {
                return true;
            }
            loop {
                match stream.read(&mut rest) {
                    Ok(0) => return true,
                    Ok(_) => {}
                    Err(error) => {
                        return !matches!(
                            error.kind(),
                            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                        );
                    }
                }
            }
        })
    }
}

/// A port that refuses every connection and that nobody else can take while this value lives.
#[derive(Debug)]
pub struct RefusingPort {
    /// The port on 127.0.0.1.
    pub port: u16,
    _held: socket2::Socket,
}

impl RefusingPort {
    /// Finds one.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> RefusingPort {
        // Bound and never listened on. The local port of an open connection would refuse as well, but the system may
        // give that very port to whoever connects to it, and the caller is then connected to itself.
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)
            .expect("the system has sockets");
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        socket
            .bind(&any.into())
            .expect("a port of 127.0.0.1 is free");
        let port = socket
            .local_addr()
            .ok()
            .and_then(|address| address.as_socket())
            .expect("a bound socket has an address")
            .port();
        RefusingPort {
            port,
            _held: socket,
        }
    }
}

fn answer_http(mut stream: TcpStream) {
    let page = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<h1>Hello</h1>\r\n";
    if stream.write_all(page).is_ok() {
        drain_and_close(&mut stream);
    }
}

fn die(mut stream: TcpStream) {
    let mut first = [0_u8; 1];
    if stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .is_ok()
    {
        // Whether it said something or the time passed, the connection ends here.
        drop(stream.read(&mut first));
    }
    drop(stream.shutdown(Shutdown::Both));
}

/// Reads what the client still sends: closing with unread data makes the kernel reset the connection, and the client
/// then loses the answer that it was to stumble over.
fn drain_and_close(stream: &mut TcpStream) {
    drop(stream.shutdown(Shutdown::Write));
    if stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .is_ok()
    {
        let mut rest = [0_u8; 4096];
        while matches!(stream.read(&mut rest), Ok(count) if count > 0) {}
    }
}
