//! Calling page code, and undoing what it did where it fails (rule R5).

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Machine;
use crate::codec::PageCodec;
use crate::command::Redirect;
use crate::ctx::{Asked, Ctx, TooMany};
use crate::dirty::DirtySet;
use crate::effect::{Call, Effect};
use crate::error::{Error, Result};
use crate::flash::Flash;
use crate::guard::{Calling, Guard, Panicked};
use crate::limits::{MAX_TIMERS, MAX_TOPICS};
use crate::page::{Marking, Page, Rollback};
use crate::rules::Rule;
use crate::session::Session;
use crate::time::Instant;
use crate::wire::Reason;

/// What a failed call is undone to, beside the state itself.
struct Before {
    dirty: DirtySet,
    flash: Flash,
    user_id: Option<String>,
    /// There is a copy of the state, or none is needed. Without one nothing was called.
    state_is_kept: bool,
}

/// Copies the state into the copy before, whose room it takes.
fn copy<S: Clone>(state: &S, spare: &mut Option<S>) {
    match spare {
        Some(spare) => spare.clone_from(state),
        None => *spare = Some(state.clone()),
    }
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Runs one call of page code. Where it fails, everything is as it was before, but for the error. An event that `handle` refuses is no failure:
    /// what the call has done stays, and the error says so.
    pub(super) fn attempt(
        &mut self,
        connected: bool,
        calling: Calling<'_>,
        now: Instant,
        call: impl FnOnce(&P, &mut Ctx<'_, P>, &mut Session<P::State>) -> Result,
    ) -> Result {
        self.wake_regions(now);
        let is_event = matches!(calling, Calling::Handle(_));
        let mut before = self.remember();
        self.session.dirty.next_call();
        let mut ctx = Ctx::new(&self.request, self.session.id, self.live, connected, now, &mut self.asked);
        let (page, session, spare) = (&*self.page, &mut self.session, &mut self.spare);
        let done = self
            .guard
            .run(calling, || {
                if P::ROLLBACK == Rollback::Clone {
                    copy(&session.state, spare);
                }
                before.state_is_kept = true;
                call(page, &mut ctx, session)
            })
            .unwrap_or_else(|panic| Err(panic.into()));
        let (done, refusal) = match done {
            Err(error) if is_event && error.is_refusal() && !self.config.broken.is(Rule::R16) => {
                (Ok(()), Some(error))
            }
            done => (done, None),
        };
        let done = done.and_then(|()| self.check_asked()).and_then(|()| self.check_storable());
        match done {
            Ok(()) => self.absorb(now),
            Err(_) if self.config.broken.is(Rule::R5) => self.absorb(now),
            Err(_) => self.undo(before, now),
        }
        done.and(refusal.map_or(Ok(()), Err))
    }

    /// What follows from a failed call: the browser is sent elsewhere, or the user or the application is told, and
    /// panics are counted.
    pub(super) fn failed(&mut self, call: Call, error: Error, now: Instant) {
        if let Some(redirect) = error.redirect() {
            return self.send_away(redirect.clone(), now);
        }
        self.notice_error(&call, &error);
        if let Some(recoverable) = error.recoverable() {
            // In place of those before, which the failed call may have cleared.
            self.session.flash.error = vec![recoverable.message.clone()];
            self.session.mark("flash");
            self.mark_by_itself();
            return;
        }
        let panicked = error.inner().is::<Panicked>();
        self.counters.panics += u64::from(panicked);
        self.report(call, error);
        if panicked && self.strikes.strike(now) {
            self.close(Reason::Internal);
        }
    }

    /// Sends the browser elsewhere, once that is committed; without a connection, when it is back.
    fn send_away(&mut self, redirect: Redirect, now: Instant) {
        self.session.push(redirect);
        self.push_commands(now);
    }

    fn remember(&self) -> Before {
        let Session { dirty, flash, user_id, .. } = &self.session;
        Before { dirty: dirty.clone(), flash: flash.clone(), user_id: user_id.clone(), state_is_kept: false }
    }

    /// Refuses what would be more timers or topics than a session may have.
    fn check_asked(&self) -> Result {
        let asked = &self.asked;
        let timers =
            self.timers.iter().map(|(_, timer, _)| timer).chain(asked.timers.iter().map(|(timer, ..)| timer));
        let timers = timers.filter(|timer| !asked.cancelled.contains(timer)).count();
        if timers > MAX_TIMERS || self.topics_asked() > MAX_TOPICS { Err(TooMany.into()) } else { Ok(()) }
    }

    /// Refuses what no record could hold: found out at the commit, it could no longer be undone. The state's bytes are kept for that.
    fn check_storable(&mut self) -> Result {
        if !self.config.durable || !self.live {
            return Ok(());
        }
        self.encoded = Some(self.guard.run(Calling::Value, || self.encode_asked())??);
        Ok(())
    }

    /// The state's bytes. The messages' are made to see that they can be.
    fn encode_asked(&self) -> Result<Vec<u8>> {
        let mut scratch = Vec::new();
        for (_, _, message) in &self.asked.timers {
            self.codec.encode(message, &mut scratch)?;
        }
        for effect in &self.asked.effects {
            if let Effect::Publish { message, .. } = effect {
                self.codec.encode(message, &mut scratch)?;
            }
        }
        self.encode_state()
    }

    /// How many topics there will be.
    fn topics_asked(&self) -> usize {
        let effects = &self.asked.effects;
        if !effects.iter().any(|effect| matches!(effect, Effect::Subscribe(_))) {
            return 0;
        }
        let mut topics: BTreeSet<&str> = self.topics.names().collect();
        for effect in effects {
            match effect {
                Effect::Subscribe(topic) => drop(topics.insert(topic)),
                Effect::Unsubscribe(topic) => drop(topics.remove(&**topic)),
                _ => {}
            }
        }
        topics.len()
    }

    /// Makes what a successful call asked for part of the session.
    fn absorb(&mut self, now: Instant) {
        self.render_failed = false;
        self.unchecked = true;
        self.unstorable = false;
        self.mark_by_itself();
        for (timer, at, message) in self.asked.timers.drain(..) {
            self.timers.add(timer, at, message);
        }
        if !self.asked.cancelled.is_empty() {
            let cancelled = self.timers.take(&self.asked.cancelled);
            self.asked.cancelled.clear();
            self.discard(cancelled);
        }
        self.push_commands(now);
        for effect in self.asked.effects.drain(..) {
            match &effect {
                // Who is subscribed already has missed nothing by that.
                Effect::Subscribe(topic) if !self.topics.add(topic) => continue,
                Effect::Unsubscribe(topic) => self.topics.remove(topic),
                _ => {}
            }
            // A session that nobody is connected to has its topics, for later.
            if self.live || !matches!(effect, Effect::Subscribe(_) | Effect::Unsubscribe(_)) {
                self.commit.hold(effect, now);
            }
        }
    }

    /// Commands leave after the commit of what pushed them, a message's too: a crash that undoes the message then undoes them (rule R6).
    fn push_commands(&mut self, now: Instant) {
        if !self.session.pushed.is_empty() {
            self.delivery.push(self.session.pushed.drain(..));
            self.commit.event(now);
        }
    }

    /// Everything is rendered, and what turns out the same isn't sent.
    fn mark_by_itself(&mut self) {
        if P::MARKING == Marking::Automatic {
            self.session.mark_all();
        }
    }

    fn undo(&mut self, before: Before, now: Instant) {
        self.forget_asked();
        self.encoded = None;
        let Session { dirty, flash, user_id, .. } = &mut self.session;
        (*dirty, *flash, *user_id) = (before.dirty, before.flash, before.user_id);
        match (P::ROLLBACK, &mut self.spare) {
            // The call wasn't made.
            _ if !before.state_is_kept => {}
            (Rollback::Clone, Some(spare)) => core::mem::swap(&mut self.session.state, spare),
            _ => self.remount(now),
        }
    }

    /// What a failed call asked for isn't done.
    fn forget_asked(&mut self) {
        self.session.pushed.clear();
        let Asked { effects, timers, .. } = self.asked.take();
        self.discard(effects);
        self.discard(timers);
    }

    /// Starts the state anew. If `mount` fails too, the state stays the default. Without a default the session can't go on.
    fn remount(&mut self, now: Instant) {
        if let Err(error) = self.start_anew() {
            self.report(Call::Mount, error);
            return self.give_up(Reason::Internal);
        }
        let mut ctx = Ctx::new(&self.request, self.session.id, self.live, self.live, now, &mut self.asked);
        let (page, session) = (&*self.page, &mut self.session);
        let done = self
            .guard
            .run(Calling::Mount, || page.mount(&mut ctx, session))
            .unwrap_or_else(|panic| Err(panic.into()));
        match done {
            Ok(()) => self.absorb(now),
            Err(error) => {
                self.forget_asked();
                if let Err(error) = self.start_anew() {
                    self.report(Call::Mount, error);
                    return self.give_up(Reason::Internal);
                }
                match error.redirect() {
                    Some(redirect) => self.send_away(redirect.clone(), now),
                    None => self.report(Call::Mount, error),
                }
            }
        }
    }

    /// The default state, with everything marked. Timers of the state before are none of its own.
    fn start_anew(&mut self) -> Result {
        let state = self.default_state()?;
        let timers = self.timers.take_all();
        self.discard(timers);
        self.replace_state(state);
        self.session.mark_all();
        Ok(())
    }
}
