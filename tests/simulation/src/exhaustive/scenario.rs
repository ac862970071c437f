//! Small worlds, each with what may happen in it.

use live_core::Broken;
use wire_tests::random::Random;

use super::step::Step::{self, *};
use crate::log::Log;
use crate::plan::{Plan, Roams};
use crate::schedule::What;
use crate::world::{Checked, World};

/// More browsers than a small world has.
const PLENTY: usize = 1000;

/// A world in which one tab is connected and has done something, and what may happen from then on.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    durable: bool,
    tabs: usize,
    roams: Roams,
    /// How many browsers a server admits in a second, and at once.
    joins: usize,
    /// What the user does, one after the other, and again from the start.
    pub(crate) acts: &'static [&'static str],
    pub(crate) steps: &'static [Step],
}

pub(crate) const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "store",
        durable: true,
        tabs: 1,
        roams: Roams::Never,
        joins: PLENTY,
        acts: &["command", "fail", "later"],
        steps: &[Act, Up, Down, Write, Refuse, Unsure, Answer, Tick, Cut, Lost],
    },
    Scenario {
        name: "links",
        durable: true,
        tabs: 1,
        roams: Roams::Never,
        joins: PLENTY,
        acts: &["command", "refuse", "tell"],
        steps: &[Act, Up, Late, Down, Write, Answer, Cut, Lost, Reload],
    },
    Scenario {
        name: "servers",
        durable: true,
        tabs: 1,
        roams: Roams::Always,
        joins: PLENTY,
        acts: &["later", "command"],
        steps: &[Act, Up, Late, Write, Overtake, Answer, Cut, Lost, Tick, Drain],
    },
    Scenario {
        name: "room",
        durable: true,
        tabs: 2,
        roams: Roams::Always,
        joins: PLENTY,
        acts: &["say"],
        steps: &[Act, Up, Write, Unsure, Answer, Deliver, Cut, Tick],
    },
    Scenario {
        name: "memory",
        durable: false,
        tabs: 1,
        roams: Roams::Always,
        joins: PLENTY,
        acts: &["refuse", "command"],
        steps: &[Act, Up, Late, Down, Cut, Lost, Reload, Tick, Spoil],
    },
    Scenario {
        name: "sleep",
        durable: true,
        tabs: 1,
        roams: Roams::Never,
        joins: PLENTY,
        acts: &["later", "note"],
        steps: &[Act, Up, Down, Write, Answer, Sleep, Fetch, Tick, Cut, Drain],
    },
    Scenario {
        name: "crowd",
        durable: true,
        tabs: 1,
        roams: Roams::Never,
        joins: 1,
        acts: &["note"],
        steps: &[Act, Up, Down, Cut, Lost, Reload],
    },
];

impl Scenario {
    /// The world as it is before the first step.
    pub(crate) fn world(&self, broken: Broken, log: Log) -> Checked<World> {
        let Self { durable, tabs, roams, joins, .. } = *self;
        let plan = Plan { durable, tabs, roams, rate: joins, burst: joins, ..Plan::QUIET };
        let mut world = World::new(plan, Random::new(0), broken, Log::Nowhere);
        for tab in 0..tabs {
            world.step(What::Connect { tab })?;
        }
        world.run()?;
        world.act(0, "note");
        world.run()?;
        world.log = log;
        Ok(world)
    }
}
