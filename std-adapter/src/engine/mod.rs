//! The driver of sessions: everything between HTTP and the core's machines, for any runtime and any HTTP server.
//!
//! [`Engine`] says what an embedding does.

mod alarms;
mod allowance;
mod bucket;
mod calls;
mod clock;
mod connection;
mod direct;
mod drain;
mod end;
mod failure;
mod get;
mod held;
mod join;
mod live;
mod lock;
mod mailbox;
mod notices;
mod notify;
mod outdated;
mod outputs;
mod pages;
mod peers;
mod plain;
mod post;
mod records;
mod refusals;
mod registry;
mod renew;
mod respond;
mod rest;
mod runtime;
mod seated;
mod serve;
mod slot;
mod slow;
mod start;
mod step;
mod streams;
mod tasks;
mod upgrade;
mod watchdog;

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, Weak};

use http::HeaderMap;
use live_core::{Admission, Config, ErrorReport, Instant, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Access;
use crate::assets::{self, Assets, InvalidAssets, Mounts};
use crate::clock::Clock;
use crate::cookie;
use crate::entropy;
use crate::guard::CatchUnwind;
use crate::invalid::InvalidOption;
use crate::metrics::Metrics;
use crate::nonced::Nonced;
use crate::options::{Options, SessionInfo};
use crate::policy::Policy;
use crate::prefix::Prefix;
use crate::pubsub::PubSub;
use crate::secret::Keys;
use crate::token::{Signer, cookie_hash};
use alarms::Alarms;
use allowance::{Allowance, Browsers};
use bucket::Limit;
use calls::Calls;
pub use connection::{Connection, Incoming, Outgoing};
pub use direct::Direct;
use drain::Drain;
use live::Typed;
use notify::Bulletin;
use outdated::Outdated;
use pages::Pages;
pub use pages::{InvalidRoute, params};
use peers::Peers;
pub use plain::Markup;
use refusals::Refusals;
use registry::Registry;
pub use respond::{Answer, MAX_BODY, Reply, not_allowed};
pub use runtime::{Runtime, caught};
use slot::Slot;
use streams::{PageStreams, StreamStore};
pub use upgrade::{Protocol, Refused, SOCKET, Upgrade, Visitor};
use watchdog::Watchdog;

/// The pages while they are being collected.
#[derive(Default)]
pub struct EngineBuilder {
    pages: Pages,
    assets: Mounts,
}

/// Pages, sessions, and what they share. A server of any kind does this for it:
///
/// 1. gives [`EngineBuilder::start`] its [`Runtime`];
/// 2. lets [`intercept`](Self::intercept) look at each request, for routes of its own as well, [`strip_prefix`](Self::strip_prefix) make its URL one of
///    the application's, and [`compress`](Self::compress) change the response;
/// 3. hands what it has no route for to [`reply`](Self::reply), with the peer that [`client`](Self::client) says;
/// 4. where that lets a handshake in, runs a [`Connection`];
/// 5. calls [`drain`](Self::drain) and waits for its connections to end, and for [`drained`](Self::drained), before it ends itself.
///
/// `live-smol` and `examples/embed-axum` are two such servers.
pub struct Engine {
    /// For tasks that don't keep it.
    me: Weak<Self>,
    options: Options,
    /// The element of the options' notice.
    notice: String,
    /// Gives the browser's runtime the prefix, if it isn't empty.
    base_attribute: String,
    /// What a live page has in its `<head>`.
    head: Nonced,
    access: Access,
    cookie: &'static str,
    signer: Signer,
    pages: Pages,
    assets: Mounts,
    prefix: Prefix,
    policy: Policy,
    /// By the number of the page.
    streams: Vec<Arc<PageStreams>>,
    registry: Arc<Registry>,
    calls: Arc<Calls>,
    _watchdog: Watchdog,
    peers: Arc<Peers>,
    browsers: Browsers,
    alarms: Alarms,
    bulletin: Bulletin,
    /// Another one after each start.
    start: String,
    /// Tokens end by it, too, so that none does because the wall clock is set.
    clock: Clock,
    runtime: Arc<dyn Runtime>,
    connections: AtomicU64,
    admission: Mutex<Admission>,
    drain: Drain,
    outdated: Outdated,
    refusals: Refusals,
}

/// A browser, by its cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserId(String);

impl EngineBuilder {
    /// Serves `page` where a path matches `route`, such as `/chat/{room}`.
    ///
    /// # Errors
    /// Where the route is malformed, or another one matches the same paths.
    pub fn page<P>(&mut self, route: &str, page: P) -> Result<(), InvalidRoute>
    where
        P: Page,
        P::State: Serialize + DeserializeOwned,
        P::Message: Serialize + DeserializeOwned,
    {
        self.pages.add(route, Arc::new(Typed::new(page)))
    }

    /// Serves files below `path`, such as `/assets`. Pages and their layouts have the files' URLs by [`Shell::asset`](crate::Shell::asset), and by
    /// [`Assets::url`] of a copy of the handle. Where two have a file of a name, the first counts.
    ///
    /// # Errors
    /// If the path is invalid, the directory can't be read, or the files are mounted already.
    pub fn assets(&mut self, path: &str, assets: impl Into<Assets>) -> Result<(), InvalidAssets> {
        self.assets.add(path, assets.into())
    }

    /// The engine, and its clock's task on `runtime`.
    ///
    /// # Errors
    /// If one of the [`Options`] has an invalid value.
    pub fn start(self, options: Options, runtime: Arc<dyn Runtime>) -> Result<Arc<Engine>, InvalidOption> {
        self.start_by(Clock::start(), options, runtime)
    }

    fn start_by(
        self,
        clock: Clock,
        options: Options,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Arc<Engine>, InvalidOption> {
        // After a restart in dev mode pages load again, since their scripts may be others.
        let keys = if options.dev { Keys::default() } else { options.keys.clone() };
        let access = Access::new(options.public_url.as_deref(), &options.hosts, &options.allowed_origins)?;
        let (prefix, policy) =
            (Prefix::new(&options.path_prefix)?, Policy::new(&options.content_security_policy)?);
        self.assets.start(&prefix)?;
        let (registry, calls) = (Arc::<Registry>::default(), Arc::<Calls>::default());
        let watchdog = Watchdog::start(&options, calls.clone(), registry.clone());
        let engine = Arc::new_cyclic(|engine| {
            let streams = StreamStore::new(options.pubsub.clone(), engine.clone(), options.max_shared_bytes);
            Engine {
                me: engine.clone(),
                cookie: cookie::name(access.is_https()),
                signer: Signer::new(&keys),
                access,
                admission: Mutex::new(Admission::new(options.admission_rate, options.admission_burst)),
                streams: (0..self.pages.len()).map(|page| PageStreams::new(&streams, page)).collect(),
                notice: options.notice.to_string(),
                base_attribute: base_attribute(&prefix),
                head: get::head(&prefix, options.dev),
                options,
                pages: self.pages,
                assets: self.assets,
                prefix,
                policy,
                _watchdog: watchdog,
                registry,
                calls,
                peers: Arc::default(),
                browsers: Browsers::default(),
                alarms: Alarms::default(),
                bulletin: Bulletin::default(),
                start: entropy::text(),
                clock,
                runtime,
                connections: AtomicU64::new(0),
                drain: Drain::default(),
                outdated: Outdated::default(),
                refusals: Refusals::default(),
            }
        });
        clock::keep_time(&engine);
        Ok(engine)
    }
}

impl Engine {
    /// The options that it was started with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The allow-lists of hosts and origins.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The bus, for messages from outside the pages.
    pub fn pubsub(&self) -> &Arc<dyn PubSub> {
        &self.options.pubsub
    }

    /// How many sessions are in memory.
    pub fn sessions(&self) -> usize {
        self.registry.len()
    }

    /// Whether a page's route matches the path.
    pub fn has_page(&self, path: &str) -> bool {
        self.pages.find(path).is_some()
    }

    /// The browser that a request comes from, if it says so.
    pub fn browser(&self, headers: &HeaderMap) -> Option<BrowserId> {
        cookie::find(headers, self.cookie).map(|cookie| BrowserId(cookie.to_owned()))
    }

    /// A new cookie for a browser in which somebody logs in or out, as the value of a `Set-Cookie` header. The tokens of all its pages and
    /// forms are void from now on; its sessions end, and their pages are loaded again.
    pub fn new_csrf(&self, browser: Option<BrowserId>) -> String {
        if let Some(BrowserId(cookie)) = browser {
            for slot in self.registry.of_browser(cookie_hash(&cookie)) {
                self.drop_session(&slot);
            }
        }
        cookie::set(self.cookie, &entropy::text(), self.access.is_https())
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    /// What a new session of this browser may send.
    fn allowance(&self, cookie: [u8; 16]) -> Allowance {
        let Options { event_rate, event_burst, browser_event_rate, browser_event_burst, .. } = self.options;
        let session = Limit::new(event_rate, event_burst);
        let browser = Limit::new(browser_event_rate.max(event_rate), browser_event_burst.max(event_burst));
        let now = self.now();
        Allowance::new(session, self.browsers.bucket(cookie, browser, now), now)
    }

    fn config(&self, deltas: bool) -> Config {
        Config {
            dev: self.options.dev,
            durable: !self.options.session_store.is_volatile(),
            deltas,
            heartbeat: self.options.heartbeat_interval,
            max_region_bytes: self.options.max_region_bytes,
            max_state: self.options.max_state,
            max_message: self.options.max_message_size,
            version: assets::VERSION,
            nonce: entropy::nonce(),
            ..Config::default()
        }
    }

    fn report(&self, session: &SessionInfo<'_>, report: &ErrorReport) {
        self.count(|metrics| metrics.error(&report.call));
        hook(|| (self.options.on_error)(session, report));
    }

    /// Counts something, if anybody counts.
    fn count(&self, what: impl FnOnce(&Metrics)) {
        if let Some(metrics) = &self.options.metrics {
            what(metrics);
        }
    }

    /// The session has no connection any more; it waits for the next one.
    fn detached(&self, slot: &Slot, count: u64) {
        self.registry.wait(slot.id, count, self.now() + self.options.grace);
    }
}

/// Follows the token in the root element: it closes that attribute, and leaves its own open.
fn base_attribute(prefix: &Prefix) -> String {
    match prefix.as_str() {
        "" => String::new(),
        path => format!("\" data-lv-base=\"{path}"),
    }
}

/// Calls code of the application, of which a panic may stop nothing else.
fn hook(call: impl FnOnce()) {
    if let Err(panicked) = CatchUnwind.catch(call) {
        crate::log!(error, %panicked, "a hook");
    }
}

/// Without the cookie, which is a secret.
impl fmt::Debug for BrowserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserId(…)")
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder").finish_non_exhaustive()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("sessions", &self.sessions()).finish_non_exhaustive()
    }
}
