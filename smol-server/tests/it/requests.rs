//! Requests as real clients send them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use live_smol::prelude::*;
use live_smol::{HttpLimits, Server};
use smol::stream;

use crate::common::{PATIENCE, http, lab, options};

/// Short, for what is to end.
const SHORT: Duration = Duration::from_millis(400);

/// More than the buffers between two ends take.
const LARGE: usize = 24 << 20;

/// What `/count` and `/echo` are sent.
const HEAD: &str = "Host: localhost\r\n";

async fn count(mut request: Request) -> Result<Response> {
    let mut count = 0;
    while let Some(chunk) = request.body.chunk().await {
        count += chunk?.len();
    }
    Ok(Response::text(count.to_string()))
}

async fn echo(mut request: Request) -> Result<Response> {
    let body = request.bytes().await?;
    Ok(Response::text(String::from_utf8_lossy(&body)))
}

async fn large(_: Request) -> Response {
    const PIECE: usize = 64 * 1024;
    let pieces = stream::iter((0..LARGE / PIECE).map(|_| Ok::<_, std::io::Error>(vec![b'x'; PIECE])));
    Response::stream("application/octet-stream", pieces)
}

async fn broken(_: Request) -> Response {
    let pieces = [Ok("some"), Err(std::io::Error::other("no more"))];
    Response::stream("text/plain", stream::iter(pieces))
}

fn server() -> Server {
    limited(HttpLimits::default())
}

fn limited(limits: HttpLimits) -> Server {
    lab(options())
        .http(limits)
        .post("/count", count)
        .post("/echo", echo)
        .get("/large", large)
        .get("/broken", broken)
        .get("/where", |request: Request| async move { request.uri.to_string() })
        .post("/deaf", |_: Request| async { "not read" })
        .bind("127.0.0.1:0")
        .unwrap()
}

fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

/// Everything until the other end closes.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_body_in_chunks_is_read_and_the_next_request_is_behind_it() {
    let server = server();
    let mut stream = http::connect(server.local_addr().unwrap());
    let chunks = "2;ext=\"a\"\r\nab\r\nC\r\ncdefghijklmn\r\n0\r\nTrailer: x\r\n\r\n";
    let request = format!("POST /echo HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}");
    send(&mut stream, &request.repeat(2));
    for _ in 0..2 {
        assert_eq!(http::read_head(&mut stream).text(), "abcdefghijklmn");
    }
    for byte in request.bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(http::read_head(&mut stream).text(), "abcdefghijklmn");
}

#[test]
fn a_body_in_chunks_that_is_malformed_is_refused_and_nothing_behind_it_is_a_request() {
    let server = server();
    for body in ["3\r\nabcd\r\n0\r\n\r\n", "x\r\n", "3\nabc\r\n0\r\n\r\n"] {
        let mut stream = http::connect(server.local_addr().unwrap());
        let head = format!("POST /echo HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        send(&mut stream, &format!("{head}{body}GET /where HTTP/1.1\r\n{HEAD}\r\n"));
        let answers = rest(&mut stream);
        assert!(answers.starts_with("HTTP/1.1 400 "), "{answers}");
        assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
    }
}

#[test]
fn a_form_may_come_in_chunks() {
    let server = server();
    let chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    let request = format!("POST /lab/a HTTP/1.1\r\n{HEAD}{chunked}\r\n3\r\na=b\r\n0\r\n\r\n");
    let answer = http::raw(server.local_addr().unwrap(), &request);
    assert!(answer.status == 403 && answer.text().contains("token"), "{}", answer.text());
}

#[test]
fn what_isnt_a_form_is_told_so() {
    let server = server();
    let post = |headers: &str, body: &str| http::post(server.local_addr().unwrap(), "/lab/a", headers, body);
    for kind in ["multipart/form-data; boundary=x", "text/plain", "application/json"] {
        let answer = post(&format!("Content-Type: {kind}\r\n"), "{}");
        assert!(answer.status == 415 && answer.text().contains("enctype"), "{kind}: {}", answer.text());
    }
    let form = "Content-Type: Application/X-WWW-Form-URLencoded; charset=utf-8\r\n";
    assert_eq!(post(form, "a=b").status, 403, "the token is what is missing");
    let mut stream = http::connect(server.local_addr().unwrap());
    send(
        &mut stream,
        &format!("POST /lab/a HTTP/1.1\r\n{HEAD}Content-Length: 3\r\nConnection: close\r\n\r\n"),
    );
    stream.write_all(b"a=\xff").unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 400 "));
}

#[test]
fn who_expects_a_word_before_the_body_gets_it_when_the_body_is_asked_for() {
    let server = server();
    let expect = "Content-Length: 3\r\nExpect: 100-continue\r\n";
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("POST /echo HTTP/1.1\r\n{HEAD}{expect}\r\n"));
    assert_eq!(http::read_head(&mut stream).status, 100);
    send(&mut stream, "abc");
    assert_eq!(http::read_head(&mut stream).text(), "abc");
    send(&mut stream, &format!("POST /deaf HTTP/1.1\r\n{HEAD}{expect}\r\n"));
    assert_eq!(http::read_head(&mut stream).text(), "not read");
}

#[test]
fn targets_may_name_the_host_or_all_of_the_server() {
    let server = server();
    let ask = |line: &str, host: &str| {
        http::raw(
            server.local_addr().unwrap(),
            &format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
    };
    assert_eq!(ask("GET http://localhost/where?a=b", "localhost").text(), "/where?a=b");
    assert_eq!(ask("GET HTTP://LOCALHOST/where", "localhost").text(), "/where");
    assert_eq!(ask("GET http://evil.example/where", "localhost").status, 403);
    assert_eq!(ask("GET http://localhost/where", "evil.example").status, 403);
    assert_eq!(ask("OPTIONS *", "localhost").status, 204);
    assert_eq!(ask("OPTIONS *", "evil.example").status, 403);
    assert_eq!(ask("CONNECT localhost:80", "localhost").status, 400);
}

#[test]
fn http_1_0_is_spoken_too_but_has_no_upgrade() {
    let server = server();
    let plain = http::raw(server.local_addr().unwrap(), &format!("GET /where HTTP/1.0\r\n{HEAD}\r\n"));
    assert_eq!((plain.status, plain.text()), (200, "/where"), "and the connection is closed behind it");
    let mut stream = http::connect(server.local_addr().unwrap());
    for _ in 0..2 {
        send(&mut stream, &format!("GET /where HTTP/1.0\r\n{HEAD}Connection: keep-alive\r\n\r\n"));
        let answer = http::read_head(&mut stream);
        assert_eq!((answer.text(), answer.header("connection")), ("/where", Some("keep-alive")));
    }
    let handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mizu-live-v2\r\n";
    let upgrade =
        format!("GET /_live/websocket HTTP/1.0\r\n{HEAD}Origin: http://localhost\r\n{handshake}\r\n");
    assert_eq!(http::raw(server.local_addr().unwrap(), &upgrade).status, 426);
}

#[test]
fn a_hundred_headers_are_fine_and_more_than_the_limit_are_not() {
    let server = limited(HttpLimits { max_head: 4096, ..HttpLimits::default() });
    let get = |headers: &str| http::get(server.local_addr().unwrap(), "/where", headers).status;
    let most = HttpLimits::default().max_headers - 2;
    assert_eq!(get(&"A: b\r\n".repeat(100)), 200);
    assert_eq!(get(&"A: b\r\n".repeat(most)), 200);
    assert_eq!(get(&"A: b\r\n".repeat(most + 1)), 431);
    assert_eq!(get(&format!("A: {}\r\n", "b".repeat(3900))), 200);
    assert_eq!(get(&format!("A: {}\r\n", "b".repeat(4096))), 431);
    assert_eq!(http::get(server.local_addr().unwrap(), &format!("/{}", "a".repeat(4096)), "").status, 414);
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let server = server();
    for path in ["/lab/a", "/where", "/large", "/_live/runtime.js"] {
        let mut stream = http::connect(server.local_addr().unwrap());
        send(&mut stream, &format!("HEAD {path} HTTP/1.1\r\n{HEAD}\r\n"));
        send(&mut stream, &format!("GET /where HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"));
        let answers = rest(&mut stream);
        let [head, next] = answers.split("HTTP/1.1 200 OK\r\n").skip(1).collect::<Vec<_>>()[..] else {
            panic!("{answers}")
        };
        assert!(head.ends_with("\r\n\r\n") && next.ends_with("/where"), "{answers}");
        // How long a stream gets is known only to whoever makes it.
        assert!(head.contains("content-length: ") || path == "/large", "{head}");
        assert!(head.contains("date: "), "{head}");
    }
}

#[test]
fn who_stops_sending_still_gets_the_answer() {
    let server = server();
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("GET /large HTTP/1.1\r\n{HEAD}\r\n"));
    stream.shutdown(Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.len() > LARGE && bytes.ends_with(b"0\r\n\r\n"));
}

#[test]
fn a_head_that_stalls_behind_another_request_is_refused_in_time() {
    let server = limited(HttpLimits { head_timeout: SHORT, ..HttpLimits::default() });
    for first in ["", "GET /where HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
        let mut stream = http::connect(server.local_addr().unwrap());
        let began = Instant::now();
        send(&mut stream, &format!("{first}GET /where HT"));
        let answers = rest(&mut stream);
        assert!(began.elapsed() >= SHORT && began.elapsed() < PATIENCE);
        let statuses: Vec<_> = answers.matches("HTTP/1.1 ").collect();
        assert_eq!(statuses.len(), 1 + usize::from(!first.is_empty()), "{answers}");
        assert!(answers.contains("HTTP/1.1 408 ") && answers.contains("connection: close"), "{answers}");
    }
}

#[test]
fn a_head_has_its_time_however_steadily_it_drips() {
    let server = limited(HttpLimits { head_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = http::connect(server.local_addr().unwrap());
    let began = Instant::now();
    send(&mut stream, "GET / HTTP/1.1\r\n");
    // The socket is closed meanwhile, which a write finds out.
    while stream.write_all(b"A: b\r\n").is_ok() {
        sleep(SHORT / 8);
        assert!(began.elapsed() < PATIENCE);
    }
    assert!(began.elapsed() >= SHORT);
}

#[test]
fn a_body_that_comes_slowly_but_steadily_is_never_cut_off() {
    let server = limited(HttpLimits { body_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("POST /count HTTP/1.1\r\n{HEAD}Content-Length: 12\r\n\r\n"));
    for _ in 0..12 {
        sleep(SHORT / 4);
        send(&mut stream, "x");
    }
    assert_eq!(http::read_head(&mut stream).text(), "12");
    let began = Instant::now();
    send(&mut stream, &format!("POST /count HTTP/1.1\r\n{HEAD}Content-Length: 12\r\n\r\nabc"));
    let late = http::read_head(&mut stream);
    assert!(late.status == 408 && began.elapsed() >= SHORT, "{} {}", late.status, late.text());
    assert_eq!(rest(&mut stream), "", "and the connection is closed");
}

#[test]
fn a_response_that_is_read_slowly_but_steadily_is_never_cut_off() {
    let server = limited(HttpLimits { write_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("GET /large HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"));
    let (mut count, mut space) = (0, vec![0; LARGE / 16]);
    let began = Instant::now();
    loop {
        let mut piece = 0;
        while piece < space.len() {
            match stream.read(&mut space[piece..]).unwrap() {
                0 => break,
                read => piece += read,
            }
        }
        count += piece;
        if piece < space.len() {
            break;
        }
        sleep(SHORT / 4);
    }
    assert!(count > LARGE && began.elapsed() > SHORT * 3, "{count} bytes in {:?}", began.elapsed());
}

#[test]
fn who_takes_nothing_of_a_response_is_given_up() {
    let server = limited(HttpLimits { write_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("GET /large HTTP/1.1\r\n{HEAD}\r\n"));
    sleep(SHORT * 4);
    let mut bytes = Vec::new();
    // It ends, or is reset.
    let _ = stream.read_to_end(&mut bytes);
    assert!(bytes.len() < LARGE, "{}", bytes.len());
}

#[test]
fn a_stream_that_fails_is_never_taken_for_a_whole_one() {
    let server = server();
    let mut stream = http::connect(server.local_addr().unwrap());
    send(&mut stream, &format!("GET /broken HTTP/1.1\r\n{HEAD}\r\n"));
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!bytes.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&bytes));
}

#[test]
fn a_body_over_the_limit_is_told_so_although_nobody_reads_it() {
    let server = server();
    let over = live_smol::MAX_BODY + 1;
    let head = format!("POST /echo HTTP/1.1\r\n{HEAD}Content-Length: {over}\r\n\r\n");
    let mut stream = http::connect(server.local_addr().unwrap());
    let mut sender = stream.try_clone().unwrap();
    scope(|scope| {
        scope.spawn(|| {
            // The other end may close before it has all.
            let _ = sender.write_all(head.as_bytes()).and_then(|()| sender.write_all(&vec![b'x'; over]));
        });
        assert_eq!(http::read_head(&mut stream).status, 413);
    });
    let chunked = format!("POST /echo HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n{over:x}\r\n");
    let mut stream = http::connect(server.local_addr().unwrap());
    let mut sender = stream.try_clone().unwrap();
    scope(|scope| {
        scope.spawn(|| {
            let _ = sender.write_all(chunked.as_bytes()).and_then(|()| sender.write_all(&vec![b'x'; over]));
        });
        assert_eq!(http::read_head(&mut stream).status, 413);
    });
}

#[test]
fn a_connection_without_requests_is_closed_after_its_time() {
    let server = limited(HttpLimits { keep_alive: SHORT * 4, ..HttpLimits::default() });
    let mut stream = http::connect(server.local_addr().unwrap());
    let mut began = Instant::now();
    for pause in [Duration::ZERO, SHORT * 3] {
        // After a second it rests, and a request wakes it.
        sleep(pause);
        began = Instant::now();
        send(&mut stream, &format!("GET /where HTTP/1.1\r\n{HEAD}\r\n"));
        assert_eq!(http::read_head(&mut stream).text(), "/where");
    }
    assert_eq!(rest(&mut stream), "");
    assert!(began.elapsed() >= SHORT * 4);
}

#[test]
fn what_follows_a_handshake_in_the_same_segment_is_heard() {
    let server = server();
    let mut stream = http::connect(server.local_addr().unwrap());
    let handshake = format!(
        "GET /_live/websocket HTTP/1.1\r\n{HEAD}Origin: http://localhost\r\nConnection: Upgrade\r\nUpgrade: \
         websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Protocol: mizu-live-v2\r\n\r\n"
    );
    // A ping, masked by zeros: RFC 6455, section 5.2.
    let ping = [0x89, 0x82, 0, 0, 0, 0, b'h', b'i'];
    stream.write_all(&[handshake.as_bytes(), &ping].concat()).unwrap();
    assert_eq!(http::read_head(&mut stream).status, 101);
    let mut pong = [0; 4];
    stream.read_exact(&mut pong).unwrap();
    assert_eq!(pong, [0x8a, 2, b'h', b'i']);
}
