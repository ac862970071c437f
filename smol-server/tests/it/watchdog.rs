//! Page code that runs for too long is noticed while it runs: in the log, and in the numbers.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use live_core::client::Action;
use live_smol::live_std::Metrics;
use live_smol::prelude::*;

use crate::common::gate::Gate;
use crate::common::{SOON, Tab, http, options};
use crate::traces;

#[derive(Clone, Default)]
struct Stall {
    gate: Gate,
}

impl Page for Stall {
    type State = u32;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<u32>) -> Result {
        if ctx.query("block").is_some() {
            self.gate.pass();
        }
        Ok(())
    }

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
        match e.name {
            "block" => self.gate.pass(),
            "inc" => s.state += 1,
            _ => return e.unknown(),
        }
        s.mark_all();
        Ok(())
    }
}

struct Watched {
    server: Server,
    page: Stall,
}

fn watched(route: &str) -> Watched {
    let page = Stall::default();
    let options = Options { metrics: Some(Arc::new(Metrics::new())), ..options() };
    let server = Live::new(options).page(route, page.clone()).bind("127.0.0.1:0").unwrap();
    Watched { server, page }
}

impl Watched {
    /// Waits for lines of `/metrics`.
    fn until(&self, lines: &[&str]) {
        let began = Instant::now();
        loop {
            let text = http::get(self.server.local_addr().unwrap(), "/metrics", "").text().to_owned();
            if lines.iter().all(|line| text.lines().any(|known| known == *line)) {
                return;
            }
            assert!(began.elapsed() < SOON, "no {lines:?} in {text}");
        }
    }
}

#[test]
fn a_handler_that_blocks_is_counted_once_and_while_it_does() {
    let watched = watched("/blocks/{what}");
    let opens = watched.page.gate.opens();
    watched.until(&["live_slow_calls_total 0", "live_stuck_calls 0"]);
    let mut tab = Tab::new(watched.server.local_addr().unwrap(), "/blocks/x");
    tab.act("inc");
    tab.send(Action::new("block"));
    watched.until(&["live_slow_calls_total 1", "live_stuck_calls 1"]);
    drop(opens);
    watched.until(&["live_slow_calls_total 1", "live_stuck_calls 0"]);
    tab.until_html("", "1");
    tab.act("inc");
    watched.until(&["live_slow_calls_total 1", "live_stuck_calls 0"]);
}

#[test]
fn a_handler_that_blocks_is_logged_with_its_session_and_its_page() {
    traces::listen();
    let watched = watched("/slow-page/{what}");
    let _opens = watched.page.gate.opens();
    let mut tab = Tab::new(watched.server.local_addr().unwrap(), "/slow-page/x");
    tab.send(Action::new("block"));
    let line = traces::until_line("warning of /slow-page", |line| {
        line.contains("WARN") && line.contains("path=/slow-page/x")
    });
    assert!(line.contains("session=SessionId(") && line.contains('…'), "{line}");
}

#[test]
fn a_first_response_whose_mount_blocks_is_counted_too() {
    let watched = watched("/");
    let opens = watched.page.gate.opens();
    let address = watched.server.local_addr().unwrap();
    let answer = std::thread::spawn(move || http::get(address, "/?block=1", "").status);
    watched.until(&["live_slow_calls_total 1", "live_stuck_calls 1"]);
    drop(opens);
    assert_eq!(answer.join().unwrap(), 200);
    watched.until(&["live_slow_calls_total 1", "live_stuck_calls 0"]);
}
