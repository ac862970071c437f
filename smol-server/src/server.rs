//! Listening, and stopping.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

use futures_timer::Delay;
use live_core::limits::DRAIN_WITHIN;
use live_std::{Connection, Engine, caught};
use smol::block_on;
use smol::future::FutureExt;
use smol::io::AsyncReadExt;
use socket2::SockRef;

use crate::app::{App, From};
use crate::count::{Count, Counted};
use crate::descriptors::Descriptors;
use crate::executor::{Spawner, Workers};
use crate::http::{self, BACKLOG, Served, UNSENT};
use crate::pool::Source;
use crate::stream::Stream;
use crate::websocket::Socket;
use crate::wire::Wire;

/// How long a server that stops without a successor waits for its sessions and connections.
const STOP_WITHIN: Duration = Duration::from_millis(800);

/// How long a closed connection is read from, so that what was sent last arrives.
const LINGER: Duration = Duration::from_secs(1);

/// How long the listener rests when the process has no more file descriptors.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A server that runs until it is dropped or shut down.
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    open: Arc<Count>,
    workers: Option<Workers>,
}

impl Server {
    pub(crate) fn start(listener: TcpListener, app: Arc<App>, workers: Workers) -> io::Result<Self> {
        let address = listener.local_addr()?;
        // What is accepted has the listener's options.
        let socket = SockRef::from(&listener);
        socket.listen(BACKLOG)?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_notsent_lowat(UNSENT)?;
        let (spawner, open) = (workers.spawner(), Arc::<Count>::default());
        let descriptors = Descriptors::claim(app.engine.options().max_sessions);
        let listener = spawner.source(listener)?;
        let accepts = Accepts { listener, app: app.clone(), open: open.clone(), descriptors };
        spawner.run(supervised(Arc::new(accepts), spawner.clone()));
        Ok(Self { app, address, open, workers: Some(workers) })
    }

    /// The address that it listens on, with the port that the system chose where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The URL to open: [`Options::public_url`](live_std::Options::public_url), else one of this machine. Whoever listens on all of its addresses isn't reached by that
    /// name: only `localhost` is answered then.
    pub fn url(&self) -> String {
        if let Some(url) = &self.app.engine.options().public_url {
            return url.clone();
        }
        let (ip, port) = (self.address.ip(), self.address.port());
        if ip.is_unspecified() {
            format!("http://localhost:{port}")
        } else {
            format!("http://{}", self.address)
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

    /// Says that it will end soon, for `delay`: see [`Options::drain_delay`](live_std::Options::drain_delay).
    pub(crate) fn retire(&self, delay: Duration) {
        if !delay.is_zero() {
            self.app.engine.retire();
            thread::sleep(delay);
        }
    }

    /// [`shutdown`](Self::shutdown) where a successor listens already: browsers come back to it after a random time of up to `spread`, of 30 s at most.
    /// Takes 45 s at most; with a spread of zero a second.
    pub fn drain(mut self, spread: Duration) {
        self.stop(spread);
    }

    fn stop(&mut self, spread: Duration) {
        let Some(workers) = self.workers.take() else { return };
        let until = Instant::now() + if spread.is_zero() { STOP_WITHIN } else { DRAIN_WITHIN };
        self.app.engine.drain(spread);
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
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// What is needed to take connections in.
struct Accepts {
    listener: Source<TcpListener>,
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
            let descriptor = descriptors.enter(&stream, peer.ip(), refused);
            Ok((descriptor, spawner.source(stream)?, peer))
        });
        match entered {
            Ok((None, ..)) => {}
            Ok((Some(descriptor), stream, peer)) => {
                let (app, open) = (app.clone(), open.clone());
                let served = serve(stream, peer, app, open);
                spawner.run(isolated(Box::pin(async move {
                    served.await;
                    drop(descriptor);
                })));
            }
            Err(error) => {
                live_std::log!(warn, %error, "a connection wasn't accepted");
                Delay::new(BACK_OFF).await;
            }
        }
    }
}

fn poll_accept(
    listener: &Source<TcpListener>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
    loop {
        match listener.get_ref().accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(listener.poll_readable(cx))?,
            accepted => return Poll::Ready(accepted),
        }
    }
}

/// What it holds between requests and messages every connection keeps, so its parts are boxed.
async fn serve(stream: Source<TcpStream>, peer: SocketAddr, app: Arc<App>, open: Arc<Count>) {
    // Without it a small frame may wait for the acknowledgement of the one before.
    let _ = stream.get_ref().set_nodelay(true);
    let wire = Wire::new(stream);
    let (socket, _counted) = match Box::pin(handshake(&wire, peer, app, &open)).await {
        Ok(upgraded) => upgraded.unzip(),
        Err(_) => return,
    };
    if let Some(mut socket) = socket {
        socket.run().await;
    }
    Box::pin(linger(wire)).await;
}

/// Answers requests, until one of them is for a WebSocket.
async fn handshake(
    wire: &Arc<Wire>,
    peer: SocketAddr,
    app: Arc<App>,
    open: &Arc<Count>,
) -> io::Result<Option<(Box<Socket>, Counted)>> {
    let engine = app.engine.clone();
    let limits = app.http;
    let from = From { app, peer: peer.ip() };
    let Served::Upgraded(upgrade, read) = http::serve(wire.clone(), from, limits, open).await? else {
        return Ok(None);
    };
    let counted = open.enter();
    let max_message = engine.options().max_message_size;
    let connection = Connection::new(engine, upgrade);
    Ok(Some((Socket::new(wire.clone(), read, connection, max_message).await, counted)))
}

/// Reads on for a while after the last write: closing with unread bytes would take back what was sent.
async fn linger(wire: Arc<Wire>) {
    let mut stream = Stream::new(wire.clone(), 0);
    if wire.socket.get_ref().shutdown(Shutdown::Write).is_err() {
        return;
    }
    let drain = async {
        let mut space = [0; 1024];
        while stream.read(&mut space).await.is_ok_and(|count| count > 0) {}
    };
    let limit = async {
        Delay::new(LINGER).await;
    };
    drain.or(limit).await;
}

/// A panic ends its own connection and no other.
async fn isolated(task: Pin<Box<dyn Future<Output = ()> + Send>>) {
    if let Err(panicked) = caught(task).await {
        live_std::log!(error, %panicked, "a connection panicked");
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}
