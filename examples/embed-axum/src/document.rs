//! The application's look: one document around its own page and around live pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use live_std::{Escaped, Markup, Shell};
use std::net::SocketAddr;

use crate::live::Live;

const MAIN: &str = "<h1>An axum application</h1>\n<p>This page is a plain route. Beside it are two live pages: \
                    <a href=\"/counter\">a counter</a> and <a href=\"/chat/lobby\">a chat</a>.</p>";

/// Answers `/`.
pub(crate) async fn index(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let markup = Markup { layout: "", title: "An axum application", html: MAIN };
    let visitor = live.visitor(peer, request.headers());
    match live.engine().in_layout(markup, request.uri(), request.headers(), &visitor) {
        Ok(document) => document.map(Body::from),
        Err(error) => error.to_string().into_response(),
    }
}

/// Writes the document around a live page, or around a plain route's markup. A title is text, all else is markup.
pub(crate) fn layout(shell: &Shell<'_>, out: &mut String) {
    *out += &format!(
        include_str!("document.html"),
        title = Escaped(shell.title),
        style = shell.asset("gallery.css"),
        head = shell.head,
        main = shell.root
    );
}
