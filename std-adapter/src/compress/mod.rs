//! Compression of responses: RFC 9110, section 8.4.

mod accept;
mod body;
mod encoder;

use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, HeaderValue, VARY,
};
use http::{HeaderMap, StatusCode};
use http_body::Body as _;

use crate::body::Body;
pub use accept::AcceptEncoding;
pub(crate) use accept::Coding;
use body::Compressed;
pub(crate) use encoder::{Effort, compressed};

/// Smaller bodies, in bytes, are sent as they are: compression would save almost nothing.
pub const MIN_COMPRESSED: usize = 512;

/// A larger body is compressed piece by piece, as it is sent.
const AT_ONCE: usize = 64 << 10;

/// Compresses a response's body, if that is worth it and the request accepts it. `headers` are the response's, and say so afterwards.
///
/// These are sent as they are: a body that has a `Content-Encoding`; a range of a larger body; a response with `Cache-Control: no-transform`; formats that are
/// compressed already, such as images; and `text/event-stream`.
pub fn compress(accept: AcceptEncoding, status: StatusCode, headers: &mut HeaderMap, body: Body) -> Body {
    if !is_compressible(status, headers) {
        return body;
    }
    vary(headers);
    let Some(coding) = accept.coding() else { return body };
    if body.size_hint().exact().is_some_and(|len| len < MIN_COMPRESSED as u64) {
        return body;
    }
    let piecewise = match body.whole() {
        Ok(content) if content.len() <= AT_ONCE => {
            return match smaller(coding, Effort::Once, &content) {
                Some(bytes) => {
                    encoded(headers, coding);
                    bytes.into()
                }
                None => content.into(),
            };
        }
        Ok(content) => content.into(),
        Err(stream) => stream,
    };
    encoded(headers, coding);
    Body::new(Compressed::new(coding, piecewise))
}

/// The bytes compressed, if that makes them fewer.
pub(crate) fn smaller(coding: Coding, effort: Effort, content: &[u8]) -> Option<Vec<u8>> {
    compressed(coding, effort, content).ok().filter(|bytes| bytes.len() < content.len())
}

fn is_compressible(status: StatusCode, headers: &HeaderMap) -> bool {
    let has_body = !status.is_informational()
        && !matches!(status, StatusCode::NO_CONTENT | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED);
    has_body
        && !headers.contains_key(CONTENT_ENCODING)
        && !headers.contains_key(CONTENT_RANGE)
        && !forbids(headers)
        && headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_text)
}

fn forbids(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(','));
    directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-transform"))
}

/// Whether content of this type gets smaller.
pub(crate) fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some(("text", "event-stream")) => false,
        Some(("text", _)) => true,
        Some(("application", kind)) => {
            matches!(
                kind,
                "javascript"
                    | "json"
                    | "xml"
                    | "wasm"
                    | "rtf"
                    | "x-javascript"
                    | "x-ndjson"
                    | "sql"
                    | "graphql"
                    | "yaml"
                    | "toml"
            ) || kind.ends_with("+json")
                || kind.ends_with("+xml")
        }
        Some(("image", kind)) => matches!(kind, "svg+xml" | "bmp" | "x-icon" | "vnd.microsoft.icon"),
        Some(("font", kind)) => matches!(kind, "ttf" | "otf" | "collection"),
        Some(("model", _)) => true,
        _ => false,
    }
}

/// Tells caches that the answer depends on what a client accepts: RFC 9110, section 12.5.5.
pub(crate) fn vary(headers: &mut HeaderMap) {
    let values = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(',')).map(str::trim);
    if !names.any(|name| name == "*" || name.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str())) {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Says in the headers that the body is encoded.
fn encoded(headers: &mut HeaderMap, coding: Coding) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    // These describe the uncompressed bytes.
    for name in [CONTENT_LENGTH, ACCEPT_RANGES] {
        headers.remove(name);
    }
    for name in ["content-digest", "content-md5", "digest", "repr-digest"] {
        headers.remove(name);
    }
    weaken(headers);
}

/// The encoded bytes differ, so the tag becomes weak: RFC 9110, section 8.8.3.3.
pub(crate) fn weaken(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
    let weak = tag.map(|tag| [b"W/", tag.as_bytes()].concat());
    if let Some(Ok(tag)) = weak.map(|tag| HeaderValue::from_bytes(&tag)) {
        headers.insert(ETAG, tag);
    }
}

#[cfg(test)]
pub(crate) mod tests;
