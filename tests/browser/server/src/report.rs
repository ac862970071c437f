//! A page whose data comes from a task of `mount`, as from a database.

use std::fmt::Write;
use std::time::Duration;

use live_smol::prelude::*;
use live_smol::unblock;
use serde::{Deserialize, Serialize};

pub(crate) struct Report;

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    rows: Vec<String>,
    clicks: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Loaded {
    Names(Vec<String>),
    Totals(Vec<String>),
}

/// What a query takes.
const QUERY: Duration = Duration::from_millis(150);

impl Page for Report {
    type State = State;
    type Message = Loaded;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<State>) -> Result {
        ctx.spawn(unblock(|| {
            std::thread::sleep(QUERY);
            Loaded::Names(vec!["Ada".into(), "Grace".into()])
        }))
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.title("Report");
        view.page(|out| {
            *out += "<h1>Report</h1><ol data-lv-region=\"rows\"></ol>\
                     <button data-lv-click=\"count\">Count</button> <output data-lv-region=\"clicks\"></output>";
            Ok(())
        });
        view.region("rows", |out| {
            s.state.rows.iter().try_for_each(|row| write!(out, "<li>{row}</li>"))?;
            Ok(())
        });
        view.region("clicks", |out| Ok(write!(out, "{}", s.state.clicks)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<State>, _: &Event) -> Result {
        s.state.clicks += 1;
        s.mark("clicks");
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, loaded: Loaded) -> Result {
        s.mark("rows");
        match loaded {
            Loaded::Totals(rows) => s.state.rows = rows,
            Loaded::Names(names) => ctx.spawn(unblock(move || {
                std::thread::sleep(QUERY);
                Loaded::Totals(names.iter().map(|name| format!("{name}: {}", name.len())).collect())
            }))?,
        }
        Ok(())
    }
}
