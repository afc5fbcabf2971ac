//! Nothing may hang, whatever the other side does not do.

use std::net::UdpSocket;
use std::time::Duration;

use engines::{DatabaseType, Stage, code};
use test_support::hostile::SilentServer;
use test_support::wait_until;

use crate::subject::{Run, failed, subjects};

/// A cancellation takes effect within this time.
const AT_ONCE: Duration = Duration::from_millis(500);

#[test]
fn silent_servers_end_with_the_time_or_the_token() {
    for subject in subjects() {
        for (options, stage) in [
            ("", subject.first_words.0),
            (subject.plain, subject.first_words.1),
        ] {
            let silent = SilentServer::start();
            let url = subject.url_on(silent.port, options);
            let limit = Duration::from_millis(700);
            let (report, took) = Run::new(subject.database_type, &url).timeout(limit).timed();
            failed(&report, code::TIMED_OUT, stage, subject.name);
            assert!(
                took >= limit && took < limit + AT_ONCE,
                "{}: {took:?}",
                subject.name
            );
            assert!(report.error.unwrap().retryable);

            let delay = Duration::from_millis(200);
            let (report, took) = Run::new(subject.database_type, &url)
                .cancel_after(delay)
                .timed();
            failed(&report, code::CANCELLED, stage, subject.name);
            assert!(took < delay + AT_ONCE, "{}: {took:?}", subject.name);
            assert!(
                wait_until(AT_ONCE, || silent.all_closed()),
                "{}",
                subject.name
            );
        }
    }
}

#[test]
fn a_connection_that_does_not_come_about() {
    // A listener that accepts nobody: once its queue is full, packets to it vanish.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let waiting: Vec<_> = (0..4)
        .map(|_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)))
        .collect();
    for subject in subjects() {
        let url = subject.url_on(address.port(), "");
        let limit = Duration::from_millis(600);
        let (report, took) = Run::new(subject.database_type, &url).timeout(limit).timed();
        failed(&report, code::CONNECT_TIMEOUT, Stage::Tcp, subject.name);
        assert!(took < limit + AT_ONCE, "{took:?}");
        let delay = Duration::from_millis(200);
        let (report, took) = Run::new(subject.database_type, &url)
            .cancel_after(delay)
            .timed();
        failed(&report, code::CANCELLED, Stage::Tcp, subject.name);
        assert!(took < delay + AT_ONCE, "{took:?}");
    }
    drop(waiting);
}

#[test]
fn name_servers_that_do_not_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let url = "mongodb+srv://app:s3cret@cluster.tapedeck.test/app";
    let run = || {
        let mut run = Run::new(DatabaseType::Mongodb, url);
        run.options.dns_server = Some(silent.local_addr().unwrap());
        run
    };
    let delay = Duration::from_millis(200);
    let (report, took) = run().cancel_after(delay).timed();
    failed(&report, code::CANCELLED, Stage::Resolve, "cancelled");
    assert!(took < delay + AT_ONCE, "{took:?}");
    let limit = Duration::from_millis(600);
    let (report, took) = run().timeout(limit).timed();
    assert_eq!(report.stage, Stage::Resolve);
    assert!(took < limit + AT_ONCE, "{took:?}");
}

#[test]
fn cancelled_before_it_began() {
    for subject in subjects() {
        let (report, took) = Run::new(subject.database_type, &subject.url(""))
            .cancel_after(Duration::ZERO)
            .timed();
        assert!(took < AT_ONCE, "{took:?}");
        // The token may come a moment after a fast server's answer.
        assert!(report.connected || report.error.unwrap().code == code::CANCELLED);
    }
}
