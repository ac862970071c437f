//! Plain routes beside the pages: style sheet, icon, a download, the pages' own sources, a sign of life.

use live_smol::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use live_smol::prelude::*;

use crate::stock;

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("../assets/gallery.css");

const SOURCES: [(&str, &str); 5] = [
    ("index.rs", include_str!("index.rs")),
    ("counter.rs", include_str!("counter.rs")),
    ("chat.rs", include_str!("chat.rs")),
    ("table.rs", include_str!("table.rs")),
    ("todos.rs", include_str!("todos.rs")),
];

/// Adds the routes.
pub fn serve(live: Live) -> Live {
    live.get("/gallery.css", |_: Request| async { file("text/css", STYLE) })
        .get("/favicon.svg", |_: Request| async {
            file("image/svg+xml", include_str!("../assets/favicon.svg"))
        })
        .get("/table.csv", |_: Request| async {
            Response::download("table.csv", "text/csv; charset=utf-8", stock::csv(&stock::products()))
        })
        .get("/source/{file}", source)
        .get("/healthz", |_: Request| async { "ok" })
}

async fn source(request: Request) -> Response {
    let known = SOURCES.iter().find(|(name, _)| request.param("file") == Some(name));
    known.map_or_else(
        || Response::text("There is no such file.").with_status(StatusCode::NOT_FOUND),
        |(_, text)| Response::text(*text),
    )
}

/// Browsers may keep it for five minutes.
fn file(content_type: &'static str, body: &str) -> Response {
    let mut response = Response::text(body).with_header(CACHE_CONTROL, "max-age=300");
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
