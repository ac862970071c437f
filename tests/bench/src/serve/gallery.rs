//! The gallery, all of its rules on; only the caps that one machine's load would run into are raised. Beside it, a page that computes for long.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use live_smol::live_std::RedbStore;
use live_smol::prelude::*;
use live_smol::unblock;

use crate::load::Result as Done;

/// The options that differ from the defaults, in words.
pub(crate) const RAISED: &str = "event_rate, event_burst, browser_event_rate, browser_event_burst, max_connections_per_ip, admission_rate, admission_burst";

pub(super) fn run(store: Option<PathBuf>, hibernates: bool) -> Done<()> {
    let mut options = Options {
        event_rate: 1_000_000,
        event_burst: 1_000_000,
        browser_event_rate: 1_000_000,
        browser_event_burst: 1_000_000,
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
    Ok(gallery::live(options)
        .page("/burn", Burn)
        .run_with("127.0.0.1:0", |server| println!("{}", server.local_addr().expect("TCP")))?)
}

/// How long a handler computes.
pub(crate) const BURNS: Duration = Duration::from_millis(200);

/// Its handler computes, by itself or on the blocking pool.
struct Burn;

impl Page for Burn {
    type State = u64;
    type Message = ();

    fn render(&self, s: &Session<u64>, view: &mut View) -> Result {
        view.page(|out| {
            *out += &s.state.to_string();
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<u64>, e: &Event) -> Result {
        s.state += 1;
        s.mark("");
        match e.name {
            "burn" => burn(),
            "unblock" => ctx.spawn(unblock(burn))?,
            _ => return e.unknown(),
        }
        Ok(())
    }
}

fn burn() {
    let until = Instant::now() + BURNS;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}
