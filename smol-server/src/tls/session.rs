//! TLS on one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use socket2::Socket;

use crate::transport::Took;

/// How many bytes are encrypted at once: a record of TLS has so many at most. So much is kept in memory for who reads slowly.
const PIECE: usize = 16 * 1024;

/// What a browser is told that was sent to an address of TLS without it.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 70\r\n\r\n\
    This address speaks HTTPS: open it by a URL that begins with https://\n";

/// One connection's keys, and what it has taken and not given yet.
pub(crate) struct Session {
    connection: ServerConnection,
    /// Something has come.
    has_begun: bool,
    /// The socket had nothing more when it was read last.
    is_drained: bool,
    is_finished: bool,
}

/// A socket that tells of what is read from it.
struct Watched<'a> {
    socket: &'a Socket,
    first: Option<u8>,
    is_drained: bool,
}

impl Session {
    pub(super) fn new(config: Arc<ServerConfig>) -> io::Result<Self> {
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        Ok(Self { connection, has_begun: false, is_drained: false, is_finished: false })
    }

    /// Goes on until the handshake is done and all that it sends is sent.
    pub(crate) fn handshake(&mut self, socket: &Socket) -> io::Result<()> {
        loop {
            self.flush(socket)?;
            if !self.connection.is_handshaking() {
                return Ok(());
            }
            if self.take_in(socket)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub(crate) fn read(&mut self, socket: &Socket, buf: &mut [u8]) -> io::Result<Took> {
        match self.connection.reader().read(buf) {
            // Without an end of TLS that is an error: somebody may have cut it off.
            Ok(count) => {
                let is_drained = self.is_drained && count < buf.len() && count > 0;
                return Ok(Took::Bytes { count, is_drained });
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            Err(_) => {}
        }
        self.take_in(socket)?;
        Ok(Took::Nothing)
    }

    pub(crate) fn write(&mut self, socket: &Socket, bytes: &[u8]) -> io::Result<usize> {
        self.flush(socket)?;
        let mut taken = 0;
        while taken < bytes.len() {
            let end = bytes.len().min(taken + PIECE);
            taken += self.connection.writer().write(&bytes[taken..end])?;
            match self.flush(socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                flushed => flushed?,
            }
        }
        Ok(taken)
    }

    /// How many bytes wait to be sent.
    pub(crate) fn pending(&mut self) -> usize {
        if !self.connection.wants_write() {
            return 0;
        }
        // It has nothing to process, and tells how it is. After an error what is left is an alert.
        self.connection.process_new_packets().map_or(1, |state| state.tls_bytes_to_write())
    }

    pub(crate) fn flush(&mut self, socket: &Socket) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut &*socket) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Says that nothing more comes: RFC 8446, section 6.1.
    pub(crate) fn finish(&mut self, socket: &Socket) -> io::Result<()> {
        if !self.is_finished {
            self.is_finished = true;
            self.connection.send_close_notify();
        }
        self.flush(socket)
    }

    /// Reads from the socket once. None: nothing comes any more.
    fn take_in(&mut self, socket: &Socket) -> io::Result<usize> {
        let mut watched = Watched { socket, first: None, is_drained: false };
        let count = loop {
            match self.connection.read_tls(&mut watched) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.is_drained = watched.is_drained;
        if !std::mem::replace(&mut self.has_begun, true) && watched.first.is_some_and(is_of_http) {
            self.is_finished = true;
            // What doesn't fit into the socket's empty buffer nobody waits for.
            let _ = watched.socket.write(PLAIN);
            return Err(io::Error::new(ErrorKind::InvalidData, "HTTP without TLS"));
        }
        if let Err(error) = self.connection.process_new_packets() {
            // The other end is told why.
            let _ = self.flush(socket);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        match self.flush(socket) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(count),
        }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.socket.read(buf)?;
        self.is_drained = count < buf.len() && count > 0;
        self.first = self.first.or(buf[..count].first().copied());
        Ok(count)
    }
}

/// Whether a connection that begins by this byte is a request's line. TLS begins by 22: RFC 8446, section 5.1.
fn is_of_http(first: u8) -> bool {
    first.is_ascii_uppercase()
}
