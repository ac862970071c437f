//! Sessions side by side: failures, messages, the bus.

use std::fmt::Write;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use live_smol::live_core::client::{Action, Heard};
use live_smol::live_core::limits::MAX_INBOX;
use live_smol::prelude::*;

use crate::common::page::Note;
use crate::common::{PATIENCE, Tab, options, server, start};

#[test]
fn a_panic_or_an_error_touches_its_own_event_only() {
    let server = server();
    let mut bystander = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/b");
    for name in ["inc", "panic", "fail", "task", "inc"] {
        tab.act(name);
    }
    tab.until_html("count", "2");
    let failed: Vec<_> =
        tab.heard.iter().filter(|heard| matches!(heard, Heard::Refused(_))).cloned().collect();
    assert_eq!(failed, [Heard::Refused(2), Heard::Refused(3)]);
    tab.act("tell");
    tab.until_html("flash", "Not today.");
    bystander.act("inc");
    bystander.until_html("count", "1");
}

#[test]
fn errors_reach_the_hook() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = told.clone();
    let options = Options {
        on_error: Arc::new(move |session, report| {
            hook.lock().unwrap().push(format!("{} {report}", session.path))
        }),
        ..options()
    };
    let server = start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/b");
    tab.act("fail");
    tab.act("panic");
    let told = told.lock().unwrap();
    assert_eq!(*told, ["/lab/b handle `fail`: broken", "/lab/b handle `panic`: panicked: handle panics"]);
}

#[test]
fn what_one_says_the_other_hears() {
    let server = server();
    let mut ann = Tab::new(server.local_addr().unwrap(), "/lab/bees");
    let mut bob = Tab::new(server.local_addr().unwrap(), "/lab/bees");
    let mut eve = Tab::new(server.local_addr().unwrap(), "/lab/wasps");
    ann.send(Action::new("say").field("text", "hello"));
    for tab in [&mut ann, &mut bob] {
        tab.until("the message", |tab| {
            tab.client.html("notes").is_some_and(|html| html.contains("<li>hello</li>"))
        });
    }
    server.pubsub().publish("room:wasps", &Note::Said("psst".into())).unwrap();
    eve.until("the message", |tab| {
        tab.client.html("notes").is_some_and(|html| html.contains("<li>psst</li>"))
    });
    assert!(!eve.client.page_html().contains("hello"));
    server.pubsub().broadcast(&Note::Said("all".into())).unwrap();
    for tab in [&mut ann, &mut bob, &mut eve] {
        tab.until("the broadcast", |tab| {
            tab.client.html("notes").is_some_and(|html| html.contains("<li>all</li>"))
        });
    }
}

#[test]
fn what_a_page_cannot_read_is_ignored() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    server.pubsub().publish("room:a", &12345).unwrap();
    server.pubsub().publish("room:a", &Note::Said("sound".into())).unwrap();
    tab.until("the sound one", |tab| tab.client.html("notes").is_some_and(|html| html.contains("sound")));
    assert!(!tab.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))));
}

/// Is busy with the first message until the test lets it go on.
struct Busy(Arc<Barrier>);

impl Page for Busy {
    type State = Vec<String>;
    type Message = Note;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        ctx.subscribe("news")
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state.join(" "))?));
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: Note) -> Result {
        match message {
            Note::Said(text) => s.state.push(text),
            Note::Loaded => {
                self.0.wait();
                self.0.wait();
            }
        }
        s.mark_all();
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, topic: &str) -> Result {
        s.state.push(format!("missed:{topic}"));
        s.mark_all();
        Ok(())
    }
}

#[test]
fn messages_past_the_limit_are_told_as_missed() {
    let barrier = Arc::new(Barrier::new(2));
    let server = Live::new(options()).page("/", Busy(barrier.clone())).bind("127.0.0.1:0").unwrap();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    server.pubsub().publish("news", &Note::Loaded).unwrap();
    barrier.wait();
    for n in 0..100 {
        server.pubsub().publish("news", &Note::Said(format!("{n}"))).unwrap();
    }
    barrier.wait();
    let first: Vec<_> = (0..MAX_INBOX).map(|n| n.to_string()).collect();
    tab.until_html("", &format!("{} missed:news", first.join(" ")));
}

#[test]
fn a_session_starts_and_ends() {
    let (tell, told) = std::sync::mpsc::channel();
    let (started, ended) = (tell.clone(), tell);
    let options = Options {
        grace: Duration::ZERO,
        on_session_start: Some(Arc::new(move |session| {
            started.send(("start", session.path.to_owned())).unwrap()
        })),
        on_session_end: Some(Arc::new(move |session| ended.send(("end", session.path.to_owned())).unwrap())),
        ..options()
    };
    let server = start(options);
    let tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), ("start", "/lab/a".to_owned()));
    drop(tab);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), ("end", "/lab/a".to_owned()));
    assert_eq!(server.sessions(), 0);
}

/// Looks at its data, and then somebody publishes, before the subscription has come about.
struct Overtaken(Arc<dyn PubSub>);

impl Page for Overtaken {
    type State = Vec<String>;
    type Message = Note;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        ctx.subscribe("news")?;
        Ok(self.0.publish("news", &Note::Said("too early".into()))?)
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{:?}", s.state)?));
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, topic: &str) -> Result {
        s.state.push(topic.to_owned());
        s.mark_all();
        Ok(())
    }
}

#[test]
fn what_was_published_between_mount_and_subscription_is_told_as_missed() {
    let options = options();
    let page = Overtaken(options.pubsub.clone());
    let server = Live::new(options).page("/", page).bind("127.0.0.1:0").unwrap();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.until_html("", "[\"news\"]");
}
