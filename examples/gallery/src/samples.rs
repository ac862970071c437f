//! What the dashboard has seen of the server's metrics: a sample a second, and the charts of them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use live_smol::live_std::Snapshot;
use serde::{Deserialize, Serialize};

/// The last samples, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Samples {
    list: Vec<[f64; 4]>,
    /// How many there were before those of the list.
    dropped: usize,
    /// When the last was taken, in microseconds of the server's clock.
    at: u64,
    /// The server's numbers at that time, as [`TOTALS`] names them.
    totals: [u64; 10],
    event_nanos: u64,
}

/// A chart: its name, its title, and what it counts by.
pub(crate) const CHARTS: [(&str, &str, &str); 4] = [
    ("sessions", "Sessions", "in memory"),
    ("events", "Events", "a second"),
    ("time", "Time of an event", "µs"),
    ("bytes", "Patches", "bytes a second"),
];

/// The server's numbers, as people read them.
pub(crate) const TOTALS: [&str; 10] = [
    "Sessions",
    "Connections",
    "Pages",
    "Events",
    "Failed events",
    "Messages",
    "Errors",
    "Renders",
    "Frames",
    "Patch bytes",
];

/// How many samples a chart shows.
pub(crate) const SHOWN: usize = 60;

const EVENTS: usize = 3;
const BYTES: usize = 9;

impl Samples {
    /// Adds a sample, at a time in microseconds: what the numbers have grown by since the last.
    pub(crate) fn add(&mut self, now: &Snapshot, at: u64) {
        let totals = totals(now);
        let nanos = u64::try_from(now.event_time.as_nanos()).unwrap_or(u64::MAX);
        let is_first = self.list.is_empty();
        let seconds = at.saturating_sub(self.at).max(1000) as f64 / 1e6;
        let grown =
            |of: usize| if is_first { 0.0 } else { totals[of].saturating_sub(self.totals[of]) as f64 };
        let events = grown(EVENTS);
        let micros = nanos.saturating_sub(self.event_nanos) as f64 / 1000.0;
        let each = if events > 0.0 { micros / events } else { 0.0 };
        self.list.push([totals[0] as f64, events / seconds, each, grown(BYTES) / seconds]);
        if self.list.len() > SHOWN {
            self.list.remove(0);
            self.dropped += 1;
        }
        (self.at, self.totals, self.event_nanos) = (at, totals, nanos);
    }

    /// The bars of a chart: each a place, from left to right, and a height.
    pub(crate) fn bars(&self, chart: usize) -> impl Iterator<Item = (usize, f64)> {
        self.list.iter().enumerate().map(move |(at, sample)| (self.dropped + at, sample[chart]))
    }

    /// The place at the left edge of the charts: the newest sample is at the right one.
    pub(crate) fn left(&self) -> i64 {
        (self.dropped + self.list.len()) as i64 - SHOWN as i64
    }

    /// The value at the right edge of a chart.
    pub(crate) fn last(&self, chart: usize) -> f64 {
        self.list.last().map_or(0.0, |sample| sample[chart])
    }

    /// The value at the upper edge of a chart: 1, 2, 5, 10, 20, 50 and so on.
    pub(crate) fn top(&self, chart: usize) -> f64 {
        let most = self.list.iter().map(|sample| sample[chart]).fold(1.0, f64::max);
        let unit = 10f64.powf(most.log10().floor());
        let top = [1.0, 2.0, 5.0].into_iter().map(|step| step * unit).find(|top| *top >= most);
        top.unwrap_or(10.0 * unit)
    }

    /// The server's numbers with their names.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        TOTALS.into_iter().zip(self.totals)
    }
}

fn totals(now: &Snapshot) -> [u64; 10] {
    [
        now.sessions,
        now.connections,
        now.pages,
        now.events,
        now.failed,
        now.messages,
        now.errors,
        now.renders,
        now.frames,
        now.patch_bytes,
    ]
}

/// A value as people read it.
pub(crate) fn short(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// The time of day, in UTC.
pub(crate) fn clock() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    format!("{:02}:{:02}:{:02}", since / 3600 % 24, since / 60 % 60, since % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(events: u64, patch_bytes: u64) -> Snapshot {
        let event_time = Duration::from_micros(events * 7);
        Snapshot { sessions: 3, events, patch_bytes, event_time, ..Snapshot::default() }
    }

    #[test]
    fn a_sample_is_what_the_numbers_have_grown_by() {
        let mut samples = Samples::default();
        samples.add(&snapshot(100, 1000), 5_000_000);
        samples.add(&snapshot(104, 1900), 7_000_000);
        let last: Vec<f64> = (0..4).map(|chart| samples.last(chart)).collect();
        assert_eq!(last, [3.0, 2.0, 7.0, 450.0]);
        assert_eq!(samples.bars(1).collect::<Vec<_>>(), [(0, 0.0), (1, 2.0)]);
        assert_eq!(samples.totals().nth(EVENTS), Some(("Events", 104)));
    }

    #[test]
    fn a_chart_ends_at_its_newest_sample_and_forgets_the_oldest() {
        let mut samples = Samples::default();
        for second in 1..=SHOWN as u64 + 5 {
            samples.add(&snapshot(0, 0), second * 1_000_000);
        }
        let places: Vec<usize> = samples.bars(0).map(|(at, _)| at).collect();
        assert_eq!((places.len(), places[0], samples.left()), (SHOWN, 5, 5));
    }

    #[test]
    fn the_upper_edge_is_a_round_number() {
        let top = |bytes: u64| {
            let mut samples = Samples::default();
            samples.add(&snapshot(0, 0), 1_000_000);
            samples.add(&snapshot(0, bytes), 2_000_000);
            samples.top(3)
        };
        assert_eq!([0, 1, 2, 3, 19, 51, 1000].map(top), [1.0, 1.0, 2.0, 5.0, 20.0, 100.0, 1000.0]);
        assert_eq!([0.0, 0.25, 9.96, 1234.5].map(short), ["0", "0.2", "10.0", "1234"]);
    }
}
