//! Requests and their answers.

use super::*;

#[test]
fn requests_are_answered_and_connections_kept() {
    let site = Site::new();
    assert_eq!(site.server.url(), format!("https://{}", site.address));
    let mut config = site.config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut stream = site.connect_by(config);
    for path in ["/where", "/where?a", "/where?b"] {
        stream.write_all(&get(path)).unwrap();
        assert_eq!(http::read_head(&mut stream).text(), path);
    }
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    // Several requests in a record, then one of many.
    stream.write_all(&[get("/where?c"), get("/where?d")].concat()).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), "/where?c");
    assert_eq!(http::read_head(&mut stream).text(), "/where?d");
    for byte in get("/where?e") {
        stream.write_all(&[byte]).unwrap();
        stream.flush().unwrap();
    }
    assert_eq!(http::read_head(&mut stream).text(), "/where?e");
    // After a second it rests, and a request wakes it.
    sleep(Duration::from_millis(1500));
    stream.write_all(&get("/where?f")).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), "/where?f");
}

#[test]
fn the_end_of_a_connection_is_told() {
    let site = Site::new();
    let mut stream = site.connect();
    stream.write_all(b"GET /where HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    // Without a word that would be an error.
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("/where"), "{answer}");
}

#[test]
fn keys_may_change_and_records_come_in_pieces() {
    let site = Site::new();
    let mut stream = site.connect();
    for path in ["/where", "/where?b", "/where?c"] {
        stream.write_all(&get(path)).unwrap();
        assert_eq!(http::read_head(&mut stream).text(), path);
        stream.conn.refresh_traffic_keys().unwrap();
    }
    let mut records = Vec::new();
    stream.conn.writer().write_all(&[get("/where?d"), get("/where?e")].concat()).unwrap();
    while stream.conn.wants_write() {
        stream.conn.write_tls(&mut records).unwrap();
    }
    for piece in records.chunks(7) {
        stream.sock.write_all(piece).unwrap();
        sleep(Duration::from_millis(1));
    }
    assert_eq!(http::read_head(&mut stream).text(), "/where?d");
    assert_eq!(http::read_head(&mut stream).text(), "/where?e");
}

#[test]
fn who_says_that_it_sends_no_more_still_gets_the_answer() {
    let site = Site::new();
    let mut stream = site.connect();
    stream.write_all(&get("/large")).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.len() > LARGE && answer.ends_with(b"0\r\n\r\n"), "{}", answer.len());
}

#[test]
fn large_bodies_go_both_ways_whole() {
    let site = Site::new();
    let mut stream = site.connect();
    let body = vec![b'x'; LARGE];
    write!(stream, "POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LARGE}\r\n\r\n").unwrap();
    stream.write_all(&body).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), LARGE.to_string());
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer.iter().filter(|byte| **byte == b'x').count(), LARGE);
    assert!(answer.ends_with(b"0\r\n\r\n"));
}

#[test]
fn a_response_that_is_read_slowly_but_steadily_is_never_cut_off() {
    let site = Site::with(options(), HttpLimits { write_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = site.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let (mut count, mut space, mut paused) = (0, vec![0; 64 * 1024], 0);
    let began = Instant::now();
    loop {
        let read = stream.read(&mut space).unwrap();
        if read == 0 {
            break;
        }
        count += read;
        if count / (LARGE / 16) > paused {
            paused += 1;
            sleep(SHORT / 4);
        }
    }
    assert!(count > LARGE && began.elapsed() > SHORT * 3, "{count} bytes in {:?}", began.elapsed());
}

#[test]
fn who_takes_nothing_of_a_response_is_given_up() {
    let site = Site::with(options(), HttpLimits { write_timeout: SHORT, ..HttpLimits::default() });
    let mut stream = site.connect();
    stream.write_all(&get("/large")).unwrap();
    sleep(SHORT * 4);
    let mut bytes = Vec::new();
    assert!(stream.read_to_end(&mut bytes).is_err(), "it wasn't ended in order");
    assert!(bytes.len() < LARGE, "{}", bytes.len());
}
