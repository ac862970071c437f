use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

pub(crate) use super::encoder::tests::decoded;
use super::*;

const HTML: &str = "text/html; charset=utf-8";

fn accept(value: &'static str) -> AcceptEncoding {
    AcceptEncoding::of(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
}

/// The body's pieces until it is at its end, or waits.
fn pieces(body: &mut Body) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        match Pin::new(&mut *body).poll_frame(&mut cx) {
            Poll::Ready(Some(frame)) => pieces.push(frame.unwrap().into_data().unwrap().to_vec()),
            Poll::Ready(None) => break,
            Poll::Pending if pieces.is_empty() => continue,
            Poll::Pending => break,
        }
    }
    pieces
}

/// All pieces of a body that never waits for long.
fn pieces_of_all(body: &mut Body) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while !body.is_end_stream() {
        all.extend(pieces(body));
    }
    all
}

fn sent(accepted: &'static str, headers: &mut HeaderMap, body: impl Into<Body>) -> Vec<u8> {
    let mut body = compress(accept(accepted), StatusCode::OK, headers, body.into());
    pieces(&mut body).concat()
}

fn of_type(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
}

fn long() -> String {
    "<p>A page.</p>".repeat(200)
}

#[test]
fn a_page_is_compressed_as_it_is_accepted() {
    for (accepted, coding) in [("gzip, br", Coding::Brotli), ("gzip", Coding::Gzip)] {
        let mut headers = of_type(HTML);
        let sent = sent(accepted, &mut headers, long());
        assert_eq!(headers[CONTENT_ENCODING], coding.name());
        assert_eq!(headers[VARY], "accept-encoding");
        assert!(sent.len() < 400, "{}", sent.len());
        assert_eq!(decoded(coding, &sent), long().into_bytes());
    }
}

#[test]
fn who_accepts_nothing_gets_it_as_it_is_and_caches_know() {
    let mut headers = of_type(HTML);
    assert_eq!(sent("identity", &mut headers, long()), long().into_bytes());
    assert!(!headers.contains_key(CONTENT_ENCODING));
    assert_eq!(headers[VARY], "accept-encoding");
}

#[test]
fn what_gets_no_smaller_is_sent_as_it_is() {
    for (name, value) in [
        (CONTENT_ENCODING, "zstd"),
        (CONTENT_RANGE, "bytes 0-1/9"),
        (CACHE_CONTROL, "public, No-Transform"),
        (CONTENT_TYPE, "image/png"),
        (CONTENT_TYPE, "text/event-stream"),
        (CONTENT_TYPE, "application/zip"),
    ] {
        let mut headers = of_type(HTML);
        headers.insert(&name, HeaderValue::from_static(value));
        let before = headers.clone();
        assert_eq!(sent("br", &mut headers, long()), long().into_bytes(), "{name}: {value}");
        assert_eq!(headers, before, "{name}: {value}");
    }
    let short = "a".repeat(MIN_COMPRESSED - 1);
    assert_eq!(sent("br", &mut of_type(HTML), short.clone()), short.into_bytes());
    assert_ne!(sent("br", &mut of_type(HTML), "a".repeat(MIN_COMPRESSED)).len(), MIN_COMPRESSED);
    let mut untyped = HeaderMap::new();
    assert_eq!(sent("br", &mut untyped, long()), long().into_bytes());
    let status = StatusCode::NOT_MODIFIED;
    compress(accept("br"), status, &mut untyped, Body::default());
    assert!(untyped.is_empty());
}

#[test]
fn a_tag_gets_weak_and_a_length_goes() {
    for (tag, expected) in [("\"v\"", "W/\"v\""), ("W/\"v\"", "W/\"v\"")] {
        let mut headers = of_type("application/json");
        headers.insert(ETAG, HeaderValue::from_static(tag));
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("2800"));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert("content-digest", HeaderValue::from_static("md5=:AAAA:"));
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
        sent("gzip", &mut headers, long());
        assert_eq!(headers[ETAG], expected);
        assert!(!headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(ACCEPT_RANGES));
        assert!(!headers.contains_key("content-digest"), "it was of other bytes");
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), ["Cookie", "accept-encoding"]);
    }
}

#[test]
fn what_varies_already_says_so_once() {
    for value in ["*", "Accept-Encoding", "cookie, accept-encoding"] {
        let mut headers = of_type(HTML);
        headers.insert(VARY, HeaderValue::from_static(value));
        sent("br", &mut headers, long());
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), [value]);
    }
}

/// Gives these bytes, and then waits for ever, or ends.
struct Pieces(Vec<Bytes>, bool);

impl Stream for Pieces {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.pop() {
            None if self.1 => Poll::Ready(None),
            None => Poll::Pending,
            piece => Poll::Ready(piece.map(Ok)),
        }
    }
}

#[test]
fn each_piece_of_a_stream_can_be_read_when_it_has_come() {
    for (accepted, coding) in [("br", Coding::Brotli), ("gzip", Coding::Gzip)] {
        let stream = Body::stream(Pieces(vec![Bytes::from_static(b"one line\n")], false));
        let mut body = compress(accept(accepted), StatusCode::OK, &mut of_type("text/csv"), stream);
        let sent = pieces(&mut body).concat();
        let mut read = [0; 9];
        match coding {
            Coding::Brotli => io::Read::read_exact(&mut brotli::Decompressor::new(&*sent, 4096), &mut read),
            Coding::Gzip => io::Read::read_exact(&mut flate2::read::GzDecoder::new(&*sent), &mut read),
        }
        .unwrap();
        assert_eq!(&read, b"one line\n");
    }
}

#[test]
fn a_large_body_is_compressed_piece_by_piece() {
    let content: String = (0..200_000).map(|n| format!("{n} ")).collect();
    for (accepted, coding) in [("br", Coding::Brotli), ("gzip", Coding::Gzip)] {
        for body in
            [Body::from(content.clone()), Body::stream(Pieces(vec![Bytes::from(content.clone())], true))]
        {
            let mut body = compress(accept(accepted), StatusCode::OK, &mut of_type("text/plain"), body);
            assert_eq!(body.size_hint().exact(), None);
            let sent = pieces_of_all(&mut body);
            assert!(sent.len() > 4, "{} pieces", sent.len());
            assert_eq!(decoded(coding, &sent.concat()), content.as_bytes());
        }
    }
}

/// Gives some bytes, and then fails.
struct Breaks(bool);

impl Stream for Breaks {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let first = std::mem::replace(&mut self.0, false);
        Poll::Ready(Some(if first { Ok(long().into()) } else { Err(io::Error::other("gone")) }))
    }
}

#[test]
fn a_body_that_breaks_is_not_taken_for_all_of_it() {
    let mut body = compress(accept("br"), StatusCode::OK, &mut of_type(HTML), Body::stream(Breaks(true)));
    let mut cx = Context::from_waker(Waker::noop());
    let mut ended = Vec::new();
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut cx) {
        ended.push(frame.is_err());
    }
    assert_eq!(ended.last(), Some(&true));
    assert!(body.is_end_stream());
}
