//! One session in memory: its machine, what waits for it, and which connection serves it.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use live_core::{Instant, Lease, Request, Seat, SessionId};

use super::allowance::Allowance;
use super::direct::Way;
use super::live::{Live, New};
use super::mailbox::Mailbox;
use super::rest::Idle;
use super::slow::SlowRender;
use super::streams::{Entry, PageStreams};
use super::tasks::Tasks;
use crate::options::SessionInfo;
use crate::pubsub::Subscriber;
use crate::token::Claims;

pub(crate) struct Slot {
    pub(crate) id: SessionId,
    /// The session that its page's forms go on with, without JavaScript.
    pub(crate) form: SessionId,
    /// Of the browser: [`cookie_hash`](crate::cookie_hash).
    pub(crate) cookie: [u8; 16],
    pub(crate) request: Arc<Request>,
    pub(crate) mailbox: Mailbox,
    pub(crate) tasks: Arc<Tasks>,
    /// A volatile store has a record of it.
    pub(crate) stored: AtomicBool,
    /// When its record was written or prolonged last, in microseconds as an instant has them.
    pub(crate) prolonged: AtomicU64,
    /// How many events may come.
    pub(crate) allowance: Allowance,
    /// What its page's sessions share, and what this one follows of it.
    pub(crate) streams: Arc<PageStreams>,
    follows: Mutex<Vec<Arc<Entry>>>,
    inner: Mutex<Inner>,
}

pub(crate) struct Inner {
    pub(crate) live: Box<dyn Live>,
    pub(crate) slow: SlowRender,
    pub(crate) idle: Idle,
    pub(crate) way: Way,
    /// To pass frames on through it. The machine has it back before each step.
    pub(crate) lease: Option<Lease>,
    /// Of the connection that serves the session; free while it waits for one.
    pub(crate) seat: Seat,
    /// Until when a browser waits for the tasks of `mount`, while there are any.
    pub(crate) settles_until: Option<Instant>,
    /// How often the session was left without a connection: tells an old end of grace from the present one.
    pub(crate) detached: u64,
    /// The bus's position before page code was called last.
    pub(crate) mark: u64,
    /// It is out of the registry, or on its way out.
    pub(crate) ended: bool,
}

impl Slot {
    pub(crate) fn new(
        claims: &Claims,
        new: New,
        live: Box<dyn Live>,
        mark: u64,
        allowance: Allowance,
    ) -> Self {
        let New { request, streams, .. } = new;
        let Claims { session: id, form, cookie, .. } = *claims;
        let inner = Inner {
            live,
            slow: SlowRender::default(),
            idle: Idle::default(),
            way: Way::default(),
            lease: None,
            seat: Seat::default(),
            settles_until: None,
            detached: 0,
            mark,
            ended: false,
        };
        Self {
            id,
            form,
            cookie,
            request,
            mailbox: Mailbox::default(),
            tasks: Arc::default(),
            stored: AtomicBool::new(false),
            prolonged: AtomicU64::new(0),
            allowance,
            streams,
            follows: Mutex::default(),
            inner: Mutex::new(inner),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn follows(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.follows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether page code will be called no more if nothing new happens, but for timers: no task is under way, and
    /// nothing waits.
    pub(crate) fn is_quiet(&self, inner: &Inner) -> bool {
        // In this order: what a task has brought is in the mailbox before it counts as done.
        self.tasks.are_done() && self.mailbox.is_empty() && !inner.live.is_waiting()
    }

    /// Ends it, if it has had no connection since it was left for the `detached`th time.
    pub(crate) fn end(&self, detached: u64) -> bool {
        let mut inner = self.lock();
        inner.ended |= inner.seat.is_free() && inner.detached == detached;
        inner.ended
    }

    pub(crate) fn info(&self) -> SessionInfo<'_> {
        SessionInfo { id: self.id, path: &self.request.path, user_id: self.request.user_id.as_deref() }
    }
}

impl Subscriber for Slot {
    fn session(&self) -> SessionId {
        self.id
    }

    fn deliver(&self, topic: &Arc<str>, message: &Arc<[u8]>) {
        self.mailbox.deliver(topic, message);
    }
}
