//! What may happen next, in a world where nothing happens unless it is chosen.

use crate::schedule::{Place, What};
use crate::server::Joined;
use crate::store::Fault;
use crate::world::{Checked, World};

/// A choice. All are about the first tab, and the servers that it has to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its user does something.
    Act,
    /// The next frame on its connection arrives at the server.
    Up,
    /// The next frame of a connection that it has left does.
    Late,
    /// What the server has sent next arrives: a frame, or the end of the connection.
    Down,
    /// The store does the oldest write that it was asked for.
    Write,
    /// It does the newest, before an older one.
    Overtake,
    /// It refuses the oldest.
    Refuse,
    /// It does the oldest, but says that it couldn't.
    Unsure,
    /// A server hears what came of a write.
    Answer,
    /// A server gets back the state of a sleeping session.
    Fetch,
    /// The connection breaks: the browser opens another at once.
    Cut,
    /// A server learns that a connection is gone.
    Lost,
    /// The time of the next timer comes.
    Tick,
    /// A message from the bus arrives.
    Deliver,
    /// The page is loaded anew.
    Reload,
    /// The session is found to be idle for long.
    Sleep,
    /// The browser's copy of a region is spoilt.
    Spoil,
    /// The server is told to end.
    Drain,
    /// The server is killed.
    Crash,
}

use Step::*;

const NAMES: [(Step, &str); 19] = [
    (Act, "act"),
    (Up, "up"),
    (Late, "late"),
    (Down, "down"),
    (Write, "write"),
    (Overtake, "overtake"),
    (Refuse, "refuse"),
    (Unsure, "unsure"),
    (Answer, "answer"),
    (Fetch, "fetch"),
    (Cut, "cut"),
    (Lost, "lost"),
    (Tick, "tick"),
    (Deliver, "deliver"),
    (Reload, "reload"),
    (Sleep, "sleep"),
    (Spoil, "spoil"),
    (Drain, "drain"),
    (Crash, "crash"),
];

impl Step {
    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(step, _)| *step)
    }

    /// Whether it makes a difference now.
    pub(crate) fn applies(self, world: &World) -> bool {
        match self {
            Act => true,
            Cut | Drain | Crash => world.tabs[0].connection.is_some(),
            Reload => !world.tabs[0].ended,
            Spoil => world.tabs[0].client.html("last").is_some_and(|html| !html.starts_with('?')),
            Sleep => !world.is_asleep(0),
            _ => self.place(world).is_some(),
        }
    }

    /// Lets it happen, and all that isn't chosen but follows.
    pub(crate) fn take(self, world: &mut World, kind: &str) -> Checked {
        world.log.line(format_args!("-- {}", self.name()));
        let server = world.tabs[0].connection.map_or(0, |connection| world.connections[connection].server);
        match self {
            Act => world.act(0, kind),
            Cut => world.cut(0),
            Reload => world.reload(0),
            Spoil => world.spoil(0),
            Sleep => world.idle(0, true),
            Drain => world.drain(server)?,
            Crash => world.crash(server),
            _ => {
                let what = self.place(world).and_then(|place| world.schedule.take(place));
                what.map_or(Ok(()), |what| world.step(self.shaped(what)))?;
            }
        }
        settle(world)
    }

    /// A write goes as the step says.
    fn shaped(self, what: What) -> What {
        match (self, what) {
            (Refuse, What::Write { server, instance, record, .. }) => {
                What::Write { server, instance, record, fault: Fault::Refused }
            }
            (Unsure, What::Write { server, instance, record, .. }) => {
                What::Write { server, instance, record, fault: Fault::Unsure }
            }
            (_, what) => what,
        }
    }

    /// Where it is planned, if it is.
    fn place(self, world: &World) -> Option<Place> {
        let first = world.schedule.find(|what| self.fits(world, what));
        match self {
            Overtake => {
                world.schedule.find_last(|what| self.fits(world, what)).filter(|last| Some(*last) != first)
            }
            _ => first,
        }
    }

    fn fits(self, world: &World, what: &What) -> bool {
        let own = |connection: usize| world.tabs[0].connection == Some(connection);
        let heard = |connection: usize| {
            let link = &world.connections[connection];
            let is_up = world.servers[link.server].life == link.life;
            is_up && !matches!(link.joined, Joined::Gone)
        };
        match (self, what) {
            (Up, What::Up { connection, .. }) => own(*connection) && heard(*connection),
            (Late, What::Up { connection, .. }) => !own(*connection) && heard(*connection),
            (Down, What::Down { connection, .. } | What::Closed { connection, .. }) => own(*connection),
            (Lost, What::Lost { connection }) => heard(*connection),
            (Tick, What::Timeout { server, life, session })
            | (
                Deliver,
                What::Deliver { server, life, session, .. } | What::Changed { server, life, session, .. },
            ) => {
                let home = &world.servers[*server];
                home.life == *life && home.sessions.contains_key(session)
            }
            (Write | Overtake | Refuse | Unsure, What::Write { .. })
            | (Answer, What::Written { .. })
            | (Fetch, What::Fetch { .. }) => true,
            _ => false,
        }
    }
}

/// What isn't chosen happens at once: restarts, reconnections, reads, and all about other tabs.
fn settle(world: &mut World) -> Checked {
    while let Some(what) =
        world.schedule.find(|what| follows(world, what)).and_then(|place| world.schedule.take(place))
    {
        world.step(what)?;
    }
    Ok(())
}

fn follows(world: &World, what: &What) -> bool {
    let other = |connection: usize| world.connections[connection].tab > 0;
    match what {
        What::Start { .. } | What::Connect { .. } | What::Read { .. } | What::Closed { reason: None, .. } => {
            true
        }
        What::Up { connection, .. } | What::Down { connection, .. } | What::Closed { connection, .. } => {
            other(*connection)
        }
        _ => false,
    }
}
