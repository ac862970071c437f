//! Sessions for which nothing has happened: they leave memory, the idlest first where there are too many in it, or too much of their HTML.

use std::sync::Arc;

use live_core::{Counters, Instant, Lease};

use super::Engine;
use super::alarms::TICK;
use super::mailbox::Leave;
use super::slot::Slot;
use crate::options::Options;

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

/// A session that stays in memory, as it looks.
struct Awake {
    since: Instant,
    /// The bytes of its HTML, unless that is about to leave.
    html: usize,
    slot: Arc<Slot>,
}

impl Round {
    /// Looks at all sessions, if it is time to. Those that must leave memory are notified: their own tasks do it, since it calls page code.
    pub(crate) fn go(&mut self, engine: &Engine, now: Instant) {
        if now < self.next {
            return;
        }
        let (rest_after, hibernate_after) = (engine.options.rest_after, engine.options.hibernate_after);
        self.next = now + (rest_after.min(hibernate_after) / 8).clamp(TICK, 4 * TICK);
        let (mut awake, mut shown) = (Vec::new(), 0);
        for slot in engine.registry.all() {
            // Whoever has the session just now is at work.
            let Some(mut inner) = slot.inner.try_now() else { continue };
            if slot.has_ended() || inner.live.is_asleep() {
                continue;
            }
            if inner.lease.as_ref().is_some_and(Lease::is_used) {
                // So that the machine knows of it.
                engine.step(&slot, &mut inner, |_| ());
            }
            let work = work(&inner.live.counters());
            let since = inner.idle.since(work, now);
            let (bytes, is_resting) = (inner.live.html_bytes(), inner.live.is_resting());
            drop(inner);
            shown += bytes;
            if now - since >= hibernate_after {
                slot.mailbox.idle(Leave::State);
                continue;
            }
            if now - since >= rest_after {
                // One that rests already isn't woken for it.
                if !is_resting {
                    slot.mailbox.idle(Leave::Html);
                }
                awake.push(Awake { since, html: 0, slot });
            } else {
                awake.push(Awake { since, html: bytes, slot });
            }
        }
        engine.count(|metrics| metrics.html(shown));
        trim(awake, &engine.options, now);
    }
}

/// Lets the idlest go, as many as are too many, and then the HTML of others, as far as it is too much.
fn trim(mut awake: Vec<Awake>, options: &Options, now: Instant) {
    let mut html: usize = awake.iter().map(|session| session.html).sum();
    let excess = awake.len().saturating_sub(options.max_awake);
    awake.retain(|session| session.since < now);
    awake.sort_unstable_by_key(|session| session.since);
    for (place, session) in awake.into_iter().enumerate() {
        let leave = match () {
            () if place < excess => Leave::State,
            () if html > options.max_html_bytes => Leave::Html,
            () => break,
        };
        session.slot.mailbox.idle(leave);
        html = html.saturating_sub(session.html);
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
