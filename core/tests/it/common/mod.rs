//! A machine and a client joined without a network, under a clock that the test moves.
#![allow(missing_docs, unreachable_pub)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use live_core::client::{Action, Client, Heard};
use live_core::wire::{BrowserFrame, Reason, Received, ServerFrame};
use live_core::{
    Calling, CodecError, Config, Counters, Duration, Effect, Guard, Input, Instant, Machine, Output, Page,
    PageCodec, Panicked, Record, Request, Session, SessionId, StateCodec,
};

/// Catches panics, as live-std does.
#[derive(Clone, Copy, Debug)]
pub struct Catch;

impl Guard for Catch {
    fn run<T>(&self, _: Calling<'_>, code: impl FnOnce() -> T) -> Result<T, Panicked> {
        catch_unwind(AssertUnwindSafe(code)).map_err(|panic| Panicked {
            message: panic.downcast_ref::<&str>().map_or_else(|| "?".into(), |message| (*message).into()),
        })
    }
}

/// Numbers as decimal text.
#[derive(Clone, Copy, Debug)]
pub struct Decimal;

impl StateCodec<i64> for Decimal {
    fn encode(&self, state: &i64, out: &mut Vec<u8>) -> Result<(), CodecError> {
        out.extend(state.to_string().bytes());
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<i64, CodecError> {
        let text = std::str::from_utf8(bytes).map_err(|error| CodecError::new(error.to_string()))?;
        text.parse().map_err(|_| CodecError::new("no number"))
    }
}

impl<S> StateCodec<S> for Catch {
    fn encode(&self, _: &S, _: &mut Vec<u8>) -> Result<(), CodecError> {
        Err(CodecError::new("not in this test"))
    }

    fn decode(&self, _: &[u8]) -> Result<S, CodecError> {
        Err(CodecError::new("not in this test"))
    }
}

pub const ID: SessionId = SessionId::new([7; 16]);

pub struct Pair<P: Page, C = Catch> {
    pub machine: Machine<P, C, Catch>,
    pub client: Client,
    pub now: Instant,
    pub heard: Vec<Heard>,
    pub effects: Vec<Effect<P::Message>>,
    pub commits: Vec<Record>,
    /// Generations that the store was asked for.
    pub loads: Vec<u64>,
    pub closed: Option<Reason>,
    /// The bytes of each frame transmitted.
    pub frames: Vec<Vec<u8>>,
}

impl<P: Page> Pair<P> {
    pub fn new(page: P) -> Self {
        Self::with(page, Catch, Config::default())
    }
}

impl<P: Page, C: PageCodec<P>> Pair<P, C> {
    /// A mounted machine and a client that has not connected.
    pub fn with(page: P, codec: C, config: Config) -> Self {
        let now = Instant::from_micros(1_000_000);
        let machine =
            Machine::mount(Arc::new(page), codec, Catch, ID, Arc::new(Request::default()), config, true, now)
                .unwrap();
        Self::of(machine, now)
    }

    pub fn of(machine: Machine<P, C, Catch>, now: Instant) -> Self {
        Self {
            machine,
            client: Client::new("token"),
            now,
            heard: Vec::new(),
            effects: Vec::new(),
            commits: Vec::new(),
            loads: Vec::new(),
            closed: None,
            frames: Vec::new(),
        }
    }

    pub fn connect(&mut self, resumed: bool) -> &mut Self {
        self.closed = None;
        let hello = self.client.hello();
        let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else { panic!("hello") };
        self.machine.handle(Input::Connected { hello: &hello, token: "renewed", resumed }, self.now);
        self.settle()
    }

    pub fn act(&mut self, action: Action) -> &mut Self {
        let frame = self.client.send(action);
        self.frame(&frame)
    }

    pub fn click(&mut self, event: &str) -> &mut Self {
        self.act(Action::new(event))
    }

    /// One frame to the server, and all that follows.
    pub fn frame(&mut self, frame: &[u8]) -> &mut Self {
        self.machine.handle(Input::Frame(&Received::new(frame)), self.now);
        self.settle()
    }

    pub fn message(&mut self, message: P::Message) -> &mut Self {
        self.machine.handle(Input::Message(message), self.now);
        self.settle()
    }

    pub fn advance(&mut self, by: Duration) -> &mut Self {
        self.now = self.now + by;
        while self.machine.poll_timeout().is_some_and(|at| at <= self.now) {
            self.machine.handle(Input::Timeout, self.now);
            self.settle();
        }
        self
    }

    /// Carries outputs and the client's replies until nothing moves.
    pub fn settle(&mut self) -> &mut Self {
        loop {
            self.drain();
            match self.client.reply() {
                Some(reply) => self.machine.handle(Input::Frame(&Received::new(&reply)), self.now),
                None => return self,
            }
        }
    }

    /// Answers every commit that is due, as a store that keeps them. Gives the last.
    pub fn commit(&mut self) -> Option<Record> {
        let mut last = None;
        self.settle();
        while let Some(record) = self.commits.pop() {
            self.machine.handle(Input::Committed { generation: record.generation }, self.now);
            self.settle();
            last = Some(record);
        }
        last
    }

    /// The machine's next output. One that says that no page code is due runs none.
    fn poll(&mut self) -> Option<Output<P::Message>> {
        let (is_clean, before) = (self.machine.is_clean(), *self.machine.counters());
        let output = self.machine.poll(self.now);
        let after = self.machine.counters();
        let ran = |counters: &Counters| (counters.renders, counters.messages, counters.events);
        assert!(!is_clean || ran(&before) == ran(after), "page code ran in a clean machine");
        output
    }

    /// Carries outputs only: the client stays silent.
    pub fn drain(&mut self) {
        while let Some(output) = self.poll() {
            match output {
                Output::Transmit(frame) => {
                    self.heard.extend(self.client.receive(&frame).unwrap());
                    self.frames.push(frame);
                }
                Output::Effect(effect) => self.effects.push(effect),
                Output::Commit(record) => self.commits.push(record),
                Output::Fetch { generation } => self.loads.push(generation),
                Output::Close(reason) => self.closed = Some(reason),
            }
        }
    }

    pub fn last(&self) -> ServerFrame<'_> {
        ServerFrame::decode(self.frames.last().expect("a frame")).unwrap()
    }
}

/// The whole page that `page` renders for a session.
pub fn fresh_html<P: Page>(page: P, session: &Session<P::State>) -> String
where
    P::State: Sync,
{
    let session = session.clone();
    let mut machine = Machine::mount(
        Arc::new(Still { page, session }),
        Catch,
        Catch,
        ID,
        Arc::new(Request::default()),
        Config::default(),
        false,
        Instant::default(),
    )
    .unwrap();
    machine.full_page().unwrap().html
}

/// A page that shows what another shows for one session.
struct Still<P: Page> {
    page: P,
    session: Session<P::State>,
}

impl<P: Page> Page for Still<P>
where
    P::State: Sync,
{
    type State = ();
    type Message = ();

    fn render(&self, _: &Session<()>, view: &mut live_core::View) -> live_core::Result {
        self.page.render(&self.session, view)
    }
}
