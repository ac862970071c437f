//! What a request's head says: host, origin, cookies, path and query.

use http::header::{ACCEPT_ENCODING, COOKIE};
use http::{HeaderMap, HeaderValue, Uri};
use live_std::{AcceptEncoding, Access, cookie, form, params};

use super::halves;
use crate::heap::{bound, watched};

pub fn look(data: &[u8]) {
    let (uri, value) = halves(data);
    let Ok(access) = Access::new(
        Some("https://example.org"),
        &["*.example.net".to_owned()],
        &["https://other.example".to_owned()],
    ) else {
        return;
    };
    if let Ok(text) = str::from_utf8(value) {
        watched(bound(data.len()), || {
            (access.check_host(Some(text)).is_ok(), access.check_origin(Some(text)).is_ok())
        });
        watched(bound(data.len()), || params([("a", text)].into_iter()));
        watched(bound(data.len()), || form::value(text, "a"));
    }
    if let Ok(value) = HeaderValue::from_bytes(value) {
        let headers: HeaderMap = [(COOKIE, value)].into_iter().collect();
        watched(bound(data.len()), || cookie::find(&headers, "a").map(str::len));
        let headers: HeaderMap = [(ACCEPT_ENCODING, headers[COOKIE].clone())].into_iter().collect();
        watched(bound(data.len()), || AcceptEncoding::of(&headers));
    }
    if let Ok(uri) = Uri::try_from(uri) {
        let named = watched(bound(data.len()), || cookie::set_form(uri.path(), "v", 60, true));
        assert_eq!(named.split(';').count(), 6, "a path adds no attribute");
        assert!(HeaderValue::try_from(named).is_ok(), "a path adds no header");
    }
}
