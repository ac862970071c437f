//! A session's turn.

use std::sync::Arc;
use std::task::Context;

use live_core::wire::Reason;
use live_core::{CommitError, Input, Instant};

use super::Engine;
use super::mailbox::Mail;
use super::outputs::ToBrowser;
use super::slot::{Inner, Slot};
use crate::store::StoreError;

/// What a session has for its connection.
pub(super) enum Served {
    Frame(Vec<u8>),
    Close(Reason),
    /// Nothing until it is woken, or this instant.
    Idle(Option<Instant>),
}

/// Lets the session's machine do what there is to do, up to the next thing for the browser.
pub(super) fn serve(
    engine: &Engine,
    slot: &Arc<Slot>,
    number: u64,
    now: Instant,
    cx: &Context<'_>,
) -> Served {
    let mut inner = slot.lock();
    if inner.owner != Some(number) {
        return Served::Close(Reason::Replaced);
    }
    // Under the lock: a connection that takes over registers after this one, never before.
    slot.mailbox.register(cx.waker());
    loop {
        if let Some(output) = inner.live.poll(now) {
            match engine.carry_out(slot, output, inner.mark) {
                Some(ToBrowser::Frame(frame)) => return Served::Frame(frame),
                Some(ToBrowser::Close(reason)) => return Served::Close(reason),
                None => continue,
            }
        }
        inner.mark = engine.options.pubsub.mark();
        let due = inner.live.poll_timeout();
        if due.is_some_and(|due| due <= now) {
            inner.live.handle(Input::Timeout, now);
        } else if !take_mail(engine, slot, &mut inner, now) {
            return Served::Idle(due);
        }
    }
}

/// False where there was none.
fn take_mail(engine: &Engine, slot: &Arc<Slot>, inner: &mut Inner, now: Instant) -> bool {
    let Some(mail) = slot.mailbox.take() else { return false };
    match mail {
        Mail::Message(parcel) => inner.live.handle(Input::Message(parcel), now),
        Mail::Missed(topic) => inner.live.handle(Input::Missed(&topic), now),
        Mail::Stored { generation, result: Ok(()) } => {
            inner.live.handle(Input::Committed { generation }, now)
        }
        Mail::Stored { generation, result: Err(error) } => {
            tracing::warn!(%error, session = ?slot.id, "a session wasn't written");
            let fenced = matches!(error, StoreError::Fenced);
            let error = if fenced { CommitError::Fenced } else { CommitError::Unavailable };
            inner.live.handle(Input::CommitFailed { generation, error }, now);
            if fenced {
                inner.ended = true;
                engine.drop_session(slot);
            }
        }
    }
    true
}
