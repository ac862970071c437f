//! What a page looks like: a title, markup, and regions in it.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use crate::error::{Error, Result};
use crate::stream::{Html, Streams};

/// Where [`Page::render`](crate::Page::render) declares the page.
///
/// A region's host is written in the markup of the page, or of another region, as an empty element:
/// `<ul data-lv-region="messages"></ul>`. Declaring is all that a call here does: the closure runs if and only if that region has to be
/// rendered. Regions may be declared in any order.
pub struct View<'a> {
    wanted: &'a mut [Wanted],
    streams: Option<&'a dyn Streams>,
    title: &'a mut String,
    layout: &'a mut String,
    error: Option<Error>,
}

/// A region that has to be rendered, and its HTML afterwards.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: Arc<str>,
    pub(crate) html: Html,
    /// What it shows is shared by all sessions that look at this topic.
    pub(crate) topic: Option<Arc<str>>,
    pub(crate) rendered: bool,
}

/// HTML may grow by a sixteenth, and by 16 bytes, before it moves.
const ROOM: usize = 16;

impl<'a> View<'a> {
    /// `wanted` is sorted by name.
    pub(crate) fn new(
        wanted: &'a mut [Wanted],
        title: &'a mut String,
        layout: &'a mut String,
        streams: Option<&'a dyn Streams>,
    ) -> Self {
        title.clear();
        layout.clear();
        Self { wanted, streams, title, layout, error: None }
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

    /// A region that looks the same to every session that shows it under the same `topic`, such as a room's messages. What it shows is the
    /// page's, not the session's: the closure may use nothing else of the session than what the topic tells, and writes no hosts of other regions. It runs once
    /// for all of them, whenever something was published on the topic ([`Ctx::publish`](crate::Ctx::publish), with any message; nobody has to subscribe, or
    /// to mark anything); the patch is made once, and every browser is sent the same bytes.
    ///
    /// ```
    /// # use live_core::{Result, View};
    /// # struct Rooms;
    /// # impl Rooms { fn write(&self, _: &str, _: &mut String) -> Result { Ok(()) } }
    /// # fn render(rooms: &Rooms, room: &str, view: &mut View) {
    /// view.shared("messages", format_args!("room:{room}"), |out| rooms.write(room, out));
    /// # }
    /// ```
    pub fn shared(&mut self, id: &str, topic: impl Display, render: impl FnOnce(&mut String) -> Result) {
        let Some(wanted) = self.due(id) else { return };
        let topic: Arc<str> = topic.to_string().into();
        wanted.topic = Some(topic.clone());
        let Some(streams) = self.streams else { return self.region(id, render) };
        let (mut once, mut newest) = (Some(render), None);
        streams.lend(id, &topic, &mut |stream| {
            newest = once.take().map(|render| stream.newest(id, render));
        });
        let Some(wanted) = self.due(id) else { return };
        wanted.rendered = true;
        match newest {
            Some(Ok(version)) => wanted.html = Html::Shared(version),
            Some(Err(error)) => self.error = Some(error),
            None => self.error = Some(Error::msg("the driver lends no stream")),
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

    /// The region, if it has to be rendered still.
    fn due(&mut self, id: &str) -> Option<&mut Wanted> {
        let at = self.wanted.binary_search_by(|wanted| (*wanted.name).cmp(id)).ok()?;
        let wanted = &mut self.wanted[at];
        (!wanted.rendered && self.error.is_none()).then_some(wanted)
    }

    fn fill(&mut self, at: usize, mut render: impl FnMut(&mut String) -> Result) {
        let wanted = &mut self.wanted[at];
        if wanted.rendered || self.error.is_some() {
            return;
        }
        wanted.rendered = true;
        if let Html::Own(html) = &mut wanted.html {
            self.error = render(html).err();
        }
    }
}

impl Wanted {
    /// A region whose HTML will be about as long as `before`.
    pub(crate) fn new(name: Arc<str>, before: usize) -> Self {
        let room = if before == 0 { 0 } else { before + before / ROOM + ROOM };
        Self { name, html: Html::Own(String::with_capacity(room)), topic: None, rendered: false }
    }

    /// What was rendered, without much room behind it: that is in memory for as long as the session.
    pub(crate) fn into_html(mut self) -> Html {
        if let Html::Own(html) = &mut self.html
            && html.capacity() - html.len() > html.len() / ROOM + 2 * ROOM
        {
            html.shrink_to_fit();
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
        let mut view = View::new(&mut wanted, &mut title, &mut layout, None);
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
        assert_eq!(wanted.iter().map(|w| &*w.html).collect::<Vec<_>>(), ["5", "2", "7"]);
    }

    #[test]
    fn the_first_declaration_of_a_region_counts_and_the_first_error_stays() {
        let mut wanted = wanted(&["a", "b"]);
        let (mut title, mut layout) = (String::new(), String::new());
        let mut view = View::new(&mut wanted, &mut title, &mut layout, None);
        view.region("a", |out| push(out, "1"));
        view.region("a", |out| push(out, "2"));
        view.region("b", |_| Err(Error::msg("no b")));
        assert_eq!(alloc::format!("{}", view.finish().unwrap_err()), "no b");
        assert_eq!(&*wanted[0].html, "1");
    }
}
