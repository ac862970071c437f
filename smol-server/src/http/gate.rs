//! A connection's socket as hyper reads and writes it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};
use live_std::Upgrade;
use smol::io::AsyncRead;

use super::framing::Bad;
use super::intake::{Awaits, Intake, Take};
use super::limits::HttpLimits;
use crate::stream::Stream;
use crate::wire::Wire;

/// How much is read at once. It is on the stack: in the connection's task each idle one would keep it.
const READ: usize = 8 * 1024;

/// What hyper, the request's answer and the connection's task share of a connection.
pub(super) struct Gate {
    wire: Arc<Wire>,
    state: Mutex<State>,
}

struct State {
    stream: Stream,
    intake: Intake,
    /// Whoever wants to read the next request, while this one has no answer.
    reader: Option<Waker>,
    bad: Option<Bad>,
    /// The body has taken too long.
    is_late: bool,
    upgrade: Option<Upgrade>,
    /// The last attempt to read or to write found the other end to be the slower one.
    read_waits: bool,
    write_waits: bool,
    moved: u64,
}

/// What a connection is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waits {
    Request,
    Head,
    /// The other end, for something of the request's body. With the number of times that any has come.
    Body(u64),
    /// The other end, to take something of the answer. With the number of times that it did.
    Writing(u64),
    /// Nothing of the other end's.
    Nothing,
}

impl Gate {
    pub(super) fn new(wire: Arc<Wire>, limits: HttpLimits) -> Arc<Self> {
        let state = State {
            stream: Stream::new(wire.clone(), 0),
            intake: Intake::new(limits),
            reader: None,
            bad: None,
            is_late: false,
            upgrade: None,
            read_waits: false,
            write_waits: false,
            moved: 0,
        };
        Arc::new(Self { wire, state: Mutex::new(state) })
    }

    /// Waits until something of a request has come. False: nothing comes any more.
    pub(super) fn poll_begin(&self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut state = self.lock();
        if state.intake.rest().is_empty() {
            return state.poll_fill(cx);
        }
        Poll::Ready(Ok(true))
    }

    pub(super) fn waits(&self) -> Waits {
        let state = self.lock();
        if state.write_waits {
            return Waits::Writing(state.moved);
        }
        match state.intake.awaits() {
            Awaits::Request => Waits::Request,
            Awaits::Head => Waits::Head,
            Awaits::Body if state.read_waits => Waits::Body(state.moved),
            Awaits::Body | Awaits::Nothing => Waits::Nothing,
        }
    }

    /// Gives up what was waited for. False where nothing can be answered to that.
    pub(super) fn give_up(&self) -> bool {
        let mut state = self.lock();
        match state.intake.awaits() {
            Awaits::Head => state.refuse(LATE),
            Awaits::Body if !state.write_waits && !state.is_late => state.is_late = true,
            Awaits::Request | Awaits::Body | Awaits::Nothing => return false,
        }
        state.wake_reader();
        true
    }

    /// The error that is the answer to what was handed out last.
    pub(super) fn refused(&self) -> Option<Bad> {
        self.lock().bad
    }

    /// The answer to what was handed out last is complete.
    fn answered(&self) {
        let mut state = self.lock();
        state.intake.answered();
        state.wake_reader();
    }

    pub(super) fn upgrade(&self, upgrade: Upgrade) {
        self.lock().upgrade = Some(upgrade);
    }

    /// The WebSocket that was agreed on, with what came behind the request for it.
    pub(super) fn upgraded(&self) -> Option<(Upgrade, Vec<u8>)> {
        let mut state = self.lock();
        let upgrade = state.upgrade.take()?;
        Some((upgrade, state.intake.rest().to_vec()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const LATE: Bad = Bad(StatusCode::REQUEST_TIMEOUT, "the request took too long to come");

impl State {
    /// Reads from the socket. False: nothing comes any more.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let read = self.poll_socket(cx);
        self.read_waits = read.is_pending();
        let count = ready!(read)?;
        self.moved += 1;
        Poll::Ready(Ok(count > 0))
    }

    fn poll_socket(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        // The buffer is cleared for each read, so the socket is asked first.
        ready!(self.stream.poll_ready(cx))?;
        let mut space = [0; READ];
        let count = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut space))?;
        self.intake.push(&space[..count]);
        Poll::Ready(Ok(count))
    }

    fn refuse(&mut self, bad: Bad) {
        self.bad = Some(bad);
        self.intake.refuse();
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        // A task that reads isn't waiting: the end of the answer would wake it again for nothing.
        self.reader = None;
        loop {
            if self.is_late {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let is_begun = self.intake.awaits() == Awaits::Body;
            match self.intake.take(buf.remaining()) {
                Ok(Take::Bytes(bytes)) => {
                    buf.put_slice(bytes);
                    return Poll::Ready(Ok(()));
                }
                Ok(Take::Nothing) => {
                    self.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                Ok(Take::More) => match self.poll_fill(cx)? {
                    Poll::Ready(true) => {}
                    Poll::Ready(false) => return Poll::Ready(Ok(())),
                    Poll::Pending => {
                        self.reader = Some(cx.waker().clone());
                        return Poll::Pending;
                    }
                },
                Err(Bad(_, why)) if is_begun => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, why)));
                }
                Err(bad) => self.refuse(bad),
            }
        }
    }
}

/// The socket, for hyper.
pub(super) struct Io(pub(super) Arc<Gate>);

impl Read for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.lock().poll_read(cx, &mut buf)
    }
}

impl Write for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock();
        let transport = &self.0.wire.transport;
        let pending = transport.pending();
        let written = self.0.wire.poll_write(cx, buf);
        state.write_waits = written.is_pending();
        state.moved += u64::from(written.is_ready() || transport.pending() != pending);
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.lock();
        let transport = &self.0.wire.transport;
        let pending = transport.pending();
        if pending == 0 {
            return Poll::Ready(Ok(()));
        }
        let flushed = transport.poll_flush(cx);
        state.write_waits = flushed.is_pending();
        state.moved += u64::from(transport.pending() != pending);
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Whoever has closed it reads on for a while: see the connection's task.
        Poll::Ready(Ok(()))
    }
}

/// Says that the answer is complete when it is dropped.
pub(super) struct Answering(pub(super) Arc<Gate>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::task::Wake;

    use hyper::rt::ReadBuf;
    use smol::block_on;

    use super::*;
    use crate::wire::tests::pair;

    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    /// Whether there was something to read.
    fn reads(gate: &Arc<Gate>, cx: &mut Context<'_>) -> bool {
        let mut space = [0; 64];
        let mut buf = ReadBuf::new(&mut space);
        Pin::new(&mut Io(gate.clone())).poll_read(cx, buf.unfilled()).is_ready()
    }

    #[test]
    fn an_answer_wakes_whoever_waits_for_the_next_request_and_nobody_else() {
        let (wire, mut browser, _workers) = pair();
        let gate = Gate::new(wire, HttpLimits::default());
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(wakes.clone());
        let mut cx = Context::from_waker(&waker);
        assert!(!reads(&gate, &mut cx));
        // From here on the socket wakes somebody else.
        assert!(gate.poll_begin(&mut Context::from_waker(Waker::noop())).is_pending());
        browser.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert!(block_on(poll_fn(|cx| gate.poll_begin(cx))).unwrap());
        assert!(reads(&gate, &mut cx));
        let before = wakes.0.load(Relaxed);
        gate.answered();
        assert_eq!(wakes.0.load(Relaxed), before, "a task that has read isn't waiting");

        browser.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert!(block_on(poll_fn(|cx| gate.poll_begin(cx))).unwrap());
        assert!(
            reads(&gate, &mut cx) && !reads(&gate, &mut cx),
            "the next request waits for this one's answer"
        );
        let before = wakes.0.load(Relaxed);
        gate.answered();
        assert_eq!(wakes.0.load(Relaxed), before + 1);
    }
}
