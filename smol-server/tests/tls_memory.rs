//! What TLS costs an idle connection: the same WebSockets with it and without, to a process of their own whose live memory is counted.
#![allow(
    missing_docs,
    dead_code,
    unused_imports,
    reason = "of what the tests have in common it takes a part"
)]

#[path = "it/common/mod.rs"]
mod common;

use std::alloc::System;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use common::folder::Folder;
use common::over::{Over, load, request};
use common::{http, lab, options};
use live_smol::live_core::client::Action;
use live_smol::prelude::*;
use live_smol::{Address, Tls};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Set in the process that is the server: the folder of its certificate, or nothing.
const SERVER: &str = "LIVE_TEST_MEMORY";

/// How many connections are counted.
const COUNT: usize = 200;

/// The most that TLS may cost one that is idle, in bytes.
const MOST: usize = 16 * 1024;

fn live() -> usize {
    let stats = HEAP.stats();
    // Reallocations count as what they add, which may be less than nothing.
    stats.bytes_allocated - stats.bytes_deallocated
}

fn serve(folder: &str) -> ! {
    let site = lab(options()).get("/heap", |_: Request| async { live().to_string() });
    let site = match folder {
        "" => site,
        folder => site.tls(Tls::from_files(format!("{folder}/cert"), format!("{folder}/key")).unwrap()),
    };
    let server = site.bind(Address::from("127.0.0.1:0")).unwrap();
    println!("\nat {}", server.local_addr().unwrap());
    loop {
        std::thread::park();
    }
}

/// The server's process, until it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn start(folder: &str) -> (Process, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--exact", "an_idle_connection_costs_little_more"])
        .env(SERVER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| line.unwrap().strip_prefix("at ").map(|text| text.parse().unwrap()));
    (Process(child), address.unwrap())
}

/// What each of so many idle WebSockets costs the server.
fn cost<S: Read + Write>(origin: &str, connect: impl Fn() -> S) -> usize {
    let tab = || {
        let loaded = load(connect(), "/lab/a");
        let request = request(origin, &loaded.cookie);
        let mut tab = Over::new(connect(), loaded, request);
        tab.act(Action::new("inc"));
        tab
    };
    // Asked by a connection of its own, once all others have come to rest.
    let heap = || {
        sleep(Duration::from_secs(3));
        let head = "GET /heap HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        http::exchange(connect(), head).text().parse::<usize>().unwrap()
    };
    let mut tabs: Vec<_> = (0..COUNT / 4).map(|_| tab()).collect();
    let before = heap();
    tabs.extend((0..COUNT).map(|_| tab()));
    let cost = heap().saturating_sub(before) / COUNT;
    drop(tabs);
    cost
}

#[test]
fn an_idle_connection_costs_little_more() {
    if let Ok(folder) = std::env::var(SERVER) {
        serve(&folder);
    }
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = Folder::new();
    std::fs::write(folder.join("cert"), certified.cert.pem()).unwrap();
    std::fs::write(folder.join("key"), certified.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);

    let (process, address) = start("");
    let plain = cost("http://localhost", || http::connect(address));
    drop(process);
    let (process, address) = start(folder.join("").to_str().unwrap());
    let secured = cost("https://localhost", || {
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(ClientConnection::new(config.clone(), name).unwrap(), http::connect(address))
    });
    drop(process);
    println!("an idle WebSocket: {plain} bytes, with TLS {secured}");
    assert!(secured < plain + MOST, "{plain} bytes, with TLS {secured}");
}
