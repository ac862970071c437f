//! Regions that many sessions look at: which of them the page shows, and the frames that all of them share.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Machine, Output};
use crate::codec::PageCodec;
use crate::effect::Effect;
use crate::guard::Guard;
use crate::page::Page;
use crate::region::{Browser, Change};
use crate::rules::Rule;
use crate::stream::{Html, Streams};

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
    pub(super) fn on_changed(&mut self, region: &str) {
        if self.config.broken.is(Rule::R15) {
            return;
        }
        if self.is_asleep() || self.resting || self.regions.get(region).is_some() {
            self.session.mark(region);
            self.render_failed = false;
        }
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
        let link = self.link.as_ref()?;
        let has_more = self.delivery.ack_due || link.title || self.delivery.last_command > link.command;
        let region = self.regions.get(name)?;
        if has_more || region.browser != Browser::Bytes || !self.config.deltas {
            return None;
        }
        match (&old.html, &region.html) {
            (Html::Shared(before), Html::Shared(after)) => after.frame_from(before).map(<[u8]>::to_vec),
            _ => None,
        }
    }
}
