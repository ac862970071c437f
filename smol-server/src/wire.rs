//! A connection's socket as both its task and those who go past it write to it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use live_std::Direct;

use crate::transport::Transport;

/// A connection's socket, and what it hasn't taken yet of a message: written by the connection's task, or past it.
pub(crate) struct Wire {
    pub(crate) transport: Transport,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    bytes: Vec<u8>,
    written: usize,
}

/// The first byte of a frame that is a whole message, unmasked as a server's are: RFC 6455, section 5.2.
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const PING: u8 = 0x89;

/// The longest head of a frame.
const HEAD: usize = 10;

/// A message of so many bytes is put together on the stack.
const SHORT: usize = 1024;

impl Wire {
    pub(crate) fn new(transport: Transport) -> Arc<Self> {
        Arc::new(Self { transport, rest: Mutex::default() })
    }

    /// Writes a message, as far as the socket takes it; keeps the rest for [`poll_rest`](Self::poll_rest), and all of it behind what was kept before. Whether
    /// nothing is left.
    pub(crate) fn write(&self, kind: u8, message: &[u8]) -> io::Result<bool> {
        let (head, len) = head(kind, message.len());
        if message.len() > SHORT {
            return self.write_frame(&[&head[..len], message].concat());
        }
        let mut frame = [0; HEAD + SHORT];
        let end = len + message.len();
        frame[..len].copy_from_slice(&head[..len]);
        frame[len..end].copy_from_slice(message);
        self.write_frame(&frame[..end])
    }

    fn write_frame(&self, frame: &[u8]) -> io::Result<bool> {
        // Whoever goes past the connection's task may have left something since that looked.
        let mut rest = self.rest();
        if !rest.bytes.is_empty() {
            rest.bytes.extend_from_slice(frame);
            return Ok(false);
        }
        let written = match self.transport.write(frame) {
            Ok(written) => written,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => 0,
            Err(error) => return Err(error),
        };
        if written < frame.len() {
            *rest = Rest { bytes: frame[written..].to_vec(), written: 0 };
        }
        Ok(rest.bytes.is_empty() && self.transport.pending() == 0)
    }

    pub(crate) fn poll_rest(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut rest = self.rest();
        while rest.written < rest.bytes.len() {
            rest.written += ready!(self.poll_write(cx, &rest.bytes[rest.written..]))?;
        }
        if !rest.bytes.is_empty() {
            *rest = Rest::default();
        }
        self.transport.poll_flush(cx)
    }

    pub(crate) fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match self.transport.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.transport.poll_writable(cx))?
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    /// What the socket hasn't taken yet, in bytes.
    pub(crate) fn left(&self) -> usize {
        let rest = self.rest();
        rest.bytes.len() - rest.written + self.transport.pending()
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Direct for Wire {
    /// A socket that has failed says so to the connection's task, too.
    fn send(&self, message: &[u8]) -> bool {
        self.write(BINARY, message).unwrap_or(false)
    }

    fn is_clear(&self) -> bool {
        self.left() == 0
    }
}

/// A frame's head, and how many bytes of it count.
fn head(kind: u8, len: usize) -> ([u8; HEAD], usize) {
    let mut head = [0; HEAD];
    head[0] = kind;
    match len {
        0..=125 => {
            head[1] = len as u8;
            (head, 2)
        }
        126..=0xffff => {
            head[1] = 126;
            head[2..4].copy_from_slice(&(len as u16).to_be_bytes());
            (head, 4)
        }
        _ => {
            head[1] = 127;
            head[2..].copy_from_slice(&(len as u64).to_be_bytes());
            (head, HEAD)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::executor::Workers;
    use socket2::Socket;
    use std::future::poll_fn;
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    /// Both ends of a connection, and who waits for it.
    pub(crate) fn pair() -> (Arc<Wire>, TcpStream, Workers) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let browser = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let workers = Workers::start().unwrap();
        let socket = workers.spawner().source(Socket::from(listener.accept().unwrap().0)).unwrap();
        (Wire::new(Transport::new(socket, None)), browser, workers)
    }

    #[test]
    fn a_frame_says_its_length_in_the_fewest_bytes() {
        for (len, expected) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (0xffff, &[0x82, 126, 0xff, 0xff]),
            (0x10000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let (head, used) = head(BINARY, len);
            assert_eq!(&head[..used], expected);
        }
    }

    #[test]
    fn messages_of_any_size_arrive_whole() {
        let (wire, mut browser, _workers) = pair();
        for len in [0, 125, 126, SHORT, SHORT + 1, 100_000] {
            let message: Vec<u8> = (0..len).map(|at| at as u8).collect();
            wire.write(BINARY, &message).unwrap();
            let (head, used) = head(BINARY, len);
            let mut heard = vec![0; used + len];
            browser.read_exact(&mut heard).unwrap();
            assert_eq!((&heard[..used], &heard[used..]), (&head[..used], &message[..]));
        }
    }

    #[test]
    fn what_the_socket_doesnt_take_is_kept_and_sent_in_order() {
        let (wire, mut browser, _workers) = pair();
        let message = vec![7; 100_000];
        let mut sent = 0;
        while wire.send(&message) {
            sent += 1;
        }
        assert!(!wire.is_clear(), "nobody reads, so the socket is full");
        wire.write(BINARY, b"behind it").unwrap();
        let reader = std::thread::spawn(move || {
            let mut heard = Vec::new();
            browser.read_to_end(&mut heard).unwrap();
            heard
        });
        smol::block_on(poll_fn(|cx| wire.poll_rest(cx))).unwrap();
        assert!(wire.is_clear() && wire.send(b"last"));
        drop(wire);
        let heard = reader.join().unwrap();
        assert_eq!(heard.len(), (sent + 1) * (HEAD + message.len()) + 2 + 9 + 2 + 4);
        assert!(heard.ends_with(b"\x07\x82\x09behind it\x82\x04last"));
    }
}
