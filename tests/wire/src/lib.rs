//! What the tests of the wire share: seeded random numbers, and markup to make and edit with them.

pub mod deltas;
pub mod edit;
pub mod json;
pub mod longer;
pub mod markup;
pub mod pages;
pub mod random;
