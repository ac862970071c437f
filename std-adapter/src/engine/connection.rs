//! One WebSocket connection, without its socket.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use live_core::wire::{BrowserFrame, Reason, Received};
use live_core::{Input, Instant};

use super::Engine;
use super::allowance::Throttle;
use super::direct::Direct;
use super::join::{Joined, guarded};
use super::live::recycle;
use super::notices::explain;
use super::peers::Place;
use super::refusals::{Peer, Refusal};
use super::seated::leave;
use super::serve::{Served, serve};
use super::slot::{Inner, Slot};
use super::upgrade::{Protocol, Upgrade};
use crate::json;
use crate::metrics::Metrics;
use crate::store::BoxFuture;

/// What a browser with too many connections is told to wait, in milliseconds.
const BUSY: u32 = 5000;

/// Frames in, frames out. The owner of the socket does this, over and over:
///
/// 1. [`poll`](Self::poll) until it is pending, sending what it gives;
/// 2. while [`wants_input`](Self::wants_input), read a message and hand it to [`receive`](Self::receive);
/// 3. wait until the socket can be read, or the context given to `poll` is woken.
///
/// Dropped, it leaves its session waiting for the next connection.
pub struct Connection {
    engine: Arc<Engine>,
    protocol: Protocol,
    /// Who it is, until a session is asked for: what of it is to stay is the session's then.
    upgrade: Option<Box<Upgrade>>,
    number: u64,
    phase: Phase,
    throttle: Throttle,
    /// When the token of a joined connection is renewed.
    renews: Option<Instant>,
    closing: Option<Reason>,
    noticed: bool,
    /// The last notice to all that it was sent.
    news: u64,
    heard: Instant,
    /// When it was polled last.
    polled: Instant,
    /// The session has room for what comes.
    ready: bool,
    pinged: Instant,
    alarm: Option<Instant>,
    direct: Option<Arc<dyn Direct>>,
    /// A frame that came while somebody else had the session; no other is read meanwhile.
    kept: Option<Vec<u8>>,
    /// Counts among its address's connections.
    _place: Option<Place>,
}

enum Phase {
    /// Waits for `HELLO` until this instant.
    Hello(Instant),
    Joining(BoxFuture<'static, Result<Joined, Reason>>),
    Joined(Joined),
    Closed,
}

/// What to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outgoing {
    /// A binary message.
    Binary(Vec<u8>),
    /// A text message.
    Text(String),
    /// A WebSocket ping.
    Ping,
    /// A close frame; then nothing more.
    Close(Reason),
    /// Nothing more: the other end has been silent for too long.
    Abort,
}

/// What came.
#[derive(Clone, Copy, Debug)]
pub enum Incoming<'a> {
    /// A binary message.
    Binary(&'a [u8]),
    /// A text message.
    Text(&'a str),
    /// A ping or pong: a sign of life.
    Alive,
    /// A message over [`Options::max_message_size`](crate::Options::max_message_size).
    Oversized,
    /// Bytes that are no WebSocket frames.
    Malformed,
}

impl Connection {
    /// A connection that [`Engine::reply`] has let in. One of too many from its address
    /// ([`Options::max_connections_per_ip`](crate::Options::max_connections_per_ip)) is closed, and so is that of an
    /// [outdated](Protocol::Outdated) script.
    pub fn new(engine: Arc<Engine>, upgrade: Upgrade) -> Self {
        let (now, options) = (engine.now(), engine.options());
        let place = upgrade.visitor.peer.map(|peer| engine.peers.enter(peer, options.max_connections_per_ip));
        let closing = match place {
            Some(None) => {
                engine.refused(Refusal::Address, &Peer(upgrade.visitor.peer));
                Some(Reason::TryLater(BUSY))
            }
            _ if upgrade.protocol == Protocol::Outdated => {
                engine.met_outdated();
                Some(Reason::Token)
            }
            _ => None,
        };
        Self {
            number: engine.connections.fetch_add(1, Ordering::Relaxed) + 1,
            phase: Phase::Hello(now + options.hello_timeout),
            throttle: Throttle::default(),
            renews: None,
            protocol: upgrade.protocol,
            upgrade: Some(Box::new(upgrade)),
            engine,
            closing,
            noticed: false,
            news: 0,
            heard: now,
            polled: now,
            ready: true,
            pinged: now,
            alarm: None,
            direct: None,
            kept: None,
            _place: place.flatten(),
        }
    }

    /// Gives it a way into its socket beside the task that owns it, so that news of a [shared region](live_core::View::shared) need not wake that task. Before the
    /// task sends anything that isn't from [`poll`](Self::poll), a pong say, it calls [`hold`](Self::hold).
    pub fn with_direct(mut self, direct: Arc<dyn Direct>) -> Self {
        let is_plain = self.protocol == Protocol::Msgpack && !self.engine.options().dev;
        self.direct = Some(direct).filter(|_| is_plain);
        self
    }

    /// Whether the other end has been silent for too long, while a message is on its way out: nothing else is sent or read meanwhile. Wakes the context's
    /// task when that may be so. Any progress is a sign of life, to be told by [`Incoming::Alive`].
    pub fn is_lost(&mut self, cx: &Context<'_>) -> bool {
        let (now, limit) = (self.engine.now(), self.silence());
        if now - self.heard >= limit {
            self.leave();
            return true;
        }
        let lost = self.heard + limit;
        self.set_alarm(self.keep(now).map_or(lost, |keep| keep.min(lost)), now, cx);
        false
    }

    /// Has the session's record kept for as long as there is this connection. Gives when to look again.
    fn keep(&self, now: Instant) -> Option<Instant> {
        match &self.phase {
            Phase::Joined(Joined { slot, .. }) => self.engine.prolong(slot, now),
            _ => None,
        }
    }

    /// How long the other end may be silent.
    fn silence(&self) -> Duration {
        self.engine.options().heartbeat_interval.saturating_mul(5) / 2
    }

    /// Takes back the buffer of a binary message that was sent, for the next one. An owner of a socket that can't give it back does without.
    pub fn recycle(&self, message: Vec<u8>) {
        recycle(message);
    }

    /// Nothing is sent beside the socket's own task until `poll` was pending once more.
    pub fn hold(&self) {
        if let (Phase::Joined(Joined { slot, number, .. }), Some(_)) = (&self.phase, &self.direct) {
            slot.way().hold(*number);
        }
    }

    /// Takes in a message. What breaks the protocol comes out of `poll` as a close.
    pub fn receive(&mut self, incoming: Incoming<'_>) {
        self.heard = self.engine.now();
        match (incoming, self.protocol) {
            (Incoming::Binary(frame), Protocol::Msgpack) => self.frame(frame),
            (Incoming::Text(text), Protocol::Json) => match json::to_frame(text) {
                Ok(frame) => self.frame(&frame),
                Err(_) => self.close(Reason::Protocol),
            },
            (Incoming::Binary(_) | Incoming::Text(_), _) => self.close(Reason::Type),
            (Incoming::Alive, _) => {}
            (Incoming::Oversized, _) => self.close(Reason::Size),
            (Incoming::Malformed, _) => self.close(Reason::Protocol),
        }
    }

    /// Whether the next message may be read. While not, the socket is left alone, so that the other end has to wait.
    pub fn wants_input(&mut self) -> bool {
        if self.closing.is_some() {
            return false;
        }
        match &self.phase {
            Phase::Hello(_) => true,
            Phase::Joining(_) | Phase::Closed => false,
            Phase::Joined(_) if self.kept.is_some() => false,
            Phase::Joined(Joined { slot, .. }) => {
                let now = self.heard.max(self.polled);
                self.ready && self.throttle.opens_at(&slot.allowance, now).is_none()
            }
        }
    }

    /// The next thing to send. Wakes the context's task when there may be more.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outgoing> {
        let now = self.engine.now();
        self.polled = now;
        if matches!(self.phase, Phase::Hello(_)) && self.engine.is_draining() {
            self.close(Reason::Restart);
        }
        let next = loop {
            if let Some(reason) = self.closing {
                if let Some(notice) = self.notice(reason) {
                    return Poll::Ready(self.outgoing(notice));
                }
                self.closing = None;
                return self.closed(reason);
            }
            match &mut self.phase {
                Phase::Closed => return Poll::Pending,
                Phase::Hello(until) if *until <= now => self.close(Reason::Hello),
                Phase::Hello(until) => break Some(*until),
                Phase::Joining(join) => match join.as_mut().poll(cx) {
                    Poll::Pending => break None,
                    Poll::Ready(Err(reason)) => self.close(reason),
                    Poll::Ready(Ok(joined)) => {
                        self.throttle = Throttle::of(&joined.slot.allowance, now);
                        self.renews = Some(now + self.engine.renews_after());
                        self.phase = Phase::Joined(joined);
                    }
                },
                Phase::Joined(Joined { slot, number, .. }) => {
                    let slot = slot.clone();
                    let number = *number;
                    let looks = self.alarm.filter(|at| *at > now);
                    let Poll::Ready(mut inner) = slot.inner.poll(cx) else { break None };
                    if let Some(frame) = self.kept.take() {
                        self.take_in(&slot, &mut inner, number, &Received::new(&frame));
                    }
                    let (next, ready) = match serve(&self.engine, &slot, &mut inner, number, looks, now, cx) {
                        Served::Frame(frame) => return Poll::Ready(self.outgoing(frame)),
                        Served::Close(reason) => {
                            self.close(reason);
                            continue;
                        }
                        Served::Yield { ready } => {
                            cx.waker().wake_by_ref();
                            (None, ready)
                        }
                        Served::Idle { next, ready } => (next, ready),
                    };
                    self.ready = ready;
                    if let Some(frame) = self.engine.news(&mut self.news) {
                        return Poll::Ready(self.outgoing(frame));
                    }
                    match self.renewed(now) {
                        Ok(Some(frame)) => return Poll::Ready(self.outgoing(frame)),
                        Ok(None) => break next,
                        Err(reason) => self.close(reason),
                    }
                }
            }
        };
        self.wait(next, now, cx)
    }

    fn frame(&mut self, frame: &[u8]) {
        match &self.phase {
            Phase::Hello(_) => {
                if let Some(upgrade) = self.upgrade.take() {
                    let join = guarded(
                        self.engine.clone(),
                        frame.to_vec(),
                        *upgrade,
                        self.number,
                        self.direct.clone(),
                    );
                    self.phase = Phase::Joining(Box::pin(join));
                }
            }
            Phase::Joined(Joined { slot, number, .. }) => {
                let received = Received::new(frame);
                if is_limited(&received) && self.throttle.spend(&slot.allowance, self.heard) {
                    self.engine.count(Metrics::held_back);
                }
                let (slot, number) = (slot.clone(), *number);
                match slot.inner.try_briefly() {
                    Some(mut inner) => self.take_in(&slot, &mut inner, number, &received),
                    None => self.kept = Some(frame.to_vec()),
                }
            }
            // Nothing is read meanwhile.
            Phase::Joining(_) | Phase::Closed => {}
        }
    }

    /// The frame that renews the token, once it is time to.
    fn renewed(&mut self, now: Instant) -> Result<Option<Vec<u8>>, Reason> {
        let Phase::Joined(joined) = &self.phase else { return Ok(None) };
        if self.renews.is_none_or(|at| now < at) {
            return Ok(None);
        }
        let frame = self.engine.renew(joined)?;
        self.renews = Some(now + self.engine.renews_after());
        self.hold();
        Ok(Some(frame))
    }

    /// Hands a frame to the session, if it still is this connection's.
    fn take_in(&mut self, slot: &Arc<Slot>, inner: &mut Inner, number: u64, received: &Received<'_>) {
        if inner.seat.is(number) && !slot.has_ended() {
            inner.mark = self.engine.options().pubsub.mark();
            self.engine.step(slot, inner, |live| live.handle(Input::Frame(received), self.heard));
            self.ready = inner.live.is_ready();
        }
    }

    fn close(&mut self, reason: Reason) {
        self.closing.get_or_insert(reason);
    }

    /// In dev mode the browser's console is told why, once.
    fn notice(&mut self, reason: Reason) -> Option<Vec<u8>> {
        let first = !std::mem::replace(&mut self.noticed, true) && self.protocol != Protocol::Outdated;
        if first && self.engine.options().dev && !matches!(self.phase, Phase::Closed) {
            explain(reason)
        } else {
            None
        }
    }

    fn closed(&mut self, reason: Reason) -> Poll<Outgoing> {
        if matches!(self.phase, Phase::Closed) {
            return Poll::Pending;
        }
        self.leave();
        Poll::Ready(Outgoing::Close(reason))
    }

    /// Leaves the session to the next connection, unless that one has it already.
    fn leave(&mut self) {
        if let Phase::Joined(joined) = std::mem::replace(&mut self.phase, Phase::Closed) {
            leave(&self.engine, joined);
        }
    }

    /// Nothing to send now: looks after the connection itself, and sees to it that it is woken in time.
    fn wait(&mut self, next: Option<Instant>, now: Instant, cx: &mut Context<'_>) -> Poll<Outgoing> {
        let heartbeat = self.engine.options().heartbeat_interval;
        let limit = self.silence();
        let silent = now - self.heard;
        if silent >= limit {
            self.leave();
            return Poll::Ready(Outgoing::Abort);
        }
        let mut reading = None;
        if let Phase::Joined(Joined { slot, .. }) = &self.phase {
            if self.throttle.is_abused(&slot.allowance, now) {
                self.engine.count(Metrics::closed_for_rate);
                self.leave();
                return Poll::Ready(Outgoing::Close(Reason::Rate));
            }
            reading = self.throttle.opens_at(&slot.allowance, now);
        }
        if silent >= heartbeat && now - self.pinged >= heartbeat {
            self.pinged = now;
            self.hold();
            return Poll::Ready(Outgoing::Ping);
        }
        let ping = coarse(self.heard.max(self.pinged) + heartbeat.min(limit - silent), heartbeat);
        let keep = self.keep(now);
        if let Some(at) = [Some(ping), next, reading, keep, self.renews].into_iter().flatten().min() {
            self.set_alarm(at, now, cx);
        }
        Poll::Pending
    }

    /// An alarm that is set already and rings sooner will do: it makes this connection look again.
    fn set_alarm(&mut self, at: Instant, now: Instant, cx: &Context<'_>) {
        if self.alarm.is_none_or(|set| set <= now || at < set) {
            self.alarm = Some(at);
            self.engine.alarms.set(at, cx.waker().clone());
        }
    }

    fn outgoing(&mut self, frame: Vec<u8>) -> Outgoing {
        match self.protocol {
            Protocol::Msgpack | Protocol::Outdated => Outgoing::Binary(frame),
            Protocol::Json => match json::from_frame(&frame) {
                Ok(text) => Outgoing::Text(text),
                Err(error) => {
                    crate::log!(error, %error, "a frame has no JSON form");
                    self.leave();
                    Outgoing::Close(Reason::Internal)
                }
            },
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Events and requests for whole regions count against the rate; acknowledgements and pings cost next to nothing.
fn is_limited(received: &Received<'_>) -> bool {
    matches!(received.frame(), Ok(BrowserFrame::Event { .. } | BrowserFrame::Resync(_)))
}

/// Rounded up, so that what isn't urgent is done for many connections at once.
fn coarse(at: Instant, heartbeat: Duration) -> Instant {
    let step = u64::try_from((heartbeat / 16).as_micros()).unwrap_or(u64::MAX).max(1);
    Instant::from_micros(at.as_micros().div_ceil(step).saturating_mul(step))
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("number", &self.number).finish_non_exhaustive()
    }
}
