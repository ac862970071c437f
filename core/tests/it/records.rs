//! What a session's record holds, of both schemas, and who may write it (rule R1).

use std::sync::Arc;

use live_core::client::Heard;
use live_core::wire::{Node, Reason};
use live_core::{
    CommitError, Config, Ctx, Duration, Effect, Event, Focus, Input, Machine, Output, Page, Position, Record,
    RecordError, RecoverableError, Reset, Result, Session, View,
};

use crate::common::{Catch, Decimal, ID, Pair};

/// Has something of each kind that a record keeps.
struct Archive;

impl Page for Archive {
    type State = i64;
    type Message = i64;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>) -> Result {
        ctx.subscribe("numbers")?;
        ctx.subscribe("news")
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            *out += &format!("{} {:?}", s.state, s.flash.success);
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += 1;
        s.mark_all();
        match e.name {
            "all" => {
                s.flash.add_success("saved");
                s.flash.add_warning("but look");
                s.flash.add_info("here");
                s.push(Focus::on("#a"));
                ctx.send_after(7, Duration::from_secs(60))?;
                ctx.publish("numbers", 3)
            }
            "reset" => {
                s.push(Reset::form("#a"));
                s.push(Focus::on("#a"));
                s.push(Reset::field("#b"));
                Ok(())
            }
            "fail" => Err(RecoverableError::new("not today").into()),
            _ => Ok(()),
        }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

type Tab = Pair<Archive, Decimal>;

fn durable(nonce: u32) -> Config {
    Config { durable: true, nonce, ..Config::default() }
}

fn restore(record: &Record, nonce: u32, live: bool) -> Result<Tab, RecordError> {
    let machine =
        Machine::restore(Arc::new(Archive), Decimal, Catch, record, Arc::default(), durable(nonce), live)?;
    Ok(Pair::of(machine, live_core::Instant::from_micros(5_000_000)))
}

fn commit(tab: &mut Tab) -> Record {
    tab.settle();
    let record = tab.commits.pop().expect("a commit is due");
    tab.machine.handle(Input::Committed { generation: record.generation }, tab.now);
    tab.settle();
    record
}

/// A session that has done everything, and its record.
fn busy() -> (Tab, Record) {
    let mut tab = Pair::with(Archive, Decimal, durable(1));
    commit(&mut tab);
    tab.connect(false);
    for event in ["fail", "all"] {
        tab.click(event);
        commit(&mut tab);
    }
    tab.click("inc");
    let record = commit(&mut tab);
    (tab, record)
}

fn fields(record: &Record) -> Vec<Node<'_>> {
    match Node::decode(&record.bytes).unwrap() {
        Node::List(fields) => fields.iter().collect(),
        other => panic!("{other:?}"),
    }
}

fn of_fields(record: &Record, fields: Vec<Node<'_>>) -> Record {
    Record { bytes: Node::List(fields.into()).encode(), ..record.clone() }
}

/// The record as a program of schema 1 would have written it.
fn first_schema(record: &Record) -> Record {
    let mut fields = fields(record);
    fields.truncate(11);
    fields[0] = Node::Uint(1);
    let Node::List(topics) = &fields[6] else { panic!("topics") };
    fields[6] = Node::List(topics.iter().step_by(3).collect());
    of_fields(record, fields)
}

#[test]
fn a_record_of_the_second_schema_restores_all_of_a_session() {
    let (tab, record) = busy();
    assert!(matches!(&fields(&record)[..], [Node::Uint(2), ..]));
    let mut next = restore(&record, 2, true).unwrap();
    let (before, after) = (tab.machine.session(), next.machine.session());
    assert_eq!((after.state, &after.flash), (before.state, &before.flash));
    assert_eq!(after.flash.success, ["saved"]);
    assert_eq!(
        (&after.flash.error[..], &after.flash.warning[..]),
        (&["not today".to_owned()][..], &["but look".to_owned()][..])
    );
    assert!(next.machine.topics().eq(["numbers", "news"]));
    let claimed = commit(&mut next);
    let unchanged =
        |record: &Record| fields(record)[1..].iter().map(|field| format!("{field:?}")).collect::<Vec<_>>();
    assert_eq!(unchanged(&claimed), unchanged(&record), "a takeover changes nothing but the owner");
    next.advance(Duration::from_secs(60));
    assert_eq!(next.machine.session().state, before.state + 7, "its timer");
}

#[test]
fn a_record_of_the_first_schema_restores() {
    let (tab, record) = busy();
    let mut next = restore(&first_schema(&record), 2, true).unwrap();
    assert_eq!(next.machine.session().state, tab.machine.session().state);
    assert!(next.machine.session().flash.is_empty(), "it had none");
    assert!(next.machine.topics().eq(["numbers", "news"]));
    assert_eq!(next.machine.position("numbers"), Some(Position::default()));
    assert!(matches!(fields(&commit(&mut next))[0], Node::Uint(2)));
    for cut in [10, 12] {
        let mut fields = fields(&record);
        fields.truncate(cut);
        fields[0] = Node::Uint(1);
        assert!(restore(&of_fields(&record, fields), 2, true).is_err(), "{cut} fields");
    }
}

#[test]
fn fields_of_a_newer_version_are_kept_whatever_happens_to_the_session() {
    let (_, record) = busy();
    let newer = [
        Node::Nil,
        Node::Str("url".into()),
        Node::List(vec![Node::Uint(7), Node::Bin([1, 2][..].into())].into()),
    ];
    let mut all = fields(&record);
    all.extend(newer.iter().cloned());
    let mut tab = restore(&of_fields(&record, all), 2, true).unwrap();
    commit(&mut tab);
    tab.connect(true).click("inc");
    let later = commit(&mut tab);
    assert_eq!(fields(&later)[16..], newer);
    let again = commit(&mut restore(&later, 3, true).unwrap());
    assert_eq!(fields(&again)[16..], newer);
    let form = restore(&again, 4, false).unwrap();
    assert_eq!(fields(&form.machine.record().unwrap())[16..], newer);
}

/// The record as a program without the command `reset` takes it over and writes it: what it doesn't know, it keeps.
fn through_a_version_without_resets(record: &Record) -> Record {
    let mut fields = fields(record);
    let known: Vec<_> = fields.drain(..15).collect();
    let Node::List(outbox) = &known[5] else { panic!("an outbox") };
    for command in outbox.iter() {
        let Node::List(command) = command else { panic!("a command") };
        assert!(
            command.iter().nth(1).is_some_and(|kind| matches!(kind, Node::Uint(..=4))),
            "a kind that it knows"
        );
    }
    of_fields(record, known.into_iter().chain(fields).collect())
}

#[test]
fn resets_wait_where_a_version_without_them_keeps_them() {
    let (mut tab, _) = busy();
    tab.click("reset");
    let record = tab.commits.pop().expect("not committed, so not sent");
    let again = through_a_version_without_resets(&record);
    for record in [record, again] {
        let mut next = restore(&record, 2, true).unwrap();
        commit(&mut next);
        next.connect(true);
        let commands = next.heard.iter().filter_map(|heard| match heard {
            Heard::Command(command) => Some(matches!(command, live_core::Command::Reset(_))),
            _ => None,
        });
        assert_eq!(commands.collect::<Vec<_>>(), [true, false, true], "in their order");
    }
}

#[test]
fn a_record_without_resets_restores() {
    let (tab, record) = busy();
    let mut fields = fields(&record);
    fields.truncate(15);
    let mut next = restore(&of_fields(&record, fields), 2, true).unwrap();
    assert_eq!(next.machine.session().state, tab.machine.session().state);
    assert_eq!(self::fields(&commit(&mut next)).len(), 16);
}

#[test]
fn a_session_is_claimed_before_it_runs() {
    let (mut tab, record) = busy();
    let mut next = restore(&record, 2, true).unwrap();
    next.client = tab.client;
    // Whatever comes first waits for the claim.
    next.machine.handle(Input::Message(100), next.now);
    next.connect(true).click("inc");
    assert_eq!(next.machine.session().state, tab.machine.session().state, "nothing has run");
    let claim = next.commits.pop().expect("the claim");
    assert_eq!((claim.generation, next.commits.len()), (record.generation + 1, 0));
    assert!(claim.claim > record.claim && claim.owner().follows(Some(record.owner())));
    next.machine.handle(Input::Committed { generation: claim.generation }, next.now);
    next.settle();
    assert_eq!(next.machine.session().state, tab.machine.session().state + 101);
    // The server before it is fenced out, also where it had the same generation in mind.
    tab.machine.handle(Input::Message(1), tab.now);
    let mut late = None;
    while let Some(output) = tab.machine.poll(tab.now + Duration::from_secs(1)) {
        if let Output::Commit(record) = output {
            late = Some(record);
        }
    }
    let late = late.expect("a late commit");
    assert!(!late.owner().follows(Some(claim.owner())));
}

#[test]
fn a_takeover_that_lost_its_race_is_fenced() {
    let (_, record) = busy();
    let (mut first, mut second) = (restore(&record, 2, true).unwrap(), restore(&record, 3, true).unwrap());
    let won = commit(&mut first);
    second.connect(true);
    let lost = second.commits.pop().expect("a claim");
    assert!(!lost.owner().follows(Some(won.owner())));
    let fenced = Input::CommitFailed { generation: lost.generation, error: CommitError::Fenced };
    second.machine.handle(fenced, second.now);
    second.settle();
    assert_eq!((second.closed, second.machine.is_over()), (Some(Reason::Restart), true));
}

#[test]
fn an_answer_that_was_lost_is_recognised_by_its_record() {
    let (mut tab, _) = busy();
    tab.click("inc");
    let written = tab.commits.pop().expect("a commit");
    // The store has written it, and its answer is lost.
    let failed = Input::CommitFailed { generation: written.generation, error: CommitError::Unavailable };
    tab.machine.handle(failed, tab.now);
    tab.advance(Duration::from_secs(1));
    let again = tab.commits.pop().expect("another try");
    assert_eq!(again, written);
    assert!(again.owner().follows(Some(written.owner())));
}

#[test]
fn what_was_to_be_published_leaves_after_the_claim() {
    let mut tab = Pair::with(Archive, Decimal, durable(1));
    commit(&mut tab);
    tab.connect(false).click("all");
    let record = tab.commits.pop().expect("not answered");
    let mut next = restore(&record, 2, true).unwrap();
    next.settle();
    assert!(!next.effects.iter().any(|effect| matches!(effect, Effect::Publish { .. })));
    commit(&mut next);
    assert!(matches!(next.effects[..], [Effect::Publish { message: 3, .. }]), "{:?}", next.effects);
}

#[test]
fn a_session_for_a_form_has_no_timers_and_no_connection() {
    let (tab, record) = busy();
    let mut form = restore(&record, 2, false).unwrap();
    form.connect(false);
    assert!(form.commits.is_empty(), "its driver commits it");
    form.client.send(live_core::client::Action::new("first"));
    form.act(live_core::client::Action::new("all"));
    form.advance(Duration::from_secs(3600));
    assert!(form.machine.session().state <= tab.machine.session().state + 1, "no timer has fired");
    let kept = form.machine.record().unwrap();
    assert!(matches!(&fields(&kept)[7], Node::List(timers) if timers.is_empty()));
    assert!(kept.owner().follows(Some(record.owner())));
}

#[test]
fn messages_that_the_state_has_already_are_dropped() {
    let (mut tab, _) = busy();
    let before = tab.machine.session().state;
    let publish = |tab: &mut Tab, epoch, offset, message| {
        let position = Position { epoch, offset };
        tab.machine.handle(Input::Published { topic: "news", position, message }, tab.now);
        tab.settle();
    };
    for (epoch, offset, message) in [(1, 5, 10), (1, 5, 10), (1, 4, 10), (1, 6, 20), (2, 1, 40)] {
        publish(&mut tab, epoch, offset, message);
    }
    assert_eq!(tab.machine.session().state, before + 70, "each message once; a new log counts anew");
    publish(&mut tab, 2, 2, 0);
    tab.advance(Duration::from_secs(1));
    let record = commit(&mut tab);
    let next = restore(&record, 2, true).unwrap();
    assert_eq!(next.machine.position("news"), Some(Position { epoch: 2, offset: 2 }));
    assert_eq!(next.machine.position("numbers"), Some(Position::default()));
    assert_eq!(next.machine.position("others"), None);
}

#[test]
fn a_message_behind_a_commit_is_counted_when_it_is_handled() {
    let (mut tab, _) = busy();
    tab.click("inc");
    let position = Position { epoch: 1, offset: 9 };
    tab.machine.handle(Input::Published { topic: "news", position, message: 5 }, tab.now);
    tab.settle();
    assert_eq!(tab.machine.position("news"), Some(Position::default()));
    let record = commit(&mut tab);
    assert_eq!(tab.machine.position("news"), Some(position));
    assert_eq!(restore(&record, 2, true).unwrap().machine.position("news"), Some(Position::default()));
}

#[test]
fn a_flash_outlives_a_crash() {
    let (mut tab, _) = busy();
    tab.click("fail");
    let record = commit(&mut tab);
    assert!(tab.heard.contains(&Heard::Refused(4)));
    assert_eq!(restore(&record, 2, true).unwrap().machine.session().flash.error, ["not today"]);
    assert_eq!(record.id, ID);
}
