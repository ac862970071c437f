//! A flat list of names and values inside a frame.

use core::fmt;

use super::read::{DecodeError, Reader};

/// Names with values, several of a name allowed, still in the bytes of the frame: looking one up walks the list and
/// allocates nothing.
#[derive(Clone, Copy, Default)]
pub struct Pairs<'a> {
    raw: &'a [u8],
    len: usize,
}

impl<'a> Pairs<'a> {
    /// The pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut reader = Reader::new(self.raw);
        (0..self.len).map_while(move |_| Some((reader.str().ok()?, reader.str().ok()?)))
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads an array of an even number of texts.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let len = reader.array()?;
        if len % 2 != 0 {
            return Err(DecodeError::Type);
        }
        let start = reader.rest();
        for _ in 0..len {
            reader.str()?;
        }
        Ok(Self { raw: reader.since(start), len: len / 2 })
    }
}

impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
