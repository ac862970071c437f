//! Frames from the browser, as the server reads them.

use super::browser_kind as kind;
use super::pairs::Pairs;
use super::read::{DecodeError, Reader};
use crate::event::{Event, EventMeta};
use crate::limits::{MAX_NAME, MAX_REGION_NAME};

/// One frame from the browser, borrowing from its bytes.
#[derive(Clone, Copy, Debug)]
pub enum BrowserFrame<'a> {
    /// The first frame of a connection.
    Hello(Hello<'a>),
    /// The user did something. `ack` is how many frames the browser has received.
    Event {
        /// Frames received.
        ack: u32,
        /// What the user did.
        event: Event<'a>,
    },
    /// Frames received and commands run, without an event.
    Ack {
        /// Frames received.
        ack: u32,
        /// The highest command run.
        command: u64,
    },
    /// Asks for a [`Pong`](super::ServerFrame::Pong).
    Ping,
    /// The copy of the region with this name failed its check.
    Resync(&'a str),
    /// The frames that follow are for the session with this number on the connection; 0 is the only one so far.
    On(u32),
}

/// A frame as it came: its bytes, and what they say. It is decoded here, once; whoever takes it in asks [`frame`](Self::frame) what it is.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    bytes: &'a [u8],
    frame: Result<BrowserFrame<'a>, DecodeError>,
}

impl<'a> Received<'a> {
    /// Decodes what came. A malformed frame is the machine's to refuse, which closes the connection.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, frame: BrowserFrame::decode(bytes) }
    }

    /// What the frame says, or why it says nothing.
    pub fn frame(&self) -> &Result<BrowserFrame<'a>, DecodeError> {
        &self.frame
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// How the browser opens a connection.
#[derive(Clone, Copy, Debug)]
pub struct Hello<'a> {
    /// The signed token of the page, or of the last welcome.
    pub token: &'a str,
    /// Grows with each connection that the session opens (rule R10).
    pub attempt: u32,
    /// The highest command run (rule R6).
    pub command: u64,
    /// The hashes of the regions that the browser shows, eight bytes each (rule R9).
    pub hashes: &'a [u8],
    /// The page's query as the browser has it, with the question mark. Not signed.
    pub query: &'a str,
    /// The highest event that the browser knows to be applied.
    pub applied: u64,
    /// The version of the browser's script; empty for a client that has none.
    pub version: &'a str,
}

impl<'a> BrowserFrame<'a> {
    /// Reads one frame. Refuses whatever the protocol doesn't define, so that nothing past this point has to; only what a newer version may
    /// have appended is ignored.
    pub fn decode(frame: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(frame);
        let len = reader.array()?;
        if len == 0 {
            return Err(DecodeError::Kind);
        }
        let kind = reader.uint()?;
        let known = match kind {
            kind::HELLO => 8,
            kind::EVENT => len.clamp(4, 9),
            kind::ACK => 3,
            kind::PING => 1,
            kind::RESYNC | kind::ON => 2,
            _ => return Err(DecodeError::Kind),
        };
        let unknown = len.checked_sub(known).ok_or(DecodeError::Type)?;
        let decoded = match kind {
            kind::HELLO => Self::Hello(Hello::read(&mut reader)?),
            kind::EVENT => read_event(&mut reader, known - 4)?,
            kind::ACK => Self::Ack { ack: reader.uint()?, command: reader.uint()? },
            kind::PING => Self::Ping,
            kind::RESYNC => Self::Resync(read_region(&mut reader)?),
            _ => Self::On(reader.uint()?),
        };
        reader.skip(unknown)?;
        reader.finish()?;
        Ok(decoded)
    }
}

impl<'a> Hello<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let hello = Self {
            token: reader.str()?,
            attempt: reader.uint()?,
            command: reader.uint()?,
            hashes: reader.bin()?,
            query: reader.str()?,
            applied: reader.uint()?,
            version: read_version(reader)?,
        };
        if hello.hashes.len().is_multiple_of(8) { Ok(hello) } else { Err(DecodeError::Type) }
    }
}

/// The version of a script.
pub(super) fn read_version<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
    let version = reader.str()?;
    if version.len() > MAX_NAME { Err(DecodeError::Limit) } else { Ok(version) }
}

/// A region's name, which is empty for the root's.
fn read_region<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
    let name = reader.str()?;
    if name.len() > MAX_REGION_NAME { Err(DecodeError::Limit) } else { Ok(name) }
}

fn read_event<'a>(reader: &mut Reader<'a>, optional: usize) -> Result<BrowserFrame<'a>, DecodeError> {
    let (id, ack) = (reader.uint()?, reader.uint()?);
    let mut event = Event {
        id,
        name: reader.name(MAX_NAME)?,
        target: None,
        values: Pairs::default(),
        form: Pairs::default(),
        key: None,
        meta: EventMeta::default(),
    };
    for field in 0..optional {
        if reader.nil() {
            continue;
        }
        match field {
            0 => event.values = Pairs::read(reader)?,
            1 => event.form = Pairs::read(reader)?,
            2 => event.target = Some(reader.name(MAX_NAME)?),
            3 => event.key = Some(reader.name(MAX_NAME)?),
            _ => event.meta = EventMeta::from_bits(reader.uint()?),
        }
    }
    Ok(BrowserFrame::Event { ack, event })
}
