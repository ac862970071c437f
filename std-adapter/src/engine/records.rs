//! Sessions' records: written, read and forgotten beside everything else.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use live_core::Record;

use super::Engine;
use super::mailbox::Mail;
use super::runtime::caught;
use super::slot::Slot;
use crate::store::{StoreError, StoreFuture};

impl Engine {
    /// Writes a record. The answer comes by mail.
    pub(super) fn commit(&self, slot: &Arc<Slot>, record: Record) {
        let (store, generation) = (self.options.session_store.clone(), record.generation);
        let ttl = self.options.session_timeout.max(self.options.grace);
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

    /// Tells a store that the session lives.
    pub(super) fn touch(&self, slot: &Slot) {
        let (store, id) = (self.options.session_store.clone(), slot.id);
        if store.is_volatile() && !slot.stored.load(Relaxed) {
            return;
        }
        let ttl = self.options.session_timeout.max(self.options.grace);
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

    /// Asks the store for something of which nobody waits for the answer.
    fn beside(&self, failure: &'static str, question: StoreFuture<'static, ()>) {
        self.runtime.spawn(Box::pin(async move {
            if let Err(error) = answer(question).await {
                tracing::warn!(%error, "{failure}");
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
