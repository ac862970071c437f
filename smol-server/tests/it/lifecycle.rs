//! Starting and stopping.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use live_smol::prelude::*;
use live_smol::{Error as StartError, Server};

use crate::common::tab::{closed, load, open, request};
use crate::common::{PATIENCE, Tab, http, lab, options, server};

/// Set in a process that is this test again, as a server.
const ADDRESS: &str = "LIVE_TEST_ADDRESS";

#[test]
fn a_shutdown_closes_every_socket_and_the_port() {
    let server = server();
    let address = server.local_addr().unwrap();
    let mut tab = Tab::new(address, "/lab/a");
    let mut silent = open(address, request(address, ""));
    let idle = http::connect(address);
    let began = Instant::now();
    server.shutdown();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(tab.closed(), (1012, "restart".to_owned()));
    assert_eq!(closed(&mut silent), (1012, "restart".to_owned()));
    assert!(TcpStream::connect(address).is_err());
    drop(idle);
}

#[test]
fn sigterm_ends_a_server_cleanly() {
    if let Ok(address) = std::env::var(ADDRESS) {
        lab(options()).run(address.as_str()).unwrap();
        return;
    }
    let (mut child, address) = child();
    let mut tab = Tab::of(address, load(address, "/lab/a", ""));
    tab.act("inc");
    let began = Instant::now();
    signal(&child, "TERM");
    assert_eq!(tab.closed(), (1012, "restart".to_owned()));
    assert!(child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

/// This test's own program again, once it answers.
fn child() -> (Child, std::net::SocketAddr) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lifecycle::sigterm_ends_a_server_cleanly"])
        .env(ADDRESS, address.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it listened");
        assert!(began.elapsed() < PATIENCE, "it doesn't listen");
        std::thread::yield_now();
    }
    (child, address)
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(done.success());
}

fn refused(result: std::result::Result<Server, StartError>) -> String {
    result.expect_err("it started").to_string()
}

#[test]
fn what_keeps_a_server_from_starting_is_told() {
    let taken = server();
    let told = refused(lab(options()).bind(taken.local_addr().unwrap()));
    assert!(told.contains("listens on") && told.contains("--addr"), "{told}");
    let told = refused(lab(options()).bind("no-such-host.invalid:1"));
    assert!(told.contains("no-such-host.invalid:1"), "{told}");
    let told = refused(lab(options()).page("/lab/{other}", crate::common::Lab).bind("127.0.0.1:0"));
    assert!(told.contains("/lab/{other}"), "{told}");
    let told = refused(
        lab(options())
            .get("/a", |_: Request| async { "" })
            .get("/a", |_: Request| async { "" })
            .bind("127.0.0.1:0"),
    );
    assert!(told.contains("\"/a\"") && told.contains("GET"), "{told}");
    let options = Options { public_url: Some("example.com".into()), ..options() };
    assert!(refused(lab(options).bind("127.0.0.1:0")).contains("public_url"));
}
