//! What an answer holds: in one piece, and decompressed.

use std::io::Read;

use crate::http::Answer;

/// The content of an answer.
pub(crate) trait Content {
    /// The body in one piece, as it was sent: still compressed.
    fn sent(&self) -> Vec<u8>;
    /// The body, decompressed.
    fn content(&self) -> Vec<u8>;
    /// The body, decompressed, as text.
    fn page(&self) -> String;
    /// All values of a header.
    fn headers(&self, name: &str) -> impl Iterator<Item = &str>;
}

impl Content for Answer {
    fn sent(&self) -> Vec<u8> {
        if self.header("transfer-encoding").is_some() { joined(&self.body) } else { self.body.clone() }
    }

    fn content(&self) -> Vec<u8> {
        let (sent, mut content) = (self.sent(), Vec::new());
        match self.header("content-encoding") {
            Some("br") => brotli::Decompressor::new(&*sent, 4096).read_to_end(&mut content).expect("brotli"),
            Some("gzip") => flate2::read::GzDecoder::new(&*sent).read_to_end(&mut content).expect("gzip"),
            Some(other) => panic!("the content is encoded as {other}"),
            None => return sent,
        };
        content
    }

    fn page(&self) -> String {
        String::from_utf8(self.content()).expect("the body is text")
    }

    fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A chunked body in one piece: RFC 9112, section 7.1.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").expect("a chunk's length");
        let digits = std::str::from_utf8(&chunks[..end]).expect("digits");
        let length = usize::from_str_radix(digits, 16).expect("a length");
        if length == 0 {
            return all;
        }
        all.extend(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
}
