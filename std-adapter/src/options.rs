//! What a program may choose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use live_core::{ErrorReport, SessionId, limits};

use crate::auth::{Auth, Csrf};
use crate::layout::{DefaultLayout, Layout};
use crate::metrics::Metrics;
use crate::notice::Notice;
use crate::proxies::{Proxies, ProxyHeader};
use crate::pubsub::{InmemPubSub, PubSub};
use crate::secret::Keys;
use crate::store::{MemoryStore, SessionStore};

/// Every option, each with a default that is safe.
#[derive(Clone)]
pub struct Options {
    /// Development: errors are shown in the browser, which also may speak JSON. After each start tokens are signed anew, whatever
    /// [`keys`](Self::keys) say, so that open pages load again. Under `live-smol` a program that cargo has started is built again when
    /// its files change, and replaced by the new build. Never on a public server. Default: no.
    pub dev: bool,
    /// The URL that people open, such as `https://example.com`: its host is answered and its origin may connect. Where it is
    /// `https`, cookies are `Secure`. Default: none, so that only `localhost`, `127.0.0.1` and `[::1]` are answered.
    pub public_url: Option<String>,
    /// Further hosts that are answered, such as `www.example.com`; `*.example.com` are all below that domain. Their pages may connect where they are opened
    /// in the same way as [`public_url`](Self::public_url), which is to say by its scheme and port. Each host has cookies of its own. Default: none.
    pub hosts: Vec<String>,
    /// The path of the application, such as `/app`, if it shares its host with others. Routes, pages and assets are declared without it. Requests may come with or
    /// without it, so a proxy may keep or remove it. The server adds it to the URLs of scripts, assets and the WebSocket, and to cookies. The application adds it to its own
    /// links and redirects, by [`Request::url`](live_core::Request::url) or [`Session::url`](live_core::Session::url). Default: none.
    pub path_prefix: String,
    /// Origins of other sites that may connect, such as `https://partner.example`. Default: none.
    pub allowed_origins: Vec<String>,
    /// Addresses of reverse proxies, ranges of them, and `unix` for whoever comes by a Unix socket: they are believed about whom they speak for. Default: none.
    pub trusted_proxies: Vec<Proxies>,
    /// Which header tells that. Default: `X-Forwarded-For`, or else `Forwarded`.
    pub proxy_header: ProxyHeader,
    /// What tokens are signed with. Default: a random key, so that pages load again after a restart; [`Keys::from_file`] keeps it.
    pub keys: Keys,
    /// Finds out who asks. Default: none; who is logged in is what the server's middleware says.
    pub auth: Option<Auth>,
    /// How forms are guarded against other sites. Default: by a token that only the page's own forms have.
    pub csrf: Csrf,
    /// Says how often a user's rights have changed. A token of another number is no longer good. Default: always 0.
    pub auth_epoch: Option<AuthEpoch>,
    /// The bus between sessions. Default: [`InmemPubSub`].
    pub pubsub: Arc<dyn PubSub>,
    /// Where sessions are kept. Default: [`MemoryStore`], which leaves them in the server's own memory. With the feature `redb` there
    /// is `RedbStore`: a file, from which sessions go on after a restart, as long as [`Options::keys`] outlive it, too.
    pub session_store: Arc<dyn SessionStore>,
    /// How long a store keeps a session after its last sign of life, at least. While a browser is connected, its record is prolonged each
    /// third of this time, by four thirds of it; so the record ends between once and four thirds of this time after the connection. Where
    /// [`grace`](Self::grace) is longer, that counts instead. Default: 30 minutes.
    pub session_timeout: Duration,
    /// How long a session stays in the server's memory after its connection ended. Default: 60 s.
    pub grace: Duration,
    /// How long nothing happens to a session until its HTML leaves memory; it is rendered again when it is needed. Default: 30 s.
    pub rest_after: Duration,
    /// How long until its state leaves memory for the store, and comes back when it is needed: it hibernates. Default: 5 minutes.
    pub hibernate_after: Duration,
    /// How many sessions may be in memory with their states; beyond, those hibernate that nothing has happened to for the longest, within
    /// seconds. Default: 20,000.
    pub max_awake: usize,
    /// How long a token is good for. Each connection renews it, and so does one that lasts, each half of this time; unless the user's
    /// [`auth_epoch`](Self::auth_epoch) has changed, which closes it. Default: 24 hours.
    pub token_lifetime: Duration,
    /// How often a silent connection is pinged; two and a half times that without an answer end it. Default: 30 s.
    pub heartbeat_interval: Duration,
    /// How long a new connection may take to say who it is. Default: 5 s.
    pub hello_timeout: Duration,
    /// How long the first response waits for the tasks that `mount` spawned, and for what their results lead to; and
    /// how long a browser that connects does, for those of the session's own `mount`. Default: 2 s.
    pub mount_timeout: Duration,
    /// How long a call of page code may take until it is logged and counted (`live_slow_calls_total`), while it still runs: it keeps a thread from
    /// everybody else. [`Duration::MAX`]: for ever. Default: 1 s.
    pub slow_call_after: Duration,
    /// The largest message from a browser, in bytes, over all its fragments. The browser knows it: what is larger it doesn't send, and says so. Default:
    /// 64 KB.
    pub max_message_size: usize,
    /// The most region HTML that one session may hold, in bytes. Default: 1 MB.
    pub max_region_bytes: usize,
    /// The most bytes that a session's encoded state may have. Default: 256 KB.
    pub max_state: usize,
    /// How many bytes of HTML all sessions together may hold; beyond, those let go of theirs that nothing has happened to for the longest, within
    /// seconds, and render it again when it is needed. Default: 256 MB.
    pub max_html_bytes: usize,
    /// The most bytes of shared regions ([`View::shared`](live_core::View::shared)); what nobody looks at goes first. Default: 64 MB.
    pub max_shared_bytes: usize,
    /// The most sessions in memory, also those of which the state is in the store. Default: 100,000.
    pub max_sessions: usize,
    /// The most connections from one address; of IPv6, from one network of 64 bits. Whole companies and mobile networks may have one, so this is for
    /// what no crowd does. Whoever comes by a Unix socket has none, unless a trusted proxy tells it. Default: 10,000.
    pub max_connections_per_ip: usize,
    /// How many events a second one session may send for long (rule S10), by however many connections. Past it nothing is read for a
    /// while; who goes on for 10 s is closed. Default: 20.
    pub event_rate: u32,
    /// How many events it may send at once. Default: 60.
    pub event_burst: u32,
    /// How many events a second all sessions of one browser may send for long, those that have ended and those started anew included. Never less
    /// than [`event_rate`](Self::event_rate). Default: 100.
    pub browser_event_rate: u32,
    /// How many events they may send at once. Never less than [`event_burst`](Self::event_burst). Default: 300.
    pub browser_event_burst: u32,
    /// How many browsers a second may join a session for long, new ones and those that come back; others are told when to try again (rule R14).
    /// Default: 1000.
    pub admission_rate: u32,
    /// How many may at once. Default: 2000.
    pub admission_burst: u32,
    /// How long a server that gets SIGTERM goes on as before, but for `/healthz`, which answers 503, and connections, which are closed behind their
    /// answers: so that a balancer sends nobody new by the time that it drains. Default: zero.
    pub drain_delay: Duration,
    /// Over how much time the browsers of a server that gets SIGTERM spread when they come back, 30 s at most (rule R13). For where a successor
    /// listens by then; the server may then take 45 s to end. Default: zero, with which it ends within a second.
    pub drain_spread: Duration,
    /// The document around the pages. Default: [`DefaultLayout`].
    pub layout: Arc<dyn Layout>,
    /// Other documents for pages that ask for them, by the names that they say to
    /// [`View::layout`](live_core::View::layout). Default: none.
    pub layouts: BTreeMap<&'static str, Arc<dyn Layout>>,
    /// What people are told when the connection is away. Default: English texts.
    pub notice: Notice,
    /// More directives for the content security policy, such as `font-src https://fonts.example`. Sources are added to the directive's existing ones, or to those that it
    /// inherits, as `font-src` does from `default-src`; `'none'` replaces them. Default: none.
    pub content_security_policy: String,
    /// Whether responses are compressed ([`compress`](fn@crate::compress)). Turn it off if a proxy compresses. Default: yes.
    pub compress: bool,
    /// Counts what the server does; its text is then served at `/metrics`, to whoever asks, so let a proxy guard that path.
    /// Default: none.
    pub metrics: Option<Arc<Metrics>>,
    /// Called with each error of page code but those that the user was told of
    /// ([`RecoverableError`](live_core::RecoverableError)). Default: writes to the log.
    pub on_error: ErrorHook,
    /// Called when a browser has connected to a session that wasn't in this server's memory: a new one, or one that the store has kept.
    /// Default: nothing.
    pub on_session_start: Option<SessionHook>,
    /// Called when a session has left this server's memory, [`Options::grace`] after its last connection; once for each call of
    /// `on_session_start`. A store may keep its record for longer. Default: nothing.
    pub on_session_end: Option<SessionHook>,
}

/// See [`Options::auth_epoch`]: from a user's id to a number.
pub type AuthEpoch = Arc<dyn Fn(&str) -> u64 + Send + Sync>;

/// See [`Options::on_error`].
pub type ErrorHook = Arc<dyn Fn(&SessionInfo<'_>, &ErrorReport) + Send + Sync>;

/// See [`Options::on_session_start`].
pub type SessionHook = Arc<dyn Fn(&SessionInfo<'_>) + Send + Sync>;

/// What a hook is told about a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionInfo<'a> {
    /// Its id; a secret, of which `Debug` shows a part only.
    pub id: SessionId,
    /// The path of its page.
    pub path: &'a str,
    /// Who is logged in.
    pub user_id: Option<&'a str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dev: false,
            public_url: None,
            hosts: Vec::new(),
            path_prefix: String::new(),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            keys: Keys::default(),
            auth: None,
            csrf: Csrf::default(),
            auth_epoch: None,
            pubsub: Arc::new(InmemPubSub::new()),
            session_store: Arc::new(MemoryStore::new()),
            session_timeout: Duration::from_secs(30 * 60),
            grace: Duration::from_secs(60),
            rest_after: Duration::from_secs(30),
            hibernate_after: Duration::from_secs(5 * 60),
            max_awake: 20_000,
            token_lifetime: Duration::from_secs(24 * 60 * 60),
            heartbeat_interval: Duration::from_secs(30),
            hello_timeout: Duration::from_secs(5),
            mount_timeout: Duration::from_secs(2),
            slow_call_after: Duration::from_secs(1),
            max_message_size: limits::MAX_MESSAGE,
            max_region_bytes: limits::MAX_REGION_BYTES,
            max_state: limits::MAX_STATE,
            max_html_bytes: 256 << 20,
            max_shared_bytes: 64 << 20,
            max_sessions: 100_000,
            max_connections_per_ip: 10_000,
            event_rate: 20,
            event_burst: 60,
            browser_event_rate: 100,
            browser_event_burst: 300,
            admission_rate: limits::ADMISSION_RATE,
            admission_burst: limits::ADMISSION_BURST,
            drain_delay: Duration::ZERO,
            drain_spread: Duration::ZERO,
            layout: Arc::new(DefaultLayout::default()),
            layouts: BTreeMap::new(),
            notice: Notice::default(),
            content_security_policy: String::new(),
            compress: true,
            metrics: None,
            on_error: Arc::new(log_error),
            on_session_start: None,
            on_session_end: None,
        }
    }
}

/// The most characters of an error in the log (rule S14).
const MAX_LOGGED: usize = 1000;

/// An error may repeat what a browser sent, so it is escaped and cut.
fn log_error(session: &SessionInfo<'_>, report: &ErrorReport) {
    let error: String = report.to_string().escape_debug().take(MAX_LOGGED).collect();
    crate::log!(error, path = session.path, session = ?session.id, "{error}");
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("dev", &self.dev)
            .field("public_url", &self.public_url)
            .field("allowed_origins", &self.allowed_origins)
            .finish_non_exhaustive()
    }
}
