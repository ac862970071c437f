//! `Ctx`: what a page may ask, and what it may ask for.

use std::fmt::Write;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use live_smol::live_core::client::Action;
use live_smol::prelude::*;

use crate::common::tab::load;
use crate::common::{PATIENCE, Tab, http, options};

/// Shows where it is, and which messages have come.
struct Desk {
    heard: Sender<String>,
}

impl Page for Desk {
    type State = Vec<String>;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>) -> Result {
        let known = ctx.session_id() == s.id;
        s.state.push(format!(
            "{:?} {:?} {:?} {:?} {:?} {known}",
            ctx.param("room"),
            ctx.query("q"),
            ctx.query("none"),
            ctx.header("x-test"),
            ctx.peer().map(|peer| peer.is_loopback()),
        ));
        Ok(())
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", Escaped(&s.state.join("; ")))?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>, e: &Event) -> Result {
        let delay = Duration::from_millis(e.get_int("ms").unwrap_or_default().unsigned_abs());
        match e.name {
            "follow" => ctx.subscribe("news"),
            "leave" => ctx.unsubscribe("news"),
            "now" => ctx.send_info("now".to_owned()),
            "later" => ctx.send_after("later".to_owned(), delay).map(drop),
            "never" => {
                let timer = ctx.send_after("never".to_owned(), delay)?;
                ctx.cancel(timer);
                ctx.send_after("after never".to_owned(), delay).map(drop)
            }
            "form" => {
                s.state.push(format!("{:?} {:?} {}", e.get("text"), e.get_int("ms"), e.get_bool("sure")));
                s.mark_all();
                Ok(())
            }
            _ => e.unknown(),
        }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
        self.heard.send(message.clone())?;
        s.state.push(message);
        s.mark_all();
        Ok(())
    }
}

fn desk(options: Options) -> (Server, std::sync::mpsc::Receiver<String>) {
    let (heard, told) = channel();
    let live = Live::new(options).page("/desk/{room}", Desk { heard });
    (live.bind("127.0.0.1:0").unwrap(), told)
}

fn shown(tab: &mut Tab, what: &str) {
    tab.until(what, |tab| tab.client.page_html().ends_with(what));
}

#[test]
fn mount_knows_the_request() {
    let (server, _told) = desk(options());
    let page = http::get(server.local_addr().unwrap(), "/desk/bees?q=a+b&q=c", "X-Test: yes\r\n");
    let shown = "Some(&quot;bees&quot;) Some(&quot;a b&quot;) None Some(&quot;yes&quot;) Some(true) true";
    assert!(page.text().contains(shown), "{}", page.text());
}

#[test]
fn a_parameter_may_hold_any_bytes() {
    let (server, _told) = desk(options());
    for (path, room) in [
        ("%3Cscript%3E", "&lt;script&gt;"),
        ("a%2Fb", "a/b"),
        ("%ff", "%ff"),
        ("%C3%A4", "ä"),
        ("%zz", "%zz"),
        ("%00", "\\0"),
        ("%22%3E", "\\&quot;&gt;"),
    ] {
        let path = format!("/desk/{path}");
        let page = http::get(server.local_addr().unwrap(), &path, "");
        let wanted = format!("Some(&quot;{room}&quot;)");
        assert!(page.status == 200 && page.text().contains(&wanted), "{path}: {}", page.text());
        let mut tab = Tab::of(server.local_addr().unwrap(), load(server.local_addr().unwrap(), &path, ""));
        tab.act("now");
        shown(&mut tab, "now");
    }
    assert_eq!(http::get(server.local_addr().unwrap(), "/desk/", "").status, 404);
}

#[test]
fn messages_come_at_once_later_or_not_at_all() {
    let (server, told) = desk(options());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/desk/a");
    tab.act("now");
    shown(&mut tab, "now");
    for name in ["later", "never"] {
        tab.send(Action::new(name).value("ms", 20));
    }
    shown(&mut tab, "after never");
    tab.send(Action::new("later").value("ms", 1));
    let heard: Vec<_> = std::iter::repeat_with(|| told.recv_timeout(PATIENCE).unwrap()).take(4).collect();
    assert_eq!(heard, ["now", "later", "after never", "later"]);
}

#[test]
fn a_topic_is_heard_from_subscribe_to_unsubscribe() {
    let (server, told) = desk(options());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/desk/a");
    let publish = |message: &str| server.pubsub().publish("news", message).unwrap();
    publish("before");
    tab.act("follow");
    publish("between");
    shown(&mut tab, "between");
    tab.act("leave");
    publish("after");
    tab.act("now");
    shown(&mut tab, "now");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["between", "now"]);
}

#[test]
fn a_timer_of_a_session_that_has_ended_tells_nobody() {
    let (ended, end) = channel();
    let options = Options {
        grace: Duration::ZERO,
        on_session_end: Some(std::sync::Arc::new(move |_| ended.send(()).unwrap())),
        ..options()
    };
    let (server, told) = desk(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/desk/a");
    tab.send(Action::new("later").value("ms", 3000));
    tab.until("an acknowledgement", |tab| tab.client.pending() == 0);
    drop(tab);
    end.recv_timeout(PATIENCE).unwrap();
    // A timer that was set after it, and fires after it.
    let mut other = Tab::new(server.local_addr().unwrap(), "/desk/a");
    other.send(Action::new("later").value("ms", 3100));
    shown(&mut other, "later");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["later"]);
}

#[test]
fn an_events_values_are_text_until_they_are_asked_for_otherwise() {
    let (server, _told) = desk(options());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/desk/a");
    let form = Action::new("form");
    tab.send(form.clone().value("text", "v").field("text", "f").field("ms", " 12 ").field("sure", "on"));
    shown(&mut tab, "Some(&quot;v&quot;) Some(12) true");
    tab.send(form.clone().field("text", "f").field("ms", "12 bees").field("sure", "no"));
    shown(&mut tab, "Some(&quot;f&quot;) None false");
    tab.send(form);
    shown(&mut tab, "None None false");
}
