//! A driver by the six rules of `live_core`, whose socket and clock are a recording. It has no store, so nothing is ever
//! committed (rule 4), and a machine that has been polled is ready for the next frame (rule 6).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::{borrow::ToOwned, format};
use core::fmt;

use live_core::wire::{BrowserFrame, DecodeError, Received};
use live_core::{Config, Error, Input, Instant, Machine, NoCodec, NoGuard, Output, SessionId};

use crate::counter::Counter;
use crate::recording::{RENEWED, Step, TOKEN};

type Live = Machine<Counter, NoCodec, NoGuard>;

/// Why a recorded session can't be played.
pub enum Fault {
    Hello(Option<DecodeError>),
    Token(String),
    Mount(Error),
    /// What the machine did instead of what is recorded.
    Differs {
        seconds: u64,
        wanted: String,
        got: String,
    },
}

/// Plays a recording: its first step is the `HELLO`. Says how many frames were answered.
pub fn play(session: &'static [Step]) -> Result<usize, Fault> {
    let mut machine = connect(&session[0])?;
    let mut answers = check(&mut machine, &session[0])?;
    for step in &session[1..] {
        wake(&mut machine, step.now());
        if let Some(frame) = step.browser {
            machine.handle(Input::Frame(&Received::new(frame)), step.now());
        }
        answers += check(&mut machine, step)?;
    }
    Ok(answers)
}

/// Rule 1: a good token, then a session. It is boxed so that all of it is in the arena.
fn connect(step: &Step) -> Result<Box<Live>, Fault> {
    let hello = match BrowserFrame::decode(step.browser.unwrap_or_default()) {
        Ok(BrowserFrame::Hello(hello)) => hello,
        other => return Err(Fault::Hello(other.err())),
    };
    if hello.token != TOKEN {
        return Err(Fault::Token(hello.token.to_owned()));
    }
    let (page, id, request) = (Arc::new(Counter), SessionId::new([7; 16]), Arc::default());
    let machine = Machine::mount(page, NoCodec, NoGuard, id, request, Config::default(), true, step.now())
        .map_err(Fault::Mount)?;
    let mut machine = Box::new(machine);
    machine.handle(Input::Connected { hello: &hello, token: RENEWED, resumed: false }, step.now());
    Ok(machine)
}

/// Rule 5: a timer that is due is heard.
fn wake(machine: &mut Live, now: Instant) {
    if machine.poll_timeout().is_some_and(|at| at <= now) {
        machine.handle(Input::Timeout, now);
    }
}

/// Rule 3: polls until there is nothing left to do, and compares each output with the recording.
fn check(machine: &mut Live, step: &Step) -> Result<usize, Fault> {
    let mut wanted = step.server.iter().copied();
    loop {
        match (wanted.next(), machine.poll(step.now())) {
            (None, None) => return Ok(step.server.len()),
            (Some(wanted), Some(Output::Transmit(got))) if wanted == got => {}
            (wanted, got) => return Err(step.differs(wanted, got)),
        }
    }
}

impl Step {
    fn now(&self) -> Instant {
        Instant::from_micros(self.seconds * 1_000_000)
    }

    fn differs(&self, wanted: Option<&[u8]>, got: Option<Output<()>>) -> Fault {
        let text = |bytes: &[u8]| format!("{}", bytes.escape_ascii());
        Fault::Differs {
            seconds: self.seconds,
            wanted: wanted.map_or("no frame".to_owned(), text),
            got: match got {
                None => "no frame".to_owned(),
                Some(Output::Transmit(frame)) => text(&frame),
                Some(other) => format!("{other:?}"),
            },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello(error) => write!(f, "the first frame is no HELLO: {error:?}"),
            Self::Token(token) => write!(f, "the token {token} is not the page's"),
            Self::Mount(error) => write!(f, "the page can't be mounted: {error}"),
            Self::Differs { seconds, wanted, got } => {
                write!(f, "an answer differs at {seconds} s\n  recorded: {wanted}\n  given:    {got}")
            }
        }
    }
}
