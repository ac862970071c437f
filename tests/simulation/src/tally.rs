//! How often what happened: a run without faults would prove nothing.

/// Something that has to happen now and then for a rule to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Crash,
    Drain,
    Cut,
    Reload,
    Duplicate,
    Greed,
    Spoil,
    Resumed,
    Restored,
    Reset,
    Late,
    Repeated,
    Replaced,
    Unadmitted,
    Refused,
    Unsure,
    Fenced,
    Stuck,
    Fired,
    Missed,
    Shared,
    Passed,
    Slept,
    Fetched,
    Unfetched,
}

use Happening::*;

impl Happening {
    /// All of them, and what they are called where they are counted.
    pub(crate) const ALL: [(Self, &str); 25] = [
        (Crash, "crashes"),
        (Drain, "drains"),
        (Cut, "cuts"),
        (Reload, "reloads"),
        (Duplicate, "duplicated tabs"),
        (Greed, "floods of a greedy browser"),
        (Spoil, "spoilt regions"),
        (Resumed, "sessions found in memory"),
        (Restored, "sessions restored from the store"),
        (Reset, "sessions lost"),
        (Late, "frames of an earlier connection"),
        (Repeated, "events that came again"),
        (Replaced, "connections replaced"),
        (Unadmitted, "browsers sent away"),
        (Refused, "writes refused"),
        (Unsure, "writes of unknown end"),
        (Fenced, "writes fenced"),
        (Stuck, "windows full for too long"),
        (Fired, "timers fired"),
        (Missed, "messages missed"),
        (Shared, "frames that many sessions share"),
        (Passed, "of them, past their machines"),
        (Slept, "sessions put to sleep at once"),
        (Fetched, "sleeping sessions fetched"),
        (Unfetched, "fetches that failed"),
    ];
}

/// The counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally([u64; Happening::ALL.len()]);

impl Tally {
    pub(crate) fn note(&mut self, happening: Happening) {
        self.add(happening, 1);
    }

    pub(crate) fn add(&mut self, happening: Happening, times: u64) {
        self.0[happening as usize] += times;
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// In words.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        Happening::ALL.iter().map(|(happening, name)| format!("{:>10} {name}", self.0[*happening as usize]))
    }

    /// What never happened.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let never = |(happening, _): &&(Happening, _)| self.0[*happening as usize] == 0;
        Happening::ALL.iter().filter(never).map(|(_, name)| *name).collect()
    }
}
