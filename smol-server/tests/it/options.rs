//! The options' defaults, and that the limits hold.

use std::time::Duration;

use live_smol::live_std::Csrf;
use live_smol::prelude::*;
use live_smol::{MAX_BODY, live_core::limits};
use tungstenite::Message;

use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, options, start};

#[test]
fn the_defaults_are_the_documented_ones() {
    let options = Options::default();
    let minutes = |count: u64| Duration::from_secs(count * 60);
    assert!(!options.dev && options.public_url.is_none() && options.allowed_origins.is_empty());
    assert!(options.trusted_proxies.is_empty() && options.content_security_policy.is_empty());
    assert_eq!(options.session_timeout, minutes(30));
    assert_eq!(options.grace, minutes(1));
    assert_eq!((options.rest_after, options.hibernate_after), (minutes(1) / 2, minutes(5)));
    assert_eq!(options.max_awake, 20_000);
    assert_eq!(options.token_lifetime, minutes(24 * 60));
    assert_eq!(options.heartbeat_interval, Duration::from_secs(30));
    assert_eq!(options.hello_timeout, Duration::from_secs(5));
    assert_eq!(options.mount_timeout, Duration::from_secs(2));
    assert_eq!(options.max_message_size, 64 * 1024);
    assert_eq!(options.max_region_bytes, 1024 * 1024);
    assert_eq!(options.max_state, 256 * 1024);
    assert_eq!((options.max_sessions, options.max_connections_per_ip), (100_000, 10_000));
    assert_eq!((options.event_rate, options.event_burst), (20, 60));
    assert_eq!((options.browser_event_rate, options.browser_event_burst), (100, 300));
    assert!(options.csrf.enabled && options.auth.is_none() && options.auth_epoch.is_none());
    assert!(options.metrics.is_none() && options.layouts.is_empty());
    assert!(options.on_session_start.is_none() && options.on_session_end.is_none());
    assert!(options.session_store.is_volatile(), "the store in memory");
    assert_eq!((MAX_BODY, limits::MAX_INBOX, limits::MAX_STRIKES), (1024 * 1024, 64, 3));
    assert!(Csrf::default().enabled);
}

#[test]
fn the_bus_is_in_memory_and_a_message_that_nobody_hears_is_no_error() {
    let live = Live::new(options());
    live.pubsub().publish("nobody", "hears this").unwrap();
    live.pubsub().broadcast("nor this").unwrap();
    let server = live.bind("127.0.0.1:0").unwrap();
    server.pubsub().publish("nobody", "hears this").unwrap();
    server.pubsub().broadcast("nor this").unwrap();
}

#[test]
fn there_are_so_many_sessions_and_no_more() {
    let server = start(Options { max_sessions: 1, ..options() });
    let address = server.local_addr().unwrap();
    let mut first = Tab::new(address, "/lab/a");
    let mut page = load(address, "/lab/a", "");
    let mut ws = open(address, request(address, &page.cookie));
    ws.send(Message::Binary(page.client.hello().into())).unwrap();
    assert_eq!(closed(&mut ws), (1013, "5000".to_owned()));
    first.act("inc");
    first.vanish();
    first.reconnect();
    first.act("inc");
    first.until_html("count", "2");
}
