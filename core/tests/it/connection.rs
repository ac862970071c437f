//! `Page::connection`: the page is told when its browser goes and comes back.

use std::fmt::Write;
use std::sync::Arc;

use live_core::{
    CodecError, CommitError, Config, Ctx, Effect, Input, Machine, Page, PageCodec, Request, Result, Session,
    StateCodec, View,
};

use crate::common::{Catch, Pair};

/// Writes down what it is told.
struct Presence;

impl Page for Presence {
    type State = String;
    type Message = ();

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state)?));
        Ok(())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>) -> Result {
        s.state += if ctx.connected() { "back " } else { "gone " };
        s.mark_all();
        ctx.publish("presence", ())
    }
}

#[derive(Clone, Copy, Debug)]
struct Text;

impl StateCodec<String> for Text {
    fn encode(&self, state: &String, out: &mut Vec<u8>) -> Result<(), CodecError> {
        out.extend(state.as_bytes());
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<String, CodecError> {
        String::from_utf8(bytes.to_vec()).map_err(|error| CodecError::new(error.to_string()))
    }
}

fn connected() -> Pair<Presence> {
    let mut pair = Pair::new(Presence);
    pair.connect(false);
    pair
}

fn lose<C: PageCodec<Presence>>(pair: &mut Pair<Presence, C>) {
    pair.machine.handle(Input::Closed, pair.now);
    pair.settle();
}

impl StateCodec<()> for Text {
    fn encode(&self, (): &(), _: &mut Vec<u8>) -> Result<(), CodecError> {
        Ok(())
    }

    fn decode(&self, _: &[u8]) -> Result<(), CodecError> {
        Ok(())
    }
}

#[test]
fn a_page_is_told_of_each_loss_and_each_return_once() {
    let mut pair = connected();
    assert_eq!(pair.machine.session().state, "", "the first connection is mount's");
    lose(&mut pair);
    lose(&mut pair);
    assert_eq!(pair.machine.session().state, "gone ");
    assert!(matches!(pair.effects[..], [Effect::Publish { .. }]), "at once, with nobody there");
    pair.connect(true);
    assert_eq!(pair.client.page_html(), "gone back ");
    pair.connect(true);
    assert_eq!(pair.client.page_html(), "gone back ", "a connection that takes over is no return");
}

#[test]
fn a_restored_session_comes_back_and_one_for_a_form_is_never_there() {
    let record = Pair::with(Presence, Text, Config::default()).machine.record().unwrap();
    let restore = |live| {
        Machine::restore(
            Arc::new(Presence),
            Text,
            Catch,
            &record,
            Arc::new(Request::default()),
            Config::default(),
            live,
        )
        .unwrap()
    };
    let now = connected().now;
    let mut pair = Pair::of(restore(true), now);
    pair.connect(true);
    assert_eq!(pair.machine.session().state, "back ");
    let mut form = Pair::of(restore(false), now);
    form.connect(false);
    assert_eq!(form.machine.session().state, "");
}

#[test]
fn behind_a_commit_the_page_is_told_how_it_is_by_then() {
    let config = Config { durable: true, ..Config::default() };
    let mut pair = Pair::with(Presence, Text, config);
    pair.connect(false);
    let first = pair.commits.pop().expect("the mount is committed");
    lose(&mut pair);
    pair.connect(true);
    lose(&mut pair);
    assert_eq!(pair.machine.session().state, "", "the store has not answered");
    let failed = Input::CommitFailed { generation: first.generation, error: CommitError::Unavailable };
    pair.machine.handle(failed, pair.now);
    pair.advance(live_core::Duration::from_secs(1));
    let again = pair.commits.pop().expect("another try");
    pair.machine.handle(Input::Committed { generation: again.generation }, pair.now);
    pair.settle();
    assert_eq!(pair.machine.session().state, "gone ");
}
