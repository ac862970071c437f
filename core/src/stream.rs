//! What many sessions look at: rendered once, compared once and written once, whoever looks.
//!
//! A page declares such a region by [`View::shared`](crate::View::shared), under a topic. A driver that lends its [`Streams`] to machines
//! ([`Machine::lend`](crate::Machine::lend)) keeps one [`Stream`] for each region and topic: the newest version of its HTML, and the frame that takes a
//! browser there from the version before. When anything is published on the topic it calls [`Stream::outdate`], and tells each session that follows by
//! [`Input::Changed`](crate::Input::Changed). The first to render makes the new version; all others have it for a look. A browser that is one version behind, and
//! has nothing else to be told, is sent that frame, byte for byte the same as all others; any other catches up by one patch of its own, from
//! the version that it has.

use alloc::string::String;
use alloc::sync::{Arc, Weak};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, Range};

use crate::delta::{Common, Encoder};
use crate::error::Result;
use crate::hash;
use crate::narrow::{Markup, hosts};
use crate::region::RegionError;
use crate::wire::{Body, Patch, Region, ServerFrame, Update};

/// Where a driver keeps the streams of one page.
pub trait Streams: Send + Sync {
    /// Lends the stream of `region` under `topic`, for one look; a [new](Stream::default) one, where there is none. From then on what is published on the
    /// topic outdates it.
    fn lend(&self, region: &str, topic: &str, look: &mut dyn FnMut(&mut Stream));

    /// The one copy of a session's HTML that others may show, too: see [`Interner`](crate::Interner). Without one each session keeps its own.
    fn intern(&self, hash: [u8; 8], html: String) -> Arc<String> {
        let _ = hash;
        Arc::new(html)
    }
}

/// One region's HTML under one topic, for all who look at it.
#[derive(Debug, Default)]
pub struct Stream {
    newest: Option<Arc<Version>>,
    is_outdated: bool,
    markup: Markup,
}

/// What a stream shows between two changes.
pub struct Version {
    html: String,
    check: u32,
    /// How a browser comes to it from the version before.
    step: Option<Step>,
}

/// From one version to the next.
struct Step {
    from: Weak<Version>,
    frame: Vec<u8>,
    /// The delta, in the frame; none where the whole is no longer.
    delta: Option<Range<usize>>,
}

impl Stream {
    /// One that shows this version, until it is outdated: for a driver that can't lend the right one at once.
    pub fn showing(version: Arc<Version>) -> Self {
        Self { newest: Some(version), ..Self::default() }
    }

    /// What it shows has changed: whoever looks at it next renders it.
    pub fn outdate(&mut self) {
        self.is_outdated = true;
    }

    /// The newest version, unless it is outdated.
    pub fn current(&self) -> Option<&Arc<Version>> {
        self.newest.as_ref().filter(|_| !self.is_outdated)
    }

    /// The bytes of HTML, and of the frame, that it holds.
    pub fn bytes(&self) -> usize {
        let of = |version: &Arc<Version>| {
            version.html.len() + version.step.as_ref().map_or(0, |step| step.frame.len())
        };
        self.newest.as_ref().map_or(0, of)
    }

    /// The newest version; `render` makes it, where that is due. If it fails, all stays as it was.
    pub(crate) fn newest(
        &mut self,
        region: &str,
        render: impl FnOnce(&mut String) -> Result,
    ) -> Result<Arc<Version>> {
        if let Some(current) = self.current() {
            return Ok(current.clone());
        }
        let before = self.newest.as_ref().map_or(0, |before| before.html.len());
        let mut html = String::with_capacity(before + before / 16);
        render(&mut html)?;
        html.shrink_to_fit();
        if hosts(&html).next().is_some() {
            return Err(RegionError::SharedHost(region.into()).into());
        }
        let newest = match self.newest.take() {
            Some(before) if before.html == html => before,
            before => Arc::new(self.version(region, before, html)),
        };
        self.newest = Some(newest.clone());
        self.is_outdated = false;
        Ok(newest)
    }

    fn version(&mut self, region: &str, before: Option<Arc<Version>>, html: String) -> Version {
        let check = hash::check(&html);
        let Some(before) = before else { return Version { html, check, step: None } };
        let (old, new) = (before.html.as_bytes(), html.as_bytes());
        let common = Common::of(old, new);
        let hint = self.markup.narrow(&before.html, &html, common).map(|element| element.range);
        let mut delta = Vec::new();
        let is_smaller = Encoder::new().encode_between(common, old, new, hint, &mut delta);
        let body = if is_smaller { Body::Delta(&delta) } else { Body::Full(&html) };
        let patch = Patch { region: Region::Named(region), check, body };
        let update = Update { applied: None, patches: vec![patch].into(), ..Update::default() };
        let frame = ServerFrame::Update(update).encode();
        let delta = is_smaller.then(|| frame.len() - delta.len()..frame.len());
        Version { html, check, step: Some(Step { from: Arc::downgrade(&before), frame, delta }) }
    }
}

impl Version {
    /// How many bytes its HTML has.
    pub(crate) fn len(&self) -> usize {
        self.html.len()
    }

    /// The check of its HTML.
    pub(crate) fn check(&self) -> u32 {
        self.check
    }

    /// The frame for a browser that has `before`, if that was the version before.
    pub(crate) fn frame_from(&self, before: &Arc<Self>) -> Option<&[u8]> {
        self.step_from(before).map(|step| &step.frame[..])
    }

    /// The delta in it.
    pub(crate) fn delta_from(&self, before: &Arc<Self>) -> Option<&[u8]> {
        self.step_from(before).and_then(|step| step.frame.get(step.delta.clone()?))
    }

    fn step_from(&self, before: &Arc<Self>) -> Option<&Step> {
        self.step.as_ref().filter(|step| core::ptr::eq(step.from.as_ptr(), Arc::as_ptr(before)))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version").field("bytes", &self.html.len()).finish_non_exhaustive()
    }
}

/// A region's HTML: a session's own, maybe in one copy with others', or a version of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Html {
    Own(String),
    Interned(Arc<String>),
    Shared(Arc<Version>),
}

impl Html {
    /// What a session's own HTML shares with what comes after it; none where either is a version of a stream, which knows more of itself.
    pub(crate) fn common_with(&self, new: &Self) -> Option<Common> {
        Some(Common::of(self.own()?.as_bytes(), new.own()?.as_bytes()))
    }

    /// It, where it isn't a version of a stream.
    pub(crate) fn own(&self) -> Option<&str> {
        match self {
            Self::Own(html) => Some(html),
            Self::Interned(html) => Some(html),
            Self::Shared(_) => None,
        }
    }

    /// Its buffer, where nobody else has it.
    pub(crate) fn into_buffer(self) -> Option<String> {
        match self {
            Self::Own(html) => Some(html),
            Self::Interned(html) => Arc::into_inner(html),
            Self::Shared(_) => None,
        }
    }

    /// The bytes that a session takes for it: its part of a copy that others have, too.
    pub(crate) fn own_bytes(&self) -> usize {
        match self {
            Self::Own(html) => html.len(),
            Self::Interned(html) => html.len().div_ceil(Arc::strong_count(html)),
            Self::Shared(_) => 0,
        }
    }

    /// Has it in one copy with others'.
    pub(crate) fn intern(&mut self, hash: [u8; 8], streams: &dyn Streams) {
        if let Self::Own(html) = self {
            *self = Self::Interned(streams.intern(hash, core::mem::take(html)));
        }
    }

    /// Whether both are the same text.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(one), Self::Shared(other)) if Arc::ptr_eq(one, other) => true,
            _ => **self == **other,
        }
    }

    /// The version of a stream that it is.
    pub(crate) fn version(&self) -> Option<&Arc<Version>> {
        match self {
            Self::Own(_) | Self::Interned(_) => None,
            Self::Shared(version) => Some(version),
        }
    }

    /// The check of its text.
    pub(crate) fn check(&self) -> u32 {
        self.version().map_or_else(|| hash::check(&**self), |version| version.check())
    }
}

impl Default for Html {
    fn default() -> Self {
        Self::Own(String::new())
    }
}

impl Deref for Html {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Own(html) => html,
            Self::Interned(html) => html,
            Self::Shared(version) => &version.html,
        }
    }
}
