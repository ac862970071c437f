//! A connection's socket, with TLS if the server uses it.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use socket2::Socket;

use crate::pool::Source;
use crate::tls::Session;

/// How much is read at once when input is discarded.
const DISCARDED: usize = 1024;

/// A non-blocking socket. Callers read and write plain text; with TLS it is encrypted here.
pub(crate) struct Transport {
    socket: Source<Socket>,
    tls: Option<Box<Mutex<Session>>>,
}

/// The result of a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Took {
    /// So many bytes; none at the end. If the socket `is_drained`, a read that follows finds nothing.
    Bytes { count: usize, is_drained: bool },
    /// Only TLS control data; there may be more to read.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "without TLS there is nothing of its own"))]
    Nothing,
}

impl Transport {
    pub(crate) fn new(socket: Source<Socket>, tls: Option<Session>) -> Self {
        Self { socket, tls: tls.map(|session| Box::new(Mutex::new(session))) }
    }

    /// Reads what there is, with one read of the socket at most.
    pub(crate) fn read(&self, buf: &mut [u8]) -> io::Result<Took> {
        match self.session() {
            Some(mut session) => session.read(self.socket.get_ref(), buf),
            None => {
                let count = self.socket.get_ref().read(buf)?;
                Ok(Took::Bytes { count, is_drained: count < buf.len() && count > 0 })
            }
        }
    }

    /// Writes as much as the socket accepts. With TLS one more record may be accepted, which is then [pending](Self::pending).
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.session() {
            Some(mut session) => session.write(self.socket.get_ref(), bytes),
            None => self.socket.get_ref().write(bytes),
        }
    }

    /// How many encrypted bytes wait for the socket.
    pub(crate) fn pending(&self) -> usize {
        self.session().map_or(0, |session| session.pending())
    }

    /// Sends what is pending.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(cx, Session::flush)
    }

    /// Performs the TLS handshake. After an error the alert has been sent, if that was possible.
    pub(crate) fn poll_handshake(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Some(mut session) = self.session() else { return Poll::Ready(Ok(())) };
            let step = session.handshake(self.socket.get_ref());
            let writes = session.pending() > 0;
            drop(session);
            match step {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && writes => {
                    ready!(self.socket.poll_writable(cx))?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.socket.poll_readable(cx))?;
                }
                done => return Poll::Ready(done),
            }
        }
    }

    /// Ends the sending side.
    pub(crate) fn poll_finish(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll(cx, Session::finish))?;
        Poll::Ready(self.socket.get_ref().shutdown(Shutdown::Write))
    }

    /// Reads to the end, and forgets what it reads.
    pub(crate) fn poll_discard(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; DISCARDED];
        loop {
            match self.socket.get_ref().read(&mut space) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(self.poll_readable(cx))?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_readable(cx)
    }

    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_writable(cx)
    }

    /// Repeats what `writes` until the socket takes it.
    fn poll(
        &self,
        cx: &mut Context<'_>,
        writes: fn(&mut Session, &Socket) -> io::Result<()>,
    ) -> Poll<io::Result<()>> {
        loop {
            let Some(mut session) = self.session() else { return Poll::Ready(Ok(())) };
            let wrote = writes(&mut session, self.socket.get_ref());
            drop(session);
            match wrote {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(self.poll_writable(cx))?,
                done => return Poll::Ready(done),
            }
        }
    }

    fn session(&self) -> Option<MutexGuard<'_, Session>> {
        let tls = self.tls.as_ref()?;
        Some(tls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
