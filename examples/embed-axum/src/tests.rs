//! What comes in by HTTP and by WebSocket, good and bad, over TCP. Browsers are tested in tests/browser.

#[path = "../../../smol-server/tests/it/common/http.rs"]
mod http;
#[path = "../../../smol-server/tests/it/common/tab.rs"]
#[expect(dead_code, reason = "the tests of live-smol use all of it")]
mod tab;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use live_std::Options;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tungstenite::Message;

use super::{live, own, serve};
use tab::{Tab, closed, open, request};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A handshake's headers, but for host, origin and subprotocol.
const HANDSHAKE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
const PROTOCOL: &str = "Sec-WebSocket-Protocol: mizu-live-v2\r\n";

/// The application, on a runtime of its own.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    runtime: Runtime,
}

fn server() -> Server {
    start(Options::default())
}

fn start(options: Options) -> Server {
    let runtime = Runtime::new().unwrap();
    let (stop, told) = oneshot::channel::<()>();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let served = runtime.spawn(async {
        let live = live(options).expect("the options are good");
        serve(listener, own(live.clone()), live, async {
            told.await.map_or(Duration::ZERO, |()| Duration::ZERO)
        })
        .await
    });
    Server { address, stop, served, runtime }
}

/// Sends a head, and reads the answer's.
fn ask(server: &Server, head: &str) -> http::Answer {
    let mut stream = http::connect(server.address);
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    http::read_head(&mut stream)
}

#[test]
fn pages_are_beside_the_applications_own_routes() {
    let server = server();
    let get = |path| http::get(server.address, path, "");
    assert!(get("/").text().contains("href=\"/counter\""));
    assert!(get("/counter").text().contains("<h1>Counter</h1>"));
    let script = get("/_live/runtime.js");
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    let tag = format!("If-None-Match: {}\r\n", script.header("etag").unwrap());
    assert_eq!(http::get(server.address, "/_live/runtime.js", &tag).status, 304);
    assert_eq!(get("/nothing").status, 404);
    let head =
        http::raw(server.address, "HEAD /counter HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let deleted =
        http::raw(server.address, "DELETE /counter HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!((deleted.status, deleted.header("allow")), (405, Some("GET, HEAD, POST")));
}

#[test]
fn a_foreign_host_or_origin_is_refused_by_every_route_but_healthz() {
    let server = server();
    for path in ["/", "/counter", "/_live/runtime.js"] {
        let refused = ask(&server, &format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\n"));
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text().contains("public_url"), "{}", refused.text());
    }
    assert_eq!(ask(&server, "GET /healthz HTTP/1.1\r\nHost: 10.0.0.7\r\n").text(), "ok");
    let refused = http::post(server.address, "/counter", "Origin: http://evil.example\r\n", "_lv_event=inc");
    assert_eq!(refused.status, 403);
}

#[test]
fn a_handshake_with_a_wrong_origin_subprotocol_or_version_is_refused() {
    let server = server();
    let mut bystander = Tab::new(server.address, "/counter");
    let handshake = |headers: &str| {
        ask(&server, &format!("GET /_live/websocket HTTP/1.1\r\nHost: localhost\r\n{headers}"))
    };
    let own = "Origin: http://localhost\r\n";
    assert_eq!(handshake(&format!("{own}{HANDSHAKE}{PROTOCOL}")).status, 101);
    for (headers, status, told) in [
        (format!("{HANDSHAKE}{PROTOCOL}"), 403, "allowed_origins"),
        (format!("Origin: http://evil.example\r\n{HANDSHAKE}{PROTOCOL}"), 403, "allowed_origins"),
        (format!("{own}{HANDSHAKE}"), 400, "mizu-live-v2"),
        (format!("{own}{HANDSHAKE}Sec-WebSocket-Protocol: chat\r\n"), 400, "mizu-live-v2"),
        (format!("{own}{PROTOCOL}"), 426, "version 13"),
    ] {
        let refused = handshake(&headers);
        assert_eq!(refused.status, status, "{headers}");
        assert!(refused.text().contains(told), "{}", refused.text());
    }
    bystander.act("inc");
}

#[test]
fn a_session_counts_and_survives_its_connection() {
    let server = server();
    let mut tab = Tab::new(server.address, "/counter");
    tab.act("inc");
    tab.until_html("count", "1");
    tab.reconnect();
    tab.act("inc");
    tab.until_html("count", "2");
}

#[test]
fn messages_that_are_too_large_or_wrong_close_their_connection_with_a_code() {
    let server = server();
    let mut bystander = Tab::new(server.address, "/counter");
    let close = |message: Message| {
        let mut tab = Tab::new(server.address, "/counter");
        tab.ws.send(message).unwrap();
        tab.closed()
    };
    assert_eq!(close(Message::Binary(vec![0; 64 * 1024 + 1].into())), (1009, "size".to_owned()));
    assert_eq!(close(Message::Binary(vec![0xc1].into())), (1002, "protocol".to_owned()));
    assert_eq!(close(Message::text("[3]")), (1003, "type".to_owned()));
    let mut tab = Tab::new(server.address, "/counter");
    tab.ws.get_mut().write_all(&[0xff; 40]).unwrap();
    assert_eq!(tab.closed(), (1002, "protocol".to_owned()));
    bystander.act("inc");
}

#[test]
fn one_address_has_so_many_sockets_and_no_more() {
    let server = start(Options { max_connections_per_ip: 1, ..Options::default() });
    let mut first = Tab::new(server.address, "/counter");
    let mut second = open(server.address, request(server.address, ""));
    assert_eq!(closed(&mut second), (1013, "5000".to_owned()));
    first.act("inc");
}

#[test]
fn a_silent_connection_is_pinged_and_then_dropped() {
    let server = start(Options { heartbeat_interval: Duration::from_millis(400), ..Options::default() });
    let mut ws = open(server.address, request(server.address, ""));
    assert!(matches!(ws.read(), Ok(Message::Ping(_))));
    ws.get_mut().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_form_posts_without_javascript_and_its_state_lives_on() {
    let server = server();
    let page = http::get(server.address, "/counter", "");
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let body = format!("_csrf={}&_lv_event=add%3Fn%3D10", page.quoted("name=\"_csrf\" value=\""));
    let posted = http::post(server.address, "/counter", &format!("Cookie: {cookie}\r\n"), &body);
    assert_eq!((posted.status, posted.header("location")), (303, Some("/counter")));
    let kept = posted.header("set-cookie").unwrap().split(';').next().unwrap();
    let page = http::get(server.address, "/counter", &format!("Cookie: {cookie}; {kept}\r\n"));
    assert!(page.text().contains(">10</output>"), "{}", page.text());
    assert_eq!(http::post(server.address, "/counter", "", "_lv_event=inc").status, 403);
}

#[test]
fn a_script_of_the_previous_version_is_told_to_load_its_page_again() {
    let server = server();
    let mut bystander = Tab::new(server.address, "/counter");
    let mut request = request(server.address, "");
    request.headers_mut().insert("Sec-WebSocket-Protocol", "mizu-live-v1".parse().unwrap());
    let (mut ws, answer) = tungstenite::client(request, http::connect(server.address)).unwrap();
    assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], "mizu-live-v1");
    assert_eq!(closed(&mut ws), (4001, "token".to_owned()));
    bystander.act("inc");
}

#[test]
fn a_stopping_server_closes_its_sockets_and_ends() {
    let Server { address, stop, served, runtime } = server();
    let mut tab = Tab::new(address, "/counter");
    let began = Instant::now();
    stop.send(()).unwrap();
    assert_eq!(tab.closed().0, 1012);
    drop(tab);
    runtime.block_on(served).unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}
