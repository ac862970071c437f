//! A session's turn, with a connection and without.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use live_core::wire::Reason;
use live_core::{CommitError, Input, Instant};

use super::Engine;
use super::alarms::Alarm;
use super::live::Parcel;
use super::mailbox::{Leave, Mail};
use super::outputs::ToBrowser;
use super::slot::{Inner, Slot};
use crate::store::StoreError;

/// What a session has for its connection.
pub(super) enum Served {
    Frame(Vec<u8>),
    Close(Reason),
    /// Nothing until it is woken, or an instant; whether there is room for what comes.
    Idle {
        next: Option<Instant>,
        ready: bool,
    },
    /// There is more to do, after others have had their turn; whether there is room for what comes.
    Yield {
        ready: bool,
    },
}

/// How much of its mail a session takes in at one turn.
const MAIL_A_TURN: usize = 16;

/// Lets the session's machine do what there is to do, up to the next thing for the browser. `looks` is when the
/// connection looks again whatever happens.
pub(super) fn serve(
    engine: &Engine,
    slot: &Arc<Slot>,
    inner: &mut Inner,
    number: u64,
    looks: Option<Instant>,
    now: Instant,
    cx: &Context<'_>,
) -> Served {
    if !inner.seat.is(number) {
        return Served::Close(Reason::Replaced);
    }
    if slot.has_ended() {
        return Served::Close(Reason::Token);
    }
    // Under the lock: a connection that takes over registers after this one, never before.
    slot.mailbox.register(cx.waker());
    let closing = slot.way().begin();
    if let Some(reason) = closing {
        return Served::Close(reason);
    }
    let served = turn(engine, slot, inner, now);
    if let Served::Idle { next, .. } = served {
        slot.open_way(inner, [next, looks].into_iter().flatten().min());
    }
    served
}

/// Goes on with a session that was left for the `detached`th time, until it has a connection again or ends: its timers and messages
/// don't wait for anybody.
pub(super) fn attend(engine: &Arc<Engine>, slot: Arc<Slot>, detached: u64) {
    let weak = Arc::downgrade(engine);
    let mut alarm = Alarm::default();
    engine.runtime.spawn(Box::pin(poll_fn(move |cx| {
        let Some(engine) = weak.upgrade() else { return Poll::Ready(()) };
        let mut inner = ready!(slot.inner.poll(cx));
        if slot.has_ended() || !inner.seat.is_free() || inner.detached != detached {
            return Poll::Ready(());
        }
        slot.mailbox.register(cx.waker());
        let now = engine.now();
        let due = ready!(unconnected(&engine, &slot, &mut inner, now, cx));
        if inner.live.is_drained() {
            engine.drop_session(&slot);
            return Poll::Ready(());
        }
        if let Some(at) = due {
            alarm.set(&engine.alarms, at, now, cx);
        }
        Poll::Pending
    })));
}

/// A session's turn while nobody is connected: when the next is due, once others have had their turns.
pub(super) fn unconnected(
    engine: &Engine,
    slot: &Arc<Slot>,
    inner: &mut Inner,
    now: Instant,
    cx: &Context<'_>,
) -> Poll<Option<Instant>> {
    match turn(engine, slot, inner, now) {
        Served::Idle { next, .. } => Poll::Ready(next),
        _ => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Does what there is to do, up to the next thing for the browser. What comes of it meanwhile, by messages that the session sends itself or timers that are
/// due at once, is for the next turn: a page that never comes to an end has no more of the server than others.
fn turn(engine: &Engine, slot: &Arc<Slot>, inner: &mut Inner, now: Instant) -> Served {
    if let Some(wait) = engine.draining() {
        engine.step(slot, inner, |live| live.handle(Input::Drain { wait }, now));
    }
    let (mut timers, waiting) = (1, slot.mailbox.len());
    let mut mail = waiting.min(MAIL_A_TURN);
    loop {
        if let Some(warning) = inner.slow.take() {
            return Served::Frame(warning);
        }
        if let Some(output) = engine.next_output(slot, inner, now) {
            match engine.carry_out(slot, output, inner.mark) {
                Some(ToBrowser::Frame(frame)) => return Served::Frame(frame),
                Some(ToBrowser::Close(reason)) => return Served::Close(reason),
                None => continue,
            }
        }
        if inner.live.is_over() && !slot.has_ended() {
            engine.drop_session(slot);
        }
        if slot.has_ended() {
            return Served::Close(Reason::Token);
        }
        inner.mark = engine.options.pubsub.mark();
        let due = inner.live.poll_timeout();
        let is_due = due.is_some_and(|due| due <= now);
        if is_due && timers > 0 {
            timers -= 1;
            engine.step(slot, inner, |live| live.handle(Input::Timeout, now));
        } else if mail > 0
            && let Some(one) = slot.mailbox.take(inner.live.is_ready())
        {
            mail -= 1;
            take_in(engine, slot, inner, one, now);
        } else if is_due || waiting > MAIL_A_TURN && slot.mailbox.has_any(inner.live.is_ready()) {
            // What has come since the turn began has woken the session.
            return Served::Yield { ready: inner.live.is_ready() };
        } else {
            return Served::Idle { next: due, ready: inner.live.is_ready() };
        }
    }
}

fn take_in(engine: &Engine, slot: &Arc<Slot>, inner: &mut Inner, mail: Mail, now: Instant) {
    let mut handle = |input: Input<'_, Parcel>| engine.step(slot, inner, |live| live.handle(input, now));
    match mail {
        Mail::Message(parcel) => handle(Input::Message(parcel)),
        Mail::Missed(topic) => handle(Input::Missed(&topic)),
        Mail::Changed(region) => handle(Input::Changed { region: &region, current: None }),
        Mail::Stored { generation, result: Ok(()) } => handle(Input::Committed { generation }),
        Mail::Stored { generation, result: Err(error) } => {
            crate::log!(warn, %error, session = ?slot.id, "a session wasn't written");
            let fenced = matches!(error, StoreError::Fenced);
            let error = if fenced { CommitError::Fenced } else { CommitError::Unavailable };
            handle(Input::CommitFailed { generation, error });
        }
        Mail::Fetched(Ok(record)) => handle(Input::Fetched(record.as_ref())),
        Mail::Fetched(Err(error)) => {
            crate::log!(warn, %error, session = ?slot.id, "a session wasn't read");
            handle(Input::FetchFailed);
        }
        Mail::Idle(Leave::Html) => handle(Input::Rest),
        Mail::Idle(Leave::State) => handle(Input::Hibernate),
    }
}
