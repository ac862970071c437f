//! Frames, both ways. What decodes is written again, byte for byte the same where it has one form, and reads as the same.

use live_core::wire::{BrowserFrame, Node, ServerFrame};

use crate::heap::{bound, watched};

pub fn browser(data: &[u8]) {
    let Ok(frame) = watched(bound(data.len()), || BrowserFrame::decode(data)) else { return };
    assert_eq!(Node::decode(data).expect("a frame is a node").encode(), data, "{frame:?} has one form only");
}

pub fn server(data: &[u8]) {
    let Ok(frame) = watched(bound(data.len()), || ServerFrame::decode(data)) else { return };
    let bytes = frame.encode();
    let again = ServerFrame::decode(&bytes).expect("what is written is read");
    assert_eq!(format!("{frame:?}"), format!("{again:?}"));
    assert_eq!(again.encode(), bytes);
}

pub fn node(data: &[u8]) {
    let Ok(node) = watched(bound(data.len()), || Node::decode(data)) else { return };
    assert_eq!(node.encode(), data);
}
