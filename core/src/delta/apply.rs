//! The browser's half: old HTML and a delta give the new HTML.

use super::{ops, varint};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

/// What a delta gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The new HTML. As a delta may come from anywhere, it need not be valid UTF-8.
    pub html: Vec<u8>,
    /// The place in `html` of the one element that encloses every change, where the server names it.
    pub hint: Option<Range<usize>>,
}

/// Why a delta was refused. A browser that sees it asks for the whole HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaError {
    /// It ends within an operation or an integer, or an integer is too long.
    Truncated,
    /// It leaves the bounds of the old HTML, or its hint those of the new.
    OutOfBounds,
    /// Its result is over the limit.
    TooLarge,
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "delta ends within an operation",
            Self::OutOfBounds => "delta leaves the bounds of the HTML",
            Self::TooLarge => "delta's result is over the limit",
        })
    }
}

impl core::error::Error for DeltaError {}

/// Applies `delta` to `old`. The result, and what is allocated for it, is at most `limit` bytes.
///
/// # Errors
/// [`DeltaError`] for any delta that isn't well-formed; never a panic.
pub fn apply(old: &[u8], mut delta: &[u8], limit: usize) -> Result<Applied, DeltaError> {
    let hint = take_hint(&mut delta)?;
    let mut build = Build { old, cursor: 0, html: Vec::new(), limit };
    build.html.reserve_exact(limit.min(old.len().saturating_add(delta.len())));
    while !delta.is_empty() {
        build.step(&mut delta)?;
    }
    build.copy((old.len() - build.cursor) as u64)?;
    let html = build.html;
    match hint {
        Some((start, len)) if start + len > html.len() as u64 => Err(DeltaError::OutOfBounds),
        _ => Ok(Applied { html, hint: hint.map(|(start, len)| start as usize..(start + len) as usize) }),
    }
}

/// The start and length of the hinted element, if there is one.
fn take_hint(delta: &mut &[u8]) -> Result<Option<(u64, u64)>, DeltaError> {
    let start = take_varint(delta)?;
    if start == 0 {
        return Ok(None);
    }
    Ok(Some((start - 1, take_varint(delta)?)))
}

fn take_varint(delta: &mut &[u8]) -> Result<u64, DeltaError> {
    varint::read(delta).ok_or(DeltaError::Truncated)
}

/// The new HTML as far as it is built.
struct Build<'a> {
    old: &'a [u8],
    cursor: usize,
    html: Vec<u8>,
    limit: usize,
}

impl Build<'_> {
    fn step(&mut self, delta: &mut &[u8]) -> Result<(), DeltaError> {
        let op = take_varint(delta)?;
        let n = op >> 2;
        match op & 3 {
            ops::COPY => self.copy(n),
            ops::COPY_AT => {
                self.seek(varint::unzigzag(take_varint(delta)?))?;
                self.copy(n)
            }
            kind => {
                let bytes = take_bytes(delta, n)?;
                if kind == ops::REPLACE {
                    self.cursor = self.old.len().min(self.cursor + bytes.len());
                }
                self.add(bytes)
            }
        }
    }

    fn copy(&mut self, n: u64) -> Result<(), DeltaError> {
        let rest = &self.old[self.cursor..];
        if n > rest.len() as u64 {
            return Err(DeltaError::OutOfBounds);
        }
        self.cursor += n as usize;
        self.add(&rest[..n as usize])
    }

    fn seek(&mut self, distance: i64) -> Result<(), DeltaError> {
        let cursor = self.cursor as i64 + distance;
        if cursor < 0 || cursor > self.old.len() as i64 {
            return Err(DeltaError::OutOfBounds);
        }
        self.cursor = cursor as usize;
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), DeltaError> {
        if bytes.len() > self.limit - self.html.len() {
            return Err(DeltaError::TooLarge);
        }
        self.make_room(bytes.len());
        self.html.extend_from_slice(bytes);
        Ok(())
    }

    /// Doubles what there is as a `Vec` would, but not past the limit.
    fn make_room(&mut self, more: usize) {
        let needed = self.html.len() + more;
        if needed > self.html.capacity() {
            let capacity = needed.max(2 * self.html.capacity()).min(self.limit);
            self.html.reserve_exact(capacity - self.html.len());
        }
    }
}

fn take_bytes<'a>(delta: &mut &'a [u8], n: u64) -> Result<&'a [u8], DeltaError> {
    if n > delta.len() as u64 {
        return Err(DeltaError::Truncated);
    }
    let (bytes, rest) = delta.split_at(n as usize);
    *delta = rest;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::varint::write;
    use alloc::vec;

    #[test]
    fn no_more_is_allocated_than_the_limit() {
        let old = vec![b'x'; 100];
        for copies in 1..6 {
            // From its start, over and over.
            let mut delta = vec![0];
            for _ in 0..copies {
                write(&mut delta, 40 << 2);
                write(&mut delta, 3);
                write(&mut delta, 40 * 2 - 1);
            }
            let limit = 100 + 40 * copies;
            let Applied { html, .. } = apply(&old, &delta, limit).expect("within the limit");
            assert!(
                html.len() <= html.capacity() && html.capacity() <= limit,
                "{copies}: {}",
                html.capacity()
            );
        }
    }
}
