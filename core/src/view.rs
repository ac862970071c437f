//! What a page looks like: a title, markup, and regions in it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use crate::error::{Error, Result};

/// Where [`Page::render`](crate::Page::render) declares the page.
///
/// A region's host is written in the markup of the page, or of another region, as an empty element:
/// `<ul data-lv-region="messages"></ul>`. Declaring is all that a call here does: the closure runs if and only if that region has to be
/// rendered. Regions may be declared in any order.
pub struct View<'a> {
    wanted: &'a mut [Wanted],
    title: &'a mut String,
    layout: &'a mut String,
    error: Option<Error>,
}

/// A region that has to be rendered, and its HTML afterwards.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: Arc<str>,
    pub(crate) html: String,
    pub(crate) rendered: bool,
}

/// HTML may grow by a sixteenth, and by 16 bytes, before it moves.
const ROOM: usize = 16;

impl<'a> View<'a> {
    /// `wanted` is sorted by name.
    pub(crate) fn new(wanted: &'a mut [Wanted], title: &'a mut String, layout: &'a mut String) -> Self {
        title.clear();
        layout.clear();
        Self { wanted, title, layout, error: None }
    }

    /// The page's `document.title`.
    pub fn title(&mut self, title: impl Display) {
        self.title.clear();
        if write!(self.title, "{title}").is_err() {
            self.error.get_or_insert_with(|| Error::msg("the title can't be written"));
        }
    }

    /// The layout around the page, by the name that the driver knows it by, in place of its default. It counts for the first HTTP
    /// response: a browser that is connected keeps the document that it has.
    pub fn layout(&mut self, name: &str) {
        name.clone_into(self.layout);
    }

    /// The page's own markup, with an empty host for each region.
    pub fn page(&mut self, render: impl FnOnce(&mut String) -> Result) {
        self.region("", render);
    }

    /// A region: the inner HTML of its host.
    pub fn region(&mut self, id: &str, render: impl FnOnce(&mut String) -> Result) {
        if let Ok(at) = self.wanted.binary_search_by(|wanted| (*wanted.name).cmp(id)) {
            let mut once = Some(render);
            self.fill(at, |out| once.take().map_or(Ok(()), |render| render(out)));
        }
    }

    /// A family of regions whose names start with `prefix`; the closure gets the rest of the name. It runs for those alone that
    /// have to be rendered, so that one row of a large table costs one row.
    pub fn regions(&mut self, prefix: &str, mut render: impl FnMut(&str, &mut String) -> Result) {
        let first = self.wanted.partition_point(|wanted| &*wanted.name < prefix);
        for at in first..self.wanted.len() {
            let name = self.wanted[at].name.clone();
            let Some(key) = name.strip_prefix(prefix) else { break };
            self.fill(at, |out| render(key, out));
        }
    }

    /// The first error of a closure.
    pub(crate) fn finish(self) -> Result {
        self.error.map_or(Ok(()), Err)
    }

    fn fill(&mut self, at: usize, mut render: impl FnMut(&mut String) -> Result) {
        let wanted = &mut self.wanted[at];
        if wanted.rendered || self.error.is_some() {
            return;
        }
        wanted.rendered = true;
        self.error = render(&mut wanted.html).err();
    }
}

impl Wanted {
    /// A region whose HTML will be about as long as `before`.
    pub(crate) fn new(name: Arc<str>, before: usize) -> Self {
        let room = if before == 0 { 0 } else { before + before / ROOM + ROOM };
        Self { name, html: String::with_capacity(room), rendered: false }
    }

    /// What was rendered, without much room behind it: that is in memory for as long as the session.
    pub(crate) fn into_html(mut self) -> String {
        if self.html.capacity() - self.html.len() > self.html.len() / ROOM + 2 * ROOM {
            self.html.shrink_to_fit();
        }
        self.html
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.wanted.iter().map(|wanted| &*wanted.name).collect();
        f.debug_struct("View").field("wanted", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn wanted(names: &[&str]) -> Vec<Wanted> {
        names.iter().map(|name| Wanted::new((*name).into(), 0)).collect()
    }

    fn push(out: &mut String, text: &str) -> Result {
        out.push_str(text);
        Ok(())
    }

    #[test]
    fn only_wanted_regions_are_rendered() {
        let mut wanted = wanted(&["count", "row:2", "row:7"]);
        let (mut title, mut layout, mut keys) = (String::new(), String::new(), Vec::new());
        let mut view = View::new(&mut wanted, &mut title, &mut layout);
        view.page(|_| panic!("a clean region costs nothing"));
        view.region("count", |out| push(out, "5"));
        view.regions("row:", |key, out| {
            keys.push(key.parse::<u32>()?);
            push(out, key)
        });
        view.title(format_args!("{} rows", 2));
        view.layout("wide");
        view.finish().unwrap();
        assert_eq!(keys, vec![2, 7]);
        assert_eq!((title.as_str(), layout.as_str()), ("2 rows", "wide"));
        assert_eq!(wanted.iter().map(|w| w.html.as_str()).collect::<Vec<_>>(), ["5", "2", "7"]);
    }

    #[test]
    fn the_first_declaration_of_a_region_counts_and_the_first_error_stays() {
        let mut wanted = wanted(&["a", "b"]);
        let (mut title, mut layout) = (String::new(), String::new());
        let mut view = View::new(&mut wanted, &mut title, &mut layout);
        view.region("a", |out| push(out, "1"));
        view.region("a", |out| push(out, "2"));
        view.region("b", |_| Err(Error::msg("no b")));
        assert_eq!(alloc::format!("{}", view.finish().unwrap_err()), "no b");
        assert_eq!(wanted[0].html, "1");
    }
}
