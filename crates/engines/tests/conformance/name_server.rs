//! A name server on loopback, as much as `mongodb+srv` needs.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};

/// What it answers.
#[derive(Clone, Default)]
pub struct Zone {
    /// Service names with targets and ports.
    pub services: HashMap<String, Vec<(String, u16)>>,
    /// Names with the texts of their TXT records, each in parts.
    pub texts: HashMap<String, Vec<Vec<String>>>,
    /// Names that stand for 127.0.0.1.
    pub hosts: Vec<String>,
}

const A: u16 = 1;
const TXT: u16 = 16;
const SRV: u16 = 33;

/// Starts it; it ends with the process.
pub fn start(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 1_500];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            let answer = answer(&zone, &buffer[..count]);
            drop(socket.send_to(&answer, from));
        }
    });
    address
}

fn answer(zone: &Zone, query: &[u8]) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while query[at] != 0 {
        let length = usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..=at + length]).to_lowercase());
        at += length + 1;
    }
    let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
    let question = &query[12..at + 5];
    let name = labels.join(".");
    let mut known = zone.hosts.contains(&name);
    let mut records: Vec<Vec<u8>> = Vec::new();
    if let Some(services) = zone.services.get(&name) {
        known = true;
        for (target, port) in services.iter().filter(|_| kind == SRV) {
            let mut data = vec![0, 0, 0, 0];
            data.extend(port.to_be_bytes());
            for label in target.split('.') {
                data.push(u8::try_from(label.len()).unwrap());
                data.extend(label.as_bytes());
            }
            data.push(0);
            records.push(data);
        }
    }
    if let Some(texts) = zone.texts.get(&name) {
        known = true;
        for parts in texts.iter().filter(|_| kind == TXT) {
            let mut data = Vec::new();
            for part in parts {
                data.push(u8::try_from(part.len()).unwrap());
                data.extend(part.as_bytes());
            }
            records.push(data);
        }
    }
    if kind == A && zone.hosts.contains(&name) {
        records.push(vec![127, 0, 0, 1]);
    }
    let mut answer = query[..2].to_vec();
    answer.extend(if known { [0x85, 0x80] } else { [0x85, 0x83] });
    answer.extend([0, 1]);
    answer.extend(u16::try_from(records.len()).unwrap().to_be_bytes());
    answer.extend([0; 4]);
    answer.extend(question);
    for data in records {
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}
