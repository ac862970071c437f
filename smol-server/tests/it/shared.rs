//! Regions that many sessions look at, over real sockets.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use live_core::client::Action;
use live_smol::prelude::*;
use tungstenite::Message;

use crate::common::{Tab, options, server_of};

/// Walls that anybody writes on: what is on one is shared, and how often a visitor wrote is his own.
#[derive(Clone, Default)]
pub(crate) struct Wall {
    said: Arc<Mutex<Vec<String>>>,
    renders: Arc<Mutex<u32>>,
}

impl Page for Wall {
    type State = u32;
    type Message = ();

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(r#"<b data-lv-region="own"></b><ol data-lv-region="said"></ol>"#)?));
        view.region("own", |out| Ok(write!(out, "{}", s.state)?));
        view.shared("said", "wall", |out| {
            *self.renders.lock().unwrap() += 1;
            let said = self.said.lock().unwrap();
            Ok(said.iter().try_for_each(|text| write!(out, "<li>somebody said {}</li>", Escaped(text)))?)
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
        s.state += 1;
        s.mark("own");
        self.said.lock().unwrap().push(e.get("text").unwrap_or_default().to_owned());
        ctx.publish("wall", ())
    }
}

fn say(tab: &mut Tab, text: &str) {
    tab.send(Action::new("say").value("text", text));
}

/// The next binary message as it comes.
fn next(tab: &mut Tab) -> Vec<u8> {
    loop {
        if let Message::Binary(frame) = tab.ws.read().unwrap() {
            tab.client.receive(&frame).unwrap();
            while let Some(reply) = tab.client.reply() {
                tab.send_raw(reply);
            }
            return frame.to_vec();
        }
    }
}

fn hears(tab: &mut Tab, text: &str) {
    let end = format!("said {text}</li>");
    tab.until(text, |tab| tab.client.html("said").is_some_and(|html| html.ends_with(&end)));
}

#[test]
fn everybody_is_sent_the_same_bytes_and_it_is_rendered_once() {
    let wall = Wall::default();
    let server = server_of(options(), "/", wall.clone());
    let mut speaker = Tab::new(server.local_addr().unwrap(), "/");
    let mut room: Vec<Tab> = (0..5).map(|_| Tab::new(server.local_addr().unwrap(), "/")).collect();
    for text in ["first, which comes whole", "second"] {
        say(&mut speaker, text);
        room.iter_mut().chain([&mut speaker]).for_each(|tab| hears(tab, text));
    }
    let renders = *wall.renders.lock().unwrap();
    say(&mut speaker, "third");
    let frames: Vec<Vec<u8>> = room.iter_mut().map(next).collect();
    assert!(frames.windows(2).all(|pair| pair[0] == pair[1]), "{frames:?}");
    assert!(room[0].client.html("said").unwrap().ends_with("said third</li>"));
    hears(&mut speaker, "third");
    assert_eq!(*wall.renders.lock().unwrap(), renders + 1);
}

#[test]
fn who_connects_between_two_messages_has_both() {
    let wall = Wall::default();
    let server = server_of(options(), "/", wall);
    let mut speaker = Tab::new(server.local_addr().unwrap(), "/");
    for n in 0..20 {
        say(&mut speaker, &format!("number {n}"));
        let mut late = Tab::new(server.local_addr().unwrap(), "/");
        hears(&mut late, &format!("number {n}"));
        say(&mut speaker, &format!("and {n}"));
        hears(&mut late, &format!("and {n}"));
    }
    hears(&mut speaker, "and 19");
}

#[test]
fn who_has_not_read_for_long_catches_up() {
    let wall = Wall::default();
    let server = server_of(Options { event_burst: 1000, ..options() }, "/", wall);
    let [mut speaker, mut silent] = [(); 2].map(|()| Tab::new(server.local_addr().unwrap(), "/"));
    for n in 0..200 {
        let text = format!("{n}{}", " and so on".repeat(50));
        say(&mut speaker, &text);
        hears(&mut speaker, &text);
    }
    say(&mut speaker, "the end");
    hears(&mut speaker, "the end");
    hears(&mut silent, "the end");
    assert_eq!(silent.client.html("said"), speaker.client.html("said"));
}

#[test]
fn what_is_published_from_outside_counts_too_and_who_comes_back_has_it() {
    let wall = Wall::default();
    let server = server_of(options(), "/", wall.clone());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    wall.said.lock().unwrap().push("from outside".to_owned());
    server.pubsub().publish("wall", &()).unwrap();
    hears(&mut tab, "from outside");
    tab.vanish();
    wall.said.lock().unwrap().push("while away".to_owned());
    server.pubsub().publish("wall", &()).unwrap();
    tab.reconnect();
    hears(&mut tab, "while away");
    wall.said.lock().unwrap().push("when back".to_owned());
    server.pubsub().publish("wall", &()).unwrap();
    hears(&mut tab, "when back");
}
