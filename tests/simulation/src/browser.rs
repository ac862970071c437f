//! A browser tab, and the user in front of it.

use std::collections::BTreeSet;
use std::time::Duration;

use live_core::client::{Action, Client, Heard};
use live_core::wire::ServerFrame;
use live_core::{Broken, Command, FullPage, Instant, SessionId};
use wire_tests::random::Random;

use crate::page::TIMER;

/// A tab, and what its user remembers.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) client: Client,
    /// It acknowledges nothing, and does its worst.
    pub(crate) greedy: bool,
    /// The session that it was welcomed to last, or that its page's token names.
    pub(crate) session: SessionId,
    pub(crate) connection: Option<usize>,
    pub(crate) welcomed: bool,
    /// The server told it to stay away.
    pub(crate) ended: bool,
    /// The server that it is connected to ends: it comes back within this.
    pub(crate) away: Duration,
    /// The next thing that it sends on its connection arrives no sooner.
    pub(crate) up_at: Instant,
    /// How many acts the user has made, and how many of them since the state was last lost.
    pub(crate) acts: u64,
    pub(crate) since_reset: u64,
    /// Timers and commands that the user has asked for since then.
    pub(crate) timers: u64,
    pub(crate) commands: Vec<u64>,
    /// The commands that were carried out, in order.
    pub(crate) ran: Vec<u64>,
    /// The first that was carried out once more.
    pub(crate) ran_twice: Option<u64>,
    /// How often its copy of a region was spoilt.
    pub(crate) spoilt: u64,
    /// Events that will fail or be refused, and those that were told to have been, by what the server has applied.
    pub(crate) refusing: u64,
    pub(crate) refused: u64,
}

const KINDS: [&str; 9] = ["note", "say", "later", "command", "flip", "fail", "tell", "refuse", "note"];

impl Tab {
    /// A tab that shows the first response.
    pub(crate) fn new(number: usize, page: &FullPage, greedy: bool, broken: Broken) -> Self {
        let session = session(number, 0);
        let mut client = Client::open(token(session), &page.title, &page.html, &page.hashes);
        client.set_broken(broken);
        Self {
            client,
            greedy,
            session,
            connection: None,
            welcomed: false,
            ended: false,
            away: Duration::ZERO,
            up_at: Instant::default(),
            acts: 0,
            since_reset: 0,
            timers: 0,
            commands: Vec::new(),
            ran: Vec::new(),
            ran_twice: None,
            spoilt: 0,
            refusing: 0,
            refused: 0,
        }
    }

    /// The page is loaded anew: what it shows is the response's, the rest is as it was (rule R9).
    pub(crate) fn reload(&mut self, page: &FullPage) {
        let client = std::mem::take(&mut self.client);
        self.client = client.reload(&page.title, &page.html, &page.hashes);
        (self.connection, self.welcomed) = (None, false);
    }

    /// Whether it doesn't look at a frame.
    pub(crate) fn ignores(&self, frame: &[u8]) -> bool {
        self.greedy && !matches!(ServerFrame::decode(frame), Ok(ServerFrame::Welcome(_)))
    }

    /// The user does something of this kind.
    pub(crate) fn act(&mut self, kind: &str) -> Action {
        let action = Action::new(kind);
        self.refusing += u64::from(matches!(kind, "fail" | "tell" | "refuse"));
        if matches!(kind, "fail" | "tell") {
            // It leaves no trace.
            return action;
        }
        let act = self.next_act();
        self.since_reset += 1;
        match kind {
            "later" => self.timers += 1,
            "command" | "refuse" => self.commands.push(act),
            _ => {}
        }
        action.value("act", act)
    }

    /// Numbers an act.
    pub(crate) fn next_act(&mut self) -> u64 {
        self.acts += 1;
        self.acts
    }

    /// What the browser makes of a frame; events up to `known` were applied before. A sentence where that may not be.
    pub(crate) fn hear(&mut self, heard: Vec<Heard>, known: u64) -> Result<(), String> {
        for heard in heard {
            match heard {
                Heard::Welcome { resumed, .. } => {
                    self.welcomed = true;
                    if !resumed && known > 0 {
                        self.forget();
                    }
                }
                Heard::Refused(_) => self.refused += 1,
                Heard::Command(Command::Js(js)) => self.run(&js.args)?,
                Heard::Command(other) => return Err(format!("a command that no page sends: {other:?}")),
                Heard::Applied(_) | Heard::Notice(..) | Heard::Pong | Heard::Renewed => {}
                Heard::Away(wait) => self.away = Duration::from_millis(wait),
            }
        }
        Ok(())
    }

    /// The state is gone, with all that was done to it; what was under way is told as lost.
    fn forget(&mut self) {
        (self.since_reset, self.timers) = (0, 0);
        self.commands.clear();
        self.ran.clear();
        self.refusing = self.refused;
    }

    fn run(&mut self, args: &str) -> Result<(), String> {
        let act = args
            .trim_matches(|c: char| !c.is_ascii_digit())
            .parse()
            .map_err(|_| format!("odd arguments: {args}"))?;
        if self.ran.contains(&act) {
            self.ran_twice.get_or_insert(act);
        }
        self.ran.push(act);
        Ok(())
    }

    /// Whether each command was carried out: those of acts, and those of timers.
    pub(crate) fn has_run_all(&self) -> bool {
        let timers = (1..=self.timers).map(|nth| TIMER + nth);
        let wanted: BTreeSet<u64> = self.commands.iter().copied().chain(timers).collect();
        wanted == self.ran.iter().copied().collect()
    }
}

/// What a user does next.
pub(crate) fn kind(random: &mut Random) -> &'static str {
    KINDS[random.below(KINDS.len())]
}

/// A session of a tab: the first, or one that was mounted in its place.
pub(crate) fn session(tab: usize, mounted: u64) -> SessionId {
    let mut bytes = [0; 16];
    bytes[0] = tab as u8;
    bytes[8..].copy_from_slice(&mounted.to_le_bytes());
    SessionId::new(bytes)
}

/// Whose session it is.
pub(crate) fn tab_of(session: SessionId) -> usize {
    usize::from(session.as_bytes()[0])
}

/// A token is the session's name; nobody forges any here.
pub(crate) fn token(session: SessionId) -> String {
    let bytes = session.as_bytes();
    let (mounted, _) = bytes[8..].as_chunks::<8>();
    format!("{}.{}", bytes[0], u64::from_le_bytes(mounted[0]))
}
