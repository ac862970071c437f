//! What the author is told in dev mode, in the browser.

use alloc::collections::BTreeSet;
use alloc::format;

use super::{Machine, Output};
use crate::codec::PageCodec;
use crate::effect::Call;
use crate::error::Error;
use crate::event::UnknownEvent;
use crate::guard::Guard;
use crate::page::Page;
use crate::wire::{NoticeLevel, ServerFrame};

/// The attributes whose value is an event's name, without their `data-lv-`.
const BINDINGS: [&str; 7] = ["click", "submit", "change", "keydown", "keyup", "focus", "blur"];

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Tells which call failed, and below that why, each cause on a line of its own. What is meant for the user, and what the markup got
    /// wrong, are no errors of the page's code.
    pub(super) fn notice_error(&mut self, call: &Call, error: &Error) {
        if !self.config.dev {
            return;
        }
        let unknown = error.inner().is::<UnknownEvent>();
        let level = match error.recoverable() {
            Some(_) => NoticeLevel::Info,
            None if unknown => NoticeLevel::Warning,
            None => NoticeLevel::Error,
        };
        let mut text = format!("{call} failed on {}", self.request.path);
        for cause in error.chain() {
            text += &format!("\n{cause}");
        }
        if unknown {
            let html = self.regions.whole();
            let names: BTreeSet<_> = events(&html).collect();
            text += &format!("\nits markup makes {names:?}");
        }
        self.notice(level, &text);
    }

    pub(super) fn notice(&mut self, level: NoticeLevel, text: &str) {
        if self.config.dev && self.link.is_some() {
            self.out.push_back(Output::Transmit(ServerFrame::Notice { level, text }.encode()));
        }
    }
}

/// The events that this markup names.
fn events(html: &str) -> impl Iterator<Item = &str> {
    html.split(" data-lv-").skip(1).filter_map(|rest| {
        let (attribute, rest) = rest.split_once("=\"")?;
        BINDINGS.contains(&attribute).then(|| rest.split('"').next())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_in_markup() {
        let html = "<p data-lv-click=\"a\" data-lv-key=\"Enter\"><form data-lv-submit=\"b\" data-lv-prevent>";
        assert!(events(html).eq(["a", "b"]));
    }
}
