//! The delta: how a region's new HTML is told as copies of its old one and what was added.
//!
//! The format is `wire/WIRE.md`, "The delta". [`Encoder`] is the server's half, [`apply`] the browser's. Both work on bytes:
//! an edit may split a character, the whole result is as valid as what was encoded.

mod apply;
mod common;
mod encoder;
mod index;
mod ops;
mod token;
mod varint;

pub use apply::{Applied, DeltaError, apply};
pub use common::Common;
pub use encoder::Encoder;

use alloc::vec::Vec;
use core::ops::Range;

/// Encodes one delta with a fresh [`Encoder`]; see [`Encoder::encode`].
pub fn encode(old: &[u8], new: &[u8], hint: Option<Range<usize>>, out: &mut Vec<u8>) -> bool {
    Encoder::new().encode(old, new, hint, out)
}
