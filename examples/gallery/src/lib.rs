//! The gallery: every example page in one server. Each page is a file of its own, to be read and to be copied.
#![forbid(unsafe_code)]

pub mod chat;
pub mod counter;
pub mod files;
pub mod index;
pub mod layout;
mod rooms;
mod stock;
pub mod table;
#[cfg(test)]
mod tests;
pub mod todos;

use std::sync::Arc;

use live_smol::prelude::*;

/// A server with all pages and routes, in the gallery's own layout.
pub fn live(options: Options) -> Live {
    let live = Live::new(Options { layout: Arc::new(layout::layout), ..options })
        .page("/", index::IndexPage)
        .page("/counter", counter::CounterPage)
        .page("/chat/{room}", chat::ChatPage::default())
        .page("/table", table::TablePage::default())
        .page("/todos", todos::TodosPage);
    files::serve(live)
}
