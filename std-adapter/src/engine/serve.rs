//! A session's turn, with a connection and without.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use live_core::wire::Reason;
use live_core::{CommitError, Input, Instant};

use super::Engine;
use super::alarms::Alarm;
use super::live::Parcel;
use super::mailbox::Mail;
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
}

/// Lets the session's machine do what there is to do, up to the next thing for the browser. `looks` is when the
/// connection looks again whatever happens.
pub(super) fn serve(
    engine: &Engine,
    slot: &Arc<Slot>,
    number: u64,
    looks: Option<Instant>,
    now: Instant,
    cx: &Context<'_>,
) -> Served {
    let mut inner = slot.lock();
    if !inner.seat.is(number) {
        return Served::Close(Reason::Replaced);
    }
    if inner.ended {
        return Served::Close(Reason::Token);
    }
    // Under the lock: a connection that takes over registers after this one, never before.
    slot.mailbox.register(cx.waker());
    if let Some(reason) = inner.way.closing() {
        return Served::Close(reason);
    }
    let served = turn(engine, slot, &mut inner, now);
    match served {
        Served::Idle { next, .. } => inner.open([next, looks].into_iter().flatten().min()),
        _ => inner.way.close(),
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
        let now = engine.now();
        let mut inner = slot.lock();
        if inner.ended || !inner.seat.is_free() || inner.detached != detached {
            return Poll::Ready(());
        }
        slot.mailbox.register(cx.waker());
        let due = until_idle(&engine, &slot, &mut inner, now);
        if inner.live.is_drained() {
            inner.ended = true;
            engine.drop_session(&slot);
            return Poll::Ready(());
        }
        if let Some(at) = due {
            alarm.set(&engine.alarms, at, now, cx);
        }
        Poll::Pending
    })));
}

/// A session's turn while nobody is connected; when the next is due.
pub(super) fn until_idle(
    engine: &Engine,
    slot: &Arc<Slot>,
    inner: &mut Inner,
    now: Instant,
) -> Option<Instant> {
    loop {
        if let Served::Idle { next, .. } = turn(engine, slot, inner, now) {
            return next;
        }
    }
}

fn turn(engine: &Engine, slot: &Arc<Slot>, inner: &mut Inner, now: Instant) -> Served {
    if let Some(wait) = engine.draining() {
        engine.step(slot, inner, |live| live.handle(Input::Drain { wait }, now));
    }
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
        inner.mark = engine.options.pubsub.mark();
        let due = inner.live.poll_timeout();
        if due.is_some_and(|due| due <= now) {
            engine.step(slot, inner, |live| live.handle(Input::Timeout, now));
        } else if !take_mail(engine, slot, inner, now) {
            return Served::Idle { next: due, ready: inner.live.is_ready() };
        }
    }
}

/// False where there was none.
fn take_mail(engine: &Engine, slot: &Arc<Slot>, inner: &mut Inner, now: Instant) -> bool {
    let Some(mail) = slot.mailbox.take() else { return false };
    let mut handle = |input: Input<'_, Parcel>| engine.step(slot, inner, |live| live.handle(input, now));
    match mail {
        Mail::Message(parcel) => handle(Input::Message(parcel)),
        Mail::Missed(topic) => handle(Input::Missed(&topic)),
        Mail::Changed(region) => handle(Input::Changed { region: &region, current: None }),
        Mail::Stored { generation, result: Ok(()) } => handle(Input::Committed { generation }),
        Mail::Stored { generation, result: Err(error) } => {
            tracing::warn!(%error, session = ?slot.id, "a session wasn't written");
            let fenced = matches!(error, StoreError::Fenced);
            let error = if fenced { CommitError::Fenced } else { CommitError::Unavailable };
            handle(Input::CommitFailed { generation, error });
        }
        Mail::Fetched(Ok(record)) => handle(Input::Fetched(record.as_ref())),
        Mail::Fetched(Err(error)) => {
            tracing::warn!(%error, session = ?slot.id, "a session wasn't read");
            handle(Input::FetchFailed);
        }
    }
    if inner.live.is_over() && !inner.ended {
        inner.ended = true;
        engine.drop_session(slot);
    }
    true
}
