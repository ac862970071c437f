//! Documents.

use live_std::Options;

use crate::content::Content;
use crate::http::get;
use crate::{Serve, Site};

/// With the headers that pages have.
pub fn a_plain_route_is_in_the_applications_layout<S: Serve>() {
    let server = S::start(Site::default());
    let page = get(server.address(), "/greet/Anna", "");
    let plain = get(server.address(), "/plain", "");
    assert!(plain.page().contains("<title>Plain</title>"), "{}", plain.page());
    assert!(plain.page().contains("<h1>A plain route</h1>"));
    assert!(!plain.page().contains("data-lv"));
    for name in ["content-type", "cache-control", "referrer-policy", "x-content-type-options"] {
        assert!(plain.header(name).is_some());
        assert_eq!(plain.header(name), page.header(name), "{name}");
    }
    let named = get(server.address(), "/plain?layout=default", "");
    assert!(named.page().contains("<html lang=\"en\">"), "{}", named.page());
}

/// Also that which the application adds to.
pub fn a_policy_has_each_directive_once<S: Serve>() {
    let more = "img-src https://cdn.example; font-src https://fonts.example".to_owned();
    let server = S::start(Site::with(Options { content_security_policy: more, ..Options::default() }));
    for path in ["/greet/Anna", "/plain"] {
        let page = get(server.address(), path, "");
        let policy = page.header("content-security-policy").expect("a policy");
        let images: Vec<_> =
            policy.split("; ").filter(|directive| directive.starts_with("img-src")).collect();
        assert_eq!(images, ["img-src 'self' data: https://cdn.example"]);
        assert!(policy.contains("; font-src 'self' https://fonts.example"));
    }
}
