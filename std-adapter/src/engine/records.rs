//! Sessions' records: written, read and forgotten beside everything else.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use live_core::{Instant, Record};

use super::Engine;
use super::mailbox::Mail;
use super::runtime::caught;
use super::slot::Slot;
use crate::store::{StoreError, StoreFuture};

/// The shortest time between two prolongations of a record, however short its time is.
const SOONEST: Duration = Duration::from_millis(100);

impl Engine {
    /// How long a session's record is promised to stay after the last sign of life.
    fn promised(&self) -> Duration {
        self.options.session_timeout.max(self.options.grace)
    }

    /// How long the record of a session stays that is written or prolonged now: a third longer than promised, since so much may pass between
    /// that and the session's last sign of life.
    pub(super) fn keeps(&self) -> Duration {
        let promised = self.promised();
        promised.saturating_add(promised / 3)
    }

    /// Writes a record. The answer comes by mail.
    pub(super) fn commit(&self, slot: &Arc<Slot>, record: Record) {
        let (store, generation) = (self.options.session_store.clone(), record.generation);
        let ttl = self.keeps();
        slot.prolonged.store(self.now().as_micros(), Relaxed);
        let volatile = store.is_volatile();
        if volatile {
            slot.stored.store(true, Relaxed);
        }
        self.ask(
            slot,
            // Nobody else goes on with a session of a volatile store.
            Box::pin(async move {
                if volatile { store.set(record, ttl).await } else { store.commit(record, ttl).await }
            }),
            move |result| Mail::Stored { generation, result },
        );
    }

    /// Reads the record of a session that sleeps. The answer comes by mail.
    pub(super) fn fetch(&self, slot: &Arc<Slot>) {
        let (store, id) = (self.options.session_store.clone(), slot.id);
        self.ask(slot, Box::pin(async move { store.get(id).await }), Mail::Fetched);
    }

    /// Prolongs the record of a session that has a connection, once a third of the promised time has passed since it was written or
    /// prolonged, whoever of the two ends speaks meanwhile. Gives when that is due next; none where there is no record.
    pub(super) fn prolong(&self, slot: &Slot, now: Instant) -> Option<Instant> {
        if self.options.session_store.is_volatile() && !slot.stored.load(Relaxed) {
            return None;
        }
        let third = (self.promised() / 3).max(SOONEST);
        let due = Instant::from_micros(slot.prolonged.load(Relaxed)) + third;
        if now < due {
            return Some(due);
        }
        slot.prolonged.store(now.as_micros(), Relaxed);
        self.touch(slot);
        Some(now + third)
    }

    fn touch(&self, slot: &Slot) {
        let (store, id, ttl) = (self.options.session_store.clone(), slot.id, self.keeps());
        self.beside("a session's time wasn't prolonged", Box::pin(async move { store.touch(id, ttl).await }));
    }

    /// Drops the record of a session that has ended, where nobody else could go on with it.
    pub(super) fn forget(&self, slot: &Slot) {
        if !slot.stored.load(Relaxed) {
            return;
        }
        let (store, id) = (self.options.session_store.clone(), slot.id);
        self.beside("a record stays until its time is over", Box::pin(async move { store.delete(id).await }));
    }

    /// Asks the store for something whose answer nobody waits for.
    fn beside(&self, failure: &'static str, question: StoreFuture<'static, ()>) {
        self.runtime.spawn(Box::pin(async move {
            if let Err(error) = answer(question).await {
                crate::log!(warn, %error, "{failure}");
            }
        }));
    }

    fn ask<T: Send + 'static>(
        &self,
        slot: &Arc<Slot>,
        question: StoreFuture<'static, T>,
        mail: impl FnOnce(Result<T, StoreError>) -> Mail + Send + 'static,
    ) {
        let slot = Arc::downgrade(slot);
        self.runtime.spawn(Box::pin(async move {
            let result = answer(question).await;
            if let Some(slot) = slot.upgrade() {
                slot.mailbox.put(mail(result));
            }
        }));
    }
}

/// The store's answer; a panic of its is an error like others.
async fn answer<T>(question: StoreFuture<'static, T>) -> Result<T, StoreError> {
    caught(question).await.unwrap_or_else(|panicked| Err(StoreError::Failed(panicked.into())))
}
