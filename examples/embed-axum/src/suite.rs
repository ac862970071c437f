//! What each server of live pages does with HTTP, on this one.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::get;
use futures_util::stream;
use http_suite::{Greeting, PLAIN, ROWS, Serve, Site, row, rows};
use live_std::{EngineBuilder, Markup};
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};

use super::live::Live;
use super::runtime::Tokio;
use super::serve;

/// The application of the suite. It ends with its runtime.
struct Axum {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Serve for Axum {
    fn start(site: Site) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let live = runtime.block_on(async { live(site) });
        runtime.spawn(serve(listener, own(live.clone()), live, pending()));
        Self { address, _runtime: runtime }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }
}

fn live(site: Site) -> Arc<Live> {
    let mut pages = EngineBuilder::default();
    pages.page("/greet/{name}", Greeting).unwrap();
    pages.assets("/assets", site.assets).unwrap();
    Live::new(pages.start(site.options, Arc::new(Tokio(Handle::current()))).unwrap())
}

fn own(live: Arc<Live>) -> Router {
    let lines = || stream::iter((0..ROWS).map(|n| Ok::<_, Infallible>(row(n))));
    Router::new()
        .route("/rows", get(async || ([(CONTENT_TYPE, "application/json")], rows())))
        .route("/lines", get(async move || ([(CONTENT_TYPE, "text/plain")], Body::from_stream(lines()))))
        .route("/plain", get(plain).with_state(live))
}

async fn plain(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let layout = request.uri().query().and_then(|query| query.strip_prefix("layout=")).unwrap_or_default();
    let markup = Markup { layout, title: "Plain", html: PLAIN };
    let visitor = live.visitor(peer, request.headers());
    live.engine().in_layout(markup, request.uri(), request.headers(), &visitor).unwrap().map(Body::from)
}

http_suite::tests!(Axum);
