//! Rendering what is dirty, and the one frame that tells the browser (rules R7 and R8).

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::Machine;
use super::plan::Planner;
use super::shared::Shared;
use crate::codec::PageCodec;
use crate::effect::Call;
use crate::error::{Error, Result};
use crate::guard::{Calling, Guard};
use crate::hash;
use crate::limits::NARROW_FROM;
use crate::narrow;
use crate::page::Page;
use crate::region::{self, Around, Change, Few, Fresh, Regions, Rendered};
use crate::rules::Rule;
use crate::time::Instant;
use crate::wire::{Body, NoticeLevel, Patch, Reason, ServerFrame, Update};

/// The name under which the title has a hash. No region can have it.
pub(super) const TITLE: &str = "<title>";

/// The shared regions among those that were rendered.
fn shared(rendered: &Rendered) -> Vec<Shared> {
    let shared = |fresh: &Fresh| Some(Shared { region: fresh.name.clone(), topic: fresh.topic.clone()? });
    rendered.regions.iter().filter_map(shared).collect()
}

/// The hash of the page's title.
pub(super) fn title_hash(title: &str) -> [u8; 8] {
    hash::region_hash("", TITLE, title).to_bytes()
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// The next frame, if the browser has to be told of anything and the window is open.
    pub(super) fn update(&mut self, now: Instant) -> Option<Vec<u8>> {
        if !self.link.as_ref()?.is_open() {
            return None;
        }
        if self.session.is_dirty() || self.link.as_ref()?.wants_regions() {
            self.wake_regions(now);
        }
        // A render that failed is tried again once anything is marked.
        self.render_failed &= !self.session.dirty.take_news();
        let mut changes = Few::new();
        if self.session.is_dirty() && !self.render_failed {
            match self.render_dirty() {
                Ok(rendered) => changes = rendered,
                Err((call, error)) => self.render_failure(call, error, now),
            }
        }
        self.add_asked_for(&mut changes);
        self.warn_of_irregular(&changes);
        let frame = match self.shared_frame(&changes) {
            Some(frame) => {
                self.counters.shared += 1;
                frame
            }
            None => self.frame(&mut changes)?,
        };
        self.counters.frames += 1;
        self.counters.bytes += frame.len() as u64;
        if let Some(link) = self.link.as_mut() {
            link.sent(frame.len(), now);
        }
        Some(frame)
    }

    /// Renders the dirty regions and makes them part of the tree. Where that fails, all stays as it was.
    pub(super) fn render_dirty(&mut self) -> Result<Few<Change>, (Call, Error)> {
        if self.regions.are_gone() {
            self.regions = Regions::new();
        }
        let (page, session, regions, guard) = (&*self.page, &self.session, &self.regions, &self.guard);
        let spare = &mut self.scratch.get_or_insert_default().html;
        let around = Around { title: &self.title, streams: self.streams.as_deref(), spare };
        let mut rendered = guard
            .run(Calling::Render, || {
                region::render(regions, &session.dirty, around, |view| page.render(session, view))
            })
            .unwrap_or_else(|panic| Err(panic.into()))
            .map_err(|error| (Call::Render, error))?;
        let (count, title) = (rendered.regions.len(), rendered.title.take());
        let (shared, layout) = (shared(&rendered), core::mem::take(&mut rendered.layout));
        let changes = self
            .regions
            .adopt(rendered, self.config.max_region_bytes)
            .map_err(|error| (Call::Render, error.into()))?;
        self.counters.renders += 1;
        self.counters.regions += count as u64;
        self.session.dirty.clear();
        self.layout = layout;
        self.follow(shared);
        if let Some(title) = title {
            self.title = title;
            self.link.iter_mut().for_each(|link| link.title = true);
        }
        Ok(changes)
    }

    /// Renders what is dirty before a frame is due. What the browser lacks then is sent whole by the next one.
    pub(super) fn render_ahead(&mut self) -> Result<(), (Call, Error)> {
        let changes = self.render_dirty()?;
        // A browser that has just connected is compared with what it shows.
        let Some(link) = self.link.as_mut().filter(|link| link.shown.is_none()) else { return Ok(()) };
        for Change { name, .. } in changes {
            self.regions.lose(&name);
            link.resync.insert(name);
        }
        Ok(())
    }

    /// The page keeps what it showed, its regions stay dirty, and the application is told (design: a failed render comes
    /// after the commit).
    pub(super) fn render_failure(&mut self, call: Call, error: Error, now: Instant) {
        self.render_failed = true;
        self.session.dirty.take_news();
        self.counters.failed_renders += 1;
        self.notice_error(&call, &error);
        self.report(call, error);
        if self.strikes.strike(now) {
            self.close(Reason::Internal);
        }
    }

    /// In dev mode, tells the author once of each large region that can't be narrowed.
    fn warn_of_irregular(&mut self, changes: &[Change]) {
        let dev = self.config.dev;
        for change in changes.iter().filter(|_| dev) {
            let Some(region) = self.regions.get_mut(&change.name) else { continue };
            if region.warned || region.html.len() < NARROW_FROM {
                continue;
            }
            if let Err(irregular) = narrow::regular(&region.html) {
                region.warned = true;
                let text = format!(
                    "Region `{}` is parsed whole at each change, since its HTML is irregular: {irregular}. Close every element, and write \
                     out <tbody>.",
                    change.name
                );
                self.notice(NoticeLevel::Warning, &text);
            }
        }
    }

    /// Adds what the browser lacks since it connected, or asked for again.
    fn add_asked_for(&mut self, changes: &mut Few<Change>) {
        let Some(link) = self.link.as_mut() else { return };
        if !self.render_failed
            && let Some(shown) = link.shown.take()
        {
            link.title = !shown.contains(&title_hash(&self.title));
            *changes = self.regions.attach(&shown, self.streams.as_deref(), self.config.broken);
        }
        for name in core::mem::take(&mut link.resync) {
            if !changes.iter().any(|change| change.name == name) {
                changes.push(Change { name, old: None });
            }
        }
    }

    fn frame(&mut self, changes: &mut Few<Change>) -> Option<Vec<u8>> {
        let link = self.link.as_mut()?;
        let fresh = self.delivery.outbox.iter().filter(|(id, _)| *id > link.command);
        let commands: Vec<_> = fresh.map(|(id, command)| (*id, Cow::Borrowed(command))).collect();
        let silent = changes.is_empty() && commands.is_empty();
        if silent && !self.delivery.ack_due && !link.title {
            return None;
        }
        let scratch = self.scratch.get_or_insert_default();
        let mut deltas = core::mem::take(&mut scratch.deltas);
        let planned =
            Planner { regions: &mut self.regions, scratch, deltas: &mut deltas, partial: self.config.deltas }
                .plan(changes);
        let patches: Few<Patch<'_>> =
            planned.iter().filter_map(|patch| patch.borrow(&self.regions, &deltas)).collect();
        let update = Update {
            applied: Some(self.delivery.applied),
            patches: patches[..].into(),
            commands: commands.into(),
            refused: self.delivery.news_of_refusals().into(),
            title: link.title.then_some(self.title.as_str()),
        };
        link.command = self.delivery.last_command;
        link.title = false;
        self.delivery.ack_due = false;
        self.delivery.refusals_told = self.delivery.applied;
        for patch in update.patches.iter() {
            self.counters.full += u64::from(matches!(patch.body, Body::Full(_)));
            self.counters.deltas += u64::from(matches!(patch.body, Body::Delta(_)));
            self.counters.elements += u64::from(matches!(patch.body, Body::Element { .. }));
        }
        let frame = ServerFrame::Update(update).encode_into(scratch.take_frame());
        drop(patches);
        scratch.keep_deltas(deltas);
        if self.config.broken.is(Rule::R6) {
            self.delivery.outbox.clear();
        }
        Some(frame)
    }
}
