//! What a test looks at.

use live_core::client::Heard;
use live_core::{Command, ErrorReport, Flash, Page, Session};

use super::{Patch, TestClient, dom, patch, sound};

/// What the user has in front of them, and what is behind it.
impl<P: Page> TestClient<P> {
    /// A region's HTML, with its child regions as empty hosts; `""` is the page's own.
    ///
    /// # Panics
    /// Where the page has no such region.
    #[track_caller]
    pub fn html(&self, region: &str) -> &str {
        sound(self.client.html(region).ok_or_else(|| {
            let regions = patch::hosted(&self.client);
            format!("the page has no region `{region}`; it has {}", dom::listed(regions.iter().skip(1)))
        }))
    }

    /// The whole page's HTML.
    pub fn page_html(&self) -> String {
        self.client.page_html()
    }

    /// The texts of all elements that a CSS selector finds, in the page's order; none where it finds none. White space is as
    /// [`Element::text`](super::Element::text) has it.
    ///
    /// # Panics
    /// Where it isn't a selector.
    #[track_caller]
    pub fn texts(&self, selector: &str) -> Vec<String> {
        sound(self.dom.all(selector)).into_iter().map(dom::text).collect()
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        self.client.title()
    }

    /// The messages to the user.
    pub fn flash(&self) -> &Flash {
        &self.session().flash
    }

    /// The session on the server.
    pub fn session(&self) -> &Session<P::State> {
        self.machine.session()
    }

    /// The topics that the session follows.
    pub fn topics(&self) -> Vec<&str> {
        self.machine.topics().collect()
    }

    /// The patches that the browser has been sent since the last call, or since the page was opened.
    pub fn patches(&mut self) -> Vec<Patch> {
        self.patches.take()
    }

    /// The commands that the browser has been sent since the last call.
    pub fn commands(&mut self) -> Vec<Command> {
        let heard = std::mem::take(&mut self.heard).into_iter();
        heard
            .filter_map(|heard| if let Heard::Command(command) = heard { Some(command) } else { None })
            .collect()
    }

    /// Whether the last event was refused: by [`Event::refuse`](live_core::Event::refuse), or since it ended in an error. A browser then keeps what
    /// was typed into the event's form.
    ///
    /// ```
    /// # use live_core::{Ctx, Event, Page, Result, Session, View};
    /// # use live_std::TestClient;
    /// # struct Guests;
    /// # impl Page for Guests {
    /// #     type State = String;
    /// #     type Message = ();
    /// #     fn render(&self, s: &Session<String>, view: &mut View) -> Result {
    /// #         view.page(|out| {
    /// #             *out += "<form data-lv-submit='add'><input name='name'></form><p>";
    /// #             *out += &s.state;
    /// #             Ok(())
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<String>, e: &Event) -> Result {
    /// #         let name = e.get("name").unwrap_or_default();
    /// #         s.replace_state(if name.is_empty() { "A name is needed.".into() } else { name.into() });
    /// #         if name.is_empty() { e.refuse() } else { Ok(()) }
    /// #     }
    /// # }
    /// let mut tab = TestClient::mount(Guests)?;
    /// tab.submit("add", &[("name", "")]);
    /// assert!(tab.refused());
    /// assert_eq!(tab.element("p").text(), "A name is needed.");
    /// tab.submit("add", &[("name", "Ada")]);
    /// assert!(!tab.refused());
    /// # Ok::<(), live_core::Error>(())
    /// ```
    pub fn refused(&self) -> bool {
        self.refused > 0 && self.refused == self.machine.applied()
    }

    /// The errors of page code since the last call, but those that the user was told of.
    pub fn errors(&mut self) -> Vec<ErrorReport> {
        std::mem::take(&mut self.errors)
    }

    /// What the page has published since the last call, with its topics. Nobody receives it: a test that wants the page to gives it
    /// to [`info`](Self::info).
    pub fn published(&mut self) -> Vec<(String, P::Message)> {
        std::mem::take(&mut self.published)
    }
}
