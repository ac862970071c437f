//! The HTTP request that a page was opened by.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

/// A name and its value: of a query, a form, a header.
pub type Pair = (Box<str>, Box<str>);

/// What page code may know of the request. Header names are in lower case. The query comes from the browser at will
/// (rule S3): the path and its parameters are signed, the query is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The path that the application is under, such as `/app`; empty, if it has its host for itself. See [`url`](Self::url).
    pub base: Arc<str>,
    /// The path below [`base`](Self::base), without the query.
    pub path: String,
    /// The path's parameters: `room` of `/chat/{room}`.
    pub params: Vec<Pair>,
    /// The query's pairs, decoded.
    pub query: Vec<Pair>,
    /// The headers; those that are a WebSocket handshake's alone aren't among them.
    pub headers: Vec<Pair>,
    /// The address of the other end, or what a trusted proxy says.
    pub peer: Option<IpAddr>,
    /// Who is logged in.
    pub user_id: Option<String>,
    /// What the page's own forms have to carry to be accepted, see [`Session::csrf_field`](crate::Session::csrf_field). Text that
    /// needs no escaping.
    pub csrf: Arc<str>,
}

impl Request {
    /// The URL, for links and redirects, of a path of the application: wherever that is served.
    ///
    /// ```
    /// let request = live_core::Request { base: "/app".into(), ..Default::default() };
    /// assert_eq!(request.url("/todos?done=1"), "/app/todos?done=1");
    /// ```
    pub fn url(&self, path: &str) -> String {
        [&*self.base, path].concat()
    }

    /// A path parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(pairs: &'a [Pair], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
}
