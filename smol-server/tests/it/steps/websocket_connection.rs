//! "WebSocket Connection".

use live_smol::live_core::client::Client;
use live_smol::live_core::wire::SUBPROTOCOL;
use tungstenite::Message;

use super::{joined, logging};
use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, http, options};

#[test]
fn step_1_the_runtime_that_the_page_names_is_there_and_so_is_its_socket() {
    let (server, _told) = logging(options());
    let page = http::get(server.local_addr().unwrap(), "/log", "");
    let runtime = http::get(server.local_addr().unwrap(), page.quoted("src=\""), "");
    assert_eq!(runtime.status, 200);
    assert!(runtime.text().contains("/_live/websocket") && runtime.text().contains(SUBPROTOCOL));
    drop(open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), "")));
}

#[test]
fn step_2_the_token_is_checked_before_there_is_a_session() {
    let (server, told) = logging(options());
    let page = load(server.local_addr().unwrap(), "/log", "");
    told.so_far();
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), &page.cookie));
    ws.send(Message::Binary(Client::new("wrong").hello().into())).unwrap();
    assert_eq!(closed(&mut ws), (4001, "token".to_owned()));
    assert_eq!((server.sessions(), told.so_far()), (0, vec![]));
    let _tab = Tab::of(server.local_addr().unwrap(), page);
    assert_eq!(server.sessions(), 1);
}

#[test]
fn steps_3_and_4_mount_fills_in_the_state_and_render_follows() {
    let (server, told) = logging(options());
    let page = load(server.local_addr().unwrap(), "/log", "");
    told.so_far();
    let mut tab = Tab::of(server.local_addr().unwrap(), page);
    assert_eq!(told.next(), "mount, connected: true, state: []");
    tab.until_html("list", "connected: true");
    let after = told.so_far();
    assert!(
        after.contains(&"session starts".to_owned()) && after.contains(&"render list".to_owned()),
        "{after:?}"
    );
    assert!(!after.iter().any(|call| call.starts_with("mount")), "{after:?}");
}

#[test]
fn step_5_the_regions_that_differ_from_the_first_response_are_sent() {
    let (server, _told) = logging(options());
    let page = load(server.local_addr().unwrap(), "/log", "");
    assert_eq!(page.client.html("list"), Some("connected: false"));
    let mut tab = Tab::of(server.local_addr().unwrap(), page);
    tab.until_html("list", "connected: true");
    assert_eq!(tab.client.html("still"), Some("as ever"));
}

#[test]
fn step_6_the_session_takes_events() {
    let (server, told) = logging(options());
    let mut tab = joined(server.local_addr().unwrap(), &told);
    tab.act("add");
    tab.until_html("list", "connected: true, added");
}
