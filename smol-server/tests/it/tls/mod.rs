//! TLS in the server itself, with real handshakes.

mod certificates;
mod handshakes;
mod requests;
mod websockets;

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
