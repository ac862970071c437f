//! Live sessions as the load opens and drives them, and their counterpart on the floor.

use std::net::SocketAddr;

use data_encoding::BASE64;
use live_core::client::Client;
use live_core::wire::SUBPROTOCOL;
use rmp::encode::{ByteBuf, write_array_len, write_str, write_uint};

use super::{Drive, Peer, Result, Socket, get};

/// The kinds of frames that matter here: `core/src/wire/WIRE.md`.
const WELCOME: u64 = 0;
const UPDATE: u64 = 1;
const EVENT: u64 = 1;
const ACK: u64 = 2;

/// After how many frames, and how many bytes of them, an acknowledgement goes on its own.
const ACK_FRAMES: u32 = 3;
const ACK_BYTES: u64 = 64 * 1024;

/// How many sessions are opened at once.
const OPENERS: usize = 16;

/// One browser: its cookie, and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) server: SocketAddr,
    pub(crate) cookie: String,
}

/// One session that sends the same event over and over, with other values.
#[derive(Debug)]
pub(crate) struct Tab {
    event: &'static str,
    values: fn(u64) -> Vec<(&'static str, String)>,
    id: u64,
    received: u32,
    acked: u32,
    unacked_bytes: u64,
    welcomed: bool,
    /// Payload bytes so far.
    pub(crate) up: u64,
    pub(crate) down: u64,
    pub(crate) updates: u64,
    /// Those among them that many sessions share.
    pub(crate) shared: u64,
}

/// One echo of the floor.
#[derive(Debug)]
pub(crate) struct Echo {
    size: usize,
    /// Messages so far.
    pub(crate) heard: u64,
}

impl Browser {
    /// A browser that a server has just met.
    pub(crate) fn new(server: SocketAddr) -> Result<Self> {
        let (head, _) = get(server, "/counter", "")?;
        let cookie = head.get("set-cookie").and_then(|cookie| cookie.split(';').next());
        Ok(Self { server, cookie: cookie.ok_or("no cookie")?.to_owned() })
    }

    /// Loads a page and says hello.
    pub(crate) fn open(&self, path: &str) -> Result<Socket> {
        let (_, body) = get(self.server, path, &self.cookie)?;
        let hello = client(&body, path).ok_or_else(|| format!("no live page at {path}: {body}"))?.hello();
        let headers = format!("Cookie: {}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n", self.cookie);
        let mut socket = Socket::open(self.server, "/_live/websocket", &headers)?;
        socket.send(&hello)?;
        Ok(socket)
    }

    /// Loads a page so many times and says hello, some at once.
    fn open_all(&self, path: &str, count: usize) -> Result<Vec<Socket>> {
        some_at_once(count, || self.open(path))
    }

    /// So many sessions, welcomed, that do nothing yet.
    pub(crate) fn tabs(
        &self,
        count: usize,
        path: &str,
        event: &'static str,
        values: fn(u64) -> Vec<(&'static str, String)>,
    ) -> Result<Drive<Tab>> {
        let sockets = self.open_all(path, count)?.into_iter().map(|socket| (socket, Tab::new(event, values)));
        let mut drive = Drive::new(sockets)?;
        while drive.peers().any(|tab| !tab.welcomed) {
            let mut turns = 0;
            drive.until(|_| std::mem::replace(&mut turns, 1) > 0)?;
        }
        Ok(drive)
    }
}

/// Opens so many, [`OPENERS`] at once.
fn some_at_once(count: usize, open: impl Fn() -> Result<Socket> + Sync) -> Result<Vec<Socket>> {
    let (open, shares) = (&open, (0..OPENERS).map(|opener| (count + opener) / OPENERS));
    std::thread::scope(|scope| {
        let openers: Vec<_> = shares
            .map(|share| scope.spawn(move || (0..share).map(|_| open()).collect::<Result<Vec<_>>>()))
            .collect();
        let opened = openers.into_iter().map(|opener| opener.join().map_err(|_| "an opener panicked")?);
        Ok(opened.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })
}

/// What it takes at the least to open so many sessions: a response of `size` bytes and a WebSocket for each, both of the floor's.
pub(crate) fn open_bare(floor: SocketAddr, count: usize, size: usize) -> Result<Vec<Socket>> {
    some_at_once(count, || {
        get(floor, &format!("/?size={size}"), "")?;
        Socket::open(floor, "/echo?size=16", "")
    })
}

/// So many echoes of the floor's that answer once they have committed a record, with the sizes up and down.
pub(crate) fn committing_echoes(
    floor: SocketAddr,
    count: usize,
    (up, down): (usize, usize),
) -> Result<Drive<Echo>> {
    bare(floor, &format!("/commit?size={down}"), count, up)
}

/// So many echoes of the floor's, which take messages of `up` bytes and answer by such of `down`.
pub(crate) fn echoes(floor: SocketAddr, count: usize, up: usize, down: usize) -> Result<Drive<Echo>> {
    bare(floor, &format!("/echo?size={down}"), count, up)
}

/// So many sockets in the floor's room, each of which hears a message of `down` bytes for one of `up` bytes from any.
pub(crate) fn room(floor: SocketAddr, count: usize, up: usize, down: usize) -> Result<Drive<Echo>> {
    bare(floor, &format!("/room?size={down}"), count, up)
}

fn bare(floor: SocketAddr, path: &str, count: usize, size: usize) -> Result<Drive<Echo>> {
    let sockets: Result<Vec<_>> =
        (0..count).map(|_| Ok((Socket::open(floor, path, "")?, Echo { size, heard: 0 }))).collect();
    Drive::new(sockets?)
}

/// What the browser's half of the protocol makes of a page.
fn client(body: &str, path: &str) -> Option<Client> {
    let part = |from: &str, to: &str| Some(body.split_once(from)?.1.split_once(to)?.0);
    let (token, view) = (part("data-lv=\"", "\"")?, part("data-lv-view=\"", "\"")?);
    let (_, html) = body.split_once("data-lv-region=\"\">")?;
    let html = html.rsplit_once("</div>\n<div class=\"lv-notice\"")?.0;
    let hashes = BASE64.decode(view.as_bytes()).ok()?;
    let mut client = Client::open(token, part("<title>", "</title>")?, html, &hashes);
    client.set_query(path.find('?').map_or("", |at| &path[at..]));
    Some(client)
}

impl Tab {
    fn new(event: &'static str, values: fn(u64) -> Vec<(&'static str, String)>) -> Self {
        Self {
            event,
            values,
            id: 0,
            received: 0,
            acked: 0,
            unacked_bytes: 0,
            welcomed: false,
            up: 0,
            down: 0,
            updates: 0,
            shared: 0,
        }
    }

    fn acknowledge(&mut self, out: &mut Vec<u8>) {
        (self.acked, self.unacked_bytes) = (self.received, 0);
        frame(out, |buf| {
            write_array_len(buf, 3)?;
            write_uint(buf, ACK)?;
            write_uint(buf, u64::from(self.received))?;
            write_uint(buf, 0)?;
            Ok(())
        });
    }
}

impl Peer for Tab {
    fn ask(&mut self, out: &mut Vec<u8>) {
        self.id += 1;
        (self.acked, self.unacked_bytes) = (self.received, 0);
        let values = (self.values)(self.id);
        frame(out, |buf| {
            write_array_len(buf, if values.is_empty() { 4 } else { 5 })?;
            write_uint(buf, EVENT)?;
            write_uint(buf, self.id)?;
            write_uint(buf, u64::from(self.received))?;
            write_str(buf, self.event)?;
            if !values.is_empty() {
                write_array_len(buf, 2 * values.len() as u32)?;
                for (name, value) in &values {
                    write_str(buf, name)?;
                    write_str(buf, value)?;
                }
            }
            Ok(())
        });
        self.up += out.len() as u64;
    }

    fn hear(&mut self, message: &[u8], reply: &mut Vec<u8>) -> Result<bool> {
        self.down += message.len() as u64;
        let mut bytes = rmp::decode::Bytes::new(message);
        let _ = rmp::decode::read_array_len(&mut bytes).map_err(odd)?;
        match rmp::decode::read_int(&mut bytes).map_err(odd)? {
            WELCOME => self.welcomed = true,
            UPDATE => {
                self.received += 1;
                self.updates += 1;
                // A frame that many share has nil there.
                let applied: u64 = rmp::decode::read_int(&mut bytes).unwrap_or(0);
                self.shared += u64::from(applied == 0);
                self.unacked_bytes += message.len() as u64;
                if self.received - self.acked >= ACK_FRAMES || self.unacked_bytes >= ACK_BYTES {
                    reply.clear();
                    self.acknowledge(reply);
                }
                return Ok(self.id > 0 && applied >= self.id);
            }
            _ => {}
        }
        Ok(false)
    }
}

fn odd<E>(_: E) -> &'static str {
    "a frame that makes no sense"
}

/// Writes a frame into a buffer that is used again and again.
fn frame(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut ByteBuf) -> Result<(), rmp::encode::ValueWriteError<std::convert::Infallible>>,
) {
    let mut buf = ByteBuf::from_vec(std::mem::take(out));
    write(&mut buf).expect("memory takes every write");
    *out = buf.into_vec();
}

impl Peer for Echo {
    fn ask(&mut self, out: &mut Vec<u8>) {
        out.resize(self.size, b'x');
    }

    fn hear(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<bool> {
        self.heard += 1;
        Ok(true)
    }
}
