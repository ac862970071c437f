//! Forgotten marks: what changed in the state, and wasn't rendered.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Machine;
use super::update::TITLE;
use crate::codec::PageCodec;
use crate::dirty::DirtySet;
use crate::error::Result;
use crate::guard::{Calling, Guard};
use crate::page::Page;
use crate::region::{self, Around, Regions};
use crate::wire::NoticeLevel;

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// The regions, by name, whose HTML would be another if it were rendered now, although nothing is marked: the page changed
    /// what they show, and forgot [`Session::mark`](crate::Session::mark). The page's own markup is `""`, its title `<title>`. Renders everything, so
    /// this is for tests and development. While anything is marked there is nothing to tell.
    ///
    /// # Errors
    /// What `render` returned, or what is wrong with its regions.
    pub fn forgotten_marks(&self) -> Result<Vec<Arc<str>>> {
        if self.session.is_dirty() {
            return Ok(Vec::new());
        }
        let (page, session, blank) = (&*self.page, &self.session, Regions::new());
        let mut everything = DirtySet::default();
        everything.add_all();
        let all = || {
            let around = Around { title: &self.title, streams: None, spare: &mut String::new() };
            region::render(&blank, &everything, around, |view| page.render(session, view))
        };
        let rendered = self.guard.run(Calling::Render, all).unwrap_or_else(|panic| Err(panic.into()))?;
        let differs =
            |name: &str, html: &str| self.regions.get(name).is_some_and(|region| *region.html != *html);
        // Nobody marks what is shared.
        let own = rendered.regions.iter().filter(|fresh| fresh.topic.is_none());
        let regions = own.filter(|fresh| differs(&fresh.name, &fresh.html));
        let mut names: Vec<Arc<str>> = regions.map(|fresh| fresh.name.clone()).collect();
        if rendered.title.is_some() {
            names.push(TITLE.into());
        }
        names.sort();
        Ok(names)
    }

    /// In dev mode, names each forgotten region once in the browser's console.
    pub(super) fn warn_of_forgotten(&mut self) {
        if !self.config.dev || !self.unchecked || self.session.is_dirty() || self.link.is_none() {
            return;
        }
        self.unchecked = false;
        // A page that can't be rendered whole says so when it is.
        for name in self.forgotten_marks().unwrap_or_default() {
            if self.forgotten.insert(name.clone()) {
                let text = format!(
                    "{} changed without being marked, so the browser still shows the old one: call s.mark(…) where the state changes, or choose \
                     Marking::Automatic.",
                    called(&name)
                );
                self.notice(NoticeLevel::Warning, &text);
            }
        }
    }
}

/// A region as an author knows it.
fn called(name: &str) -> String {
    match name {
        "" => "The page's own markup".into(),
        TITLE => "The page's title".into(),
        _ => format!("Region `{name}`"),
    }
}
