//! What a handler is given.

use std::mem::take;
use std::net::IpAddr;

use http::{HeaderMap, Method, Uri};
use live_core::{Pair, Result};
use live_std::{Body, MAX_BODY, form};
use serde::de::DeserializeOwned;

/// An HTTP request.
#[derive(Debug, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, which is read as it is asked for.
    pub body: Body,
    /// The address of the other end, or what a trusted proxy says.
    pub peer: Option<IpAddr>,
    /// Who is logged in. Middleware sets it; pages find it in their session.
    pub user_id: Option<String>,
    /// The path's parameters: `name` of `/files/{name}`.
    pub params: Vec<Pair>,
}

impl Request {
    pub(crate) fn new(request: http::Request<Body>, peer: Option<IpAddr>) -> Self {
        let (head, body) = request.into_parts();
        let (method, uri, headers) = (head.method, head.uri, head.headers);
        Self { method, uri, headers, body, peer, ..Self::default() }
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// A path parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<String> {
        form::value(self.uri.query()?, name)
    }

    /// A header's value, if it is text: ASCII, as most are, or UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        live_std::cookie::find(&self.headers, name)
    }

    /// The whole body, at most [`MAX_BODY`] bytes; afterwards the request has none. For a larger one, or one that comes bit by bit, see
    /// [`Body::chunk`].
    ///
    /// # Errors
    /// A [`BodyError`](live_std::BodyError); as an answer it becomes status 413 or 400.
    pub async fn bytes(&mut self) -> Result<Vec<u8>> {
        Ok(take(&mut self.body).bytes(MAX_BODY).await?.into())
    }

    /// The body of a posted form as `T`; afterwards the request has no body.
    ///
    /// # Errors
    /// A [`FormError`](form::FormError); as an answer it becomes status 415, 413 or 400. A [`RecoverableError`](live_core::RecoverableError) where the
    /// fields don't fit; as an answer it becomes status 400.
    pub async fn form<T: DeserializeOwned>(&mut self) -> Result<T> {
        let body = take(&mut self.body);
        form::decode(&form::text(&self.headers, body).await?)
    }
}

impl From<Request> for http::Request<Body> {
    fn from(request: Request) -> Self {
        let mut sent = Self::new(request.body);
        (*sent.method_mut(), *sent.uri_mut(), *sent.headers_mut()) =
            (request.method, request.uri, request.headers);
        sent
    }
}
