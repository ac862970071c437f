//! A connection's socket as HTTP and the WebSocket library read it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use smol::io::{AsyncRead, AsyncWrite};

use crate::transport::Took;
use crate::wire::Wire;

/// How many times it reads what is TLS's own until other tasks have their turn.
const STEPS: usize = 16;

/// A socket that isn't read again once it has given all it had, but waited for.
pub(crate) struct Stream {
    wire: Arc<Wire>,
    drained: bool,
    /// How many bytes it has given.
    pub(crate) given: usize,
}

impl Stream {
    /// A stream that has given so many bytes before.
    pub(crate) fn new(wire: Arc<Wire>, given: usize) -> Self {
        Self { wire, drained: false, given }
    }

    /// Ready unless the socket is known to have nothing.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.drained {
            ready!(self.wire.transport.poll_readable(cx))?;
            self.drained = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        for _ in 0..STEPS {
            ready!(self.poll_ready(cx))?;
            match self.wire.transport.read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.drained = true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(Took::Nothing) => {}
                Ok(Took::Bytes { count, is_drained }) => {
                    self.drained = is_drained;
                    self.given += count;
                    return Poll::Ready(Ok(count));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        // What was written past this stream comes first.
        ready!(self.wire.poll_rest(cx))?;
        self.wire.poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.transport.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.transport.poll_finish(cx)
    }
}
