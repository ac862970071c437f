//! Frames from the server: written by the machine, read by the browser's half.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::browser::read_version;
use super::list::List;
use super::read::{DecodeError, Reader};
use super::server_kind as kind;
use super::{Writer, command};
use crate::command::Command;
use crate::limits::MAX_REGION_NAME;
use rmp::Marker;

/// One frame from the server, borrowing from its bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame<'a> {
    /// The answer to `HELLO`.
    Welcome(Welcome<'a>),
    /// What changed.
    Update(Update<'a>),
    /// The answer to `PING`.
    Pong,
    /// A line for the browser's console; dev mode only.
    Notice {
        /// How bad it is.
        level: NoticeLevel,
        /// What to say.
        text: &'a str,
    },
    /// The server is about to stop: come back within this many milliseconds.
    Away {
        /// Milliseconds.
        wait: u64,
    },
    /// A token in place of the welcome's, which would end before the connection does.
    Token {
        /// For the next `HELLO`.
        token: &'a str,
    },
    /// The frames that follow are of the session with this number on the connection; 0 is the only one so far.
    On {
        /// The number.
        session: u32,
    },
}

/// How a connection begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome<'a> {
    /// The highest event applied.
    pub applied: u64,
    /// The heartbeat in milliseconds.
    pub heartbeat: u64,
    /// The token for the next `HELLO`.
    pub token: &'a str,
    /// The session is one of before, not a new one.
    pub resumed: bool,
    /// There was a state, but it could not be restored (rule R11).
    pub reset: bool,
    /// Those of the events applied that ended in an error or were refused by the page, as far back as a browser may not know of.
    pub refused: List<'a, u64>,
    /// The largest message, in bytes, that the server takes.
    pub limit: u64,
    /// The version of the script that the server's pages load; empty where they load none.
    pub version: &'a str,
}

/// What changed since the last frame.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Update<'a> {
    /// The highest event applied; `None` in a frame that many sessions share: it has no news of events, and the names in it bind no numbers.
    pub applied: Option<u64>,
    /// Changed regions, parents first.
    pub patches: List<'a, Patch<'a>>,
    /// Commands with their ids.
    pub commands: List<'a, (u64, Cow<'a, Command>)>,
    /// Events that ended in an error, or that the page refused: their forms stay as typed.
    pub refused: List<'a, u64>,
    /// The page's new title.
    pub title: Option<&'a str>,
}

/// One region's change.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch<'a> {
    /// Which region.
    pub region: Region<'a>,
    /// The check of its HTML after the change.
    pub check: u32,
    /// How it changes.
    pub body: Body<'a>,
}

/// A region as a frame speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region<'a> {
    /// For the first time on this connection: the name binds the next number. In a frame that many sessions share, which have other numbers for it.
    Named(&'a str),
    /// By its number.
    Number(u32),
}

/// How a region changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// Its whole HTML.
    Full(&'a str),
    /// A delta against the HTML that the browser has, see [`crate::delta`].
    Delta(&'a [u8]),
    /// One element takes a new HTML.
    Element {
        /// The HTML is the element's inner one, else its outer one.
        inner: bool,
        /// The second half of the region's hash.
        high: u32,
        /// The element's id.
        id: &'a str,
        /// Its new HTML.
        html: &'a str,
    },
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeLevel {
    /// Good to know.
    Info = 0,
    /// Probably a mistake.
    Warning = 1,
    /// Certainly a mistake.
    Error = 2,
}

impl<'a> ServerFrame<'a> {
    /// The frame's bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_into(Vec::new())
    }

    /// The frame's bytes in a buffer of before, of which nothing else stays.
    pub fn encode_into(&self, buffer: Vec<u8>) -> Vec<u8> {
        let mut out = Writer::reusing(buffer);
        match self {
            Self::Welcome(welcome) => welcome.write(&mut out),
            Self::Update(update) => update.write(&mut out),
            Self::Pong => {
                out.array(1);
                out.uint(kind::PONG);
            }
            Self::Notice { level, text } => {
                out.array(3);
                out.uint(kind::NOTICE);
                out.uint(*level as u64);
                out.str(text);
            }
            Self::Away { wait } => {
                out.array(2);
                out.uint(kind::AWAY);
                out.uint(*wait);
            }
            Self::Token { token } => {
                out.array(2);
                out.uint(kind::TOKEN);
                out.str(token);
            }
            Self::On { session } => {
                out.array(2);
                out.uint(kind::ON);
                out.uint(u64::from(*session));
            }
        }
        out.into_vec()
    }

    /// Reads one frame. What a newer version may have appended is ignored.
    pub fn decode(frame: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::unbounded(frame);
        let len = reader.array()?;
        if len == 0 {
            return Err(DecodeError::Kind);
        }
        let kind = reader.uint()?;
        let known = match kind {
            kind::WELCOME => 8,
            kind::UPDATE => len.clamp(2, 6),
            kind::PONG => 1,
            kind::NOTICE => 3,
            kind::AWAY | kind::TOKEN | kind::ON => 2,
            _ => return Err(DecodeError::Kind),
        };
        let unknown = len.checked_sub(known).ok_or(DecodeError::Type)?;
        let decoded = match kind {
            kind::WELCOME => Self::Welcome(Welcome::read(&mut reader)?),
            kind::UPDATE => Self::Update(Update::read(&mut reader, known - 2)?),
            kind::PONG => Self::Pong,
            kind::NOTICE => Self::Notice { level: read_level(&mut reader)?, text: reader.str()? },
            kind::AWAY => Self::Away { wait: reader.uint()? },
            kind::TOKEN => Self::Token { token: reader.str()? },
            _ => Self::On { session: reader.uint()? },
        };
        reader.skip(unknown)?;
        reader.finish()?;
        Ok(decoded)
    }
}

impl<'a> Welcome<'a> {
    fn write(&self, out: &mut Writer) {
        out.array(8);
        out.uint(kind::WELCOME);
        out.uint(self.applied);
        out.uint(self.heartbeat);
        out.str(self.token);
        out.uint(u64::from(self.resumed) | u64::from(self.reset) << 1);
        list(out, &self.refused, 1, |out, id| out.uint(*id));
        out.uint(self.limit);
        out.str(self.version);
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let (applied, heartbeat, token) = (reader.uint()?, reader.uint()?, reader.str()?);
        let flags: u64 = reader.uint()?;
        Ok(Self {
            applied,
            heartbeat,
            token,
            resumed: flags & 1 != 0,
            reset: flags & 2 != 0,
            refused: if reader.nil() { List::default() } else { List::read(reader, 1, Reader::uint)? },
            limit: reader.uint()?,
            version: read_version(reader)?,
        })
    }
}

impl<'a> Update<'a> {
    pub(crate) fn write(&self, out: &mut Writer) {
        let fields = match () {
            () if self.title.is_some() => 6,
            () if !self.refused.is_empty() => 5,
            () if !self.commands.is_empty() => 4,
            () if !self.patches.is_empty() => 3,
            () => 2,
        };
        out.array(fields);
        out.uint(kind::UPDATE);
        match self.applied {
            Some(applied) => out.uint(applied),
            None => out.nil(),
        }
        if fields > 2 {
            list(out, &self.patches, 3, |out, patch| patch.write(out));
        }
        if fields > 3 {
            list(out, &self.commands, 1, |out, (id, command)| command::write(out, *id, command));
        }
        if fields > 4 {
            list(out, &self.refused, 1, |out, id| out.uint(*id));
        }
        if let Some(title) = self.title {
            out.str(title);
        }
    }

    fn read(reader: &mut Reader<'a>, optional: usize) -> Result<Self, DecodeError> {
        let applied = if reader.nil() { None } else { Some(reader.uint()?) };
        let mut update = Self { applied, ..Self::default() };
        for field in 0..optional {
            if reader.nil() {
                continue;
            }
            match field {
                0 => update.patches = List::read(reader, 3, Patch::read)?,
                1 => update.commands = List::read(reader, 1, command::read)?,
                2 => update.refused = List::read(reader, 1, Reader::uint)?,
                _ => update.title = Some(reader.str()?),
            }
        }
        Ok(update)
    }
}

impl<'a> Patch<'a> {
    fn write(&self, out: &mut Writer) {
        match self.region {
            Region::Named(name) => out.str(name),
            Region::Number(number) => out.uint(u64::from(number)),
        }
        out.uint(u64::from(self.check));
        self.body.write(out);
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let region = match reader.marker() {
            Some(Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) => {
                Region::Named(reader.str()?)
            }
            _ => Region::Number(reader.uint()?),
        };
        if matches!(region, Region::Named(name) if name.len() > MAX_REGION_NAME) {
            return Err(DecodeError::Limit);
        }
        Ok(Self { region, check: reader.uint()?, body: Body::read(reader)? })
    }
}

impl<'a> Body<'a> {
    fn write(&self, out: &mut Writer) {
        match *self {
            Self::Full(html) => out.str(html),
            Self::Delta(delta) => out.bin(delta),
            Self::Element { inner, high, id, html } => {
                out.array(4);
                out.uint(u64::from(inner));
                out.uint(u64::from(high));
                out.str(id);
                out.str(html);
            }
        }
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        match reader.marker() {
            Some(Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => Ok(Self::Delta(reader.bin()?)),
            Some(Marker::FixArray(_) | Marker::Array16 | Marker::Array32) => {
                match (reader.array()?, reader.uint()?) {
                    (4, form @ (0 | 1)) => {
                        let (inner, high) = (form == 1, reader.uint()?);
                        Ok(Self::Element { inner, high, id: reader.str()?, html: reader.str()? })
                    }
                    (_, 0 | 1) => Err(DecodeError::Type),
                    _ => Err(DecodeError::Kind),
                }
            }
            _ => Ok(Self::Full(reader.str()?)),
        }
    }
}

/// Writes a list; one of nothing, which others follow, is absent.
fn list<T: Clone>(out: &mut Writer, items: &List<'_, T>, width: usize, write: impl FnMut(&mut Writer, &T)) {
    if items.is_empty() { out.nil() } else { items.write(out, width, write) }
}

fn read_level(reader: &mut Reader<'_>) -> Result<NoticeLevel, DecodeError> {
    match reader.uint::<u64>()? {
        0 => Ok(NoticeLevel::Info),
        1 => Ok(NoticeLevel::Warning),
        2 => Ok(NoticeLevel::Error),
        _ => Err(DecodeError::Kind),
    }
}
