//! A request's line and headers.

use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::MAX_BODY;
use super::limits::{MAX_HEAD, MAX_HEADERS};

/// A head that was understood.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    /// How many bytes it took.
    pub(super) len: usize,
    /// How many bytes of body follow.
    pub(super) body: usize,
    pub(super) keep_alive: bool,
    /// The client waits for a word before it sends the body.
    pub(super) expects: bool,
}

/// A request that is answered with an error, and its connection closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bad(pub(super) StatusCode, pub(super) &'static str);

/// The head at the start of `bytes`; none while it isn't complete.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<Head>, Bad> {
    let mut space = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut space);
    let len = match request.parse(bytes) {
        Ok(httparse::Status::Complete(len)) if len <= MAX_HEAD => len,
        Ok(httparse::Status::Partial) if bytes.len() <= MAX_HEAD => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => {
            return Err(Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large"));
        }
        Err(_) => return Err(bad("the request is malformed")),
    };
    let headers = headers(request.headers)?;
    let http11 = request.version == Some(1);
    if headers.get_all(HOST).iter().count() > 1 || (http11 && !headers.contains_key(HOST)) {
        return Err(bad("a request has one Host header"));
    }
    let method = Method::from_bytes(request.method.unwrap_or_default().as_bytes());
    Ok(Some(Head {
        method: method.map_err(|_| bad("the method is malformed"))?,
        uri: target(request.path.unwrap_or_default())?,
        len,
        body: body_length(&headers)?,
        keep_alive: http11 && !lists_close(&headers),
        expects: headers
            .get(EXPECT)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")),
        headers,
    }))
}

fn headers(parsed: &[httparse::Header<'_>]) -> Result<HeaderMap, Bad> {
    let mut headers = HeaderMap::with_capacity(parsed.len());
    for header in parsed {
        let name = HeaderName::from_bytes(header.name.as_bytes())
            .map_err(|_| bad("a header's name is malformed"))?;
        let value =
            HeaderValue::from_bytes(header.value).map_err(|_| bad("a header's value is malformed"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// A path with or without a query. Whole URLs are for proxies.
fn target(path: &str) -> Result<Uri, Bad> {
    if !path.starts_with('/') {
        return Err(bad("a request names a path"));
    }
    path.parse().map_err(|_| bad("the path is malformed"))
}

/// Bodies in chunks are refused altogether: where only one header can say the length, no two can disagree.
fn body_length(headers: &HeaderMap) -> Result<usize, Bad> {
    if headers.contains_key(TRANSFER_ENCODING) {
        let both = headers.contains_key(CONTENT_LENGTH);
        let status = if both { StatusCode::BAD_REQUEST } else { StatusCode::LENGTH_REQUIRED };
        return Err(Bad(status, "a body needs a Content-Length, and no Transfer-Encoding"));
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let Some(length) = lengths.next() else { return Ok(0) };
    let digits =
        length.to_str().ok().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    let (Some(digits), None) = (digits, lengths.next()) else {
        return Err(bad("the Content-Length is malformed"));
    };
    match digits.parse() {
        Ok(length) if length <= MAX_BODY => Ok(length),
        _ => Err(Bad(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large")),
    }
}

fn lists_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case("close"))
}

const fn bad(why: &'static str) -> Bad {
    Bad(StatusCode::BAD_REQUEST, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(request: &str) -> Option<u16> {
        parse(request.as_bytes()).err().map(|Bad(status, _)| status.as_u16())
    }

    #[test]
    fn a_head_is_read_when_it_is_complete() {
        let bytes = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET";
        for cut in 0..bytes.len() - 6 {
            assert!(parse(&bytes[..cut]).unwrap().is_none(), "{cut}");
        }
        let head = parse(bytes).unwrap().unwrap();
        assert_eq!((head.method, head.uri.path(), head.uri.query()), (Method::POST, "/a", Some("b=c")));
        assert_eq!((&bytes[head.len..], head.body, head.keep_alive), (&b"abcGET"[..], 3, true));
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for (rest, wanted) in [
            ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
            ("Transfer-Encoding: chunked\r\n", 411),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", 400),
            ("Content-Length: +3\r\n", 400),
            ("Content-Length: 3, 3\r\n", 400),
            ("Content-Length : 3\r\n", 400),
            ("Content-Length: 99999999999999999999999\r\n", 413),
            ("Host: y\r\n", 400),
            ("A: b\r\n folded\r\n", 400),
        ] {
            assert_eq!(status(&format!("POST / HTTP/1.1\r\nHost: x\r\n{rest}\r\n")), Some(wanted), "{rest}");
        }
        for line in ["GET http://x/ HTTP/1.1", "GET x HTTP/1.1", "GET / HTTP/3.0", "G\0T / HTTP/1.1", "GET /"]
        {
            assert_eq!(status(&format!("{line}\r\nHost: x\r\n\r\n")), Some(400), "{line}");
        }
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), Some(400));
    }

    #[test]
    fn heads_have_limits() {
        let many = "A: b\r\n".repeat(MAX_HEADERS);
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n")), Some(431));
        assert_eq!(status(&format!("GET /{} HTTP/1.1\r\n", "a".repeat(MAX_HEAD))), Some(431));
    }
}
