//! A request's head as it came, and what follows it, before hyper sees them.
//!
//! hyper repairs what two readers could take in two ways: it drops a Content-Length beside a Transfer-Encoding, and merges equal lengths. A proxy in
//! front may have read such a request in the other way, and that is how requests are smuggled past it. So it is refused here: RFC 9112, sections 2.2,
//! 3.2, 5 and 6.3.

use http::StatusCode;

use super::limits::HttpLimits;

/// What follows a head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks: RFC 9112, section 7.1.
    Chunked,
}

/// A request that is answered with an error, and its connection closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bad(pub(super) StatusCode, pub(super) &'static str);

/// Looks for the end of a head that comes piece by piece, each byte once.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// How many bytes have been looked at.
    seen: usize,
    /// Where the line begins that isn't complete.
    line: usize,
}

impl Scan {
    /// The head's length; none while it isn't complete. `bytes` are the previous ones, and more.
    pub(super) fn end(&mut self, bytes: &[u8], limits: &HttpLimits) -> Result<Option<usize>, Bad> {
        while let Some(found) = bytes[self.seen..].iter().position(|byte| *byte == b'\n') {
            let at = self.seen + found;
            if at == self.line || bytes[at - 1] != b'\r' {
                return Err(bad("a line of the head ends in CR and LF"));
            }
            if at >= limits.max_head {
                return Err(self.too_large());
            }
            let is_empty = at == self.line + 1;
            (self.seen, self.line) = (at + 1, at + 1);
            if is_empty {
                return if self.seen <= limits.max_head {
                    Ok(Some(self.seen))
                } else {
                    Err(self.too_large())
                };
            }
        }
        self.seen = bytes.len();
        if self.seen <= limits.max_head { Ok(None) } else { Err(self.too_large()) }
    }

    fn too_large(&self) -> Bad {
        match self.line {
            0 => Bad(StatusCode::URI_TOO_LONG, "the address is too long"),
            _ => TOO_LARGE,
        }
    }
}

const TOO_LARGE: Bad = Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large");

/// What follows a head, which ends in an empty line; an error if two readers could differ about it.
pub(super) fn read(head: &[u8], limits: &HttpLimits) -> Result<Framing, Bad> {
    // Each line has the CR of its end, and one that stands elsewhere is no line's end.
    let text = head.strip_suffix(b"\n\r\n").unwrap_or(head);
    let mut lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_http11 = request_line(lines.next().unwrap_or_default())?;
    let mut found = Found::default();
    for (count, line) in lines.enumerate() {
        if count == limits.max_headers {
            return Err(TOO_LARGE);
        }
        found.take(line)?;
    }
    found.framing(is_http11)
}

/// Whether the request's version is 1.1, and not 1.0.
fn request_line(line: &[u8]) -> Result<bool, Bad> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(bad("the request is malformed"));
    };
    let is_http11 = match version {
        b"HTTP/1.1" => true,
        b"HTTP/1.0" => false,
        _ => return Err(bad("this server speaks HTTP/1.1")),
    };
    if !is_token(method) {
        return Err(bad("the method is malformed"));
    }
    if !target.iter().all(|byte| matches!(byte, 0x21..=0x7e | 0x80..)) {
        return Err(bad("the path is malformed"));
    }
    let is_absolute = [&b"http://"[..], b"https://"]
        .iter()
        .any(|scheme| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let is_all = target == b"*" && method == b"OPTIONS";
    if !(target.starts_with(b"/") || is_absolute || is_all) {
        return Err(bad("a request names a path"));
    }
    Ok(is_http11)
}

/// The headers that say where a request ends and whom it is for.
#[derive(Default)]
struct Found<'a> {
    hosts: usize,
    length: Option<&'a [u8]>,
    encoding: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn take(&mut self, line: &'a [u8]) -> Result<(), Bad> {
        let colon = line.iter().position(|byte| *byte == b':').ok_or(bad("a header's name is malformed"))?;
        let (name, value) = (&line[..colon], trimmed(&line[colon + 1..]));
        if !is_token(name) {
            return Err(bad("a header's name is malformed"));
        }
        if value.iter().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return Err(bad("a header's value is malformed"));
        }
        if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") && self.length.replace(value).is_some() {
            return Err(bad("the Content-Length is malformed"));
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") && self.encoding.replace(value).is_some() {
            return Err(bad("the Transfer-Encoding is malformed"));
        }
        Ok(())
    }

    fn framing(self, is_http11: bool) -> Result<Framing, Bad> {
        if self.hosts > 1 || (is_http11 && self.hosts == 0) {
            return Err(bad("a request has one Host header"));
        }
        match (self.encoding, self.length) {
            (Some(_), Some(_)) => Err(bad("a body has a Content-Length or a Transfer-Encoding, not both")),
            (Some(_), None) if !is_http11 => Err(bad("HTTP/1.0 has no Transfer-Encoding")),
            (Some(coding), None) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
            (Some(_), None) => {
                Err(Bad(StatusCode::NOT_IMPLEMENTED, "the only Transfer-Encoding here is \"chunked\""))
            }
            (None, Some(length)) => content_length(length),
            (None, None) => Ok(Framing::Length(0)),
        }
    }
}

fn content_length(value: &[u8]) -> Result<Framing, Bad> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(bad("the Content-Length is malformed"));
    }
    let length = str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
    length.map(Framing::Length).ok_or(Bad(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"))
}

/// Without the spaces and tabs around it, and nothing else that counts as white space elsewhere: RFC 9110, section 5.5.
fn trimmed(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = value.iter().position(is_text).unwrap_or(value.len());
    let end = value.iter().rposition(is_text).map_or(start, |last| last + 1);
    &value[start..end]
}

/// Whether these bytes are a token: RFC 9110, section 5.6.2.
fn is_token(bytes: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_part)
}

pub(super) const fn bad(why: &'static str) -> Bad {
    Bad(StatusCode::BAD_REQUEST, why)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: HttpLimits = HttpLimits {
        max_head: 4096,
        max_headers: 100,
        head_timeout: Duration::ZERO,
        body_timeout: Duration::ZERO,
        write_timeout: Duration::ZERO,
        keep_alive: Duration::ZERO,
    };

    /// What a whole head that comes byte by byte is taken for.
    fn taken(request: &[u8]) -> Result<Framing, Bad> {
        let mut scan = Scan::default();
        for len in 0..request.len() {
            if let Some(end) = scan.end(&request[..len], &LIMITS)? {
                panic!("{end} of {len}: a head ends at its empty line");
            }
        }
        let end = scan.end(request, &LIMITS)?.expect("a whole head");
        assert_eq!(end, request.len());
        read(request, &LIMITS)
    }

    fn status(request: &str) -> Option<u16> {
        taken(request.as_bytes()).err().map(|Bad(status, _)| status.as_u16())
    }

    #[test]
    fn a_head_says_what_follows_it() {
        for (headers, framing) in [
            ("", Framing::Length(0)),
            ("Content-Length: 3\r\n", Framing::Length(3)),
            ("content-length:\t18446744073709551615 \r\n", Framing::Length(u64::MAX)),
            ("Transfer-Encoding: Chunked\r\n", Framing::Chunked),
            ("A: b\u{fc}\t \r\nB:\r\n", Framing::Length(0)),
        ] {
            let head = format!("POST /a?b=c HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
            assert_eq!(taken(head.as_bytes()), Ok(framing), "{headers}");
        }
        for line in
            ["GET / HTTP/1.0", "OPTIONS * HTTP/1.1", "GET http://x/a HTTP/1.1", "GET HTTPS://x HTTP/1.1"]
        {
            assert_eq!(status(&format!("{line}\r\nHost: x\r\n\r\n")), None, "{line}");
        }
        assert_eq!(status("GET / HTTP/1.0\r\n\r\n"), None, "HTTP/1.0 needs no Host");
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for (rest, wanted) in [
            ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
            ("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
            ("Transfer-Encoding: gzip, chunked\r\n", 501),
            ("Transfer-Encoding: chunked, identity\r\n", 501),
            ("Transfer-Encoding: xchunked\r\n", 501),
            ("Transfer-Encoding: \x0bchunked\r\n", 400),
            ("Transfer-Encoding:\r\n", 501),
            ("Transfer-Encoding : chunked\r\n", 400),
            ("Transfer-Encoding\r\n", 400),
            ("X: a\rTransfer-Encoding: chunked\r\n", 400),
            ("X: a\nTransfer-Encoding: chunked\r\n", 400),
            ("X: a\0b\r\n", 400),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", 400),
            ("Content-Length: +3\r\n", 400),
            ("Content-Length: -0\r\n", 400),
            ("Content-Length: 0x3\r\n", 400),
            ("Content-Length: 3, 3\r\n", 400),
            ("Content-Length:\r\n", 400),
            ("Content-Length : 3\r\n", 400),
            ("Content-Length: 99999999999999999999999\r\n", 413),
            ("Host: y\r\n", 400),
            ("A: b\r\n folded\r\n", 400),
            ("A: b\r\n\tfolded\r\n", 400),
            (" A: b\r\n", 400),
            (": b\r\n", 400),
        ] {
            assert_eq!(
                status(&format!("POST / HTTP/1.1\r\nHost: x\r\n{rest}\r\n")),
                Some(wanted),
                "{rest:?}"
            );
        }
        for line in [
            "GET x HTTP/1.1",
            "GET / HTTP/3.0",
            "GET / HTTP/1.2",
            "GET / HTTP/01.1",
            "GET / http/1.1",
            "GET  / HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "GET / HTTP/1.1 ",
            "G\0T / HTTP/1.1",
            "GET /a\tb HTTP/1.1",
            "GET * HTTP/1.1",
            "CONNECT x:80 HTTP/1.1",
            "GET /",
            " GET / HTTP/1.1",
        ] {
            assert_eq!(status(&format!("{line}\r\nHost: x\r\n\r\n")), Some(400), "{line:?}");
        }
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), Some(400));
        assert_eq!(status("PRI * HTTP/2.0\r\n\r\n"), Some(400));
        assert_eq!(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), Some(400));
    }

    #[test]
    fn a_line_that_ends_in_lf_alone_is_refused_at_once() {
        for request in ["GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nA: b\n", "\n", "GET / HTTP/1.1\r\n\n"] {
            assert_eq!(status(request), Some(400), "{request:?}");
        }
    }

    #[test]
    fn heads_have_limits() {
        let with = |headers: &str| format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        assert_eq!(status(&with(&"A: b\r\n".repeat(LIMITS.max_headers - 1))), None);
        assert_eq!(status(&with(&"A: b\r\n".repeat(LIMITS.max_headers))), Some(431));
        let fits = LIMITS.max_head - with("A: \r\n").len();
        assert_eq!(status(&with(&format!("A: {}\r\n", "b".repeat(fits)))), None);
        assert_eq!(status(&with(&format!("A: {}\r\n", "b".repeat(fits + 1)))), Some(431));
        assert_eq!(status(&format!("GET /{} HTTP/1.1\r\n", "a".repeat(LIMITS.max_head))), Some(414));
    }

    /// Pieces of which heads are made that are right, or nearly.
    const PIECES: &[&str] = &[
        "GET / HTTP/1.1",
        "POST /a?b HTTP/1.0",
        "OPTIONS * HTTP/1.1",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "Host: x",
        "Host:",
        "host",
        "Content-Length: 3",
        "content-length:\t07 ",
        "Content-Length: 3,3",
        "Transfer-Encoding: chunked",
        "transfer-encoding: CHUNKED",
        "Transfer-Encoding:",
        ":",
        " ",
        "\t",
        "\0",
        "a",
        "\u{fc}",
        "-",
        "\u{b}",
        ";",
        "3",
        "chunked",
        "A: b",
    ];

    #[test]
    fn what_is_let_in_another_parser_reads_in_the_same_way() {
        let (mut seed, mut let_in) = (1_u64, 0);
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..200_000 {
            let mut head =
                ["GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x", ""][next(3)].to_owned();
            for _ in 0..next(8) {
                head += PIECES[next(PIECES.len())];
                head += ["\r\n", "\r\n", "\r\n", ""][next(4)];
            }
            head += "\r\n";
            let mut scan = Scan::default();
            let Ok(Some(end)) = scan.end(head.as_bytes(), &LIMITS) else { continue };
            let Ok(framing) = read(&head.as_bytes()[..end], &LIMITS) else { continue };
            let_in += 1;
            let mut space = [httparse::EMPTY_HEADER; 100];
            let mut other = httparse::Request::new(&mut space);
            assert_eq!(other.parse(head.as_bytes()), Ok(httparse::Status::Complete(end)), "{head:?}");
            let values = |name: &str| {
                let named = other.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
                named
                    .map(|header| str::from_utf8(header.value).unwrap().to_ascii_lowercase())
                    .collect::<Vec<_>>()
            };
            let expected = match (&values("transfer-encoding")[..], &values("content-length")[..]) {
                ([], []) => Framing::Length(0),
                ([], [length]) => Framing::Length(length.parse().unwrap()),
                ([coding], []) if coding == "chunked" => Framing::Chunked,
                others => panic!("{head:?} has {others:?}"),
            };
            assert_eq!(framing, expected, "{head:?}");
            assert!(values("host").len() == 1 || other.version == Some(0), "{head:?}");
        }
        assert!(let_in > 5_000, "{let_in}");
    }
}
