//! The session and its browser at work: frames back and forth, tasks, effects, and the checks of what came out.

use live_core::client::{Action, Heard};
use live_core::wire::{BrowserFrame, Received, ServerFrame};
use live_core::{Call, Command, Effect, ErrorReport, Input, Output, Page};

use super::dom::Dom;
use super::{Checked, TestClient, fields, fresh, patch};

/// How much may happen at one instant: frames, messages of the page to itself, results of tasks. A page that goes on
/// past it does so for ever.
pub const MAX_STEPS: usize = 10_000;

impl<P: Page> TestClient<P> {
    pub(super) fn connect(&mut self, resumed: bool) -> Checked<()> {
        self.patches.reconnect();
        let hello = self.client.hello();
        if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) {
            self.input(&Call::Connection, Input::Connected { hello: &hello, token: "test", resumed });
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
            self.event(&frame);
        }
        self.settle()
    }

    /// Hands the machine an input that makes it call page code so.
    pub(super) fn input(&mut self, call: &Call, input: Input<'_, P::Message>) {
        let before = self.machine.held_tasks();
        self.machine.handle(input, self.now);
        self.tasks.expect(call, self.machine.held_tasks() - before);
    }

    /// Hands the machine a frame of the browser with an event.
    pub(super) fn event(&mut self, frame: &[u8]) {
        let received = Received::new(frame);
        if let Ok(BrowserFrame::Event { event, .. }) = received.frame() {
            self.input(&Call::Handle(event.name.to_owned()), Input::Frame(&received));
        }
    }

    /// Until there is nothing more to do: frames to the browser and its answers, messages that are due, tasks and their
    /// results.
    pub(super) fn settle(&mut self) -> Checked<()> {
        let deadline = self.tasks.deadline();
        for _ in 0..MAX_STEPS {
            while let Some(output) = self.machine.poll(self.now) {
                self.carry_out(output);
            }
            if let Some(frame) = self.frames.pop_front() {
                self.receive(&frame)?;
            } else if self.machine.poll_timeout().is_some_and(|due| due <= self.now) {
                self.input(&Call::Info, Input::Timeout);
            } else {
                match self.tasks.next(deadline)? {
                    None => return self.check(),
                    Some(Ok(message)) => self.input(&Call::Info, Input::Message(message)),
                    Some(Err(panicked)) => {
                        self.errors.push(ErrorReport { call: Call::Info, error: panicked.into() });
                    }
                }
            }
        }
        Err(format!(
            "the page isn't done after {MAX_STEPS} steps at one instant: it sends itself messages for ever, by send_info or by tasks whose results \
             lead to more of them"
        ))
    }

    pub(super) fn receive(&mut self, frame: &[u8]) -> Checked<()> {
        let nonsense =
            |error: &dyn std::fmt::Display| format!("the server sent a frame that makes no sense: {error}");
        let heard = self.client.receive(frame).map_err(|error| nonsense(&error))?;
        for heard in &heard {
            match heard {
                Heard::Refused(event) => self.refused = self.refused.max(*event),
                Heard::Command(Command::Reset(reset)) => self.resets.push(reset.selector.clone()),
                _ => {}
            }
        }
        self.heard.extend(heard);
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
            fields::owned(&self.dom)?;
        }
        for selector in self.resets.drain(..) {
            fields::resettable(&self.dom, &selector)?;
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
            Output::Effect(Effect::Spawn(task)) => self.tasks.begin(task),
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
            Output::Close(_) => self.input(&Call::Connection, Input::Closed),
        }
    }

    /// Tells the session of news for its shared regions.
    pub(super) fn outdate(&mut self, topic: &str) {
        let regions = self.followed.iter().filter(|(_, followed)| **followed == *topic);
        for (region, _) in regions {
            self.machine.handle(Input::Changed { region, current: None }, self.now);
        }
    }
}
