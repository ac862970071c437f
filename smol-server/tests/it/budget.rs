//! A page that sends itself messages for ever has turns like any other: it is heard, it is closed, and others go on.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use live_core::client::{Action, Heard};
use live_smol::live_std::Metrics;
use live_smol::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::durable::Durable;
use crate::common::{PATIENCE, SOON, Tab, http, options};

/// How a page's `info` leads to its next call.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
enum By {
    /// Not at all.
    #[default]
    Nothing,
    SendInfo,
    SendAfter,
    /// Each message sends as many as a session may have.
    Avalanche,
    /// It follows the topic itself.
    Publish,
    Spawn,
    /// It follows the topic on which another session answers.
    Answers,
}

/// Every way there is.
const WAYS: [(&str, By); 6] = [
    ("/send-info", By::SendInfo),
    ("/send-after", By::SendAfter),
    ("/avalanche", By::Avalanche),
    ("/publish", By::Publish),
    ("/spawn", By::Spawn),
    ("/answers", By::Answers),
];

/// Calls itself by one of the ways, from the event `start` on, or from `mount` on.
#[derive(Clone, Default)]
struct Loops {
    by: By,
    from_mount: bool,
    /// How often `info` was called, in all its sessions.
    calls: Arc<AtomicU64>,
    /// No call leads to another any more.
    is_over: Arc<AtomicBool>,
}

/// Ends the loops of a page when it is dropped, so that a test that has failed doesn't wait for them. Declare it after the server.
struct Ends(Arc<AtomicBool>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    clicks: u32,
    calls: u64,
    /// One of two that answer each other.
    side: u8,
}

impl Loops {
    fn new(by: By) -> Self {
        Self { by, ..Self::default() }
    }

    fn next(&self, ctx: &mut Ctx<Self>, s: &Session<State>) -> Result {
        match self.by {
            _ if self.is_over.load(Relaxed) => Ok(()),
            By::Nothing => Ok(()),
            By::SendInfo => ctx.send_info(1),
            By::SendAfter => ctx.send_after(1, Duration::ZERO).map(drop),
            // One of them finds no room, which is an error of that call alone.
            By::Avalanche => (0..2).try_for_each(|_| ctx.send_info(1)),
            By::Publish => ctx.publish(format!("of {:?}", ctx.session_id()), 1),
            By::Spawn => ctx.spawn(async { 1 }),
            By::Answers => ctx.publish(format!("side {}", 1 - s.state.side), 1),
        }
    }

    fn until_called(&self, more: u64) {
        let (began, before) = (Instant::now(), self.calls.load(Relaxed));
        while self.calls.load(Relaxed) < before + more {
            assert!(began.elapsed() < SOON, "{:?}: its messages don't come", self.by);
            std::thread::yield_now();
        }
    }
}

impl Page for Loops {
    type State = State;
    type Message = u8;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>) -> Result {
        s.state.side = u8::from(ctx.param("side") == Some("1"));
        ctx.subscribe(format!("of {:?}", ctx.session_id()))?;
        if self.by == By::Answers {
            ctx.subscribe(format!("side {}", s.state.side))?;
        }
        if self.from_mount { self.next(ctx, s) } else { Ok(()) }
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str(r#"<b data-lv-region="clicks"></b><i data-lv-region="calls"></i>"#);
            Ok(out.write_str(&s.csrf_field())?)
        });
        view.region("clicks", |out| Ok(write!(out, "{}", s.state.clicks)?));
        view.region("calls", |out| Ok(write!(out, "{}", s.state.calls)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        match e.name {
            "start" => return self.next(ctx, s),
            "click" => s.state.clicks += 1,
            _ => return e.unknown(),
        }
        s.mark("clicks");
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, _: u8) -> Result {
        self.calls.fetch_add(1, Relaxed);
        s.state.calls += 1;
        s.mark("calls");
        self.next(ctx, s)
    }
}

fn click(tab: &mut Tab) {
    let clicks: u32 = tab.client.html("clicks").unwrap().parse().unwrap();
    tab.act("click");
    tab.until_html("clicks", &(clicks + 1).to_string());
}

/// A server of the page and of one that does nothing by itself, and as many tabs that loop as it has workers.
fn looping(by: By) -> (Loops, Server, Arc<Metrics>, Vec<Tab>, Tab) {
    let (page, metrics) = (Loops::new(by), Arc::new(Metrics::new()));
    let options = Options {
        metrics: Some(metrics.clone()),
        event_rate: 1000,
        event_burst: 10_000,
        grace: Duration::from_secs(600),
        ..options()
    };
    let live = Live::new(options).page("/loops/{side}", page.clone()).page("/", Loops::new(By::Nothing));
    let server = live.bind("127.0.0.1:0").unwrap();
    let mut other = Tab::new(server.local_addr().unwrap(), "/");
    other.patience(SOON);
    let workers = std::thread::available_parallelism().unwrap().get().max(2);
    let mut tabs: Vec<Tab> = (0..workers)
        .map(|n| {
            let mut tab = Tab::new(server.local_addr().unwrap(), &format!("/loops/{}", n % 2));
            tab.patience(SOON);
            tab
        })
        .collect();
    tabs.iter_mut().for_each(|tab| tab.send(Action::new("start")));
    (page, server, metrics, tabs, other)
}

/// What everybody sees of tabs that loop.
fn have_turns(by: By) {
    let (page, server, metrics, mut tabs, mut other) = looping(by);
    let _ends = Ends(page.is_over.clone());
    for _ in 0..5 {
        page.until_called(100);
        click(&mut other);
        tabs.iter_mut().for_each(click);
    }
    // A new tab is another session's mount.
    let mut new = Tab::new(server.local_addr().unwrap(), "/");
    new.patience(SOON);
    click(&mut new);
    // Their end is heard, and they loop without a connection, too.
    let before = metrics.snapshot().connections;
    let count = tabs.len() as u64;
    tabs.iter_mut().for_each(Tab::vanish);
    let began = Instant::now();
    while metrics.snapshot().connections > before - count {
        assert!(began.elapsed() < SOON, "{by:?}: nobody hears that they are closed");
        std::thread::yield_now();
    }
    for _ in 0..5 {
        page.until_called(100);
        click(&mut other);
    }
    // And come back.
    let tab = &mut tabs[0];
    tab.reconnect();
    tab.patience(SOON);
    click(tab);
}

#[test]
fn a_page_that_sends_itself_messages_has_turns() {
    have_turns(By::SendInfo);
}

#[test]
fn a_page_that_sets_timers_that_are_due_has_turns() {
    have_turns(By::SendAfter);
}

#[test]
fn a_page_whose_messages_multiply_has_turns() {
    have_turns(By::Avalanche);
}

#[test]
fn a_page_that_publishes_on_its_own_topic_has_turns() {
    have_turns(By::Publish);
}

#[test]
fn a_page_that_spawns_what_is_done_at_once_has_turns() {
    have_turns(By::Spawn);
}

#[test]
fn sessions_that_answer_each_other_have_turns() {
    have_turns(By::Answers);
}

/// Does it on a thread of its own, so that what hangs fails.
fn within<T: Send + 'static>(limit: Duration, what: impl FnOnce() -> T + Send + 'static) -> T {
    let (says, done) = channel();
    std::thread::spawn(move || says.send(what()));
    done.recv_timeout(limit).expect("it takes too long")
}

fn from_mount(by: By) -> (Server, Loops) {
    let page = Loops { from_mount: true, ..Loops::new(by) };
    let options = Options { mount_timeout: Duration::from_millis(300), ..options() };
    (Live::new(options).page("/", page.clone()).bind("127.0.0.1:0").unwrap(), page)
}

#[test]
fn a_first_response_ends_whatever_its_tasks_lead_to() {
    for (path, by) in WAYS {
        let (server, page) = from_mount(by);
        let _ends = Ends(page.is_over.clone());
        let address = server.local_addr().unwrap();
        // Several at once, so that no worker is kept.
        let answers: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(move || within(SOON, move || http::get(address, "/", ""))))
            .collect();
        for answer in answers {
            let answer = answer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            assert_eq!(answer.status, 200, "{path}");
        }
        assert!(by != By::Spawn || page.calls.load(Relaxed) > 0);
    }
}

#[test]
fn a_posted_form_ends_whatever_its_tasks_lead_to() {
    let page = Loops::new(By::Spawn);
    let options = Options { mount_timeout: Duration::from_millis(300), ..options() };
    let server = Live::new(options).page("/", page.clone()).bind("127.0.0.1:0").unwrap();
    let _ends = Ends(page.is_over.clone());
    let address = server.local_addr().unwrap();
    let shown = http::get(address, "/", "");
    let cookie = shown.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let token = shown.quoted("name=\"_csrf\" value=\"").to_owned();
    let headers = format!("Cookie: {cookie}\r\nOrigin: http://localhost\r\n");
    let body = format!("_csrf={token}&_lv_event=start");
    let answer = within(PATIENCE / 2, move || http::post(address, "/", &headers, &body));
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[test]
fn a_tab_that_never_comes_to_rest_has_its_token_renewed() {
    let page = Loops::new(By::SendInfo);
    let options = Options { token_lifetime: Duration::from_secs(1), ..options() };
    let server = Live::new(options).page("/", page.clone()).bind("127.0.0.1:0").unwrap();
    let _ends = Ends(page.is_over.clone());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.send(Action::new("start"));
    let began = Instant::now();
    tab.until("a new token", |tab| {
        assert!(began.elapsed() < PATIENCE, "no new token has come");
        tab.heard.contains(&Heard::Renewed)
    });
}

/// Subscribes whenever it reads its data anew.
#[derive(Clone, Default)]
struct Rereads(Arc<AtomicU32>);

impl Page for Rereads {
    type State = u32;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<u32>) -> Result {
        ctx.subscribe("board")
    }

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, _: &Event) -> Result {
        s.state += 1;
        s.mark_all();
        Ok(())
    }

    fn missed(&self, ctx: &mut Ctx<Self>, _: &mut Session<u32>, topic: &str) -> Result {
        self.0.fetch_add(1, Relaxed);
        ctx.subscribe(topic)
    }
}

#[test]
fn a_page_that_subscribes_again_where_it_missed_messages_comes_to_rest() {
    let page = Rereads::default();
    let options = Options { session_store: Arc::new(Durable::default()), ..options() };
    let server = Live::new(options).page("/", page.clone()).bind("127.0.0.1:0").unwrap();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    for _ in 0..20 {
        tab.act("count");
    }
    assert!(page.0.load(Relaxed) <= 2, "{} times", page.0.load(Relaxed));
}
