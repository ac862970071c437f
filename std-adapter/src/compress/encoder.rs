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
    /// For a response that is generated for one request: fast.
    Once,
    /// For content that is sent many times: small.
    Many,
}

/// Compresses one body.
pub(crate) struct Encoder {
    kind: Kind,
    /// How many bytes are added to hide the body's length.
    padding: usize,
}

enum Kind {
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

/// The most random bytes that are added to a response which is generated for one request.
///
/// They slow down the BREACH attack. An attacker who can make a browser request a page with a guess in its URL, and who sees the length of each response, learns
/// whether the page contains the guess: then it compresses better. With a random length the attacker has to average over many more requests
/// (Palacios and others, "HTB: Heal the Breach", 2022). The tokens of pages don't need this: each response has a new one.
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

    /// Compresses the next bytes, and returns the output that is ready.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.kind.writer().write_all(bytes)?;
        Ok(take(self.kind.output()))
    }

    /// Flushes the encoder, so that the other end can decode everything so far.
    pub(crate) fn flush(&mut self) -> io::Result<Vec<u8>> {
        self.kind.writer().flush()?;
        Ok(take(self.kind.output()))
    }

    /// The last bytes.
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        match self.kind {
            Kind::Brotli(mut writer) => {
                if self.padding > 0 {
                    // A flush aligns the stream to a byte.
                    writer.flush()?;
                    writer.get_mut().extend(metadata(self.padding));
                }
                Ok(writer.into_inner())
            }
            Kind::Gzip(writer) => writer.finish(),
        }
    }
}

impl Kind {
    fn writer(&mut self) -> &mut dyn io::Write {
        match self {
            Self::Brotli(writer) => writer,
            Self::Gzip(writer) => writer,
        }
    }

    fn output(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Brotli(writer) => writer.get_mut(),
            Self::Gzip(writer) => writer.get_mut(),
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
    fn a_body_for_one_request_has_a_random_length() {
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
