//! The index: a card for each page. It is a page without state of its own.

use live_smol::prelude::*;
use sailfish::TemplateSimple;

/// The page at `/`.
pub(crate) struct IndexPage;

/// A page of the gallery, as its card shows it.
struct Card {
    title: &'static str,
    shows: &'static str,
    path: &'static str,
    also: Option<(&'static str, &'static str)>,
    source: &'static str,
}

#[derive(TemplateSimple)]
#[template(path = "index.stpl")]
struct Markup {
    cards: &'static [Card],
}

impl Page for IndexPage {
    type State = ();
    type Message = ();

    fn render(&self, _: &Session<()>, view: &mut View) -> Result {
        view.title("Mizu Live");
        view.page(|out| Markup { cards: CARDS }.write(out));
        Ok(())
    }
}

const CARDS: &[Card] = &[
    Card {
        title: "Counter",
        shows: "The smallest live page: a number in a region of its own, clicks, arrow keys, and a button that sends a value along.",
        path: "/counter",
        also: None,
        source: "counter.rs",
    },
    Card {
        title: "Chat",
        shows: "Rooms that many browsers share: messages over pubsub, a history for those who come late, and forms that keep what was typed when something is wrong with it.",
        path: "/chat/lobby",
        also: None,
        source: "chat.rs",
    },
    Card {
        title: "Table",
        shows: "A thousand rows, each a region: sort, filter as you type, and change one row for the price of one row.",
        path: "/table",
        also: Some(("/table?plain", "The same as one region")),
        source: "table.rs",
    },
];
