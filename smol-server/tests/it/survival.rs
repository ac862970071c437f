//! A page whose state or message panics in the code that a store, a rollback or a mailbox calls: its session may be lost, nothing else is.
//!
//! Afterwards timers, heartbeats and other sessions go on.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use live_core::client::Action;
use live_smol::prelude::*;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tungstenite::Message;

use crate::common::{PATIENCE, SOON, Tab, options};

/// Panics once, after it was set.
#[derive(Default)]
struct Trap(AtomicBool);

impl Trap {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    fn set(&self) {
        self.0.store(true, SeqCst);
    }

    fn step(&self, what: &str) {
        if self.0.swap(false, SeqCst) {
            panic!("{what} panics");
        }
    }

    fn until_sprung(&self) {
        let began = Instant::now();
        while self.0.load(SeqCst) {
            assert!(began.elapsed() < PATIENCE, "nobody came to the trap");
            std::thread::yield_now();
        }
    }
}

/// One value that may panic wherever code of it is called that is no call of the page. Each test has a type of its own, since `Default` and
/// `Deserialize` know nothing of the page.
macro_rules! fragile {
    ($name:ident) => {
        mod $name {
            use super::*;

            pub(super) static SERIALIZE: Trap = Trap::new();
            pub(super) static DESERIALIZE: Trap = Trap::new();
            pub(super) static CLONE: Trap = Trap::new();
            pub(super) static DEFAULT: Trap = Trap::new();
            pub(super) static DROP: Trap = Trap::new();

            #[derive(PartialEq)]
            pub(super) struct Fragile(pub(super) u32);

            impl Serialize for Fragile {
                fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                    SERIALIZE.step("Serialize");
                    self.0.serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for Fragile {
                fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                    DESERIALIZE.step("Deserialize");
                    u32::deserialize(from).map(Self).map_err(D::Error::custom)
                }
            }

            impl Clone for Fragile {
                fn clone(&self) -> Self {
                    CLONE.step("Clone");
                    Self(self.0)
                }
            }

            impl Default for Fragile {
                fn default() -> Self {
                    DEFAULT.step("Default");
                    Self(0)
                }
            }

            impl Drop for Fragile {
                fn drop(&mut self) {
                    DROP.step("Drop");
                }
            }
        }
    };
}

/// A page with such a state, and messages of another such type.
macro_rules! page_of {
    ($page:ident, $state:ty, $message:ty) => {
        struct $page;

        impl Page for $page {
            type State = $state;
            type Message = $message;

            fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<$state>) -> Result {
                ctx.subscribe(stringify!($page))
            }

            fn render(&self, s: &Session<$state>, view: &mut View) -> Result {
                view.page(|out| Ok(out.write_str(r#"<b data-lv-region="count"></b>"#)?));
                view.region("count", |out| Ok(write!(out, "{}", s.state.0)?));
                Ok(())
            }

            fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<$state>, e: &Event) -> Result {
                match e.name {
                    "inc" => s.state.0 += 1,
                    "fail" => return Err(Error::msg("as is wanted")),
                    "soon" => {
                        return ctx.send_after(Self::Message::from(1), Duration::from_millis(5)).map(drop);
                    }
                    "publish" => return ctx.publish(stringify!($page), Self::Message::from(1)),
                    "spawn" => return ctx.spawn(async { Self::Message::from(1) }),
                    _ => return e.unknown(),
                }
                s.mark("count");
                Ok(())
            }

            fn info(&self, _: &mut Ctx<Self>, s: &mut Session<$state>, _: $message) -> Result {
                s.state.0 += 1;
                s.mark("count");
                Ok(())
            }
        }
    };
}

/// What doesn't panic.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Plain(u32);

impl From<u32> for Plain {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

page_of!(Sound, Plain, Plain);

/// A server of the page `fragile` and of one that does no harm.
fn server(fragile: impl FnOnce(Live) -> Live, change: impl FnOnce(&mut Options)) -> Server {
    let mut options = Options {
        event_rate: 1000,
        event_burst: 10_000,
        heartbeat_interval: Duration::from_secs(3),
        ..options()
    };
    change(&mut options);
    fragile(Live::new(options).page("/sound", Sound)).bind("127.0.0.1:0").unwrap()
}

fn sound(server: &Server) -> Tab {
    let mut tab = Tab::new(server.local_addr().unwrap(), "/sound");
    tab.patience(SOON);
    tab
}

/// Timers fire, pings come, other sessions are served, and new ones begin.
fn all_is_well(server: &Server, tab: &mut Tab) {
    for event in ["inc", "soon", "spawn", "inc"] {
        let count: u32 = tab.client.html("count").unwrap().parse().unwrap();
        tab.act(event);
        tab.until_html("count", &(count + 1).to_string());
    }
    loop {
        match tab.ws.read().expect("a heartbeat") {
            Message::Ping(_) => break,
            Message::Binary(frame) => drop(tab.client.receive(&frame).unwrap()),
            _ => {}
        }
    }
    sound(server).act("inc");
    sound(server).act("soon");
}

/// A tab whose session may be lost, and doesn't care.
fn poke(tab: &mut Tab, event: &str) {
    tab.send(Action::new(event));
}

fragile!(written);
page_of!(Written, written::Fragile, Plain);

#[test]
fn a_state_that_panics_when_it_hibernates_stops_no_clock() {
    let server = server(
        |live| live.page("/", Written),
        |options| {
            (options.rest_after, options.hibernate_after) =
                (Duration::from_millis(1), Duration::from_millis(1));
        },
    );
    let mut other = sound(&server);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("inc");
    tab.until_html("count", "1");
    written::SERIALIZE.set();
    written::SERIALIZE.until_sprung();
    all_is_well(&server, &mut other);
}

fragile!(read);
page_of!(Read, read::Fragile, Plain);

#[test]
fn a_state_that_panics_when_it_comes_back_stops_nothing_else() {
    let server = server(
        |live| live.page("/", Read),
        |options| {
            (options.rest_after, options.hibernate_after) =
                (Duration::from_millis(1), Duration::from_millis(1));
        },
    );
    let mut other = sound(&server);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("inc");
    tab.until_html("count", "1");
    read::DESERIALIZE.set();
    // It sleeps within seconds, and then comes back for an event.
    while read::DESERIALIZE.0.load(SeqCst) {
        if tab.ws.send(Message::Binary(tab.client.send(Action::new("inc")).into())).is_err() {
            break;
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) && read::DESERIALIZE.0.load(SeqCst) {
            std::thread::yield_now();
        }
    }
    read::DESERIALIZE.until_sprung();
    all_is_well(&server, &mut other);
}

fragile!(cloned);
page_of!(Cloned, cloned::Fragile, Plain);

#[test]
fn a_state_that_panics_when_it_is_cloned_stops_nothing_else() {
    let server = server(|live| live.page("/", Cloned), |_| {});
    let mut other = sound(&server);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    cloned::CLONE.set();
    poke(&mut tab, "inc");
    cloned::CLONE.until_sprung();
    all_is_well(&server, &mut other);
}

#[test]
fn a_state_that_panics_when_it_is_made_stops_nothing_else() {
    fragile!(made);
    page_of!(Made, made::Fragile, Plain);
    let server = server(|live| live.page("/", Made), |_| {});
    let mut other = sound(&server);
    made::DEFAULT.set();
    let address = server.local_addr().unwrap();
    // Whatever the answer is.
    let _ = std::thread::spawn(move || crate::common::http::get(address, "/", "")).join();
    made::DEFAULT.until_sprung();
    all_is_well(&server, &mut other);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("inc");
}

fragile!(dropped);
page_of!(Dropped, dropped::Fragile, Plain);

#[test]
fn a_state_that_panics_when_its_session_ends_stops_no_clock() {
    let ended = Arc::new(AtomicBool::new(false));
    let says = ended.clone();
    let server = server(
        |live| live.page("/", Dropped),
        move |options| {
            options.grace = Duration::from_millis(10);
            options.on_session_end = Some(Arc::new(move |_| {
                if !says.swap(true, SeqCst) {
                    dropped::DROP.set();
                }
            }));
        },
    );
    let mut other = sound(&server);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("inc");
    tab.vanish();
    dropped::DROP.until_sprung();
    let began = Instant::now();
    while !ended.load(SeqCst) {
        assert!(began.elapsed() < PATIENCE, "it doesn't end");
    }
    dropped::DROP.until_sprung();
    all_is_well(&server, &mut other);
}

fragile!(message);

impl From<u32> for message::Fragile {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

page_of!(Messages, Plain, message::Fragile);

/// Every code of a message that runs outside of the page's calls.
#[test]
fn a_message_that_panics_stops_nothing_else() {
    for (trap, event) in [
        (&message::SERIALIZE, "publish"),
        (&message::DESERIALIZE, "publish"),
        (&message::DROP, "publish"),
        (&message::DROP, "spawn"),
        (&message::DROP, "soon"),
    ] {
        let server = server(|live| live.page("/", Messages), |_| {});
        let mut other = sound(&server);
        let mut tab = Tab::new(server.local_addr().unwrap(), "/");
        trap.set();
        poke(&mut tab, event);
        trap.until_sprung();
        all_is_well(&server, &mut other);
    }
}

/// A message that can't be read, or not be written, costs that message alone.
#[test]
fn a_session_goes_on_after_a_message_that_panicked() {
    fragile!(letter);
    impl From<u32> for letter::Fragile {
        fn from(value: u32) -> Self {
            Self(value)
        }
    }
    page_of!(Letters, Plain, letter::Fragile);
    let server = server(|live| live.page("/", Letters), |_| {});
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.patience(SOON);
    tab.act("inc");
    tab.until_html("count", "1");
    for trap in [&letter::SERIALIZE, &letter::DESERIALIZE, &letter::DROP] {
        trap.set();
        poke(&mut tab, "publish");
        trap.until_sprung();
    }
    let count = |tab: &Tab| tab.client.html("count").unwrap().parse::<u32>().unwrap();
    tab.act("inc");
    let before = count(&tab);
    tab.act("inc");
    tab.until_html("count", &(before + 1).to_string());
}

/// Two halves that are always equal.
#[derive(Clone, Serialize, Deserialize)]
struct Halves(u32, u32);

static NO_DEFAULT: Trap = Trap::new();

impl Default for Halves {
    fn default() -> Self {
        NO_DEFAULT.step("Default");
        Self(0, 0)
    }
}

struct Balance;

impl Page for Balance {
    type State = Halves;
    type Message = ();
    const ROLLBACK: live_core::Rollback = live_core::Rollback::Remount;

    fn render(&self, s: &Session<Halves>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{} {}", s.state.0, s.state.1)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Halves>, e: &Event) -> Result {
        s.mark_all();
        s.state.0 += 1;
        if e.name == "half" {
            return Err(Error::msg("between the two"));
        }
        s.state.1 += 1;
        Ok(())
    }
}

#[test]
fn a_state_that_cannot_be_put_back_is_served_to_nobody() {
    let server = Live::new(options()).page("/", Balance).bind("127.0.0.1:0").unwrap();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("both");
    tab.until_html("", "1 1");
    NO_DEFAULT.set();
    tab.send(Action::new("half"));
    assert_eq!(tab.closed().0, 1011);
    tab.reconnect();
    tab.act("both");
    let html = tab.client.page_html();
    assert!(html.split_once(' ').is_some_and(|(left, right)| left == right), "half a change: {html}");
}
