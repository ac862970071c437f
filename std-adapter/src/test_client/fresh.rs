//! The page as it would be rendered now: what differs from that was changed without being marked.

use live_core::client::Client;
use live_core::{Machine, NoCodec, Page};

use super::Checked;
use super::dom::listed;
use crate::guard::CatchUnwind;

/// Renders everything, and names what the browser shows otherwise.
pub(super) fn compare<P: Page>(machine: &Machine<P, NoCodec, CatchUnwind>, shown: &Client) -> Checked<()> {
    let forgotten = machine.forgotten_marks().map_err(|error| {
        format!("the page can't be rendered any more, but for the marked regions: {error}")
    })?;
    if !forgotten.is_empty() {
        let names = forgotten.iter().map(|name| called(name));
        return Err(format!(
            "changed without being marked: {}. Call s.mark(…) where the state changes",
            listed(names.collect::<Vec<_>>().iter())
        ));
    }
    let (shown, rendered) = (shown.page_html(), machine.page_html());
    if shown == rendered {
        return Ok(());
    }
    Err(format!(
        "the browser shows something else than was rendered, which is a fault of the wire:\n{shown}\nand not\n{rendered}"
    ))
}

fn called(region: &str) -> String {
    match region {
        "" => "the page's own markup".to_owned(),
        "<title>" => "the title".to_owned(),
        _ => format!("region `{region}`"),
    }
}
