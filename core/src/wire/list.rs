//! A list inside a frame.

use alloc::vec::Vec;
use core::fmt;

use super::Writer;
use super::read::{DecodeError, Reader};

/// The elements of a list: put together to be written, or still in the bytes of a frame. Those were checked when the frame was read, and
/// take no memory of their own.
#[derive(Clone)]
pub struct List<'a, T>(Held<'a, T>);

#[derive(Clone)]
enum Held<'a, T> {
    Made(Vec<T>),
    Lent(&'a [T]),
    Read { raw: &'a [u8], len: usize, read: Read<'a, T> },
}

type Read<'a, T> = fn(&mut Reader<'a>) -> Result<T, DecodeError>;

impl<'a, T: Clone> List<'a, T> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Made(items) => items.len(),
            Held::Lent(items) => items.len(),
            Held::Read { len, .. } => *len,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements in order.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        let (made, raw, len, read) = match &self.0 {
            Held::Made(items) => (&items[..], &[][..], 0, None),
            Held::Lent(items) => (*items, &[][..], 0, None),
            Held::Read { raw, len, read } => (&[][..], *raw, *len, Some(*read)),
        };
        let mut reader = Reader::unbounded(raw);
        made.iter().cloned().chain((0..len).map_while(move |_| read?(&mut reader).ok()))
    }

    /// Reads an array of elements of `width` values each.
    pub(super) fn read(
        reader: &mut Reader<'a>,
        width: usize,
        read: Read<'a, T>,
    ) -> Result<Self, DecodeError> {
        let values = reader.array()?;
        if !values.is_multiple_of(width) {
            return Err(DecodeError::Type);
        }
        let (start, len) = (reader.rest(), values / width);
        for _ in 0..len {
            read(reader)?;
        }
        Ok(Self(Held::Read { raw: reader.since(start), len, read }))
    }

    /// Writes an array of elements of `width` values each.
    pub(super) fn write(&self, out: &mut Writer, width: usize, mut write: impl FnMut(&mut Writer, &T)) {
        out.array(self.len() * width);
        self.iter().for_each(|item| write(out, &item));
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self(Held::Made(Vec::new()))
    }
}

impl<'a, T> From<&'a [T]> for List<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Held::Lent(items))
    }
}

impl<T> From<Vec<T>> for List<'_, T> {
    fn from(items: Vec<T>) -> Self {
        Self(Held::Made(items))
    }
}

impl<T> FromIterator<T> for List<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<_>>().into()
    }
}

impl<T: Clone + PartialEq> PartialEq for List<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Clone + Eq> Eq for List<'_, T> {}

impl<T: Clone + fmt::Debug> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn what_is_read_is_what_was_made() {
        let made: List<'_, u64> = vec![1, 300, 70_000].into();
        let mut out = Writer::new();
        made.write(&mut out, 1, |out, number| out.uint(*number));
        let bytes = out.into_vec();
        let read: List<'_, u64> = List::read(&mut Reader::new(&bytes), 1, Reader::uint).unwrap();
        assert_eq!((read.len(), &read), (3, &made));
        assert!(read.iter().eq([1, 300, 70_000]));
    }

    #[test]
    fn a_list_is_checked_when_it_is_read() {
        let read =
            |bytes: &[u8], width| List::<u64>::read(&mut Reader::new(bytes), width, Reader::uint).err();
        assert_eq!(read(&[0x92, 1, 0xa0], 1), Some(DecodeError::Type));
        assert_eq!(read(&[0x92, 1], 1), Some(DecodeError::Truncated));
        assert_eq!(read(&[0x92, 1, 2], 3), Some(DecodeError::Type));
    }
}
