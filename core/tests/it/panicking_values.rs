//! State and messages are page code, too: what panics in their `Clone`, `Default`, `Drop` or codec is a failed call, and nothing
//! more (rule R5).

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use live_core::client::Heard;
use live_core::wire::Reason;
use live_core::{
    CodecError, Config, Ctx, Duration, Effect, Event, Input, Machine, Page, Panicked, Result, Rollback,
    Session, StateCodec, View,
};

use crate::common::{Catch, ID, Pair};

/// What panics next, and after how many calls that don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Clone,
    Default,
    Drop,
    Encode,
    Decode,
    DropMessage,
    EncodeMessage,
}

thread_local! {
    static ARMED: Cell<Option<(Part, u32)>> = const { Cell::new(None) };
    static ALWAYS: Cell<Option<Part>> = const { Cell::new(None) };
    static HANDLED: Cell<u32> = const { Cell::new(0) };
}

fn arm(part: Part, after: u32) {
    ARMED.set(Some((part, after)));
}

fn pass(part: Part) {
    assert_ne!(ALWAYS.get(), Some(part), "{part:?} panics each time");
    match ARMED.get() {
        Some((armed, 0)) if armed == part => {
            ARMED.set(None);
            panic!("{part:?} panics");
        }
        Some((armed, after)) if armed == part => ARMED.set(Some((armed, after - 1))),
        _ => {}
    }
}

#[derive(Debug)]
struct Count(i64);

impl Clone for Count {
    fn clone(&self) -> Self {
        pass(Part::Clone);
        Self(self.0)
    }
}

impl Default for Count {
    fn default() -> Self {
        pass(Part::Default);
        Self(0)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        pass(Part::Drop);
    }
}

#[derive(Debug)]
struct Note(i64);

impl Drop for Note {
    fn drop(&mut self) {
        pass(Part::DropMessage);
    }
}

#[derive(Clone, Copy, Debug)]
struct Decimal;

fn number(bytes: &[u8]) -> Result<i64, CodecError> {
    std::str::from_utf8(bytes).unwrap().parse().map_err(|_| CodecError::new("no number"))
}

impl StateCodec<Count> for Decimal {
    fn encode(&self, state: &Count, out: &mut Vec<u8>) -> Result<(), CodecError> {
        pass(Part::Encode);
        out.extend(state.0.to_string().bytes());
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Count, CodecError> {
        pass(Part::Decode);
        number(bytes).map(Count)
    }
}

impl StateCodec<Note> for Decimal {
    fn encode(&self, note: &Note, out: &mut Vec<u8>) -> Result<(), CodecError> {
        pass(Part::EncodeMessage);
        out.extend(note.0.to_string().bytes());
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Note, CodecError> {
        pass(Part::Decode);
        number(bytes).map(Note)
    }
}

struct Counter<const REMOUNT: bool>;

impl<const REMOUNT: bool> Page for Counter<REMOUNT> {
    type State = Count;
    type Message = Note;
    const ROLLBACK: Rollback = if REMOUNT { Rollback::Remount } else { Rollback::Clone };

    fn render(&self, s: &Session<Count>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str(&s.state.0.to_string());
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Count>, e: &Event) -> Result {
        HANDLED.set(HANDLED.get() + 1);
        s.state.0 += 1;
        s.mark_all();
        match e.name {
            "later" => drop(ctx.send_after(Note(100), Duration::from_secs(1))?),
            "cancel" => {
                let timer = ctx.send_after(Note(100), Duration::from_secs(1))?;
                ctx.cancel(timer);
            }
            "tell" => ctx.publish("notes", Note(1))?,
            "fail" => return Err(live_core::Error::msg("no")),
            _ => {}
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Count>, note: Note) -> Result {
        s.state.0 += note.0;
        s.mark_all();
        Ok(())
    }
}

type Tab<const REMOUNT: bool = false> = Pair<Counter<REMOUNT>, Decimal>;

fn config(durable: bool) -> Config {
    Config { durable, ..Config::default() }
}

fn connected<const REMOUNT: bool>(durable: bool) -> Tab<REMOUNT> {
    HANDLED.set(0);
    let mut tab = Pair::with(Counter, Decimal, config(durable));
    tab.commit();
    tab.connect(false);
    tab
}

/// Whether the machine's own code, and not its caller's, has stopped the panic.
fn is_stopped(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_ok()
}

fn panics<const REMOUNT: bool>(tab: &Tab<REMOUNT>) -> usize {
    let reported = |effect: &&Effect<Note>| matches!(effect, Effect::Error(report) if report.error.inner().is::<Panicked>());
    tab.effects.iter().filter(reported).count()
}

/// One event fails by a panic in `part`. It is applied once, the state is as before, and the next event is handled.
fn an_event_fails_once<const REMOUNT: bool>(part: Part, event: &str, durable: bool) {
    let mut tab = connected::<REMOUNT>(durable);
    tab.click("inc");
    tab.commit();
    let before = tab.machine.session().state.0;
    arm(part, 0);
    assert!(
        is_stopped(|| {
            tab.click(event);
        }),
        "{part:?} in `{event}` went through the machine"
    );
    ARMED.set(None);
    tab.commit();
    assert_eq!(tab.machine.session().state.0, if REMOUNT { 0 } else { before }, "{part:?}");
    assert_eq!(tab.heard.iter().filter(|heard| matches!(heard, Heard::Refused(2))).count(), 1, "{part:?}");
    assert_eq!(panics(&tab), 1, "{part:?}");
    let handled = HANDLED.get();
    for frame in tab.client.resend() {
        tab.frame(&frame);
    }
    assert_eq!(HANDLED.get(), handled, "{part:?}: an event that failed isn't tried again");
    tab.click("inc");
    tab.commit();
    assert_eq!((HANDLED.get(), tab.client.pending()), (handled + 1, 0), "{part:?}");
}

#[test]
fn a_clone_that_panics_fails_its_event() {
    an_event_fails_once::<false>(Part::Clone, "inc", false);
    an_event_fails_once::<false>(Part::Clone, "inc", true);
}

#[test]
fn a_state_that_cannot_be_encoded_fails_its_event() {
    an_event_fails_once::<false>(Part::Encode, "inc", true);
    an_event_fails_once::<true>(Part::Encode, "inc", true);
}

#[test]
fn a_message_that_cannot_be_encoded_fails_its_event() {
    an_event_fails_once::<false>(Part::EncodeMessage, "later", true);
    an_event_fails_once::<false>(Part::EncodeMessage, "tell", true);
}

#[test]
fn a_message_that_cannot_be_dropped_stops_nothing() {
    let mut tab = connected::<false>(false);
    arm(Part::DropMessage, 0);
    assert!(
        is_stopped(|| {
            tab.click("cancel");
        }),
        "a cancelled message went through the machine"
    );
    let mut tab = connected::<false>(false);
    arm(Part::DropMessage, 0);
    assert!(
        is_stopped(|| {
            tab.click("fail");
        }),
        "a failed call"
    );
    tab.click("later").advance(Duration::from_secs(2));
    assert_eq!(ARMED.get(), None, "`info` has dropped its message");
    assert_eq!(panics(&tab), 1);
}

#[test]
fn a_default_that_panics_is_an_error_of_mount() {
    arm(Part::Default, 0);
    let mounted = catch_unwind(|| {
        Machine::mount(
            Arc::new(Counter::<false>),
            Decimal,
            Catch,
            ID,
            Arc::default(),
            config(false),
            true,
            Default::default(),
        )
        .map(drop)
        .map_err(|error| error.inner().is::<Panicked>())
    });
    ARMED.set(None);
    assert_eq!(mounted.expect("the default went through the machine"), Err(true));
    let mut tab = connected::<true>(false);
    tab.click("inc");
    arm(Part::Default, 0);
    assert!(
        is_stopped(|| {
            tab.click("fail");
        }),
        "a default went through the machine while it mounts anew"
    );
    assert!(
        tab.machine.is_over() && tab.closed == Some(Reason::Internal),
        "without a state nothing can go on"
    );
}

#[test]
fn a_record_whose_state_panics_is_refused() {
    let mut tab = connected::<false>(true);
    tab.click("later");
    let record = tab.commit().unwrap();
    for after in 0..2 {
        arm(Part::Decode, after);
        let restored = catch_unwind(|| {
            Machine::restore(
                Arc::new(Counter::<false>),
                Decimal,
                Catch,
                &record,
                Arc::default(),
                config(true),
                true,
            )
            .is_err()
        });
        ARMED.set(None);
        assert!(restored.expect("a decode went through the machine"));
    }
}

#[test]
fn a_session_that_leaves_memory_survives_its_values() {
    for part in [Part::Drop, Part::Default, Part::Encode] {
        for durable in [false, true] {
            let mut tab = connected::<false>(durable);
            tab.click("inc");
            tab.commit();
            arm(part, 0);
            assert!(
                is_stopped(|| {
                    tab.machine.handle(Input::Hibernate, tab.now);
                    tab.settle();
                    tab.commit();
                }),
                "{part:?} while it falls asleep"
            );
            ARMED.set(None);
        }
    }
}

#[test]
fn a_session_that_comes_back_survives_its_values() {
    for part in [Part::Decode, Part::Drop] {
        let mut tab = connected::<false>(true);
        tab.click("inc");
        let record = tab.commit().unwrap();
        tab.machine.handle(Input::Hibernate, tab.now);
        tab.settle();
        assert!(tab.machine.is_asleep());
        tab.click("inc");
        assert_eq!(tab.loads.len(), 1);
        arm(part, 0);
        let woken = is_stopped(|| {
            tab.machine.handle(Input::Fetched(Some(&record)), tab.now);
            tab.settle();
        });
        ARMED.set(None);
        assert!(woken, "{part:?} while it wakes");
        let over = part == Part::Decode;
        assert_eq!((tab.machine.is_over(), tab.closed.is_some()), (over, over), "{part:?}");
        assert!(!over || tab.closed == Some(Reason::Internal));
    }
}

#[test]
fn a_machine_may_be_dropped_whatever_its_values_do() {
    for part in [Part::Drop, Part::DropMessage] {
        let mut tab = connected::<false>(false);
        tab.click("later").click("inc");
        arm(part, 0);
        assert!(is_stopped(|| drop(tab)), "{part:?} at a machine's end");
        ARMED.set(None);
    }
}

/// Of two panics at once nobody could stop the second: the process would abort.
#[test]
fn values_that_panic_each_time_are_dropped_one_by_one() {
    let mut tab = connected::<false>(false);
    for _ in 0..5 {
        tab.click("later");
    }
    tab.click("inc");
    ALWAYS.set(Some(Part::DropMessage));
    for event in ["cancel", "fail"] {
        assert!(
            is_stopped(|| {
                tab.click(event);
            }),
            "`{event}` went through the machine"
        );
    }
    assert!(is_stopped(|| drop(tab)), "messages at a machine's end");
    let mut tab = connected::<false>(false);
    tab.click("inc");
    ALWAYS.set(Some(Part::Drop));
    // A panic of the state that the last one leaves behind may come through, alone.
    let _ = is_stopped(|| drop(tab));
    ALWAYS.set(None);
}
