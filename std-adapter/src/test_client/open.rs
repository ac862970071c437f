//! How a page is opened for a test.

use std::collections::VecDeque;
use std::sync::Arc;

use live_core::client::Client;
use live_core::{Call, Config, Duration, Instant, Machine, NoCodec, Page, Pair, Request, Result, SessionId};
use matchit::Router;

use super::dom::Dom;
use super::patch::Patches;
use super::tasks::Tasks;
use super::{Checked, TestClient, sound};
use crate::form;
use crate::guard::CatchUnwind;

/// How long a call of a [`TestClient`] waits for tasks, if [`TestOptions`] say nothing else.
pub const TASK_LIMIT: Duration = Duration::from_secs(5);

/// How a [`TestClient`] treats the tasks of its page. It opens pages as [`TestClient`] does with the defaults:
///
/// ```
/// use std::fmt::Write;
/// use live_core::{Ctx, Page, Result, Session, View};
/// use live_std::TestOptions;
///
/// struct Report;
/// impl Page for Report {
///     type State = Option<String>;
///     type Message = String;
///     fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Self::State>) -> Result {
///         ctx.spawn(async { "42 pages".to_owned() })
///     }
///     fn render(&self, s: &Session<Self::State>, view: &mut View) -> Result {
///         view.page(|out| Ok(write!(out, "<p>{}</p>", s.state.as_deref().unwrap_or("Loading …"))?));
///         Ok(())
///     }
///     fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Self::State>, report: String) -> Result {
///         s.replace_state(Some(report));
///         Ok(())
///     }
/// }
///
/// let mut tab = TestOptions { hold_tasks: true, ..TestOptions::default() }.mount(Report)?;
/// assert_eq!(tab.element("p").text(), "Loading …");
/// tab.release_tasks();
/// assert_eq!(tab.element("p").text(), "42 pages");
/// # Ok::<(), live_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TestOptions {
    /// How long each call waits for the tasks that are under way, by the real clock; by default [`TASK_LIMIT`]. Past it
    /// the call panics, and names the tasks.
    pub task_limit: Duration,
    /// No task is run before [`TestClient::release_tasks`], not those of `mount` either; by default they all are.
    pub hold_tasks: bool,
}

impl Default for TestOptions {
    fn default() -> Self {
        Self { task_limit: TASK_LIMIT, hold_tasks: false }
    }
}

impl TestOptions {
    /// As [`TestClient::mount`].
    ///
    /// # Errors
    /// As there.
    #[track_caller]
    pub fn mount<P: Page>(self, page: P) -> Result<TestClient<P>> {
        self.open(page, "/")
    }

    /// As [`TestClient::open`].
    ///
    /// # Errors
    /// As there.
    #[track_caller]
    pub fn open<P: Page>(self, page: P, url: &str) -> Result<TestClient<P>> {
        self.with(page, request(url))
    }

    /// As [`TestClient::at`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Panics
    /// As there.
    #[track_caller]
    pub fn at<P: Page>(self, page: P, route: &str, url: &str) -> Result<TestClient<P>> {
        let request = request(url);
        let params = sound(params(route, &request.path));
        self.with(page, Request { params, ..request })
    }

    /// As [`TestClient::with`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Panics
    /// As there.
    #[track_caller]
    pub fn with<P: Page>(self, page: P, request: Request) -> Result<TestClient<P>> {
        let (page, request) = (Arc::new(page), Arc::new(request));
        let (id, now) = (SessionId::new([0; 16]), Instant::default());
        let machine = Machine::mount(page, NoCodec, CatchUnwind, id, request, config(), true, now)?;
        let mut tasks = Tasks::new(self.task_limit, self.hold_tasks);
        tasks.expect(&Call::Mount, machine.held_tasks());
        let mut tab = TestClient {
            machine,
            client: Client::new("test"),
            dom: Dom::default(),
            now,
            tasks,
            heard: Vec::new(),
            refused: 0,
            resets: Vec::new(),
            errors: Vec::new(),
            published: Vec::new(),
            followed: Vec::new(),
            patches: Patches::default(),
            frames: VecDeque::new(),
        };
        // The first response waits for the tasks of `mount`, and may be a redirect.
        let settled = tab.settle();
        if let Some(redirect) = tab.machine.redirect() {
            return Err(redirect.clone().into());
        }
        sound(settled);
        sound(tab.connect(false));
        sound(tab.rendered());
        // A browser has the first page from the response.
        tab.patches.take();
        Ok(tab)
    }
}

fn request(url: &str) -> Request {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Request {
        path: path.to_owned(),
        query: form::query(query).expect("a query of few fields"),
        ..Request::default()
    }
}

/// A path's parameters.
fn params(route: &str, path: &str) -> Checked<Vec<Pair>> {
    let mut router = Router::new();
    router.insert(route, ()).map_err(|error| format!("`{route}` is no route: {error}"))?;
    let found = router.at(path).map_err(|_| format!("the path `{path}` doesn't fit the route `{route}`"))?;
    Ok(crate::engine::params(found.params.iter()))
}

/// What the sessions of tests run by.
fn config() -> Config {
    Config { dev: true, ..Config::default() }
}
