//! The answer to a request for a file.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use blocking::Task;
use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderValue, LAST_MODIFIED, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body::{Frame, SizeHint};

use super::conditions::{self, Current, Outcome};
use super::file::{File, Found};
use super::open::Open;
use super::range::Wanted;
use crate::body::Body;
use crate::compress::{AcceptEncoding, Coding, vary, weaken};
use crate::headers::set;

/// A URL's content never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// It is asked for again each time, and mostly answered by status 304.
const ASK_AGAIN: &str = "no-cache";

/// How much of a file is read at a time.
const PIECE: u64 = 64 << 10;

/// Answers GET or HEAD. `for_good`: the URL has the file's version in it.
pub(crate) async fn respond(
    found: Found,
    for_good: bool,
    accept: AcceptEncoding,
    method: &Method,
    headers: &HeaderMap,
) -> Response<Body> {
    let file = &found.file;
    let mut response = Response::new(Body::default());
    describe(response.headers_mut(), file, for_good);
    let current = Current { version: &file.version, modified: file.modified };
    // All codings of a text share one date, so it is a weak validator: RFC 9110, section 8.8.2.2.
    let part = Current { modified: file.modified.filter(|_| !file.is_text()), ..current };
    match conditions::check(headers, current) {
        Outcome::Send => {}
        Outcome::Known => {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            if would_encode(file, accept) {
                encoded_headers(response.headers_mut());
            }
            return response;
        }
        Outcome::Failed => {
            return failed(response, StatusCode::PRECONDITION_FAILED);
        }
    }
    let range =
        headers.get(RANGE).filter(|_| *method == Method::GET && conditions::may_send_part(headers, part));
    match Wanted::read(range.and_then(|value| value.to_str().ok()), file.len) {
        Wanted::All => all(response, found, accept).await,
        Wanted::Part(part) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let told = format!("bytes {}-{}/{}", part.start, part.end - 1, file.len);
            set(response.headers_mut(), CONTENT_RANGE, &told);
            with_part(response, found, part)
        }
        Wanted::Nothing => {
            set(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{}", file.len));
            failed(response, StatusCode::RANGE_NOT_SATISFIABLE)
        }
    }
}

/// A response to a bad condition or range. It must not be cached: the same URL is valid for others.
fn failed(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Whether a 200 response would be compressed. A 304 response must have the same tag (RFC 9110, section 15.4.5).
fn would_encode(file: &File, accept: AcceptEncoding) -> bool {
    let Some(coding) = accept.coding().filter(|_| file.is_text()) else { return false };
    let known = file.variants().filter(|variants| variants.has(coding));
    known.is_none_or(|variants| variants.encoded(coding).is_some())
}

fn encoded_headers(headers: &mut HeaderMap) {
    headers.remove(ACCEPT_RANGES);
    weaken(headers);
}

/// The headers that are the same whatever is sent.
fn describe(headers: &mut HeaderMap, file: &File, for_good: bool) {
    let keep = if for_good { FOR_GOOD } else { ASK_AGAIN };
    for (name, value) in
        [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, keep), (ACCEPT_RANGES, "bytes")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    set(headers, CONTENT_TYPE, &file.content_type);
    set(headers, ETAG, &format!("\"{}\"", file.version));
    if let Some(modified) = file.modified {
        set(headers, LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    if file.is_text() {
        vary(headers);
    }
}

async fn all(mut response: Response<Body>, found: Found, accept: AcceptEncoding) -> Response<Body> {
    let coding = accept.coding().filter(|_| found.file.is_text());
    if let Some(coding) = coding
        && let Some(encoded) = encoded(&found.file, coding).await
    {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        encoded_headers(headers);
        *response.body_mut() = encoded.into();
        return response;
    }
    let len = found.file.len;
    with_part(response, found, 0..len)
}

/// A content that is in memory, compressed; on another thread, if that is still to be done.
async fn encoded(file: &Arc<File>, coding: Coding) -> Option<Bytes> {
    let variants = file.variants()?;
    if variants.has(coding) {
        return variants.encoded(coding);
    }
    let file = file.clone();
    blocking::unblock(move || file.variants()?.encoded(coding)).await
}

fn with_part(mut response: Response<Body>, found: Found, part: Range<u64>) -> Response<Body> {
    if let Some(variants) = found.file.variants() {
        *response.body_mut() = variants.plain.slice(part.start as usize..part.end as usize).into();
    } else if let Some(open) = found.open {
        set(response.headers_mut(), CONTENT_LENGTH, &(part.end - part.start).to_string());
        *response.body_mut() = Body::new(Reading { open, left: part, piece: None });
    }
    response
}

/// A part of a file, read piece by piece on other threads: a disk may take its time.
struct Reading {
    open: Arc<Open>,
    left: Range<u64>,
    /// The piece that is being read.
    piece: Option<Task<io::Result<Bytes>>>,
}

impl http_body::Body for Reading {
    type Data = Bytes;
    type Error = io::Error;

    /// The server drops the body after an error.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let Self { open, left, piece } = &mut *self;
        let reading = piece.get_or_insert_with(|| {
            let (open, at, count) = (open.clone(), left.start, PIECE.min(left.end - left.start));
            blocking::unblock(move || open.read(at, count))
        });
        let read = ready!(Pin::new(reading).poll(cx));
        *piece = None;
        Poll::Ready(Some(read.map(|bytes| {
            left.start += bytes.len() as u64;
            Frame::data(bytes)
        })))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.end - self.left.start)
    }
}
