//! Sessions for which nothing has happened: they leave memory, the idlest first where there are too many in it, or too much of their HTML.

use std::sync::Arc;

use live_core::{Counters, Input, Instant, Lease};

use super::Engine;
use super::alarms::TICK;
use super::slot::{Inner, Slot};

/// Since when a session has done nothing.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    work: u64,
    since: Instant,
}

/// When all sessions are looked at.
#[derive(Debug, Default)]
pub(crate) struct Round {
    next: Instant,
}

impl Round {
    /// Looks at all sessions, if it is time to.
    pub(crate) fn go(&mut self, engine: &Engine, now: Instant) {
        if now < self.next {
            return;
        }
        let (rest_after, hibernate_after) = (engine.options.rest_after, engine.options.hibernate_after);
        self.next = now + (rest_after.min(hibernate_after) / 8).clamp(TICK, 4 * TICK);
        let (mut awake, mut html): (Vec<(Instant, Arc<Slot>)>, usize) = (Vec::new(), 0);
        for slot in engine.registry.all() {
            let mut inner = slot.lock();
            if inner.ended || inner.live.is_asleep() {
                continue;
            }
            if inner.lease.as_ref().is_some_and(Lease::is_used) {
                // So that the machine knows of it.
                engine.step(&slot, &mut inner, |_| ());
            }
            let work = work(&inner.live.counters());
            let since = inner.idle.since(work, now);
            if now - since >= hibernate_after {
                engine.rest(&slot, &mut inner, Input::Hibernate, now);
            } else if now - since >= rest_after {
                engine.rest(&slot, &mut inner, Input::Rest, now);
            }
            html += inner.live.html_bytes();
            if !inner.live.is_asleep() {
                drop(inner);
                awake.push((since, slot));
            }
        }
        let excess = awake.len().saturating_sub(engine.options.max_awake);
        awake.retain(|(since, _)| *since < now);
        awake.sort_unstable_by_key(|(since, _)| *since);
        for (place, (_, slot)) in awake.into_iter().enumerate() {
            let input = match () {
                () if place < excess => Input::Hibernate,
                () if html > engine.options.max_html_bytes => Input::Rest,
                () => break,
            };
            let mut inner = slot.lock();
            let before = inner.live.html_bytes();
            engine.rest(&slot, &mut inner, input, now);
            // It may have grown since it was counted.
            html = html.saturating_sub(before.saturating_sub(inner.live.html_bytes()));
        }
        engine.count(|metrics| metrics.html(html));
    }
}

impl Engine {
    fn rest(&self, slot: &Arc<Slot>, inner: &mut Inner, input: Input<'_, super::live::Parcel>, now: Instant) {
        self.step(slot, inner, |live| live.handle(input, now));
        // Whoever serves the session carries out what that asks for.
        slot.mailbox.wake();
    }
}

impl Idle {
    fn since(&mut self, work: u64, now: Instant) -> Instant {
        if self.work != work {
            *self = Self { work, since: now };
        }
        self.since
    }
}

/// Grows with everything that happens to a session.
fn work(counters: &Counters) -> u64 {
    let Counters { events, repeated, messages, renders, frames, woken, .. } = *counters;
    1 + events + repeated + messages + renders + frames + woken
}
