//! The one door for HTTP: a request in, a reply out, for any server.

use http::header::{
    ALLOW, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};

use super::refusals::Refusal;
use super::start::START;
use super::{Engine, Refused, SOCKET, Upgrade, Visitor};
use crate::access::Denied;
use crate::assets;
use crate::assets::runtime::{DEV, RUNTIME, Script};
use crate::body::Body;
use crate::compress::{self, AcceptEncoding};
use crate::headers;
use crate::metrics::Metrics;

/// An HTTP response. Length and date are the server's to add, and so is leaving out the body of an answer to HEAD.
pub type Answer = Response<Body>;

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// This is the answer.
    Response(Answer),
    /// It asks for a WebSocket, and may have it. The answer with status 101, and with the subprotocol's [name](super::Protocol::name), is the server's
    /// to write; a [`Connection`](super::Connection) follows.
    Upgrade(Box<Upgrade>, Request<Body>),
    /// The engine has nothing at this path. Whoever has nothing there either answers 404.
    NotMine(Request<Body>),
}

/// The most bytes of a request's body that a server should take in.
pub const MAX_BODY: usize = 1024 * 1024;

impl Engine {
    /// Makes a request's URL one of the application's, as routes have it: without [`Options::path_prefix`](crate::Options::path_prefix).
    pub fn strip_prefix(&self, uri: &mut Uri) {
        self.prefix.strip(uri);
    }

    /// The URL, for links and redirects, of a path of the application: as [`Request::url`](live_core::Request::url).
    pub fn url(&self, path: &str) -> String {
        self.prefix.url(path)
    }

    /// Compresses a response as its request accepts it, unless [`Options::compress`](crate::Options::compress) forbids that: see
    /// [`compress`](fn@crate::compress). For every response, those of the application's own routes, too.
    pub fn compress(
        &self,
        accept: AcceptEncoding,
        status: StatusCode,
        headers: &mut HeaderMap,
        body: Body,
    ) -> Body {
        if self.options.compress { compress::compress(accept, status, headers, body) } else { body }
    }

    /// What is answered before any route of the application's own: requests for other hosts, those of other sites that would change something (rule
    /// S1), and what is at paths that are the engine's, whoever asks: the browser's runtime, and the numbers of
    /// [`Options::metrics`](crate::Options::metrics). `/healthz` and `/metrics` answer for any host. While the server [drains](Self::drain), `/healthz`
    /// answers 503 in the place of the application's own, so that no proxy sends it anybody new.
    pub async fn intercept(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Answer> {
        match self.admit(method, uri, headers) {
            Ok(()) if uri.path() == "*" => Some(about_all()),
            Ok(()) => self.builtin(method, uri, headers).await,
            Err(denied) => {
                self.refused(denied.refusal(), &denied);
                Some(denied.into())
            }
        }
    }

    /// Answers a request that wasn't [intercepted](Self::intercept): a file, a page, a form that a page has posted, of at most [`MAX_BODY`] bytes, or the
    /// WebSocket at [`SOCKET`].
    pub async fn reply(&self, request: Request<Body>, visitor: Visitor) -> Reply {
        if request.uri().path() == SOCKET {
            return match self.upgrade(request.method(), request.headers(), visitor) {
                Ok(upgrade) => Reply::Upgrade(Box::new(upgrade), request),
                Err(refused) => {
                    self.refused(refused.refusal(), &refused);
                    Reply::Response(refused.into())
                }
            };
        }
        match self.assets.find(request.uri().path()).await {
            Ok(None) => {}
            Ok(Some((found, for_good))) => {
                let (method, headers) = (request.method(), request.headers());
                return Reply::Response(Box::pin(self.file(found, for_good, method, headers)).await);
            }
            Err(error) => {
                crate::log!(error, path = request.uri().path(), %error, "an asset can't be read");
                let unreadable = "The file can't be read at the moment.\n";
                return Reply::Response(plain(StatusCode::SERVICE_UNAVAILABLE, unreadable));
            }
        }
        if !self.has_page(request.uri().path()) {
            return Reply::NotMine(request);
        }
        let (head, body) = request.into_parts();
        let page = match head.method {
            Method::GET | Method::HEAD => self.page(&head.uri, &head.headers, visitor).await,
            Method::POST => self.submit(&head.uri, &head.headers, visitor, body).await,
            _ => return Reply::Response(not_allowed("GET, HEAD, POST")),
        };
        match page {
            Some(page) => Reply::Response(page.map(Body::from)),
            None => Reply::NotMine(Request::from_parts(head, Body::default())),
        }
    }

    /// # Errors
    /// [`Denied`], which turns into the [`Answer`].
    fn admit(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Denied> {
        if !matches!(uri.path(), "/healthz" | "/metrics") {
            // A request may name its host in the target, too: RFC 9112, section 3.2.2.
            let authority = uri.authority().map(|authority| authority.as_str());
            let host = text(headers, HOST);
            if let Some(authority) = authority {
                self.access.check_host(Some(authority))?;
            }
            if authority.is_none() || host.is_some() {
                self.access.check_host(host)?;
            }
        }
        match headers.get(ORIGIN) {
            Some(origin) if !method.is_safe() => self.access.check_origin(origin.to_str().ok()),
            _ => Ok(()),
        }
    }

    async fn builtin(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Answer> {
        let answer = match (uri.path(), &self.options.metrics) {
            ("/metrics", Some(metrics)) => of(StatusCode::OK, Metrics::CONTENT_TYPE, metrics.to_text()),
            ("/healthz", _) if !self.is_ready() => {
                plain(StatusCode::SERVICE_UNAVAILABLE, "The server is about to end.\n")
            }
            (START, _) if self.options.dev => plain(StatusCode::OK, self.start.clone()),
            (path, _) => {
                let script = self.script_at(path)?;
                // Boxed: otherwise the future of every request would be as large as this one.
                Box::pin(self.file(script.found(), script.is_named(uri.query()), method, headers)).await
            }
        };
        let read = matches!(*method, Method::GET | Method::HEAD);
        Some(if read { answer } else { not_allowed("GET, HEAD") })
    }

    fn script_at(&self, path: &str) -> Option<&'static Script> {
        let served: [(&'static Script, bool); 2] = [(&RUNTIME, true), (&DEV, self.options.dev)];
        served
            .into_iter()
            .find(|(script, is_served)| *is_served && script.path == path)
            .map(|(script, _)| script)
    }

    /// The answer to a request for a file. Under a URL with its version in it a browser may keep it for good.
    async fn file(
        &self,
        found: assets::Found,
        for_good: bool,
        method: &Method,
        headers: &HeaderMap,
    ) -> Answer {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return not_allowed("GET, HEAD");
        }
        let accept =
            if self.options.compress { AcceptEncoding::of(headers) } else { AcceptEncoding::default() };
        assets::respond(found, for_good, accept, method, headers).await
    }
}

/// The answer to `OPTIONS *`, which asks about the server: RFC 9110, section 9.3.7.
fn about_all() -> Answer {
    let mut answer = Response::new(Body::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// The answer to a method that a path doesn't have; `allowed` lists those that it has.
pub fn not_allowed(allowed: &str) -> Answer {
    let told = format!("This address answers {allowed} only.\n");
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, told);
    headers::set(answer.headers_mut(), ALLOW, allowed);
    answer
}

impl Denied {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Host(_) => Refusal::Host,
            Self::Origin(_) => Refusal::Origin,
        }
    }
}

impl Refused {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Denied(denied) => denied.refusal(),
            Self::Protocol | Self::Handshake => Refusal::Handshake,
        }
    }
}

impl From<Denied> for Answer {
    fn from(denied: Denied) -> Self {
        plain(StatusCode::FORBIDDEN, format!("{denied}\n"))
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        let mut answer = plain(refused.status(), format!("{refused}\n"));
        if refused.status() == StatusCode::UPGRADE_REQUIRED {
            answer.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        }
        answer
    }
}

fn plain(status: StatusCode, text: impl Into<Body>) -> Answer {
    of(status, "text/plain; charset=utf-8", text)
}

fn of(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
    use http_body::Body as _;

    use super::*;
    use crate::store::BoxFuture;
    use crate::store::conformance::done;
    use crate::{EngineBuilder, Options, Runtime};

    /// Runs nothing: what is tested here waits for nothing.
    struct Idle;

    impl Runtime for Idle {
        fn spawn(&self, _: BoxFuture<'static, ()>) {}

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn engine() -> Arc<Engine> {
        EngineBuilder::default().start(Options::default(), Arc::new(Idle)).unwrap()
    }

    fn admits(method: Method, uri: &str, headers: &[(HeaderName, &[u8])]) -> bool {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
        let headers = headers.iter().map(|(name, bytes)| (name.clone(), value(bytes))).collect();
        engine().admit(&method, &uri.parse().unwrap(), &headers).is_ok()
    }

    #[test]
    fn a_request_names_a_host_that_is_served_by_header_or_by_authority() {
        assert!(admits(Method::GET, "/", &[(HOST, b"localhost")]));
        assert!(admits(Method::GET, "http://localhost/", &[]), "as in HTTP/2");
        assert!(!admits(Method::GET, "http://localhost/", &[(HOST, b"evil.example")]));
        assert!(!admits(Method::GET, "/", &[]));
        assert!(admits(Method::GET, "/healthz", &[]));
    }

    #[test]
    fn what_changes_something_comes_from_an_origin_that_may() {
        let from = |origin| [(HOST, &b"localhost"[..]), (ORIGIN, origin)];
        assert!(admits(Method::POST, "/", &from(b"http://localhost")));
        assert!(admits(Method::GET, "/", &from(b"http://evil.example")));
        for origin in [&b"http://evil.example"[..], b"null", b"\xff", b""] {
            assert!(!admits(Method::POST, "/", &from(origin)), "{origin:?}");
        }
        assert!(admits(Method::POST, "/", &[(HOST, b"localhost")]), "a client that is no browser");
    }

    fn builtin(uri: &str, method: Method, headers: HeaderMap) -> Option<Answer> {
        done(engine().builtin(&method, &uri.parse().unwrap(), &headers))
    }

    #[test]
    fn a_script_is_kept_for_good_under_its_version_alone() {
        let get = |uri: &str, headers| builtin(uri, Method::GET, headers).unwrap();
        let kept = get(&RUNTIME.url(), HeaderMap::new());
        assert!(kept.headers()[CACHE_CONTROL].to_str().unwrap().ends_with("immutable"));
        let plain = get(RUNTIME.path, HeaderMap::new());
        assert_eq!(plain.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(plain.body().size_hint().exact(), kept.body().size_hint().exact());
        let known = HeaderMap::from_iter([(IF_NONE_MATCH, plain.headers()[ETAG].clone())]);
        let answer = get(RUNTIME.path, known);
        assert!(answer.status() == StatusCode::NOT_MODIFIED && answer.body().is_end_stream());
        assert_eq!(answer.headers()[ETAG], plain.headers()[ETAG]);
    }

    #[test]
    fn a_script_is_compressed_as_it_is_accepted() {
        for (accepted, coding) in [("gzip, br", "br"), ("gzip", "gzip")] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            let answer = builtin(RUNTIME.path, Method::GET, headers).unwrap();
            assert_eq!(answer.headers()[CONTENT_ENCODING], coding);
            assert_eq!(answer.headers()[VARY], "accept-encoding");
            assert!(answer.headers()[ETAG].to_str().unwrap().starts_with("W/"));
        }
        let plain = builtin(RUNTIME.path, Method::GET, HeaderMap::new()).unwrap();
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(plain.headers()[VARY], "accept-encoding");
    }

    #[test]
    fn scripts_are_only_read_and_those_of_dev_mode_are_there_in_dev_mode() {
        let posted = builtin(RUNTIME.path, Method::POST, HeaderMap::new()).unwrap();
        assert_eq!(
            (posted.status().as_u16(), &posted.headers()[ALLOW]),
            (405, &HeaderValue::from_static("GET, HEAD"))
        );
        assert!(builtin(DEV.path, Method::GET, HeaderMap::new()).is_none());
    }
}
