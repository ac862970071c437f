//! A connection that has taken its session, from then until its browser is welcomed.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use live_core::wire::{Hello, Reason};
use live_core::{Broken, Input};

use super::Engine;
use super::alarms::Alarm;
use super::direct::Way;
use super::join::Joined;
use super::runtime::within;
use super::serve::{attend, unconnected};
use super::slot::{Inner, Slot};
use crate::metrics::Metrics;

/// A session with its connection. Dropped before [`welcome`](Self::welcome), it leaves the session to the next one.
pub(super) struct Seated {
    engine: Arc<Engine>,
    joined: Option<Joined>,
}

impl Seated {
    /// Makes the connection the one that serves the session; an older one finds out when it is woken (rule R10).
    /// None if the session has ended.
    pub(super) async fn take(
        engine: &Arc<Engine>,
        joined: Joined,
        way: Way,
        hello: &Hello<'_>,
        resumed: bool,
    ) -> Result<Option<Self>, Reason> {
        let Joined { slot, number, .. } = &joined;
        let mut inner = slot.inner.lock().await;
        if slot.has_ended() {
            return Ok(None);
        }
        let was_free = inner.seat.is_free();
        if !inner.seat.take(*number, hello.attempt, Broken::default()) {
            return Err(Reason::Replaced);
        }
        *slot.way() = way;
        if !was_free {
            engine.count(Metrics::disconnected);
        }
        engine.count(|metrics| metrics.connected(resumed));
        slot.mailbox.wake();
        drop(inner);
        Ok(Some(Self { engine: engine.clone(), joined: Some(joined) }))
    }

    /// Waits for the tasks of a new session's `mount`, and for what they lead to, as the first response has done: a
    /// page without their data would take away what the browser shows. Ends at the session's limit; other connections
    /// that come meanwhile wait no longer than to that.
    pub(super) async fn settle(&self) -> Result<(), Reason> {
        let Some(Joined { slot, number, .. }) = &self.joined else { return Ok(()) };
        let Some(until) = slot.inner.lock().await.settles_until else { return Ok(()) };
        let (runtime, mut alarm) = (&*self.engine.runtime, Alarm::default());
        let settled = poll_fn(|cx| self.poll_settled(slot, *number, &mut alarm, cx));
        within(runtime, until - self.engine.now(), Box::pin(settled)).await.unwrap_or(Ok(()))?;
        slot.inner.lock().await.settles_until = None;
        Ok(())
    }

    fn poll_settled(
        &self,
        slot: &Arc<Slot>,
        number: u64,
        alarm: &mut Alarm,
        cx: &Context<'_>,
    ) -> Poll<Result<(), Reason>> {
        let (engine, now) = (&*self.engine, self.engine.now());
        let mut inner = ready!(slot.inner.poll(cx));
        if !inner.seat.is(number) {
            return Poll::Ready(Err(Reason::Replaced));
        }
        slot.mailbox.register(cx.waker());
        let turn = unconnected(engine, slot, &mut inner, now, cx);
        if slot.has_ended() {
            return Poll::Ready(Err(Reason::Token));
        }
        if inner.live.redirect().is_some() || engine.is_draining() {
            return Poll::Ready(Ok(()));
        }
        let next = ready!(turn);
        if slot.is_quiet(&inner) {
            return Poll::Ready(Ok(()));
        }
        if !slot.mailbox.is_empty() {
            cx.waker().wake_by_ref();
        }
        if let Some(at) = next {
            alarm.set(&engine.alarms, at, now, cx);
        }
        Poll::Pending
    }

    /// Tells the session that its browser is there, unless a newer connection has come meanwhile, or the session has
    /// ended.
    pub(super) async fn welcome(mut self, hello: &Hello<'_>, resumed: bool) -> Result<Joined, Reason> {
        if let Some(Joined { slot, number, auth_epoch }) = &self.joined {
            let engine = &self.engine;
            let token = engine.token_of(slot, *auth_epoch);
            let mut inner = slot.inner.lock().await;
            if slot.has_ended() {
                return Err(Reason::Token);
            }
            if inner.seat.is(*number) {
                let connected = Input::Connected { hello, token: &token, resumed };
                engine.step(slot, &mut inner, |live| live.handle(connected, engine.now()));
            }
        }
        self.joined.take().ok_or(Reason::Replaced)
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        if let Some(joined) = self.joined.take() {
            leave(&self.engine, joined);
        }
    }
}

/// Leaves a session to the next connection, unless that one has it already. While its page code runs, that is done afterwards.
pub(super) fn leave(engine: &Arc<Engine>, Joined { slot, number, .. }: Joined) {
    slot.way().leave(number);
    if let Some(mut inner) = slot.inner.try_briefly() {
        return left(engine, &slot, &mut inner, number);
    }
    let (runtime, engine) = (engine.runtime.clone(), engine.clone());
    runtime.spawn(Box::pin(async move {
        let mut inner = slot.inner.lock().await;
        left(&engine, &slot, &mut inner, number);
    }));
}

/// Connection `number` is gone: its session goes on without one.
fn left(engine: &Arc<Engine>, slot: &Arc<Slot>, inner: &mut Inner, number: u64) {
    if !inner.seat.leave(number) {
        return;
    }
    let now = engine.now();
    inner.detached += 1;
    engine.step(slot, inner, |live| live.handle(Input::Closed, now));
    engine.count(Metrics::disconnected);
    engine.detached(slot, inner.detached);
    attend(engine, slot.clone(), inner.detached);
}
