//! TLS in the server itself, with real handshakes.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use live_smol::live_core::client::Action;
use live_smol::prelude::*;
use live_smol::{HttpLimits, Server, Tls};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, StreamOwned};
use smol::stream;
use tungstenite::Message;

use crate::common::folder::Folder;
use crate::common::over::{Over, load, request};
use crate::common::{PATIENCE, SOON, http, lab, options};
use crate::traces;

/// Short, for what is to end.
const SHORT: Duration = Duration::from_millis(400);

/// More than the buffers between two ends take.
const LARGE: usize = 24 << 20;

type Secured = StreamOwned<ClientConnection, TcpStream>;

/// A certificate of `localhost` by itself.
fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// A certificate in files, as a server has it.
struct Files {
    folder: Folder,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(certified: &CertifiedKey<KeyPair>) -> Self {
        let folder = Folder::new();
        let (certificate, key) = (folder.join("fullchain.pem"), folder.join("privkey.pem"));
        let files = Self { folder, certificate, key };
        files.write(certified);
        files
    }

    fn write(&self, certified: &CertifiedKey<KeyPair>) {
        fs::write(&self.certificate, certified.cert.pem()).unwrap();
        fs::write(&self.key, certified.signing_key.serialize_pem()).unwrap();
    }

    fn tls(&self) -> Tls {
        Tls::from_files(&self.certificate, &self.key).unwrap()
    }
}

async fn large(_: Request) -> Response {
    const SIZE: usize = 64 * 1024;
    let pieces = stream::iter((0..LARGE / SIZE).map(|_| Ok::<_, std::io::Error>(vec![b'x'; SIZE])));
    Response::stream("application/octet-stream", pieces)
}

async fn count(mut request: Request) -> Result<Response> {
    let mut count = 0;
    while let Some(chunk) = request.body.chunk().await {
        count += chunk?.len();
    }
    Ok(Response::text(count.to_string()))
}

fn start(tls: Tls, options: Options, limits: HttpLimits) -> Server {
    lab(options)
        .get("/where", |request: Request| async move { request.uri.to_string() })
        .get("/large", large)
        .post("/count", count)
        .http(limits)
        .tls(tls)
        .bind("127.0.0.1:0")
        .unwrap()
}

/// A server, and whom its visitors trust.
struct Site {
    address: SocketAddr,
    server: Server,
    trusted: Vec<CertifiedKey<KeyPair>>,
}

impl Site {
    fn new() -> Self {
        Self::with(options(), HttpLimits::default())
    }

    fn with(options: Options, limits: HttpLimits) -> Self {
        let certified = certificate();
        let server = start(Files::of(&certified).tls(), options, limits);
        Self { address: server.local_addr().unwrap(), server, trusted: vec![certified] }
    }

    /// What a visitor speaks, who has never been here.
    fn config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        for certified in &self.trusted {
            roots.add(certified.cert.der().clone()).unwrap();
        }
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    fn connect(&self) -> Secured {
        self.connect_by(self.config())
    }

    fn connect_by(&self, config: ClientConfig) -> Secured {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(connection, http::connect(self.address))
    }

    fn tab(&self, path: &str) -> Over<Secured> {
        let loaded = load(self.connect(), path);
        let request = request("https://localhost", &loaded.cookie);
        Over::new(self.connect(), loaded, request)
    }

    /// The certificate that a visitor is shown.
    fn shown(&self) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(&get("/where")).unwrap();
        http::read_head(&mut stream);
        stream.conn.peer_certificates().unwrap()[0].to_vec()
    }
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

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

#[test]
fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    traces::listen();
    let certificates = [(); 3].map(|()| certificate());
    let der = certificates.each_ref().map(|certified| certified.cert.der().to_vec());
    let files = Files::of(&certificates[0]);
    let server = start(files.tls().check_every(Duration::ZERO), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: certificates.into() };
    let mut tab = site.tab("/lab/a");
    assert_eq!(site.shown(), der[0]);
    files.write(&site.trusted[1]);
    assert_eq!(site.shown(), der[1]);
    // The key comes later than the certificate.
    fs::write(&files.certificate, site.trusted[2].cert.pem()).unwrap();
    assert_eq!(site.shown(), der[1]);
    fs::write(&files.certificate, "what the disk had room for").unwrap();
    assert_eq!(site.shown(), der[1]);
    fs::remove_file(&files.key).unwrap();
    assert_eq!(site.shown(), der[1]);
    traces::until_line("the file", |line| line.contains("WARN") && line.contains("privkey.pem"));
    files.write(&site.trusted[2]);
    assert_eq!(site.shown(), der[2]);
    tab.act(Action::new("inc"));
    tab.until_html("count", "1");
}

#[test]
fn files_are_looked_at_once_a_minute_at_most() {
    let certificates = [(); 2].map(|()| certificate());
    let first = certificates[0].cert.der().to_vec();
    let files = Files::of(&certificates[0]);
    let server = start(files.tls(), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: certificates.into() };
    files.write(&site.trusted[1]);
    assert_eq!(site.shown(), first);
}

#[test]
fn files_that_cant_be_used_are_told_with_what_is_wrong() {
    let (one, other) = (certificate(), certificate());
    let files = Files::of(&one);
    let (pem, key) = (one.cert.pem(), one.signing_key.serialize_pem());
    let told = |certificate: &str, key: &str| {
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        Tls::from_files(&files.certificate, &files.key).expect_err("it can be used").to_string()
    };
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bad_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (certificate, key, file, part) in [
        ("", &*key, "fullchain.pem", "holds no certificate"),
        (&*key, &key, "fullchain.pem", "holds no certificate"),
        (broken, &key, "fullchain.pem", "isn't PEM"),
        (empty, &key, "fullchain.pem", "can't be used"),
        (&pem, "", "privkey.pem", "holds no private key"),
        (&pem, &pem, "privkey.pem", "holds no private key"),
        (&pem, encrypted, "privkey.pem", "encrypted"),
        (&pem, bad_key, "privkey.pem", "can't be used"),
        (&pem, &other.signing_key.serialize_pem(), "privkey.pem", "of another certificate"),
    ] {
        let told = told(certificate, key);
        assert!(told.contains(file) && told.contains(part), "{told}");
    }
    let missing = Tls::from_files(files.folder.join("missing.pem"), &files.key).unwrap_err().to_string();
    assert!(missing.contains("missing.pem") && missing.contains("can't be read"), "{missing}");
}

#[test]
fn settings_of_rustls_are_taken_but_for_what_the_server_speaks() {
    let certified = certificate();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.max_early_data_size = 1000;
    let server = start(Tls::new(Arc::new(config)), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: vec![certified] };
    let mut config = site.config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.enable_early_data = true;
    let mut stream = site.connect_by(config);
    stream.write_all(&get("/where")).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), "/where");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
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
