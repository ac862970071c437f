//! What page code may ask and do beside changing its state.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::net::IpAddr;

use crate::effect::Effect;
use crate::error::{Error, Result};
use crate::limits::MAX_EFFECTS;
use crate::page::Page;
use crate::request::Request;
use crate::session::SessionId;
use crate::time::{Duration, Instant};

/// The context of one call of page code. What it asks for (messages, subscriptions, timers, tasks) takes effect when the call
/// returns `Ok`, and after the commit of the event that it belongs to; a failed call leaves no trace.
pub struct Ctx<'a, P: Page> {
    request: &'a Request,
    session_id: SessionId,
    live: bool,
    connected: bool,
    now: Instant,
    asked: &'a mut Asked<P::Message>,
}

/// A message that is to come: the handle by which [`Ctx::cancel`] takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timer(pub(crate) u64);

/// Page code asked for more effects or timers than [`limits`](crate::limits) allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// What one call asked for.
pub(crate) struct Asked<M> {
    pub(crate) effects: Vec<Effect<M>>,
    pub(crate) timers: Vec<(Timer, Instant, M)>,
    pub(crate) cancelled: Vec<Timer>,
    pub(crate) next_timer: u64,
    pub(crate) next_publish: u64,
}

impl<'a, P: Page> Ctx<'a, P> {
    pub(crate) fn new(
        request: &'a Request,
        session_id: SessionId,
        live: bool,
        connected: bool,
        now: Instant,
        asked: &'a mut Asked<P::Message>,
    ) -> Self {
        Self { request, session_id, live, connected, now, asked }
    }

    /// Whether a browser is connected by a WebSocket. `mount` also runs for the first HTTP response, with `false`;
    /// timers do nothing there, and subscriptions count only once it is connected. A session whose connection is lost gets
    /// messages with `false`, and keeps both; so does a new one whose browser still waits for the tasks of `mount`.
    pub fn connected(&self) -> bool {
        self.connected
    }

    /// The session's unique name.
    pub fn session_id(&self) -> SessionId {
        self.session_id
    }

    /// The driver's time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The request that opened the page.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// A path parameter: `room` of `/chat/{room}`.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.request.param(name)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&'a str> {
        self.request.query(name)
    }

    /// The first value of a request header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.request.header(name)
    }

    /// The address of the other end.
    pub fn peer(&self) -> Option<IpAddr> {
        self.request.peer
    }

    /// Delivers a topic's messages to this session's `info` from now on. A topic has a name: the empty one is an error.
    pub fn subscribe(&mut self, topic: impl Into<String>) -> Result {
        let topic = topic.into();
        if topic.is_empty() {
            return Err(Error::msg("a topic has a name, but it was empty; give Ctx::subscribe one"));
        }
        self.effect(Effect::Subscribe(topic))
    }

    /// Delivers them no longer.
    pub fn unsubscribe(&mut self, topic: impl Into<String>) -> Result {
        self.effect(Effect::Unsubscribe(topic.into()))
    }

    /// Gives a message to every session that subscribed to the topic, this one included.
    pub fn publish(&mut self, topic: impl Into<String>, message: P::Message) -> Result {
        self.asked.next_publish += 1;
        self.effect(Effect::Publish { number: self.asked.next_publish, topic: topic.into(), message })
    }

    /// Sends a message to this session's `info`, after this call.
    pub fn send_info(&mut self, message: P::Message) -> Result {
        self.send_after(message, Duration::ZERO).map(drop)
    }

    /// Sends a message to this session's `info` after a delay.
    pub fn send_after(&mut self, message: P::Message, delay: Duration) -> Result<Timer> {
        self.asked.next_timer += 1;
        let timer = Timer(self.asked.next_timer);
        if self.live {
            if self.asked.timers.len() >= MAX_EFFECTS {
                return Err(TooMany.into());
            }
            self.asked.timers.push((timer, self.now + delay, message));
        }
        Ok(timer)
    }

    /// Takes a delayed message back. Nothing happens if it was delivered already.
    pub fn cancel(&mut self, timer: Timer) {
        self.asked.cancelled.push(timer);
    }

    /// Runs a future beside the session: a database query, an HTTP call. Its result comes back to `info` as a message. It is dropped
    /// when the session ends.
    pub fn spawn(&mut self, task: impl Future<Output = P::Message> + Send + 'static) -> Result {
        self.effect(Effect::Spawn(Box::pin(task)))
    }

    fn effect(&mut self, effect: Effect<P::Message>) -> Result {
        if self.asked.effects.len() >= MAX_EFFECTS {
            return Err(TooMany.into());
        }
        self.asked.effects.push(effect);
        Ok(())
    }
}

impl<M> Asked<M> {
    /// Takes out what was asked for. No number is given out again.
    pub(crate) fn take(&mut self) -> Self {
        let rest = Self { next_timer: self.next_timer, next_publish: self.next_publish, ..Self::default() };
        core::mem::replace(self, rest)
    }
}

impl<M> Default for Asked<M> {
    fn default() -> Self {
        Self {
            effects: Vec::new(),
            timers: Vec::new(),
            cancelled: Vec::new(),
            next_timer: 0,
            next_publish: 0,
        }
    }
}

impl<P: Page> fmt::Debug for Ctx<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("session_id", &self.session_id)
            .field("connected", &self.connected)
            .field("path", &self.request.path)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one call may ask for {MAX_EFFECTS} effects at most")
    }
}

impl core::error::Error for TooMany {}
