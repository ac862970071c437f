//! Frames, both ways. What decodes is written again, and reads as the same.

use live_core::wire::{BrowserFrame, Node, ServerFrame};

use crate::heap::{bound, watched};

pub fn browser(data: &[u8]) {
    let Ok(frame) = watched(bound(data.len()), || BrowserFrame::decode(data)) else { return };
    let canonical = Node::decode(data).expect("a frame is a node").encode();
    let again = BrowserFrame::decode(&canonical).expect("a canonical frame is one");
    match (&frame, &again) {
        (BrowserFrame::Event { event: a, .. }, BrowserFrame::Event { event: b, .. }) => {
            assert!(a.values.iter().eq(b.values.iter()) && a.form.iter().eq(b.form.iter()));
            assert_eq!((a.id, a.name, a.target, a.key), (b.id, b.name, b.target, b.key));
        }
        _ => assert_eq!(format!("{frame:?}"), format!("{again:?}")),
    }
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
    assert_eq!(Node::decode(&node.encode()), Ok(node));
}
