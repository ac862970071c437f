//! Moves messages between a socket and a [`Connection`].

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::task::{Context, Poll, ready};

use async_io::Async;
use live_std::{Connection, Incoming, Outgoing};
use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

/// The size of the buffer for reading. It is filled with zeros before each read, and kept by every idle connection.
const READ: usize = 1024;

/// The size of the fragments that a larger message is sent in: the buffer for writing keeps the size of the largest write that it
/// saw.
const FRAGMENT: usize = 4096;

/// One WebSocket.
pub(crate) struct Socket<'a> {
    ws: WebSocket<Stream<'a>>,
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

/// A non-blocking stream that isn't asked again once it has given all it had.
struct Stream<'a> {
    socket: &'a Async<TcpStream>,
    readable: bool,
}

impl<'a> Socket<'a> {
    /// A socket whose handshake is done; `read` is what came after it.
    pub(crate) fn new(
        socket: &'a Async<TcpStream>,
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
        let stream = Stream { socket, readable: true };
        let ws = WebSocket::from_partially_read(stream, read, Role::Server, Some(config));
        Self { ws, connection, sending: Sending::Nothing }
    }

    /// Runs until either side is done.
    pub(crate) async fn run(&mut self) {
        // An error ends the connection, which is all that is left to do about it.
        let _ = poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
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
                let done = unblocked(self.ws.close(Some(frame)));
                return Some(done.map(|_| Sending::Flush { last: true }));
            }
            Outgoing::Abort => return None,
        };
        Some(unblocked(self.ws.write(message)).map(|_| Sending::Flush { last: false }))
    }

    /// Sends what there is. True when that was the last.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        loop {
            match &mut self.sending {
                Sending::Nothing => return Poll::Ready(Ok(false)),
                Sending::Flush { last } => {
                    let last = *last;
                    ready!(self.poll_flush(cx))?;
                    self.sending = Sending::Nothing;
                    return Poll::Ready(Ok(last));
                }
                Sending::Fragments { opcode, message, sent } => {
                    let end = (*sent + FRAGMENT).min(message.len());
                    let fragment =
                        Frame::message(message[*sent..end].to_vec(), *opcode, end == message.len());
                    (*opcode, *sent) = (OpCode::Data(Data::Continue), end);
                    let done = end == message.len();
                    unblocked(self.ws.write(Message::Frame(fragment)))?;
                    if done {
                        self.sending = Sending::Flush { last: false };
                    } else {
                        ready!(self.poll_flush(cx))?;
                    }
                }
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            match unblocked(self.ws.flush())? {
                Some(()) => return Poll::Ready(Ok(())),
                None => ready!(self.ws.get_ref().socket.poll_writable(cx))?,
            }
        }
    }

    /// Hands one message to the connection.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let incoming = loop {
            match self.ws.read() {
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.ws.get_ref().socket.poll_readable(cx))?;
                    self.ws.get_mut().readable = true;
                }
                other => break other,
            }
        };
        match incoming {
            Ok(Message::Binary(frame)) => self.connection.receive(Incoming::Binary(&frame)),
            Ok(Message::Text(text)) => self.connection.receive(Incoming::Text(&text)),
            Ok(Message::Ping(_)) => {
                // The pong is in the buffer already.
                self.connection.receive(Incoming::Alive);
                self.sending = Sending::Flush { last: false };
            }
            Ok(Message::Pong(_) | Message::Frame(_)) => self.connection.receive(Incoming::Alive),
            // The answer to it is in the buffer already.
            Ok(Message::Close(_)) => self.sending = Sending::Flush { last: true },
            Err(Error::Capacity(_)) => self.connection.receive(Incoming::Oversized),
            Err(Error::Protocol(_) | Error::Utf8(_)) => self.connection.receive(Incoming::Malformed),
            Err(error) => return Poll::Ready(Err(error)),
        }
        Poll::Ready(Ok(()))
    }
}

/// None where the stream would block.
fn unblocked(result: Result<(), Error>) -> Result<Option<()>, Error> {
    match result {
        Ok(()) => Ok(Some(())),
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.readable {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let result = self.socket.get_ref().read(buf);
        self.readable = matches!(&result, Ok(count) if *count == buf.len() || *count == 0);
        result
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.socket.get_ref().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
