//! Where a body in chunks ends: RFC 9112, section 7.1.

use http::StatusCode;

use super::framing::{Bad, bad};

/// The most digits of a chunk's size: those of 2^64 - 1.
const MAX_DIGITS: u8 = 16;

/// Reads along with a body in chunks. hyper decodes it; this says which byte is its last.
#[derive(Debug)]
pub(super) struct Chunks {
    at: At,
    /// How many more bytes the extensions and trailers may have.
    notes: usize,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Size {
        digits: u8,
        size: u64,
    },
    Extension {
        size: u64,
    },
    /// The LF behind a chunk's size.
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataEnd {
        cr: bool,
    },
    /// A line behind the last chunk; it is the last line if it is empty.
    Trailer {
        is_empty: bool,
    },
    TrailerEnd {
        is_empty: bool,
    },
    End,
}

impl Default for At {
    fn default() -> Self {
        Self::Size { digits: 0, size: 0 }
    }
}

impl Chunks {
    pub(super) fn new(most_notes: usize) -> Self {
        Self { at: At::default(), notes: most_notes }
    }

    /// How many of these bytes, which come next, are the body's: fewer than all only if it ends.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, Bad> {
        let mut taken = 0;
        while taken < bytes.len() && !self.is_over() {
            if let At::Data { left } = &mut self.at {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - taken);
                (*left, taken) = (*left - count as u64, taken + count);
                if *left == 0 {
                    self.at = At::DataEnd { cr: false };
                }
            } else {
                self.step(bytes[taken])?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    pub(super) fn is_over(&self) -> bool {
        self.at == At::End
    }

    fn step(&mut self, byte: u8) -> Result<(), Bad> {
        self.at = match (self.at, byte) {
            (At::Size { digits: 1.., size }, b'\r') | (At::Extension { size }, b'\r') => At::SizeEnd { size },
            (At::Size { digits: 1.., size }, b';') => At::Extension { size },
            (At::Size { digits, size }, digit) if digits < MAX_DIGITS => {
                let value = char::from(digit).to_digit(16).ok_or(MALFORMED)?;
                At::Size { digits: digits + 1, size: size << 4 | u64::from(value) }
            }
            (At::SizeEnd { size: 0 }, b'\n') => At::Trailer { is_empty: true },
            (At::SizeEnd { size }, b'\n') => At::Data { left: size },
            (At::DataEnd { cr: false }, b'\r') => At::DataEnd { cr: true },
            (At::DataEnd { cr: true }, b'\n') => At::default(),
            (At::Trailer { is_empty }, b'\r') => At::TrailerEnd { is_empty },
            (At::TrailerEnd { is_empty: true }, b'\n') => At::End,
            (At::TrailerEnd { .. }, b'\n') => At::Trailer { is_empty: true },
            (At::Extension { .. }, note) if is_text(note) => return self.note(),
            (At::Trailer { .. }, note) if is_text(note) => {
                self.at = At::Trailer { is_empty: false };
                return self.note();
            }
            _ => return Err(MALFORMED),
        };
        Ok(())
    }

    fn note(&mut self) -> Result<(), Bad> {
        self.notes = self.notes.checked_sub(1).ok_or(TOO_LARGE)?;
        Ok(())
    }
}

const MALFORMED: Bad = bad("the body's chunks are malformed");
const TOO_LARGE: Bad = Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the body's trailers are too large");

fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 100;

    /// How many bytes are the body's, however it is cut into pieces.
    fn end(bytes: &[u8]) -> Result<Option<usize>, Bad> {
        let whole = end_of(bytes, bytes.len().max(1));
        for size in 1..bytes.len() {
            assert_eq!(end_of(bytes, size), whole, "in pieces of {size}");
        }
        whole
    }

    fn end_of(bytes: &[u8], size: usize) -> Result<Option<usize>, Bad> {
        let (mut chunks, mut taken) = (Chunks::new(MOST), 0);
        for piece in bytes.chunks(size) {
            taken += chunks.take(piece)?;
            if chunks.is_over() {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_body_ends_at_the_empty_line_behind_its_last_chunk() {
        for body in [
            "0\r\n\r\n",
            "3\r\nabc\r\n0\r\n\r\n",
            "A\r\n0123456789\r\n00f;a=\"b c\";d\r\n\r\n0\r\n\r\nabcdefgh\r\n000\r\nTrailer: \u{fc}\r\nB:\r\n\r\n",
        ] {
            let next = format!("{body}GET / HTTP/1.1\r\n");
            assert_eq!(end(next.as_bytes()), Ok(Some(body.len())), "{body:?}");
            assert_eq!(end(&body.as_bytes()[..body.len() - 1]), Ok(None), "{body:?}");
        }
    }

    #[test]
    fn a_body_that_two_readers_could_end_elsewhere_is_refused() {
        for body in [
            "\r\n",
            ";\r\n",
            "3\nabc",
            "3 \r\nabc\r\n",
            " 3\r\n",
            "0x3\r\n",
            "+3\r\n",
            "g\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "3\r\nabc\rX",
            "3;a\nabc",
            "3;a\rb",
            "10000000000000000\r\n",
            "0\r\n\n",
            "0\r\nA: b\n",
            "0\r\nA\0: b\r\n",
        ] {
            assert_eq!(end(body.as_bytes()).unwrap_err().0, StatusCode::BAD_REQUEST, "{body:?}");
        }
    }

    #[test]
    fn extensions_and_trailers_have_a_limit() {
        let fits = format!("1;{}\r\na\r\n0\r\nB\r\n\r\n", "x".repeat(MOST - 1));
        assert_eq!(end_of(fits.as_bytes(), 4096), Ok(Some(fits.len())));
        let over = format!("1;{}\r\na\r\n0\r\nBB\r\n\r\n", "x".repeat(MOST - 1));
        assert_eq!(end_of(over.as_bytes(), 4096).unwrap_err().0.as_u16(), 431);
    }
}
