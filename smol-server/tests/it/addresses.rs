//! Where a server listens: TCP, Unix sockets, and sockets that it is given.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use live_smol::live_core::client::Action;
use live_smol::prelude::*;
use live_smol::{Address, Server};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::common::folder::Folder;
use crate::common::http::{self, Answer};
use crate::common::over::{Over, load, request};
use crate::common::{PATIENCE, lab, options};

/// Set in a process that is this test again, as a server: where it listens.
const ADDRESS: &str = "LIVE_TEST_ADDRESSES";

fn connect(path: &Path) -> UnixStream {
    let stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn get(path: &Path, target: &str, headers: &str) -> Answer {
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    http::exchange(connect(path), &head)
}

/// Leaves a socket's file, as a process that was killed does. The socket never listens: a test beside this one may start a process, which has
/// it too until its program is loaded.
fn left_behind(path: &Path) {
    Socket::new(Domain::UNIX, Type::STREAM, None).unwrap().bind(&SockAddr::unix(path).unwrap()).unwrap();
    assert!(path.exists());
}

/// A lab that tells who asks.
fn bind(options: Options, address: impl Into<Address>) -> Result<Server, live_smol::Error> {
    lab(options).get("/peer", |request: Request| async move { format!("{:?}", request.peer) }).bind(address)
}

fn refused(address: impl Into<Address>) -> String {
    bind(options(), address).expect_err("it started").to_string()
}

#[test]
fn pages_live_over_a_unix_socket() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    let server = bind(options(), Address::unix(&path)).unwrap();
    assert_eq!((server.local_addr(), server.unix_path()), (None, Some(path.as_path())));
    assert_eq!(server.url(), format!("unix:{}", path.display()));
    let loaded = load(connect(&path), "/lab/a");
    let request = request("http://localhost", &loaded.cookie);
    let mut tab = Over::new(connect(&path), loaded, request);
    for _ in 0..3 {
        tab.act(Action::new("inc"));
    }
    tab.act(Action::new("big"));
    tab.until_html("count", "3");
    tab.until(|tab| tab.client.html("notes").is_some_and(|html| html.len() > 100_000));
    drop(server);
    assert!(!path.exists(), "the file goes with the server");
}

#[test]
fn a_public_url_is_the_url_wherever_a_server_listens() {
    let folder = Folder::new();
    let options = Options { public_url: Some("https://example.com".into()), ..options() };
    let server = bind(options, Address::unix(folder.join("app.sock"))).unwrap();
    assert_eq!(server.url(), "https://example.com");
}

#[test]
fn who_comes_by_a_unix_socket_has_no_address_but_what_a_trusted_proxy_tells() {
    let folder = Folder::new();
    let told = "X-Forwarded-For: 192.0.2.7\r\n";
    for (trusted, peer) in [(&[][..], "None"), (&["127.0.0.1"], "None"), (&["unix"], "Some(192.0.2.7)")] {
        let path = folder.join("app.sock");
        let trusted_proxies = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let _server =
            bind(Options { trusted_proxies, ..options() }, format!("unix:{}", path.display())).unwrap();
        assert_eq!(get(&path, "/peer", told).text(), peer, "{trusted:?}");
        assert_eq!(get(&path, "/peer", "").text(), "None", "{trusted:?}");
    }
}

#[test]
fn limits_of_an_address_are_for_who_has_one() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    let trusted_proxies = vec!["unix".parse().unwrap()];
    let options = Options { trusted_proxies, max_connections_per_ip: 1, ..options() };
    let _server = bind(options, Address::unix(&path)).unwrap();
    let open = |from: &str| {
        let loaded = load(connect(&path), "/lab/a");
        let mut request = request("http://localhost", &loaded.cookie);
        if !from.is_empty() {
            request.headers_mut().insert("X-Forwarded-For", from.parse().unwrap());
        }
        (loaded, request)
    };
    let tab = |from| {
        let (loaded, request) = open(from);
        Over::new(connect(&path), loaded, request)
    };
    let _unknown = [tab(""), tab("")];
    let _others = [tab("192.0.2.7"), tab("192.0.2.8")];
    let (_, request) = open("192.0.2.7");
    let mut second = tungstenite::client(request, connect(&path)).unwrap().0;
    let tungstenite::Message::Close(Some(frame)) = second.read().unwrap() else { panic!("it is let in") };
    assert_eq!(u16::from(frame.code), 1013);
}

#[test]
fn a_socket_that_nobody_listens_on_is_replaced() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    left_behind(&path);
    let server = bind(options(), Address::unix(&path)).unwrap();
    assert_eq!(get(&path, "/peer", "").text(), "None");
    let told = refused(Address::unix(&path));
    assert!(told.contains("listens on unix:") && told.contains("app.sock"), "{told}");
    assert_eq!(get(&path, "/peer", "").text(), "None", "the one that has it keeps it");
    drop(server);
    drop(bind(options(), Address::unix(&path)).unwrap());
}

/// Of servers that start at once on a socket that was left behind, one listens, and whoever connects reaches it.
#[test]
fn one_of_several_that_start_at_once_gets_the_socket() {
    let folder = Folder::new();
    for round in 0..40 {
        let path = folder.join(&format!("{round}.sock"));
        left_behind(&path);
        let start = Barrier::new(4);
        let servers: Vec<_> = thread::scope(|scope| {
            let start = || {
                start.wait();
                bind(options(), Address::unix(&path)).ok()
            };
            let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            starting.into_iter().filter_map(|starting| starting.join().unwrap()).collect()
        });
        assert_eq!(servers.len(), 1);
        assert_eq!(get(&path, "/peer", "").text(), "None");
    }
}

#[test]
fn what_is_no_socket_stays_and_is_told() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    fs::write(&path, "precious").unwrap();
    let told = refused(Address::unix(&path));
    assert!(told.contains("no socket") && told.contains("app.sock"), "{told}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    let other = folder.join("datagrams.sock");
    let _datagrams = UnixDatagram::bind(&other).unwrap();
    refused(Address::unix(&other));
    assert!(other.exists(), "a socket of another kind");
    let missing = refused(Address::unix(folder.join("missing/app.sock")));
    assert!(missing.contains("missing/app.sock"), "{missing}");
    let long = refused(Address::unix(folder.join(&"a".repeat(200))));
    assert!(long.contains("SUN_LEN"), "{long}");
    assert!(refused("unix:").contains("missing"), "a path");
}

#[test]
fn the_permissions_are_as_they_are_asked_for() {
    let folder = Folder::new();
    for mode in [0o600, 0o660, 0o777] {
        let path = folder.join("app.sock");
        let _server = bind(options(), Address::unix(&path).mode(mode)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
    }
    let path = folder.join("by-default.sock");
    let _server = bind(options(), Address::unix(&path)).unwrap();
    let like = folder.join("by-std.sock");
    let _like = UnixListener::bind(&like).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&like), "what the umask leaves");
}

#[test]
fn a_server_that_ends_leaves_anothers_file_alone() {
    let folder = Folder::new();
    let path = folder.join("app.sock");
    let server = bind(options(), Address::unix(&path)).unwrap();
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    drop(server);
    assert!(path.exists());
}

#[test]
fn addresses_of_tcp_are_text_or_typed() {
    for address in [
        Address::from("127.0.0.1:0"),
        "localhost:0".to_owned().into(),
        ([127, 0, 0, 1], 0).into(),
        ("127.0.0.1", 0).into(),
        std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into(),
    ] {
        let server = bind(options(), address).unwrap();
        let address = server.local_addr().unwrap();
        assert_eq!((address.ip().is_loopback(), server.unix_path()), (true, None));
        assert_eq!(http::get(address, "/peer", "").text(), format!("Some({})", address.ip()));
    }
}

/// This test's own program again, with sockets as the service manager passes them: the first is its standard input here, the second its output.
fn activated(
    test: &str,
    address: &str,
    variables: &str,
    first: OwnedFd,
    second: Option<OwnedFd>,
) -> Activated {
    let second = second.map_or_else(Stdio::null, Stdio::from);
    let child = Command::new("sh")
        .args(["-c", &format!("exec 3<&0 4>&1 </dev/null >/dev/null; exec env {variables} \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("addresses::{test}")])
        .env(ADDRESS, address)
        .stdin(Stdio::from(first))
        .stdout(second)
        .spawn();
    Activated(child.unwrap())
}

/// A process that doesn't outlive its test.
struct Activated(Child);

impl Activated {
    fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Ends it as the service manager does.
fn ends(mut child: Activated) {
    let done = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.0.id())]).status().unwrap();
    assert!(done.success() && child.wait().success());
}

/// In the process that is the server: runs it.
fn is_server() -> bool {
    let Ok(address) = std::env::var(ADDRESS) else { return false };
    lab(options()).get("/address", move |_: Request| async { "it is served" }).run(address).unwrap();
    true
}

const ONE: &str = "LISTEN_FDS=1 LISTEN_PID=$$";

#[test]
fn a_socket_of_tcp_that_was_passed_is_served() {
    if is_server() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let child = activated("a_socket_of_tcp_that_was_passed_is_served", "systemd", ONE, listener.into(), None);
    assert_eq!(http::get(address, "/address", "").text(), "it is served");
    let mut tab = crate::common::Tab::new(address, "/lab/a");
    tab.act("inc");
    tab.until_html("count", "1");
    drop(tab);
    ends(child);
}

#[test]
fn a_unix_socket_that_was_passed_is_served() {
    if is_server() {
        return;
    }
    let folder = Folder::new();
    let path = folder.join("app.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let child = activated("a_unix_socket_that_was_passed_is_served", "systemd", ONE, listener.into(), None);
    assert_eq!(get(&path, "/address", "").text(), "it is served");
    ends(child);
    assert!(path.exists(), "the file is the service manager's");
}

/// Who connects while no server accepts waits for the next one.
#[test]
fn a_restart_behind_a_socket_that_was_passed_refuses_nobody() {
    if is_server() {
        return;
    }
    let test = "a_restart_behind_a_socket_that_was_passed_refuses_nobody";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let start = || activated(test, "systemd", ONE, listener.try_clone().unwrap().into(), None);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let asks = || {
            let mut count = 0;
            while !ended.load(SeqCst) {
                let answer = http::get(address, "/address", "");
                assert_eq!((answer.status, answer.text()), (200, "it is served"));
                count += 1;
            }
            count
        };
        let visitors: Vec<_> = (0..4).map(|_| scope.spawn(asks)).collect();
        let _ends = Ends(&ended);
        for _ in 0..3 {
            let child = start();
            assert_eq!(http::get(address, "/address", "").status, 200);
            ends(child);
        }
        let last = start();
        ended.store(true, SeqCst);
        let counts: Vec<i32> = visitors.into_iter().map(|visitor| visitor.join().unwrap()).collect();
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        ends(last);
    });
}

/// Sets a flag, also when a test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
fn of_several_sockets_one_is_chosen_by_its_name() {
    if is_server() {
        return;
    }
    let test = "of_several_sockets_one_is_chosen_by_its_name";
    for name in ["web", "admin"] {
        let listeners = ["127.0.0.1:0"; 2].map(|address| TcpListener::bind(address).unwrap());
        let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
        let [first, second] = listeners.map(OwnedFd::from);
        let variables = "LISTEN_FDS=2 LISTEN_PID=$$ LISTEN_FDNAMES=web:admin";
        let child = activated(test, &format!("systemd:{name}"), variables, first, Some(second));
        let chosen = addresses[usize::from(name == "admin")];
        assert_eq!(http::get(chosen, "/address", "").text(), "it is served");
        ends(child);
    }
}

#[test]
fn what_was_not_passed_as_it_should_be_is_told() {
    if let Ok(told) = std::env::var(ADDRESS) {
        let (address, part) = told.split_once('|').unwrap();
        let error = refused(address);
        assert!(error.contains(part), "{error}");
        return;
    }
    assert!(refused("systemd").contains("LISTEN_FDS"));
    let test = "what_was_not_passed_as_it_should_be_is_told";
    let listener = || OwnedFd::from(TcpListener::bind("127.0.0.1:0").unwrap());
    let accepting = TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = TcpStream::connect(accepting.local_addr().unwrap()).unwrap();
    let both = "LISTEN_FDS=2 LISTEN_PID=$$ LISTEN_FDNAMES=web:admin";
    for (told, variables, first, second) in [
        ("systemd|LISTEN_FDS", "LISTEN_FDS=1 LISTEN_PID=1", listener(), None),
        ("systemd|systemd:NAME", both, listener(), Some(listener())),
        ("systemd:api|there are: web, admin", both, listener(), Some(listener())),
        ("systemd|Accept=no", ONE, connection.into(), None),
        ("systemd|neither TCP", ONE, fs::File::open("/dev/null").unwrap().into(), None),
    ] {
        let mut child = activated(test, told, variables, first, second);
        assert!(child.wait().success(), "{told}");
    }
}
