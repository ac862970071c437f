//! Scripts of the previous version, as they come after an update: they are told to load their page again.

use std::sync::Arc;

use live_smol::Options;
use live_smol::live_core::wire::{SUBPROTOCOL, SUBPROTOCOL_V1};
use live_smol::live_std::{Metrics, VERSION};
use tungstenite::{Error, Message};

use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, http, options, server, start};

fn token() -> (u16, String) {
    (4001, "token".to_owned())
}

#[test]
fn an_old_script_is_accepted_counted_and_told_to_load_its_page_again() {
    for dev in [false, true] {
        let metrics = Arc::new(Metrics::new());
        let server = start(Options { dev, metrics: Some(metrics.clone()), ..options() });
        let mut bystander = Tab::new(server.local_addr().unwrap(), "/lab/a");
        let page = load(server.local_addr().unwrap(), "/lab/a", "");
        for connection in 1..=3 {
            let mut request = request(server.local_addr().unwrap(), &page.cookie);
            request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL_V1.parse().unwrap());
            let (mut ws, answer) =
                tungstenite::client(request, http::connect(server.local_addr().unwrap())).unwrap();
            assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], SUBPROTOCOL_V1);
            // It may have said HELLO already, in the old form.
            let _ = ws.send(Message::Binary([0x96, 0, 0xa1, b't', 1, 0, 0xc4, 0, 0xa0].to_vec().into()));
            let first = ws.read();
            let Ok(Message::Close(Some(frame))) = first else { panic!("{first:?} before the close") };
            assert_eq!((frame.code.into(), frame.reason.to_string()), token());
            assert!(matches!(ws.read(), Err(Error::ConnectionClosed | Error::Io(_))));
            let counted = format!("live_outdated_total {connection}");
            assert!(metrics.to_text().lines().any(|line| line == counted), "{counted}");
        }
        assert_eq!((server.sessions(), metrics.snapshot().connects), (1, 1), "only the bystander's");
        bystander.act("inc");
        bystander.until_html("count", "1");
    }
}

#[test]
fn a_script_that_speaks_both_versions_is_spoken_to_in_the_newer() {
    let server = server();
    for offered in [format!("{SUBPROTOCOL}, {SUBPROTOCOL_V1}"), format!("{SUBPROTOCOL_V1},{SUBPROTOCOL}")] {
        let mut page = load(server.local_addr().unwrap(), "/lab/a", "");
        let mut request = request(server.local_addr().unwrap(), &page.cookie);
        request.headers_mut().insert("Sec-WebSocket-Protocol", offered.parse().unwrap());
        let (mut ws, answer) =
            tungstenite::client(request, http::connect(server.local_addr().unwrap())).unwrap();
        assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], SUBPROTOCOL);
        ws.send(Message::Binary(page.client.hello().into())).unwrap();
        let Ok(Message::Binary(welcome)) = ws.read() else { panic!("no welcome") };
        page.client.receive(&welcome).unwrap();
        assert_eq!(page.client.server_version(), VERSION);
        assert_eq!(page.client.limit(), options().max_message_size as u64);
    }
}

#[test]
fn an_old_script_of_a_foreign_page_is_refused_as_any_other() {
    let server = server();
    let mut request = request(server.local_addr().unwrap(), "");
    request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL_V1.parse().unwrap());
    request.headers_mut().insert("Origin", "http://evil.example".parse().unwrap());
    let refused = tungstenite::client(request, http::connect(server.local_addr().unwrap()));
    assert!(refused.is_err_and(|error| error.to_string().contains("403")));
}

#[test]
fn an_old_script_is_one_of_its_addresss_connections() {
    let server = start(Options { max_connections_per_ip: 1, ..options() });
    let mut first = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut request = request(server.local_addr().unwrap(), "");
    request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL_V1.parse().unwrap());
    assert_eq!(closed(&mut open(server.local_addr().unwrap(), request)), (1013, "5000".to_owned()));
    first.act("inc");
}
