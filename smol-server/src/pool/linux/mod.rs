//! Workers that wait for sockets themselves.

mod epoll;
mod source;
mod sources;

use std::io;
pub(crate) use std::os::fd::AsFd as Socket;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use async_executor::Executor;

use self::epoll::Reactor;
pub(crate) use self::source::Source;
use super::{Beat, BoxFuture};

/// How many tasks run until sockets are looked at again.
const TASKS: usize = 64;

/// An executor and a reactor. Workers take turns at both.
///
/// A worker runs what is ready, then sleeps in the reactor. Tasks that it finds there for sockets it runs itself, so that an event of a browser wakes
/// one thread, once; whatever else makes a task ready wakes a worker that sleeps.
pub(crate) struct Pool {
    executor: Executor<'static>,
    reactor: Arc<Reactor>,
    stopped: AtomicBool,
    /// How many workers are to end.
    dismissed: AtomicUsize,
}

impl Pool {
    pub(crate) fn new() -> io::Result<Self> {
        let (executor, reactor) = (Executor::new(), Arc::new(Reactor::new()?));
        Ok(Self { executor, reactor, stopped: AtomicBool::new(false), dismissed: AtomicUsize::new(0) })
    }

    pub(crate) fn spawn(&self, task: BoxFuture) {
        let reactor = self.reactor.clone();
        self.executor.spawn(Ringing { task, waker: None, reactor }).detach();
        self.reactor.ring();
    }

    /// A socket for this pool's tasks, which doesn't block from now on.
    pub(crate) fn source<T: Socket>(&self, socket: T) -> io::Result<Source<T>> {
        Source::new(&self.reactor, socket)
    }

    /// Works until the pool is stopped, or this worker is dismissed. Between two beats it looks at sockets, too.
    ///
    /// # Panics
    /// Where a task does.
    pub(crate) fn work(&self, beat: &Arc<Beat>) {
        while !self.stopped.load(SeqCst) {
            beat.works();
            let ran = (0..TASKS).take_while(|_| self.executor.try_tick()).count();
            if ran == TASKS {
                self.reactor.look();
            } else if self.is_dismissed() {
                break;
            } else {
                self.reactor.sleep(|| {
                    let ran = self.executor.try_tick();
                    if !ran {
                        beat.rests();
                    }
                    ran
                });
            }
        }
        beat.rests();
        // To the next one.
        self.reactor.ring_once();
    }

    /// Ends the work of so many workers, whichever have nothing to do first.
    pub(crate) fn dismiss(&self, workers: usize) {
        self.dismissed.fetch_add(workers, SeqCst);
        self.reactor.ring_once();
    }

    fn is_dismissed(&self) -> bool {
        self.dismissed.fetch_update(SeqCst, SeqCst, |workers| workers.checked_sub(1)).is_ok()
    }

    /// Ends every worker's work, once the task that it runs is pending.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, SeqCst);
        self.reactor.ring_once();
    }
}

/// A task whose wakers ring the alarm.
struct Ringing {
    task: BoxFuture,
    /// An executor's task has one waker for all its life.
    waker: Option<Waker>,
    reactor: Arc<Reactor>,
}

impl Future for Ringing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { task, waker, reactor } = &mut *self;
        let waker = waker.get_or_insert_with(|| {
            Waker::from(Arc::new(Alarm { task: cx.waker().clone(), reactor: reactor.clone() }))
        });
        task.as_mut().poll(&mut Context::from_waker(waker))
    }
}

/// The executor tells nobody of a task that is ready, as no worker waits for it in the executor.
struct Alarm {
    task: Waker,
    reactor: Arc<Reactor>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.task.wake_by_ref();
        self.reactor.ring();
    }
}
