//! Pages that live over TLS.

use super::*;

#[test]
fn a_websocket_lives_through_events_pings_and_large_messages() {
    let options = Options { heartbeat_interval: SHORT / 2, ..options() };
    let site = Site::with(options, HttpLimits { head_timeout: SHORT, ..HttpLimits::default() });
    let mut tab = site.tab("/lab/a");
    for _ in 0..20 {
        tab.act(Action::new("inc"));
    }
    tab.until_html("count", "20");
    // Pings are answered, or it would be gone by the third.
    tab.until(|tab| tab.pings > 5);
    let mut other = site.tab("/lab/a");
    tab.act(Action::new("say").field("text", "x".repeat(40_000)));
    for tab in [&mut tab, &mut other] {
        tab.until(|tab| tab.client.html("notes").is_some_and(|html| html.len() > 40_000));
    }
    tab.act(Action::new("big"));
    tab.until(|tab| tab.client.html("notes").is_some_and(|html| html.len() > 140_000));
    tab.act(Action::new("inc"));
    tab.until_html("count", "21");
    site.server.shutdown();
    loop {
        match tab.ws.read().unwrap() {
            Message::Close(Some(frame)) => break assert_eq!(u16::from(frame.code), 1012),
            other => assert!(other.is_ping() || other.is_binary(), "{other:?}"),
        }
    }
}

#[test]
fn what_all_look_at_is_written_past_the_connections_tasks() {
    let certified = certificate();
    let server = Live::new(options())
        .page("/", crate::shared::Wall::default())
        .tls(Files::of(&certified).tls())
        .bind("127.0.0.1:0")
        .unwrap();
    let site = Site { address: server.local_addr().unwrap(), server, trusted: vec![certified] };
    let mut tabs: Vec<_> = (0..4).map(|_| site.tab("/")).collect();
    for text in ["first", "second", &"third".repeat(3000), "last"] {
        tabs[0].act(Action::new("say").value("text", text));
        let end = format!("said {text}</li>");
        for tab in &mut tabs {
            tab.until(|tab| tab.client.html("said").is_some_and(|html| html.ends_with(&end)));
        }
    }
}

#[test]
fn who_is_cut_off_is_lost_and_not_at_the_end() {
    let site = Site::new();
    let mut stream = site.connect();
    stream.write_all(b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc").unwrap();
    stream.sock.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    // It ends, at once, in whatever way.
    let began = Instant::now();
    let _ = stream.read_to_end(&mut answer);
    assert!(began.elapsed() < SOON && !String::from_utf8_lossy(&answer).contains("200 OK"));
    let mut tab = site.tab("/lab/a");
    tab.act(Action::new("inc"));
    tab.ws.get_mut().sock.shutdown(Shutdown::Both).unwrap();
    let mut next = site.tab("/lab/a");
    next.act(Action::new("inc"));
}

#[test]
fn tls_is_spoken_on_a_unix_socket_too() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    let certified = certificate();
    let site = Site::new();
    let _server =
        lab(options()).tls(Files::of(&certified).tls()).bind(live_smol::Address::unix(&path)).unwrap();
    let trusted = Site { trusted: vec![certified], ..site };
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(trusted.config()), name).unwrap();
    let socket = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let loaded = load(StreamOwned::new(connection, socket), "/lab/a");
    assert!(!loaded.token.is_empty());
}
