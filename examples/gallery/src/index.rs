//! The index: a card for each page. It is a page without state of its own.

use live_smol::prelude::*;
use sailfish::TemplateSimple;

/// The page at `/`.
#[derive(Debug)]
pub struct IndexPage;

/// A page of the gallery, as its card shows it.
struct Card {
    title: &'static str,
    /// A drawing, as SVG.
    art: &'static str,
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
        art: include_str!("../templates/art/counter.svg"),
        shows: "The smallest live page: one number in a region of its own, buttons, arrow keys, and a click that brings a value along.",
        path: "/counter",
        also: None,
        source: "counter.rs",
    },
    Card {
        title: "Chat",
        art: include_str!("../templates/art/chat.svg"),
        shows: "Rooms that many browsers share: messages and who is there, rendered once for everybody, a history for those who come late, a form that keeps what was typed when it isn't taken.",
        path: "/chat/lobby",
        also: None,
        source: "chat.rs",
    },
    Card {
        title: "Todos",
        art: include_str!("../templates/art/todos.svg"),
        shows: "A form that is checked while you type, errors beside the field, a list to tick off, filter and delete. It works without JavaScript, too.",
        path: "/todos",
        also: None,
        source: "todos.rs",
    },
    Card {
        title: "Table",
        art: include_str!("../templates/art/table.svg"),
        shows: "A thousand rows, each a region: sort, filter as you type, and change one row for the price of one row.",
        path: "/table",
        also: Some(("/table?plain", "As one region")),
        source: "table.rs",
    },
    Card {
        title: "Commands and errors",
        art: include_str!("../templates/art/commands.svg"),
        shows: "A button for each thing that the server may ask the browser to do, and for each way in which page code may fail.",
        path: "/commands",
        also: None,
        source: "commands.rs",
    },
    Card {
        title: "Dashboard",
        art: include_str!("../templates/art/dashboard.svg"),
        shows: "The server's own numbers, second by second: a timer, and charts that are drawn on the server as SVG.",
        path: "/dashboard",
        also: Some(("/metrics", "For Prometheus")),
        source: "dashboard.rs",
    },
    Card {
        title: "Account",
        art: include_str!("../templates/art/account.svg"),
        shows: "Log in and out by a plain form. The page knows who asks, and every tab hears of it when somebody logs out.",
        path: "/account",
        also: Some(("/source/login.rs", "Logging in")),
        source: "account.rs",
    },
];
