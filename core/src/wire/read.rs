//! Reading msgpack from a slice, strictly: rule S7.

use core::fmt;

use rmp::Marker;
use rmp::decode::{self, Bytes};

use super::Node;
use crate::limits::{MAX_DEPTH, MAX_NODES};

/// Why bytes are no frame. It says nothing of what was in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The frame ends before what it announced.
    Truncated,
    /// A value isn't of the type that its place asks for, or a text isn't UTF-8.
    Type,
    /// A number, a name or a list is over its limit.
    Limit,
    /// A number or a length takes more bytes than it has to.
    NotShortest,
    /// The first element is no kind of frame that the protocol knows.
    Kind,
    /// Bytes follow the frame.
    Trailing,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the frame ends too early",
            Self::Type => "a value has the wrong type",
            Self::Limit => "a value is over its limit",
            Self::NotShortest => "a value isn't in its shortest form",
            Self::Kind => "the kind of frame is unknown",
            Self::Trailing => "bytes follow the frame",
        })
    }
}

impl core::error::Error for DecodeError {}

/// A cursor over one frame that counts the values it passes.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    nodes_left: usize,
    depth_left: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame, nodes_left: MAX_NODES, depth_left: MAX_DEPTH }
    }

    /// For a frame of our own server, which may patch any number of regions: only its own length bounds it.
    pub(super) fn unbounded(frame: &'a [u8]) -> Self {
        Self { rest: frame, nodes_left: frame.len(), depth_left: MAX_DEPTH }
    }

    pub(super) fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }

    /// The number of elements of the array that starts here.
    pub(super) fn array(&mut self) -> Result<usize, DecodeError> {
        let len = self.length(|bytes| decode::read_array_len(bytes).ok())?;
        self.count(len)
    }

    /// Reads what is within an array that may be in others.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(DecodeError::Limit)?;
        let value = read(self)?;
        self.depth_left += 1;
        Ok(value)
    }

    /// Steps over the elements at the end of an array that only a newer version of the protocol knows. They are bounded as all others are.
    pub(super) fn skip(&mut self, elements: usize) -> Result<(), DecodeError> {
        self.nested(|reader| (0..elements).try_for_each(|_| Node::read(reader).map(drop)))
    }

    pub(super) fn uint<T: TryFrom<u64>>(&mut self) -> Result<T, DecodeError> {
        match self.marker() {
            Some(Marker::FixPos(_) | Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64) => {}
            Some(_) => return Err(DecodeError::Type),
            None => return Err(DecodeError::Truncated),
        }
        let number: u64 = self.number(|bytes| decode::read_int(bytes).ok())?;
        T::try_from(number).map_err(|_| DecodeError::Limit)
    }

    pub(super) fn str(&mut self) -> Result<&'a str, DecodeError> {
        let len = self.length(|bytes| decode::read_str_len(bytes).ok())?;
        core::str::from_utf8(self.bytes(len)?).map_err(|_| DecodeError::Type)
    }

    /// A text that is a name: not empty, and at most `max` bytes.
    pub(super) fn name(&mut self, max: usize) -> Result<&'a str, DecodeError> {
        let name = self.str()?;
        if name.is_empty() || name.len() > max { Err(DecodeError::Limit) } else { Ok(name) }
    }

    pub(super) fn bin(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.length(|bytes| decode::read_bin_len(bytes).ok())?;
        self.bytes(len)
    }

    /// Steps over a `nil`, if one is here.
    pub(super) fn nil(&mut self) -> bool {
        let nil = self.marker() == Some(Marker::Null);
        if nil {
            self.rest = &self.rest[1..];
        }
        nil
    }

    /// The type of the value that starts here.
    pub(super) fn marker(&self) -> Option<Marker> {
        self.rest.first().map(|byte| Marker::from_u8(*byte))
    }

    /// The part of the frame from `start`, a rest that [`Self::rest`] gave before, to here.
    pub(super) fn since(&self, start: &'a [u8]) -> &'a [u8] {
        &start[..start.len() - self.rest.len()]
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses a list before anything is allocated for it: each element takes a byte at least.
    fn count(&mut self, len: usize) -> Result<usize, DecodeError> {
        if len > self.rest.len() {
            return Err(DecodeError::Truncated);
        }
        self.nodes_left = self.nodes_left.checked_sub(len).ok_or(DecodeError::Limit)?;
        Ok(len)
    }

    fn length(&mut self, read: impl FnOnce(&mut Bytes<'a>) -> Option<u32>) -> Result<usize, DecodeError> {
        self.number(|bytes| read(bytes).map(u64::from)).map(|len| len as usize)
    }

    /// Reads a number or a length, which has to be in its shortest form.
    fn number(&mut self, read: impl FnOnce(&mut Bytes<'a>) -> Option<u64>) -> Result<u64, DecodeError> {
        let Some(marker) = self.marker() else { return Err(DecodeError::Truncated) };
        let mut bytes = Bytes::new(self.rest);
        let number = read(&mut bytes).ok_or(DecodeError::Type)?;
        if number < least(marker) {
            return Err(DecodeError::NotShortest);
        }
        self.rest = bytes.remaining_slice();
        Ok(number)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }
}

/// The least number, or length, that has no shorter form than this one.
fn least(marker: Marker) -> u64 {
    match marker {
        Marker::Array16 => 1 << 4,
        Marker::Str8 => 1 << 5,
        Marker::U8 => 1 << 7,
        Marker::U16 | Marker::Str16 | Marker::Bin16 => 1 << 8,
        Marker::U32 | Marker::Str32 | Marker::Bin32 | Marker::Array32 => 1 << 16,
        Marker::U64 => 1 << 32,
        _ => 0,
    }
}
