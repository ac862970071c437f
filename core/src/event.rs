//! What a browser's event looks like to page code.

use core::fmt;

use crate::error::Result;
use crate::wire::Pairs;

/// A click, a submit, a key: what the user did, as the page named it. It borrows from the frame that brought it; everything
/// in it is text that the browser chose, so nothing in it is to be trusted.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The event's number within its session, from 1. With the session's id it makes an idempotency key (rule R4).
    pub id: u64,
    /// The name that the page's markup gives: `inc` of `data-lv-click="inc"`.
    pub name: &'a str,
    /// The region that `data-lv-target` names.
    pub target: Option<&'a str>,
    /// The `data-lv-value-*` attributes.
    pub values: Pairs<'a>,
    /// The form's fields, of a submit or a change.
    pub form: Pairs<'a>,
    /// The key, of `keydown` and `keyup`, as `KeyboardEvent.key` has it.
    pub key: Option<&'a str>,
    /// The modifier keys that were held.
    pub meta: EventMeta,
}

/// The modifier keys that were held during an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EventMeta {
    /// Shift.
    pub shift: bool,
    /// Control.
    pub ctrl: bool,
    /// Alt, or option.
    pub alt: bool,
    /// Meta: command or the windows key.
    pub meta: bool,
}

impl<'a> Event<'a> {
    /// The first value of this name in `values`, then in `form`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.get_all(name).next()
    }

    /// Every value of this name, first those in `values`, then those in `form`: for check boxes and multiple selects.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values.all(name).chain(self.form.all(name))
    }

    /// The first value of this name as a whole number; `None` where it is missing or isn't one.
    pub fn get_int(&self, name: &str) -> Option<i64> {
        self.get(name)?.trim().parse().ok()
    }

    /// Whether the first value of this name is `true`, `on` or `1`, as check boxes and authors write it.
    pub fn get_bool(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "on" | "1"))
    }

    /// The answer of a handler to an event that it understands and doesn't accept, such as a form whose input isn't valid. All that the call has
    /// changed, marked, pushed and asked for stays, as with `Ok`: so the page can show what is wrong. But the browser knows that the event was
    /// refused, and keeps what the user has typed. It is no error: nothing is logged, no error is reported.
    ///
    /// A form that was posted without JavaScript is answered with the page as it is now and the status 422.
    ///
    /// From [`Page::handle`](crate::Page::handle) alone: in other calls there is nothing to refuse, and [`Refused`] is an error like any other.
    ///
    /// ```
    /// use std::fmt::Write;
    /// use live_core::{Ctx, Event, Page, Result, Session, View};
    ///
    /// #[derive(Clone, Default)]
    /// struct State { names: Vec<String>, wrong: &'static str }
    ///
    /// struct Guests;
    ///
    /// impl Page for Guests {
    ///     type State = State;
    ///     type Message = ();
    ///
    ///     fn render(&self, s: &Session<State>, view: &mut View) -> Result {
    ///         view.page(|out| {
    ///             out.push_str(r#"<form data-lv-submit="add"><input name="name"><b data-lv-region="wrong"></b></form>
    ///                 <p data-lv-region="names"></p>"#);
    ///             Ok(())
    ///         });
    ///         view.region("wrong", |out| { out.push_str(s.state.wrong); Ok(()) });
    ///         view.region("names", |out| Ok(write!(out, "{} guests", s.state.names.len())?));
    ///         Ok(())
    ///     }
    ///
    ///     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<State>, e: &Event) -> Result {
    ///         let "add" = e.name else { return e.unknown() };
    ///         let name = e.get("name").unwrap_or_default().trim();
    ///         s.mark(["wrong", "names"]);
    ///         if name.is_empty() {
    ///             s.state.wrong = "A name is needed.";
    ///             return e.refuse();
    ///         }
    ///         s.state.wrong = "";
    ///         s.state.names.push(name.to_owned());
    ///         Ok(())
    ///     }
    /// }
    /// ```
    pub fn refuse(&self) -> Result {
        Err(Refused.into())
    }

    /// The answer of a handler to an event that it doesn't know: an [`UnknownEvent`] error.
    pub fn unknown(&self) -> Result {
        Err(UnknownEvent.into())
    }
}

impl EventMeta {
    /// The sum that the wire carries: shift 1, ctrl 2, alt 4, meta 8.
    pub fn bits(self) -> u8 {
        u8::from(self.shift) | u8::from(self.ctrl) << 1 | u8::from(self.alt) << 2 | u8::from(self.meta) << 3
    }

    /// The modifiers that such a sum stands for; unknown bits are ignored.
    pub fn from_bits(bits: u8) -> Self {
        let has = |bit: u8| bits & bit != 0;
        Self { shift: has(1), ctrl: has(2), alt: has(4), meta: has(8) }
    }
}

/// The page has refused the event by [`Event::refuse`]: what the call has done stays, and so does what the user has typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event is refused; only Page::handle can refuse one")
    }
}

impl core::error::Error for Refused {}

/// The page has no handler for the event. It is counted as failed; the state stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEvent;

impl fmt::Display for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the page doesn't know this event; match its name in Page::handle")
    }
}

impl core::error::Error for UnknownEvent {}
