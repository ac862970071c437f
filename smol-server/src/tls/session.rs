//! TLS on one connection.
//!
//! This is rustls's unbuffered API: an idle connection keeps its keys and no buffers.

use std::io::{self, ErrorKind, Read, Write};
use std::mem::take;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use socket2::Socket;

use super::kept::Kept;
use crate::transport::Took;

/// How many bytes are encrypted at once: the most that a TLS record holds. No more is buffered for a slow reader.
const PIECE: usize = 16 * 1024;

/// How much is read at once. It is on the stack.
const READ: usize = 8 * 1024;

/// Space for a record's header and tag. If it is too small, rustls says how much it needs.
const OVERHEAD: usize = 128;

/// The answer to plain HTTP on a TLS port.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 70\r\n\r\n\
    This address speaks HTTPS: open it by a URL that begins with https://\n";

/// One connection's keys, and what it has taken and not given yet.
pub(crate) struct Session {
    connection: UnbufferedServerConnection,
    /// The beginning of a record, of which the rest hasn't come.
    incoming: Vec<u8>,
    /// What was decrypted and not read.
    plain: Kept,
    /// What was encrypted and not sent.
    outgoing: Kept,
    /// Some input has come.
    has_begun: bool,
    /// The other end has sent close_notify.
    is_over: bool,
    /// The input was invalid. Nothing more is read, and only the alert is sent.
    has_failed: bool,
    /// The socket had nothing more when it was read last.
    is_drained: bool,
    is_finished: bool,
}

impl Session {
    pub(super) fn new(config: Arc<ServerConfig>) -> io::Result<Self> {
        Ok(Self {
            connection: UnbufferedServerConnection::new(config).map_err(io::Error::other)?,
            incoming: Vec::new(),
            plain: Kept::default(),
            outgoing: Kept::default(),
            has_begun: false,
            is_over: false,
            has_failed: false,
            is_drained: false,
            is_finished: false,
        })
    }

    /// Goes on until the handshake is done and all that it sends is sent.
    pub(crate) fn handshake(&mut self, socket: &Socket) -> io::Result<()> {
        loop {
            self.flush(socket)?;
            if !self.connection.is_handshaking() {
                return Ok(());
            }
            self.take_in(socket)?;
        }
    }

    pub(crate) fn read(&mut self, socket: &Socket, buf: &mut [u8]) -> io::Result<Took> {
        if self.plain.rest().is_empty() && !self.is_over {
            self.take_in(socket)?;
        }
        let rest = self.plain.rest();
        if rest.is_empty() && !self.is_over {
            return Ok(Took::Nothing);
        }
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        self.plain.advance(count);
        let is_drained = self.is_drained && self.plain.rest().is_empty() && !self.is_over;
        Ok(Took::Bytes { count, is_drained })
    }

    pub(crate) fn write(&mut self, socket: &Socket, bytes: &[u8]) -> io::Result<usize> {
        self.flush(socket)?;
        let mut taken = 0;
        while taken < bytes.len() {
            let end = bytes.len().min(taken + PIECE);
            self.encode(Some(&bytes[taken..end]))?;
            taken = end;
            match self.flush(socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                flushed => flushed?,
            }
        }
        Ok(taken)
    }

    /// How many bytes wait to be sent.
    pub(crate) fn pending(&self) -> usize {
        self.outgoing.rest().len()
    }

    pub(crate) fn flush(&mut self, mut socket: &Socket) -> io::Result<()> {
        while !self.outgoing.rest().is_empty() {
            match socket.write(self.outgoing.rest()) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.outgoing.advance(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends close_notify: RFC 8446, section 6.1.
    pub(crate) fn finish(&mut self, socket: &Socket) -> io::Result<()> {
        if !self.is_finished {
            self.is_finished = true;
            // Before the handshake and after an error there is nothing to close.
            let _ = self.encode(None);
        }
        self.flush(socket)
    }

    /// Reads from the socket once. An end without close_notify is an error: the stream may have been truncated.
    fn take_in(&mut self, mut socket: &Socket) -> io::Result<()> {
        if self.has_failed {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        let mut space = [0; READ];
        let count = loop {
            match socket.read(&mut space) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let read = &mut space[..count];
        self.is_drained = count < READ;
        let Some(first) = read.first() else { return Err(ErrorKind::UnexpectedEof.into()) };
        if !self.has_begun && is_of_http(*first) {
            self.is_finished = true;
            // The socket's buffer is empty, so the answer fits.
            let _ = socket.write(PLAIN);
            return Err(io::Error::new(ErrorKind::InvalidData, "HTTP without TLS"));
        }
        self.has_begun = true;
        let processed = if self.incoming.is_empty() {
            self.process(read).map(|used| self.incoming = read[used..].to_vec())
        } else {
            let mut incoming = take(&mut self.incoming);
            incoming.extend_from_slice(read);
            self.process(&mut incoming).map(|used| self.incoming = incoming.split_off(used))
        };
        if processed.is_err() {
            self.fail();
        }
        match (processed, self.flush(socket)) {
            // The alert is queued.
            (Err(error), _) => Err(io::Error::new(ErrorKind::InvalidData, error)),
            (_, Err(error)) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes in the records that are whole: so many bytes.
    fn process(&mut self, incoming: &mut [u8]) -> Result<usize, rustls::Error> {
        let mut used = 0;
        loop {
            let UnbufferedStatus { mut discard, state, .. } =
                self.connection.process_tls_records(&mut incoming[used..]);
            match state? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record?;
                        discard += record.discard;
                        self.plain.push(record.payload);
                    }
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    self.outgoing.fill(OVERHEAD, |space| encoded(data.encode(space)));
                }
                ConnectionState::TransmitTlsData(data) => data.done(),
                ConnectionState::PeerClosed | ConnectionState::Closed => {
                    self.is_over = true;
                    return Ok(used + discard);
                }
                // More input is needed. Early data is disabled.
                _ => return Ok(used + discard),
            }
            used += discard;
        }
    }

    /// Queues the alert that notifies the other end of an error: RFC 8446, section 6. Previous input must not be processed again.
    fn fail(&mut self) {
        self.has_failed = true;
        // Other data may be queued before the alert.
        while self.connection.wants_write() {
            let UnbufferedStatus { state, .. } = self.connection.process_tls_records(&mut []);
            let Ok(ConnectionState::EncodeTlsData(mut data)) = state else { return };
            self.outgoing.fill(OVERHEAD, |space| encoded(data.encode(space)));
        }
    }

    /// Encrypts `content`; `None` queues close_notify.
    fn encode(&mut self, content: Option<&[u8]>) -> io::Result<()> {
        if self.has_failed {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        loop {
            let UnbufferedStatus { discard, state, .. } =
                self.connection.process_tls_records(&mut self.incoming);
            let is_done = match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    let room = content.map_or(0, <[u8]>::len) + OVERHEAD;
                    let is_written = self.outgoing.fill(room, |space| {
                        let written = match content {
                            Some(content) => traffic.encrypt(content, space),
                            None => traffic.queue_close_notify(space),
                        };
                        written.map_err(|error| match error {
                            EncryptError::InsufficientSize(error) => Some(error.required_size),
                            EncryptError::EncryptExhausted => None,
                        })
                    });
                    if !is_written {
                        return Err(ErrorKind::ConnectionAborted.into());
                    }
                    true
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    self.outgoing.fill(OVERHEAD, |space| encoded(data.encode(space)));
                    false
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    data.done();
                    false
                }
                Ok(ConnectionState::PeerClosed) => {
                    self.is_over = true;
                    false
                }
                _ => return Err(ErrorKind::NotConnected.into()),
            };
            self.incoming.drain(..discard);
            if is_done {
                return Ok(());
            }
        }
    }
}

fn encoded(result: Result<usize, EncodeError>) -> Result<usize, Option<usize>> {
    result.map_err(|error| match error {
        EncodeError::InsufficientSize(error) => Some(error.required_size),
        EncodeError::AlreadyEncoded => None,
    })
}

/// Whether this first byte begins an HTTP request line. A TLS handshake begins with 22: RFC 8446, section 5.1.
fn is_of_http(first: u8) -> bool {
    first.is_ascii_uppercase()
}
