//! A chat: rooms that many browsers share. News are messages on the bus; history and people are kept in the page's own value.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use live_smol::live_std::Escaped;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::people::{MAX_NAME, MAX_SHOWN, People, chosen, colour, guest, initial};
use crate::rooms::{History, MAX_TEXT, News, Rooms};

/// The page at `/chat/{room}`. All of its sessions share the rooms.
#[derive(Debug, Default)]
pub struct ChatPage {
    rooms: Rooms,
    pub(crate) people: People,
}

/// What one browser tab shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chat {
    room: String,
    name: String,
    messages: History,
    people: Arc<BTreeSet<String>>,
}

#[derive(TemplateSimple)]
#[template(path = "chat.stpl")]
struct Markup<'a> {
    chat: &'a Chat,
    /// The visitor's name as a part of a URL, for the links to other rooms.
    name: String,
    csrf: String,
}

#[derive(TemplateSimple)]
#[template(path = "messages.stpl")]
struct Messages<'a> {
    chat: &'a Chat,
}

#[derive(TemplateSimple)]
#[template(path = "people.stpl")]
struct Present<'a> {
    chat: &'a Chat,
}

/// The rooms that the page links to. Any other name is a room as well.
const ROOMS: [&str; 4] = ["lobby", "rust", "tea", "random"];

/// How many characters a room's name may have.
const MAX_ROOM: usize = 32;

impl Page for ChatPage {
    type State = Chat;
    type Message = News;

    /// Subscribes before it reads the history, so that nothing falls between the two.
    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>) -> Result {
        let room = ctx.param("room").unwrap_or_default();
        if room.chars().count() > MAX_ROOM {
            return Err(Redirect::to("/chat/lobby").into());
        }
        ctx.subscribe(topic(room))?;
        let name = ctx.query("name").and_then(chosen).unwrap_or_else(|| guest(ctx.session_id()));
        s.state = Chat { room: room.to_owned(), name, ..Chat::default() };
        if ctx.connected() {
            self.connection(ctx, s)?;
        }
        self.load(s);
        Ok(())
    }

    fn render(&self, s: &Session<Chat>, view: &mut View) -> Result {
        view.title(format_args!("#{}", s.state.room));
        view.page(|out| {
            let name = form_urlencoded::byte_serialize(s.state.name.as_bytes()).collect();
            Markup { chat: &s.state, name, csrf: s.csrf_field() }.write(out)
        });
        view.region("messages", |out| Messages { chat: &s.state }.write(out));
        view.region("people", |out| Present { chat: &s.state }.write(out));
        view.region("flash", |out| {
            s.flash.error.iter().try_for_each(|text| Ok(write!(out, "{}", Escaped(text))?))
        });
        Ok(())
    }

    /// The field empties by itself when the message is taken, and keeps what was typed when it isn't.
    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>, e: &Event) -> Result {
        if e.name != "send" {
            return e.unknown();
        }
        let message = self.rooms.say(&s.state.room, &s.state.name, e.get("text").unwrap_or_default())?;
        s.state.messages.add(message.clone());
        s.flash.clear();
        s.mark(["messages", "flash"]);
        s.push(Focus::on("#text"));
        ctx.publish(topic(&s.state.room), News::Said(message))
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Chat>, news: News) -> Result {
        match news {
            News::Said(message) => {
                s.state.messages.add(message);
                s.mark("messages");
            }
            News::People => {
                s.state.people = self.people.names(&s.state.room);
                s.mark("people");
            }
        }
        Ok(())
    }

    /// Whoever has lost the connection is no longer there for the others.
    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>) -> Result {
        let Chat { room, name, .. } = &s.state;
        if ctx.connected() {
            self.people.enter(room, s.id, name);
        } else {
            self.people.leave(room, s.id);
        }
        ctx.publish(topic(room), News::People)
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<Chat>, _: &str) -> Result {
        self.load(s);
        Ok(())
    }
}

impl ChatPage {
    fn load(&self, s: &mut Session<Chat>) {
        s.state.messages = self.rooms.history(&s.state.room);
        s.state.people = self.people.names(&s.state.room);
        s.mark(["messages", "people"]);
    }
}

fn topic(room: &str) -> String {
    format!("room:{room}")
}
