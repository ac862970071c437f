//! The first response: a page as HTML.

use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use data_encoding::BASE64;
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use live_core::{
    Call, Config, Effect, Error, ErrorReport, FullPage, Input, Output, Request, Result, SessionId,
};

use super::live::{Host, Live, New, Parcel};
use super::pages::Found;
use super::runtime::{caught, within};
use super::upgrade::pairs;
use super::{Engine, Visitor};
use crate::assets;
use crate::clock::unix_seconds;
use crate::cookie;
use crate::entropy;
use crate::form;
use crate::headers;
use crate::layout::{Escaped, Shell};
use crate::notice;
use crate::options::SessionInfo;
use crate::token::{Claims, cookie_hash};

/// A request for a page, with all that its answer needs.
pub(super) struct Fetched {
    id: SessionId,
    host: Arc<dyn Host>,
    request: Arc<Request>,
    /// The browser's cookie, if it has one.
    cookie: Option<String>,
}

/// What a machine would send to a browser.
pub(super) type Frames = Vec<Vec<u8>>;

impl Engine {
    /// The page at this URL as a document. None where no page's route matches; the caller has checked the host.
    pub async fn page(&self, uri: &Uri, headers: &HeaderMap, visitor: Visitor) -> Option<Response<String>> {
        let fetched = self.fetched(uri, headers, visitor)?;
        let page = self.mounted(&fetched, &mut Frames::new()).await.and_then(|mut live| live.full_page());
        Some(match page {
            Ok(page) => self.document(&fetched, &page),
            Err(error) => self.failure(&fetched, error),
        })
    }

    pub(super) fn fetched(&self, uri: &Uri, headers: &HeaderMap, visitor: Visitor) -> Option<Fetched> {
        let Found { host, params } = self.pages.find(uri.path())?;
        let request = Request {
            path: uri.path().to_owned(),
            params,
            query: form::pairs(uri.query().unwrap_or_default()),
            headers: pairs(headers),
            peer: visitor.peer,
            user_id: visitor.user_id,
        };
        let cookie = cookie::find(headers, self.cookie).map(str::to_owned);
        Some(Fetched { id: entropy::session_id(), host, request: Arc::new(request), cookie })
    }

    /// The page's session after `mount` and the tasks that it spawned.
    pub(super) async fn mounted(&self, fetched: &Fetched, frames: &mut Frames) -> Result<Box<dyn Live>> {
        let config = Config { durable: false, ..self.config(true) };
        let new = New { id: fetched.id, request: fetched.request.clone(), config };
        let mut live = fetched.host.mount(new, false, self.now())?;
        self.settled(fetched, &mut *live, frames).await;
        Ok(live)
    }

    /// Runs what the session has spawned, so that its HTML has its data; not for longer than the options say.
    pub(super) async fn settled(&self, fetched: &Fetched, live: &mut dyn Live, frames: &mut Frames) {
        let limit = self.options.mount_timeout;
        within(&*self.runtime, limit, Box::pin(self.settle(live, &fetched.info(), frames))).await;
    }

    async fn settle(&self, live: &mut dyn Live, session: &SessionInfo<'_>, frames: &mut Frames) {
        let mut tasks = Vec::new();
        loop {
            while let Some(output) = live.poll(self.now()) {
                match output {
                    Output::Effect(Effect::Spawn(task)) => tasks.push(Box::pin(caught(task))),
                    Output::Effect(effect) => self.without_connection(effect, session),
                    Output::Transmit(frame) => frames.push(frame),
                    Output::Commit(_) | Output::Close(_) => {}
                }
            }
            match first(&mut tasks).await {
                None => return,
                Some(Ok(parcel)) => live.handle(Input::Message(parcel), self.now()),
                Some(Err(panicked)) => self.report(session, &mounting(panicked)),
            }
        }
    }

    fn without_connection(&self, effect: Effect<Parcel>, session: &SessionInfo<'_>) {
        match effect {
            Effect::Publish { topic, message: Parcel::Bytes(bytes) } => {
                if let Err(error) = self.options.pubsub.publish_bytes(&topic, bytes) {
                    self.report(session, &mounting(error));
                }
            }
            Effect::Error(report) => self.report(session, &report),
            Effect::Publish { .. } | Effect::Subscribe(_) | Effect::Unsubscribe(_) | Effect::Spawn(_) => {}
        }
    }

    pub(super) fn document(&self, fetched: &Fetched, page: &FullPage) -> Response<String> {
        let fresh = fetched.cookie.is_none().then(entropy::text);
        let browser =
            fetched.cookie.as_ref().or(fresh.as_ref()).map(|cookie| cookie_hash(cookie)).unwrap_or_default();
        let token = self.token(fetched.id, browser, &fetched.request);
        let nonce = entropy::text();
        let shell = Shell {
            title: &page.title,
            head: &self.head(&nonce),
            root: &self.root(&token, page),
            nonce: &nonce,
            request: &fetched.request,
        };
        let mut body = String::with_capacity(page.html.len() + 2048);
        self.options.layout.render(&shell, &mut body);
        let mut response = self.html(StatusCode::OK, &nonce, body);
        if let Some(value) = fresh {
            insert(&mut response, SET_COOKIE, &cookie::set(self.cookie, &value, self.access.is_https()));
        }
        response
    }

    fn head(&self, nonce: &str) -> String {
        let mut head = format!("<style nonce=\"{nonce}\">{}</style>\n", notice::STYLE);
        head += &script(nonce, &assets::RUNTIME);
        if self.options.dev {
            head += &script(nonce, &assets::DEV);
        }
        head
    }

    /// The root element, which holds the page, and the notice.
    fn root(&self, token: &str, page: &FullPage) -> String {
        let (view, html, notice) = (BASE64.encode(&page.hashes), &page.html, &self.options.notice);
        format!("<div data-lv=\"{token}\" data-lv-view=\"{view}\" data-lv-region=\"\">{html}</div>\n{notice}")
    }

    /// A signed token for a session.
    pub(super) fn token(&self, session: SessionId, cookie: [u8; 16], request: &Request) -> String {
        self.signer.sign(&Claims {
            session,
            cookie,
            auth_epoch: self.auth_epoch(request.user_id.as_deref()),
            expires: unix_seconds() + self.options.token_lifetime.as_secs(),
            user: request.user_id.clone(),
            path: request.path.clone(),
        })
    }

    pub(super) fn auth_epoch(&self, user: Option<&str>) -> u64 {
        match (&self.options.auth_epoch, user) {
            (Some(epoch), Some(user)) => epoch(user),
            _ => 0,
        }
    }

    pub(super) fn failure(&self, fetched: &Fetched, error: Error) -> Response<String> {
        if let Some(redirect) = error.redirect() {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::SEE_OTHER;
            insert(&mut response, LOCATION, &redirect.to);
            return response;
        }
        let report = mounting(error);
        self.report(&fetched.info(), &report);
        let detail = if self.options.dev { report.to_string() } else { String::new() };
        self.plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("Something went wrong. {detail}"))
    }

    /// A document that says no more than this.
    pub(super) fn plain(&self, status: StatusCode, text: &str) -> Response<String> {
        let title = status.canonical_reason().unwrap_or("Error");
        let body = format!("<!doctype html><title>{title}</title><p>{}</p>", Escaped(text));
        self.html(status, &entropy::text(), body)
    }

    fn html(&self, status: StatusCode, nonce: &str, body: String) -> Response<String> {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let policy = headers::content_security_policy(nonce, &self.options.content_security_policy);
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        headers::secure(response.headers_mut(), policy);
        response
    }
}

/// The result of the task that is done first; none where there is no task.
async fn first<F: Future + Unpin>(tasks: &mut Vec<F>) -> Option<F::Output> {
    poll_fn(|cx| {
        for at in 0..tasks.len() {
            if let Poll::Ready(result) = Pin::new(&mut tasks[at]).poll(cx) {
                drop(tasks.swap_remove(at));
                return Poll::Ready(Some(result));
            }
        }
        if tasks.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

fn mounting(error: impl Into<Error>) -> ErrorReport {
    ErrorReport { call: Call::Mount, error: error.into() }
}

impl Fetched {
    fn info(&self) -> SessionInfo<'_> {
        SessionInfo { id: self.id, path: &self.request.path, user_id: self.request.user_id.as_deref() }
    }
}

fn script(nonce: &str, asset: &assets::Asset) -> String {
    let mut tag = String::new();
    let _ = writeln!(tag, "<script nonce=\"{nonce}\" src=\"{}\" defer></script>", asset.url());
    tag
}

/// Sets a header, if the text is one: a page's redirect may hold anything.
fn insert(response: &mut Response<String>, name: http::HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().append(name, value);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
}
