//! Stops a panic of page code at the session that it happened in.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use live_core::{Calling, Guard, Panicked};
use tracing::{Span, debug_span};

/// Catches panics, and gives each call of page code a `tracing` span. The machine puts the state back after a panic (rule R5), so that
/// nothing half-changed is seen.
///
/// The spans are `mount`, `event`, `info`, `missed`, `connection` and `render`, at the debug level; the code of states and messages has none. Names of events and topics are
/// escaped and cut at 64 characters; values, forms and messages are never in them (rule S14).
#[derive(Clone, Copy, Debug, Default)]
pub struct CatchUnwind;

/// The most characters of a name in a span.
const MAX_NAME: usize = 64;

impl CatchUnwind {
    /// Runs code that is no page's.
    pub fn catch<T>(self, code: impl FnOnce() -> T) -> Result<T, Panicked> {
        catch_unwind(AssertUnwindSafe(code)).map_err(|payload| Panicked { message: message(&*payload) })
    }
}

impl Guard for CatchUnwind {
    fn run<T>(&self, call: Calling<'_>, code: impl FnOnce() -> T) -> Result<T, Panicked> {
        let _span = span(call).entered();
        self.catch(code)
    }
}

fn span(call: Calling<'_>) -> Span {
    match call {
        Calling::Mount => debug_span!("mount"),
        Calling::Handle(name) => debug_span!("event", name = %Shown(name)),
        Calling::Info => debug_span!("info"),
        Calling::Missed(topic) => debug_span!("missed", topic = %Shown(topic)),
        Calling::Connection => debug_span!("connection"),
        Calling::Render => debug_span!("render"),
        Calling::Value => Span::none(),
    }
}

/// Text that a stranger may have sent, fit for a log.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.escape_debug().take(MAX_NAME).try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        let n = 3;
        assert_eq!(CatchUnwind.run(Calling::Info, || 1), Ok(1));
        assert_eq!(CatchUnwind.catch(|| panic!("static")).unwrap_err().message, "static");
        assert_eq!(CatchUnwind.catch(|| panic!("no {n}")).unwrap_err().message, "no 3");
    }

    #[test]
    fn a_name_in_a_span_is_escaped_and_cut() {
        assert_eq!(Shown("a\nb").to_string(), "a\\nb");
        assert_eq!(Shown(&"x".repeat(500)).to_string().len(), MAX_NAME);
    }
}
