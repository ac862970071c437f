//! A page that does what development mode warns of.

use std::fmt::Write;
use std::time::{Duration, Instant};

use live_core::{Ctx, Error, Event, Page, RecoverableError, Result, Session, View};
use serde::{Deserialize, Serialize};

/// Its buttons are its mistakes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mistakes;

#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    renders: u32,
    /// How long a render takes, in milliseconds.
    slow: u64,
    twice: bool,
}

impl Page for Mistakes {
    type State = State;
    type Message = ();

    /// `?fail` is a mount that fails.
    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<State>) -> Result {
        match ctx.query("fail") {
            Some(_) => {
                Err(RecoverableError::new("no <list>").caused_by(Error::msg("the disk is full")).into())
            }
            None => Ok(()),
        }
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.page(|out| {
            for name in ["slow", "twice", "unknown", "chain"] {
                write!(out, "<button data-lv-click=\"{name}\">{name}</button>")?;
            }
            Ok(write!(out, "<input id=\"field\"><p id=\"out\" data-lv-region=\"out\"></p>")?)
        });
        view.region("out", |out| {
            work(Duration::from_millis(s.state.slow));
            let again = if s.state.twice { "<i id=\"field\"></i>" } else { "" };
            Ok(write!(out, "{}{again}", s.state.renders)?)
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        s.state.renders += 1;
        s.mark("out");
        match e.name {
            "slow" => s.state.slow = 30,
            "twice" => s.state.twice = true,
            "chain" => {
                let cause =
                    RecoverableError::new("the table is locked").caused_by(Error::msg("the disk is full"));
                return Err(NotSaved(cause).into());
            }
            _ => return e.unknown(),
        }
        Ok(())
    }
}

/// Keeps the processor busy, as a slow template does.
fn work(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[derive(Debug)]
struct NotSaved(RecoverableError);

impl std::fmt::Display for NotSaved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the entry wasn't saved")
    }
}

impl std::error::Error for NotSaved {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
