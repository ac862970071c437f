//! The browser's half of the protocol without a browser: numbering, deltas, checks and acknowledgements as a state machine. What
//! the TestClient, simulations, load generators and embedded programs speak to a [`Machine`](crate::Machine) with.
//!
//! ```
//! # use live_core::{client::{Action, Client}, *};
//! # use std::sync::Arc;
//! # struct Counter;
//! # impl Page for Counter {
//! #     type State = i64;
//! #     type Message = ();
//! #     fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
//! #         view.page(|out| { out.push_str(r#"<b data-lv-region="count"></b>"#); Ok(()) });
//! #         view.region("count", |out| { out.push_str(&s.state.to_string()); Ok(()) });
//! #         Ok(())
//! #     }
//! #     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, _: &Event) -> Result {
//! #         s.state += 1;
//! #         s.mark("count");
//! #         Ok(())
//! #     }
//! # }
//! # let now = Instant::default();
//! # let mut machine = Machine::mount(
//! #     Arc::new(Counter), NoCodec, NoGuard, SessionId::new([7; 16]), Arc::default(), Config::default(), true, now,
//! # )?;
//! let mut client = Client::new("token");
//! let hello = client.hello();
//! # let wire::BrowserFrame::Hello(hello) = wire::BrowserFrame::decode(&hello).unwrap() else { panic!() };
//! # machine.handle(Input::Connected { hello: &hello, token: "token", resumed: false }, now);
//! // … the machine answers, and every frame that it transmits goes to the client:
//! # while let Some(output) = machine.poll(now) { if let Output::Transmit(frame) = output {
//! client.receive(&frame)?;
//! # } }
//! let event = client.send(Action::new("inc"));
//! # machine.handle(Input::Frame(&wire::Received::new(&event)), now);
//! # while let Some(output) = machine.poll(now) { if let Output::Transmit(frame) = output {
//! client.receive(&frame)?;
//! # } }
//! assert_eq!(client.page_html(), r#"<b data-lv-region="count">1</b>"#);
//! # Ok::<(), Error>(())
//! ```

mod action;
mod heard;
mod regions;

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

pub use action::Action;
pub use heard::{ClientError, Heard};
use regions::Regions;

use crate::hash;
use crate::rules::{Broken, Rule};
use crate::wire::{Hello, ServerFrame, Update, Welcome, write};

/// How many frames may be received before they are acknowledged on their own.
const ACK_FRAMES: u32 = 3;

/// More events than a session has in its life: numbers stay so far below the highest there is.
const MAX_EVENTS: u64 = 1 << 32;

/// How many bytes may be.
const ACK_BYTES: usize = 64 * 1024;

/// One browser tab.
#[derive(Debug, Default)]
pub struct Client {
    token: String,
    query: String,
    version: String,
    limit: u64,
    server_version: String,
    attempt: u32,
    welcomed: bool,
    was_welcomed: bool,
    applied: u64,
    next_event: u64,
    pending: VecDeque<(u64, Action)>,
    received: u32,
    acked: u32,
    unacked_bytes: usize,
    command: u64,
    command_acked: u64,
    regions: Regions,
    title: String,
}

impl Client {
    /// A tab that shows nothing yet.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into(), next_event: 1, ..Self::default() }
    }

    /// A tab that shows the first HTTP response: `html` is the root element's content and `hashes` what `data-lv-view` decodes to.
    /// A region whose HTML doesn't have its hash counts as not shown.
    pub fn open(token: impl Into<String>, title: &str, html: &str, hashes: &[u8]) -> Self {
        let regions = Regions::open(html, hashes);
        Self { regions, title: title.into(), ..Self::new(token) }
    }

    /// The same tab after it has loaded its page anew (rule R9): it goes on with its session and with what waits, and shows the new response, of
    /// which `title`, `html` and `hashes` are as for [`open`](Self::open).
    #[must_use]
    pub fn reload(self, title: &str, html: &str, hashes: &[u8]) -> Self {
        let mut regions = Regions::open(html, hashes);
        regions.broken = self.regions.broken;
        Self { regions, title: title.into(), welcomed: false, ..self }
    }

    /// Breaks a rule, for tests; without the feature `mutants` none can be.
    pub fn set_broken(&mut self, broken: Broken) {
        self.regions.broken = broken;
    }

    /// Spoils the browser's copy of a region, which the next patch of it has to find out (rule R7).
    #[cfg(feature = "mutants")]
    pub fn spoil(&mut self, region: &str) {
        self.regions.spoil(region);
    }

    /// Sets the page's query as `location.search` has it: empty, or with the question mark.
    pub fn set_query(&mut self, query: impl Into<String>) {
        self.query = query.into();
    }

    /// Sets the version that this client says of itself; without it, it says none.
    pub fn set_version(&mut self, version: impl Into<String>) {
        self.version = version.into();
    }

    /// The version of the server's script, as the last welcome said it.
    pub fn server_version(&self) -> &str {
        &self.server_version
    }

    /// The largest message in bytes that the server takes, as the last welcome said it; 0 before the first.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Opens a connection: the first frame. Frames of a connection before are void.
    pub fn hello(&mut self) -> Vec<u8> {
        self.attempt += 1;
        (self.welcomed, self.received, self.acked, self.unacked_bytes) = (false, 0, 0, 0);
        self.command_acked = self.command;
        self.regions.reconnect();
        let mut hashes = self.regions.hashes();
        hashes.extend(hash::region_hash("", "<title>", &self.title).to_bytes());
        let Self { token, attempt, command, query, applied, version, .. } = self;
        write::hello(&Hello {
            token,
            attempt: *attempt,
            command: *command,
            hashes: &hashes,
            query,
            applied: *applied,
            version,
        })
    }

    /// Numbers an event and keeps it until it is applied. The frame is to be sent once the connection is up; what was made before is in
    /// [`resend`](Self::resend).
    pub fn send(&mut self, action: Action) -> Vec<u8> {
        let frame = self.frame(self.next_event, &action);
        self.pending.push_back((self.next_event, action));
        self.next_event += 1;
        frame
    }

    /// The frames of all events that are not yet applied: to be sent after a welcome.
    pub fn resend(&mut self) -> Vec<Vec<u8>> {
        let pending = core::mem::take(&mut self.pending);
        let frames = pending.iter().map(|(id, action)| self.frame(*id, action)).collect();
        self.pending = pending;
        frames
    }

    /// Takes in a frame. Regions whose check fails are asked for again by [`reply`](Self::reply).
    ///
    /// # Errors
    /// A frame that a sound server doesn't send; a browser would reconnect.
    pub fn receive(&mut self, frame: &[u8]) -> Result<Vec<Heard>, ClientError> {
        match ServerFrame::decode(frame).map_err(ClientError::Decode)? {
            ServerFrame::Welcome(welcome) if !self.welcomed => {
                match welcome.applied.checked_add(MAX_EVENTS) {
                    Some(_) => Ok(self.on_welcome(&welcome)),
                    None => Err(ClientError::Applied),
                }
            }
            // Dev mode may say why a connection is refused.
            ServerFrame::Notice { level, text } => Ok(Vec::from([Heard::Notice(level, text.into())])),
            ServerFrame::Welcome(_) => Err(ClientError::Welcome),
            _ if !self.welcomed => Err(ClientError::Welcome),
            ServerFrame::Update(update) => {
                self.received += 1;
                self.unacked_bytes += frame.len();
                self.on_update(update)
            }
            ServerFrame::Pong => Ok(Vec::from([Heard::Pong])),
            ServerFrame::On { session: 0 } => Ok(Vec::new()),
            ServerFrame::On { session } => Err(ClientError::Session(session)),
            ServerFrame::Away { wait } => Ok(Vec::from([Heard::Away(wait)])),
            ServerFrame::Token { token } => {
                self.token = token.into();
                Ok(Vec::from([Heard::Renewed]))
            }
        }
    }

    /// A frame that is due without an event: a request for a region, or an acknowledgement.
    pub fn reply(&mut self) -> Option<Vec<u8>> {
        if let Some(region) = self.regions.resync() {
            return Some(write::resync(&region));
        }
        let unacked = self.received - self.acked;
        let due =
            unacked >= ACK_FRAMES || self.unacked_bytes >= ACK_BYTES || self.command_acked < self.command;
        due.then(|| {
            self.command_acked = self.command;
            let ack = self.acknowledge();
            write::ack(ack, self.command)
        })
    }

    /// Asks for a [`Heard::Pong`].
    pub fn ping(&self) -> Vec<u8> {
        write::ping()
    }

    /// Says that the frames that follow are for the session with this number on the connection. So far 0 is the only one, and need not be said.
    pub fn on(&self, session: u32) -> Vec<u8> {
        write::on(session)
    }

    /// The HTML of a region, with its child regions as empty hosts.
    pub fn html(&self, region: &str) -> Option<&str> {
        self.regions.html(region)
    }

    /// The whole page, as the root element's content.
    pub fn page_html(&self) -> String {
        self.regions.page_html()
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The highest event that is known to be applied.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// How many events wait to be applied.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    fn frame(&mut self, id: u64, action: &Action) -> Vec<u8> {
        let ack = self.acknowledge();
        write::event(id, ack, action)
    }

    fn acknowledge(&mut self) -> u32 {
        (self.acked, self.unacked_bytes) = (self.received, 0);
        self.received
    }

    fn on_welcome(&mut self, welcome: &Welcome<'_>) -> Vec<Heard> {
        self.welcomed = true;
        self.token = welcome.token.into();
        (self.limit, self.server_version) = (welcome.limit, welcome.version.into());
        // The first state is the one that the page shows; what was done before is meant for it, as long as nothing was done to it.
        let first = !core::mem::replace(&mut self.was_welcomed, true);
        let meant = !welcome.reset && (first || self.applied == 0 || welcome.resumed);
        let lost = match meant || self.regions.broken.is(Rule::R11) {
            true => Vec::new(),
            false => self.pending.drain(..).map(|(_, action)| action).collect(),
        };
        if !welcome.resumed {
            (self.command, self.command_acked) = (0, 0);
        }
        if first || !welcome.resumed {
            self.applied = welcome.applied;
            let numbers = welcome.applied + 1..;
            self.pending.iter_mut().zip(numbers).for_each(|((id, _), number)| *id = number);
        }
        let known = |id: &u64| self.pending.iter().any(|(pending, _)| pending == id);
        let refused: Vec<u64> = welcome.refused.iter().filter(known).collect();
        self.on_applied(welcome.applied);
        self.next_event = self.pending.back().map_or(self.applied, |(id, _)| *id) + 1;
        let mut heard = Vec::from([Heard::Welcome { resumed: welcome.resumed, reset: welcome.reset, lost }]);
        heard.extend(refused.into_iter().map(Heard::Refused));
        heard
    }

    fn on_update(&mut self, update: Update<'_>) -> Result<Vec<Heard>, ClientError> {
        for patch in update.patches.iter() {
            self.regions.patch(&patch, update.applied.is_some())?;
        }
        if let Some(title) = update.title {
            self.title = title.into();
        }
        let mut heard = Vec::new();
        if let Some(applied) = update.applied {
            self.on_applied(applied);
            heard.push(Heard::Applied(applied));
        }
        heard.extend(update.refused.iter().map(Heard::Refused));
        for (id, command) in update.commands.iter() {
            if id > self.command {
                self.command = id;
                heard.push(Heard::Command(command.into_owned()));
            }
        }
        Ok(heard)
    }

    fn on_applied(&mut self, applied: u64) {
        self.applied = self.applied.max(applied);
        while self.pending.front().is_some_and(|(id, _)| *id <= applied) {
            self.pending.pop_front();
        }
    }
}
