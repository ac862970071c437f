//! Server-authoritative live pages as pure state machines.
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core, clippy::std_instead_of_alloc)]

extern crate alloc;

pub mod delta;
pub mod hash;
pub mod narrow;
