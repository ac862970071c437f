//! Calling page code, and undoing what it did where it fails (rule R5).

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Machine;
use crate::codec::PageCodec;
use crate::ctx::{Ctx, TooMany};
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

/// What a failed call is undone to, beside the state itself.
struct Before {
    dirty: DirtySet,
    flash: Flash,
    user_id: Option<String>,
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Runs one call of page code. Where it fails, everything is as it was before, but for the error.
    pub(super) fn attempt(
        &mut self,
        connected: bool,
        calling: Calling<'_>,
        now: Instant,
        call: impl FnOnce(&P, &mut Ctx<'_, P>, &mut Session<P::State>) -> Result,
    ) -> Result {
        self.wake_regions(now);
        let before = self.remember();
        self.session.dirty.next_call();
        let mut ctx = Ctx::new(&self.request, self.session.id, self.live, connected, now, &mut self.asked);
        let (page, session) = (&*self.page, &mut self.session);
        let done = self
            .guard
            .run(calling, || call(page, &mut ctx, session))
            .unwrap_or_else(|panic| Err(panic.into()));
        let done = done.and_then(|()| self.check_asked()).and_then(|()| self.check_storable());
        match done {
            Ok(()) => self.absorb(now),
            Err(_) if self.config.broken.is(Rule::R5) => self.absorb(now),
            Err(_) => self.undo(before, now),
        }
        done
    }

    /// What follows from a failed call: the user or the application is told, and panics are counted.
    pub(super) fn failed(&mut self, call: Call, error: Error, now: Instant) {
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
            self.close(crate::wire::Reason::Internal);
        }
    }

    fn remember(&mut self) -> Before {
        if P::ROLLBACK == Rollback::Clone {
            self.spare.clone_from(&self.session.state);
        }
        let Session { dirty, flash, user_id, .. } = &self.session;
        Before { dirty: dirty.clone(), flash: flash.clone(), user_id: user_id.clone() }
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
        let mut scratch = Vec::new();
        for (_, _, message) in &self.asked.timers {
            self.codec.encode(message, &mut scratch)?;
        }
        for effect in &self.asked.effects {
            if let Effect::Publish { message, .. } = effect {
                self.codec.encode(message, &mut scratch)?;
            }
        }
        self.encoded = Some(self.encode_state()?);
        Ok(())
    }

    /// How many topics there will be.
    fn topics_asked(&self) -> usize {
        let effects = &self.asked.effects;
        if !effects.iter().any(|effect| matches!(effect, Effect::Subscribe(_))) {
            return 0;
        }
        let mut topics: BTreeSet<&String> = self.topics.iter().collect();
        for effect in effects {
            match effect {
                Effect::Subscribe(topic) => drop(topics.insert(topic)),
                Effect::Unsubscribe(topic) => drop(topics.remove(topic)),
                _ => {}
            }
        }
        topics.len()
    }

    /// Makes what a successful call asked for part of the session.
    fn absorb(&mut self, now: Instant) {
        self.render_failed = false;
        self.unchecked = true;
        self.mark_by_itself();
        for (timer, at, message) in self.asked.timers.drain(..) {
            self.timers.add(timer, at, message);
        }
        for timer in self.asked.cancelled.drain(..) {
            self.timers.cancel(timer);
        }
        self.delivery.push(self.session.pushed.drain(..));
        for effect in self.asked.effects.drain(..) {
            match &effect {
                Effect::Subscribe(topic) if !self.topics.contains(topic) => self.topics.push(topic.clone()),
                Effect::Unsubscribe(topic) => self.topics.retain(|known| known != topic),
                _ => {}
            }
            // A session that nobody is connected to has its topics, for later.
            if self.live || !matches!(effect, Effect::Subscribe(_) | Effect::Unsubscribe(_)) {
                self.commit.hold(effect, now);
            }
        }
    }

    /// Everything is rendered, and what turns out the same isn't sent.
    fn mark_by_itself(&mut self) {
        if P::MARKING == Marking::Automatic {
            self.session.mark_all();
        }
    }

    fn undo(&mut self, before: Before, now: Instant) {
        self.asked.clear();
        self.encoded = None;
        self.session.pushed.clear();
        let Session { dirty, flash, user_id, .. } = &mut self.session;
        (*dirty, *flash, *user_id) = (before.dirty, before.flash, before.user_id);
        match P::ROLLBACK {
            Rollback::Clone => core::mem::swap(&mut self.session.state, &mut self.spare),
            Rollback::Remount => self.remount(now),
        }
    }

    /// Starts the state anew. If `mount` fails too, the state stays the default.
    fn remount(&mut self, now: Instant) {
        self.session.replace_state(P::State::default());
        let mut ctx = Ctx::new(&self.request, self.session.id, self.live, self.live, now, &mut self.asked);
        let (page, session) = (&*self.page, &mut self.session);
        let done = self
            .guard
            .run(Calling::Mount, || page.mount(&mut ctx, session))
            .unwrap_or_else(|panic| Err(panic.into()));
        match done {
            Ok(()) => self.absorb(now),
            Err(error) => {
                self.asked.clear();
                self.session.pushed.clear();
                self.session.replace_state(P::State::default());
                self.report(Call::Mount, error);
            }
        }
    }
}
