//! The client's end of one WebSocket (RFC 6455), without a copy too many.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::{Result, head};

/// An open WebSocket that never blocks. What doesn't fit into the socket's buffer waits here.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    /// Bytes of frames that haven't come whole.
    inbox: Vec<u8>,
    /// A message of which more fragments come.
    message: Vec<u8>,
    outbox: Vec<u8>,
    /// Bytes are sent and handed over as they come.
    bare: bool,
    /// What kind of messages it sends.
    opcode: u8,
}

/// The bits of a frame's first two bytes.
const FIN: u8 = 0x80;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

impl Socket {
    /// Opens one. `headers` are lines that end in `\r\n`.
    pub(crate) fn open(server: SocketAddr, path: &str, headers: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://{server}\r\n{headers}\r\n"
        )?;
        let (head, inbox) = head(&mut stream)?;
        if head.status() != Some(101) {
            return Err(format!("the handshake at {path} failed: {head:?}").into());
        }
        Self::new(stream, inbox, false)
    }

    /// A connection that carries bytes, and no frames.
    pub(crate) fn bare(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        Self::new(stream, Vec::new(), true)
    }

    fn new(stream: TcpStream, inbox: Vec<u8>, bare: bool) -> Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream, inbox, message: Vec::new(), outbox: Vec::new(), bare, opcode: BINARY })
    }

    /// Sends text from now on.
    pub(crate) fn of_text(self) -> Self {
        Self { opcode: TEXT, ..self }
    }

    /// Sends a message, binary unless it is `of_text`.
    pub(crate) fn send(&mut self, message: &[u8]) -> Result<()> {
        if self.bare {
            self.outbox.extend_from_slice(message);
        } else {
            self.queue(FIN | self.opcode, message);
        }
        self.flush()
    }

    /// What the server hasn't taken yet, in bytes.
    pub(crate) fn backlog(&self) -> usize {
        self.outbox.len()
    }

    fn queue(&mut self, first: u8, payload: &[u8]) {
        self.outbox.push(first);
        // A mask of zeros costs nothing here, and the server the same as any other.
        match payload.len() {
            len @ ..126 => self.outbox.push(MASKED | len as u8),
            len => {
                self.outbox.push(MASKED | 126);
                self.outbox.extend(u16::try_from(len).expect("a message under 64 KB").to_be_bytes());
            }
        }
        self.outbox.extend([0; 4]);
        self.outbox.extend(payload);
    }

    fn flush(&mut self) -> Result<()> {
        while !self.outbox.is_empty() {
            match self.stream.write(&self.outbox) {
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what is there, and hands over each message.
    pub(crate) fn receive(
        &mut self,
        space: &mut [u8],
        mut hear: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.flush()?;
        let count = match self.stream.read(space) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error.into()),
        };
        if self.bare {
            hear(&space[..count])?;
        } else if self.inbox.is_empty() {
            let done = self.frames(&space[..count], &mut hear)?;
            self.inbox.extend_from_slice(&space[done..count]);
        } else {
            let mut bytes = std::mem::take(&mut self.inbox);
            bytes.extend_from_slice(&space[..count]);
            let done = self.frames(&bytes, &mut hear)?;
            self.inbox = bytes.split_off(done);
        }
        Ok(())
    }

    /// Hands over what was read together with the handshake.
    pub(crate) fn take_early(&mut self, mut hear: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let bytes = std::mem::take(&mut self.inbox);
        let done = self.frames(&bytes, &mut hear)?;
        self.inbox = bytes[done..].to_vec();
        Ok(())
    }

    /// Takes in whole frames; gives the bytes that they took.
    fn frames(&mut self, bytes: &[u8], hear: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<usize> {
        let mut done = 0;
        while let Some((first, payload)) = frame(&bytes[done..]) {
            let payload = done + payload.start..done + payload.end;
            done = payload.end;
            let payload = &bytes[payload];
            match first & OPCODE {
                PING => {
                    self.queue(FIN | PONG, payload);
                    self.flush()?;
                }
                PONG => {}
                CLOSE => {
                    return Err(
                        format!("the server said goodbye: {}", String::from_utf8_lossy(payload)).into()
                    );
                }
                _ if first & FIN == 0 => self.message.extend_from_slice(payload),
                _ if self.message.is_empty() => hear(payload)?,
                _ => {
                    self.message.extend_from_slice(payload);
                    hear(&std::mem::take(&mut self.message))?;
                }
            }
        }
        Ok(done)
    }
}

/// The first byte and the payload's place of a frame that is there whole.
fn frame(bytes: &[u8]) -> Option<(u8, std::ops::Range<usize>)> {
    let (&first, rest) = bytes.split_first()?;
    let (start, len) = match *rest.first()? {
        126 => (4, usize::from(u16::from_be_bytes(rest.get(1..3)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(rest.get(1..9)?.try_into().ok()?)).ok()?),
        len => (2, usize::from(len)),
    };
    let end = start + len;
    (bytes.len() >= end).then_some((first, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_found_once_it_is_whole() {
        let mut long = vec![0x82, 126, 1, 0];
        long.extend([7; 256]);
        assert_eq!(frame(&long), Some((0x82, 4..260)));
        assert_eq!(frame(&long[..259]), None);
        assert_eq!(frame(&[0x82, 1, 9, 0x82]), Some((0x82, 2..3)));
        assert_eq!(frame(&[0x82]), None);
    }
}
