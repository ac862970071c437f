//! The application's own code in states and messages: `Clone`, `Default`, `Drop` and the codec. It runs in the guard, as the page's calls do.

use alloc::string::ToString;
use core::mem;

use super::{Machine, RecordError};
use crate::codec::{CodecError, PageCodec};
use crate::effect::Call;
use crate::error::Result;
use crate::guard::{Calling, Guard};
use crate::page::Page;

/// A state or a message of a record.
pub(super) fn decoded<T>(
    guard: &impl Guard,
    decode: impl FnOnce() -> Result<T, CodecError>,
) -> Result<T, RecordError> {
    let decoded = guard.run(Calling::Value, decode);
    let decoded = decoded.unwrap_or_else(|panicked| Err(CodecError::new(panicked.to_string())));
    decoded.map_err(RecordError::State)
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// A new state.
    pub(super) fn default_state(&self) -> Result<P::State> {
        Ok(self.guard.run(Calling::Value, P::State::default)?)
    }

    /// Puts another state in the place of the session's.
    pub(super) fn replace_state(&mut self, state: P::State) {
        let before = mem::replace(&mut self.session.state, state);
        self.discard(Some(before));
    }

    /// Drops states or messages, each by itself: of two panics at once nobody could stop the second. They are reported, and stop nothing.
    pub(super) fn discard<T>(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values {
            if let Err(panicked) = self.guard.run(Calling::Value, || drop(value)) {
                self.counters.panics += 1;
                self.report(Call::Value, panicked.into());
            }
        }
    }
}

impl<P: Page, C, G: Guard> Drop for Machine<P, C, G> {
    fn drop(&mut self) {
        let Self { guard, spare, timers, inbox, commit, out, asked, session, .. } = self;
        let asked = asked.take();
        drop_each(guard, spare.take());
        drop_each(guard, timers.take_all());
        drop_each(guard, inbox.drain(..));
        drop_each(guard, commit.take_held());
        drop_each(guard, out.drain(..));
        drop_each(guard, asked.timers);
        drop_each(guard, asked.effects);
        if mem::needs_drop::<P::State>() {
            let _ = guard.run(Calling::Value, || drop(mem::take(&mut session.state)));
        }
    }
}

/// Nobody is left to report to.
fn drop_each<T>(guard: &impl Guard, values: impl IntoIterator<Item = T>) {
    for value in values {
        let _ = guard.run(Calling::Value, || drop(value));
    }
}
