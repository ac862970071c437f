//! The buttons of the page of commands and errors, and what each of them does.

/// One line of the page: what the server does, as it is written in Rust, and the buttons for it.
pub(crate) struct Act {
    /// The event that the buttons make.
    pub(crate) event: &'static str,
    pub(crate) buttons: &'static [Button],
    pub(crate) code: &'static str,
    pub(crate) does: &'static str,
}

/// A button's text, and a value that it brings along, by its name.
pub(crate) type Button = (&'static str, Option<(&'static str, &'static str)>);

/// What the server may ask the browser to do.
pub(crate) const COMMANDS: &[Act] = &[
    Act {
        event: "redirect",
        buttons: &[("To the counter", None), ("Replacing this page", Some(("replace", "true")))],
        code: "Redirect::to(\"/counter\")",
        does: "The browser goes to another page. Its Back button leads here again; where the new page replaces this one in the history, it leads to the page before.",
    },
    Act {
        event: "focus",
        buttons: &[("Focus the field", None)],
        code: "Focus::on(\"#field\")",
        does: "The field further down gets the keyboard.",
    },
    Act {
        event: "reset",
        buttons: &[("Reset the field", None)],
        code: "Reset::field(\"#field\")",
        does: "The field takes the server's value again, which is none, whatever was typed there before the click.",
    },
    Act {
        event: "scroll",
        buttons: &[
            ("Start", Some(("block", "start"))),
            ("Centre", Some(("block", "center"))),
            ("End", Some(("block", "end"))),
            ("Nearest", Some(("block", "nearest"))),
        ],
        code: "Scroll::to(\"#goal\").block(Block::Center)",
        does: "The marked line comes to the start, the middle or the end of what is seen, or only as far as it has to.",
    },
    Act {
        event: "top",
        buttons: &[("To the top", None)],
        code: "Scroll::default()",
        does: "Without a selector, the page itself scrolls to its top.",
    },
    Act {
        event: "download",
        buttons: &[("Save a file", None)],
        code: "Download::new(\"/source/commands.rs\", \"my_page.rs\")",
        does: "The browser saves what a path answers, here this page's source, under a name that the server gives.",
    },
    Act {
        event: "measure",
        buttons: &[("Measure the field", None)],
        code: "Js::call(\"measure\").arg(\"selector\", \"#field\")",
        does: "A function is called that the page's own script registered by this name. This one measures an element, and sends the result back as an event.",
    },
];

/// What may go wrong. In each case the state is put back: the count of what was done stays as it was.
pub(crate) const ERRORS: &[Act] = &[
    Act {
        event: "refuse",
        buttons: &[("Be refused", None)],
        code: "Err(RecoverableError::new(\"…\").into())",
        does: "For what the user can mend. The message is shown to the user, and to nobody else.",
    },
    Act {
        event: "fail",
        buttons: &[("Fail", None)],
        code: "Err(Error::msg(\"…\"))",
        does: "Any other error goes to Options::on_error; by default it is logged. The user is told nothing.",
    },
    Act {
        event: "panic",
        buttons: &[("Panic", None)],
        code: "panic!(\"…\")",
        does: "It is caught, and handled as an error. Three within a minute close the connection, and the browser comes back.",
    },
    Act {
        event: "nobody",
        buttons: &[("Unknown event", None)],
        code: "e.unknown()",
        does: "An event that the page doesn't know: a mistake of the markup, or somebody who tries things out.",
    },
    Act {
        event: "break",
        buttons: &[("Break the rendering", None)],
        code: "view.region(\"fragile\", |_| Err(…))",
        does: "The event is handled and the state changed, but its region can't be rendered. The page keeps what it shows until a render succeeds; here the report of the error mends the state.",
    },
];
