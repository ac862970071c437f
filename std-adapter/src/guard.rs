//! Stops a panic of page code at the session that it happened in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use live_core::{Guard, Panicked};

/// Catches panics. The machine puts the state back afterwards (rule R5), so that nothing half-changed is seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct CatchUnwind;

impl Guard for CatchUnwind {
    fn run<T>(&self, call: impl FnOnce() -> T) -> Result<T, Panicked> {
        catch_unwind(AssertUnwindSafe(call)).map_err(|payload| Panicked { message: message(&*payload) })
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
        assert_eq!(CatchUnwind.run(|| 1), Ok(1));
        assert_eq!(CatchUnwind.run(|| panic!("static")).unwrap_err().message, "static");
        assert_eq!(CatchUnwind.run(|| panic!("no {n}")).unwrap_err().message, "no 3");
    }
}
