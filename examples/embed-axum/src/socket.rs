//! Moves messages between axum's WebSocket and a [`Connection`].

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum_tungstenite::Error;
use live_std::{Connection, Incoming, Outgoing};
use tokio::time::timeout;

/// How long a message may take to be sent.
const SEND_WITHIN: Duration = Duration::from_secs(30);

/// How long a closed socket is read from, so that what was sent last arrives.
const LINGER: Duration = Duration::from_secs(1);

/// What happens next on a connection.
enum Next {
    Send(Outgoing),
    /// None where the other end is gone.
    Receive(Option<Result<Message, axum::Error>>),
}

/// Runs until either side is done.
pub(crate) async fn run(mut socket: WebSocket, mut connection: Connection) {
    loop {
        let goes_on = match poll_fn(|cx| next(&mut socket, &mut connection, cx)).await {
            Next::Send(outgoing) => send(&mut socket, outgoing).await,
            Next::Receive(message) => receive(&mut connection, message),
        };
        if !goes_on {
            break;
        }
    }
    drop(connection);
    // An error ends the socket, which is all that is left to do about it.
    let _ = timeout(LINGER, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}

/// What there is to send goes first; then a message is read, if the connection wants one.
fn next(socket: &mut WebSocket, connection: &mut Connection, cx: &mut Context<'_>) -> Poll<Next> {
    if let Poll::Ready(outgoing) = connection.poll(cx) {
        return Poll::Ready(Next::Send(outgoing));
    }
    if connection.wants_input() { pin!(socket.recv()).poll(cx).map(Next::Receive) } else { Poll::Pending }
}

/// False where that was the last.
async fn send(socket: &mut WebSocket, outgoing: Outgoing) -> bool {
    let (message, last) = match outgoing {
        Outgoing::Binary(frame) => (Message::Binary(frame.into()), false),
        Outgoing::Text(text) => (Message::Text(text.into()), false),
        Outgoing::Ping => (Message::Ping(Default::default()), false),
        Outgoing::Close(reason) => {
            let frame = CloseFrame { code: reason.code(), reason: reason.to_string().into() };
            (Message::Close(Some(frame)), true)
        }
        Outgoing::Abort => return false,
    };
    let sent = timeout(SEND_WITHIN, socket.send(message)).await;
    matches!(sent, Ok(Ok(()))) && !last
}

/// False where there is nothing more to come.
fn receive(connection: &mut Connection, message: Option<Result<Message, axum::Error>>) -> bool {
    match message {
        Some(Ok(Message::Binary(frame))) => connection.receive(Incoming::Binary(&frame)),
        Some(Ok(Message::Text(text))) => connection.receive(Incoming::Text(&text)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => connection.receive(Incoming::Alive),
        Some(Ok(Message::Close(_))) | None => return false,
        Some(Err(error)) => match error.into_inner().downcast_ref() {
            Some(Error::Capacity(_)) => connection.receive(Incoming::Oversized),
            Some(Error::Protocol(_) | Error::Utf8(_)) => connection.receive(Incoming::Malformed),
            _ => return false,
        },
    }
    true
}
