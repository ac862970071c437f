//! One session: it clicks, loses its connection, comes back, and counts.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use live_core::client::{Action, Client, Heard};
use live_core::limits::MAX_PENDING;
use live_core::wire::SUBPROTOCOL;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};
use wire_tests::random::Random;

use crate::requests::get;

/// How often a user clicks, and how long a browser waits before it comes back, at most.
const CLICK: Duration = Duration::from_millis(100);
const BACK: usize = 200;

/// How long a session may take to end once nobody kills the server any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser tab on `/counter`.
pub(crate) struct Tab {
    server: SocketAddr,
    cookie: String,
    client: Client,
    random: Random,
    tally: Tally,
}

/// What a session has seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Clicks, and how many of them were acknowledged.
    pub(crate) clicks: u64,
    pub(crate) acknowledged: u64,
    /// The number that the page shows in the end.
    pub(crate) count: i64,
    /// From each connection that came about to the welcome on it.
    pub(crate) resumed: Vec<Duration>,
    /// Welcomes to a session that was lost.
    pub(crate) lost: u64,
    /// Times that the page showed less than was acknowledged.
    pub(crate) behind: u64,
}

type Socket = WebSocket<TcpStream>;
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Failed> = std::result::Result<T, E>;

impl Tab {
    /// Loads the page, as often as it takes.
    pub(crate) fn open(server: SocketAddr, seed: u64) -> Result<Self> {
        let began = Instant::now();
        loop {
            match load(server) {
                Ok((cookie, client)) => {
                    let (random, tally) = (Random::new(seed), Tally::default());
                    return Ok(Self { server, cookie, client, random, tally });
                }
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Clicks until it is `quiet`, and then waits until every click has arrived.
    pub(crate) fn run(mut self, quiet: &AtomicBool) -> Tally {
        let mut end = None;
        while !self.is_done(quiet, &mut end) {
            // Whatever ends a connection, the browser comes back.
            let _ = self.connection(quiet, &mut end);
            thread::sleep(Duration::from_millis(1 + self.random.below(BACK) as u64));
        }
        self.tally.count = self.client.html("count").and_then(|html| html.parse().ok()).unwrap_or(-1);
        self.tally.acknowledged = self.client.applied();
        self.tally
    }

    fn is_done(&self, quiet: &AtomicBool, end: &mut Option<Instant>) -> bool {
        if !quiet.load(Ordering::SeqCst) {
            return false;
        }
        let end = end.get_or_insert_with(|| Instant::now() + PATIENCE);
        let shows_all = self.client.html("count") == Some(&self.tally.clicks.to_string());
        self.client.pending() == 0 && shows_all || Instant::now() > *end
    }

    fn connection(&mut self, quiet: &AtomicBool, end: &mut Option<Instant>) -> Result<()> {
        let mut ws = self.connect()?;
        let mut click_at = Instant::now();
        while !self.is_done(quiet, end) {
            if Instant::now() >= click_at
                && !quiet.load(Ordering::SeqCst)
                && self.client.pending() < MAX_PENDING
            {
                click_at = Instant::now() + CLICK;
                self.tally.clicks += 1;
                let frame = self.client.send(Action::new("inc"));
                ws.send(Message::Binary(frame.into()))?;
            }
            if let Some(frame) = read(&mut ws)? {
                self.hear(&mut ws, &frame)?;
            }
        }
        Ok(())
    }

    /// Opens a socket, and is welcomed on it.
    fn connect(&mut self) -> Result<Socket> {
        let mut request = format!("ws://{}/_live/websocket", self.server).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("Origin", format!("http://{}", self.server).parse()?);
        headers.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse()?);
        headers.insert("Cookie", self.cookie.parse()?);
        let stream = TcpStream::connect(self.server)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (mut ws, _) = tungstenite::client(request, stream).map_err(|error| error.to_string())?;
        let connected = Instant::now();
        ws.send(Message::Binary(self.client.hello().into()))?;
        let known = self.client.applied();
        let welcome = loop {
            if let Some(frame) = read(&mut ws)? {
                break frame;
            }
        };
        for heard in self.client.receive(&welcome).map_err(|error| error.to_string())? {
            if let Heard::Welcome { resumed, lost, .. } = heard {
                self.tally.resumed.push(connected.elapsed());
                self.tally.lost += u64::from(known > 0 && !resumed || !lost.is_empty());
            }
        }
        ws.get_ref().set_read_timeout(Some(Duration::from_millis(5)))?;
        for frame in self.client.resend() {
            ws.send(Message::Binary(frame.into()))?;
        }
        Ok(ws)
    }

    fn hear(&mut self, ws: &mut Socket, frame: &[u8]) -> Result<()> {
        self.client.receive(frame).map_err(|error| error.to_string())?;
        let shown: u64 = self.client.html("count").and_then(|html| html.parse().ok()).unwrap_or(0);
        self.tally.behind += u64::from(shown < self.client.applied());
        while let Some(reply) = self.client.reply() {
            ws.send(Message::Binary(reply.into()))?;
        }
        Ok(())
    }
}

/// A frame, if one has come.
fn read(ws: &mut Socket) -> Result<Option<Vec<u8>>> {
    match ws.read() {
        Ok(Message::Binary(frame)) => Ok(Some(frame.to_vec())),
        Ok(Message::Close(_)) => Err("closed".into()),
        Ok(_) => Ok(None),
        Err(tungstenite::Error::Io(error))
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The first response: the cookie, and the client that shows the page.
fn load(server: SocketAddr) -> Result<(String, Client)> {
    let text = get(server, "/counter")?;
    let part = |from: &str, to: &str| {
        let rest = text.split_once(from)?.1;
        rest.split_once(to).map(|(part, _)| part.to_owned())
    };
    let found = (|| {
        let cookie = part("set-cookie: ", ";").or_else(|| part("Set-Cookie: ", ";"))?;
        let (token, view) = (part("data-lv=\"", "\"")?, part("data-lv-view=\"", "\"")?);
        let (title, html) =
            (part("<title>", "</title>")?, part("data-lv-region=\"\">", "</div>\n<div class=\"lv-notice\"")?);
        let hashes = BASE64.decode(view.as_bytes()).ok()?;
        Some((cookie, Client::open(token, &title, &html, &hashes)))
    })();
    found.ok_or_else(|| format!("no page: {text}").into())
}
