//! Rest and hibernation: what of an idle session leaves memory, and how it comes back unnoticed.
//!
//! A resting machine has dropped its regions' HTML, which `render` gives back: views are pure. A sleeping one has left its state to its record
//! in the store, too; what comes meanwhile waits, as behind a commit, until the driver has fetched it.

use super::values::decoded;
use super::{Machine, Output, Record, RecordError};
use crate::codec::PageCodec;
use crate::dirty::DirtySet;
use crate::effect::Call;
use crate::guard::Guard;
use crate::limits::COMMIT_WITHIN;
use crate::page::Page;
use crate::region::Regions;
use crate::time::Instant;
use crate::wire::Reason;

/// Where the state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Sleep {
    #[default]
    Awake,
    /// Its record is being written, so that it may leave.
    Leaving,
    /// In the store alone.
    Asleep,
    /// The store has been asked for it.
    Fetching,
    /// The store could not read; it is asked again at this time.
    Retry(Instant),
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Whether the state is not in memory: [`session`](Self::session) has a default one in its place.
    pub fn is_asleep(&self) -> bool {
        !matches!(self.sleep, Sleep::Awake | Sleep::Leaving)
    }

    /// Whether the regions' HTML is not in memory. It is rendered again when it is needed.
    pub fn is_resting(&self) -> bool {
        self.resting
    }

    /// Whether the machine can't go on: another server has the session, or its record is lost. A driver drops it.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Drops what can be rendered again, where nothing is under way.
    pub(super) fn on_rest(&mut self) {
        if self.resting || !self.is_quiet() {
            return;
        }
        self.resting = true;
        let regions = core::mem::replace(&mut self.regions, Regions::gone());
        if let Some(link) = self.link.as_mut() {
            link.outline = Some(regions.outline());
        }
        let spare = self.spare.take();
        self.discard(spare);
        self.encoded = None;
        self.scratch = None;
        self.session.dirty = DirtySet::default();
        // These are empty now, but have kept their capacity.
        self.asked.effects.shrink_to_fit();
        self.asked.timers.shrink_to_fit();
        self.commit.shrink();
        self.inbox.shrink_to_fit();
        self.out.shrink_to_fit();
    }

    /// Leaves the state to the store, where nothing is under way. With a durable store its record is there already.
    pub(super) fn on_hibernate(&mut self) {
        self.on_rest();
        if !self.resting || self.sleep != Sleep::Awake || self.unstorable {
            return;
        }
        if self.config.durable {
            return self.fall_asleep();
        }
        match self.record() {
            Ok(record) => {
                self.commit.leave(&record);
                self.sleep = Sleep::Leaving;
                self.out.push_back(Output::Commit(record));
            }
            Err(error) => {
                self.unstorable = true;
                self.report(Call::Commit, error);
            }
        }
    }

    /// A store that took the record lets the state leave, unless something has come meanwhile.
    pub(super) fn left(&mut self, written: bool) {
        if self.sleep == Sleep::Leaving {
            self.sleep = Sleep::Awake;
            if written && self.inbox.is_empty() && self.takes_in() {
                self.fall_asleep();
            }
        }
    }

    fn fall_asleep(&mut self) {
        match self.default_state() {
            Ok(state) => self.replace_state(state),
            Err(error) => {
                self.unstorable = true;
                return self.report(Call::Commit, error);
            }
        }
        self.sleep = Sleep::Asleep;
        self.counters.hibernated += 1;
    }

    /// Asks the store for the state, where something waits for it. `true` if anything was put out.
    pub(super) fn start_fetch(&mut self, now: Instant) -> bool {
        let due = match self.sleep {
            Sleep::Asleep => self.is_wanted(now),
            Sleep::Retry(at) => at <= now,
            Sleep::Awake | Sleep::Leaving | Sleep::Fetching => false,
        };
        if due {
            self.sleep = Sleep::Fetching;
            self.out.push_back(Output::Fetch { generation: self.commit.owner().generation });
        }
        due
    }

    /// When a sleeping machine is to be called again.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        match self.sleep {
            Sleep::Asleep if self.takes_in() => self.timers.next(),
            Sleep::Retry(at) => Some(at),
            _ => None,
        }
    }

    fn is_wanted(&self, now: Instant) -> bool {
        let timer = self.takes_in() && self.timers.next().is_some_and(|at| at <= now);
        let link = self.link.as_ref().filter(|link| link.is_open());
        let is_dirty = self.session.is_dirty();
        timer || !self.inbox.is_empty() || link.is_some_and(|link| is_dirty || link.wants_regions())
    }

    pub(super) fn on_fetched(&mut self, record: Option<&Record>, now: Instant) {
        if self.sleep != Sleep::Fetching {
            return;
        }
        match record
            .filter(|record| record.owner() == self.commit.owner())
            .map(|record| self.state_of(record))
        {
            Some(Ok(state)) => {
                self.replace_state(state);
                self.sleep = Sleep::Awake;
                self.counters.woken += 1;
                // What the state looked like before anything changes it.
                self.wake_regions(now);
            }
            Some(Err(error)) => {
                self.report(Call::Mount, error.into());
                self.give_up(Reason::Internal);
            }
            None => self.give_up(Reason::Restart),
        }
    }

    pub(super) fn on_fetch_failed(&mut self, now: Instant) {
        if self.sleep == Sleep::Fetching {
            self.sleep = Sleep::Retry(now + COMMIT_WITHIN);
        }
    }

    fn state_of(&self, record: &Record) -> Result<P::State, RecordError> {
        let saved = record.read()?;
        decoded(&self.guard, || self.codec.decode(saved.state))
    }

    /// The session goes on elsewhere, or nowhere.
    pub(super) fn give_up(&mut self, reason: Reason) {
        self.over = true;
        self.close(reason);
    }

    /// Renders what a resting machine has dropped, as it was. Where it comes out differently, everything is sent anew.
    pub(super) fn wake_regions(&mut self, now: Instant) {
        if !core::mem::take(&mut self.resting) {
            return;
        }
        self.session.mark_all();
        let Some(outline) = self.link.as_mut().and_then(|link| link.outline.take()) else { return };
        let rendered = self.render_dirty();
        if self.regions.resume(outline) {
            // What is shared may have changed meanwhile.
            let followed = self.followed.iter().map(|shared| &*shared.region);
            followed.for_each(|region| self.session.dirty.add(region));
        } else {
            self.session.mark_all();
        }
        if let Err((call, error)) = rendered {
            self.render_failure(call, error, now);
        }
    }

    /// Whether the page has a region of this name, also before anybody has looked at it since the session came back.
    pub(super) fn has_region(&mut self, name: &str, now: Instant) -> bool {
        self.wake_regions(now);
        if self.regions.is_blank() {
            self.session.mark_all();
            if let Err((call, error)) = self.render_ahead() {
                self.render_failure(call, error, now);
            }
        }
        self.regions.get(name).is_some()
    }

    /// Whether nothing is under way, on the server or to the browser.
    fn is_quiet(&self) -> bool {
        let committed =
            if self.config.durable { self.commit.is_settled() } else { self.commit.held().is_empty() };
        let shown = self.link.as_ref().is_none_or(|link| {
            !link.wants_regions()
                && !link.title
                && !self.delivery.ack_due
                && link.command >= self.delivery.last_command
                && !self.session.is_dirty()
        });
        committed && shown && self.live && self.is_idle() && self.out.is_empty() && self.takes_in()
    }
}
