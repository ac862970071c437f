//! From a request to its response.

use std::net::IpAddr;
use std::sync::Arc;

use async_tungstenite::tungstenite::handshake::derive_accept_key;
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_TYPE, ETAG, HOST, HeaderValue, IF_NONE_MATCH, ORIGIN,
    SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Method, StatusCode};
use live_core::Error;
use live_std::assets::{self, Asset};
use live_std::{Denied, Engine, Metrics, Visitor, caught};

use crate::handler::{Endpoint, Layer, Next};
use crate::http::Answer;
use crate::peers;
use crate::request::Request;
use crate::response::Response;
use crate::routes::{Route, Routes, not_allowed};

const SOCKET: &str = "/_live/websocket";

/// Pages, routes and middleware of one server.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) routes: Routes,
    pub(crate) layers: Arc<[Layer]>,
}

/// An app as one TCP connection sees it.
pub(crate) struct From {
    pub(crate) app: Arc<App>,
    pub(crate) peer: IpAddr,
}

impl Answer for From {
    async fn answer(&self, mut request: Request) -> Response {
        let options = self.app.engine.options();
        request.peer = Some(peers::client(self.peer, &request.headers, &options.trusted_proxies));
        if let Err(denied) = self.app.admit(&request) {
            return Response::refuse(StatusCode::FORBIDDEN, denied);
        }
        if let Some(metrics) = options.metrics.as_ref().filter(|_| request.path() == "/metrics") {
            let mut response = Response::text(metrics.to_text());
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(Metrics::CONTENT_TYPE));
            return response;
        }
        if let Some(asset) = self.app.asset(request.path()) {
            return serve_asset(asset, &request);
        }
        let app = self.app.clone();
        let endpoint: Endpoint = Arc::new(move |request| Box::pin(app.clone().dispatch(request)));
        let response = caught(Box::pin(Next::new(self.app.layers.clone(), endpoint).run(request))).await;
        response.unwrap_or_else(|panicked| Response::from(Err::<Response, _>(Error::from(panicked))))
    }
}

impl App {
    /// Keeps out requests for other hosts, and those of other sites that would change something (rule S1).
    fn admit(&self, request: &Request) -> Result<(), Denied> {
        let access = self.engine.access();
        if !matches!(request.path(), "/healthz" | "/metrics") {
            access.check_host(request.header(HOST.as_str()))?;
        }
        match request.header(ORIGIN.as_str()) {
            Some(origin) if !request.method.is_safe() => access.check_origin(Some(origin)),
            _ => Ok(()),
        }
    }

    fn asset(&self, path: &str) -> Option<&'static Asset> {
        if path == assets::RUNTIME.path {
            Some(&assets::RUNTIME)
        } else if path == assets::DEV.path && self.engine.options().dev {
            Some(&assets::DEV)
        } else {
            None
        }
    }

    /// Routes come before pages, so that a form may post to its own page's URL.
    async fn dispatch(self: Arc<Self>, mut request: Request) -> Response {
        if request.path() == SOCKET {
            return self.upgrade(&request);
        }
        let other = match self.routes.find(&mut request) {
            Route::Found(endpoint) => return endpoint(request).await,
            Route::OtherMethods(allowed) => Some(allowed),
            Route::Unknown => None,
        };
        let nothing = || other.as_deref().map_or_else(Response::not_found, not_allowed);
        let visitor = Visitor { peer: request.peer, user_id: request.user_id };
        match request.method {
            Method::GET | Method::HEAD => {
                match self.engine.page(&request.uri, &request.headers, visitor).await {
                    Some(page) => page.into(),
                    None => nothing(),
                }
            }
            Method::POST if self.engine.has_page(request.uri.path()) => {
                match self.engine.submit(&request.uri, &request.headers, visitor, &request.body).await {
                    Some(page) => page.into(),
                    None => Response::not_found(),
                }
            }
            _ if self.engine.has_page(request.uri.path()) => not_allowed("GET, HEAD, POST"),
            _ => nothing(),
        }
    }

    fn upgrade(&self, request: &Request) -> Response {
        let visitor = Visitor { peer: request.peer, user_id: request.user_id.clone() };
        let upgrade = match self.engine.upgrade(&request.headers, visitor) {
            Ok(upgrade) => upgrade,
            Err(refused) => return Response::refuse(refused.status(), refused),
        };
        let asks = request.method == Method::GET
            && request.lists(CONNECTION.as_str(), "upgrade")
            && request.lists(UPGRADE.as_str(), "websocket")
            && request.header(SEC_WEBSOCKET_VERSION.as_str()) == Some("13");
        let Some(key) = request.headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks) else {
            return Response::refuse(
                StatusCode::UPGRADE_REQUIRED,
                "This address speaks WebSocket, version 13.",
            )
            .with_header(UPGRADE, "websocket");
        };
        let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS)
            .with_header(CONNECTION, "upgrade")
            .with_header(UPGRADE, "websocket")
            .with_header(SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))
            .with_header(SEC_WEBSOCKET_PROTOCOL, upgrade.protocol.name());
        response.upgrade = Some(upgrade);
        response
    }
}

/// Under its own version's URL a browser may keep a script for good.
fn serve_asset(asset: &Asset, request: &Request) -> Response {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return not_allowed("GET, HEAD");
    }
    let tag = format!("\"{}\"", asset.version);
    let mut response = if request.header(IF_NONE_MATCH.as_str()) == Some(&tag) {
        Response::new(StatusCode::NOT_MODIFIED)
    } else {
        Response::text(asset.content)
    };
    let versioned = request.uri.query().is_some_and(|query| query.strip_prefix("v=") == Some(&asset.version));
    let keep = if versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    response.with_header(ETAG, &tag)
}
