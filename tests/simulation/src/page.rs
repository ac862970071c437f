//! The page under test: it writes down what happens to it, so that a look at its state tells what happened too often, too seldom or in the
//! wrong order.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use live_core::{
    CodecError, Ctx, Error, Event, Js, Page, RecoverableError, Result, Session, StateCodec, View,
};

/// The topic that every session follows.
pub(crate) const TOPIC: &str = "room";

/// The command of the nth timer tells this and n.
pub(crate) const TIMER: u64 = 1 << 40;

/// The most that one session shows of the room.
const SHOWN: usize = 8;

/// What one session knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The last of the user's acts that was done: each has a number, one more than the act before.
    pub(crate) last: u64,
    /// How many acts were done.
    pub(crate) done: u64,
    /// What must never be: an act out of order, a trace of a failed call, a timer that fired twice.
    pub(crate) wrong: u64,
    /// How many timers have fired.
    pub(crate) fired: u64,
    /// How many were set.
    pub(crate) set: u64,
    /// What the room said, as far as this session has heard.
    pub(crate) heard: BTreeSet<u64>,
    /// Says which of the two regions below the page shows.
    pub(crate) flipped: bool,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Somebody said this.
    Said(u64),
    /// The timer that was set as the nth.
    Fired(u64),
}

/// What all sessions share outside of the servers: a database.
#[derive(Debug, Default)]
pub(crate) struct Database {
    /// By idempotency key (rule R4): who, and which event.
    said: Mutex<BTreeSet<(u8, u64)>>,
}

impl Database {
    /// Writes down an utterance, once.
    fn say(&self, who: u8, event: u64) -> u64 {
        self.lock().insert((who, event));
        utterance(who, event)
    }

    /// All that was ever said.
    pub(crate) fn all(&self) -> BTreeSet<u64> {
        self.lock().iter().map(|(who, event)| utterance(*who, *event)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(u8, u64)>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn utterance(who: u8, event: u64) -> u64 {
    u64::from(who) << 56 | (event & ((1 << 56) - 1))
}

/// The page, as both servers have it.
#[derive(Clone, Debug)]
pub(crate) struct Diary {
    pub(crate) database: Arc<Database>,
}

impl Page for Diary {
    type State = State;
    type Message = Message;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>) -> Result {
        ctx.subscribe(TOPIC)?;
        s.state.heard = self.database.all();
        Ok(())
    }

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.title(format_args!("Diary, {} heard", s.state.heard.len()));
        view.page(|out| {
            out.push_str(
                "<h1>Diary</h1><p data-lv-region=\"last\"></p><section data-lv-region=\"room\"></section>\
                 <ol data-lv-region=\"wall\"></ol>",
            );
            Ok(out.write_str(if s.state.flipped {
                "<div><i data-lv-region=\"on\"></i></div>"
            } else {
                "<b data-lv-region=\"off\"></b>"
            })?)
        });
        view.region("last", |out| {
            Ok(write!(out, "the last act that was written down has the number {}", s.state.last)?)
        });
        view.region("on", |out| Ok(write!(out, "on since act {}", s.state.last)?));
        view.region("off", |out| Ok(write!(out, "off, {} fired", s.state.fired)?));
        view.region("room", |out| {
            write!(out, "<h2>The room</h2><ol>")?;
            for said in s.state.heard.iter().rev().take(SHOWN) {
                write!(out, "<li id=\"said-{said}\" data-lv-region=\"said:{said}\"></li>")?;
            }
            Ok(out.write_str("</ol>")?)
        });
        view.shared("wall", TOPIC, |out| {
            let said = self.database.all();
            write!(out, "<li id=\"sum\">said: {}</li>", said.len())?;
            for said in said.iter().rev().take(SHOWN) {
                write!(out, "<li id=\"wall-{said}\">the wall says <i>{said}</i></li>")?;
            }
            Ok(())
        });
        view.regions("said:", |key, out| Ok(write!(out, "somebody said <b>{key}</b>, whatever it means")?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
        let act = e.get_int("act").unwrap_or_default().unsigned_abs();
        if e.name == "fail" || e.name == "tell" {
            s.state.wrong += 1;
            ctx.publish(TOPIC, Message::Said(u64::MAX))?;
            s.push(Js::call("ran").arg("act", 0));
            return Err(if e.name == "fail" { Error::msg("no") } else { RecoverableError::new("no").into() });
        }
        if act <= s.state.last {
            s.state.wrong += 1;
        }
        s.state.last = act;
        s.state.done += 1;
        match e.name {
            "say" => {
                let said = self.database.say(ctx.session_id().as_bytes()[0], e.id);
                s.state.heard.insert(said);
                ctx.publish(TOPIC, Message::Said(said))?;
                s.mark("room");
            }
            "later" => {
                s.state.set += 1;
                ctx.send_after(Message::Fired(s.state.set), Duration::from_millis(act % 7 * 400))?;
            }
            "command" | "refuse" => s.push(Js::call("ran").arg("act", act as i64)),
            "flip" => {
                s.state.flipped ^= true;
                s.mark_all();
            }
            _ => {}
        }
        s.mark(["last", "on", "off"]);
        if e.name == "refuse" { e.refuse() } else { Ok(()) }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, message: Message) -> Result {
        match message {
            Message::Said(said) => {
                s.state.heard.insert(said);
                s.mark("room");
            }
            Message::Fired(nth) => {
                s.state.fired += 1;
                s.push(Js::call("ran").arg("act", (TIMER + nth) as i64));
                s.mark("off");
            }
        }
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<State>, _: &str) -> Result {
        s.state.heard = self.database.all();
        s.mark("room");
        Ok(())
    }
}

/// Numbers as eight bytes each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codec;

fn numbers(bytes: &[u8]) -> Result<Vec<u64>, CodecError> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(CodecError::new("odd bytes"));
    }
    Ok(numbers.iter().map(|number| u64::from_le_bytes(*number)).collect())
}

impl StateCodec<State> for Codec {
    fn encode(&self, state: &State, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let State { last, done, wrong, fired, set, heard, flipped } = state;
        let all = [*last, *done, *wrong, *fired, *set, u64::from(*flipped)];
        out.extend(all.iter().chain(heard).flat_map(|number| number.to_le_bytes()));
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<State, CodecError> {
        match numbers(bytes)?[..] {
            [last, done, wrong, fired, set, flipped, ref heard @ ..] => {
                let heard = heard.iter().copied().collect();
                Ok(State { last, done, wrong, fired, set, heard, flipped: flipped == 1 })
            }
            _ => Err(CodecError::new("too short")),
        }
    }
}

impl StateCodec<Message> for Codec {
    fn encode(&self, message: &Message, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let [kind, number] = match *message {
            Message::Said(said) => [0, said],
            Message::Fired(nth) => [1, nth],
        };
        out.extend([kind, number].iter().flat_map(|number: &u64| number.to_le_bytes()));
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Message, CodecError> {
        match numbers(bytes)?[..] {
            [0, said] => Ok(Message::Said(said)),
            [1, nth] => Ok(Message::Fired(nth)),
            _ => Err(CodecError::new("no message")),
        }
    }
}
