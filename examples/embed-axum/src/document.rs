//! The application's look: one document around its own page and around live pages.

use axum::response::Html;
use live_std::{Escaped, Shell};

const MAIN: &str = "<h1>An axum application</h1>\n<p>This page is a plain route. Beside it are two live pages: \
                    <a href=\"/counter\">a counter</a> and <a href=\"/chat/lobby\">a chat</a>.</p>";

/// Answers `/`.
pub(crate) async fn index() -> Html<String> {
    Html(document("An axum application", "", MAIN))
}

/// Writes the document around a live page.
pub(crate) fn layout(shell: &Shell<'_>, out: &mut String) {
    out.push_str(&document(shell.title, shell.head, shell.root));
}

/// A title is text; what goes into head and main is markup.
fn document(title: &str, head: &str, main: &str) -> String {
    format!(include_str!("document.html"), title = Escaped(title), head = head, main = main)
}
