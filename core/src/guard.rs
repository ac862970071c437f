//! The one door through which page code is called.

use alloc::string::String;
use core::fmt;

/// Calls page code, and may turn a panic into a value. The core can't catch a panic by itself: [`NoGuard`] lets it through,
/// `live_std::CatchUnwind` stops it.
pub trait Guard {
    /// Runs `call`. An `Err` means that it panicked; the machine then puts the session's state back (rule R5).
    fn run<T>(&self, call: impl FnOnce() -> T) -> Result<T, Panicked>;
}

/// Lets panics through: for targets that abort anyway, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuard;

impl Guard for NoGuard {
    fn run<T>(&self, call: impl FnOnce() -> T) -> Result<T, Panicked> {
        Ok(call())
    }
}

/// A caught panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// What it said.
    pub message: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl core::error::Error for Panicked {}
