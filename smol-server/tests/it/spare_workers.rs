//! Handlers that block, one for each worker and more: others are answered nevertheless, by spare workers.

use std::fmt::Write;
use std::time::{Duration, Instant};

use live_core::client::Action;
use live_smol::prelude::*;

use crate::common::gate::Gate;
use crate::common::{SOON, Tab, http, options, server_of};

#[derive(Clone, Default)]
struct Stall {
    gate: Gate,
}

impl Page for Stall {
    type State = u32;
    type Message = ();

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
        match e.name {
            "block" => self.gate.pass(),
            "spin" => self.gate.spin(),
            "inc" => s.state += 1,
            _ => return e.unknown(),
        }
        s.mark_all();
        Ok(())
    }
}

fn workers() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

fn tab(server: &Server) -> Tab {
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.patience(SOON);
    tab
}

/// So many sessions call this handler, and then others click.
fn others_are_answered(blocked: usize, event: &str) {
    let page = Stall::default();
    let server = server_of(options(), "/", page.clone());
    let opens = page.gate.opens();
    let mut other = tab(&server);
    let mut stuck: Vec<Tab> = (0..blocked).map(|_| tab(&server)).collect();
    stuck.iter_mut().for_each(|tab| tab.send(Action::new(event)));
    // The last of them comes in only if others run beside those that block.
    page.gate.until_inside(blocked);
    for count in 1..=10 {
        let began = Instant::now();
        other.act("inc");
        other.until_html("", &count.to_string());
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "click {count} was answered after {took:?}");
    }
    let mut new = tab(&server);
    new.act("inc");
    assert_eq!(http::get(server.local_addr().unwrap(), "/", "").status, 200);
    drop(opens);
    for tab in &mut stuck {
        tab.until("an acknowledgement", |tab| tab.client.pending() == 0);
    }
}

#[test]
fn a_click_is_answered_while_as_many_handlers_block_as_there_are_workers() {
    others_are_answered(workers() + 1, "block");
}

#[test]
fn a_click_is_answered_while_many_more_handlers_block_than_there_are_workers() {
    others_are_answered(workers() * 3 + 4, "block");
}

#[test]
fn a_click_is_answered_while_as_many_handlers_loop_as_there_are_workers() {
    others_are_answered(workers() + 1, "spin");
}

#[test]
fn a_server_ends_in_its_time_while_handlers_block() {
    let page = Stall::default();
    let server = server_of(options(), "/", page.clone());
    let _opens = page.gate.opens();
    let mut stuck = tab(&server);
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    let (says, ended) = std::sync::mpsc::channel();
    let began = Instant::now();
    std::thread::spawn(move || {
        server.shutdown();
        let _ = says.send(began.elapsed());
    });
    let took = ended.recv_timeout(SOON).expect("it doesn't end");
    assert!(took < Duration::from_millis(1500), "it took {took:?}");
}
