//! What dev mode says in the browser's console when a connection is closed.

use live_core::wire::{NoticeLevel, Reason, ServerFrame};

/// A frame that says what happened and what to do; none where the session's machine has said it.
pub(super) fn explain(reason: Reason) -> Option<Vec<u8>> {
    let text = match reason {
        Reason::Token => {
            "The page's token is missing, expired, or another browser's or user's: the page is loaded again. If that goes on and on, the \
             live cookie doesn't come back (see Options::public_url), or servers have different Options::keys."
        }
        Reason::Hello => "No HELLO came within Options::hello_timeout.",
        Reason::Type => "A text message came where binary was agreed on, or the reverse.",
        Reason::Size => "A message was larger than Options::max_message_size.",
        Reason::Rate => {
            "More events came than Options::event_rate and Options::event_burst allow, or Options::browser_event_rate and \
             Options::browser_event_burst for all tabs together."
        }
        Reason::TryLater(_) => {
            "There is no room: see Options::max_connections_per_ip and Options::max_sessions."
        }
        _ => return None,
    };
    Some(ServerFrame::Notice { level: NoticeLevel::Error, text }.encode())
}
