//! Live pages as a part of an axum application: a fallback that answers HTTP, and a route for the WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use live_std::{Answer, Connection, Engine, MAX_BODY, SOCKET, Visitor};
use tokio::sync::watch;

use crate::socket;

/// The size of a WebSocket's buffer for reading. Each connection keeps one, and idle connections are many.
const READ: usize = 4096;

/// The engine, and its open WebSockets.
pub(crate) struct Live {
    engine: Arc<Engine>,
    /// Each WebSocket has a receiver.
    open: watch::Sender<()>,
}

impl Live {
    pub(crate) fn new(engine: Arc<Engine>) -> Arc<Self> {
        Arc::new(Self { engine, open: watch::Sender::new(()) })
    }

    /// The application `own`, with live pages where it has no route, and the engine's checks of host and origin around all of it.
    pub(crate) fn mount(self: &Arc<Self>, own: Router) -> Router {
        let live = Router::new()
            .route(SOCKET, any(connect))
            .fallback(respond)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(self.clone());
        own.merge(live).layer(middleware::from_fn_with_state(self.clone(), admit))
    }

    /// Lets every session commit and closes its WebSocket with code 1012, so that browsers come back to a successor within `spread`.
    pub(crate) fn drain(&self, spread: Duration) {
        self.engine.drain(spread);
    }

    /// Waits until no WebSocket is open, and every session is committed.
    pub(crate) async fn drained(&self) {
        self.open.closed().await;
        self.engine.drained().await;
    }

    /// Over how much time browsers come back where a successor listens.
    pub(crate) fn spread(&self) -> Duration {
        self.engine.options().drain_spread
    }

    /// An application whose own middleware knows the user says so here, in `user_id`; `Options::auth` is the other way.
    fn visitor(&self, peer: SocketAddr, headers: &HeaderMap) -> Visitor {
        Visitor { peer: Some(self.engine.client(peer.ip(), headers)), ..Visitor::default() }
    }
}

async fn admit(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    match live.engine.admit(request.method(), request.uri(), request.headers()) {
        Ok(()) => match live.engine.builtin(request.method(), request.uri(), request.headers()) {
            Some(answer) => response(answer),
            None => next.run(request).await,
        },
        Err(denied) => response(denied),
    }
}

async fn respond(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let visitor = live.visitor(peer, &headers);
    match live.engine.respond(&method, &uri, &headers, &body, visitor).await {
        Some(answer) => response(answer),
        None => (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response(),
    }
}

async fn connect(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    handshake: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match live.engine.upgrade(&method, &headers, live.visitor(peer, &headers)) {
        Ok(upgrade) => upgrade,
        Err(refused) => return response(refused),
    };
    let handshake = match handshake {
        Ok(handshake) => handshake,
        Err(rejection) => return rejection.into_response(),
    };
    let (protocol, max_message) = (upgrade.protocol.name(), live.engine.options().max_message_size);
    let (connection, open) = (Connection::new(live.engine.clone(), upgrade), live.open.subscribe());
    handshake
        .protocols([protocol])
        .max_message_size(max_message)
        .max_frame_size(max_message)
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .on_upgrade(move |socket| async move {
            socket::run(socket, connection).await;
            drop(open);
        })
}

fn response(answer: impl Into<Answer>) -> Response {
    answer.into().map(Body::from)
}
