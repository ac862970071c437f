//! What `tracing` sees: a span for each session and event, and nothing that a user wrote.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use live_smol::Options;
use live_smol::live_core::client::Action;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::common::{PATIENCE, Tab, options, server, start};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Writes into [`LOG`].
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines of spans that ended, from now on.
pub(crate) fn listen() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
        subscriber.with_span_events(FmtSpan::CLOSE).with_writer(|| Log).init();
    });
}

fn until(part: &str) -> String {
    until_line(part, |line| line.contains(part))
}

/// Waits for the first line that is so.
pub(crate) fn until_line(what: &str, is: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        if let Some(line) = log.lines().find(|line| is(line)) {
            return line.to_owned();
        }
        assert!(began.elapsed() < PATIENCE, "no {what} in {log}");
        std::thread::yield_now();
    }
}

#[test]
fn events_have_spans_within_their_sessions_and_no_payload() {
    listen();
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/traced");
    tab.send(Action { form: vec![("text".into(), "my secret".into())], ..Action::new("say") });
    tab.until("the message", |tab| tab.client.page_html().contains("my secret"));
    let line = until("path=/lab/traced}:event{name=say}");
    assert!(line.contains("session{id=SessionId("), "{line}");
    tab.act("line\nbreak");
    until("event{name=line\\nbreak}");
    until("path=/lab/traced}:info");
    until("path=/lab/traced}:render");
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("my secret"), "{log}");
}

#[test]
fn an_error_is_logged() {
    listen();
    let server = start(Options { on_error: Options::default().on_error, ..options() });
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/logged");
    tab.act("fail");
    tab.act("panic");
    for what in ["handle `fail`: broken", "handle `panic`: panicked: handle panics"] {
        let line = until(what);
        assert!(line.contains("ERROR") && line.contains("path=\"/lab/logged\""), "{line}");
    }
}
