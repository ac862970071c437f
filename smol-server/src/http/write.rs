//! A response as bytes.

use std::io::Write as _;
use std::time::SystemTime;

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING};

use crate::response::Response;

/// Status, headers and body in one buffer.
pub(super) fn encode(response: &Response, with_body: bool, keep_alive: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(512 + response.body.len());
    let status = response.status;
    let switching = response.upgrade.is_some();
    let reason = status.canonical_reason().unwrap_or_default();
    let _ = write!(out, "HTTP/1.1 {} {reason}\r\n", status.as_u16());
    for (name, value) in &response.headers {
        if ![CONTENT_LENGTH, DATE, TRANSFER_ENCODING].contains(name) && (switching || name != CONNECTION) {
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
    let _ = write!(out, "date: {}\r\n", httpdate::HttpDate::from(SystemTime::now()));
    if !switching {
        if !keep_alive {
            out.extend_from_slice(b"connection: close\r\n");
        }
        if status.as_u16() != 204 && status.as_u16() != 304 {
            let _ = write!(out, "content-length: {}\r\n", response.body.len());
        }
    }
    out.extend_from_slice(b"\r\n");
    if with_body && !matches!(status.as_u16(), 204 | 304) {
        out.extend_from_slice(&response.body);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn text(response: &Response, with_body: bool, keep_alive: bool) -> String {
        String::from_utf8(encode(response, with_body, keep_alive)).unwrap()
    }

    #[test]
    fn a_response_has_its_length_and_a_date() {
        let out = text(&Response::text("hi"), true, true);
        assert!(out.starts_with("HTTP/1.1 200 OK\r\n") && out.ends_with("\r\n\r\nhi"), "{out}");
        assert!(
            out.contains("content-length: 2\r\n") && out.contains("date: ") && !out.contains("connection")
        );
    }

    #[test]
    fn head_and_304_have_no_body() {
        let out = text(&Response::text("hi"), false, false);
        assert!(
            out.contains("content-length: 2\r\n")
                && out.contains("connection: close\r\n")
                && out.ends_with("\r\n\r\n")
        );
        let out = text(&Response::text("hi").with_status(StatusCode::NOT_MODIFIED), true, true);
        assert!(!out.contains("content-length") && out.ends_with("\r\n\r\n"));
    }
}
