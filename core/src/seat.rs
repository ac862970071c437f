//! Which connection serves a session: rule R10.

use crate::rules::{Broken, Rule};

/// A session's place for one connection. A driver gives each connection a number of its own, larger than those before.
///
/// ```
/// use live_core::{Broken, Seat};
///
/// let mut seat = Seat::default();
/// assert!(seat.take(1, 1, Broken::default()));
/// assert!(seat.take(2, 2, Broken::default()), "a newer connection takes over");
/// assert!(!seat.is(1) && seat.is(2));
/// assert!(!seat.take(3, 1, Broken::default()), "the browser opened this one earlier: it was late");
/// assert!(seat.leave(2) && seat.is_free());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Seat {
    owner: Option<u64>,
    attempt: u32,
}

impl Seat {
    /// Gives the place to a connection, which is the browser's `attempt`th (the number in its `HELLO`). `false` where a newer one has it: the
    /// connection is to be closed as [`Reason::Replaced`](crate::wire::Reason::Replaced), and so is the one that has lost the place.
    pub fn take(&mut self, connection: u64, attempt: u32, broken: Broken) -> bool {
        if self.owner.is_some() && attempt < self.attempt && !broken.is(Rule::R10) {
            return false;
        }
        (self.owner, self.attempt) = (Some(connection), attempt);
        true
    }

    /// Whether this connection has the place.
    pub fn is(&self, connection: u64) -> bool {
        self.owner == Some(connection)
    }

    /// Whether none has.
    pub fn is_free(&self) -> bool {
        self.owner.is_none()
    }

    /// The connection is gone. `false` if it had lost the place before.
    pub fn leave(&mut self, connection: u64) -> bool {
        let had = self.is(connection);
        if had {
            self.owner = None;
        }
        had
    }
}
