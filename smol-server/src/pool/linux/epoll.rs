//! One epoll, in which all workers wait.

use std::cell::Cell;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::io::Errno;

use super::source::State;
use super::sources::{Key, Sources};

/// How many events a worker takes at once.
const AT_ONCE: usize = 64;

/// The key of the reactor's own event; those of sources count from 0.
const ALARM: u64 = u64::MAX;

/// Wakes tasks for what their sockets wait for, and workers for tasks.
///
/// Sockets are registered once, and told of at each change (edge-triggered); no wait makes a system call of its own, and none but the kernel chooses who of
/// the sleeping workers is woken for it.
pub(crate) struct Reactor {
    epoll: OwnedFd,
    /// Written to, it wakes one worker.
    alarm: OwnedFd,
    /// For how many tasks it was written to and has woken nobody yet.
    rung: AtomicUsize,
    /// How many workers sleep, or are about to.
    idle: AtomicUsize,
    sources: Mutex<Sources>,
}

thread_local! {
    /// The reactor for which this thread is waking tasks: it will run them itself.
    static WAKES_FOR: Cell<*const Reactor> = const { Cell::new(ptr::null()) };
}

impl Reactor {
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let alarm = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &alarm, EventData::new_u64(ALARM), EventFlags::IN | EventFlags::ET)?;
        let (rung, idle, sources) = Default::default();
        Ok(Self { epoll, alarm, rung, idle, sources })
    }

    /// Tells `state` of what happens to a socket, until [`remove`](Self::remove) takes it out. The kernel forgets a socket when it is closed.
    pub(super) fn add(&self, socket: impl AsFd, state: Arc<State>) -> io::Result<Key> {
        let key = self.sources().insert(state);
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        if let Err(error) = epoll::add(&self.epoll, socket, EventData::new_u64(key.0), flags) {
            self.remove(key);
            return Err(error.into());
        }
        Ok(key)
    }

    pub(super) fn remove(&self, key: Key) {
        self.sources().remove(key);
    }

    /// A task is ready: wakes a worker, should one sleep. Not needed where the calling worker looks for tasks next anyway.
    pub(super) fn ring(&self) {
        if WAKES_FOR.get() != ptr::from_ref(self) {
            self.ring_for(1);
        }
    }

    /// So many tasks are ready. One worker is woken; it wakes the next one for those that are left.
    fn ring_for(&self, tasks: usize) {
        // Either this sees who is about to sleep, or that one sees the tasks.
        fence(SeqCst);
        if self.idle.load(SeqCst) > 0 && self.rung.fetch_add(tasks, SeqCst) == 0 {
            self.ring_once();
        }
    }

    /// Wakes a worker, now or when one is about to sleep.
    pub(super) fn ring_once(&self) {
        // It can fail only after 2^64 times.
        let _ = rustix::io::write(&self.alarm, &1_u64.to_ne_bytes());
    }

    /// Tells tasks of what has happened meanwhile.
    pub(super) fn look(&self) {
        self.turn(AT_ONCE, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }), ());
    }

    /// Sleeps until something happens, unless there `is` a task after all.
    pub(super) fn sleep(&self, is: impl FnOnce() -> bool) {
        let (idle, others) = Idle::enter(&self.idle);
        if is() {
            return;
        }
        // Where others sleep each takes one event, and runs its task at once: nothing waits behind a task that takes long.
        self.turn(if others { 1 } else { AT_ONCE }, None, idle);
    }

    fn turn(&self, most: usize, limit: Option<&Timespec>, idle: impl Sized) {
        let mut space = [const { MaybeUninit::uninit() }; AT_ONCE];
        let waited = epoll::wait(&self.epoll, &mut space[..most], limit);
        drop(idle);
        match waited {
            Ok((events, _)) => self.tell(events),
            Err(Errno::INTR) => {}
            Err(error) => live_std::log!(error, %error, "sockets can't be waited for"),
        }
    }

    fn tell(&self, events: &[epoll::Event]) {
        let mut wakers = [const { None }; 2 * AT_ONCE];
        // How many tasks this worker wakes, and for how many it was woken.
        let (mut count, mut tasks) = (0, 0);
        let sources = self.sources();
        for event in events {
            let (key, flags) = (event.data.u64(), event.flags);
            if key == ALARM {
                tasks += self.rung.swap(0, SeqCst);
            } else if let Some(state) = sources.get(Key(key)) {
                for waker in state.tell(flags).into_iter().flatten() {
                    wakers[count] = Some(waker);
                    count += 1;
                }
            }
        }
        drop(sources);
        WAKES_FOR.set(self);
        wakers[..count].iter_mut().filter_map(Option::take).for_each(Waker::wake);
        WAKES_FOR.set(ptr::null());
        // It runs one of them next; another one would wait for as long as that takes.
        if tasks + count > 1 {
            self.ring_for(tasks + count - 1);
        }
    }

    fn sources(&self) -> MutexGuard<'_, Sources> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a worker that sleeps.
struct Idle<'a>(&'a AtomicUsize);

impl<'a> Idle<'a> {
    /// Whether others sleep, too.
    fn enter(count: &'a AtomicUsize) -> (Self, bool) {
        let others = count.fetch_add(1, SeqCst) > 0;
        fence(SeqCst);
        (Self(count), others)
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}
