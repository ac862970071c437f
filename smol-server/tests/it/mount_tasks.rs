//! What `mount` loads by tasks is in the first HTML, and stays there when the browser joins.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use live_smol::live_core::client::Heard;
use live_smol::live_core::wire::ServerFrame;
use live_smol::live_std::Keys;
use live_smol::prelude::*;
use tungstenite::Message;

use crate::common::tab::{Loaded, closed, load, open, request};
use crate::common::{PATIENCE, Tab, server_of, telling};
use crate::drain::Slow;

/// More than any test takes: whoever waits for a limit of this length waits for something else.
const NEVER: Duration = Duration::from_secs(3600);

/// Loads in `mount` what the test gives it, and once more where that is "more".
struct Loader {
    asks: Sender<()>,
    given: smol::channel::Receiver<&'static str>,
    left: Sender<()>,
}

impl Loader {
    fn load(&self) -> impl Future<Output = String> + Send + 'static {
        let (asks, given) = (self.asks.clone(), self.given.clone());
        async move {
            let _ = asks.send(());
            match given.recv().await {
                Ok("panic") => panic!("nothing is loaded"),
                Ok(data) => data.to_owned(),
                Err(_) => std::future::pending().await,
            }
        }
    }
}

impl Page for Loader {
    type State = Vec<String>;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        ctx.subscribe("news")?;
        if ctx.param("what") == Some("nothing") { Ok(()) } else { ctx.spawn(self.load()) }
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "<p>{}</p>", s.state.join(" "))?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<Vec<String>>, _: &Event) -> Result {
        Ok(())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        if !ctx.connected() {
            let _ = self.left.send(());
        }
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
        if message == "more" {
            ctx.spawn(self.load())?;
        }
        s.state.push(message);
        s.mark_all();
        Ok(())
    }
}

/// A server of the page, and the test's end of what it loads.
struct Lab {
    server: Server,
    asked: Receiver<()>,
    give: smol::channel::Sender<&'static str>,
    /// Tells when the page has lost its connection.
    left: Receiver<()>,
}

impl Lab {
    fn new(options: Options) -> Self {
        let ((asks, asked), (give, given)) = (channel(), smol::channel::unbounded());
        let (leave, left) = channel();
        let server = server_of(options, "/{what}", Loader { asks, given, left: leave });
        Self { server, asked, give, left }
    }

    fn with(mount_timeout: Duration) -> Self {
        Self::new(Options { mount_timeout, ..telling().0 })
    }

    /// Waits until a task asks for something.
    fn asked(&self) {
        self.asked.recv_timeout(PATIENCE).expect("a task that loads");
    }

    /// Gives a task what it waits for.
    fn give(&self, data: &'static str) {
        self.give.send_blocking(data).unwrap();
    }

    /// Answers these tasks, each after it has asked, while `work` waits for them.
    fn serving<T: Send>(&self, answers: &[&'static str], work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let work = scope.spawn(work);
            for data in answers {
                self.asked();
                self.give(data);
            }
            work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Loads the page; its tasks get these answers.
    fn load(&self, answers: &[&'static str]) -> Loaded {
        let server = self.server.local_addr().unwrap();
        self.serving(answers, || load(server, "/x", ""))
    }

    /// Connects; the tasks of the session's own `mount` get these answers.
    fn join(&self, loaded: Loaded, answers: &[&'static str]) -> Tab {
        let server = self.server.local_addr().unwrap();
        self.serving(answers, || Tab::of(server, loaded))
    }
}

/// Asserts that the browser was sent no patch in all that it has been sent, and that it shows this.
#[track_caller]
fn kept(tab: &mut Tab, html: &str) {
    tab.act("anything");
    let patches = patches(tab);
    assert!(patches == 0, "{patches} patches, where all was there");
    assert_eq!(tab.client.page_html(), html);
}

fn patches(tab: &Tab) -> usize {
    let patches = |frame: &Vec<u8>| match ServerFrame::decode(frame) {
        Ok(ServerFrame::Update(update)) => update.patches.iter().count(),
        _ => 0,
    };
    tab.frames.iter().map(patches).sum()
}

#[test]
fn what_was_loaded_for_the_first_html_stays_when_the_browser_joins() {
    let lab = Lab::with(NEVER);
    let loaded = lab.load(&["data"]);
    assert_eq!(loaded.client.page_html(), "<p>data</p>");
    kept(&mut lab.join(loaded, &["data"]), "<p>data</p>");
}

#[test]
fn so_does_what_a_task_that_another_has_led_to_brings() {
    let lab = Lab::with(NEVER);
    let loaded = lab.load(&["more", "more", "data"]);
    assert_eq!(loaded.client.page_html(), "<p>more more data</p>");
    kept(&mut lab.join(loaded, &["more", "more", "data"]), "<p>more more data</p>");
}

#[test]
fn so_does_what_comes_after_a_durable_commit() {
    let store = Arc::new(Slow::default());
    let lab = Lab::new(Options { session_store: store, mount_timeout: NEVER, ..telling().0 });
    let loaded = lab.load(&["more", "data"]);
    kept(&mut lab.join(loaded, &["more", "data"]), "<p>more data</p>");
}

#[test]
fn a_session_that_is_mounted_anew_waits_too() {
    let keys = Keys::default();
    let with = || Options { keys: keys.clone(), mount_timeout: NEVER, ..telling().0 };
    let (old, new) = (Lab::new(with()), Lab::new(with()));
    let loaded = old.load(&["data"]);
    let mut tab = old.join(loaded, &["data"]);
    tab.act("anything");
    tab.frames.clear();
    tab.heard.clear();
    tab.move_to(new.server.local_addr().unwrap());
    new.serving(&["data"], || tab.reconnect());
    kept(&mut tab, "<p>data</p>");
    assert!(
        tab.heard.iter().any(|heard| matches!(heard, Heard::Welcome { resumed: false, reset: true, .. }))
    );
}

#[test]
fn a_message_that_is_published_meanwhile_is_not_lost() {
    let lab = Lab::with(NEVER);
    let loaded = lab.load(&["data"]);
    let server = lab.server.local_addr().unwrap();
    let mut tab = thread::scope(|scope| {
        let tab = scope.spawn(|| Tab::of(server, loaded));
        lab.asked();
        lab.server.pubsub().publish("news", &"news".to_owned()).unwrap();
        lab.give("data");
        tab.join().unwrap()
    });
    tab.act("anything");
    assert_eq!(tab.client.page_html(), "<p>news data</p>", "the first update came before");
    assert_eq!(patches(&tab), 1, "the first update came before");
}

#[test]
fn a_task_over_the_limit_comes_later() {
    let lab = Lab::with(Duration::from_millis(100));
    let loaded = lab.load(&[]);
    assert_eq!(loaded.client.page_html(), "<p></p>");
    lab.asked();
    let mut tab = lab.join(loaded, &[]);
    lab.asked();
    kept(&mut tab, "<p></p>");
    lab.give("late");
    tab.until_html("", "<p>late</p>");
}

#[test]
fn a_task_that_panics_is_reported_and_keeps_nobody_waiting() {
    let (options, told) = telling();
    let lab = Lab::new(Options { mount_timeout: NEVER, ..options });
    let loaded = lab.load(&["panic"]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "mount: panicked: nothing is loaded");
    let mut tab = lab.join(loaded, &["panic"]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "info: panicked: nothing is loaded");
    kept(&mut tab, "<p></p>");
}

#[test]
fn a_page_without_tasks_waits_for_nothing() {
    let lab = Lab::with(NEVER);
    kept(&mut Tab::new(lab.server.local_addr().unwrap(), "/nothing"), "<p></p>");
}

/// Sends the first frame of a connection, and reads nothing.
fn hello(lab: &Lab, loaded: &mut Loaded) -> tungstenite::WebSocket<std::net::TcpStream> {
    let server = lab.server.local_addr().unwrap();
    let mut ws = open(server, request(server, &loaded.cookie));
    ws.send(Message::Binary(loaded.client.hello().into())).unwrap();
    ws
}

#[test]
fn a_newer_connection_takes_over_while_the_older_waits() {
    let lab = Lab::with(NEVER);
    let mut loaded = lab.load(&["data"]);
    let mut older = hello(&lab, &mut loaded);
    lab.asked();
    let server = lab.server.local_addr().unwrap();
    let mut tab = thread::scope(|scope| {
        let newer = scope.spawn(|| Tab::of(server, loaded));
        let first = older.read();
        lab.give("data");
        let is_replaced = matches!(&first, Ok(Message::Close(Some(close))) if u16::from(close.code) == 4000);
        assert!(is_replaced, "a welcome came before: {first:?}");
        newer.join().unwrap()
    });
    kept(&mut tab, "<p>data</p>");
    assert!(lab.asked.try_recv().is_err(), "it was mounted twice");
}

#[test]
fn a_session_whose_browser_has_gone_meanwhile_ends_after_its_grace() {
    let (ended, end) = channel();
    let options = Options {
        mount_timeout: NEVER,
        heartbeat_interval: Duration::from_millis(100),
        grace: Duration::from_millis(100),
        on_session_end: Some(Arc::new(move |_| ended.send(()).unwrap_or_default())),
        ..telling().0
    };
    let lab = Lab::new(options);
    let mut loaded = lab.load(&["data"]);
    let ws = hello(&lab, &mut loaded);
    lab.asked();
    drop(ws);
    lab.left.recv_timeout(PATIENCE).expect("the page is notified that the connection is gone");
    end.recv_timeout(PATIENCE).expect("the session ends");
    assert_eq!(lab.server.sessions(), 0);
}

#[test]
fn a_server_that_ends_meanwhile_closes_the_connection() {
    let lab = Lab::with(NEVER);
    let mut loaded = lab.load(&["data"]);
    let mut ws = hello(&lab, &mut loaded);
    lab.asked();
    let ends = thread::spawn(move || lab.server.shutdown());
    assert_eq!(closed(&mut ws), (1012, "restart".to_owned()));
    ends.join().unwrap();
}

/// Spawns without end while nobody is connected.
struct Stubborn;

impl Page for Stubborn {
    type State = String;
    type Message = u8;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>) -> Result {
        s.state = ctx.param("what").unwrap_or_default().to_owned();
        ctx.spawn(async { 0 })
    }

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<String>, _: &Event) -> Result {
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>, _: u8) -> Result {
        match &*s.state {
            "endless" if !ctx.connected() => ctx.spawn(async { 0 }),
            _ => Ok(()),
        }
    }
}

#[test]
fn tasks_that_lead_to_tasks_without_end_are_cut_off() {
    let options = Options { mount_timeout: Duration::from_millis(100), ..telling().0 };
    let server = server_of(options, "/{what}", Stubborn);
    let address = server.local_addr().unwrap();
    let (done, end) = channel();
    thread::spawn(move || {
        let mut tab = Tab::new(address, "/endless");
        kept(&mut tab, "endless");
        let _ = done.send(());
    });
    let answered = end.recv_timeout(PATIENCE / 2);
    if answered.is_err() {
        // A worker that is lost would keep the server from ending.
        std::mem::forget(server);
    }
    answered.expect("an answer within the limit");
}
