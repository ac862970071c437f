//! What has been read of a connection.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};

use smol::io::AsyncRead;

/// What has been read and not used yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
}

impl Input {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first `len` bytes, once they have been read.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(len);
        std::mem::replace(&mut self.bytes, rest)
    }

    /// Everything.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Reads more. 0 means that the other end has stopped.
    pub(super) async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        // On the stack of each attempt: in the future it would be moved with that.
        poll_fn(|cx| {
            let mut space = [0; 4096];
            let count = ready!(Pin::new(&mut *stream).poll_read(cx, &mut space))?;
            self.bytes.extend_from_slice(&space[..count]);
            Poll::Ready(Ok(count))
        })
        .await
    }

    /// Reads until there are `len` bytes.
    pub(super) async fn fill_to(
        &mut self,
        len: usize,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> io::Result<()> {
        while self.bytes.len() < len {
            if self.fill(stream).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}
