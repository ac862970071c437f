//! The browser's half, with a few regions.

use live_core::client::Client;
use live_core::hash;
use live_core::limits::MAX_REGION_BYTES;
use live_core::wire::{Body, List, Patch, Region, ServerFrame, Update, Welcome};

use super::halves;
use crate::heap::{bound, watched};

const PAGE: &str = r#"<ul><li data-lv-region="row:1"></li><li data-lv-region="row:2"></li></ul>"#;

pub fn receive(data: &[u8]) {
    let mut client = opened();
    let mut rest = data;
    while !rest.is_empty() {
        let (frame, next) = halves(rest);
        // An error ends the connection of a browser, which opens the next one. A region is as large as its limit at most, before and after.
        if watched(2 * MAX_REGION_BYTES + bound(data.len()), || client.receive(frame).is_err()) {
            client.hello();
        }
        client.page_html();
        while client.reply().is_some() {}
        if next.len() == rest.len() {
            return;
        }
        rest = next;
    }
}

fn opened() -> Client {
    let mut client = Client::new("token");
    client.hello();
    let welcome = Welcome {
        applied: 0,
        heartbeat: 1000,
        token: "t",
        resumed: false,
        reset: false,
        refused: List::default(),
        limit: 0,
        version: "",
    };
    client.receive(&ServerFrame::Welcome(welcome).encode()).expect("a welcome");
    let patch = |(name, html)| Patch {
        region: Region::Named(name),
        check: hash::check(html),
        body: Body::Full(html),
    };
    let patches =
        Vec::from([("", PAGE), ("row:1", r#"<b id="b">one</b>"#), ("row:2", "two")].map(patch)).into();
    client
        .receive(&ServerFrame::Update(Update { applied: Some(0), patches, ..Update::default() }).encode())
        .expect("an update");
    client
}
