//! The commit exchange: what an event changed is durable before anything of it is sent (rule R3).

use alloc::vec::Vec;

use super::{CommitError, Machine, Output, Record};
use crate::codec::PageCodec;
use crate::config::Config;
use crate::effect::{Call, Effect};
use crate::guard::Guard;
use crate::limits::COMMIT_WITHIN;
use crate::owner::{Claim, Owner};
use crate::page::Page;
use crate::rules::Rule;
use crate::time::Instant;
use crate::wire::Reason;

/// Where a session stands with its store.
#[derive(Debug)]
pub(super) struct Commit<M> {
    /// Of the last record written or under way.
    owner: Owner,
    stage: Stage,
    /// When what has changed has to be committed.
    due: Option<Instant>,
    /// What leaves after the commit.
    held: Vec<Effect<M>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is under way.
    Idle,
    /// The store has been asked.
    InFlight,
    /// The store could not write; it is asked again at this time.
    Retry(Instant),
}

impl<M> Commit<M> {
    /// Nothing is written under this claim.
    pub(super) fn begin(claim: Claim) -> Self {
        Self::at(Owner { claim, generation: 0 })
    }

    /// The session is taken over from `record`: the next record is the first under a claim of its own.
    pub(super) fn take_over(record: &Record, nonce: u32) -> Self {
        Self::at(Owner { claim: record.claim.next(nonce), generation: record.generation })
    }

    fn at(owner: Owner) -> Self {
        Self { owner, stage: Stage::Idle, due: None, held: Vec::new() }
    }

    /// Of the last record written or under way.
    pub(super) fn owner(&self) -> Owner {
        self.owner
    }

    /// Of the next record.
    pub(super) fn next(&self) -> Owner {
        Owner { generation: self.owner.generation + 1, ..self.owner }
    }

    /// Whether everything waits for the store.
    pub(super) fn in_flight(&self) -> bool {
        self.stage != Stage::Idle
    }

    /// An event changed something: commit now.
    pub(super) fn event(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// Something else did: commit soon.
    pub(super) fn change(&mut self, now: Instant) {
        self.due.get_or_insert(now + COMMIT_WITHIN);
    }

    /// An effect that leaves after the commit, which is due at once for its sake.
    pub(super) fn hold(&mut self, effect: Effect<M>, now: Instant) {
        self.held.push(effect);
        self.due = Some(now);
    }

    /// A record is on its way to a store that isn't durable, so that the state may leave memory.
    pub(super) fn leave(&mut self, record: &Record) {
        (self.owner, self.stage, self.due) = (record.owner(), Stage::InFlight, None);
    }

    /// Nothing has changed since the last commit.
    pub(super) fn is_settled(&self) -> bool {
        !self.in_flight() && self.due.is_none() && self.held.is_empty()
    }

    /// What leaves after the commit.
    pub(super) fn held(&self) -> &[Effect<M>] {
        &self.held
    }

    /// Takes out what would leave after the commit, for a machine that ends.
    pub(super) fn take_held(&mut self) -> Vec<Effect<M>> {
        core::mem::take(&mut self.held)
    }

    /// Releases the capacity that effects once needed.
    pub(super) fn shrink(&mut self) {
        self.held.shrink_to_fit();
    }

    /// When a driver has to come back for a commit.
    pub(super) fn due(&self, config: &Config) -> Option<Instant> {
        match self.stage {
            Stage::Idle => self.due.filter(|_| config.durable),
            Stage::InFlight => None,
            Stage::Retry(at) => Some(at),
        }
    }
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Puts a commit out if one is due, or without a store the effects that waited for it. `true` if anything was put out.
    pub(super) fn start_commit(&mut self, now: Instant) -> bool {
        let due = match self.commit.stage {
            Stage::Idle if self.draining => self.commit.due.map(|_| now),
            Stage::Idle => self.commit.due,
            Stage::InFlight => None,
            Stage::Retry(at) => Some(at),
        };
        if due.is_none_or(|due| due > now) {
            return false;
        }
        self.commit.due = None;
        if !self.config.durable || !self.live {
            return self.release();
        }
        let record = self.record();
        self.encoded = None;
        match record {
            Ok(record) => {
                self.commit.owner = record.owner();
                self.commit.stage = Stage::InFlight;
                self.out.push_back(Output::Commit(record));
                if self.config.broken.is(Rule::R3) {
                    self.release();
                }
            }
            Err(error) => {
                // A codec that refuses what it has taken before: the last record is all there is.
                self.report(Call::Commit, error);
                self.give_up(Reason::Internal);
            }
        }
        true
    }

    pub(super) fn on_committed(&mut self, generation: u64) {
        if self.commit.stage == Stage::InFlight && generation == self.commit.owner.generation {
            self.commit.stage = Stage::Idle;
            // Nothing runs while a commit is under way.
            self.delivery.durable = self.delivery.applied;
            self.release();
            self.left(true);
        }
    }

    pub(super) fn on_commit_failed(&mut self, generation: u64, error: CommitError, now: Instant) {
        if self.commit.stage != Stage::InFlight || generation != self.commit.owner.generation {
            return;
        }
        match error {
            // Whatever else has gone on with the session: the browser finds it there.
            CommitError::Fenced => self.give_up(Reason::Restart),
            CommitError::Unavailable => {
                self.commit.owner.generation -= 1;
                // Nothing waits for a record that isn't durable.
                self.commit.stage =
                    if self.config.durable { Stage::Retry(now + COMMIT_WITHIN) } else { Stage::Idle };
                self.left(false);
            }
        }
    }

    fn release(&mut self) -> bool {
        let any = !self.commit.held.is_empty();
        self.out.extend(self.commit.held.drain(..).map(Output::Effect));
        any
    }
}
