//! Regions that many sessions look at: which of them the page shows, and the frames that all of them share.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::link::Link;
use super::{Machine, Output};
use crate::codec::PageCodec;
use crate::effect::Effect;
use crate::guard::Guard;
use crate::page::Page;
use crate::region::{Browser, Change};
use crate::rules::Rule;
use crate::stream::{Html, Streams, Version};
use crate::time::Instant;

/// A shared region, and whose news it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) region: Arc<str>,
    pub(super) topic: Arc<str>,
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Lends the machine the streams of its page, from the next render on. Without any, a region that is declared as shared is rendered by each
    /// session for itself; the driver still has to tell it of changes.
    pub fn lend(&mut self, streams: Arc<dyn Streams>) {
        self.streams = Some(streams);
    }

    /// What this shared region shows may have changed.
    pub(super) fn on_changed(&mut self, region: &str, current: Option<&Arc<Version>>, now: Instant) {
        if self.config.broken.is(Rule::R15)
            || current.is_some_and(|current| self.pass_on(region, current, now))
        {
            return;
        }
        if self.is_asleep() || self.resting || self.regions.get(region).is_some() {
            self.session.mark(region);
            self.render_failed = false;
        }
    }

    /// Sends a browser that has the version before the frame that all are sent, if nothing else is under way. Nothing is rendered.
    fn pass_on(&mut self, name: &str, current: &Arc<Version>, now: Instant) -> bool {
        let Some((shown, room)) = self.passable(name) else { return false };
        let Some(shared) = current.frame_from(shown).filter(|_| current.len() <= room) else {
            return Arc::ptr_eq(shown, current);
        };
        let mut frame = self.scratch.as_mut().map(|scratch| scratch.take_frame()).unwrap_or_default();
        frame.extend_from_slice(shared);
        self.link.iter_mut().for_each(|link| link.sent(frame.len(), now));
        self.regions.set_html(name, Html::Shared(current.clone()));
        self.counters.frames += 1;
        self.counters.shared += 1;
        self.counters.bytes += frame.len() as u64;
        self.out.push_back(Output::Transmit(frame));
        self.put_first(name);
        true
    }

    /// The version of a shared region that the browser has, where nothing else is under way to it; and the most bytes that a newer one may have.
    pub(super) fn passable(&self, name: &str) -> Option<(&Arc<Version>, usize)> {
        let link = self.link.as_ref().filter(|link| link.is_open() && !link.wants_regions())?;
        let is_busy = self.session.is_dirty() || self.render_failed || self.has_more(link);
        let region = self.regions.get(name).filter(|region| region.browser == Browser::Bytes)?;
        let others = self.regions.bytes() - region.html.len();
        let version = region.html.version().filter(|_| !is_busy && self.config.deltas)?;
        Some((version, self.config.max_region_bytes.saturating_sub(others)))
    }

    /// A [`Lease`](super::Lease) is for the first of those that are followed.
    fn put_first(&mut self, name: &str) {
        if let Some(place) = self.followed.iter().position(|shared| *shared.region == *name) {
            self.followed.swap(0, place);
        }
    }

    /// Whether the browser is to be told of anything but regions.
    fn has_more(&self, link: &Link) -> bool {
        link.title || self.delivery.last_command > link.command || self.delivery.ack_due
    }

    /// Asks the driver for news of what the page shows by now, and of nothing else. `rendered` are the shared regions among those that were
    /// just rendered.
    pub(super) fn follow(&mut self, rendered: Vec<Shared>) {
        if !self.live {
            return;
        }
        let (regions, out) = (&self.regions, &mut self.out);
        let is_shown = |shared: &Shared| {
            regions.get(&shared.region).is_some_and(|region| region.topic.as_ref() == Some(&shared.topic))
        };
        self.followed.retain(|shared| {
            let stays = is_shown(shared);
            if !stays {
                let Shared { region, topic } = shared.clone();
                out.push_back(Output::Effect(Effect::Unfollow { region, topic }));
            }
            stays
        });
        for shared in rendered.into_iter().filter(is_shown) {
            if !self.followed.contains(&shared) {
                let Shared { region, topic } = shared.clone();
                out.push_back(Output::Effect(Effect::Follow { region, topic }));
                self.followed.push(shared);
            }
        }
    }

    /// The frame that all sessions share, where it is all that this one has to tell.
    pub(super) fn shared_frame(&mut self, changes: &[Change]) -> Option<Vec<u8>> {
        let [Change { name, old: Some(old) }] = changes else { return None };
        let region = self.regions.get(name)?;
        if self.has_more(self.link.as_ref()?) || region.browser != Browser::Bytes || !self.config.deltas {
            return None;
        }
        match (&old.html, &region.html) {
            (Html::Shared(before), Html::Shared(after)) => after.frame_from(before).map(<[u8]>::to_vec),
            _ => None,
        }
    }
}
