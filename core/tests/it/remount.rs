//! `Rollback::Remount`: what a failure leaves is a new session's state, and nothing of the old one's.

use std::sync::Arc;

use live_core::limits::MAX_TIMERS;
use live_core::{Config, Ctx, Duration, Error, Event, Machine, Page, Result, Rollback, Session, View};

use crate::common::{Catch, Decimal, Pair};

/// Ticks each second, and starts anew where it fails.
struct Clock;

impl Page for Clock {
    type State = i64;
    type Message = i64;
    const ROLLBACK: Rollback = Rollback::Remount;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>) -> Result {
        ctx.send_after(1, Duration::from_secs(1))?;
        Ok(())
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str(&s.state.to_string());
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += 100;
        s.mark_all();
        if e.name == "fail" { Err(Error::msg("no")) } else { Ok(()) }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

#[test]
fn failures_leave_one_clock_and_a_record_that_can_be_read() {
    let config = Config { durable: true, ..Config::default() };
    let mut tab = Pair::with(Clock, Decimal, config.clone());
    tab.commit();
    tab.connect(false);
    let mut record = None;
    for _ in 0..MAX_TIMERS + 6 {
        tab.click("fail");
        record = tab.commit();
    }
    let record = record.expect("a commit");
    let restored = Machine::restore(Arc::new(Clock), Decimal, Catch, &record, Arc::default(), config, true);
    assert!(restored.is_ok(), "{:?}", restored.map(drop));
    tab.advance(Duration::from_secs(1));
    tab.commit();
    assert_eq!(tab.machine.session().state, 1, "it has ticked once");
}
