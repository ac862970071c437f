//! The page: a number that clicks and a timer count up.

use core::fmt::Write;

use live_core::{Ctx, Duration, Event, Page, Result, Session, View};

pub struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.title("Counter");
        view.page(|out| Ok(out.write_str(r#"<output data-lv-region="count"></output>"#)?));
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "inc" => add(s, e.get_int("n").unwrap_or(1)),
            "later" => drop(ctx.send_after((), Duration::from_secs(1))?),
            _ => return e.unknown(),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, (): ()) -> Result {
        add(s, 1);
        Ok(())
    }
}

fn add(s: &mut Session<i64>, n: i64) {
    s.state += n;
    s.mark("count");
}
