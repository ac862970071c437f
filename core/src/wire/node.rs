//! A frame as a value of no kind in particular.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use rmp::Marker;

use super::Writer;
use super::list::List;
use super::read::{DecodeError, Reader};

/// The few shapes that frames are made of: for tools, and for tests that compare implementations. It borrows from the frame that it was
/// read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<'a> {
    /// An absent field.
    Nil,
    /// A number.
    Uint(u64),
    /// A text.
    Str(Cow<'a, str>),
    /// Bytes.
    Bin(Cow<'a, [u8]>),
    /// An array.
    List(List<'a, Node<'a>>),
}

impl<'a> Node<'a> {
    /// Reads one frame.
    ///
    /// # Errors
    /// Whatever no frame may have: another type, arrays nested over [`MAX_DEPTH`](crate::limits::MAX_DEPTH), trailing bytes.
    pub fn decode(frame: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::unbounded(frame);
        let node = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(node)
    }

    /// The frame's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.into_vec()
    }

    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(match reader.marker().ok_or(DecodeError::Truncated)? {
            Marker::Null => {
                reader.nil();
                Self::Nil
            }
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                Self::Str(reader.str()?.into())
            }
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => Self::Bin(reader.bin()?.into()),
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                Self::List(reader.nested(|reader| List::read(reader, 1, Self::read))?)
            }
            _ => Self::Uint(reader.uint()?),
        })
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Nil => out.nil(),
            Self::Uint(number) => out.uint(*number),
            Self::Str(text) => out.str(text),
            Self::Bin(bytes) => out.bin(bytes),
            Self::List(nodes) => nodes.write(out, 1, |out, node| node.write(out)),
        }
    }
}
