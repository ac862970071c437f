//! A session whose page code blocks or loops holds up nobody but itself: no timer, no other session, no join, no log-in.
//!
//! One thread is blocked in each test, so that a second one which waited for the first would stop a server with two workers.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use live_core::Rollback;
use live_core::client::Action;
use live_smol::prelude::*;
use serde::{Deserialize, Serialize, Serializer};
use tungstenite::Message;

use crate::common::gate::Gate;
use crate::common::tab::{load, open, request};
use crate::common::{PATIENCE, SOON, Tab, http, options, server_of};

/// Blocks at its gate when an event asks for it.
#[derive(Clone, Default)]
struct Stall {
    gate: Gate,
    wall: Arc<std::sync::Mutex<String>>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    count: u32,
    renders: Renders,
}

/// What the next render does.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
enum Renders {
    #[default]
    Freely,
    Blocks,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Note {
    Count,
    Block,
}

impl Page for Stall {
    type State = State;
    type Message = Note;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<State>) -> Result {
        if ctx.connected() { ctx.subscribe("all") } else { Ok(()) }
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        if s.state.renders == Renders::Blocks {
            self.gate.pass();
        }
        view.page(|out| Ok(out.write_str(r#"<b data-lv-region="count"></b><p data-lv-region="wall"></p>"#)?));
        view.region("count", |out| Ok(write!(out, "{}", s.state.count)?));
        view.shared("wall", "wall", |out| Ok(out.write_str(&self.wall.lock().unwrap())?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        match e.name {
            "block" => self.gate.pass(),
            "spin" => self.gate.spin(),
            "inc" => {
                s.state.count += 1;
                s.mark("count");
            }
            "soon" => drop(ctx.send_after(Note::Count, Duration::from_millis(5))?),
            "block soon" => drop(ctx.send_after(Note::Block, Duration::from_millis(50))?),
            "block renders" => s.state.renders = Renders::Blocks,
            _ => return e.unknown(),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, message: Note) -> Result {
        match message {
            Note::Count => s.state.count += 1,
            Note::Block => self.gate.pass(),
        }
        s.mark("count");
        Ok(())
    }
}

/// A tab that is answered soon or fails.
fn neighbour(server: &Server) -> Tab {
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.patience(SOON);
    tab
}

fn click(tab: &mut Tab) {
    let count: u32 = tab.client.html("count").unwrap().parse().unwrap();
    tab.act("inc");
    tab.until_html("count", &(count + 1).to_string());
}

/// Sets timers one after the other, each once the one before has come, for so long.
fn timers_go_on(tab: &mut Tab, long: Duration) {
    let (began, mut count) = (Instant::now(), tab.client.html("count").unwrap().parse::<u32>().unwrap());
    // Slower than the limit of events.
    while began.elapsed() < long {
        tab.act("soon");
        count += 1;
        tab.until_html("count", &count.to_string());
    }
}

fn generous() -> Options {
    Options { event_rate: 1000, event_burst: 100_000, ..options() }
}

#[test]
fn timers_of_others_fire_while_a_handler_blocks() {
    let page = Stall::default();
    let options = Options { rest_after: Duration::from_millis(1), ..generous() };
    let server = server_of(options, "/", page.clone());
    let _opens = page.gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(2500));
}

#[test]
fn timers_of_others_fire_while_a_handler_loops() {
    let page = Stall::default();
    let options = Options { hibernate_after: Duration::from_millis(1), ..generous() };
    let server = server_of(options, "/", page.clone());
    let _opens = page.gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.send(Action::new("spin"));
    page.gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(2500));
}

#[test]
fn a_session_ends_its_grace_while_its_info_blocks_and_others_go_on() {
    let page = Stall::default();
    let options = Options { grace: Duration::from_millis(200), ..generous() };
    let server = server_of(options, "/", page.clone());
    let _opens = page.gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.act("block soon");
    stuck.vanish();
    page.gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(2500));
}

/// Reloads while the handler blocks: more connections of one session than there are workers.
#[test]
fn connections_that_wait_for_their_session_hold_up_nobody_and_the_last_one_has_it() {
    let page = Stall::default();
    let server = server_of(generous(), "/", page.clone());
    let opens = page.gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    let mut waiting = Vec::new();
    for _ in 0..5 {
        let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), &stuck.cookie));
        // Each says which attempt it is, so that whichever comes to the session last, the newest has it.
        ws.send(Message::Binary(stuck.client.hello().into())).unwrap();
        waiting.push(ws);
    }
    for _ in 0..20 {
        click(&mut other);
    }
    drop(opens);
    stuck.ws = waiting.pop().unwrap();
    stuck.patience(PATIENCE);
    stuck.until("a welcome", |tab| !tab.heard.is_empty());
    // The event that blocked was applied once, and is acknowledged to whoever has the session now.
    stuck.until("an acknowledgement", |tab| tab.client.pending() == 0);
}

#[test]
fn a_log_in_doesnt_wait_for_a_handler_of_the_same_browser() {
    let page = Stall::default();
    let server = Live::new(generous())
        .page("/", page.clone())
        .post("/log-in", |_: Request| async { Response::redirect("/").with_new_csrf() })
        .bind("127.0.0.1:0")
        .unwrap();
    let _opens = page.gate.opens();
    let mut stuck = neighbour(&server);
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    let (address, headers) =
        (server.local_addr().unwrap(), format!("Cookie: {}\r\nOrigin: http://localhost\r\n", stuck.cookie));
    let (says, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || says.send(http::post(address, "/log-in", &headers, "").status));
    assert_eq!(answered.recv_timeout(SOON).expect("the log-in isn't answered"), 303);
    page.gate.open();
    assert_eq!(stuck.closed().0, 4001, "its token is void");
}

fn write(server: &Server, page: &Stall, text: &str) {
    *page.wall.lock().unwrap() = text.to_owned();
    server.pubsub().publish("wall", &Note::Count).unwrap();
}

#[test]
fn news_of_a_shared_region_reach_others_while_a_followers_handler_blocks() {
    let page = Stall::default();
    let server = server_of(generous(), "/", page.clone());
    let _opens = page.gate.opens();
    let (mut stuck, mut others) = (neighbour(&server), [(); 3].map(|()| neighbour(&server)));
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    for text in ["one", "two", "three"] {
        write(&server, &page, text);
        others.iter_mut().for_each(|tab| tab.until_html("wall", text));
    }
    others.iter_mut().for_each(click);
}

/// Whoever spreads the news runs no page code of the sessions that are notified: one of them would stop it.
#[test]
fn news_of_a_shared_region_reach_others_while_a_followers_render_blocks() {
    let page = Stall::default();
    let server = server_of(generous(), "/", page.clone());
    let _opens = page.gate.opens();
    let mut stuck: Vec<Tab> = (0..2).map(|_| neighbour(&server)).collect();
    let mut others = [(); 3].map(|()| neighbour(&server));
    stuck[0].act("block renders");
    for text in ["one", "two", "three"] {
        write(&server, &page, text);
        others.iter_mut().for_each(|tab| tab.until_html("wall", text));
    }
    stuck[1].act("inc");
}

/// A page whose shared region blocks the first who renders what is new.
#[derive(Clone, Default)]
struct Wall {
    gate: Gate,
    text: Arc<std::sync::Mutex<String>>,
    blocks: Arc<AtomicBool>,
}

impl Page for Wall {
    type State = u32;
    type Message = ();

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(r#"<b data-lv-region="count"></b><p data-lv-region="wall"></p>"#)?));
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        view.shared("wall", "wall", |out| {
            let text = self.text.lock().unwrap().clone();
            if self.blocks.swap(false, SeqCst) {
                self.gate.pass();
            }
            Ok(out.write_str(&text)?)
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
        let "inc" = e.name else { return e.unknown() };
        s.state += 1;
        s.mark_all();
        Ok(())
    }
}

/// Everybody else shows what was there before, until it is rendered; those who come meanwhile, too.
#[test]
fn a_shared_region_that_blocks_who_renders_it_blocks_nobody_else() {
    let page = Wall::default();
    *page.text.lock().unwrap() = "old".to_owned();
    let server = server_of(generous(), "/", page.clone());
    let opens = page.gate.opens();
    let mut tabs: Vec<Tab> = (0..6).map(|_| neighbour(&server)).collect();
    *page.text.lock().unwrap() = "new".to_owned();
    page.blocks.store(true, SeqCst);
    server.pubsub().publish("wall", &()).unwrap();
    page.gate.until_inside(1);
    let mut late: Vec<Tab> = (0..3).map(|_| neighbour(&server)).collect();
    late.iter_mut().for_each(click);
    assert!(late.iter().all(|tab| tab.client.html("wall") == Some("old")));
    drop(opens);
    tabs.iter_mut().chain(&mut late).for_each(|tab| tab.until_html("wall", "new"));
    tabs.iter_mut().for_each(click);
}

/// Whoever spreads news has the session for moments in which events come, too.
#[test]
fn events_that_come_beside_news_are_all_applied_and_once() {
    let page = Stall::default();
    let server = server_of(generous(), "/", page.clone());
    let mut tabs = [(); 3].map(|()| neighbour(&server));
    let is_over = Arc::new(AtomicBool::new(false));
    let (ends, pubsub, wall) = (is_over.clone(), server.pubsub(), page.wall.clone());
    let news = std::thread::spawn(move || {
        let mut count = 0_u32;
        while !ends.load(SeqCst) {
            count += 1;
            *wall.lock().unwrap() = count.to_string();
            pubsub.publish("wall", &Note::Count).unwrap();
            std::thread::yield_now();
        }
        count
    });
    for _ in 0..300 {
        tabs.iter_mut().for_each(|tab| tab.send(Action::new("inc")));
    }
    for tab in &mut tabs {
        tab.until("all acknowledgements", |tab| tab.client.pending() == 0);
        tab.until_html("count", "300");
    }
    is_over.store(true, SeqCst);
    let last = news.join().unwrap().to_string();
    tabs.iter_mut().for_each(|tab| tab.until_html("wall", &last));
}

/// A page of which nothing but the application's code about its state blocks.
struct Heavy {
    gate: Gate,
}

/// Blocks when it is written for the store, or dropped.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "u32")]
struct Load {
    on_write: Option<Gate>,
    on_drop: Option<Gate>,
    count: u32,
}

impl From<u32> for Load {
    fn from(count: u32) -> Self {
        Self { on_write: None, on_drop: None, count }
    }
}

impl Serialize for Load {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.on_write.iter().for_each(Gate::pass);
        self.count.serialize(serializer)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.on_drop.iter().for_each(Gate::pass);
    }
}

impl Page for Heavy {
    type State = Load;
    type Message = Note;
    const ROLLBACK: Rollback = Rollback::Remount;

    fn render(&self, s: &Session<Load>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(r#"<b data-lv-region="count"></b>"#)?));
        view.region("count", |out| Ok(write!(out, "{}", s.state.count)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Load>, e: &Event) -> Result {
        match e.name {
            "block writes" => s.state.on_write = Some(self.gate.clone()),
            "block drop" => s.state.on_drop = Some(self.gate.clone()),
            "soon" => drop(ctx.send_after(Note::Count, Duration::from_millis(5))?),
            _ => return e.unknown(),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Load>, _: Note) -> Result {
        s.state.count += 1;
        s.mark("count");
        Ok(())
    }
}

#[test]
fn timers_of_others_fire_while_a_state_is_written_that_hibernates() {
    let gate = Gate::default();
    let options = Options { hibernate_after: Duration::from_millis(1), ..generous() };
    let server = server_of(options, "/", Heavy { gate: gate.clone() });
    let _opens = gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.act("block writes");
    let began = Instant::now();
    timers_go_on(&mut other, Duration::from_millis(2500));
    gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(1500));
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn timers_of_others_fire_while_a_state_is_dropped() {
    let gate = Gate::default();
    let options = Options { grace: Duration::from_millis(10), ..generous() };
    let server = server_of(options, "/", Heavy { gate: gate.clone() });
    let _opens = gate.opens();
    let (mut stuck, mut other) = (neighbour(&server), neighbour(&server));
    stuck.act("block drop");
    stuck.vanish();
    gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(2500));
}

#[test]
fn timers_of_others_fire_while_the_hook_of_a_sessions_end_blocks() {
    let page = Stall::default();
    let gate = Gate::default();
    let hook = gate.clone();
    let options = Options {
        grace: Duration::from_millis(10),
        on_session_end: Some(Arc::new(move |_| hook.pass())),
        ..generous()
    };
    let server = server_of(options, "/", page);
    let _opens = gate.opens();
    let (mut gone, mut other) = (neighbour(&server), neighbour(&server));
    gone.vanish();
    gate.until_inside(1);
    timers_go_on(&mut other, Duration::from_millis(2500));
}

/// A page that is new to the browser: neither its GET nor its mount waits.
#[test]
fn new_tabs_open_while_a_handler_blocks() {
    let page = Stall::default();
    let server = server_of(generous(), "/", page.clone());
    let _opens = page.gate.opens();
    let mut stuck = neighbour(&server);
    stuck.send(Action::new("block"));
    page.gate.until_inside(1);
    for _ in 0..5 {
        let mut tab =
            Tab::of(server.local_addr().unwrap(), load(server.local_addr().unwrap(), "/", &stuck.cookie));
        tab.patience(SOON);
        click(&mut tab);
    }
}
