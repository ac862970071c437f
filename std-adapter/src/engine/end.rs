//! The end of a session.

use std::sync::{Arc, Weak};

use super::runtime::{caught, discard};
use super::slot::Slot;
use super::{Engine, hook};
use crate::metrics::Metrics;

impl Engine {
    /// Ends a session at once: its connection closes, and may not come back. Waits for nobody: what is the application's code, its hook and what it
    /// drops, comes in a task of its own, once page code that is under way has returned.
    pub(super) fn drop_session(&self, slot: &Arc<Slot>) {
        slot.end();
        self.drain.begins();
        if !self.registry.remove(slot) {
            return self.drain.ends();
        }
        self.count(Metrics::session_ended);
        self.options.pubsub.leave(slot.id);
        slot.tasks.end();
        slot.mailbox.wake();
        let (engine, slot) = (self.me.clone(), slot.clone());
        self.runtime.spawn(Box::pin(async move {
            if let Err(panicked) = caught(Box::pin(clear(engine.clone(), slot))).await {
                crate::log!(error, %panicked, "the end of a session");
            }
            if let Some(engine) = engine.upgrade() {
                engine.drain.ends();
            }
        }));
    }

    /// Ends a session, in a task of its own, if it has had no connection since it was left for the `detached`th time.
    pub(super) fn expire(&self, slot: Arc<Slot>, detached: u64) {
        let engine = self.me.clone();
        self.runtime.spawn(Box::pin(async move {
            let inner = slot.inner.lock().await;
            if let Some(engine) = engine.upgrade()
                && inner.seat.is_free()
                && inner.detached == detached
            {
                engine.drop_session(&slot);
            }
        }));
    }
}

/// What is left of a session that is out of the registry.
async fn clear(engine: Weak<Engine>, slot: Arc<Slot>) {
    let live = std::mem::take(&mut slot.inner.lock().await.live);
    slot.follows().drain(..).for_each(|entry| entry.remove(slot.id));
    slot.mailbox.clear();
    if let Some(engine) = engine.upgrade() {
        engine.forget(&slot);
        if let Some(on_end) = &engine.options.on_session_end {
            hook(|| on_end(&slot.info()));
        }
    }
    discard(live);
}
