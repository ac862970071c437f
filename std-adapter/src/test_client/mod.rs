//! Pages in tests: a session and its browser in one value, without a server, with a clock that stands still.
//!
//! A [`TestClient`] does with a page what a user does, by the page's own HTML, and through the bytes of the real protocol. It is
//! a test's tool, so that it panics where the test or the page's markup is mistaken, and says what is wrong: an event that no
//! element is bound to, a selector that finds nothing, two elements of one id, a region that isn't there, a region whose HTML
//! changed without being marked, a `Reset` of nothing, and an owner of fields that isn't known.

mod dom;
mod element;
mod fields;
mod fresh;
mod gesture;
mod open;
mod patch;
mod read;
mod run;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use live_core::client::{Action, Client, Heard};
use live_core::{Call, Duration, ErrorReport, Input, Instant, Machine, NoCodec, Page, Request, Result};

use crate::guard::CatchUnwind;
use dom::{Dom, attribute};
pub use element::Element;
pub use open::{TASK_LIMIT, TestOptions};
use patch::Patches;
pub use patch::{Patch, PatchKind};
pub use run::MAX_STEPS;
use tasks::Tasks;

/// What may be a mistake of the test or the page, in words.
type Checked<T> = std::result::Result<T, String>;

/// A page, as one user sees it. Each call returns when everything has been done that it led to: events, messages of the
/// page to itself, tasks and what their results lead to. The page's time passes only by [`advance`](Self::advance).
///
/// Tasks run on the test's thread, and are waited for where they wait for something else: another thread (`unblock`), a
/// channel, a runtime's timer. The first page is shown after those of `mount`. A call that isn't done after
/// [`TestOptions::task_limit`] panics and names the tasks that are under way; [`hold_tasks`](Self::hold_tasks) shows
/// the page while it waits for them.
///
/// What a user can do is checked against the page's HTML, and what the server made of it as well. A mistake is a panic at the
/// line of the test: an event without an element, several elements where one is meant, an id that two elements have, a region
/// that the page doesn't have, or one that changed without being marked (a region's rendering must depend on the session
/// alone, so that all of them are rendered anew for that), a [`Reset`](live_core::Reset) that finds neither a form nor a field,
/// a `data-lv-own` with another value than `server`.
///
/// ```
/// use std::fmt::Write;
/// use live_core::{Ctx, Event, Page, Result, Session, View};
/// use live_std::TestClient;
///
/// struct Counter;
/// impl Page for Counter {
///     type State = i64;
///     type Message = ();
///     fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
///         view.page(|out| Ok(out.write_str(
///             r#"<output data-lv-region="count"></output>
///             <button data-lv-click="inc">+1</button>
///             <button id="ten" data-lv-click="add" data-lv-value-n="10">+10</button>"#,
///         )?));
///         view.region("count", |out| Ok(write!(out, "{}", s.state)?));
///         Ok(())
///     }
///     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
///         s.state += e.get_int("n").unwrap_or(1);
///         s.mark("count");
///         Ok(())
///     }
/// }
///
/// let mut tab = TestClient::mount(Counter)?;
/// tab.click("inc");
/// tab.element("#ten").click();
/// assert_eq!(tab.html("count"), "11");
/// assert_eq!(tab.patches().len(), 2);
/// # Ok::<(), live_core::Error>(())
/// ```
pub struct TestClient<P: Page> {
    machine: Machine<P, NoCodec, CatchUnwind>,
    client: Client,
    dom: Dom,
    now: Instant,
    tasks: Tasks<P::Message>,
    heard: Vec<Heard>,
    /// The last event that was refused.
    refused: u64,
    /// The selectors of resets that weren't looked at yet.
    resets: Vec<String>,
    errors: Vec<ErrorReport>,
    published: Vec<(String, P::Message)>,
    /// The shared regions that the page shows, and their topics.
    followed: Vec<(Arc<str>, Arc<str>)>,
    patches: Patches,
    frames: VecDeque<Vec<u8>>,
}

/// The page is opened, with the default [`TestOptions`].
impl<P: Page> TestClient<P> {
    /// Opens a page at `/`.
    ///
    /// # Errors
    /// What `mount` returned, such as a [`Redirect`](live_core::Redirect); and a redirect that its tasks have led to.
    #[track_caller]
    pub fn mount(page: P) -> Result<Self> {
        TestOptions::default().mount(page)
    }

    /// Opens a page by its path, with a query or without.
    ///
    /// # Errors
    /// As [`mount`](Self::mount).
    #[track_caller]
    pub fn open(page: P, url: &str) -> Result<Self> {
        TestOptions::default().open(page, url)
    }

    /// Opens a page by its route and a path that fits it: `at(page, "/chat/{room}", "/chat/tea?name=Ada")`.
    ///
    /// # Errors
    /// As [`mount`](Self::mount).
    ///
    /// # Panics
    /// Where the path doesn't fit the route.
    #[track_caller]
    pub fn at(page: P, route: &str, url: &str) -> Result<Self> {
        TestOptions::default().at(page, route, url)
    }

    /// Opens a page for a request: with parameters, headers, or a user.
    ///
    /// # Errors
    /// As [`mount`](Self::mount).
    ///
    /// # Panics
    /// Where the page can't be rendered.
    #[track_caller]
    pub fn with(page: P, request: Request) -> Result<Self> {
        TestOptions::default().with(page, request)
    }
}

/// What the user does, and what happens around.
impl<P: Page> TestClient<P> {
    /// The one element that a CSS selector finds in the page.
    ///
    /// # Panics
    /// Where it finds none, or several.
    #[track_caller]
    pub fn element(&mut self, selector: &str) -> Element<'_, P> {
        sound(self.dom.one(selector).map(drop));
        Element::new(self, selector.to_owned())
    }

    /// Clicks the element with `data-lv-click="event"`.
    ///
    /// # Panics
    /// Where there is none, or several: choose one by [`element`](Self::element). And as [`Element::click`].
    #[track_caller]
    pub fn click(&mut self, event: &str) {
        self.bound("click", event).click();
    }

    /// Submits the form with `data-lv-submit="event"`, with `fields` typed in, see [`Element::submit`].
    ///
    /// # Panics
    /// Where there is none, or several. And as [`Element::submit`].
    #[track_caller]
    pub fn submit(&mut self, event: &str, fields: &[(&str, &str)]) {
        self.bound("submit", event).submit(fields);
    }

    /// Types a value into the field with `name="field"`, or chooses it there, see [`Element::change`].
    ///
    /// # Panics
    /// Where there is no such field, or several. And as [`Element::change`].
    #[track_caller]
    pub fn change(&mut self, field: &str, value: &str) {
        self.element(&format!(":is(input, select, textarea){}", attribute("name", field))).change(value);
    }

    /// Presses a key, named as `KeyboardEvent.key` has it, in the element that is bound to it.
    ///
    /// # Panics
    /// Where no element is bound to the key, or several are: choose one by [`element`](Self::element).
    #[track_caller]
    pub fn key(&mut self, key: &str) {
        self.element(&gesture::bound_to_key(key)).key(key);
    }

    /// Sends any event, also one that the page has no element for.
    #[track_caller]
    pub fn send(&mut self, action: Action) {
        sound(self.act(vec![action]));
    }

    /// Delivers a message to `info`, as the bus would.
    #[track_caller]
    pub fn info(&mut self, message: P::Message) {
        self.input(&Call::Info, Input::Message(message));
        sound(self.settle());
    }

    /// What another session's publishing on this topic does to [shared](live_core::View::shared) regions: they are rendered again. What the page
    /// itself publishes does so, too.
    #[track_caller]
    pub fn changed(&mut self, topic: &str) {
        self.outdate(topic);
        sound(self.settle());
    }

    /// Lets time pass: timers come due, one after the other.
    #[track_caller]
    pub fn advance(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.machine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            sound(self.settle());
        }
        self.now = end;
    }

    /// Loses the connection. The session goes on without, as it does for [`Options::grace`](crate::Options::grace).
    #[track_caller]
    pub fn disconnect(&mut self) {
        self.input(&Call::Connection, Input::Closed);
        sound(self.settle());
    }

    /// Leaves tasks alone from now on: each call returns without their results, so that a test sees what the page shows
    /// meanwhile. What they have begun on other threads goes on. [`TestOptions::hold_tasks`] does so from the start.
    ///
    /// ```
    /// # use std::fmt::Write;
    /// # use live_core::{Ctx, Event, Page, Result, Session, View};
    /// # use live_std::TestClient;
    /// # struct Search;
    /// # impl Page for Search {
    /// #     type State = String;
    /// #     type Message = String;
    /// #     fn render(&self, s: &Session<String>, view: &mut View) -> Result {
    /// #         view.page(|out| Ok(write!(out, "<button data-lv-click='search'>Search</button><p>{}</p>", s.state)?));
    /// #         Ok(())
    /// #     }
    /// #     fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>, _: &Event) -> Result {
    /// #         s.replace_state("Searching …".to_owned());
    /// #         ctx.spawn(async { "Nothing found.".to_owned() })
    /// #     }
    /// #     fn info(&self, _: &mut Ctx<Self>, s: &mut Session<String>, found: String) -> Result {
    /// #         s.replace_state(found);
    /// #         Ok(())
    /// #     }
    /// # }
    /// let mut tab = TestClient::mount(Search)?;
    /// tab.hold_tasks();
    /// tab.click("search");
    /// assert_eq!(tab.element("p").text(), "Searching …");
    /// tab.release_tasks();
    /// assert_eq!(tab.element("p").text(), "Nothing found.");
    /// # Ok::<(), live_core::Error>(())
    /// ```
    pub fn hold_tasks(&mut self) {
        self.tasks.held = true;
    }

    /// Lets tasks run again, and waits for those that were held.
    #[track_caller]
    pub fn release_tasks(&mut self) {
        self.tasks.held = false;
        sound(self.settle());
    }

    /// Loses the connection, if there is one, and opens another.
    #[track_caller]
    pub fn reconnect(&mut self) {
        self.disconnect();
        sound(self.connect(true));
        for frame in self.client.resend() {
            self.event(&frame);
        }
        sound(self.settle());
    }

    #[track_caller]
    fn bound(&mut self, kind: &str, event: &str) -> Element<'_, P> {
        sound(self.dom.has_event(kind, event));
        self.element(&attribute(&format!("data-lv-{kind}"), event))
    }
}

/// Stops the test at the line that called.
#[track_caller]
fn sound<T>(checked: Checked<T>) -> T {
    match checked {
        Ok(value) => value,
        Err(mistake) => panic!("{mistake}"),
    }
}

impl<P: Page> fmt::Debug for TestClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("machine", &self.machine)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
