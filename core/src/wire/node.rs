//! A frame as a value of no kind in particular.

use alloc::string::String;
use alloc::vec::Vec;

use rmp::Marker;

use super::Writer;
use super::read::{DecodeError, Reader};
use crate::limits::MAX_DEPTH;

/// The few shapes that frames are made of: for tools, and for tests that compare implementations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An absent field.
    Nil,
    /// A number.
    Uint(u64),
    /// A text.
    Str(String),
    /// Bytes.
    Bin(Vec<u8>),
    /// An array.
    List(Vec<Node>),
}

impl Node {
    /// Reads one frame.
    ///
    /// # Errors
    /// Whatever no frame may have: another type, arrays nested over [`MAX_DEPTH`], trailing bytes.
    pub fn decode(frame: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::unbounded(frame);
        let node = Self::read(&mut reader, MAX_DEPTH)?;
        reader.finish()?;
        Ok(node)
    }

    /// The frame's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.into_vec()
    }

    fn read(reader: &mut Reader<'_>, depth: usize) -> Result<Self, DecodeError> {
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
                let depth = depth.checked_sub(1).ok_or(DecodeError::Limit)?;
                Self::List((0..reader.array()?).map(|_| Self::read(reader, depth)).collect::<Result<_, _>>()?)
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
            Self::List(nodes) => {
                out.array(nodes.len());
                nodes.iter().for_each(|node| node.write(out));
            }
        }
    }
}
