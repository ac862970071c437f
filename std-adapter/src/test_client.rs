//! Pages in tests: a session and its browser in one value, without a server, with a clock that stands still.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use live_core::client::{Action, Client, Heard};
use live_core::wire::BrowserFrame;
use live_core::{
    Command, Config, Duration, Effect, ErrorReport, Input, Instant, Machine, NoCodec, Output, Page, Request,
    Result, Session, SessionId, Task,
};

use crate::form;
use crate::guard::CatchUnwind;

/// A page, as one user sees it. Each call returns when everything has been done that it led to; time passes only by
/// [`advance`](Self::advance).
///
/// ```
/// use std::fmt::Write;
/// use live_core::{Ctx, Event, Page, Result, Session, View};
/// use live_std::TestClient;
///
/// struct Counter;
/// impl Page for Counter {
///     type State = i64;
///     type Message = ();
///     fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
///         view.page(|out| Ok(out.write_str(r#"<output data-lv-region="count"></output>"#)?));
///         view.region("count", |out| Ok(write!(out, "{}", s.state)?));
///         Ok(())
///     }
///     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
///         s.state += e.get_int("by").unwrap_or(1);
///         s.mark("count");
///         Ok(())
///     }
/// }
///
/// let mut tab = TestClient::open(Counter, "/")?;
/// tab.click("inc");
/// assert_eq!(tab.html("count"), Some("1"));
/// # Ok::<(), live_core::Error>(())
/// ```
pub struct TestClient<P: Page> {
    machine: Machine<P, NoCodec, CatchUnwind>,
    client: Client,
    now: Instant,
    tasks: Vec<Task<P::Message>>,
    heard: Vec<Heard>,
    errors: Vec<ErrorReport>,
    published: Vec<(String, P::Message)>,
    frames: VecDeque<Vec<u8>>,
}

impl<P: Page> TestClient<P> {
    /// Opens a page by its path, with a query or without.
    ///
    /// # Errors
    /// What `mount` returned, such as a [`Redirect`](live_core::Redirect).
    pub fn open(page: P, url: &str) -> Result<Self> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        Self::with(page, Request { path: path.to_owned(), query: form::pairs(query), ..Request::default() })
    }

    /// Opens a page for a request: with parameters, headers, or a user.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with(page: P, request: Request) -> Result<Self> {
        let (id, now, config) =
            (SessionId::new([0; 16]), Instant::default(), Config { dev: true, ..Config::default() });
        let machine =
            Machine::mount(Arc::new(page), NoCodec, CatchUnwind, id, Arc::new(request), config, true, now)?;
        let mut tab = Self {
            machine,
            client: Client::new("test"),
            now,
            tasks: Vec::new(),
            heard: Vec::new(),
            errors: Vec::new(),
            published: Vec::new(),
            frames: VecDeque::new(),
        };
        tab.connect();
        Ok(tab)
    }

    /// Sends the event of an element with `data-lv-click="name"`.
    pub fn click(&mut self, name: &str) {
        self.send(Action::new(name));
    }

    /// Sends a form's fields to the event `name`.
    pub fn submit(&mut self, name: &str, fields: &[(&str, &str)]) {
        self.send(fields.iter().fold(Action::new(name), |action, (name, value)| action.field(*name, value)));
    }

    /// Sends any event.
    pub fn send(&mut self, action: Action) {
        let frame = self.client.send(action);
        self.machine.handle(Input::Frame(&frame), self.now);
        self.settle();
    }

    /// Delivers a message to `info`, as the bus would.
    pub fn info(&mut self, message: P::Message) {
        self.machine.handle(Input::Message(message), self.now);
        self.settle();
    }

    /// Lets time pass: timers come due, one after the other.
    pub fn advance(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.machine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.machine.handle(Input::Timeout, self.now);
            self.settle();
        }
        self.now = end;
    }

    /// Loses the connection, and opens another.
    pub fn reconnect(&mut self) {
        self.machine.handle(Input::Closed, self.now);
        self.connect();
        for frame in self.client.resend() {
            self.machine.handle(Input::Frame(&frame), self.now);
        }
        self.settle();
    }

    /// A region's HTML, with its child regions as empty hosts; `""` is the page's own.
    pub fn html(&self, region: &str) -> Option<&str> {
        self.client.html(region)
    }

    /// The whole page's HTML.
    pub fn page_html(&self) -> String {
        self.client.page_html()
    }

    /// The page's title.
    pub fn title(&self) -> &str {
        self.client.title()
    }

    /// The session on the server.
    pub fn session(&self) -> &Session<P::State> {
        self.machine.session()
    }

    /// The topics that the session follows.
    pub fn topics(&self) -> &[String] {
        self.machine.topics()
    }

    /// The commands that the browser has been sent since the last call.
    pub fn commands(&mut self) -> Vec<Command> {
        let heard = std::mem::take(&mut self.heard).into_iter();
        heard
            .filter_map(|heard| if let Heard::Command(command) = heard { Some(command) } else { None })
            .collect()
    }

    /// The errors of page code since the last call, but those that the user was told of.
    pub fn errors(&mut self) -> Vec<ErrorReport> {
        std::mem::take(&mut self.errors)
    }

    /// What the page has published since the last call, with its topics. Nobody receives it: a test that wants the page to gives it
    /// to [`info`](Self::info).
    pub fn published(&mut self) -> Vec<(String, P::Message)> {
        std::mem::take(&mut self.published)
    }

    fn connect(&mut self) {
        let hello = self.client.hello();
        if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) {
            let resumed = self.machine.applied() > 0;
            self.machine.handle(Input::Connected { hello: &hello, token: "test", resumed }, self.now);
        }
        self.settle();
    }

    /// Until there is nothing more to do: frames to the browser and its answers, tasks and their results.
    fn settle(&mut self) {
        loop {
            while let Some(output) = self.machine.poll(self.now) {
                self.carry_out(output);
            }
            if let Some(frame) = self.frames.pop_front() {
                self.receive(&frame);
            } else if let Some(message) = self.finished_task() {
                self.machine.handle(Input::Message(message), self.now);
            } else {
                return;
            }
        }
    }

    fn carry_out(&mut self, output: Output<P::Message>) {
        match output {
            Output::Transmit(frame) => self.frames.push_back(frame),
            Output::Effect(Effect::Spawn(task)) => self.tasks.push(task),
            Output::Effect(Effect::Publish { topic, message }) => self.published.push((topic, message)),
            Output::Effect(Effect::Error(report)) => self.errors.push(report),
            Output::Effect(Effect::Subscribe(_) | Effect::Unsubscribe(_))
            | Output::Commit(_)
            | Output::Close(_) => {}
        }
    }

    fn receive(&mut self, frame: &[u8]) {
        match self.client.receive(frame) {
            Ok(heard) => self.heard.extend(heard),
            Err(error) => panic!("the server sent a frame that makes no sense: {error:?}"),
        }
        while let Some(reply) = self.client.reply() {
            self.machine.handle(Input::Frame(&reply), self.now);
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

impl<P: Page> fmt::Debug for TestClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("machine", &self.machine)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use live_core::{Ctx, Event, RecoverableError, Redirect, View};
    use std::fmt::Write;

    struct Desk;

    impl Page for Desk {
        type State = Vec<String>;
        type Message = String;

        fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>) -> Result {
            s.state.push(ctx.query("from").ok_or_else(|| Redirect::to("/?from=here"))?.to_owned());
            ctx.subscribe("desk")?;
            ctx.spawn(async { "loaded".to_owned() })
        }

        fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
            view.title("Desk");
            view.page(|out| {
                Ok(out.write_str("<p data-lv-region=\"log\"></p><i data-lv-region=\"flash\"></i>")?)
            });
            view.region("log", |out| Ok(out.write_str(&s.state.join(" "))?));
            view.region("flash", |out| Ok(out.write_str(&s.flash.error.join(" "))?));
            Ok(())
        }

        fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>, e: &Event) -> Result {
            match e.name {
                "note" => s.state.push(e.get("text").unwrap_or_default().to_owned()),
                "later" => ctx.send_after("tick".to_owned(), Duration::from_secs(5)).map(drop)?,
                "tell" => ctx.publish("desk", "told".to_owned())?,
                "go" => s.push(Redirect::to("/there")),
                "no" => return Err(RecoverableError::new("No.").into()),
                "panic" => panic!("at the desk"),
                _ => return e.unknown(),
            }
            s.mark("log");
            Ok(())
        }

        fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
            s.state.push(message);
            s.mark("log");
            Ok(())
        }
    }

    #[test]
    fn a_page_is_tried_without_a_server() {
        assert_eq!(TestClient::open(Desk, "/").unwrap_err().redirect().unwrap().to, "/?from=here");
        let mut tab = TestClient::open(Desk, "/?from=there").unwrap();
        assert_eq!(
            (tab.title(), tab.html("log"), tab.topics()),
            ("Desk", Some("there loaded"), &["desk".to_owned()][..])
        );
        tab.submit("note", &[("text", "a")]);
        tab.click("later");
        tab.advance(Duration::from_secs(4));
        assert_eq!(tab.html("log"), Some("there loaded a"));
        tab.advance(Duration::from_secs(1));
        assert_eq!(tab.html("log"), Some("there loaded a tick"));
        tab.click("tell");
        assert_eq!(tab.published(), [("desk".to_owned(), "told".to_owned())]);
        tab.click("go");
        assert_eq!(tab.commands(), [Command::Redirect(Redirect::to("/there"))]);
        assert!(tab.commands().is_empty());
    }

    #[test]
    fn failures_leave_the_state_and_are_told() {
        let mut tab = TestClient::open(Desk, "/?from=x").unwrap();
        for name in ["no", "panic", "unknown"] {
            tab.click(name);
        }
        assert_eq!(
            tab.page_html(),
            "<p data-lv-region=\"log\">x loaded</p><i data-lv-region=\"flash\">No.</i>"
        );
        let errors: Vec<String> = tab.errors().iter().map(ToString::to_string).collect();
        assert!(errors.len() == 2 && errors[0].contains("at the desk"), "{errors:?}");
        tab.info("on".to_owned());
        tab.reconnect();
        tab.submit("note", &[("text", "again")]);
        assert_eq!(tab.html("log"), Some("x loaded on again"));
        assert_eq!(tab.session().state.len(), 4);
    }
}
