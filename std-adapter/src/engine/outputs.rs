//! What a machine asks for, done.

use std::future::poll_fn;
use std::sync::Arc;

use live_core::wire::Reason;
use live_core::{Call, Effect, Error, ErrorReport, Instant, Output};

use super::live::Parcel;
use super::mailbox::Mail;
use super::runtime::{caught, discard};
use super::slot::{Inner, Slot};
use super::{Engine, hook};
use crate::pubsub::{MessageId, PubSubError};

/// What is left for the connection to do.
pub(super) enum ToBrowser {
    Frame(Vec<u8>),
    Close(Reason),
}

impl Engine {
    /// Does all that a session without a connection asks for.
    pub(super) fn settle_outputs(&self, slot: &Arc<Slot>, inner: &mut Inner, now: Instant) {
        while let Some(output) = self.next_output(slot, inner, now) {
            self.carry_out(slot, output, inner.mark);
        }
    }

    /// Does what an output asks for, or hands on what is the connection's. `mark` is the bus's position before the call of page
    /// code that asked.
    pub(super) fn carry_out(&self, slot: &Arc<Slot>, output: Output<Parcel>, mark: u64) -> Option<ToBrowser> {
        match output {
            Output::Transmit(frame) => return Some(ToBrowser::Frame(frame)),
            Output::Close(reason) => return Some(ToBrowser::Close(reason)),
            Output::Commit(record) => self.commit(slot, record),
            Output::Fetch { .. } => self.fetch(slot),
            Output::Effect(effect) => self.effect(slot, effect, mark),
        }
        None
    }

    fn effect(&self, slot: &Arc<Slot>, effect: Effect<Parcel>, mark: u64) {
        match effect {
            Effect::Subscribe(topic) => self.follow(slot, &topic, mark),
            Effect::Unsubscribe(topic) => self.options.pubsub.unsubscribe(slot.id, &topic),
            Effect::Follow { region, topic } => slot.streams.follow(slot, region, topic),
            Effect::Unfollow { region, topic } => slot.streams.unfollow(slot, &region, &topic),
            Effect::Publish { number, topic, message: Parcel::Bytes(bytes) } => {
                let id = MessageId { session: slot.id, number };
                self.tell(slot, self.options.pubsub.publish_once(id, &topic, bytes));
            }
            Effect::Publish { message: Parcel::Value(_), .. } => {
                unreachable!("what is published is serialised")
            }
            Effect::Spawn(task) => self.spawn(slot, task),
            Effect::Error(report) => self.report(&slot.info(), &report),
        }
    }

    /// Lets the session follow a topic. What was published there after page code looked at its data, and before this, is missed.
    pub(super) fn follow(&self, slot: &Slot, topic: &str, mark: u64) {
        let bus = &self.options.pubsub;
        self.tell(slot, bus.subscribe(slot.id, topic));
        // Behind a commit, the mark is a later call's.
        if !self.options.session_store.is_volatile() || bus.published_since(mark, topic) {
            slot.mailbox.put(Mail::Missed(topic.into()));
        }
    }

    fn tell(&self, slot: &Slot, result: Result<(), PubSubError>) {
        if let Err(error) = result
            && !slot.has_ended()
        {
            self.report(&slot.info(), &ErrorReport { call: Call::Info, error: Error::from(error) });
        }
    }

    /// Runs a task beside the session, for as long as that lives; its value comes by mail.
    fn spawn(&self, slot: &Arc<Slot>, mut task: live_core::Task<Parcel>) {
        let (calls, id) = (self.calls.clone(), slot.id);
        let task = Box::pin(poll_fn(move |cx| calls.during(id, || task.as_mut().poll(cx))));
        let (tasks, on_error) = (slot.tasks.clone(), self.options.on_error.clone());
        let (metrics, number) = (self.options.metrics.clone(), tasks.begin());
        let slot = Arc::downgrade(slot);
        self.runtime.spawn(Box::pin(async move {
            let result = caught(Box::pin(async move { tasks.run(number, task).await })).await;
            let Some(slot) = slot.upgrade().filter(|slot| !slot.has_ended()) else { return discard(result) };
            match result {
                Ok(None) => return,
                Ok(Some(parcel)) => slot.tasks.finish(|| slot.mailbox.push(Mail::Message(parcel))),
                Err(panicked) => {
                    let report = ErrorReport { call: Call::Info, error: Error::from(panicked) };
                    if let Some(metrics) = metrics {
                        metrics.error(&report.call);
                    }
                    hook(|| on_error(&slot.info(), &report));
                    slot.tasks.finish(|| ());
                }
            }
            slot.mailbox.wake();
        }));
    }
}
