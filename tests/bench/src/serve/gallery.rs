//! The gallery, all of its rules on; only the caps that one machine's load would run into are raised.

use std::path::PathBuf;
use std::sync::Arc;

use live_smol::live_std::RedbStore;
use live_smol::prelude::*;

use crate::load::Result;

/// The options that differ from the defaults, in words.
pub(crate) const RAISED: &str =
    "event_rate, event_burst, max_connections_per_ip, admission_rate, admission_burst";

pub(super) fn run(store: Option<PathBuf>, hibernates: bool) -> Result<()> {
    let mut options = Options {
        event_rate: 1_000_000,
        event_burst: 1_000_000,
        max_connections_per_ip: 1_000_000,
        admission_rate: 1_000_000,
        admission_burst: 1_000_000,
        ..Options::default()
    };
    if hibernates {
        options.hibernate_after = options.rest_after;
    }
    if let Some(path) = store {
        options.session_store = Arc::new(RedbStore::open(path)?);
    }
    Ok(gallery::live(options).run_with("127.0.0.1:0", |server| println!("{}", server.local_addr()))?)
}
