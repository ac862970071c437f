//! Every command that the server may give the browser, and every way in which page code may fail.

use std::collections::VecDeque;
use std::fmt::Write;

use live_smol::live_std::Escaped;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::acts::{Act, COMMANDS, ERRORS};
use crate::reports::topic;

/// The page at `/commands`.
#[derive(Debug)]
pub struct CommandsPage;

/// What one browser tab has done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Done {
    count: u64,
    /// The last of it, the newest first.
    lines: VecDeque<String>,
    /// Makes the next render fail.
    broken: bool,
    mended: u64,
}

/// How many lines are shown.
const KEPT: usize = 6;

#[derive(TemplateSimple)]
#[template(path = "commands.stpl")]
struct Markup {
    parts: [(&'static str, &'static [Act]); 2],
    csrf: String,
}

#[derive(TemplateSimple)]
#[template(path = "commands_log.stpl")]
struct Log<'a> {
    done: &'a Done,
}

impl Page for CommandsPage {
    type State = Done;
    /// What `on_error` was told.
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Done>) -> Result {
        ctx.subscribe(topic(ctx.session_id()))
    }

    fn render(&self, s: &Session<Done>, view: &mut View) -> Result {
        view.title("Commands and errors");
        view.page(|out| {
            Markup { parts: [("Commands", COMMANDS), ("Errors", ERRORS)], csrf: s.csrf_field() }.write(out)
        });
        view.region("log", |out| Log { done: &s.state }.write(out));
        view.region("flash", |out| {
            s.flash.error.iter().try_for_each(|text| Ok(write!(out, "{}", Escaped(text))?))
        });
        view.region("fragile", |out| match s.state.broken {
            true => Err(Error::msg("this region has nothing to show")),
            false => Ok(write!(out, "whole, mended {} ×", s.state.mended)?),
        });
        Ok(())
    }

    /// Each event is counted first. Where it fails after that, the count is put back.
    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Done>, e: &Event) -> Result {
        s.flash.clear();
        s.mark(["flash", "log"]);
        s.state.note(e);
        match e.name {
            "redirect" if e.get_bool("replace") => s.push(Redirect::to("/counter").replacing()),
            "redirect" => s.push(Redirect::to("/counter")),
            "focus" => s.push(Focus::on("#field")),
            "reset" => s.push(Reset::field("#field")),
            "scroll" => s.push(Scroll::to("#goal").block(block(e)?)),
            "top" => s.push(Scroll::default()),
            "download" => s.push(Download::new("/source/commands.rs", "my_page.rs")),
            "measure" => s.push(Js::call("measure").arg("selector", "#field")),
            "measured" => {}
            "refuse" => {
                return Err(RecoverableError::new("The tea has run out. Choose something else.").into());
            }
            "fail" => return Err(Error::msg("the store is closed")),
            "panic" => panic!("the pot broke"),
            "break" => {
                s.state.broken = true;
                s.mark("fragile");
            }
            _ => return e.unknown(),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Done>, report: String) -> Result {
        s.state.tell(format!("on_error was told: {report}"));
        s.mark("log");
        mend(s);
        Ok(())
    }

    /// A report may be among it.
    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<Done>, _: &str) -> Result {
        mend(s);
        Ok(())
    }
}

fn mend(s: &mut Session<Done>) {
    s.state.mended += u64::from(std::mem::take(&mut s.state.broken));
    s.mark("fragile");
}

fn block(e: &Event) -> Result<Block> {
    let blocks = [Block::Start, Block::Center, Block::End, Block::Nearest];
    let named = blocks.into_iter().find(|block| e.get("block") == Some(block.as_str()));
    named.ok_or_else(|| Error::msg("there is no such block"))
}

impl Done {
    fn note(&mut self, e: &Event) {
        self.count += 1;
        let mut line = format!("{} {}", self.count, e.name);
        for (name, value) in e.values.iter() {
            line += &format!(", {name} {value}");
        }
        self.tell(line);
    }

    fn tell(&mut self, line: String) {
        self.lines.push_front(line.chars().take(120).collect());
        self.lines.truncate(KEPT);
    }
}
