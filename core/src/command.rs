//! What the server may ask the browser to do, beside patching the page.

use alloc::string::String;
use core::fmt;

use crate::value::{self, Value};

/// An action in the browser. [`Session::push`](crate::Session::push) takes each of the types that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Go to another page.
    Redirect(Redirect),
    /// Give an element the focus.
    Focus(Focus),
    /// Scroll to an element, or to the top.
    Scroll(Scroll),
    /// Save a file.
    Download(Download),
    /// Call a function that the page registered.
    Js(Js),
    /// Give fields the server's value.
    Reset(Reset),
}

/// Goes to another URL. Only paths of the same origin are followed, unless the page's script allows more (rule S6).
///
/// Pushed, it follows the patches of the same call. Returned as an [`Error`](crate::Error) it does so from any call of
/// page code but `render`, and what the call has changed is put back; the request for a page is answered by it instead
/// of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The URL, usually a path.
    pub to: String,
    /// Take the place of the current history entry instead of adding one.
    pub replace: bool,
}

/// Gives the first element that the selector finds the focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    /// A CSS selector.
    pub selector: String,
}

/// Scrolls the first element that the selector finds into view.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scroll {
    /// A CSS selector; empty for the top of the page, which travels as `html`.
    pub selector: String,
    /// Where in the view the element shall end up.
    pub block: Block,
}

/// Where a scrolled-to element ends up in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Block {
    /// At the top.
    #[default]
    Start,
    /// In the middle.
    Center,
    /// At the bottom.
    End,
    /// As little scrolling as possible.
    Nearest,
}

/// Saves what a URL answers as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The URL, usually a path.
    pub url: String,
    /// The name for the file.
    pub filename: String,
}

/// Calls a function that the page's own script registered by `live.register(name, fn)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Js {
    /// The registered name.
    pub name: String,
    /// What the function receives: the text of one JSON object.
    pub args: String,
}

/// Gives fields the value that the server's HTML has for them, whatever the user has put there: after "Clear", or where another record has come
/// into a form. It acts on what the browser had made when the event happened that the page handles now: what is typed since then stays.
///
/// A browser without JavaScript needs none: it is sent the page anew, with the fields as the server has them.
///
/// ```
/// use live_core::{Ctx, Event, Page, Reset, Result, Session, View};
///
/// struct Search;
///
/// impl Page for Search {
///     type State = String;
///     type Message = ();
///
///     fn render(&self, s: &Session<String>, view: &mut View) -> Result {
///         view.page(|out| {
///             out.push_str(r#"<form id="search" data-lv-submit="search"><input name="words"></form>
///                 <button data-lv-click="clear">Clear</button><p data-lv-region="found"></p>"#);
///             Ok(())
///         });
///         view.region("found", |out| { out.push_str(&s.state); Ok(()) });
///         Ok(())
///     }
///
///     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<String>, e: &Event) -> Result {
///         match e.name {
///             "search" => s.state = "Nothing found.".to_owned(),
///             // The server never knew what the field holds: only a Reset empties it.
///             "clear" => {
///                 s.state.clear();
///                 s.push(Reset::form("#search"));
///             }
///             _ => return e.unknown(),
///         }
///         s.mark("found");
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// A CSS selector: of fields, or of forms for all of their fields.
    pub selector: String,
    /// The number of the event in whose call it was pushed; 0 in none. [`Session::push`](crate::Session::push) leaves it to the session to fill it in.
    pub event: u64,
}

impl Redirect {
    /// A redirect that adds a history entry.
    pub fn to(url: impl Into<String>) -> Self {
        Self { to: url.into(), replace: false }
    }

    /// The same, taking the place of the current history entry.
    pub fn replacing(mut self) -> Self {
        self.replace = true;
        self
    }
}

impl Focus {
    /// Focus for what the selector finds.
    pub fn on(selector: impl Into<String>) -> Self {
        Self { selector: selector.into() }
    }
}

impl Scroll {
    /// Scrolls what the selector finds to the top of the view.
    pub fn to(selector: impl Into<String>) -> Self {
        Self { selector: selector.into(), block: Block::Start }
    }

    /// The same, to another place in the view.
    pub fn block(mut self, block: Block) -> Self {
        self.block = block;
        self
    }
}

impl Download {
    /// Saves what `url` answers under `filename`.
    pub fn new(url: impl Into<String>, filename: impl Into<String>) -> Self {
        Self { url: url.into(), filename: filename.into() }
    }
}

impl Js {
    /// A call of the function registered as `name`.
    pub fn call(name: impl Into<String>) -> Self {
        Self { name: name.into(), args: "{}".into() }
    }

    /// The same, with one more argument.
    ///
    /// ```
    /// use live_core::Js;
    ///
    /// let js = Js::call("chart").arg("points", 3).arg("title", "Sales");
    /// assert_eq!(js.args, r#"{"points":3,"title":"Sales"}"#);
    /// ```
    pub fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.truncate(self.args.len() - 1);
        if self.args.len() > 1 {
            self.args.push(',');
        }
        value::write_text(name, &mut self.args);
        self.args.push(':');
        value.into().write_json(&mut self.args);
        self.args.push('}');
        self
    }
}

impl Reset {
    /// The fields that the selector finds take the server's value.
    pub fn field(selector: impl Into<String>) -> Self {
        Self { selector: selector.into(), event: 0 }
    }

    /// All fields of the forms that the selector finds do.
    pub fn form(selector: impl Into<String>) -> Self {
        Self { selector: selector.into(), event: 0 }
    }
}

impl Block {
    /// As `scrollIntoView` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Block::Start => "start",
            Block::Center => "center",
            Block::End => "end",
            Block::Nearest => "nearest",
        }
    }
}

macro_rules! from {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Command {
            fn from(command: $kind) -> Self {
                Command::$kind(command)
            }
        }
    )*};
}

from!(Redirect, Focus, Scroll, Download, Js, Reset);

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redirect to {}", self.to)
    }
}

impl core::error::Error for Redirect {}
