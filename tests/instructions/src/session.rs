//! A session of the real core with a page of the gallery, and a browser of ours beside it; no clock and no socket.

use std::hint::black_box;
use std::sync::Arc;

use live_core::client::{Action, Client};
use live_core::wire::{BrowserFrame, Received};
use live_core::{
    Config, FullPage, Input, Instant, Machine, Output, Page, PageCodec, Record, Request, SessionId,
};
use live_smol::live_std::{CatchUnwind, MsgpackCodec};

/// How many rounds are counted.
pub(crate) const ROUNDS: u64 = 50;

/// Rounds before, in which buffers get their sizes.
pub(crate) const WARM: u64 = 5;

const NOW: Instant = Instant::from_micros(1_000_000);

type Live<P> = Machine<P, MsgpackCodec, CatchUnwind>;

/// What callgrind counts.
#[inline(never)]
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

/// Counts this from [`WARM`] rounds on.
pub(crate) fn counted_once_warm<T>(round: u64, work: impl FnOnce() -> T) -> T {
    if round < WARM { work() } else { counted(work) }
}

/// The page's first response.
pub(crate) fn opened<P: Page>(page: &Arc<P>, request: &Arc<Request>, config: &Config) -> FullPage
where
    MsgpackCodec: PageCodec<P>,
{
    mounted(page, request, config, false).full_page().expect("the page renders")
}

fn mounted<P: Page>(page: &Arc<P>, request: &Arc<Request>, config: &Config, connected: bool) -> Live<P>
where
    MsgpackCodec: PageCodec<P>,
{
    let id = SessionId::new([7; 16]);
    let (page, request, config) = (page.clone(), request.clone(), config.clone());
    let machine = Machine::mount(page, MsgpackCodec, CatchUnwind, id, request, config, connected, NOW);
    machine.expect("the page mounts")
}

/// The browser that was given this page.
fn browser(full: &FullPage) -> Client {
    Client::open("token", &full.title, &full.html, &full.hashes)
}

/// One session and its browser.
pub(crate) struct Tab<P: Page> {
    pub(crate) machine: Live<P>,
    pub(crate) client: Client,
}

impl<P: Page> Tab<P>
where
    MsgpackCodec: PageCodec<P>,
{
    /// A page that a browser has loaded, and connected with.
    pub(crate) fn open(page: P, query: &str, config: &Config) -> Self {
        let mut request = Request::default();
        if !query.is_empty() {
            request.query.push((query.into(), "".into()));
        }
        let (page, request) = (Arc::new(page), Arc::new(request));
        let client = browser(&opened(&page, &request, config));
        let mut tab = Self { client, machine: mounted(&page, &request, config, true) };
        let hello = tab.client.hello();
        let frames = tab.connect(&hello);
        tab.heard(&frames);
        tab
    }

    pub(crate) fn connect(&mut self, hello: &[u8]) -> Vec<Vec<u8>> {
        let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(hello) else {
            unreachable!("a browser says hello")
        };
        self.machine.handle(Input::Connected { hello: &hello, token: "token", resumed: true }, NOW);
        self.outputs()
    }

    /// One frame, up to the frames that answer it.
    pub(crate) fn frame(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        self.machine.handle(Input::Frame(&Received::new(frame)), NOW);
        self.outputs()
    }

    /// The browser takes the answers, and says what it has to.
    pub(crate) fn heard(&mut self, frames: &[Vec<u8>]) {
        for frame in frames {
            self.client.receive(frame).expect("a frame that a browser understands");
        }
        while let Some(reply) = self.client.reply() {
            assert!(self.frame(&reply).is_empty(), "an acknowledgement isn't answered");
        }
    }

    /// The same action over and over; what the server does is counted.
    pub(crate) fn repeat(&mut self, action: impl Fn(u64) -> Action) {
        for round in 0..WARM + ROUNDS {
            let frame = self.client.send(action(round));
            let answers = counted_once_warm(round, || self.frame(&frame));
            assert!(!answers.is_empty(), "an event is answered");
            self.heard(&answers);
            answers.into_iter().for_each(|frame| self.machine.recycle(frame));
            assert_eq!(self.client.pending(), 0, "an event is acknowledged");
        }
    }

    fn outputs(&mut self) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        while let Some(output) = self.machine.poll(NOW) {
            match output {
                Output::Transmit(frame) => frames.push(frame),
                Output::Commit(Record { generation, .. }) => {
                    self.machine.handle(Input::Committed { generation }, NOW)
                }
                Output::Effect(_) => {}
                Output::Fetch { .. } | Output::Close(_) => unreachable!("the session is here to stay"),
            }
        }
        frames
    }
}
