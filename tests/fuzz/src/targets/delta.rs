//! Deltas: `apply` on any base and delta, and what is encoded comes back.

use live_core::delta;

use super::halves;
use crate::heap::{bound, watched};

pub fn apply(data: &[u8]) {
    let (base, delta) = halves(data);
    let limit = 8 * data.len();
    let Ok(applied) = watched(bound(data.len()), || delta::apply(base, delta, limit)) else { return };
    assert!(applied.html.capacity() <= limit, "more is allocated than the limit");
    assert!(applied.hint.is_none_or(|hint| hint.end <= applied.html.len()));
}

pub fn encode(data: &[u8]) {
    let (old, new) = halves(data);
    let mut delta = Vec::new();
    if watched(bound(data.len()), || delta::encode(old, new, None, &mut delta)) {
        assert!(delta.len() < new.len());
        assert_eq!(delta::apply(old, &delta, new.len()).expect("it applies").html, new);
    }
}
