//! A chat: everybody in a room sees the same messages, and who is there. Both are shared regions: rendered once for the whole room, however many are in it.

use std::collections::BTreeSet;
use std::fmt::Write;

use live_smol::live_std::Escaped;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::people::{MAX_NAME, MAX_SHOWN, People, chosen, colour, guest, initial};
use crate::rooms::{History, MAX_TEXT, Rooms};

/// The page at `/chat/{room}`. All of its sessions share the rooms.
#[derive(Debug, Default)]
pub struct ChatPage {
    rooms: Rooms,
    pub(crate) people: People,
}

/// Where a visitor is, and by what name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chat {
    room: String,
    name: String,
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
struct Messages {
    history: History,
}

#[derive(TemplateSimple)]
#[template(path = "people.stpl")]
struct Present {
    names: BTreeSet<String>,
}

/// The rooms that the page links to. Any other name is a room as well.
const ROOMS: [&str; 4] = ["lobby", "rust", "tea", "random"];

/// How many characters a room's name may have.
const MAX_ROOM: usize = 32;

impl Page for ChatPage {
    type State = Chat;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>) -> Result {
        let room = ctx.param("room").unwrap_or_default();
        if room.chars().count() > MAX_ROOM {
            return Err(Redirect::to("/chat/lobby").into());
        }
        let name = ctx.query("name").and_then(chosen).unwrap_or_else(|| guest(ctx.session_id()));
        s.state = Chat { room: room.to_owned(), name };
        if ctx.connected() { self.connection(ctx, s) } else { Ok(()) }
    }

    fn render(&self, s: &Session<Chat>, view: &mut View) -> Result {
        let room = &s.state.room;
        view.title(format_args!("#{room}"));
        view.page(|out| {
            let name = form_urlencoded::byte_serialize(s.state.name.as_bytes()).collect();
            Markup { chat: &s.state, name, csrf: s.csrf_field() }.write(out)
        });
        view.shared("messages", said(room), |out| Messages { history: self.rooms.history(room) }.write(out));
        view.shared("people", present(room), |out| Present { names: self.people.names(room) }.write(out));
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
        let Chat { room, name } = &s.state;
        self.rooms.say(room, name, e.get("text").unwrap_or_default())?;
        ctx.publish(said(room), ())?;
        s.flash.clear();
        s.mark("flash");
        s.push(Focus::on("#text"));
        Ok(())
    }

    /// Whoever has lost the connection is no longer there for the others.
    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>) -> Result {
        let Chat { room, name } = &s.state;
        if ctx.connected() {
            self.people.enter(room, s.id, name);
        } else {
            self.people.leave(room, s.id);
        }
        ctx.publish(present(room), ())
    }
}

/// The topic of what is said in a room.
fn said(room: &str) -> String {
    format!("said:{room}")
}

/// The topic of who is in it.
fn present(room: &str) -> String {
    format!("present:{room}")
}
