//! Notifies the service manager: sd_notify(3).
//!
//! Errors here never fail the server: a message that the manager doesn't accept is dropped.

use std::env;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use futures_timer::Delay;
use live_std::Engine;

use crate::listen::Local;

/// How often a changed status is sent.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// How long a message may wait until the manager reads it. Normally it reads at once.
const TELL_WITHIN: Duration = Duration::from_secs(1);

/// The service manager of this process.
#[derive(Clone)]
pub(crate) struct Manager(Arc<Inner>);

struct Inner {
    socket: UnixDatagram,
    address: SocketAddr,
    /// How often it expects a watchdog ping.
    pings: Option<Duration>,
}

impl Manager {
    /// `None` if `NOTIFY_SOCKET` isn't set.
    pub(crate) fn of_process() -> Option<Self> {
        let name = env::var_os("NOTIFY_SOCKET")?;
        match Self::at(name.as_encoded_bytes()) {
            Ok(manager) => Some(manager),
            Err(error) => {
                live_std::log!(warn, %error, socket = ?name, "the service manager can't be told that the server is ready");
                None
            }
        }
    }

    fn at(name: &[u8]) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(TELL_WITHIN))?;
        let text = |name| env::var(name).ok();
        let pings = pings(text("WATCHDOG_USEC").as_deref(), text("WATCHDOG_PID").as_deref(), process::id());
        Ok(Self(Arc::new(Inner { socket, address: address(name)?, pings })))
    }

    /// The server listens.
    pub(crate) fn ready(&self, engine: &Engine, local: &Local) {
        self.tell(&["READY=1", &line(&status(engine, local))]);
    }

    /// The server begins to shut down.
    pub(crate) fn stopping(&self, engine: &Engine, local: &Local) {
        self.tell(&["STOPPING=1", &line(&status(engine, local))]);
    }

    /// Sends watchdog pings and the status for as long as it is polled. The server's own workers must poll it, so that a stuck server stops pinging.
    pub(crate) async fn attend(self, engine: Arc<Engine>, local: Local) {
        let every = self.0.pings.unwrap_or(STATUS_EVERY).min(STATUS_EVERY);
        // Sent when the server became ready.
        let mut last = line(&status(&engine, &local));
        loop {
            let status = line(&status(&engine, &local));
            let mut news = Vec::new();
            news.extend(self.0.pings.map(|_| "WATCHDOG=1"));
            if status != last {
                news.push(&status);
            }
            self.tell(&news);
            last = status;
            Delay::new(every).await;
        }
    }

    fn tell(&self, lines: &[&str]) {
        let Inner { socket, address, .. } = &*self.0;
        if !lines.is_empty()
            && let Err(error) = socket.send_to_addr(lines.join("\n").as_bytes(), address)
        {
            live_std::log!(debug, %error, "the service manager doesn't listen");
        }
    }
}

/// What `systemctl status` shows of a server.
fn status(engine: &Engine, local: &Local) -> String {
    let sessions = match engine.sessions() {
        1 => "1 session".to_owned(),
        count => format!("{count} sessions"),
    };
    if engine.is_draining() {
        format!("Draining: {sessions} left")
    } else if !engine.is_ready() {
        format!("About to drain: {sessions}")
    } else {
        format!("Listening on {local}: {sessions}")
    }
}

fn line(status: &str) -> String {
    format!("STATUS={}", status.replace(['\r', '\n'], " "))
}

/// How often to ping: twice in the time that the manager allows this process. `None` if it doesn't ask for pings.
fn pings(micros: Option<&str>, asked: Option<&str>, process: u32) -> Option<Duration> {
    let within = Duration::from_micros(micros?.parse().ok().filter(|micros| *micros > 0)?);
    let is_this = asked.is_none_or(|asked| asked.parse() == Ok(process));
    is_this.then(|| (within / 2).max(Duration::from_millis(1)))
}

/// A path, or a name in Linux's namespace of sockets without files, which begins with `@`.
fn address(name: &[u8]) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = name.strip_prefix(b"@") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    if name.first() != Some(&b'/') {
        return Err(io::ErrorKind::Unsupported.into());
    }
    SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pings_are_for_the_process_that_is_asked_for_them() {
        let half = Some(Duration::from_secs(15));
        assert_eq!(pings(Some("30000000"), Some("7"), 7), half);
        assert_eq!(pings(Some("30000000"), None, 7), half);
        for (micros, asked) in
            [(None, None), (Some("30000000"), Some("8")), (Some("0"), None), (Some("x"), None)]
        {
            assert_eq!(pings(micros, asked, 7), None);
        }
    }

    #[test]
    fn a_status_is_one_line() {
        assert_eq!(line("Listening on unix:/a\nREADY=0"), "STATUS=Listening on unix:/a READY=0");
    }

    #[test]
    fn sockets_of_both_kinds_are_found() {
        assert!(address(b"/run/systemd/notify").unwrap().as_pathname().is_some());
        #[cfg(target_os = "linux")]
        assert!(address(b"@/org/freedesktop/systemd1/notify/1").unwrap().as_pathname().is_none());
        assert!(address(b"vsock:2:3").is_err());
    }
}
