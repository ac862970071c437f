//! A page of nested and dynamic regions, and random steps that patch a child, re-render a parent, add, move and remove rows.
#![allow(missing_docs, unreachable_pub, reason = "a page for tests, compiled into several of them")]

use std::fmt::Write;

use live_core::{Ctx, Error, Event, Page, Result, Session, View};
use serde::{Deserialize, Serialize};

/// Groups of rows: a region `groups` holds a region for each group, and that one for each row.
#[derive(Clone, Copy, Debug)]
pub struct Board;

#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct State {
    pub groups: Vec<Group>,
    pub footer: bool,
    pub nudges: usize,
}

/// Changes the footer, and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Nudge;

#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Group {
    pub id: u32,
    pub rows: Vec<(u32, String)>,
}

impl Page for Board {
    type State = State;
    type Message = Nudge;

    /// `?steps=3,1,4` starts where these steps lead.
    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>) -> Result {
        for seed in ctx.query("steps").unwrap_or_default().split_terminator(',') {
            step(s, seed.parse()?);
        }
        Ok(())
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        let state = &s.state;
        view.title(format_args!("{} groups", state.groups.len()));
        view.page(|out| {
            write!(out, "<section data-lv-region=\"groups\"></section>")?;
            if state.footer {
                write!(out, "<footer class=\"f\" data-lv-region=\"footer\"></footer>")?;
            }
            Ok(())
        });
        view.region("groups", |out| {
            for group in &state.groups {
                write!(out, "<ul id=\"g{0}\" data-lv-region=\"group:{0}\"></ul>", group.id)?;
            }
            Ok(())
        });
        view.region("footer", |out| {
            let rows: usize = state.groups.iter().map(|group| group.rows.len()).sum();
            Ok(write!(out, "{rows} rows, {} nudges", state.nudges)?)
        });
        view.regions("group:", |id, out| {
            let group =
                state.groups.iter().find(|group| group.id.to_string() == id).ok_or(Error::msg("group"))?;
            for (row, _) in &group.rows {
                write!(out, "<li id=\"r{row}\" data-lv-region=\"row:{row}\"></li>")?;
            }
            Ok(())
        });
        view.regions("row:", |id, out| {
            let mut rows = state.groups.iter().flat_map(|group| &group.rows);
            let (_, text) = rows.find(|(row, _)| row.to_string() == id).ok_or(Error::msg("row"))?;
            Ok(write!(out, "<b>{text}</b>")?)
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        step(s, e.get_int("seed").ok_or(Error::msg("seed"))? as u64);
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, Nudge: Nudge) -> Result {
        s.state.nudges += 1;
        s.state.footer = true;
        s.mark(["", "footer"]);
        Ok(())
    }
}

/// One random change, with exactly the marks that it needs.
pub fn step(s: &mut Session<State>, seed: u64) {
    let mut seed = seed;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    let state = &mut s.state;
    let mut marks: Vec<String> = vec!["footer".into()];
    let (from, to) = (random(state.groups.len()), random(state.groups.len()));
    match random(9) {
        0 => {
            let id = random(1000) as u32;
            if state.groups.iter().all(|group| group.id != id) {
                state.groups.insert(to, Group { id, rows: Vec::new() });
            }
            marks.push("groups".into());
        }
        1 if state.groups.len() > 3 => {
            state.groups.remove(from);
            marks.push("groups".into());
        }
        2 => {
            state.footer = !state.footer;
            marks.push(String::new());
        }
        3 if !state.groups.is_empty() => {
            let group = state.groups.remove(from);
            state.groups.insert(to, group);
            marks.push("groups".into());
        }
        4 | 5 if !state.groups.is_empty() => {
            let row = random(1_000_000) as u32;
            let at = random(state.groups[to].rows.len() + 1);
            state.groups[to].rows.insert(at, (row, format!("new {row}")));
            marks.push(format!("group:{}", state.groups[to].id));
        }
        6 if !state.groups.is_empty() && !state.groups[from].rows.is_empty() => {
            // To another group: its content has to come along.
            let at = random(state.groups[from].rows.len());
            let row = state.groups[from].rows.remove(at);
            state.groups[to].rows.push(row);
            marks.extend([from, to].map(|at| format!("group:{}", state.groups[at].id)));
        }
        7 if !state.groups.is_empty() && !state.groups[from].rows.is_empty() => {
            let at = random(state.groups[from].rows.len());
            state.groups[from].rows.remove(at);
            marks.push(format!("group:{}", state.groups[from].id));
        }
        _ => {
            if let Some((row, text)) = state.groups.get_mut(from).and_then(|group| group.rows.last_mut()) {
                *text = format!("edit {} é", random(100));
                marks.push(format!("row:{row}"));
            }
        }
    }
    s.mark(marks);
}
