//! What people are told of the connection, by an element beside the page's root that the browser's runtime fills.

use std::fmt;

use crate::layout::Escaped;

/// Only what a page without a style sheet needs; any rule of the page's own wins over `:where`. An empty notice has no height, and
/// stays known to screen readers, so that they speak what comes into it.
pub(crate) const STYLE: &str = ":where(.lv-notice){position:fixed;inset:auto 0 0;background:canvas;color:canvastext}\
     :where(.lv-notice:not(:empty)){padding:.5em;text-align:center}";

/// The texts of the notice, in the page's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The connection went, and the browser tries to come back. Default: `Reconnecting…`.
    pub disconnected: String,
    /// The session has ended, and nothing comes back by itself. Default: `Disconnected. Load the page again to go on.`.
    pub ended: String,
    /// After that, before the number of events that wait for the connection. Default: ` Changes that wait: `.
    pub waiting: String,
    /// An event has waited for more than a second, although the connection is there: the store may be full, say. Default: `Saving…`.
    pub saving: String,
    /// Before the number of events that the server never got. Default: `Changes that were lost: `.
    pub lost: String,
    /// Before what could not be taken since too many changes wait already. Default: `Not sent: `.
    pub full: String,
    /// Before what is larger than the server takes, see [`Options::max_message_size`](crate::Options::max_message_size). Default: `Too large to send: `.
    pub large: String,
    /// The server has a newer script, and the page is loaded again as soon as nothing is lost by that. Default: `A new version is available`.
    pub outdated: String,
}

impl Default for Notice {
    fn default() -> Self {
        Self {
            disconnected: "Reconnecting…".to_owned(),
            waiting: " Changes that wait: ".to_owned(),
            saving: "Saving…".to_owned(),
            ended: "Disconnected. Load the page again to go on.".to_owned(),
            lost: "Changes that were lost: ".to_owned(),
            full: "Not sent: ".to_owned(),
            large: "Too large to send: ".to_owned(),
            outdated: "A new version is available".to_owned(),
        }
    }
}

/// The element.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<div class=\"lv-notice\" role=\"status\"")?;
        let Self { disconnected, waiting, saving, ended, lost, full, large, outdated } = self;
        for (name, text) in [
            ("disconnected", disconnected),
            ("waiting", waiting),
            ("saving", saving),
            ("ended", ended),
            ("lost", lost),
            ("full", full),
            ("large", large),
            ("outdated", outdated),
        ] {
            write!(f, " data-{name}=\"{}\"", Escaped(text))?;
        }
        f.write_str("></div>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_element_has_every_text() {
        let html = Notice::default().to_string();
        for text in [
            "data-full=\"Not sent: \"",
            "data-large=\"Too large to send: \"",
            "data-outdated=\"A new version is available\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn the_texts_are_escaped() {
        let notice = Notice { lost: "\"Perdu\" ".to_owned(), ..Notice::default() };
        assert!(notice.to_string().contains("data-lost=\"&quot;Perdu&quot; \""));
    }
}
