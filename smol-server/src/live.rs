//! The server's public face.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use live_core::Page;
use live_std::{Assets, EngineBuilder, Options, PubSub};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::address::Address;
use crate::app::App;
use crate::dev::Dev;
use crate::error::Error;
use crate::executor::Workers;
use crate::handler::{self, Endpoint, Handler, Layer, Next};
use crate::http::HttpLimits;
use crate::listen::Listener;
use crate::request::Request;
use crate::response::Response;
use crate::routes::Routes;
use crate::server::Server;
use crate::signals;
use crate::tls::Tls;

/// A server of live pages while it is being put together.
///
/// ```no_run
/// use live_smol::prelude::*;
///
/// # struct Home;
/// # impl Page for Home {
/// #     type State = ();
/// #     type Message = ();
/// #     fn render(&self, _: &Session<()>, _: &mut View) -> Result { Ok(()) }
/// # }
/// fn main() -> std::result::Result<(), live_smol::Error> {
///     Live::new(Options::default())
///         .page("/", Home)
///         .get("/healthz", |_: Request| async { "ok" })
///         .run("127.0.0.1:3000")
/// }
/// ```
pub struct Live {
    options: Options,
    pages: EngineBuilder,
    routes: Routes,
    fallback: Option<Endpoint>,
    layers: Vec<Layer>,
    http: HttpLimits,
    tls: Option<Tls>,
    error: Option<Error>,
}

impl Live {
    /// A server without pages.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            pages: EngineBuilder::default(),
            routes: Routes::default(),
            fallback: None,
            layers: Vec::new(),
            http: HttpLimits::default(),
            tls: None,
            error: None,
        }
    }

    /// Serves a live page where a path matches `route`, such as `/chat/{room}`. A route that can't be is an error of
    /// [`bind`](Self::bind).
    pub fn page<P>(mut self, route: &str, page: P) -> Self
    where
        P: Page,
        P::State: Serialize + DeserializeOwned,
        P::Message: Serialize + DeserializeOwned,
    {
        let added = self.pages.page(route, page);
        self.check(added.map_err(Error::from))
    }

    /// Answers GET, and HEAD, where a path matches `route`.
    pub fn get(self, route: &str, handler: impl Handler) -> Self {
        self.route(Method::GET, route, handler)
    }

    /// Answers POST where a path matches `route`.
    pub fn post(self, route: &str, handler: impl Handler) -> Self {
        self.route(Method::POST, route, handler)
    }

    /// Answers a method where a path matches `route`.
    pub fn route(mut self, method: Method, route: &str, handler: impl Handler) -> Self {
        let added = self.routes.add(method, route, handler::endpoint(handler));
        self.check(added.map_err(|reason| Error::Route { route: route.to_owned(), reason }))
    }

    /// Answers requests that no route, file or page matches. Default: status 404 and a line of text.
    pub fn fallback(mut self, handler: impl Handler) -> Self {
        self.fallback = Some(handler::endpoint(handler));
        self
    }

    /// Serves files of a directory, or embedded files, below `path`. Routes come first, then files, then pages.
    ///
    /// ```
    /// use live_smol::prelude::*;
    ///
    /// let style = Assets::embedded([("app.css", "body { margin: 0 }")]);
    /// let layout = DefaultLayout { stylesheets: vec!["app.css".into()], ..DefaultLayout::default() };
    /// let options = Options { layout: std::sync::Arc::new(layout), ..Options::default() };
    /// let live = Live::new(options).assets("/assets", style);
    /// # let _ = live;
    /// ```
    ///
    /// See [`Assets`] for names, and the guide's chapter [`files`](crate::guide::files).
    pub fn assets(mut self, path: &str, assets: impl Into<Assets>) -> Self {
        let added = self.pages.assets(path, assets);
        self.check(added.map_err(Error::from))
    }

    /// Runs `middleware` around every page, route and WebSocket handshake. What is added later runs first.
    pub fn with<F, Fut>(mut self, middleware: F) -> Self
    where
        F: Fn(Request, Next) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Response> + Send + 'static,
    {
        self.layers.push(handler::layer(middleware));
        self
    }

    /// Sets the limits of HTTP connections.
    pub fn http(mut self, limits: HttpLimits) -> Self {
        self.http = limits;
        self
    }

    /// Speaks TLS. A request without is answered with an error.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The bus, for messages from outside the pages.
    pub fn pubsub(&self) -> Arc<dyn PubSub> {
        self.options.pubsub.clone()
    }

    /// Starts to serve at an [`Address`], on threads of its own, until the [`Server`] is dropped.
    ///
    /// # Errors
    /// A route or an option that can't be, an address that can't be listened on.
    pub fn bind(self, address: impl Into<Address>) -> Result<Server, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let listener = Listener::open(&address.into())?;
        let workers = Workers::start().map_err(Error::Start)?;
        let engine = self.pages.start(self.options, Arc::new(workers.spawner()))?;
        let app = App {
            engine,
            routes: self.routes,
            fallback: self.fallback,
            layers: self.layers.into(),
            http: self.http,
            tls: self.tls,
        };
        Server::start(listener, Arc::new(app), workers).map_err(Error::Start)
    }

    /// Serves until the process gets SIGINT, SIGHUP or SIGTERM, then lets every session commit, answers what is under way, closes every connection and
    /// returns within a second; after SIGTERM with [`Options::drain_spread`], and not in dev mode, within 45 s, [`Options::drain_delay`] later. A second
    /// signal ends the process at once. A process for which SIGHUP is ignored, as by `nohup`, goes on ignoring it.
    /// With [`Options::dev`] it also returns into a new build of the program when its files change.
    ///
    /// If `NOTIFY_SOCKET` is set, as by systemd, it notifies the service manager that it is ready, how many sessions it has, that it isn't stuck (`WATCHDOG_USEC`), and
    /// that it is stopping: sd_notify(3).
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn run(self, address: impl Into<Address>) -> Result<(), Error> {
        self.run_with(address, |_| ())
    }

    /// [`run`](Self::run), and calls `started` once the server listens: to print its address, say.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn run_with(self, address: impl Into<Address>, started: impl FnOnce(&Server)) -> Result<(), Error> {
        let address = address.into();
        let (delay, spread) = match self.options.dev {
            true => (Duration::ZERO, Duration::ZERO),
            false => (self.options.drain_delay, self.options.drain_spread),
        };
        let signals = signals::listen().map_err(Error::Start)?;
        if let Some(dev) = self.options.dev.then(Dev::of_cargo).flatten() {
            return dev.run(self, address, started, signals);
        }
        let mut server = self.bind(address)?;
        server.attend();
        started(&server);
        if signals.wait() {
            server.retire(delay);
            server.drain(spread);
        } else {
            server.shutdown();
        }
        Ok(())
    }

    /// The first error counts.
    fn check(mut self, result: Result<(), Error>) -> Self {
        self.error = self.error.or(result.err());
        self
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("options", &self.options).finish_non_exhaustive()
    }
}
