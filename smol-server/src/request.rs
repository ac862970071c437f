//! What a handler is given.

use std::net::IpAddr;

use http::{HeaderMap, Method, Uri};
use live_core::{Pair, Result};
use live_std::form;
use serde::de::DeserializeOwned;

/// An HTTP request with its whole body.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`MAX_BODY`](crate::MAX_BODY) bytes.
    pub body: Vec<u8>,
    /// The address of the other end, or what a trusted proxy says.
    pub peer: Option<IpAddr>,
    /// Who is logged in. Middleware sets it; pages find it in their session.
    pub user_id: Option<String>,
    /// The path's parameters: `name` of `/files/{name}`.
    pub params: Vec<Pair>,
}

impl Request {
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

    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        live_std::cookie::find(&self.headers, name)
    }

    /// The body of a posted form as `T`.
    ///
    /// # Errors
    /// A [`RecoverableError`](live_core::RecoverableError) where the fields don't fit; as an answer it becomes status 400.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T> {
        form::decode(&String::from_utf8_lossy(&self.body))
    }
}
