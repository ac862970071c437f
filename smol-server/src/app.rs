//! From a request to its response.

use std::net::IpAddr;
use std::sync::Arc;

use async_tungstenite::tungstenite::handshake::derive_accept_key;
use http::StatusCode;
use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SET_COOKIE,
    UPGRADE,
};
use live_core::Error;
use live_std::{Answer, Engine, SOCKET, Visitor, caught, not_allowed};

use crate::handler::{Endpoint, Layer, Next};
use crate::http::Service;
use crate::request::Request;
use crate::response::Response;
use crate::routes::{Route, Routes};

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

impl Service for From {
    async fn answer(&self, mut request: Request) -> Response {
        request.peer = Some(self.app.engine.client(self.peer, &request.headers));
        let Request { method, uri, headers, .. } = &request;
        if let Err(denied) = self.app.engine.admit(method, uri, headers) {
            return Answer::from(denied).into();
        }
        if let Some(answer) = self.app.engine.builtin(method, uri, headers) {
            return answer.into();
        }
        let (app, cookies) = (self.app.clone(), request.headers.clone());
        let endpoint: Endpoint = Arc::new(move |request| Box::pin(app.clone().dispatch(request)));
        let response = caught(Box::pin(Next::new(self.app.layers.clone(), endpoint).run(request))).await;
        let response =
            response.unwrap_or_else(|panicked| Response::from(Err::<Response, _>(Error::from(panicked))));
        if response.new_csrf {
            return response.with_header(SET_COOKIE, &self.app.engine.new_csrf(&cookies));
        }
        response
    }
}

impl App {
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
        let Request { method, uri, headers, body, peer, user_id, .. } = request;
        match self.engine.respond(&method, &uri, &headers, &body, Visitor { peer, user_id }).await {
            Some(answer) => answer.into(),
            None => other.map_or_else(Response::not_found, |allowed| not_allowed(&allowed).into()),
        }
    }

    fn upgrade(&self, request: &Request) -> Response {
        let visitor = Visitor { peer: request.peer, user_id: request.user_id.clone() };
        let upgrade = match self.engine.upgrade(&request.method, &request.headers, visitor) {
            Ok(upgrade) => upgrade,
            Err(refused) => return Answer::from(refused).into(),
        };
        let key = request.headers.get(SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
        let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS)
            .with_header(CONNECTION, "upgrade")
            .with_header(UPGRADE, "websocket")
            .with_header(SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key))
            .with_header(SEC_WEBSOCKET_PROTOCOL, upgrade.protocol.name());
        response.upgrade = Some(upgrade);
        response
    }
}
