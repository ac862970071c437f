//! Who a browser is, when several tabs open at once, other programs set cookies, and addresses are long.

use std::sync::Arc;

use live_smol::live_std::Metrics;
use live_smol::prelude::*;

use crate::common::browser::Browser;
use crate::common::tab::{Loaded, load};
use crate::common::{Tab, http, options, server, start};

#[test]
fn cookies_of_other_programs_never_matter() {
    let server = server();
    for other in ["city=Z\u{fc}rich", "\u{1f600}", "=;;", "live", "a=\"b;live=c\""] {
        let Loaded { client, cookie, token } = load(server.local_addr().unwrap(), "/lab/a", other);
        let cookie = format!("{other}; {cookie}");
        let mut tab = Tab::of(server.local_addr().unwrap(), Loaded { client, cookie, token });
        tab.act("inc");
        tab.until_html("count", "1");
    }
}

#[test]
fn a_form_is_taken_although_another_tab_has_brought_another_cookie() {
    let server = server();
    let mut first = Browser::open(&server, "/lab/a");
    let token = first.token.clone();
    // Both tabs were opened at once: the second one's cookie has won.
    let second = Browser::open(&server, "/lab/a");
    let post = |headers: &str| {
        let headers = format!("{}{headers}", second.headers());
        http::post(server.local_addr().unwrap(), "/lab/a", &headers, &format!("_csrf={token}&_lv_event=inc"))
            .status
    };
    let own = format!("Origin: http://{}\r\n", server.local_addr().unwrap());
    assert_eq!(post(&own), 303);
    assert_eq!(post(&format!("{own}Sec-Fetch-Site: same-origin\r\n")), 303);
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(post(&format!("{own}Sec-Fetch-Site: {site}\r\n")), 403, "{site}");
    }
    assert_eq!(post("Origin: http://localhost:1\r\n"), 403, "another origin, although it may connect");
    assert_eq!(post(""), 403, "nobody vouches for it");
    assert_eq!(first.post("/lab/a", "_lv_event=inc").status, 303, "its own goes on as ever");
}

#[test]
fn a_page_whose_token_would_be_too_long_says_so_and_the_longest_lives() {
    let server = server();
    let path = |len: usize| format!("/lab/{}", "a".repeat(len - "/lab/".len()));
    let status = |len| http::get(server.local_addr().unwrap(), &path(len), "").status;
    let longest = (1000..4000).rev().find(|len| status(*len) == 200).expect("some are short enough");
    assert!(longest > 2500, "{longest}");
    assert_eq!(status(longest + 1), 414);
    let mut tab = Tab::new(server.local_addr().unwrap(), &path(longest));
    tab.act("inc");
    let mut browser = Browser::open(&server, &path(longest));
    assert_eq!(browser.post(&path(longest), "_lv_event=inc").status, 303);
    let cookie = browser.headers();
    assert!(cookie.len() < 4096 + 100, "browsers drop a cookie of more than 4096 bytes: {}", cookie.len());
    assert!(browser.get(&path(longest)).text().contains(">1<"), "and the form's session goes on");
}

#[test]
fn whoever_is_refused_is_counted_by_the_reason() {
    let metrics = Arc::new(Metrics::new());
    let server = start(Options {
        metrics: Some(metrics.clone()),
        max_connections_per_ip: 1,
        max_sessions: 1,
        ..options()
    });
    let ask = |host: &str, headers: &str| {
        let request =
            format!("GET /_live/websocket HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        http::raw(server.local_addr().unwrap(), &request).status
    };
    assert_eq!(ask("evil.example", ""), 403);
    assert_eq!(ask("localhost", "Origin: http://evil.example\r\n"), 403);
    assert_eq!(ask("localhost", "Origin: http://localhost\r\n"), 400);
    let _tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut second = crate::common::tab::open(
        server.local_addr().unwrap(),
        crate::common::tab::request(server.local_addr().unwrap(), ""),
    );
    assert_eq!(crate::common::tab::closed(&mut second).0, 1013);
    let text = metrics.to_text();
    for reason in ["host", "origin", "handshake", "address"] {
        let line = format!("live_refused_total{{reason=\"{reason}\"}} 1");
        assert!(text.lines().any(|had| had == line), "{line}: {text}");
    }
}
