//! A page without marks: a dialog with fields in it, a list that may run empty, and branches that move from one place to another.

use std::fmt::Write;

use live_smol::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) struct Dialog;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State {
    is_open: bool,
    tasks: Vec<u32>,
    /// The branch hangs on the right.
    right: bool,
    /// How often anything was done.
    acts: u32,
}

impl Default for State {
    fn default() -> Self {
        Self { is_open: false, tasks: vec![1, 2], right: false, acts: 0 }
    }
}

/// Moves the branch, as somebody else would.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Move;

impl Page for Dialog {
    type State = State;
    type Message = Move;
    const MARKING: Marking = Marking::Automatic;

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        let state = &s.state;
        view.title("Dialog");
        view.page(|out| {
            *out += "<h1>Dialog</h1>\
                 <button data-lv-click=\"toggle\">Toggle</button>\
                 <button data-lv-click=\"remove\">Remove</button>\
                 <button data-lv-click=\"add\">Add</button>\
                 <button data-lv-click=\"move\">Move</button>\
                 <button data-lv-click=\"move-soon\">Move soon</button>\
                 <p>Acts: <output data-lv-region=\"acts\"></output></p>\
                 <ul data-lv-region=\"tasks\"></ul>\
                 <div data-lv-region=\"left\"></div><div data-lv-region=\"right\"></div>";
            if state.is_open {
                *out += "<div role=\"dialog\" data-lv-region=\"dialog\"></div>";
            }
            Ok(())
        });
        view.region("acts", |out| Ok(write!(out, "{}", state.acts)?));
        view.region("dialog", |out| Ok(out.write_str("<form data-lv-region=\"fields\"></form>")?));
        view.region("fields", |out| Ok(out.write_str("<label>Name <input name=\"name\"></label>")?));
        view.region("tasks", |out| {
            state.tasks.iter().try_for_each(|task| {
                write!(out, "<li id=\"task-{task}\" data-lv-region=\"task:{task}\"></li>")
            })?;
            Ok(())
        });
        view.regions("task:", |key, out| {
            let task = state.tasks.iter().find(|task| task.to_string() == key);
            let task = task.ok_or_else(|| Error::msg("there is no such task"))?;
            Ok(write!(out, "Task {task}")?)
        });
        for (side, is_here) in [("left", !state.right), ("right", state.right)] {
            view.region(side, |out| {
                let branch = if is_here { "<div data-lv-region=\"branch\"></div>" } else { "" };
                Ok(write!(out, "{side} {branch}")?)
            });
        }
        view.region("branch", |out| Ok(out.write_str("branch <i data-lv-region=\"twig\"></i>")?));
        view.region("twig", |out| Ok(out.write_str("twig <b data-lv-region=\"leaf\"></b>")?));
        view.region("leaf", |out| Ok(out.write_str("leaf")?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        match e.name {
            "toggle" => s.state.is_open ^= true,
            "remove" => drop(s.state.tasks.pop()),
            "add" => s.state.tasks.push(s.state.acts + 10),
            "move" => s.state.right ^= true,
            "move-soon" => drop(ctx.send_after(Move, std::time::Duration::from_millis(700))?),
            _ => return e.unknown(),
        }
        s.state.acts += 1;
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, _: Move) -> Result {
        s.state.right ^= true;
        Ok(())
    }
}
