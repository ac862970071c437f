//! A dependency that uses std.

/// Needs an allocator and an operating system.
pub use std::collections::HashMap;
