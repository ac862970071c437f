//! The servers: ours, and the least that could do the same work.

mod commit;
mod floor;
mod gallery;

use std::path::PathBuf;

use crate::load::Result;
pub(crate) use gallery::{BURNS, RAISED};

/// Which server this process is.
#[derive(Debug)]
pub(crate) enum Kind {
    Floor {
        /// A bare store's file.
        store: Option<PathBuf>,
    },
    /// The gallery.
    Gallery {
        /// A durable store's file.
        store: Option<PathBuf>,
        /// Idle sessions leave memory within half the time in which others settle.
        hibernates: bool,
    },
}

/// Serves until the process is killed. The first line that it prints is its address.
pub(crate) fn run(kind: Kind) -> Result<()> {
    match kind {
        Kind::Floor { store } => floor::run(store),
        Kind::Gallery { store, hibernates } => gallery::run(store, hibernates),
    }
}
