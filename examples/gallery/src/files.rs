//! What is beside the pages: style sheet, icon, a download, the pages' own sources, a sign of life.

use live_smol::prelude::*;

use crate::stock;

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("../assets/gallery.css");

const SOURCES: [(&str, &str); 16] = [
    ("index.rs", include_str!("index.rs")),
    ("counter.rs", include_str!("counter.rs")),
    ("chat.rs", include_str!("chat.rs")),
    ("rooms.rs", include_str!("rooms.rs")),
    ("people.rs", include_str!("people.rs")),
    ("table.rs", include_str!("table.rs")),
    ("stock.rs", include_str!("stock.rs")),
    ("todos.rs", include_str!("todos.rs")),
    ("commands.rs", include_str!("commands.rs")),
    ("acts.rs", include_str!("acts.rs")),
    ("reports.rs", include_str!("reports.rs")),
    ("dashboard.rs", include_str!("dashboard.rs")),
    ("samples.rs", include_str!("samples.rs")),
    ("account.rs", include_str!("account.rs")),
    ("login.rs", include_str!("login.rs")),
    ("logins.rs", include_str!("logins.rs")),
];

/// Adds the routes, and the files of the layout.
pub fn serve(live: Live) -> Live {
    let files = Assets::embedded([
        ("gallery.css", STYLE),
        ("commands.js", include_str!("../assets/commands.js")),
        ("favicon.svg", include_str!("../assets/favicon.svg")),
    ]);
    live.assets("/assets", files)
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
