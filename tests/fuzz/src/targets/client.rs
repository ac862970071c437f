//! The browser's half, with a few regions.

use live_core::client::Client;
use live_core::hash;
use live_core::wire::{Body, Patch, Region, ServerFrame, Update, Welcome};

use super::halves;

const PAGE: &str = r#"<ul><li data-lv-region="row:1"></li><li data-lv-region="row:2"></li></ul>"#;

pub fn receive(data: &[u8]) {
    let mut client = opened();
    let mut rest = data;
    while !rest.is_empty() {
        let (frame, next) = halves(rest);
        // An error ends the connection of a browser, which opens the next one.
        if client.receive(frame).is_err() {
            client.hello();
        }
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
    let welcome =
        Welcome { applied: 0, heartbeat: 1000, token: "t", resumed: false, reset: false, failed: Vec::new() };
    client.receive(&ServerFrame::Welcome(welcome).encode()).expect("a welcome");
    let patch = |(name, html)| Patch {
        region: Region::Named(name),
        check: hash::check(html),
        body: Body::Full(html),
    };
    let patches = [("", PAGE), ("row:1", r#"<b id="b">one</b>"#), ("row:2", "two")].map(patch).into();
    client
        .receive(&ServerFrame::Update(Update { patches, ..Update::default() }).encode())
        .expect("an update");
    client
}
