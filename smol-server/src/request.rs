//! What a handler is given.

use std::mem::take;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, Method, Uri};
use live_core::{Error, Pair, Result};
use live_std::{Body, Engine, MAX_BODY, Markup, Visitor, form};
use serde::de::DeserializeOwned;

use crate::response::Response;

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
    /// `None` for a request that a test has made.
    pub(crate) engine: Option<Arc<Engine>>,
}

impl Request {
    pub(crate) fn new(request: http::Request<Body>, peer: Option<IpAddr>, engine: Arc<Engine>) -> Self {
        let (head, body) = request.into_parts();
        let (method, uri, headers) = (head.method, head.uri, head.headers);
        Self { method, uri, headers, body, peer, engine: Some(engine), ..Self::default() }
    }

    /// The URL, for links and redirects, of a path of the application: with [`Options::path_prefix`](live_std::Options::path_prefix).
    pub fn url(&self, path: &str) -> String {
        self.engine.as_ref().map_or_else(|| path.to_owned(), |engine| engine.url(path))
    }

    /// A document for a plain route: `html` in [`Options::layout`](live_std::Options::layout), with the headers that pages have. `title` is text. Scripts need the layout's
    /// nonce, as in pages.
    ///
    /// ```
    /// use live_smol::prelude::*;
    ///
    /// async fn imprint(request: Request) -> Result<Response> {
    ///     request.in_layout("Imprint", "<h1>Imprint</h1>")
    /// }
    ///
    /// async fn not_found(request: Request) -> Result<Response> {
    ///     Ok(request.in_layout("Not found", "<h1>There is nothing here</h1>")?.with_status(StatusCode::NOT_FOUND))
    /// }
    /// # let _ = Live::new(Options::default()).get("/imprint", imprint).fallback(not_found);
    /// ```
    ///
    /// # Errors
    /// If no server received this request, as in a test of a handler.
    pub fn in_layout(&self, title: &str, html: &str) -> Result<Response> {
        self.in_layout_named("", title, html)
    }

    /// [`in_layout`](Self::in_layout) in one of [`Options::layouts`](live_std::Options::layouts).
    ///
    /// # Errors
    /// If no layout has this name.
    pub fn in_layout_named(&self, layout: &str, title: &str, html: &str) -> Result<Response> {
        let engine = self.engine.as_ref().ok_or_else(|| Error::msg("a request of a test has no layout"))?;
        let visitor = Visitor { peer: self.peer, user_id: self.user_id.clone() };
        let document =
            engine.in_layout(Markup { layout, title, html }, &self.uri, &self.headers, &visitor)?;
        Ok(document.map(Body::from).into())
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
