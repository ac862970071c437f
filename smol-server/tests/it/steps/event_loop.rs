//! The arms of the event loop: events, messages, the heartbeat, the timeout.

use std::time::Duration;

use live_smol::live_core::client::Action;
use live_smol::prelude::*;
use tungstenite::Message;

use super::{joined, logging};
use crate::common::options;

/// Often enough for a test.
const HEARTBEAT: Duration = Duration::from_millis(400);

#[test]
fn an_event_renders_what_it_marked_once_and_then_nothing_is_marked() {
    let (server, told) = logging(options());
    let mut tab = joined(server.local_addr().unwrap(), &told);
    for name in ["add", "nothing", "add"] {
        tab.act(name);
    }
    tab.until_html("list", "connected: true, added, added");
    assert_eq!(told.so_far(), ["handle add", "render list", "handle nothing", "handle add", "render list"]);
}

#[test]
fn a_message_renders_what_it_marked_once_and_then_nothing_is_marked() {
    let (server, told) = logging(options());
    let mut tab = joined(server.local_addr().unwrap(), &told);
    server.pubsub().publish("news", "one").unwrap();
    tab.until_html("list", "connected: true, one");
    server.pubsub().publish("news", "nothing").unwrap();
    assert_eq!([told.next(), told.next(), told.next()], ["info one", "render list", "info nothing"]);
    server.pubsub().publish("news", "two").unwrap();
    tab.until_html("list", "connected: true, one, two");
    assert_eq!(told.so_far(), ["info two", "render list"]);
}

#[test]
fn events_of_a_session_are_handled_one_after_the_other_in_their_order() {
    let (server, told) = logging(options());
    let mut tab = joined(server.local_addr().unwrap(), &told);
    let names: Vec<_> = (0..20).map(|n| format!("event {n}")).collect();
    names.iter().for_each(|name| tab.send(Action::new(name)));
    tab.until("all acknowledged", |tab| tab.client.pending() == 0);
    assert_eq!(told.so_far(), names.iter().map(|name| format!("handle {name}")).collect::<Vec<_>>());
}

#[test]
fn the_heartbeat_sends_pings_and_an_answer_keeps_the_session() {
    let options = Options { heartbeat_interval: HEARTBEAT, grace: Duration::ZERO, ..options() };
    let (server, told) = logging(options);
    let mut tab = joined(server.local_addr().unwrap(), &told);
    let mut pings = 0;
    while pings < 4 {
        // Reading also writes the answer.
        pings += u32::from(matches!(tab.ws.read().unwrap(), Message::Ping(_)));
    }
    tab.act("add");
    assert_eq!(told.next(), "handle add");
}

#[test]
fn the_timeout_ends_a_connection_that_is_silent_and_then_its_session() {
    let options = Options { heartbeat_interval: HEARTBEAT, grace: Duration::ZERO, ..options() };
    let (server, told) = logging(options);
    let _silent = joined(server.local_addr().unwrap(), &told);
    assert_eq!([told.next(), told.next()], ["connected: false", "session ends"]);
    assert_eq!(server.sessions(), 0);
}
