//! The commit exchange: nothing of an event is sent before it is durable (rule R3), and a record restores a session.

use std::fmt::Write;
use std::sync::Arc;

use live_core::client::{Action, Client, Heard};
use live_core::limits::MAX_INBOX;
use live_core::wire::Reason;
use live_core::{
    Claim, CommitError, Config, Ctx, Duration, Effect, Event, Focus, Input, Machine, Page, Record,
    RecordError, Result, Session, View,
};

use crate::common::{Catch, Decimal, ID, Pair};

#[derive(Debug)]
struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = i64;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>) -> Result {
        ctx.subscribe("numbers")
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += e.get_int("n").unwrap_or(1);
        s.mark_all();
        s.push(Focus::on("#x"));
        ctx.publish("numbers", s.state)
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

fn durable() -> Config {
    Config { durable: true, ..Config::default() }
}

/// A connected pair whose mount is committed.
fn connected() -> Pair<Counter, Decimal> {
    let mut pair = Pair::with(Counter, Decimal, durable());
    pair.settle();
    commit(&mut pair);
    pair.connect(false);
    pair
}

fn commit(pair: &mut Pair<Counter, Decimal>) -> Record {
    let record = pair.commits.pop().expect("a commit is due");
    pair.machine.handle(Input::Committed { generation: record.generation }, pair.now);
    pair.settle();
    record
}

#[test]
fn nothing_is_sent_before_the_commit() {
    let mut pair = connected();
    pair.effects.clear();
    let before = pair.frames.len();
    pair.click("inc");
    assert_eq!((pair.frames.len(), pair.effects.len(), pair.client.page_html().as_str()), (before, 0, "0"));
    commit(&mut pair);
    assert_eq!((pair.client.page_html().as_str(), pair.client.pending()), ("1", 0));
    assert!(matches!(pair.effects[..], [Effect::Publish { .. }]));
}

#[test]
fn inputs_wait_for_the_commit_and_share_the_next() {
    let mut pair = connected();
    pair.click("inc");
    for _ in 0..3 {
        pair.click("inc");
    }
    pair.message(10);
    assert_eq!(pair.machine.session().state, 1);
    commit(&mut pair);
    assert_eq!(pair.machine.session().state, 14);
    assert_eq!(commit(&mut pair).generation, 3);
    assert_eq!((pair.client.page_html().as_str(), pair.client.pending()), ("14", 0));
}

#[test]
fn a_full_inbox_stops_reading_and_turns_messages_into_missed() {
    let mut pair = connected();
    pair.click("inc");
    for _ in 0..MAX_INBOX {
        assert!(pair.machine.is_ready());
        pair.message(1);
    }
    assert!(!pair.machine.is_ready());
    for _ in 0..100 {
        pair.message(1);
    }
    commit(&mut pair);
    assert_eq!(pair.machine.session().state, 1 + MAX_INBOX as i64);

    let mut pair = connected();
    for _ in 0..=MAX_INBOX + 1 {
        pair.click("inc");
    }
    assert_eq!(pair.closed, Some(Reason::Rate), "a driver that goes on reading loses the connection");
}

#[test]
fn a_store_that_cannot_write_is_asked_again_and_nothing_is_acknowledged() {
    let mut pair = connected();
    pair.click("inc");
    for _ in 0..3 {
        let record = pair.commits.pop().expect("a commit is due");
        let failed = Input::CommitFailed { generation: record.generation, error: CommitError::Unavailable };
        pair.machine.handle(failed, pair.now);
        pair.settle();
        pair.message(1);
        assert_eq!((pair.client.page_html().as_str(), pair.client.pending()), ("0", 1));
        assert!(pair.commits.is_empty());
        pair.advance(Duration::from_secs(1));
    }
    commit(&mut pair);
    assert_eq!(pair.client.pending(), 0);
}

#[test]
fn a_fenced_session_closes() {
    let mut pair = connected();
    pair.click("inc");
    let record = pair.commits.pop().unwrap();
    let fenced = Input::CommitFailed { generation: record.generation, error: CommitError::Fenced };
    pair.machine.handle(fenced, pair.now);
    pair.settle();
    assert_eq!((pair.closed, pair.client.pending()), (Some(Reason::Restart), 1));
}

#[test]
fn a_message_commits_within_a_second() {
    let mut pair = connected();
    pair.message(5);
    assert_eq!(pair.client.page_html(), "5", "what no event caused is shown at once");
    assert!(pair.commits.is_empty());
    assert_eq!(pair.machine.poll_timeout(), Some(pair.now + Duration::from_secs(1)));
    pair.advance(Duration::from_secs(1));
    commit(&mut pair);
}

#[test]
fn a_record_restores_a_session() {
    let mut pair = connected();
    pair.act(Action::new("add").value("n", 41));
    let record = commit(&mut pair);
    pair.client.send(Action::new("inc"));

    // The process is gone; another reads the record.
    let machine =
        Machine::restore(Arc::new(Counter), Decimal, Catch, &record, Arc::default(), durable(), true)
            .unwrap();
    let client = std::mem::replace(&mut pair.client, Client::new(""));
    pair = Pair { client, ..Pair::of(machine, pair.now) };
    pair.settle();
    commit(&mut pair);
    pair.connect(true);
    assert_eq!((pair.machine.session().state, pair.machine.applied()), (41, 1));
    assert!(pair.machine.topics().eq(["numbers"]));
    for frame in pair.client.resend() {
        pair.frame(&frame);
    }
    commit(&mut pair);
    assert_eq!((pair.client.page_html().as_str(), pair.machine.applied()), ("42", 2));
}

#[test]
fn a_record_that_cannot_be_restored_says_why() {
    let record =
        |bytes: &[u8]| Record { id: ID, claim: Claim::default(), generation: 1, bytes: bytes.to_vec() };
    let restore = |record: &Record| {
        let machine =
            Machine::restore(Arc::new(Counter), Decimal, Catch, record, Arc::default(), durable(), true);
        machine.expect_err("no session")
    };
    assert_eq!(restore(&record(&[0x91, 9])), RecordError::Newer { schema: 9 });
    assert!(matches!(restore(&record(&[])), RecordError::Damaged(_)));
    let mut pair = connected();
    pair.click("inc");
    let mut bytes = commit(&mut pair).bytes;
    bytes.push(0);
    assert!(matches!(restore(&record(&bytes)), RecordError::Damaged(_)));
    let text = bytes.iter().rposition(|byte| *byte == b'1').unwrap();
    let at = bytes[..8].iter().position(|byte| *byte == b'1').unwrap_or(text);
    bytes.pop();
    bytes[at] = b'x';
    assert!(matches!(restore(&record(&bytes)), RecordError::State(_)));
}

#[test]
fn an_event_that_no_record_could_hold_fails() {
    let mut pair = Pair::with(Counter, Decimal, Config { max_state: 3, ..durable() });
    pair.settle();
    commit(&mut pair);
    pair.connect(false).act(Action::new("add").value("n", 999));
    commit(&mut pair);
    pair.click("inc");
    let record = commit(&mut pair);
    assert!(pair.heard.contains(&Heard::Refused(2)), "{:?}", pair.heard);
    assert!(
        matches!(&pair.effects[..], [.., Effect::Error(report)] if report.error.to_string().contains("max_state"))
    );
    assert_eq!((pair.machine.session().state, pair.closed, pair.client.pending()), (999, None, 0));
    let machine =
        Machine::restore(Arc::new(Counter), Decimal, Catch, &record, Arc::default(), durable(), true)
            .unwrap();
    assert_eq!((machine.session().state, machine.applied()), (999, 2), "what is acknowledged is stored");
}
