//! The session and its browser at work: frames back and forth, tasks, effects, and the checks of what came out.

use std::task::{Context, Poll, Waker};

use live_core::client::Action;
use live_core::wire::{BrowserFrame, Received, ServerFrame};
use live_core::{Call, Effect, Input, Output, Page};

use super::dom::Dom;
use super::{Checked, TestClient, fresh, patch};

impl<P: Page> TestClient<P> {
    pub(super) fn connect(&mut self, resumed: bool) -> Checked<()> {
        self.patches.reconnect();
        let hello = self.client.hello();
        if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) {
            self.machine.handle(Input::Connected { hello: &hello, token: "test", resumed }, self.now);
        }
        self.settle()
    }

    /// Sends what one act of the user makes, before any of it is answered.
    pub(super) fn act(&mut self, actions: Vec<Action>) -> Checked<()> {
        if !self.machine.is_connected() {
            return Err(
                "there is no connection, after disconnect() or since the server has closed it, as it does after some panics: \
                        errors() has them, and reconnect() opens another"
                    .to_owned(),
            );
        }
        for action in actions {
            let frame = self.client.send(action);
            self.machine.handle(Input::Frame(&Received::new(&frame)), self.now);
        }
        self.settle()
    }

    /// Until there is nothing more to do: frames to the browser and its answers, tasks and their results.
    pub(super) fn settle(&mut self) -> Checked<()> {
        loop {
            while let Some(output) = self.machine.poll(self.now) {
                self.carry_out(output);
            }
            if let Some(frame) = self.frames.pop_front() {
                self.receive(&frame)?;
            } else if let Some(message) = self.finished_task() {
                self.machine.handle(Input::Message(message), self.now);
            } else {
                break;
            }
        }
        self.check()
    }

    pub(super) fn receive(&mut self, frame: &[u8]) -> Checked<()> {
        let nonsense =
            |error: &dyn std::fmt::Display| format!("the server sent a frame that makes no sense: {error}");
        self.heard.extend(self.client.receive(frame).map_err(|error| nonsense(&error))?);
        if let ServerFrame::Update(update) = ServerFrame::decode(frame).map_err(|error| nonsense(&error))? {
            self.patches.add(&update.patches, update.applied.is_some());
            patch::in_page(&update.patches, &self.client)?;
        }
        while let Some(reply) = self.client.reply() {
            self.machine.handle(Input::Frame(&Received::new(&reply)), self.now);
        }
        Ok(())
    }

    /// Whether the page could be rendered at all.
    pub(super) fn rendered(&self) -> Checked<()> {
        match self.errors.iter().find(|report| report.call == Call::Render) {
            Some(report) => Err(format!("the page can't be rendered: {}", report.error)),
            None => Ok(()),
        }
    }

    /// Whether the page is sound, and shows what the session says.
    fn check(&mut self) -> Checked<()> {
        let html = self.client.page_html();
        if !self.dom.is_of(&html) {
            self.dom = Dom::parse(html);
            self.dom.unique_ids()?;
        }
        // What is marked and not shown, the page failed to render: an error of its own.
        if self.machine.is_connected() && !self.session().is_dirty() {
            fresh::compare(&self.machine, &self.client)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output<P::Message>) {
        match output {
            Output::Transmit(frame) => self.frames.push_back(frame),
            Output::Effect(Effect::Spawn(task)) => self.tasks.push(task),
            Output::Effect(Effect::Publish { topic, message, .. }) => {
                self.outdate(&topic);
                self.published.push((topic, message));
            }
            Output::Effect(Effect::Follow { region, topic }) => self.followed.push((region, topic)),
            Output::Effect(Effect::Unfollow { region, topic }) => {
                self.followed.retain(|followed| *followed != (region.clone(), topic.clone()));
            }
            Output::Effect(Effect::Error(report)) => self.errors.push(report),
            Output::Effect(Effect::Subscribe(_) | Effect::Unsubscribe(_))
            | Output::Commit(_)
            | Output::Fetch { .. } => {}
            Output::Close(_) => self.machine.handle(Input::Closed, self.now),
        }
    }

    /// Tells the session of news for its shared regions.
    pub(super) fn outdate(&mut self, topic: &str) {
        let regions = self.followed.iter().filter(|(_, followed)| **followed == *topic);
        for (region, _) in regions {
            self.machine.handle(Input::Changed { region, current: None }, self.now);
        }
    }

    /// The result of a task that can be finished without waiting for anything outside.
    fn finished_task(&mut self) -> Option<P::Message> {
        let mut context = Context::from_waker(Waker::noop());
        for at in 0..self.tasks.len() {
            if let Poll::Ready(message) = self.tasks[at].as_mut().poll(&mut context) {
                drop(self.tasks.swap_remove(at));
                return Some(message);
            }
        }
        None
    }
}
