//! The one door through which page code is called.

use alloc::string::String;
use core::fmt;

/// Calls page code, and may turn a panic into a value. The core can't catch a panic by itself: [`NoGuard`] lets it through,
/// `live_std::CatchUnwind` stops it.
pub trait Guard {
    /// Runs `code`, which is this call of the page. An `Err` means that it panicked; the machine then puts the session's state
    /// back (rule R5).
    fn run<T>(&self, call: Calling<'_>, code: impl FnOnce() -> T) -> Result<T, Panicked>;
}

/// Which part of the page's code is about to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calling<'a> {
    /// `Page::mount`.
    Mount,
    /// `Page::handle` of the event with this name. A browser may send any.
    Handle(&'a str),
    /// `Page::info`.
    Info,
    /// `Page::missed` of this topic.
    Missed(&'a str),
    /// `Page::connection`.
    Connection,
    /// `Page::render`.
    Render,
    /// `Clone`, `Default`, `Drop` or the codec of a `Page::State` or a `Page::Message`.
    Value,
}

/// Lets panics through: for targets that abort anyway, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuard;

impl Guard for NoGuard {
    fn run<T>(&self, _: Calling<'_>, code: impl FnOnce() -> T) -> Result<T, Panicked> {
        Ok(code())
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
