//! Several hosts.

use live_std::Options;

use crate::http::raw;
use crate::{Serve, Site};

/// The public one, further ones, and tenants' subdomains.
pub fn each_host_of_the_list_is_served_and_no_other<S: Serve>() {
    let server = S::start(Site::with(Options {
        public_url: Some("https://example.com".to_owned()),
        hosts: vec!["www.example.com".to_owned(), "*.tenants.example".to_owned()],
        ..Options::default()
    }));
    for (host, status) in [
        ("example.com", 200),
        ("EXAMPLE.com:8443", 200),
        ("example.com.", 200),
        ("www.example.com", 200),
        ("a.tenants.example", 200),
        ("b.a.tenants.example", 200),
        ("tenants.example", 403),
        ("eviltenants.example", 403),
        ("a.tenants.example.evil.example", 403),
        ("other.example.com", 403),
    ] {
        let answer = raw(
            server.address(),
            &format!("GET /greet/Anna HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        );
        assert_eq!(answer.status, status, "{host}");
    }
}
