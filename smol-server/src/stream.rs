//! A connection's socket as HTTP and the WebSocket library read it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use smol::io::{AsyncRead, AsyncWrite};

use crate::wire::Wire;

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
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            if self.drained {
                ready!(self.wire.socket.poll_readable(cx))?;
                self.drained = false;
            }
            match io::Read::read(&mut self.wire.socket.get_ref(), buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.drained = true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    self.drained = count < buf.len() && count > 0;
                    self.given += count;
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        // What was written past this stream comes first.
        ready!(self.wire.poll_rest(cx))?;
        self.wire.poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.wire.socket.get_ref().shutdown(std::net::Shutdown::Write))
    }
}
