//! Moves messages between a socket and a [`Connection`].

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::protocol::frame::CloseFrame;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use async_tungstenite::tungstenite::{Error, Message};
use futures_sink::Sink;
use live_std::{Connection, Incoming, Outgoing};
use smol::stream::Stream as _;

use crate::stream::Stream;
use crate::wire::{BINARY, PING, TEXT, Wire};

/// The size of the buffer for reading, in bytes. It is filled with zeros before each read, and kept by every idle connection. A frame that doesn't fit makes
/// it grow, and the WebSocket's own never shrinks: it is replaced then.
const READ: usize = 128;

/// How many messages may come and go until other tasks have their turn: a connection that floods has no more of a worker than others.
const STEPS: usize = 64;

/// One WebSocket.
pub(crate) struct Socket {
    ws: WebSocketStream<Stream>,
    max_message: usize,
    wire: Arc<Wire>,
    connection: Connection,
    sending: Sending,
    /// How many bytes on the wire the messages had that came out of `ws`, at the least.
    taken: usize,
    /// The buffer of `ws` is large and empty.
    bloated: bool,
    /// What was left of a message when it was looked at last, in bytes.
    left: usize,
    /// It has waited for something to read: whoever wakes it has most likely brought that.
    waits: bool,
}

/// What is on its way out, beside what the wire keeps.
enum Sending {
    Nothing,
    /// In the WebSocket's own buffer; then the connection is over or not.
    Flush {
        last: bool,
    },
}

impl Socket {
    /// A socket whose handshake is done; `read` is what came after it. Boxed, since a task that moves it holds it twice.
    pub(crate) async fn new(
        wire: Arc<Wire>,
        read: Vec<u8>,
        connection: Connection,
        max_message: usize,
    ) -> Box<Self> {
        let ws = upgraded(&wire, read, max_message).await;
        let connection = connection.with_direct(wire.clone());
        Box::new(Self {
            ws,
            max_message,
            wire,
            connection,
            sending: Sending::Nothing,
            taken: 0,
            bloated: false,
            left: 0,
            waits: false,
        })
    }

    /// Runs until either side is done.
    pub(crate) async fn run(&mut self) {
        // An error ends the connection, which is all that is left to do about it.
        while poll_fn(|cx| self.poll(cx)).await.is_ok() && self.bloated {
            // Boxed, since every connection has room for what this awaits.
            self.ws = Box::pin(upgraded(&self.wire, Vec::new(), self.max_message)).await;
            (self.taken, self.bloated) = (0, false);
            // As many steps again only after the others.
            smol::future::yield_now().await;
        }
    }

    /// Until the connection is over, or its buffer is to be left behind.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        for _ in 0..STEPS {
            if self.bloated {
                return Poll::Ready(Ok(()));
            }
            match self.poll_send(cx)? {
                Poll::Ready(true) => return Poll::Ready(Ok(())),
                Poll::Ready(false) => {}
                Poll::Pending => return self.poll_lost(cx),
            }
            // What has come is taken in first, so that the connection looks at it and at all else at once.
            let waits = std::mem::take(&mut self.waits) && self.connection.wants_input();
            if waits && self.poll_receive(cx)?.is_ready() {
                continue;
            }
            if let Poll::Ready(outgoing) = self.connection.poll(cx) {
                match self.start(outgoing) {
                    Some(started) => started?,
                    None => return Poll::Ready(Ok(())),
                }
            } else if !self.connection.wants_input() {
                return Poll::Pending;
            } else if waits || self.poll_receive(cx)?.is_pending() {
                self.waits = true;
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// While a message is on its way out, to somebody who may never take it.
    fn poll_lost(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let left = self.wire.left();
        if std::mem::replace(&mut self.left, left) != left {
            self.connection.receive(Incoming::Alive);
        }
        if self.connection.is_lost(cx) { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Begins to send; none where there is nothing more to send. Messages go past the WebSocket's buffer, which would copy them, and keep the size of
    /// the largest.
    fn start(&mut self, outgoing: Outgoing) -> Option<Result<(), Error>> {
        let sent = match outgoing {
            Outgoing::Binary(message) => {
                let sent = self.wire.write(BINARY, &message);
                self.connection.recycle(message);
                sent
            }
            Outgoing::Text(text) => self.wire.write(TEXT, text.as_bytes()),
            Outgoing::Ping => self.wire.write(PING, &[]),
            Outgoing::Close(reason) => {
                let frame =
                    CloseFrame { code: CloseCode::from(reason.code()), reason: reason.to_string().into() };
                self.sending = Sending::Flush { last: true };
                return Some(Pin::new(&mut self.ws).start_send(Message::Close(Some(frame))));
            }
            Outgoing::Abort => return None,
        };
        Some(sent.map(drop).map_err(Error::from))
    }

    /// Sends what there is. True when that was the last.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        ready!(self.wire.poll_rest(cx))?;
        let Sending::Flush { last } = self.sending else { return Poll::Ready(Ok(false)) };
        ready!(Pin::new(&mut self.ws).poll_flush(cx))?;
        self.sending = Sending::Nothing;
        Poll::Ready(Ok(last))
    }

    /// Hands one message to the connection.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(incoming) = ready!(Pin::new(&mut self.ws).poll_next(cx)) else {
            return Poll::Ready(Err(Error::ConnectionClosed));
        };
        if let Ok(message) = &incoming {
            self.count(message.len());
        }
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

    /// Counts a message in. One of more than one frame counts for less than it took, never for more: so where the count is all that was read, the
    /// message is the last thing that was in the buffer.
    fn count(&mut self, len: usize) {
        let frame = frame_len(len);
        self.taken += frame;
        self.bloated = frame > READ && self.taken == self.ws.get_ref().given;
    }
}

/// A WebSocket after its handshake; `read` is what came after that.
async fn upgraded(wire: &Arc<Wire>, read: Vec<u8>, max_message: usize) -> WebSocketStream<Stream> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .max_write_buffer_size(usize::MAX)
        .max_message_size(Some(max_message))
        .max_frame_size(Some(max_message));
    let stream = Stream::new(wire.clone(), read.len());
    WebSocketStream::from_partially_read(stream, read, Role::Server, Some(config)).await
}

/// How many bytes a browser's frame has on the wire, in its shortest form (RFC 6455, section 5.2): two, a longer length, the mask, the payload.
const fn frame_len(payload: usize) -> usize {
    let length = match payload {
        0..126 => 0,
        126..0x1_0000 => 2,
        _ => 8,
    };
    2 + length + 4 + payload
}
