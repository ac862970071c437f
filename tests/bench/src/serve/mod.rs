//! The servers: ours, and the least that could do the same work.

mod floor;
mod gallery;

use std::path::PathBuf;

use crate::load::Result;
pub(crate) use gallery::RAISED;

/// Which server this process is.
#[derive(Debug)]
pub(crate) enum Kind {
    Floor,
    /// The gallery; with a path, over a durable store.
    Gallery(Option<PathBuf>),
}

/// Serves until the process is killed. The first line that it prints is its address.
pub(crate) fn run(kind: Kind) -> Result<()> {
    match kind {
        Kind::Floor => floor::run(),
        Kind::Gallery(store) => gallery::run(store),
    }
}
