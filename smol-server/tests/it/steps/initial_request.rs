//! "Initial Request".

use super::logging;
use crate::common::{http, options};

#[test]
fn step_1_a_get_arrives_at_the_pages_route() {
    let (server, told) = logging(options());
    assert_eq!(http::get(server.local_addr().unwrap(), "/other", "").status, 404);
    assert!(told.so_far().is_empty());
    assert_eq!(http::get(server.local_addr().unwrap(), "/log", "").status, 200);
    assert_eq!(told.next(), "mount, connected: false, state: []");
}

#[test]
fn step_2_the_one_page_that_was_given_serves_each_request_with_a_state_of_its_own() {
    let (server, told) = logging(options());
    for _ in 0..2 {
        http::get(server.local_addr().unwrap(), "/log", "");
        let mounts = told.so_far().into_iter().filter(|call| call.starts_with("mount"));
        assert_eq!(mounts.collect::<Vec<_>>(), ["mount, connected: false, state: []"]);
    }
}

#[test]
fn step_3_the_first_state_is_rendered_as_full_html() {
    let (server, told) = logging(options());
    let page = http::get(server.local_addr().unwrap(), "/log", "");
    assert!(
        page.text().contains(
            "<p data-lv-region=\"list\">connected: false</p><p data-lv-region=\"still\">as ever</p>"
        ),
        "{}",
        page.text()
    );
    let mut rendered = told.so_far();
    assert_eq!(rendered.remove(0), "mount, connected: false, state: []");
    rendered.sort();
    assert_eq!(rendered, ["render list", "render still", "render the page"]);
}

#[test]
fn step_4_the_html_has_the_runtime_and_the_sessions_token() {
    let (server, _told) = logging(options());
    let page = http::get(server.local_addr().unwrap(), "/log", "");
    assert!(page.quoted("src=\"").starts_with("/_live/runtime.js"));
    let other = http::get(server.local_addr().unwrap(), "/log", "");
    assert!(page.quoted("data-lv=\"").len() > 60 && page.quoted("data-lv=\"") != other.quoted("data-lv=\""));
}

#[test]
fn step_5_the_response_is_html_of_its_stated_length_and_leaves_no_session() {
    let (server, told) = logging(options());
    let page = http::get(server.local_addr().unwrap(), "/log", "");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("content-length"), Some(&*page.body.len().to_string()));
    assert_eq!(server.sessions(), 0);
    assert!(!told.so_far().contains(&"session starts".to_owned()));
}
