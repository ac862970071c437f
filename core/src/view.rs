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
    title: Title<'a>,
    layout: &'a mut String,
    error: Option<Error>,
}

/// A title that is compared with the one before while it is written: mostly it is the same.
#[derive(Debug)]
struct Title<'a> {
    before: &'a str,
    /// How much of that it repeats, as long as it does.
    same: usize,
    other: Option<String>,
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
        title: &'a str,
        layout: &'a mut String,
        streams: Option<&'a dyn Streams>,
    ) -> Self {
        layout.clear();
        Self { wanted, streams, title: Title::new(title), layout, error: None }
    }

    /// The page's `document.title`.
    pub fn title(&mut self, title: impl Display) {
        self.title = Title::new(self.title.before);
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

    /// The title, where it differs from the one before; or the first error of a closure.
    pub(crate) fn finish(self) -> Result<Option<String>> {
        self.error.map_or(Ok(self.title.changed()), Err)
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

impl<'a> Title<'a> {
    /// Nothing yet.
    fn new(before: &'a str) -> Self {
        Self { before, same: 0, other: None }
    }

    /// It, where it isn't the one before.
    fn changed(self) -> Option<String> {
        let shorter = (self.same < self.before.len()).then(|| self.before[..self.same].to_owned());
        self.other.or(shorter)
    }
}

impl Write for Title<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match &mut self.other {
            Some(other) => other.push_str(text),
            None if self.before[self.same..].starts_with(text) => self.same += text.len(),
            None => self.other = Some([&self.before[..self.same], text].concat()),
        }
        Ok(())
    }
}

impl Wanted {
    /// A region whose HTML will be about as long as `before`; `spare` is taken for it, if that has the room.
    pub(crate) fn new(name: Arc<str>, before: usize, spare: &mut String) -> Self {
        let room = if before == 0 { 0 } else { before + before / ROOM + ROOM };
        let fits = room > 0 && (room..=2 * room).contains(&spare.capacity());
        let html = if fits { core::mem::take(spare) } else { String::with_capacity(room) };
        Self { name, html: Html::Own(html), topic: None, rendered: false }
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
        names.iter().map(|name| Wanted::new((*name).into(), 0, &mut String::new())).collect()
    }

    fn push(out: &mut String, text: &str) -> Result {
        out.push_str(text);
        Ok(())
    }

    #[test]
    fn only_wanted_regions_are_rendered() {
        let mut wanted = wanted(&["count", "row:2", "row:7"]);
        let (mut layout, mut keys) = (String::new(), Vec::new());
        let mut view = View::new(&mut wanted, "", &mut layout, None);
        view.page(|_| panic!("a clean region costs nothing"));
        view.region("count", |out| push(out, "5"));
        view.regions("row:", |key, out| {
            keys.push(key.parse::<u32>()?);
            push(out, key)
        });
        view.title(format_args!("{} rows", 2));
        view.layout("wide");
        assert_eq!(view.finish().unwrap().as_deref(), Some("2 rows"));
        assert_eq!((keys, layout.as_str()), (vec![2, 7], "wide"));
        assert_eq!(wanted.iter().map(|w| &*w.html).collect::<Vec<_>>(), ["5", "2", "7"]);
    }

    #[test]
    fn the_first_declaration_of_a_region_counts_and_the_first_error_stays() {
        let mut wanted = wanted(&["a", "b"]);
        let mut layout = String::new();
        let mut view = View::new(&mut wanted, "", &mut layout, None);
        view.region("a", |out| push(out, "1"));
        view.region("a", |out| push(out, "2"));
        view.region("b", |_| Err(Error::msg("no b")));
        assert_eq!(alloc::format!("{}", view.finish().unwrap_err()), "no b");
        assert_eq!(&*wanted[0].html, "1");
    }

    #[test]
    fn a_title_is_told_where_it_changes() {
        let changed = |before: &str, parts: &[&str]| {
            let mut title = Title::new(before);
            parts.iter().for_each(|part| title.write_str(part).unwrap());
            title.changed()
        };
        assert_eq!(changed("#tea, 12", &["#", "tea", ", ", "12"]), None);
        assert_eq!(changed("#tea, 12", &["#tea, ", "13"]).as_deref(), Some("#tea, 13"));
        assert_eq!(changed("#tea, 12", &["#tea"]).as_deref(), Some("#tea"));
        assert_eq!(changed("#tea", &["#tea", ", 12"]).as_deref(), Some("#tea, 12"));
        assert_eq!(changed("", &[]), None);
        assert_eq!(changed("é", &["è"]).as_deref(), Some("è"));
    }
}
