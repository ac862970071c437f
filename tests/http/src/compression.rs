//! Compression, and conditional requests.

use std::collections::BTreeSet;

use live_std::Options;

use crate::content::Content;
use crate::http::get;
use crate::{Serve, Site, rows};

/// Pages, plain routes, files and scripts; and caches are told.
pub fn pages_routes_and_scripts_are_compressed_as_accepted<S: Serve>() {
    let server = S::start(Site::default());
    for path in ["/greet/Anna", "/rows", "/plain", "/_live/runtime.js", "/assets/css/app.css"] {
        let plain = get(server.address(), path, "");
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{path}");
        assert_eq!(plain.header("vary"), Some("accept-encoding"), "{path}");
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0.1, gzip;q=0.5", Some("gzip")),
            ("*;q=0", None),
            ("zstd", None),
        ] {
            let answer = get(server.address(), path, &format!("Accept-Encoding: {accepted}\r\n"));
            assert_eq!(answer.header("content-encoding"), coding, "{path}: {accepted}");
            assert_eq!(answer.header("vary"), Some("accept-encoding"));
            if coding.is_some() {
                assert!(
                    answer.sent().len() * 2 < plain.sent().len() + 200,
                    "{path}: {} bytes",
                    answer.body.len()
                );
            }
            if !path.starts_with("/greet") && path != "/plain" {
                assert_eq!(answer.content(), plain.content(), "{path}");
            }
        }
    }
    assert!(get(server.address(), "/greet/Anna", "Accept-Encoding: br\r\n").page().contains("Hello Anna"));
}

/// Each line arrives, compressed or not.
pub fn a_stream_is_compressed_line_by_line<S: Serve>() {
    let server = S::start(Site::default());
    for (accepted, coding) in [("br", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
        let answer = get(server.address(), "/lines", &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!((answer.status, answer.header("content-encoding")), (200, coding));
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(answer.page(), rows());
    }
}

/// Responses for one request have a random length.
pub fn two_answers_of_one_page_differ_in_length<S: Serve>() {
    let server = S::start(Site::default());
    for accepted in ["br", "gzip"] {
        let header = format!("Accept-Encoding: {accepted}\r\n");
        let lengths: BTreeSet<usize> =
            (0..30).map(|_| get(server.address(), "/rows", &header).sent().len()).collect();
        assert!(lengths.len() > 10, "{lengths:?}");
    }
}

/// [`Options::compress`] turns it off.
pub fn nothing_is_compressed_where_a_proxy_does_it<S: Serve>() {
    let server = S::start(Site::with(Options { compress: false, ..Options::default() }));
    for path in ["/greet/Anna", "/rows", "/_live/runtime.js", "/assets/css/app.css"] {
        let answer = get(server.address(), path, "Accept-Encoding: br, gzip\r\n");
        assert_eq!((answer.status, answer.header("content-encoding")), (200, None), "{path}");
    }
}

/// RFC 9110, section 13.1.2.
pub fn what_a_browser_has_is_not_sent_again<S: Serve>() {
    let server = S::start(Site::default());
    for path in ["/_live/runtime.js", "/assets/css/app.css"] {
        let tag = get(server.address(), path, "").header("etag").expect("a tag").to_owned();
        for (known, status) in [
            (tag.clone(), 304),
            (format!("\"a\", {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"a\"".to_owned(), 200),
            (String::new(), 200),
        ] {
            let answer = get(server.address(), path, &format!("If-None-Match: {known}\r\n"));
            assert_eq!(answer.status, status, "{path}: {known}");
            assert_eq!(answer.body.is_empty(), status == 304);
        }
    }
}

/// nginx makes it a weak one, Apache and Caddy append the coding.
pub fn a_tag_survives_what_proxies_do_to_it<S: Serve>() {
    let server = S::start(Site::default());
    for path in ["/_live/runtime.js", "/assets/css/app.css"] {
        for accepted in ["", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip\r\n"] {
            let tag = get(server.address(), path, accepted).header("etag").expect("a tag").to_owned();
            let text = tag.trim_start_matches("W/").trim_matches('"').to_owned();
            for sent in [
                format!("W/\"{text}\""),
                format!("\"{text}-gzip\""),
                format!("\"{text}-br\""),
                format!("W/\"{text}-zstd\""),
            ] {
                let answer = get(server.address(), path, &format!("{accepted}If-None-Match: {sent}\r\n"));
                assert_eq!(answer.status, 304, "{path}: {sent}");
            }
        }
    }
}
