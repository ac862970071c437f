//! From a request to its response.

use std::net::IpAddr;
use std::sync::Arc;

use async_tungstenite::tungstenite::handshake::derive_accept_key;
use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SET_COOKIE,
    UPGRADE,
};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri, Version};
use live_core::Error;
use live_std::{AcceptEncoding, Body, Engine, Reply, SOCKET, Upgrade, Visitor, caught, not_allowed};

use crate::handler::{Endpoint, Layer, Next, ResponseFuture};
use crate::http::{HttpLimits, Service};
use crate::request::Request;
use crate::response::Response;
use crate::routes::{Route, Routes};
use crate::tls::Tls;

/// Pages, routes and middleware of one server.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) routes: Routes,
    /// Answers requests that nothing else matches.
    pub(crate) fallback: Option<Endpoint>,
    pub(crate) layers: Arc<[Layer]>,
    pub(crate) http: HttpLimits,
    pub(crate) tls: Option<Tls>,
}

/// An app as one connection sees it.
#[derive(Clone)]
pub(crate) struct From {
    pub(crate) app: Arc<App>,
    pub(crate) peer: Option<IpAddr>,
}

impl Service for From {
    async fn answer(&self, request: http::Request<Body>) -> Response {
        let accept = AcceptEncoding::of(request.headers());
        let mut response = self.response(request).await;
        let engine = &self.app.engine;
        response.body = engine.compress(accept, response.status, &mut response.headers, response.body);
        // Asked behind the handler, which may have taken its time.
        Response { closes: !engine.is_ready(), ..response }
    }
}

impl From {
    async fn response(&self, mut request: http::Request<Body>) -> Response {
        if request.version() == Version::HTTP_10 {
            // RFC 9110, section 7.8: HTTP/1.0 has no upgrade.
            request.headers_mut().remove(UPGRADE);
        }
        let Self { app, peer } = self;
        app.engine.strip_prefix(request.uri_mut());
        if let Some(answer) = app.engine.intercept(request.method(), request.uri(), request.headers()).await {
            return answer.into();
        }
        if app.engine.is_draining() && request.uri().path() != SOCKET {
            return Response::about_to_end();
        }
        named_by_path(request.uri_mut());
        let peer = app.engine.client(*peer, request.headers());
        let browser = app.engine.browser(request.headers());
        let dispatching = app.clone();
        let endpoint: Endpoint = Arc::new(move |request| dispatching.clone().dispatch(request));
        let next = Next::new(app.layers.clone(), endpoint);
        let request = Request::new(request, peer, app.engine.clone());
        let response = caught(Box::pin(next.run(request))).await;
        let response =
            response.unwrap_or_else(|panicked| Response::from(Err::<Response, _>(Error::from(panicked))));
        if response.new_csrf {
            return response.with_header(SET_COOKIE, &app.engine.new_csrf(browser));
        }
        response
    }
}

impl App {
    /// Routes come before pages, so that a form may post to its own page's URL.
    fn dispatch(self: Arc<Self>, mut request: Request) -> ResponseFuture {
        let route = if request.path() == SOCKET { Route::Unknown } else { self.routes.find(&mut request) };
        let other = match route {
            Route::Found(endpoint) => return endpoint(request),
            Route::OtherMethods(allowed) => Some(allowed),
            Route::Unknown => None,
        };
        let (peer, user_id) = (request.peer, request.user_id.take());
        let visitor = Visitor { peer, user_id: user_id.clone() };
        Box::pin(async move {
            match self.engine.reply(request.into(), visitor).await {
                Reply::Response(answer) => answer.into(),
                Reply::Upgrade(upgrade, request) => switch(*upgrade, &request),
                Reply::NotMine(request) => match (other, &self.fallback) {
                    (Some(allowed), _) => not_allowed(&allowed).into(),
                    (None, Some(fallback)) => {
                        fallback(Request { user_id, ..Request::new(request, peer, self.engine.clone()) })
                            .await
                    }
                    (None, None) => Response::not_found(),
                },
            }
        })
    }
}

/// Leaves out what a target may say beside path and query: RFC 9112, section 3.2.2.
fn named_by_path(uri: &mut Uri) {
    if uri.authority().is_some() {
        let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        *uri = path.into();
    }
}

/// The answer to a WebSocket's handshake: RFC 6455, section 4.2.2.
fn switch(upgrade: Upgrade, request: &http::Request<Body>) -> Response {
    let key = request.headers().get(SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
    let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS)
        .with_header(CONNECTION, "upgrade")
        .with_header(UPGRADE, "websocket")
        .with_header(SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key))
        .with_header(SEC_WEBSOCKET_PROTOCOL, upgrade.protocol.name());
    response.upgrade = Some(upgrade);
    response
}
