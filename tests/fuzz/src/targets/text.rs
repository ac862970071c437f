//! Forms and the JSON debug mode.

use live_core::wire::Node;
use live_std::{form, json};
use serde::Deserialize;

use crate::heap::{bound, watched};

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether they are read counts")]
struct Order {
    name: String,
    count: u8,
    #[serde(default)]
    extras: Vec<String>,
    note: Option<String>,
}

pub fn form(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(pairs) = watched(bound(data.len()), || form::pairs(text)) else { return };
    watched(bound(data.len()), || form::decode::<Order>(text).is_ok());
    // A field of a posted form names its event by a text of this kind.
    for (_, value) in pairs {
        watched(bound(value.len()), || form::pairs(&value).is_ok());
    }
}

pub fn json(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(frame) = watched(bound(3 * data.len()), || json::to_frame(text)) else { return };
    again(&frame);
}

pub fn json_frame(data: &[u8]) {
    if watched(bound(32 * data.len()), || json::from_frame(data)).is_ok() {
        again(data);
    }
}

/// What a frame may be made of goes through JSON unchanged. Floats and maps, which JSON and msgpack have beside, no frame has.
fn again(frame: &[u8]) {
    let Ok(node) = Node::decode(frame) else { return };
    let text = json::from_frame(frame).expect("a frame is JSON");
    let frame = json::to_frame(&text).expect("it is JSON");
    assert_eq!(Node::decode(&frame), Ok(node));
}
