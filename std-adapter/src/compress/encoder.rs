//! The encoders.

use std::io::{self, Write as _};
use std::mem::take;

use brotli::CompressorWriter;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::accept::Coding;
use crate::entropy;

/// How hard an encoder tries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effort {
    /// For what is made anew for each request: quickly.
    Once,
    /// For what many are sent: small.
    Many,
}

/// Compresses one body.
pub(crate) struct Encoder {
    kind: Kind,
    /// Hides how long the body is.
    padding: usize,
}

enum Kind {
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

/// The most bytes of random length that are added to a body which is made anew for each request.
///
/// Who can make a browser ask for a page with a guess in it, and sees how long each answer is, learns whether the guess is in the page otherwise, too: a
/// guess that is compresses better. That is the BREACH attack. Against it a length of noise has to be averaged out, which takes a multiple of the requests
/// (Palacios and others, "HTB: Heal the Breach", 2022). The tokens of pages need no such guard: each response has another one.
pub(crate) const MAX_PADDING: u8 = 100;

/// The window of a brotli stream of unknown length, as a power of two: 256 KB.
const WINDOW: u32 = 18;

const GATHERED: usize = 4096;

impl Encoder {
    pub(crate) fn new(coding: Coding, effort: Effort, len: Option<usize>) -> Self {
        let padding = match effort {
            Effort::Once => (entropy::nonce() % u32::from(MAX_PADDING)) as usize + 1,
            Effort::Many => 0,
        };
        let kind = match coding {
            Coding::Brotli => {
                let quality = if effort == Effort::Once { 4 } else { 9 };
                Kind::Brotli(Box::new(CompressorWriter::new(Vec::new(), GATHERED, quality, window(len))))
            }
            Coding::Gzip => {
                let level = Compression::new(if effort == Effort::Once { 5 } else { 9 });
                // RFC 1952, section 2.3: a comment, which nobody reads.
                let header = if padding > 0 {
                    GzBuilder::new().comment(vec![b' '; padding])
                } else {
                    GzBuilder::new()
                };
                Kind::Gzip(Box::new(header.write(Vec::new(), level)))
            }
        };
        Self { kind, padding }
    }

    /// Takes the next bytes, and gives what is compressed by then.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match &mut self.kind {
            Kind::Brotli(writer) => {
                writer.write_all(bytes)?;
                Ok(take(writer.get_mut()))
            }
            Kind::Gzip(writer) => {
                writer.write_all(bytes)?;
                Ok(take(writer.get_mut()))
            }
        }
    }

    /// Gives all of what it was given, so that the other end can read it.
    pub(crate) fn flush(&mut self) -> io::Result<Vec<u8>> {
        match &mut self.kind {
            Kind::Brotli(writer) => {
                writer.flush()?;
                Ok(take(writer.get_mut()))
            }
            Kind::Gzip(writer) => {
                writer.flush()?;
                Ok(take(writer.get_mut()))
            }
        }
    }

    /// The last bytes.
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        match self.kind {
            Kind::Brotli(mut writer) => {
                if self.padding > 0 {
                    // After a flush the stream is at the begin of a byte.
                    writer.flush()?;
                    writer.get_mut().extend(metadata(self.padding));
                }
                Ok(writer.into_inner())
            }
            Kind::Gzip(writer) => writer.finish(),
        }
    }
}

/// A brotli meta-block of so many bytes that aren't content: RFC 7932, section 9.2. ISLAST is 0 (one bit), MNIBBLES says metadata (11), one bit is
/// reserved, MSKIPBYTES is 1 (two bits), MSKIPLEN one less than the number of bytes.
fn metadata(len: usize) -> impl Iterator<Item = u8> {
    let head = 0b01_0110 | ((len - 1) as u16) << 6;
    head.to_le_bytes().into_iter().chain(std::iter::repeat_n(0, len))
}

/// A window as large as the content: the encoder's memory is in proportion to it.
fn window(len: Option<usize>) -> u32 {
    let bits = len.map_or(WINDOW, |len| usize::BITS - len.leading_zeros());
    bits.clamp(10, WINDOW)
}

/// All of `bytes`.
pub(crate) fn compressed(coding: Coding, effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(coding, effort, Some(bytes.len()));
    let mut all = encoder.push(bytes)?;
    all.extend(encoder.finish()?);
    Ok(all)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;
    use std::io::Read as _;

    use super::*;

    pub(crate) fn decoded(coding: Coding, bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        match coding {
            Coding::Brotli => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut all).unwrap(),
            Coding::Gzip => flate2::read::GzDecoder::new(bytes).read_to_end(&mut all).unwrap(),
        };
        all
    }

    const CODINGS: [Coding; 2] = [Coding::Brotli, Coding::Gzip];

    #[test]
    fn any_content_comes_back() {
        let noise: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for coding in CODINGS {
            for effort in [Effort::Once, Effort::Many] {
                for content in [&b""[..], b"a", &b"<p>text</p>".repeat(1000), &noise] {
                    let sent = compressed(coding, effort, content).unwrap();
                    assert_eq!(decoded(coding, &sent), content, "{coding:?} {effort:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_flushed_can_be_read() {
        for coding in CODINGS {
            let mut encoder = Encoder::new(coding, Effort::Once, None);
            let mut sent = encoder.push(b"the first piece").unwrap();
            sent.extend(encoder.flush().unwrap());
            let mut read = vec![0; 15];
            match coding {
                Coding::Brotli => brotli::Decompressor::new(&*sent, 4096).read_exact(&mut read).unwrap(),
                Coding::Gzip => flate2::read::GzDecoder::new(&*sent).read_exact(&mut read).unwrap(),
            }
            assert_eq!(read, b"the first piece");
            sent.extend(encoder.push(b", and the second").unwrap());
            sent.extend(encoder.finish().unwrap());
            assert_eq!(decoded(coding, &sent), b"the first piece, and the second");
        }
    }

    #[test]
    fn a_body_that_is_made_once_has_a_length_of_chance() {
        for coding in CODINGS {
            let lengths = |effort| -> BTreeSet<usize> {
                (0..2000).map(|_| compressed(coding, effort, b"<p>text</p>").unwrap().len()).collect()
            };
            let once = lengths(Effort::Once);
            assert_eq!(once.len(), usize::from(MAX_PADDING), "{coding:?}");
            assert_eq!(once.last().unwrap() - once.first().unwrap(), usize::from(MAX_PADDING) - 1);
            assert_eq!(lengths(Effort::Many).len(), 1);
        }
    }
}
