//! Listening, and stopping.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

use futures_timer::Delay;
use live_core::limits::DRAIN_WITHIN;
use live_std::{Connection, Engine, caught};
use smol::block_on;
use smol::channel::{Sender, bounded};
use smol::future::FutureExt;
use socket2::{SockAddr, Socket};

use crate::app::{App, From};
use crate::count::{Count, Counted};
use crate::descriptors::{Descriptor, Descriptors};
use crate::executor::{Spawner, Workers};
use crate::http::{self, Served};
use crate::listen::{Listener, Local, SocketFile};
use crate::manager::Manager;
use crate::pool::Source;
use crate::tls::Tls;
use crate::transport::Transport;
use crate::websocket;
use crate::wire::Wire;

/// How long a server that stops without a successor waits for its sessions and connections.
const STOP_WITHIN: Duration = Duration::from_millis(800);

/// How long a server that ends behind a [passed socket](Listener::is_passed) still waits for the first requests of the connections that it has accepted.
const FIRST_REQUEST_WITHIN: Duration = Duration::from_millis(50);

/// How long a closed connection is read from, so that what was sent last arrives.
const LINGER: Duration = Duration::from_secs(1);

/// How long the listener rests when the process has no more file descriptors.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A server that runs until it is dropped or shut down.
pub struct Server {
    app: Arc<App>,
    local: Local,
    open: Arc<Count>,
    workers: Option<Workers>,
    /// Closing this channel stops the server from accepting connections.
    accepting: Sender<Infallible>,
    /// See [`Listener::is_passed`].
    is_passed: bool,
    /// Removed once nobody listens any more.
    file: Option<SocketFile>,
    /// Who is told how the server is.
    manager: Option<Manager>,
}

impl Server {
    pub(crate) fn start(listener: Listener, app: Arc<App>, workers: Workers) -> io::Result<Self> {
        let Listener { socket, local, file, is_passed } = listener;
        let (spawner, open) = (workers.spawner(), Arc::<Count>::default());
        let descriptors = Descriptors::claim(app.engine.options().max_sessions);
        let listener = spawner.source(socket)?;
        let accepts = Accepts { listener, app: app.clone(), open: open.clone(), descriptors };
        let (accepting, closed) = bounded(1);
        let accepts = supervised(Arc::new(accepts), spawner.clone());
        let closed = async move {
            let _ = closed.recv().await;
        };
        spawner.run(accepts.or(closed));
        let workers = Some(workers);
        Ok(Self { app, local, open, workers, accepting, is_passed, file, manager: None })
    }

    /// The address that it listens on, with the port that the system chose where 0 was asked for. None for a Unix socket, which has a
    /// [path](Self::unix_path).
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match self.local {
            Local::Tcp(address) => Some(address),
            Local::Unix(_) => None,
        }
    }

    /// The path of the Unix socket that it listens on.
    pub fn unix_path(&self) -> Option<&Path> {
        match &self.local {
            Local::Tcp(_) => None,
            Local::Unix(path) => Some(path),
        }
    }

    /// The URL to open: [`Options::public_url`](live_std::Options::public_url), else one of this machine. Whoever listens on all of its addresses isn't reached by that
    /// name: only `localhost` is answered then. A Unix socket has no URL; without a public one this is its address, `unix:/run/app/app.sock`.
    pub fn url(&self) -> String {
        if let Some(url) = &self.app.engine.options().public_url {
            return url.clone();
        }
        let scheme = if self.app.tls.is_some() { "https" } else { "http" };
        match &self.local {
            Local::Tcp(address) if address.ip().is_unspecified() => {
                format!("{scheme}://localhost:{}", address.port())
            }
            Local::Tcp(address) => format!("{scheme}://{address}"),
            Local::Unix(_) => self.local.to_string(),
        }
    }

    /// How many sessions are in memory.
    pub fn sessions(&self) -> usize {
        self.app.engine.sessions()
    }

    /// The bus, for messages from outside the pages.
    pub fn pubsub(&self) -> Arc<dyn live_std::PubSub> {
        self.app.engine.pubsub().clone()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.app.engine
    }

    /// Lets every session commit, closes its WebSocket with code 1012, answers what is under way, and ends. Takes a second at most.
    pub fn shutdown(self) {
        self.drain(Duration::ZERO);
    }

    /// Tells the service manager, if there is one, that the server listens, and how it is from now on.
    pub(crate) fn attend(&mut self) {
        let (Some(manager), Some(workers)) = (Manager::of_process(), &self.workers) else { return };
        manager.ready(self.engine(), &self.local);
        let attending = manager.clone().attend(self.app.engine.clone(), self.local.clone());
        workers.spawner().run(attending);
        self.manager = Some(manager);
    }

    /// Says that it will end soon, for `delay`: see [`Options::drain_delay`](live_std::Options::drain_delay).
    pub(crate) fn retire(&self, delay: Duration) {
        if !delay.is_zero() {
            self.app.engine.retire();
            self.tell_stopping();
            thread::sleep(delay);
        }
    }

    fn tell_stopping(&self) {
        if let Some(manager) = &self.manager {
            manager.stopping(self.engine(), &self.local);
        }
    }

    /// [`shutdown`](Self::shutdown) where a successor listens already: browsers come back to it after a random time of up to `spread`, of 30 s at most.
    /// Takes 45 s at most; with a spread of zero a second.
    pub fn drain(mut self, spread: Duration) {
        self.stop(spread);
    }

    fn stop(&mut self, spread: Duration) {
        let Some(workers) = self.workers.take() else { return };
        if self.is_passed {
            self.accepting.close();
            self.app.engine.retire();
            thread::sleep(FIRST_REQUEST_WITHIN);
        }
        let until = Instant::now() + if spread.is_zero() { STOP_WITHIN } else { DRAIN_WITHIN };
        self.app.engine.drain(spread);
        self.tell_stopping();
        self.open.wait_until_none(until - Instant::now());
        let limit = async {
            Delay::new(until.saturating_duration_since(Instant::now())).await;
            live_std::log!(
                warn,
                sessions = self.sessions(),
                "the server ends before its sessions have committed"
            );
        };
        block_on(self.app.engine.drained().or(limit));
        drop(workers);
        drop(self.file.take());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// What is needed to take connections in.
struct Accepts {
    listener: Source<Socket>,
    app: Arc<App>,
    open: Arc<Count>,
    descriptors: Descriptors,
}

/// Takes connections in for as long as the server runs, whatever happens to one of them.
async fn supervised(accepts: Arc<Accepts>, spawner: Spawner) {
    loop {
        if let Err(panicked) = caught(Box::pin(accept(accepts.clone(), spawner.clone()))).await {
            live_std::log!(error, %panicked, "connections weren't accepted for a moment");
        }
        Delay::new(BACK_OFF).await;
    }
}

async fn accept(accepts: Arc<Accepts>, spawner: Spawner) {
    let Accepts { listener, app, open, descriptors } = &*accepts;
    let refused = |peer| app.engine.refused_for_descriptors(peer);
    loop {
        let accepted = poll_fn(|cx| poll_accept(listener, cx)).await;
        let entered = accepted.and_then(|(stream, peer)| {
            let descriptor = descriptors.enter(&stream, peer, app.tls.is_none(), refused);
            Ok((descriptor, spawner.source(stream)?, peer))
        });
        match entered {
            Ok((None, ..)) => {}
            Ok((Some(descriptor), stream, peer)) => {
                let accepted = Accepted { stream, peer, descriptor };
                spawner.run(isolated(Box::pin(serve(accepted, app.clone(), open.clone()))));
            }
            Err(error) => {
                live_std::log!(warn, %error, "a connection wasn't accepted");
                Delay::new(BACK_OFF).await;
            }
        }
    }
}

/// A connection, and the IP address of its other end, if it has one.
fn poll_accept(
    listener: &Source<Socket>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(Socket, Option<IpAddr>)>> {
    loop {
        match listener.get_ref().accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(listener.poll_readable(cx))?,
            accepted => {
                let ip = |address: SockAddr| address.as_socket().map(|address| address.ip());
                return Poll::Ready(accepted.map(|(stream, peer)| (stream, ip(peer))));
            }
        }
    }
}

/// A new connection.
struct Accepted {
    stream: Source<Socket>,
    /// The IP address of its other end, if it has one.
    peer: Option<IpAddr>,
    descriptor: Descriptor,
}

/// What it holds between requests and messages every connection keeps, so its parts are boxed.
async fn serve(accepted: Accepted, app: Arc<App>, open: Arc<Count>) {
    let Accepted { stream, peer, descriptor: _descriptor } = accepted;
    // Without it a small frame may wait for the acknowledgement of the one before.
    if peer.is_some() {
        let _ = stream.get_ref().set_tcp_nodelay(true);
    }
    let Ok(wire) = wire(stream, app.tls.as_ref()) else { return };
    let write_timeout = app.http.write_timeout;
    if app.tls.is_some() && !Box::pin(secured(&wire, app.http.head_timeout)).await {
        return Box::pin(linger(wire)).await;
    }
    let (socket, _counted) = match Box::pin(handshake(&wire, peer, app, &open)).await {
        Ok(upgraded) => upgraded.unzip(),
        Err(_) => return,
    };
    if let Some(mut socket) = socket {
        socket.run().await;
    } else if wire.transport.pending() > 0 {
        let flushed = poll_fn(|cx| wire.transport.poll_flush(cx));
        let _ = Box::pin(within(write_timeout, flushed)).await;
    }
    Box::pin(linger(wire)).await;
}

fn wire(stream: Source<Socket>, tls: Option<&Tls>) -> io::Result<Arc<Wire>> {
    let session = tls.map(Tls::session).transpose()?;
    Ok(Wire::new(Transport::new(stream, session)))
}

/// Whether the other end has agreed on how to encrypt.
async fn secured(wire: &Wire, limit: Duration) -> bool {
    let handshake = within(limit, poll_fn(|cx| wire.transport.poll_handshake(cx))).await;
    if let Err(error) = &handshake {
        live_std::log!(debug, %error, "a TLS handshake failed");
    }
    handshake.is_ok()
}

/// `work`, or a timeout error.
async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = async {
        Delay::new(limit).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    work.or(late).await
}

/// Answers requests, until one of them is for a WebSocket.
async fn handshake(
    wire: &Arc<Wire>,
    peer: Option<IpAddr>,
    app: Arc<App>,
    open: &Arc<Count>,
) -> io::Result<Option<(Box<websocket::Socket>, Counted)>> {
    let engine = app.engine.clone();
    let limits = app.http;
    let from = From { app, peer };
    let Served::Upgraded(upgrade, read) = http::serve(wire.clone(), from, limits, open).await? else {
        return Ok(None);
    };
    let counted = open.enter();
    let max_message = engine.options().max_message_size;
    let connection = Connection::new(engine, upgrade);
    Ok(Some((websocket::Socket::new(wire.clone(), read, connection, max_message).await, counted)))
}

/// Reads on for a while after the last write: closing with unread bytes would take back what was sent.
async fn linger(wire: Arc<Wire>) {
    let drain = async {
        poll_fn(|cx| wire.transport.poll_finish(cx)).await?;
        poll_fn(|cx| wire.transport.poll_discard(cx)).await
    };
    let _ = within(LINGER, drain).await;
}

/// A panic ends its own connection and no other.
async fn isolated(task: Pin<Box<dyn Future<Output = ()> + Send>>) {
    if let Err(panicked) = caught(task).await {
        live_std::log!(error, %panicked, "a connection panicked");
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("local", &self.local).finish_non_exhaustive()
    }
}
