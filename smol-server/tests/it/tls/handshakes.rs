//! Handshakes: those that are agreed to, and those that aren't.

use super::*;

#[test]
fn the_version_before_is_spoken_too() {
    let site = Site::new();
    let config = site.config();
    let mut old = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_root_certificates({
            let mut roots = RootCertStore::empty();
            roots.add(site.trusted[0].cert.der().clone()).unwrap();
            roots
        })
        .with_no_client_auth();
    old.resumption = config.resumption;
    let mut stream = site.connect_by(old);
    stream.write_all(&get("/where")).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), "/where");
    assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_2));
}

#[test]
fn who_comes_back_is_known() {
    let site = Site::new();
    let config = Arc::new(site.config());
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(config.clone(), name).unwrap();
        let mut stream = StreamOwned::new(connection, http::connect(site.address));
        stream.write_all(&get("/where")).unwrap();
        http::read_head(&mut stream);
        kinds.push(stream.conn.handshake_kind().unwrap());
    }
    assert_eq!(kinds, [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed]);
}

#[test]
fn a_record_that_was_tampered_with_ends_the_connection_and_says_why() {
    let site = Site::new();
    let mut stream = site.connect();
    stream.write_all(&get("/where")).unwrap();
    http::read_head(&mut stream);
    stream.sock.write_all(&[[23, 3, 3, 0, 32].as_slice(), &[7; 32]].concat()).unwrap();
    let error = stream.read(&mut [0; 9]).unwrap_err().to_string();
    assert!(error.contains("BadRecordMac"), "{error}");
    // Several at once, before any handshake.
    let mut stream = site.connect();
    let bad = [[23, 3, 3, 0, 32].as_slice(), &[7; 32]].concat().repeat(3);
    stream.sock.write_all(&bad).unwrap();
    let error = stream.write_all(&get("/where")).and_then(|()| stream.read(&mut [0; 9])).unwrap_err();
    assert!(error.to_string().contains("fatal alert"), "{error}");
}

#[test]
fn http_without_tls_is_told_what_is_spoken_here() {
    let site = Site::new();
    for request in [get("/where"), b"POST /count HTTP/1.1\r\nContent-Length: 100000\r\n\r\n".to_vec()] {
        let mut stream = http::connect(site.address);
        stream.write_all(&request).unwrap();
        let answer = http::read_head(&mut stream);
        assert_eq!((answer.status, answer.header("connection")), (400, Some("close")));
        assert!(answer.text().contains("https://") && answer.text().ends_with('\n'), "{}", answer.text());
        assert_eq!(stream.read(&mut [0; 9]).unwrap(), 0, "and nothing behind it");
    }
}

#[test]
fn what_is_no_handshake_ends_and_costs_others_nothing() {
    let site = Site::with(options(), HttpLimits { head_timeout: SHORT, ..HttpLimits::default() });
    let bystander = site.tab("/lab/a");
    // An alert: RFC 8446, section 6.
    for garbage in [&[22, 3, 1, 0, 2, 9, 9][..], &[0; 100], &[22, 3, 1, 255, 255, 0]] {
        let mut stream = http::connect(site.address);
        stream.write_all(garbage).unwrap();
        let mut told = Vec::new();
        let _ = stream.read_to_end(&mut told);
        assert!(told.first() == Some(&21) || told.is_empty(), "{told:?}");
    }
    for begun in [&[][..], &[22, 3], &[22, 3, 1, 2, 0, 1]] {
        let began = Instant::now();
        let mut stream = http::connect(site.address);
        stream.write_all(begun).unwrap();
        let mut told = Vec::new();
        stream.read_to_end(&mut told).unwrap();
        assert!(began.elapsed() >= SHORT && began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    }
    let mut config = site.config();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let error = site.connect_by(config).write_all(b"x").unwrap_err().to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
    let stranger = Site::new();
    let mut doubts = site.connect_by(stranger.config());
    let error = doubts.write_all(&get("/where")).unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate"), "{error}");
    drop(doubts);
    let mut bystander = bystander;
    bystander.act(Action::new("inc"));
}
