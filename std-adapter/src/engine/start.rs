//! In dev mode, how a page that failed to load finds out that there is another program.

use super::Engine;

/// Where a program tells which start of it this is.
pub(super) const START: &str = "/_live/start";

impl Engine {
    /// A script for a document that failed: it asks twice a second, and loads the page again once another program answers.
    pub(super) fn come_back(&self, nonce: &str) -> String {
        let (start, url) = (&self.start, self.url(START));
        format!(
            "<script nonce=\"{nonce}\">(async function ask() {{ \
             try {{ if (await (await fetch('{url}')).text() !== '{start}') return location.replace(location.pathname + location.search) }} \
             catch {{}} \
             setTimeout(ask, 500) }})()</script>"
        )
    }
}
