//! Every row of the protocol's table of bad input; and after each, another session of the same server still works.

use std::io::Write as _;
use std::time::Duration;

use live_smol::Options;
use live_smol::live_core::client::{Action, Heard};
use live_smol::live_core::wire::SUBPROTOCOL_JSON;
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, http, options, server, start};

/// Sends a frame from a tab that has joined, and gives the server's close.
fn answer(frame: &[u8]) -> (u16, String) {
    answer_to(Message::Binary(frame.to_vec().into()))
}

fn answer_to(message: Message) -> (u16, String) {
    let server = server();
    let mut bystander = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/b");
    tab.act("inc");
    tab.ws.send(message).unwrap();
    let close = tab.closed();
    bystander.act("inc");
    bystander.until_html("count", "1");
    tab.reconnect();
    tab.act("inc");
    tab.until_html("count", "2");
    close
}

fn protocol() -> (u16, String) {
    (1002, "protocol".to_owned())
}

#[test]
fn a_foreign_or_missing_origin_or_host_is_refused_before_the_upgrade() {
    let server = server();
    let mut bystander = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let ask = |host: &str, origin: &str| {
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mizu-live-v2\r\n";
        let head = format!("GET /_live/websocket HTTP/1.1\r\nHost: {host}\r\n{origin}{upgrade}\r\n");
        let mut stream = http::connect(server.local_addr().unwrap());
        stream.write_all(head.as_bytes()).unwrap();
        http::read_head(&mut stream)
    };
    assert_eq!(ask("localhost", "Origin: http://localhost:1\r\n").status, 101);
    for (host, origin, option) in [
        ("localhost", "", "allowed_origins"),
        ("localhost", "Origin: http://evil.example\r\n", "allowed_origins"),
        ("localhost", "Origin: null\r\n", "allowed_origins"),
        ("evil.example", "Origin: http://localhost\r\n", "public_url"),
    ] {
        let refused = ask(host, origin);
        assert_eq!(refused.status, 403, "{host} {origin}");
        assert!(refused.text().contains(option), "{}", refused.text());
    }
    bystander.act("inc");
}

#[test]
fn a_listed_host_and_origin_may() {
    let options = Options {
        public_url: Some("https://live.example".into()),
        allowed_origins: vec!["https://partner.example".into()],
        ..options()
    };
    let server = start(options);
    let page = http::raw(
        server.local_addr().unwrap(),
        "GET /lab/a HTTP/1.1\r\nHost: live.example\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(page.status, 200);
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-live=") && cookie.ends_with("; Secure"), "{cookie}");
    let mut request = request(server.local_addr().unwrap(), "");
    request.headers_mut().insert("Origin", "https://partner.example".parse().unwrap());
    drop(open(server.local_addr().unwrap(), request));
}

#[test]
fn without_a_subprotocol_that_the_server_speaks_there_is_no_upgrade() {
    let server = server();
    for protocol in ["", "Sec-WebSocket-Protocol: chat\r\n", "Sec-WebSocket-Protocol: mizu-live-v2.json\r\n"]
    {
        let headers = format!("Origin: http://localhost\r\nUpgrade: websocket\r\n{protocol}");
        let refused = http::get(server.local_addr().unwrap(), "/_live/websocket", &headers);
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains("mizu-live-v2"));
    }
    let plain = "Origin: http://localhost\r\nSec-WebSocket-Protocol: mizu-live-v2\r\n";
    assert_eq!(http::get(server.local_addr().unwrap(), "/_live/websocket", plain).status, 426);
}

#[test]
fn malformed_truncated_deep_and_unknown_frames() {
    let deep = [&[0x91; 12][..], &[0]].concat();
    for frame in [
        &[][..],
        &[0xff],
        &[0x94, 1],
        &[0x91, 9],
        &[0x91, 3, 3],
        &[0x92, 3, 0xc3],
        &[0xdd, 0xff, 0xff, 0xff, 0xff],
        &deep,
    ] {
        assert_eq!(answer(frame), protocol(), "{frame:02x?}");
    }
}

#[test]
fn frames_that_break_the_order() {
    let server = server();
    let hello = load(server.local_addr().unwrap(), "/lab/a", "").client.hello();
    assert_eq!(answer(&hello), protocol(), "a second HELLO");
    assert_eq!(answer(&[0x94, 1, 9, 0, 0xa1, b'x']), protocol(), "a gap");
    assert_eq!(answer(&[0x92, 4, 99]), protocol(), "a RESYNC of a number");
    assert_eq!(answer(&[0x93, 2, 99, 0]), protocol(), "an ACK of frames never sent");
    assert_eq!(answer(&[0x92, 5, 1]), protocol(), "another session of the connection");
    for first in [&[0x91, 3][..], &[0x92, 5, 0], &[0x94, 1, 1, 0, 0xa1, b'x'], &[0xc1]] {
        let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), ""));
        ws.send(Message::Binary(first.to_vec().into())).unwrap();
        assert_eq!(closed(&mut ws), protocol(), "{first:02x?} before HELLO");
    }
}

#[test]
fn the_wrong_type_of_message() {
    assert_eq!(answer_to(Message::text("[3]")), (1003, "type".to_owned()));
    let server = start(Options { dev: true, ..options() });
    let mut request = request(server.local_addr().unwrap(), "");
    request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON.parse().unwrap());
    let mut ws = open(server.local_addr().unwrap(), request);
    ws.send(Message::Binary(vec![0x91, 3].into())).unwrap();
    assert_eq!(closed(&mut ws), (1003, "type".to_owned()));
}

#[test]
fn an_oversized_message_whole_or_in_fragments() {
    let size = (1009, "size".to_owned());
    assert_eq!(answer_to(Message::Binary(vec![0; 64 * 1024 + 1].into())), size);
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    for (opcode, last) in [(Data::Binary, false), (Data::Continue, false), (Data::Continue, true)] {
        let frame = Frame::message(vec![0; 30_000], OpCode::Data(opcode), last);
        tab.ws.send(Message::Frame(frame)).unwrap();
    }
    assert_eq!(tab.closed(), size);
}

#[test]
fn bytes_that_are_no_websocket_frames() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.ws.get_mut().write_all(&[0xff; 40]).unwrap();
    assert_eq!(tab.closed(), protocol());
}

#[test]
fn no_hello_in_time() {
    let server = start(Options { hello_timeout: Duration::from_millis(50), ..options() });
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), ""));
    assert_eq!(closed(&mut ws), (4002, "hello".to_owned()));
}

#[test]
fn unknown_events_and_targets_fail_alone() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("no-such-event");
    tab.send(Action::new("inc").target("no-such-region"));
    tab.act("inc");
    tab.until_html("count", "1");
    let failed: Vec<_> = tab.heard.iter().filter(|heard| matches!(heard, Heard::Refused(_))).collect();
    assert_eq!(failed, [&Heard::Refused(1), &Heard::Refused(2)]);
}

#[test]
fn what_a_newer_script_appends_is_ignored() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut event = tab.client.send(Action::new("inc"));
    assert_eq!(event[0], 0x94, "an array of four");
    event[0] = 0x9a;
    event.extend([0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0x91]);
    event.extend([0xa3, b'n', b'e', b'w']);
    tab.send_raw(event);
    tab.send_raw(vec![0x92, 5, 0]);
    tab.send_raw(vec![0x92, 3, 0]);
    tab.until_html("count", "1");
    tab.until("a pong", |tab| tab.heard.contains(&Heard::Pong));
}

#[test]
fn an_event_that_comes_twice_is_applied_once() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let event = tab.client.send(Action::new("inc"));
    tab.send_raw(event.clone());
    tab.send_raw(event);
    tab.act("inc");
    tab.until_html("count", "2");
}

#[test]
fn events_beyond_the_rate_wait_and_then_all_are_applied() {
    let server = start(Options { event_rate: 200, event_burst: 10, ..options() });
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    for _ in 0..40 {
        tab.send(Action::new("inc"));
    }
    tab.until_html("count", "40");
}

#[test]
fn one_address_has_so_many_sockets_and_no_more() {
    let server = start(Options { max_connections_per_ip: 1, ..options() });
    let mut first = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut second = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), ""));
    assert_eq!(closed(&mut second), (1013, "5000".to_owned()));
    first.act("inc");
}

#[test]
fn a_silent_connection_is_pinged_and_then_dropped() {
    let server = start(Options { heartbeat_interval: Duration::from_millis(400), ..options() });
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), ""));
    assert!(matches!(ws.read(), Ok(Message::Ping(_))));
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(ws.get_mut(), &mut bytes).unwrap();
}

#[test]
fn http_that_could_be_read_in_two_ways_is_refused_and_closes() {
    let server = server();
    let mut bystander = Tab::new(server.local_addr().unwrap(), "/lab/a");
    for (headers, status) in [
        ("Host: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Host: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n", 400),
        ("Host: localhost\r\nContent-Length: 9999999\r\n", 413),
        ("", 400),
        ("Host: evil.example\r\n", 403),
    ] {
        let request =
            format!("POST /lab/a HTTP/1.1\r\n{headers}Connection: close\r\n\r\n0\r\n\r\nGET /smuggled");
        assert_eq!(http::raw(server.local_addr().unwrap(), &request).status, status, "{headers}");
    }
    assert_eq!(http::raw(server.local_addr().unwrap(), "\u{1}\u{2}\r\n\r\n").status, 400);
    bystander.act("inc");
}

#[test]
fn in_dev_mode_a_notice_says_why() {
    let server = start(Options { dev: true, ..options() });
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.ws.send(Message::Binary(vec![0; 64 * 1024 + 1].into())).unwrap();
    tab.until("a notice", |tab| {
        tab.heard
            .iter()
            .any(|heard| matches!(heard, Heard::Notice(_, text) if text.contains("max_message_size")))
    });
    assert_eq!(tab.closed(), (1009, "size".to_owned()));
}
