//! `Reset`: the command says which event it was pushed for, so that what was typed since then stays.

use std::sync::Arc;

use live_core::client::{Action, Heard};
use live_core::wire::ServerFrame;
use live_core::{
    Command, Config, Ctx, Duration, Event, Machine, Page, Redirect, Reset, Result, Session, View,
};

use crate::common::{Catch, Decimal, Pair};

/// Resets fields from each call.
struct Desk;

impl Page for Desk {
    type State = i64;
    type Message = i64;

    fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        s.push(Reset::form("#mounted"));
        Ok(())
    }

    fn render(&self, _: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str("<form id=f><input name=a></form>");
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "clear" => s.push(Reset::field("[name=a]")),
            "both" => {
                s.push(Reset::form("#f"));
                s.push(Reset { selector: "#g".into(), event: 999 });
            }
            "refuse" => {
                s.push(Reset::form("#f"));
                return e.refuse();
            }
            "fail" => {
                s.push(Reset::form("#never"));
                return Err(Redirect::to("/away").into());
            }
            "later" => drop(ctx.send_after(1, Duration::from_secs(1))?),
            _ => {}
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, _: i64) -> Result {
        s.push(Reset::form("#later"));
        Ok(())
    }
}

fn resets<C: live_core::PageCodec<Desk>>(pair: &mut Pair<Desk, C>) -> Vec<(String, u64)> {
    let heard = std::mem::take(&mut pair.heard).into_iter();
    let resets = heard.filter_map(|heard| match heard {
        Heard::Command(Command::Reset(Reset { selector, event })) => Some((selector, event)),
        _ => None,
    });
    resets.collect()
}

fn of(selector: &str, event: u64) -> (String, u64) {
    (selector.to_owned(), event)
}

#[test]
fn a_reset_has_the_number_of_the_event_that_pushed_it() {
    let mut pair = Pair::new(Desk);
    pair.connect(false);
    assert_eq!(resets(&mut pair), [of("#mounted", 0)]);
    pair.click("other").click("clear");
    assert_eq!(resets(&mut pair), [of("[name=a]", 2)]);
    pair.click("both");
    assert_eq!(resets(&mut pair), [of("#f", 3), of("#g", 3)], "whatever the page says");
    pair.click("refuse").click("fail");
    assert_eq!(resets(&mut pair), [of("#f", 4)], "with a refusal; not with what is undone");
    pair.click("later").advance(Duration::from_secs(1));
    assert_eq!(resets(&mut pair), [of("#later", 0)]);
}

#[test]
fn resets_of_events_that_share_a_frame_keep_their_numbers() {
    let mut pair = Pair::new(Desk);
    pair.connect(false);
    pair.heard.clear();
    for event in ["clear", "other", "clear"] {
        let frame = pair.client.send(Action::new(event));
        let received = live_core::wire::Received::new(&frame);
        pair.machine.handle(live_core::Input::Frame(&received), pair.now);
    }
    let before = pair.frames.len();
    pair.settle();
    assert_eq!(pair.frames.len(), before + 1);
    assert_eq!(resets(&mut pair), [of("[name=a]", 1), of("[name=a]", 3)]);
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    assert_eq!(update.commands.len(), 2);
}

#[test]
fn a_reset_outlives_a_crash_with_its_number() {
    let config = Config { durable: true, ..Config::default() };
    let mut pair = Pair::with(Desk, Decimal, config.clone());
    pair.commit();
    pair.connect(false).click("clear");
    let record = pair.commits.pop().expect("a commit");
    let machine = Machine::restore(Arc::new(Desk), Decimal, Catch, &record, Arc::default(), config, true);
    let mut next = Pair::of(machine.unwrap(), pair.now);
    next.client = pair.client;
    next.commit();
    next.connect(true);
    assert_eq!(resets(&mut next), [of("[name=a]", 1)]);
}
