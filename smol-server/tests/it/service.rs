//! What the service manager is told: sd_notify(3).

use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use live_smol::prelude::*;

use crate::common::folder::Folder;
use crate::common::{PATIENCE, SOON, Tab, http, lab, options};

/// Set in a process that is this test again, as a server.
const SERVER: &str = "LIVE_TEST_SERVICE";

/// How long the service manager waits for a sign of life, in microseconds.
const WATCHDOG: u64 = 1_000_000;

/// A service manager.
struct Manager {
    socket: UnixDatagram,
    _folder: Folder,
}

impl Manager {
    /// With the server that it has started.
    fn with(test: &str, variables: &str) -> (Self, Child) {
        let folder = Folder::new();
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let child = start(test, &path, variables);
        (Self { socket, _folder: folder }, child)
    }

    /// What it is told next, line by line.
    fn hears(&self) -> Vec<String> {
        let mut space = [0; 4096];
        let count = self.socket.recv(&mut space).unwrap();
        std::str::from_utf8(&space[..count]).unwrap().lines().map(str::to_owned).collect()
    }

    /// Waits for a line that is so.
    fn until(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "nothing was said of {what}");
            if let Some(line) = self.hears().into_iter().find(|line| is(line)) {
                return line;
            }
        }
    }

    /// Where the server listens, as it says when it is ready.
    fn ready(&self) -> SocketAddr {
        let told = self.hears();
        assert_eq!(told[0], "READY=1", "the first thing that it says");
        let address = told[1].strip_prefix("STATUS=Listening on ").unwrap();
        address.strip_suffix(": 0 sessions").unwrap().parse().unwrap()
    }
}

/// This test's own program again; `$$` is its process.
fn start(test: &str, socket: &Path, variables: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("exec env {variables} \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("service::{test}")])
        .env(SERVER, "127.0.0.1:0")
        .env("NOTIFY_SOCKET", socket)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// In the process that is the server: runs it, and ends when it ends.
fn is_server(options: Options) -> bool {
    let Ok(address) = std::env::var(SERVER) else { return false };
    let stuck = |_: Request| async {
        thread::sleep(PATIENCE * 10);
        ""
    };
    lab(options).get("/stuck", stuck).get("/quick", |_: Request| async { "quick" }).run(address).unwrap();
    true
}

fn terminate(child: &Child) {
    let done = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status().unwrap();
    assert!(done.success());
}

#[test]
fn it_is_told_when_the_server_listens_how_it_is_and_when_it_ends() {
    let options = Options { drain_delay: Duration::from_millis(500), drain_spread: SOON, ..options() };
    if is_server(options) {
        return;
    }
    let test = "it_is_told_when_the_server_listens_how_it_is_and_when_it_ends";
    let (manager, mut child) = Manager::with(test, &format!("WATCHDOG_USEC={WATCHDOG} WATCHDOG_PID=$$"));
    let address = manager.ready();
    let mut tab = Tab::new(address, "/lab/a");
    manager
        .until("a session", |line| line.starts_with("STATUS=Listening on ") && line.ends_with(": 1 session"));
    terminate(&child);
    manager.until("the end", |line| line == "STOPPING=1");
    tab.act("inc");
    manager.until("a drain", |line| line.starts_with("STATUS=Draining: "));
    assert_eq!(tab.closed().0, 1012);
    drop(tab);
    assert!(child.wait().unwrap().success());
}

#[test]
fn signs_of_life_come_twice_in_the_time_that_it_gives() {
    if is_server(options()) {
        return;
    }
    let test = "signs_of_life_come_twice_in_the_time_that_it_gives";
    let (manager, mut child) = Manager::with(test, &format!("WATCHDOG_USEC={WATCHDOG} WATCHDOG_PID=$$"));
    manager.ready();
    for _ in 0..5 {
        let began = Instant::now();
        manager.until("a ping", |line| line == "WATCHDOG=1");
        assert!(began.elapsed() < Duration::from_micros(WATCHDOG), "{:?}", began.elapsed());
    }
    terminate(&child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn who_asks_another_process_for_signs_of_life_gets_none_of_this_one() {
    if is_server(options()) {
        return;
    }
    let test = "who_asks_another_process_for_signs_of_life_gets_none_of_this_one";
    let (manager, mut child) = Manager::with(test, "WATCHDOG_USEC=100000 WATCHDOG_PID=1");
    manager.ready();
    thread::sleep(Duration::from_millis(500));
    terminate(&child);
    assert_eq!(manager.hears()[0], "STOPPING=1", "and nothing before that");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_server_whose_workers_are_all_stuck_gives_no_signs_of_life() {
    if is_server(options()) {
        return;
    }
    let test = "a_server_whose_workers_are_all_stuck_gives_no_signs_of_life";
    let (manager, mut child) = Manager::with(test, &format!("WATCHDOG_USEC={WATCHDOG} WATCHDOG_PID=$$"));
    let address = manager.ready();
    // More than there are workers, with all that are started in the place of others.
    let stuck: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = http::connect(address);
            let request = "GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n";
            std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
            stream
        })
        .collect();
    manager.socket.set_read_timeout(Some(Duration::from_micros(3 * WATCHDOG))).unwrap();
    let began = Instant::now();
    let mut space = [0; 4096];
    while manager.socket.recv(&mut space).is_ok() {
        assert!(began.elapsed() < PATIENCE, "it still gives signs of life");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stuck);
}

#[test]
fn a_service_manager_that_is_away_is_no_trouble() {
    if is_server(options()) {
        return;
    }
    let folder = Folder::new();
    let test = "a_service_manager_that_is_away_is_no_trouble";
    for socket in [folder.join("nobody"), "relative".into(), "@live-test-nobody".into(), "vsock:2:1".into()] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut child = start(test, &socket, &format!("{SERVER}={address} WATCHDOG_USEC=50000"));
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                child.try_wait().unwrap().is_none() && began.elapsed() < PATIENCE,
                "{}",
                socket.display()
            );
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(200));
        assert_eq!(http::get(address, "/quick", "").text(), "quick");
        terminate(&child);
        assert!(child.wait().unwrap().success());
    }
}
