//! Slow renders, told to the page's author.

use std::time::{Duration, Instant};

use live_core::wire::{NoticeLevel, ServerFrame};

/// A step that renders for longer than this is worth a warning: a user who types or drags feels it.
const SLOW: Duration = Duration::from_millis(20);
/// A session is warned of no more than once in this time.
const PAUSE: Duration = Duration::from_secs(1);

/// What a session's browser is still to be told.
#[derive(Default)]
pub(crate) struct SlowRender {
    warned: Option<Instant>,
    frame: Option<Vec<u8>>,
}

impl SlowRender {
    /// Takes note of a step that has rendered the page at this path, from `start` to `end`.
    pub(super) fn rendered(&mut self, path: &str, start: Instant, end: Instant) {
        let took = end - start;
        if took <= SLOW || self.warned.is_some_and(|at| end - at < PAUSE) {
            return;
        }
        self.warned = Some(end);
        let text = format!(
            "Rendering {path} took {} ms. Mark only what has changed, split large regions, and fetch data in handle or a task \
             rather than in render.",
            took.as_millis()
        );
        self.frame = Some(ServerFrame::Notice { level: NoticeLevel::Warning, text: &text }.encode());
    }

    /// The warning that wasn't sent yet.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        self.frame.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_render_is_told_once_a_second() {
        let (mut slow, start) = (SlowRender::default(), Instant::now());
        let mut told = |at: u64, took: u64| {
            let start = start + Duration::from_millis(at);
            slow.rendered("/a", start, start + Duration::from_millis(took));
            slow.take().is_some()
        };
        assert!(!told(0, 20));
        assert!(told(100, 21));
        assert!(!told(300, 50));
        assert!(told(1200, 50));
        assert!(!told(2300, 1));
    }
}
