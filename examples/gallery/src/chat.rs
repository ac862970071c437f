//! A chat: rooms that many browsers share, by messages on the bus and a history in the page's own value.

use std::fmt::Write;
use std::sync::Arc;

use live_smol::live_std::Escaped;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::rooms::{History, Message, Rooms};

/// The page at `/chat/{room}`. All of its sessions share the rooms.
#[derive(Debug, Default)]
pub struct ChatPage {
    rooms: Rooms,
}

/// What one browser tab shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chat {
    room: String,
    name: String,
    messages: History,
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

/// The rooms that the page links to. Any other name is a room as well.
const ROOMS: [&str; 4] = ["lobby", "rust", "tea", "random"];

/// How many characters a room's name, a visitor's name, and a message may have.
const MAX_ROOM: usize = 32;
const MAX_NAME: usize = 24;
const MAX_TEXT: usize = 280;

impl Page for ChatPage {
    type State = Chat;
    type Message = Arc<Message>;

    /// Subscribes before it reads the history, so that nothing falls between the two.
    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Chat>) -> Result {
        let room = ctx.param("room").unwrap_or_default();
        if room.chars().count() > MAX_ROOM {
            return Err(Redirect::to("/chat/lobby").into());
        }
        ctx.subscribe(topic(room))?;
        let name = ctx.query("name").and_then(chosen).unwrap_or_else(|| guest(ctx.session_id()));
        s.state = Chat { room: room.to_owned(), name, messages: self.rooms.history(room) };
        Ok(())
    }

    fn render(&self, s: &Session<Chat>, view: &mut View) -> Result {
        view.title(format_args!("#{}", s.state.room));
        view.page(|out| {
            let name = form_urlencoded::byte_serialize(s.state.name.as_bytes()).collect();
            Markup { chat: &s.state, name, csrf: s.csrf_field() }.write(out)
        });
        view.region("messages", |out| Messages { chat: &s.state }.write(out));
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
        let text = e.get("text").unwrap_or_default().trim();
        check(text)?;
        let message = self.rooms.say(&s.state.room, &s.state.name, text)?;
        s.state.messages.add(message.clone());
        s.flash.clear();
        s.mark(["messages", "flash"]);
        s.push(Focus::on("#text"));
        ctx.publish(topic(&s.state.room), message)
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Chat>, message: Arc<Message>) -> Result {
        s.state.messages.add(message);
        s.mark("messages");
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<Chat>, _: &str) -> Result {
        s.state.messages = self.rooms.history(&s.state.room);
        s.mark("messages");
        Ok(())
    }
}

fn topic(room: &str) -> String {
    format!("room:{room}")
}

fn check(text: &str) -> Result {
    match text.chars().count() {
        0 => Err(RecoverableError::new("Write something first.").into()),
        1..=MAX_TEXT => Ok(()),
        n => Err(RecoverableError::new(format!("That is {n} characters; {MAX_TEXT} is the most.")).into()),
    }
}

/// The name that the visitor asks for, if there is anything in it.
fn chosen(name: &str) -> Option<String> {
    let name: String = name.trim().chars().take(MAX_NAME).collect();
    (!name.is_empty()).then_some(name)
}

/// A friendly name for a visitor who gave none: the same for the first response and the connection that follows it.
fn guest(session: SessionId) -> String {
    const MANNERS: [&str; 8] = ["Brave", "Calm", "Curious", "Gentle", "Merry", "Quick", "Quiet", "Wise"];
    const ANIMALS: [&str; 8] = ["Carp", "Crane", "Frog", "Heron", "Newt", "Otter", "Swan", "Turtle"];
    let [manner, animal, ..] = session.as_bytes().map(|byte| usize::from(byte % 8));
    format!("{} {}", MANNERS[manner], ANIMALS[animal])
}
