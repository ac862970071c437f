//! A server that means ill: the client refuses it, or shows what makes sense of it.

use live_core::client::{Client, ClientError};
use live_core::hash;
use live_core::wire::{Body, List, Patch, Region, ServerFrame, Update, Welcome};

fn welcome(applied: u64) -> Vec<u8> {
    let refused = List::default();
    ServerFrame::Welcome(Welcome {
        applied,
        heartbeat: 1000,
        token: "t",
        resumed: false,
        reset: false,
        refused,
        limit: 0,
        version: "",
    })
    .encode()
}

/// A client that was sent these regions.
fn shown(regions: &[(&str, &str)]) -> Client {
    let mut client = Client::new("token");
    client.hello();
    client.receive(&welcome(0)).unwrap();
    let patches: List<'_, Patch<'_>> = regions
        .iter()
        .map(|(name, html)| Patch {
            region: Region::Named(name),
            check: hash::check(html),
            body: Body::Full(html),
        })
        .collect();
    client
        .receive(&ServerFrame::Update(Update { applied: Some(0), patches, ..Update::default() }).encode())
        .unwrap();
    client
}

#[test]
fn a_region_that_hosts_itself_is_shown_once() {
    let client = shown(&[("", r#"<i data-lv-region="a"></i>"#), ("a", r#"<b data-lv-region="a"></b>"#)]);
    assert_eq!(client.page_html(), r#"<i data-lv-region="a"><b data-lv-region="a"></b></i>"#);
}

#[test]
fn numbers_near_the_highest_are_refused() {
    let mut client = Client::new("token");
    client.hello();
    assert_eq!(client.receive(&welcome(u64::MAX)), Err(ClientError::Applied));
    assert!(client.receive(&welcome(u64::MAX >> 1)).is_ok());
}
