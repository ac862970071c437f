//! One session in memory: its machine, what waits for it, and which connection serves it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use live_core::{Instant, Lease, Request, Seat, SessionId};

use super::allowance::Allowance;
use super::direct::Way;
use super::held::Held;
use super::live::New;
use super::lock::Lock;
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
    /// Into its connection's socket. Locked for a write at most, and after `inner` where both are.
    way: Mutex<Way>,
    /// It is out of the registry, or on its way out.
    ended: AtomicBool,
    /// Page code runs under this lock: nobody but its own session may wait for it, and no thread.
    pub(crate) inner: Lock<Inner>,
}

pub(crate) struct Inner {
    pub(crate) live: Held,
    pub(crate) slow: SlowRender,
    pub(crate) idle: Idle,
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
}

impl Slot {
    pub(crate) fn new(claims: &Claims, new: New, live: Held, mark: u64, allowance: Allowance) -> Self {
        let New { request, streams, .. } = new;
        let Claims { session: id, form, cookie, .. } = *claims;
        let inner = Inner {
            live,
            slow: SlowRender::default(),
            idle: Idle::default(),
            lease: None,
            seat: Seat::default(),
            settles_until: None,
            detached: 0,
            mark,
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
            way: Mutex::default(),
            ended: AtomicBool::new(false),
            inner: Lock::new(inner),
        }
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

    pub(crate) fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing of it is served any more. What page code does that is under way comes to nothing.
    pub(crate) fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
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
