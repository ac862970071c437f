//! What must hold: one table, of which each line is both printed and checked.

use live_core::limits::{DRAIN_WITHIN, WINDOW_BYTES, WINDOW_FRAMES};

use crate::browser::{self, Tab};
use crate::server::{Held, fresh};
use crate::world::{Checked, World};

/// Something that must hold.
pub(crate) struct Invariant {
    pub(crate) name: &'static str,
    /// What it says, and the rules that it stands for.
    pub(crate) says: &'static str,
    pub(crate) when: When,
    holds: fn(&World) -> Checked,
}

/// When it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// After each step.
    Always,
    /// When the faults are over, and everything has come to rest.
    AtRest,
}

use When::{Always, AtRest};

pub(crate) const INVARIANTS: [Invariant; 17] = [
    Invariant {
        name: "order",
        says: "events are applied in order, once, and a failed one leaves no trace (R2, R5)",
        when: Always,
        holds: order,
    },
    Invariant {
        name: "durable",
        says: "what is acknowledged is in the store (R3)",
        when: Always,
        holds: durable,
    },
    Invariant { name: "once", says: "no command is carried out twice (R6)", when: Always, holds: once },
    Invariant {
        name: "window",
        says: "frames in flight are few, and so are their bytes (R8)",
        when: Always,
        holds: window,
    },
    Invariant {
        name: "sound",
        says: "no patch fails its check, but where the browser's copy was spoilt (R7)",
        when: Always,
        holds: sound,
    },
    Invariant {
        name: "memory",
        says: "whatever waits in a machine stays within its limit (R8, S11)",
        when: Always,
        holds: memory,
    },
    Invariant {
        name: "stop time",
        says: "a server that is told to end does so in time (R13)",
        when: Always,
        holds: stop_time,
    },
    Invariant {
        name: "stop",
        says: "a server that was told to end has committed everything (R13)",
        when: Always,
        holds: stop,
    },
    Invariant {
        name: "admission",
        says: "no window of time sees more joins than the burst and the rate (R14)",
        when: Always,
        holds: admission,
    },
    Invariant {
        name: "connected",
        says: "each tab serves its session, and none is told to stay away (R10)",
        when: AtRest,
        holds: connected,
    },
    Invariant {
        name: "applied",
        says: "each act on a state that lives on, a refused one too, was applied to it, and to no other (R2, R11, R16)",
        when: AtRest,
        holds: applied,
    },
    Invariant { name: "acknowledged", says: "no event waits for ever", when: AtRest, holds: acknowledged },
    Invariant {
        name: "refusals",
        says: "each failure and each refusal was told, once (R17)",
        when: AtRest,
        holds: refusals,
    },
    Invariant {
        name: "timers",
        says: "each timer was set once and fired once (R1)",
        when: AtRest,
        holds: timers,
    },
    Invariant { name: "commands", says: "each command was carried out (R6)", when: AtRest, holds: commands },
    Invariant {
        name: "heard",
        says: "each session knows all that was said in the room (R4, R15)",
        when: AtRest,
        holds: heard,
    },
    Invariant {
        name: "shown",
        says: "each tab shows what its state renders to (R7, R9)",
        when: AtRest,
        holds: shown,
    },
];

/// The first that doesn't hold, in words.
pub(crate) fn check(world: &World, when: When) -> Checked {
    let due = INVARIANTS.iter().filter(|invariant| invariant.when == when);
    for Invariant { name, says, holds, .. } in due {
        holds(world).map_err(|wrong| format!("{name}: {wrong}\n  It must hold that {says}."))?;
    }
    Ok(())
}

fn order(world: &World) -> Checked {
    each_held(world, |held| {
        let session = held.live.session();
        let honest = !world.tabs[browser::tab_of(session.id)].greedy;
        match session.state.wrong {
            wrong if honest && wrong > 0 => {
                Err(format!("{wrong} times an act out of order, or a trace of a failed one"))
            }
            _ => Ok(()),
        }
    })
}

fn durable(world: &World) -> Checked {
    each_tab(world, |tab| {
        let (acknowledged, stored) = (tab.client.applied(), world.store.applied(tab.session));
        if !world.plan.durable || !tab.welcomed || stored.unwrap_or(0) >= acknowledged {
            return Ok(());
        }
        Err(format!("event {acknowledged} is acknowledged, and the store has {stored:?}"))
    })
}

fn once(world: &World) -> Checked {
    each_tab(world, |tab| match tab.ran_twice {
        None => Ok(()),
        Some(act) => Err(format!("the command of act {act} was carried out twice")),
    })
}

fn window(world: &World) -> Checked {
    for link in world.connections.iter().filter(|link| link.is_open) {
        let frames = link.flying.len();
        // The last one was let go while there was room.
        let bytes: usize = link.flying.iter().take(frames.saturating_sub(1)).sum();
        if frames > WINDOW_FRAMES as usize || bytes >= WINDOW_BYTES {
            return Err(format!("{frames} frames are in flight, {bytes} bytes before the last"));
        }
    }
    Ok(())
}

fn sound(world: &World) -> Checked {
    each_held(world, |held| {
        let tab = &world.tabs[browser::tab_of(held.live.session().id)];
        // Two patches may be under way to one spoilt copy, and fail both.
        match held.live.counters().resyncs {
            resyncs if resyncs > 0 && tab.spoilt == 0 && !tab.greedy => {
                Err(format!("{resyncs} regions were asked for again, and no copy was spoilt"))
            }
            _ => Ok(()),
        }
    })
}

fn memory(world: &World) -> Checked {
    each_held(world, |held| match held.live.load().iter().find(|load| load.count > load.most) {
        None => Ok(()),
        Some(load) => Err(format!("{} {}, {} may be", load.count, load.what, load.most)),
    })
}

fn stop_time(world: &World) -> Checked {
    let late = |since| world.schedule.now - since >= DRAIN_WITHIN;
    match world.servers.iter().filter_map(|server| server.draining).any(late) {
        false => Ok(()),
        true => Err(format!("a server didn't end within {DRAIN_WITHIN:?}")),
    }
}

fn stop(world: &World) -> Checked {
    world.servers.iter().try_for_each(|server| server.lost.clone().map_or(Ok(()), Err))
}

fn admission(world: &World) -> Checked {
    for server in &world.servers {
        for (more, from) in server.admitted.iter().rev().enumerate() {
            let window = (world.schedule.now - *from).as_micros() as usize;
            let most = world.plan.burst + world.plan.rate * window / 1_000_000;
            if more + 1 > most {
                return Err(format!("{} browsers joined within {window} us, {most} may", more + 1));
            }
        }
    }
    Ok(())
}

fn connected(world: &World) -> Checked {
    each_tab(world, |tab| match (tab.ended, seat(world, tab)) {
        (true, _) => Err("it was told to stay away".to_owned()),
        (_, None) => Err("it isn't connected".to_owned()),
        _ => Ok(()),
    })
}

fn applied(world: &World) -> Checked {
    each_seated(world, |tab, held| {
        let (made, done) = (tab.since_reset, held.live.session().state.done);
        if made == done { Ok(()) } else { Err(format!("{made} acts were made, {done} were applied")) }
    })
}

fn acknowledged(world: &World) -> Checked {
    each_tab(world, |tab| match tab.client.pending() {
        0 => Ok(()),
        pending => Err(format!("{pending} events were never acknowledged")),
    })
}

fn refusals(world: &World) -> Checked {
    each_tab(world, |tab| {
        let Tab { refusing, refused, .. } = tab;
        if refusing == refused {
            Ok(())
        } else {
            Err(format!("{refusing} events had to fail or be refused, {refused} were told"))
        }
    })
}

fn timers(world: &World) -> Checked {
    each_seated(world, |tab, held| {
        let (set, fired) = (held.live.session().state.set, held.live.session().state.fired);
        if (set, fired) == (tab.timers, tab.timers) {
            return Ok(());
        }
        Err(format!("{} timers were asked for, {set} set, {fired} fired", tab.timers))
    })
}

fn commands(world: &World) -> Checked {
    each_tab(world, |tab| match tab.has_run_all() {
        true => Ok(()),
        false => Err(format!("commands {:?} were sent, {:?} carried out", tab.commands, tab.ran)),
    })
}

fn heard(world: &World) -> Checked {
    let said = world.page.database.all();
    each_seated(world, |_, held| {
        let heard = &held.live.session().state.heard;
        if *heard == said {
            Ok(())
        } else {
            Err(format!("{} of {} utterances were heard", heard.len(), said.len()))
        }
    })
}

fn shown(world: &World) -> Checked {
    each_seated(world, |tab, held| {
        let page = fresh(&world.page, held.live.session());
        let (title, html) = (tab.client.title(), tab.client.page_html());
        if (title, &html) == (&page.title, &page.html) {
            return Ok(());
        }
        Err(format!("it shows\n{title}\n{html}\nand not\n{}\n{}", page.title, page.html))
    })
}

fn each_held(world: &World, holds: impl Fn(&Held) -> Checked) -> Checked {
    world.servers.iter().flat_map(|server| server.sessions.values()).try_for_each(holds)
}

/// Of those that keep to the protocol.
fn each_tab(world: &World, holds: impl Fn(&Tab) -> Checked) -> Checked {
    let mut tabs = world.tabs.iter().enumerate().filter(|(_, tab)| !tab.greedy);
    tabs.try_for_each(|(number, tab)| holds(tab).map_err(|wrong| format!("tab {number}: {wrong}")))
}

fn each_seated(world: &World, holds: impl Fn(&Tab, &Held) -> Checked) -> Checked {
    each_tab(world, |tab| seat(world, tab).map_or(Ok(()), |held| holds(tab, held)))
}

/// The session of a tab, where its connection has the seat.
fn seat<'a>(world: &'a World, tab: &Tab) -> Option<&'a Held> {
    let connection = tab.connection?;
    let held = world.servers[world.connections[connection].server]
        .sessions
        .get(&world.connections[connection].session)?;
    (tab.welcomed && held.seat.is(connection as u64)).then_some(held)
}
