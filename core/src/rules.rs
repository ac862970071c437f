//! The rules of delivery (`R1` to `R17`), each with a switch that breaks it: for tests that have to notice.
//!
//! A simulation that passes with a rule broken proves nothing about that rule. So each rule has a place in the code that asks
//! [`Broken::is`], and the simulation in `tests/simulation` is run once with each of them. Without the feature `mutants` the answer is always no, and the
//! compiler drops the question.

/// A rule of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A commit succeeds only on the generation before (fencing).
    R1,
    /// An event is applied once.
    R2,
    /// Nothing is sent of an event before its commit.
    R3,
    /// An event has the same number, its idempotency key, each time that it is tried.
    R4,
    /// A failed call leaves no trace.
    R5,
    /// A command stays until it is acknowledged.
    R6,
    /// What fails its check is asked for again.
    R7,
    /// Frames in flight are bounded.
    R8,
    /// A browser that comes back is sent what differs from what it shows.
    R9,
    /// The newest connection serves the session, and no other.
    R10,
    /// Events for a state that is gone aren't done to another.
    R11,
    /// A field whose change the server hasn't seen keeps its value. The browser's own: its switch is `client/src/rules.ts`, and Chromium has to notice.
    R12,
    /// A server that ends has committed everything.
    R13,
    /// Joins are admitted at a bounded rate.
    R14,
    /// Messages that may have been missed are told as such.
    R15,
    /// What a call has done that refuses its event stays.
    R16,
    /// The browser learns of each event that failed or was refused.
    R17,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::R1,
        Self::R2,
        Self::R3,
        Self::R4,
        Self::R5,
        Self::R6,
        Self::R7,
        Self::R8,
        Self::R9,
        Self::R10,
        Self::R11,
        Self::R12,
        Self::R13,
        Self::R14,
        Self::R15,
        Self::R16,
        Self::R17,
    ];

    /// Whether the core keeps it, and not the browser's runtime alone.
    pub const fn is_in_core(self) -> bool {
        !matches!(self, Self::R12)
    }
}

/// Which rule is broken on purpose. By default, and without the feature `mutants`, none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    #[cfg(feature = "mutants")]
    rule: Option<Rule>,
}

impl Broken {
    /// This rule is.
    #[cfg(feature = "mutants")]
    pub const fn rule(rule: Rule) -> Self {
        Self { rule: Some(rule) }
    }

    /// Whether this rule is.
    #[cfg(feature = "mutants")]
    pub fn is(self, rule: Rule) -> bool {
        self.rule == Some(rule)
    }

    /// Whether this rule is: never, without the feature `mutants`.
    #[cfg(not(feature = "mutants"))]
    #[allow(clippy::unused_self, reason = "the same call with the feature and without")]
    pub const fn is(self, _: Rule) -> bool {
        false
    }
}
