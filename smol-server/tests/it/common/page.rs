//! The page under test.

use std::fmt::Write;

use live_smol::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    room: String,
    count: i64,
    notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Note {
    Said(String),
    Loaded,
}

/// Counts, talks, fails in every way.
pub(crate) struct Lab;

#[derive(Deserialize)]
struct Say {
    text: String,
}

impl Page for Lab {
    type State = State;
    type Message = Note;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>) -> Result {
        s.state.room = ctx.param("room").unwrap_or_default().to_owned();
        match s.state.room.as_str() {
            "elsewhere" => return Err(Redirect::to("/login").into()),
            "broken" => return Err(Error::msg("the lab is on fire")),
            "panic" => panic!("mount panics"),
            _ => {}
        }
        ctx.subscribe(format!("room:{}", s.state.room))?;
        ctx.spawn(async { Note::Loaded })
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.title(format_args!("Lab {}", s.state.room));
        view.page(|out| {
            out.push_str(
                "<h1>Lab</h1><b data-lv-region=\"count\"></b><p data-lv-region=\"flash\"></p>\
                 <ul data-lv-region=\"notes\"></ul>",
            );
            out.push_str(&s.csrf_field());
            Ok(())
        });
        view.region("count", |out| Ok(write!(out, "{}", s.state.count)?));
        view.region("flash", |out| Ok(out.write_str(&s.flash.error.join(" "))?));
        view.region("notes", |out| {
            s.state.notes.iter().try_for_each(|note| write!(out, "<li>{note}</li>"))?;
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        match e.name {
            "inc" => s.state.count += e.get_int("by").unwrap_or(1),
            "say" => {
                let Say { text } = e.form()?;
                let room = format!("room:{}", s.state.room);
                ctx.publish(room, Note::Said(text))?;
            }
            "who" => s.state.notes.push(s.user_id.clone().unwrap_or_else(|| "nobody".into())),
            "later" => {
                ctx.send_after(Note::Said("later".into()), std::time::Duration::from_millis(20))?;
            }
            "big" => s.state.notes.push("x".repeat(100_000)),
            "go" => s.push(Redirect::to("/there")),
            "refuse" => {
                s.state.count += 1;
                s.mark("count");
                return e.refuse();
            }
            "fail" => {
                s.state.count = 1000;
                return Err(Error::msg("broken"));
            }
            "tell" => return Err(RecoverableError::new("Not today.").into()),
            "panic" => {
                s.state.count = 1000;
                panic!("handle panics");
            }
            "task" => ctx.spawn(async { panic!("a task panics") })?,
            _ => return e.unknown(),
        }
        s.mark_all();
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, message: Note) -> Result {
        s.state.notes.push(match message {
            Note::Said(text) => text,
            Note::Loaded => "loaded".to_owned(),
        });
        s.mark("notes");
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<State>, topic: &str) -> Result {
        s.state.notes.push(format!("missed {topic}"));
        s.mark("notes");
        Ok(())
    }
}
