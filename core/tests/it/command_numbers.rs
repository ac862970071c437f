//! Commands run once: their numbers never repeat, whatever crashes or is mounted anew (rule R6).

use std::sync::Arc;

use live_core::client::Heard;
use live_core::wire::{BrowserFrame, ServerFrame};
use live_core::{
    Command, Config, Ctx, Duration, Event, Focus, Input, Machine, Output, Page, Record, Result, Session, View,
};

use crate::common::{Catch, Decimal, Pair};

/// Gives an element the focus, named by what has happened.
struct Pointer;

impl Page for Pointer {
    type State = i64;
    type Message = i64;

    fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        s.push(Focus::on("mounted"));
        Ok(())
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str(&s.state.to_string());
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "later" => drop(ctx.send_after(7, Duration::from_secs(5))?),
            name => s.push(Focus::on(name)),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, n: i64) -> Result {
        s.push(Focus::on(format!("info {n}")));
        Ok(())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        s.push(Focus::on(if ctx.connected() { "back" } else { "away" }));
        Ok(())
    }
}

type Tab = Pair<Pointer, Decimal>;

fn durable() -> Config {
    Config { durable: true, ..Config::default() }
}

fn mounted() -> Tab {
    let mut tab = Pair::with(Pointer, Decimal, durable());
    tab.settle();
    tab
}

fn connected() -> (Tab, Record) {
    let mut tab = mounted();
    let record = commit(&mut tab);
    tab.connect(false);
    (tab, record)
}

fn commit(tab: &mut Tab) -> Record {
    let record = tab.commits.pop().expect("a commit is due");
    tab.machine.handle(Input::Committed { generation: record.generation }, tab.now);
    tab.settle();
    record
}

/// The process is killed; another one goes on from `record`, and the same browser comes back.
fn crash(tab: Tab, record: &Record) -> Tab {
    let restored =
        Machine::restore(Arc::new(Pointer), Decimal, Catch, record, Arc::default(), durable(), true);
    let mut next = Pair::of(restored.unwrap(), tab.now);
    (next.client, next.heard) = (tab.client, tab.heard);
    next.settle();
    next.commit();
    next.connect(true);
    next.commit();
    next
}

/// What has had the focus, in order.
fn focused(tab: &Tab) -> Vec<&str> {
    let selector = |heard| match heard {
        &Heard::Command(Command::Focus(ref focus)) => Some(&*focus.selector),
        _ => None,
    };
    tab.heard.iter().filter_map(selector).collect()
}

/// A session that is mounted anew numbers its first command above what the browser has counted to, and its process is killed before that reaches
/// the browser.
#[test]
fn a_command_that_was_numbered_anew_survives_a_crash() {
    let (mut old, _) = connected();
    old.click("two");
    commit(&mut old);
    let mut fresh = mounted();
    fresh.client = old.client;
    commit(&mut fresh);
    let hello = fresh.client.hello();
    let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else { panic!("hello") };
    fresh.machine.handle(Input::Connected { hello: &hello, token: "", resumed: false }, fresh.now);
    let mut record = None;
    while let Some(output) = fresh.machine.poll(fresh.now) {
        if let Output::Commit(next) = output {
            fresh.machine.handle(Input::Committed { generation: next.generation }, fresh.now);
            record = Some(next);
        }
    }
    let next = crash(fresh, &record.expect("the new numbers are committed"));
    assert!(focused(&next).contains(&"mounted"), "{:?}", next.heard);
}

/// The numbers of all commands that were sent.
fn sent(tab: &Tab) -> Vec<u64> {
    let updates = tab.frames.iter().filter_map(|frame| match ServerFrame::decode(frame).unwrap() {
        ServerFrame::Update(update) => Some(update.commands),
        _ => None,
    });
    updates.flat_map(|commands| commands.iter().map(|(id, _)| id).collect::<Vec<_>>()).collect()
}

/// An `ACK` of `frames` below 128, and of `command`, in their shortest forms.
fn ack(frames: u8, command: u64) -> Vec<u8> {
    let mut bytes = vec![0x93, 2, frames];
    match command {
        0..128 => bytes.push(command as u8),
        _ => bytes.extend([&[0xcf][..], &command.to_be_bytes()].concat()),
    }
    bytes
}

#[test]
fn a_command_of_a_message_leaves_after_its_commit() {
    let (mut tab, _) = connected();
    tab.message(1);
    assert_eq!(focused(&tab), ["mounted"], "the command has left before its commit");
    commit(&mut tab);
    assert_eq!(focused(&tab), ["mounted", "info 1"]);
}

#[test]
fn after_a_crash_the_next_commands_run_and_nothing_closes() {
    let (mut tab, record) = connected();
    // The message is handled, and the process is killed before its record is written.
    tab.message(1);
    let mut next = crash(tab, &record);
    for event in ["a", "b"] {
        next.click(event);
        commit(&mut next);
        assert_eq!(next.closed, None, "closed by an acknowledgement");
    }
    assert_eq!(focused(&next), ["mounted", "back", "a", "b"], "commands in their order");
}

#[test]
fn a_command_of_a_timer_that_a_crash_repeats_runs_once() {
    let (mut tab, _) = connected();
    tab.click("later");
    let record = commit(&mut tab);
    tab.advance(Duration::from_secs(5));
    let mut next = crash(tab, &record);
    next.advance(Duration::ZERO);
    next.commit();
    let timer = focused(&next).iter().filter(|name| **name == "info 7").count();
    assert_eq!(timer, 1, "the timer's command");
    next.click("after");
    commit(&mut next);
    assert_eq!(focused(&next).last(), Some(&"after"));
}

#[test]
fn a_session_mounted_anew_sends_its_commands() {
    let (mut tab, _) = connected();
    for event in ["a", "b"] {
        tab.click(event);
        commit(&mut tab);
    }
    // The record is lost: the page is mounted anew, under whatever id.
    let mut next = mounted();
    next.client = tab.client;
    commit(&mut next);
    next.connect(false);
    commit(&mut next);
    assert_eq!(focused(&next), ["mounted"], "the old session's number was taken for the new one's");
    next.click("c");
    commit(&mut next);
    assert_eq!(focused(&next), ["mounted", "c"]);
    assert_eq!(next.closed, None);
}

#[test]
fn an_acknowledgement_of_more_commands_than_were_sent_closes_nothing() {
    let (mut tab, _) = connected();
    for command in [1, 2, 77, u64::MAX] {
        tab.frame(&ack(1, command));
        assert_eq!(tab.closed, None);
    }
    tab.click("next");
    commit(&mut tab);
    assert_eq!(focused(&tab), ["mounted", "next"], "and is no reason to drop those that come");
}

#[test]
fn a_browser_that_knows_more_commands_than_the_record_runs_the_next() {
    // A store that was set back, such as a replica that took over too early.
    let (mut tab, record) = connected();
    for event in ["a", "b", "c"] {
        tab.click(event);
        commit(&mut tab);
    }
    let hello = tab.client.hello();
    let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else { panic!("hello") };
    assert_eq!(hello.command, 4);
    let restored =
        Machine::restore(Arc::new(Pointer), Decimal, Catch, &record, Arc::default(), durable(), true);
    let mut next: Tab = Pair::of(restored.unwrap(), tab.now);
    next.settle();
    next.commit();
    next.machine.handle(Input::Connected { hello: &hello, token: "t", resumed: true }, next.now);
    next.machine.handle(Input::Message(9), next.now);
    next.settle();
    next.commit();
    let numbers = sent(&next);
    assert!(!numbers.is_empty());
    assert!(numbers.iter().all(|number| *number > 4), "a number that the browser knows: {numbers:?}");
}
