//! A browser tab: loads a page, opens its socket, speaks the protocol.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use live_core::client::{Action, Client, Heard};
use live_core::wire::SUBPROTOCOL;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Request;
use tungstenite::http::HeaderValue;
use tungstenite::{Error, Message, WebSocket};

use super::PATIENCE;
use super::http::{self, Answer};

pub(crate) struct Tab {
    pub(crate) client: Client,
    pub(crate) heard: Vec<Heard>,
    /// All that the server has sent.
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) cookie: String,
    pub(crate) token: String,
    pub(crate) ws: WebSocket<TcpStream>,
    server: SocketAddr,
}

/// The first response, as the client's half needs it.
pub(crate) struct Loaded {
    pub(crate) client: Client,
    pub(crate) cookie: String,
    pub(crate) token: String,
}

/// Loads a page.
pub(crate) fn load(server: SocketAddr, path: &str, cookie: &str) -> Loaded {
    loaded(&http::get(server, path, &format!("Cookie: {cookie}\r\n")), cookie)
}

/// Takes a page in that was asked for with this cookie.
pub(crate) fn loaded(page: &Answer, cookie: &str) -> Loaded {
    assert_eq!(page.status, 200, "{}", page.text());
    let set =
        page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or(cookie).to_owned();
    let token = page.quoted("data-lv=\"").to_owned();
    let hashes = BASE64.decode(page.quoted("data-lv-view=\"").as_bytes()).unwrap();
    let text = page.text();
    let start = text.find("data-lv-view=").unwrap();
    let start = start + text[start..].find('>').unwrap() + 1;
    let html = &text[start..text.rfind("</div>\n<div class=\"lv-notice\"").unwrap()];
    let title = text.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
    Loaded { client: Client::open(&token, title, html, &hashes), cookie: set, token }
}

/// A handshake's request, with everything right.
pub(crate) fn request(server: SocketAddr, cookie: &str) -> Request {
    let mut request = format!("ws://{server}/_live/websocket").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Origin", format!("http://{server}").parse().unwrap());
    headers.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse().unwrap());
    headers.insert("Cookie", HeaderValue::from_bytes(cookie.as_bytes()).unwrap());
    request
}

pub(crate) fn open(server: SocketAddr, request: Request) -> WebSocket<TcpStream> {
    tungstenite::client(request, http::connect(server)).unwrap().0
}

impl Tab {
    /// Loads a page and connects.
    pub(crate) fn new(server: SocketAddr, path: &str) -> Self {
        Self::of(server, load(server, path, ""))
    }

    pub(crate) fn of(server: SocketAddr, loaded: Loaded) -> Self {
        let Loaded { client, cookie, token } = loaded;
        let ws = open(server, request(server, &cookie));
        let mut tab = Self { client, heard: Vec::new(), frames: Vec::new(), cookie, token, ws, server };
        tab.hello();
        tab
    }

    /// From now on it waits no longer than this for what must come.
    pub(crate) fn patience(&mut self, limit: std::time::Duration) {
        self.ws.get_mut().set_read_timeout(Some(limit)).unwrap();
    }

    /// The browser is gone, without a word.
    pub(crate) fn vanish(&mut self) {
        self.ws.get_mut().shutdown(std::net::Shutdown::Both).unwrap();
    }

    /// The connection is gone, or will be: opens another.
    pub(crate) fn reconnect(&mut self) {
        self.ws = open(self.server, request(self.server, &self.cookie));
        self.hello();
        for frame in self.client.resend() {
            self.send_raw(frame);
        }
    }

    /// Connects to another server. The connection before stays open: it is given back.
    pub(crate) fn elsewhere(&mut self, server: SocketAddr) -> WebSocket<TcpStream> {
        self.server = server;
        let before = std::mem::replace(&mut self.ws, open(server, request(server, &self.cookie)));
        self.hello();
        before
    }

    /// The next connection goes to another server.
    pub(crate) fn move_to(&mut self, server: SocketAddr) {
        self.server = server;
    }

    fn hello(&mut self) {
        let hello = self.client.hello();
        self.send_raw(hello);
        self.until("a welcome", |tab| tab.heard.iter().any(|heard| matches!(heard, Heard::Welcome { .. })));
    }

    pub(crate) fn send(&mut self, action: Action) {
        let frame = self.client.send(action);
        self.send_raw(frame);
    }

    /// Sends an event and waits until it is acknowledged.
    pub(crate) fn act(&mut self, name: &str) {
        self.send(Action::new(name));
        self.until("an acknowledgement", |tab| tab.client.pending() == 0);
    }

    pub(crate) fn send_raw(&mut self, frame: Vec<u8>) {
        self.ws.send(Message::Binary(frame.into())).unwrap();
    }

    /// Takes in frames until `done`.
    pub(crate) fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            match self.ws.read() {
                Ok(Message::Binary(frame)) => self.take_in(&frame),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("waiting for {what}, got {other:?}; the page is {}", self.client.page_html()),
            }
        }
    }

    /// Takes in what comes for so long, or until the server closes: then gives the code and the reason. Says nothing of its own.
    pub(crate) fn listen(&mut self, time: Duration) -> Option<(u16, String)> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.ws.get_mut().set_read_timeout(Some(PATIENCE)).unwrap();
                return None;
            }
            self.ws.get_mut().set_read_timeout(Some(left)).unwrap();
            match self.ws.read() {
                Ok(Message::Binary(frame)) => self.take_in(&frame),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(Some(frame))) => {
                    return Some((frame.code.into(), frame.reason.to_string()));
                }
                Err(Error::Io(error)) if matches!(error.kind(), WouldBlock | TimedOut) => {}
                other => panic!("listening, got {other:?}"),
            }
        }
    }

    pub(crate) fn until_html(&mut self, region: &str, html: &str) {
        self.until(html, |tab| tab.client.html(region) == Some(html));
    }

    /// Reads until the server closes: the code and the reason.
    pub(crate) fn closed(&mut self) -> (u16, String) {
        closed(&mut self.ws)
    }

    pub(crate) fn take_in(&mut self, frame: &[u8]) {
        let heard = self.client.receive(frame).unwrap();
        self.heard.extend(heard);
        self.frames.push(frame.to_vec());
        while let Some(reply) = self.client.reply() {
            self.send_raw(reply);
        }
    }
}

/// A binary message as it is on the wire, in one frame whose mask changes nothing: for what is to be cut, or to need no buffer.
pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x82];
    match u16::try_from(message.len()) {
        Ok(len @ 0..126) => frame.push(0x80 | len as u8),
        Ok(len) => {
            frame.push(0x80 | 126);
            frame.extend(len.to_be_bytes());
        }
        Err(_) => panic!("a message of {} bytes", message.len()),
    }
    frame.extend([0; 4]);
    frame.extend(message);
    frame
}

pub(crate) fn closed(ws: &mut WebSocket<TcpStream>) -> (u16, String) {
    loop {
        match ws.read() {
            Ok(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
            Ok(Message::Close(None)) | Err(Error::ConnectionClosed) => panic!("closed without a code"),
            Ok(_) => {}
            Err(error) => panic!("no close frame: {error}"),
        }
    }
}
