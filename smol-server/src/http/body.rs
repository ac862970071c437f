//! What has been read of a connection.

use std::io;

use smol::io::{AsyncRead, AsyncReadExt};

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
        let mut space = [0; 4096];
        let count = stream.read(&mut space).await?;
        self.bytes.extend_from_slice(&space[..count]);
        Ok(count)
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
