//! Moves messages between a socket and a [`Connection`].

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use async_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use async_tungstenite::tungstenite::{Error, Message};
use futures_sink::Sink;
use live_std::{Connection, Direct, Incoming, Outgoing};
use smol::Async;
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::Stream as _;

/// The size of the buffer for reading. It is filled with zeros before each read, and kept by every idle connection.
const READ: usize = 512;

/// The size of the fragments that a larger message is sent in: the buffer for writing keeps the size of the largest write that it
/// saw.
const FRAGMENT: usize = 4096;

/// One WebSocket.
pub(crate) struct Socket {
    ws: WebSocketStream<Stream>,
    wire: Arc<Wire>,
    connection: Connection,
    sending: Sending,
}

/// What is on its way out.
enum Sending {
    Nothing,
    /// The rest of a message, the text of which is valid as a whole.
    Fragments {
        opcode: OpCode,
        message: Vec<u8>,
        sent: usize,
    },
    /// In the socket's buffer; then the connection is over or not.
    Flush {
        last: bool,
    },
}

/// A socket that isn't read again once it has given all it had, but waited for.
struct Stream {
    wire: Arc<Wire>,
    readable: bool,
}

impl Socket {
    /// A socket whose handshake is done; `read` is what came after it.
    pub(crate) async fn new(
        wire: Arc<Wire>,
        read: Vec<u8>,
        connection: Connection,
        max_message: usize,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_write_buffer_size(usize::MAX)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let stream = Stream { wire: wire.clone(), readable: true };
        let ws = WebSocketStream::from_partially_read(stream, read, Role::Server, Some(config)).await;
        let connection = connection.with_direct(wire.clone());
        Self { ws, wire, connection, sending: Sending::Nothing }
    }

    /// Runs until either side is done.
    pub(crate) async fn run(&mut self) {
        // An error ends the connection, which is all that is left to do about it.
        let _ = poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            ready!(self.wire.poll_rest(cx))?;
            if ready!(self.poll_send(cx))? {
                return Poll::Ready(Ok(()));
            }
            if let Poll::Ready(outgoing) = self.connection.poll(cx) {
                match self.start(outgoing) {
                    Some(sending) => self.sending = sending?,
                    None => return Poll::Ready(Ok(())),
                }
            } else if self.connection.wants_input() {
                ready!(self.poll_receive(cx))?;
            } else {
                return Poll::Pending;
            }
        }
    }

    /// Begins to send; none where there is nothing more to send.
    fn start(&mut self, outgoing: Outgoing) -> Option<Result<Sending, Error>> {
        let message = match outgoing {
            Outgoing::Binary(message) if message.len() > 2 * FRAGMENT => {
                return Some(Ok(Sending::Fragments { opcode: OpCode::Data(Data::Binary), message, sent: 0 }));
            }
            Outgoing::Binary(message) => Message::Binary(message.into()),
            Outgoing::Text(text) => Message::Text(text.into()),
            Outgoing::Ping => Message::Ping(Default::default()),
            Outgoing::Close(reason) => {
                let frame =
                    CloseFrame { code: CloseCode::from(reason.code()), reason: reason.to_string().into() };
                return Some(self.write(Message::Close(Some(frame))).map(|()| Sending::Flush { last: true }));
            }
            Outgoing::Abort => return None,
        };
        Some(self.write(message).map(|()| Sending::Flush { last: false }))
    }

    /// Puts a message into the socket's buffer, which is empty by then.
    fn write(&mut self, message: Message) -> Result<(), Error> {
        Pin::new(&mut self.ws).start_send(message)
    }

    /// Sends what there is. True when that was the last.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        loop {
            if matches!(self.sending, Sending::Nothing) {
                return Poll::Ready(Ok(false));
            }
            ready!(Pin::new(&mut self.ws).poll_flush(cx))?;
            match &mut self.sending {
                Sending::Fragments { opcode, message, sent } if *sent < message.len() => {
                    let end = (*sent + FRAGMENT).min(message.len());
                    let fragment =
                        Frame::message(message[*sent..end].to_vec(), *opcode, end == message.len());
                    (*opcode, *sent) = (OpCode::Data(Data::Continue), end);
                    self.write(Message::Frame(fragment))?;
                }
                Sending::Flush { last: true } => return Poll::Ready(Ok(true)),
                _ => self.sending = Sending::Nothing,
            }
        }
    }

    /// Hands one message to the connection.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(incoming) = ready!(Pin::new(&mut self.ws).poll_next(cx)) else {
            return Poll::Ready(Err(Error::ConnectionClosed));
        };
        match incoming {
            Ok(Message::Binary(frame)) => self.connection.receive(Incoming::Binary(&frame)),
            Ok(Message::Text(text)) => self.connection.receive(Incoming::Text(&text)),
            Ok(Message::Ping(_)) => {
                // The pong is in the buffer already.
                self.connection.hold();
                self.connection.receive(Incoming::Alive);
                self.sending = Sending::Flush { last: false };
            }
            Ok(Message::Pong(_) | Message::Frame(_)) => self.connection.receive(Incoming::Alive),
            // The answer to it is in the buffer already.
            Ok(Message::Close(_)) => {
                self.connection.hold();
                self.sending = Sending::Flush { last: true };
            }
            Err(Error::Capacity(_)) => self.connection.receive(Incoming::Oversized),
            Err(Error::Protocol(_) | Error::Utf8(_)) => self.connection.receive(Incoming::Malformed),
            Err(error) => return Poll::Ready(Err(error)),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            if !self.readable {
                ready!(self.wire.socket.poll_readable(cx))?;
                self.readable = true;
            }
            match io::Read::read(&mut self.wire.socket.get_ref(), buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.readable = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    self.readable = matches!(&read, Ok(count) if *count == buf.len() || *count == 0);
                    return Poll::Ready(read);
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

/// A connection's socket, and what is left of a message that was written past the connection's task.
pub(crate) struct Wire {
    socket: Async<TcpStream>,
    rest: Mutex<Vec<u8>>,
}

impl Wire {
    pub(crate) fn new(socket: Async<TcpStream>) -> Arc<Self> {
        Arc::new(Self { socket, rest: Mutex::default() })
    }

    /// The socket, once nobody else has it.
    pub(crate) fn into_socket(self: Arc<Self>) -> Option<Async<TcpStream>> {
        Arc::into_inner(self).map(|wire| wire.socket)
    }

    fn poll_rest(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut rest = self.rest();
        while !rest.is_empty() {
            let written = ready!(self.poll_write(cx, &rest))?;
            rest.drain(..written);
        }
        if rest.capacity() > 0 {
            *rest = Vec::new();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match io::Write::write(&mut self.socket.get_ref(), bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.socket.poll_writable(cx))?
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn rest(&self) -> MutexGuard<'_, Vec<u8>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Direct for Wire {
    fn send(&self, message: &[u8]) -> bool {
        let mut frame = binary(message);
        let written = io::Write::write(&mut self.socket.get_ref(), &frame).unwrap_or(0);
        if written == frame.len() {
            return true;
        }
        // A socket that has failed says so again to the connection's task.
        frame.drain(..written);
        *self.rest() = frame;
        false
    }

    fn is_clear(&self) -> bool {
        self.rest().is_empty()
    }
}

/// A server's frame of a whole binary message: RFC 6455, section 5.2.
fn binary(message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(message.len() + 10);
    frame.push(0x82);
    match message.len() {
        len @ ..=125 => frame.push(len as u8),
        len @ ..=0xffff => {
            frame.push(126);
            frame.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            frame.push(127);
            frame.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(message);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_its_length_in_the_fewest_bytes() {
        for (len, head) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (0xffff, &[0x82, 126, 0xff, 0xff]),
            (0x10000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = binary(&vec![7; len]);
            assert_eq!((&frame[..head.len()], frame.len()), (head, head.len() + len));
        }
    }
}
