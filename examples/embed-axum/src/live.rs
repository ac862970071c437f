//! Live pages as a part of an axum application: what is the engine's before its routes, and a fallback behind them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use live_std::{AcceptEncoding, Answer, Connection, Engine, Reply, Upgrade, Visitor};
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
        let router = own
            .fallback_service(reply.with_state(self.clone()))
            .layer(middleware::from_fn_with_state(self.clone(), intercept));
        match self.engine.options().path_prefix.as_str() {
            "" | "/" => router,
            prefix => Router::new().nest(prefix, router.clone()).fallback_service(router),
        }
    }

    /// The engine, for routes of the application's own.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
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
    pub(crate) fn visitor(&self, peer: SocketAddr, headers: &HeaderMap) -> Visitor {
        Visitor { peer: self.engine.client(Some(peer.ip()), headers), ..Visitor::default() }
    }
}

async fn intercept(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let accept = AcceptEncoding::of(request.headers());
    let answer = live.engine.intercept(request.method(), request.uri(), request.headers()).await;
    let (mut head, body) = match answer {
        Some(answer) => answer.into_parts(),
        None => next.run(request).await.map(live_std::Body::new).into_parts(),
    };
    let body = live.engine.compress(accept, head.status, &mut head.headers, body);
    response(Answer::from_parts(head, body))
}

async fn reply(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let visitor = live.visitor(peer, request.headers());
    match live.engine.reply(request.map(live_std::Body::new), visitor).await {
        Reply::Response(answer) => response(answer),
        Reply::Upgrade(upgrade, request) => connect(live, *upgrade, request.into_parts().0).await,
        Reply::NotMine(_) => (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response(),
    }
}

async fn connect(live: Arc<Live>, upgrade: Upgrade, mut request: Parts) -> Response {
    let handshake = match WebSocketUpgrade::from_request_parts(&mut request, &()).await {
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

fn response(answer: Answer) -> Response {
    answer.map(Body::new)
}
