//! What may go wrong in one run, and how much of everything there is.

use wire_tests::random::Random;

/// One run's measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Sessions are committed to the store; else they end with their server.
    pub(crate) durable: bool,
    pub(crate) tabs: usize,
    /// The last tab is hostile: it acknowledges nothing, and floods.
    pub(crate) greedy: bool,
    pub(crate) acts: usize,
    pub(crate) crashes: usize,
    pub(crate) drains: usize,
    /// How many browsers a server admits in a second, and at once.
    pub(crate) rate: usize,
    pub(crate) burst: usize,
    pub(crate) cuts: usize,
    pub(crate) reloads: usize,
    pub(crate) duplicates: usize,
    /// How often a session is found idle, and how often it is for long.
    pub(crate) rests: usize,
    pub(crate) spoils: usize,
    /// One write in so many fails; 0 for none.
    pub(crate) store_faults: usize,
    /// The slowest that a link is, in milliseconds.
    pub(crate) latency: usize,
    pub(crate) roams: Roams,
    /// Frames that sessions share go past their machines, where those give leave to.
    pub(crate) leases: bool,
}

/// Which server a browser connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Roams {
    /// Any.
    Freely,
    /// Always the first.
    Never,
    /// The one after that of its last connection.
    Always,
}

impl Plan {
    /// One tab, and nothing goes wrong by itself.
    pub(crate) const QUIET: Self = Self {
        durable: true,
        tabs: 1,
        greedy: false,
        acts: 0,
        crashes: 0,
        drains: 0,
        rate: 1000,
        burst: 1000,
        cuts: 0,
        reloads: 0,
        duplicates: 0,
        rests: 0,
        spoils: 0,
        store_faults: 0,
        latency: 1,
        roams: Roams::Never,
        leases: true,
    };

    pub(crate) fn of(random: &mut Random) -> Self {
        let some =
            |random: &mut Random, most: usize| if random.one_in(3) { 0 } else { random.below(most + 1) };
        let tabs = 1 + random.below(4);
        Self {
            durable: !random.one_in(4),
            tabs,
            greedy: tabs > 1 && random.one_in(4),
            acts: 4 + random.below(28),
            crashes: some(random, 4),
            drains: some(random, 4),
            rate: 1 + random.below(4),
            burst: 1 + random.below(3),
            cuts: some(random, 12),
            reloads: some(random, 4),
            duplicates: some(random, 2),
            rests: some(random, 8),
            spoils: some(random, 3),
            store_faults: if random.one_in(2) { 0 } else { 3 + random.below(20) },
            latency: [1, 20, 200, 2000][random.below(4)],
            roams: Roams::Freely,
            leases: !random.one_in(3),
        }
    }
}
