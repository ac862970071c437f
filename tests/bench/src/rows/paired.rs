//! Two servers under the same load in turns, and the ratios of what they took.

use std::time::Duration;

use crate::load::{Drive, Peer, Result, Timing};
use crate::process::Server;
use crate::report::{Seen, figure};

use super::Plan;

/// One run of one server.
#[derive(Debug)]
pub(crate) struct Run {
    /// Processor seconds of the server for 10,000 answers.
    pub(crate) cpu: f64,
    pub(crate) per_second: f64,
    p50: u32,
    p99: u32,
}

/// The runs of both, round by round.
#[derive(Debug, Default)]
pub(crate) struct Pairs(Vec<(Run, Run)>);

impl Run {
    pub(crate) fn of(server: &Server, load: impl FnOnce() -> Result<Timing>) -> Result<Self> {
        let before = server.cpu()?;
        let mut timing = load()?;
        let cpu = server.cpu()? - before;
        let answers = timing.waits.len().max(1) as f64;
        Ok(Self {
            cpu: cpu.as_secs_f64() * 10_000.0 / answers,
            per_second: timing.answers as f64 / timing.took.as_secs_f64(),
            p50: timing.percentile(0.5),
            p99: timing.percentile(0.99),
        })
    }

    /// The medians of some runs, in words.
    pub(crate) fn words<'a>(runs: impl Iterator<Item = &'a Self> + Clone) -> String {
        let median = |of: fn(&Self) -> f64| Seen::of(runs.clone().map(of)).median;
        format!(
            "CPU {} s per 10 k, {} k/s, p50 {} µs, p99 {} µs",
            figure(median(|run| run.cpu)),
            figure(median(|run| run.per_second) / 1000.0),
            figure(median(|run| f64::from(run.p50))),
            figure(median(|run| f64::from(run.p99))),
        )
    }
}

impl Pairs {
    /// Runs both in turns, after one that doesn't count.
    pub(crate) fn measure<A: Peer, B: Peer>(
        plan: Plan,
        (ours, our_drive): (&Server, &mut Drive<A>),
        (floor, floor_drive): (&Server, &mut Drive<B>),
        ours_load: impl Fn(&mut Drive<A>, Duration) -> Result<Timing>,
        floor_load: impl Fn(&mut Drive<B>, Duration) -> Result<Timing>,
    ) -> Result<Self> {
        ours_load(our_drive, plan.time / 4)?;
        floor_load(floor_drive, plan.time / 4)?;
        let mut pairs = Self::default();
        for round in 0..plan.rounds {
            // Whoever goes first has it no better over all rounds.
            let both = if round % 2 == 0 {
                let first = Run::of(ours, || ours_load(our_drive, plan.time))?;
                (first, Run::of(floor, || floor_load(floor_drive, plan.time))?)
            } else {
                let second = Run::of(floor, || floor_load(floor_drive, plan.time))?;
                (Run::of(ours, || ours_load(our_drive, plan.time))?, second)
            };
            pairs.0.push(both);
        }
        Ok(pairs)
    }

    /// Adds a round.
    pub(crate) fn push(&mut self, ours: Run, floor: Run) {
        self.0.push((ours, floor));
    }

    pub(crate) fn cpu_ratio(&self) -> Seen {
        Seen::of(self.0.iter().map(|(ours, floor)| ours.cpu / floor.cpu))
    }

    pub(crate) fn throughput_ratio(&self) -> Seen {
        Seen::of(self.0.iter().map(|(ours, floor)| ours.per_second / floor.per_second))
    }

    /// Processor seconds for 10,000 answers of ours.
    pub(crate) fn cpu(&self) -> Seen {
        Seen::of(self.0.iter().map(|(ours, _)| ours.cpu))
    }

    /// What both did, in words.
    pub(crate) fn words(&self) -> String {
        let (ours, floor) = (self.0.iter().map(|pair| &pair.0), self.0.iter().map(|pair| &pair.1));
        format!("ours {}; floor {}", Run::words(ours), Run::words(floor))
    }
}
