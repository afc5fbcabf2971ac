//! The order of packets in an answer: where an exchange stands, and what the next packet means there.
//!
//! The state is moved by one packet at a time, so that a future which is dropped while it waits leaves nothing half read: what
//! is left of its answer can be skipped later.

use std::io;

use super::columns::{Shape, Wording};
use super::packet::{Reader, Reported, invalid};
use super::stream::Stream;

const STATEMENT_CLOSE: u8 = 0x19;
const STATEMENT_PREPARE: u8 = 0x16;
const STATEMENT_EXECUTE: u8 = 0x17;
const STATEMENT_LONG_DATA: u8 = 0x18;
const QUERY: u8 = 3;
const QUIT: u8 = 1;

/// Flags of the server's status.
const IN_TRANSACTION: u16 = 1;
const MORE_RESULTS: u16 = 8;

/// Servers have no tables of more than 4096 columns.
const COLUMNS: u64 = 0xffff;

/// Values longer than this go ahead of the command that uses them.
pub(super) const LONG: usize = 1 << 20;
/// The pieces in which they go; every server's `max_allowed_packet` is larger.
const PIECE: usize = 512 << 10;

/// What the next packet is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// None: nothing was asked.
    Idle,
    /// The answer to a statement that is to be prepared.
    Preparing,
    /// Definitions of parameters and columns that are not needed yet.
    Definitions { left: usize },
    /// The first of a result.
    Head,
    /// The definition of a column, or the EOF packet after them.
    Columns { count: usize, left: usize },
    /// A row.
    Rows,
}

/// What a packet brought.
pub(super) enum Event {
    /// Nothing to tell of yet.
    Progress,
    /// The statement is prepared.
    Prepared,
    /// The columns of a result are known; its rows follow.
    Columns,
    /// A row is the stream's payload.
    Row,
    /// A result ended, and another one follows.
    ResultEnded,
    /// The last result ended.
    Ended(Ending),
    /// The server reports an error, with which the answer ends.
    Refused(Reported),
}

/// The end of a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Ending {
    /// Rows that were changed.
    pub(super) affected: u64,
    /// The first key that the server made, or 0.
    pub(super) last_insert_id: u64,
    /// How many warnings there are.
    pub(super) warnings: u16,
    /// Whether it ends rows.
    pub(super) of_rows: bool,
    status: u16,
}

/// A statement at the server.
pub(super) struct Prepared {
    id: u32,
    /// How many values it takes.
    pub(super) parameters: usize,
    text: String,
}

/// Commands and their answers on one connection.
pub(super) struct Exchange {
    pub(super) stream: Stream,
    phase: Phase,
    /// Whether the server said last that a transaction is open.
    pub(super) in_transaction: bool,
    /// How values are written in the answer under way.
    pub(super) wording: Wording,
    /// The columns of the result under way.
    pub(super) columns: Vec<Shape>,
    pub(super) prepared: Option<Prepared>,
}

impl Exchange {
    pub(super) const fn new(stream: Stream) -> Self {
        Self {
            stream,
            phase: Phase::Idle,
            in_transaction: false,
            wording: Wording::Text,
            columns: Vec::new(),
            prepared: None,
        }
    }

    /// Whether the last answer is read to its end.
    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// Whether this very statement was prepared last. Only then it still means the same: whatever ran in between may have
    /// changed the database or the mode.
    pub(super) fn is_prepared(&self, statement: &str) -> bool {
        self.prepared
            .as_ref()
            .is_some_and(|prepared| prepared.text == statement)
    }

    /// Sends a statement as text.
    pub(super) async fn query(&mut self, statement: &str) -> io::Result<()> {
        self.phase = Phase::Head;
        self.wording = Wording::Text;
        self.stream.send(&[QUERY], statement.as_bytes()).await
    }

    /// Lets go of the statement that was prepared last. The server does not answer.
    pub(super) async fn unprepare(&mut self) -> io::Result<()> {
        if let Some(prepared) = self.prepared.take() {
            self.stream
                .send(&[STATEMENT_CLOSE], &prepared.id.to_le_bytes())
                .await?;
        }
        Ok(())
    }

    /// Asks the server to prepare a statement.
    pub(super) async fn prepare(&mut self, statement: &str) -> io::Result<()> {
        self.unprepare().await?;
        self.phase = Phase::Preparing;
        self.prepared = Some(Prepared {
            id: 0,
            parameters: 0,
            text: statement.to_owned(),
        });
        self.stream
            .send(&[STATEMENT_PREPARE], statement.as_bytes())
            .await
    }

    /// Sends a long value ahead of the statement that is prepared. The server does not answer; what is wrong with it comes
    /// with the answer to the statement.
    pub(super) async fn send_long(&mut self, parameter: u16, value: &[u8]) -> io::Result<()> {
        let id = self.prepared.as_ref().map_or(0, |prepared| prepared.id);
        let mut head = vec![STATEMENT_LONG_DATA];
        head.extend(id.to_le_bytes());
        head.extend(parameter.to_le_bytes());
        for piece in value.chunks(PIECE) {
            self.stream.send(&head, piece).await?;
        }
        Ok(())
    }

    /// Runs the statement that is prepared.
    pub(super) async fn execute(&mut self, values: &[u8]) -> io::Result<()> {
        let id = self.prepared.as_ref().map_or(0, |prepared| prepared.id);
        let mut head = vec![STATEMENT_EXECUTE];
        head.extend(id.to_le_bytes());
        // No cursor: the server sends rows as fast as they are read. Then a count that is always one.
        head.extend([0, 1, 0, 0, 0]);
        self.phase = Phase::Head;
        self.wording = Wording::Binary;
        self.stream.send(&head, values).await
    }

    /// Says goodbye.
    pub(super) async fn quit(&mut self) -> io::Result<()> {
        self.stream.send(&[QUIT], &[]).await
    }

    /// Reads the next packet. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Event> {
        self.stream.read().await?;
        self.advance()
    }

    /// The next packet, if all of it is here.
    pub(super) fn here(&mut self) -> io::Result<Option<Event>> {
        if self.stream.take()? {
            self.advance().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The next packet, if all of it is here and it is no row.
    pub(super) fn here_unless_row(&mut self) -> io::Result<Option<Event>> {
        match self.stream.peek() {
            Some(payload) if self.phase != Phase::Rows || Self::ends(payload) => self.here(),
            _ => Ok(None),
        }
    }

    fn advance(&mut self) -> io::Result<Event> {
        let payload = self.stream.payload();
        let first = payload.first().copied();
        if first == Some(0xff) {
            if self.phase == Phase::Preparing {
                self.prepared = None;
            }
            self.phase = Phase::Idle;
            return Reported::parse(payload)
                .map(Event::Refused)
                .ok_or_else(|| invalid("an error cannot be read"));
        }
        match self.phase {
            Phase::Idle => Err(invalid("the server speaks out of turn")),
            Phase::Rows if !Self::ends(payload) => Ok(Event::Row),
            Phase::Rows => {
                let ending = Ending::of_rows(payload)
                    .ok_or_else(|| invalid("the end of the rows cannot be read"))?;
                Ok(self.end(ending))
            }
            Phase::Preparing => {
                let (prepared, left) = preparation(payload)
                    .ok_or_else(|| invalid("the answer to a statement cannot be read"))?;
                if let (Some(open), (id, parameters)) = (&mut self.prepared, prepared) {
                    (open.id, open.parameters) = (id, parameters);
                }
                Ok(self.defined(left))
            }
            Phase::Definitions { left } => Ok(self.defined(left.saturating_sub(1))),
            Phase::Head if first == Some(0) => {
                let ending =
                    Ending::parse(payload).ok_or_else(|| invalid("an answer cannot be read"))?;
                self.columns.clear();
                Ok(self.end(ending))
            }
            Phase::Head => {
                // A request for a local file (0xfb) has no length either: none was allowed.
                let count = Reader(payload)
                    .length_encoded()
                    .filter(|count| (1..=COLUMNS).contains(count))
                    .and_then(|count| usize::try_from(count).ok())
                    .ok_or_else(|| invalid("the number of columns cannot be read"))?;
                self.columns.clear();
                self.phase = Phase::Columns {
                    count,
                    left: count + 1,
                };
                Ok(Event::Progress)
            }
            Phase::Columns { count, left } => {
                if self.columns.len() < count {
                    let shape =
                        Shape::parse(payload).ok_or_else(|| invalid("a column cannot be read"))?;
                    self.columns.push(shape);
                }
                if left > 1 {
                    self.phase = Phase::Columns {
                        count,
                        left: left - 1,
                    };
                    return Ok(Event::Progress);
                }
                self.phase = Phase::Rows;
                Ok(Event::Columns)
            }
        }
    }

    fn defined(&mut self, left: usize) -> Event {
        if left == 0 {
            self.phase = Phase::Idle;
            Event::Prepared
        } else {
            self.phase = Phase::Definitions { left };
            Event::Progress
        }
    }

    /// Whether a packet is the end of the rows. A row may begin with the same byte, where its first value is 16 MiB or longer.
    fn ends(payload: &[u8]) -> bool {
        payload.first() == Some(&0xfe) && payload.len() <= 8
    }

    fn end(&mut self, ending: Ending) -> Event {
        self.in_transaction = ending.status & IN_TRANSACTION != 0;
        if ending.status & MORE_RESULTS != 0 {
            self.phase = Phase::Head;
            Event::ResultEnded
        } else {
            self.phase = Phase::Idle;
            Event::Ended(ending)
        }
    }
}

impl Ending {
    /// Reads an OK packet.
    fn parse(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        reader.byte()?;
        Some(Self {
            affected: reader.length_encoded()?,
            last_insert_id: reader.length_encoded()?,
            status: u16::from_le_bytes(reader.array()?),
            warnings: u16::from_le_bytes(reader.array()?),
            of_rows: false,
        })
    }

    /// Reads the EOF packet after the last row.
    fn of_rows(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        reader.byte()?;
        Some(Self {
            warnings: u16::from_le_bytes(reader.array()?),
            status: u16::from_le_bytes(reader.array()?),
            of_rows: true,
            ..Self::default()
        })
    }
}

/// The statement's number and its count of parameters; and how many packets follow.
fn preparation(payload: &[u8]) -> Option<((u32, usize), usize)> {
    let mut reader = Reader(payload);
    if reader.byte()? != 0 {
        return None;
    }
    let id = u32::from_le_bytes(reader.array()?);
    let columns = usize::from(u16::from_le_bytes(reader.array()?));
    let parameters = usize::from(u16::from_le_bytes(reader.array()?));
    let follow = |count: usize| count + usize::from(count > 0);
    Some(((id, parameters), follow(parameters) + follow(columns)))
}

/// Asks one question and gives the values of its first row as text.
pub(super) async fn ask(
    exchange: &mut Exchange,
    question: &str,
) -> io::Result<Result<Vec<Option<String>>, Reported>> {
    /// No question that is asked here has a longer answer.
    const PACKETS: usize = 1_000;
    exchange.query(question).await?;
    let mut values = Vec::new();
    for _ in 0..PACKETS {
        match exchange.next().await? {
            Event::Refused(reported) => return Ok(Err(reported)),
            Event::Ended(_) => return Ok(Ok(values)),
            Event::Row if values.is_empty() => {
                let mut reader = Reader(exchange.stream.payload());
                while let Some(first) = reader.0.first() {
                    values.push(if *first == 0xfb {
                        reader.byte();
                        None
                    } else {
                        let text = reader
                            .bytes()
                            .ok_or_else(|| invalid("a row cannot be read"))?;
                        Some(String::from_utf8_lossy(text).into_owned())
                    });
                }
            }
            _ => {}
        }
    }
    Err(invalid("the answer does not end"))
}
