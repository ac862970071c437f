//! Driving many sockets from one thread: as fast as the server answers, or at a pace.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};

use super::{Result, Socket};

/// What a flood sends between two looks at what came back.
const BURST: usize = 64;

/// With so many bytes on their way a socket takes no more.
const BACKLOG: usize = 16 * 1024;

/// One end of a conversation.
pub(crate) trait Peer {
    /// What it says next.
    fn ask(&mut self, out: &mut Vec<u8>);

    /// Takes in a message, and may write what is to be sent back. True where it answers what was asked last.
    fn hear(&mut self, message: &[u8], reply: &mut Vec<u8>) -> Result<bool>;
}

/// Sockets with their peers.
pub(crate) struct Drive<P> {
    lines: Vec<Line<P>>,
    epoll: OwnedFd,
    ready: Vec<epoll::Event>,
    space: Vec<u8>,
    out: Vec<u8>,
}

struct Line<P> {
    socket: Socket,
    peer: P,
    /// When it asked what isn't answered yet.
    asked: Option<Instant>,
}

/// What a run saw.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    pub(crate) answers: u64,
    pub(crate) took: Duration,
    /// From each question to its answer, in microseconds.
    pub(crate) waits: Vec<u32>,
}

impl<P: Peer> Drive<P> {
    pub(crate) fn new(sockets: impl IntoIterator<Item = (Socket, P)>) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut lines = Vec::new();
        for (number, (socket, peer)) in sockets.into_iter().enumerate() {
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &socket.stream, data, epoll::EventFlags::IN)?;
            lines.push(Line { socket, peer, asked: None });
        }
        let mut drive =
            Self { lines, epoll, ready: Vec::with_capacity(256), space: vec![0; 64 * 1024], out: Vec::new() };
        drive.early()?;
        Ok(drive)
    }

    pub(crate) fn peers(&mut self) -> impl Iterator<Item = &mut P> {
        self.lines.iter_mut().map(|line| &mut line.peer)
    }

    /// Each peer asks again as soon as it is answered, for `time`.
    pub(crate) fn saturate(&mut self, time: Duration) -> Result<Timing> {
        let began = Instant::now();
        let mut timing = Timing::default();
        for number in 0..self.lines.len() {
            self.ask(number)?;
        }
        while began.elapsed() < time {
            self.wait(Some(time), &mut timing, true)?;
        }
        timing.took = began.elapsed();
        self.rest()?;
        Ok(timing)
    }

    /// The first asks without waiting for answers, as much as the server takes.
    pub(crate) fn flood(&mut self, over: &AtomicBool) -> Result<()> {
        while !over.load(Relaxed) {
            for _ in 0..BURST {
                if self.lines[0].socket.backlog() < BACKLOG {
                    self.ask(0)?;
                }
            }
            self.wait(Some(Duration::ZERO), &mut Timing::default(), false)?;
        }
        self.rest()
    }

    /// All peers together ask so many times a second, for `time`, in turn; one that waits for its answer is passed over.
    pub(crate) fn pace(&mut self, per_second: f64, time: Duration) -> Result<Timing> {
        let began = Instant::now();
        let (mut timing, mut asked, mut next) = (Timing::default(), 0_u64, 0);
        while began.elapsed() < time {
            let due = (began.elapsed().as_secs_f64() * per_second) as u64;
            let mut tried = 0;
            while asked < due && tried < self.lines.len() {
                if self.lines[next].asked.is_none() {
                    self.ask(next)?;
                    asked += 1;
                }
                next = (next + 1) % self.lines.len();
                tried += 1;
            }
            let until = Duration::from_secs_f64((asked + 1) as f64 / per_second);
            self.wait(Some(until.saturating_sub(began.elapsed())), &mut timing, false)?;
        }
        timing.took = began.elapsed();
        self.rest()?;
        Ok(timing)
    }

    /// Takes in what comes until `done`.
    pub(crate) fn until(&mut self, mut done: impl FnMut(&Timing) -> bool) -> Result<Timing> {
        let began = Instant::now();
        let mut timing = Timing::default();
        while !done(&timing) {
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the server stopped answering".into());
            }
            self.wait(Some(Duration::from_millis(100)), &mut timing, false)?;
        }
        timing.took = began.elapsed();
        Ok(timing)
    }

    /// Takes in what comes for `time`.
    pub(crate) fn quiet(&mut self, time: Duration) -> Result<()> {
        let began = Instant::now();
        while let Some(left) = time.checked_sub(began.elapsed()) {
            self.wait(Some(left), &mut Timing::default(), false)?;
        }
        Ok(())
    }

    /// Takes in what comes until all peers together have heard so many messages, of whatever kind `heard` counts.
    pub(crate) fn hear(&mut self, heard: fn(&P) -> u64, messages: u64) -> Result<()> {
        let sum = |drive: &Self| drive.lines.iter().map(|line| heard(&line.peer)).sum::<u64>();
        let (began, until) = (Instant::now(), sum(self) + messages);
        while sum(self) < until {
            if began.elapsed() > Duration::from_secs(60) {
                let (missing, peers) = (until - sum(self), self.lines.len());
                return Err(format!("{missing} of {messages} messages to {peers} sockets didn't come").into());
            }
            self.wait(Some(Duration::from_millis(100)), &mut Timing::default(), false)?;
        }
        Ok(())
    }

    /// Lets one peer ask.
    pub(crate) fn ask(&mut self, number: usize) -> Result<()> {
        let line = &mut self.lines[number];
        self.out.clear();
        line.peer.ask(&mut self.out);
        line.asked = Some(Instant::now());
        line.socket.send(&self.out)
    }

    /// Waits for the answers that are under way.
    fn rest(&mut self) -> Result<()> {
        let asked = self.lines.iter().filter(|line| line.asked.is_some()).count() as u64;
        self.until(|timing| timing.answers == asked).map(drop)
    }

    fn wait(&mut self, most: Option<Duration>, timing: &mut Timing, again: bool) -> Result<()> {
        let most = most.map(Timespec::try_from).transpose()?;
        self.ready.clear();
        epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut self.ready), most.as_ref())?;
        for at in 0..self.ready.len() {
            let number = self.ready[at].data.u64() as usize;
            let Line { socket, peer, asked } = &mut self.lines[number];
            let mut answered = false;
            self.out.clear();
            socket.receive(&mut self.space, |message| {
                if peer.hear(message, &mut self.out)? {
                    timing.answers += 1;
                    answered = true;
                    if let Some(asked) = asked.take() {
                        timing.waits.push(u32::try_from(asked.elapsed().as_micros())?);
                    }
                }
                Ok(())
            })?;
            if !self.out.is_empty() {
                socket.send(&self.out)?;
            }
            if answered && again {
                self.ask(number)?;
            }
        }
        Ok(())
    }

    /// What was read together with a handshake's answer.
    fn early(&mut self) -> Result<()> {
        for Line { socket, peer, .. } in &mut self.lines {
            self.out.clear();
            socket.take_early(|message| peer.hear(message, &mut self.out).map(drop))?;
            if !self.out.is_empty() {
                socket.send(&self.out)?;
            }
        }
        Ok(())
    }
}

impl Timing {
    /// The wait that this part of all questions had at most, in microseconds.
    pub(crate) fn percentile(&mut self, part: f64) -> u32 {
        self.waits.sort_unstable();
        let last = self.waits.len().saturating_sub(1);
        self.waits.get((last as f64 * part) as usize).copied().unwrap_or(0)
    }
}
