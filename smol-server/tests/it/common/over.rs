//! A tab over a connection of any kind.

use std::io::{Read, Write};

use live_core::client::{Action, Client, Heard};
use live_core::wire::SUBPROTOCOL;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Request;
use tungstenite::{Message, WebSocket};

use super::http;
use super::tab::{Loaded, loaded};

/// What a tab is that lives as long as its connection.
pub(crate) struct Over<S> {
    pub(crate) client: Client,
    pub(crate) ws: WebSocket<S>,
    /// How many pings have come.
    pub(crate) pings: usize,
}

/// A request for the WebSocket of a page that was opened at this origin.
pub(crate) fn request(origin: &str, cookie: &str) -> Request {
    let mut request = "ws://localhost/_live/websocket".into_client_request().unwrap();
    for (name, value) in [("Origin", origin), ("Sec-WebSocket-Protocol", SUBPROTOCOL), ("Cookie", cookie)] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// Loads a page over a connection that is closed behind it.
pub(crate) fn load(stream: impl Read + Write, path: &str) -> Loaded {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    loaded(&http::exchange(stream, &request), "")
}

impl<S: Read + Write> Over<S> {
    pub(crate) fn new(stream: S, loaded: Loaded, request: Request) -> Self {
        let ws = tungstenite::client(request, stream).map_err(|error| error.to_string()).unwrap().0;
        let mut tab = Self { client: loaded.client, ws, pings: 0 };
        let hello = tab.client.hello();
        tab.send(hello);
        while !tab.take_in().iter().any(|heard| matches!(heard, Heard::Welcome { .. })) {}
        tab
    }

    /// Sends an event, and waits until it is acknowledged.
    pub(crate) fn act(&mut self, action: Action) {
        let frame = self.client.send(action);
        self.send(frame);
        self.until(|tab| tab.client.pending() == 0);
    }

    pub(crate) fn until_html(&mut self, region: &str, html: &str) {
        self.until(|tab| tab.client.html(region) == Some(html));
    }

    /// Takes in messages until `done`.
    pub(crate) fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.take_in();
        }
    }

    fn send(&mut self, frame: Vec<u8>) {
        self.ws.send(Message::Binary(frame.into())).unwrap();
    }

    fn take_in(&mut self) -> Vec<Heard> {
        match self.ws.read().unwrap() {
            Message::Binary(frame) => {
                let heard = self.client.receive(&frame).unwrap();
                while let Some(reply) = self.client.reply() {
                    self.send(reply);
                }
                heard
            }
            Message::Ping(_) => {
                self.pings += 1;
                // The pong is in the buffer already.
                self.ws.flush().unwrap();
                Vec::new()
            }
            other => panic!("{other:?}"),
        }
    }
}
