//! Every schedule of a few steps, with a crash at every step of each, instead of some schedules of many.

mod chooser;
mod scenario;
mod step;

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use live_core::{Broken, Rule};

use crate::log::Log;
use crate::world::{Checked, World};
use chooser::Chooser;
use scenario::{SCENARIOS, Scenario};
use step::Step;

/// How many steps a schedule has at most, beside a crash.
pub(crate) const DEPTH: usize = 6;

/// What was walked.
#[derive(Default)]
struct Walked {
    schedules: u64,
    events: u64,
}

impl Walked {
    fn join(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.events += other.events;
    }
}

/// Walks all schedules of all scenarios, with a thread for each core.
pub(crate) fn all(depth: usize) -> Checked {
    let start = Instant::now();
    let left = Mutex::new(SCENARIOS.iter());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let walk_some = || -> Checked<Walked> {
        let mut walked = Walked::default();
        while let Some(scenario) = next() {
            walked.join(&walk_whole(scenario, depth)?);
        }
        Ok(walked)
    };
    let mut total = Walked::default();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(walk_some)).collect();
        threads.into_iter().try_for_each(|thread| {
            total.join(&thread.join().map_err(|_| "a walk panicked")??);
            Ok::<(), String>(())
        })
    })?;
    let (Walked { schedules, events }, took) = (total, start.elapsed().as_secs_f64());
    println!(
        "all schedules of {depth} steps and a crash: {schedules}, {events} events, {took:.1} s: everything held"
    );
    Ok(())
}

/// Walks all schedules of one scenario, and says how many they were.
fn walk_whole(scenario: &Scenario, depth: usize) -> Checked<Walked> {
    let begun = Instant::now();
    let (walked, result) = walk(scenario, depth, Broken::default());
    result?;
    let (Walked { schedules, events }, took) = (&walked, begun.elapsed().as_secs_f64());
    println!("{:<8} {schedules:>8} schedules, {events:>9} events, {took:.1} s", scenario.name);
    Ok(walked)
}

/// Each rule broken: a schedule has to notice, and the shortest is told.
pub(crate) fn mutants(depth: usize) -> Checked {
    let mut alive = Vec::new();
    for rule in Rule::ALL.into_iter().filter(|rule| rule.is_in_core()) {
        let scenarios = |depth| SCENARIOS.iter().map(move |scenario| (scenario, depth));
        let mut walks = (0..=depth).flat_map(scenarios);
        match walks.find_map(|(scenario, depth)| walk(scenario, depth, Broken::rule(rule)).1.err()) {
            Some(wrong) => println!("{rule:?} broken: {}", wrong.lines().next().unwrap_or_default()),
            None => alive.push(rule),
        }
    }
    if alive.is_empty() {
        Ok(())
    } else {
        Err(format!("no schedule noticed that these were broken: {alive:?}"))
    }
}

/// One schedule, told step by step: a scenario's name, a colon, and the steps between commas.
pub(crate) fn one(schedule: &str) -> Checked {
    let (name, steps) = schedule.split_once(':').ok_or("a schedule is a scenario, a colon, and steps")?;
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).ok_or("no such scenario")?;
    let mut run = Run::new(scenario, Broken::default(), Log::Terminal)?;
    for name in steps.split(',').filter(|name| !name.is_empty()) {
        let step = Step::named(name).ok_or_else(|| format!("no step is named {name}"))?;
        if !step.applies(&run.world) {
            return Err(format!("there is nothing for {name} to do"));
        }
        run.take(step)?;
    }
    run.finish()
}

fn walk(scenario: &Scenario, depth: usize, broken: Broken) -> (Walked, Checked) {
    let (mut chooser, mut walked) = (Chooser::default(), Walked::default());
    loop {
        walked.schedules += 1;
        let mut taken = Vec::new();
        let result =
            follow(scenario, depth, broken, &mut chooser, &mut taken).map(|events| walked.events += events);
        if let Err(wrong) = result {
            let names: Vec<&str> = taken.iter().map(|step: &Step| step.name()).collect();
            let schedule = format!("{}:{}", scenario.name, names.join(","));
            let replay = format!("replay: cargo run --release -p simulation -- --schedule {schedule}");
            return (walked, Err(format!("{schedule}: {wrong}\n{replay}")));
        }
        if !chooser.again() {
            return (walked, Ok(()));
        }
    }
}

/// Takes the steps that are chosen, and lets the world come to rest. Gives the number of its events.
fn follow(
    scenario: &Scenario,
    depth: usize,
    broken: Broken,
    chooser: &mut Chooser,
    taken: &mut Vec<Step>,
) -> Checked<u64> {
    let mut run = Run::new(scenario, broken, Log::Nowhere)?;
    loop {
        let crashed = taken.contains(&Step::Crash);
        let left = depth + usize::from(crashed) - taken.len();
        let steps = if left > 0 { scenario.steps } else { &[] };
        let crash = if crashed { None } else { Some(&Step::Crash) };
        let open: Vec<Step> =
            steps.iter().chain(crash).copied().filter(|step| step.applies(&run.world)).collect();
        // The last choice is to stop.
        let Some(step) = open.get(chooser.choose(open.len() + 1)) else { break };
        taken.push(*step);
        run.take(*step)?;
    }
    run.finish()?;
    Ok(run.world.events)
}

/// A scenario under way.
struct Run<'a> {
    scenario: &'a Scenario,
    world: World,
    acts: usize,
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario, broken: Broken, log: Log) -> Checked<Self> {
        Ok(Self { scenario, world: scenario.world(broken, log)?, acts: 0 })
    }

    fn take(&mut self, step: Step) -> Checked {
        let kinds = self.scenario.acts;
        let kind = kinds[self.acts % kinds.len()];
        self.acts += usize::from(step == Step::Act);
        step.take(&mut self.world, kind)
    }

    /// Faults are over, and everything happens that is still to come.
    fn finish(&mut self) -> Checked {
        self.world.calm();
        self.world.run()?;
        self.world.check_rest()
    }
}
