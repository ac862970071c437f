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

use super::live::{Live, New, Parcel};
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
use crate::options::SessionInfo;
use crate::token::{Claims, cookie_hash};

impl Engine {
    /// The page at this URL as a document. None where no page's route matches; the caller has checked the host.
    pub async fn page(&self, uri: &Uri, headers: &HeaderMap, visitor: Visitor) -> Option<Response<String>> {
        let found = self.pages.find(uri.path())?;
        let request = Arc::new(Request {
            path: uri.path().to_owned(),
            params: found.params.clone(),
            query: form::pairs(uri.query().unwrap_or_default()),
            headers: pairs(headers),
            peer: visitor.peer,
            user_id: visitor.user_id,
        });
        let id = entropy::session_id();
        Some(match self.render(&found, id, &request).await {
            Ok(page) => self.document(id, &request, &page, cookie::find(headers, self.cookie)),
            Err(error) => self.failure(id, &request, error),
        })
    }

    async fn render(&self, found: &Found, id: SessionId, request: &Arc<Request>) -> Result<FullPage> {
        let new =
            New { id, request: request.clone(), config: Config { durable: false, ..self.config(true) } };
        let mut live = found.host.mount(new, false, self.now())?;
        let limit = self.options.mount_timeout;
        within(&*self.runtime, limit, Box::pin(self.settle(&mut *live, &info(id, request)))).await;
        live.full_page()
    }

    /// Runs what `mount` spawned, so that the first HTML has its data.
    async fn settle(&self, live: &mut dyn Live, session: &SessionInfo<'_>) {
        let mut tasks = Vec::new();
        loop {
            while let Some(output) = live.poll(self.now()) {
                match output {
                    Output::Effect(Effect::Spawn(task)) => tasks.push(Box::pin(caught(task))),
                    Output::Effect(effect) => self.without_connection(effect, session),
                    Output::Commit(_) | Output::Transmit(_) | Output::Close(_) => {}
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

    fn document(
        &self,
        id: SessionId,
        request: &Request,
        page: &FullPage,
        known: Option<&str>,
    ) -> Response<String> {
        let fresh = known.is_none().then(entropy::text);
        let browser = known.or(fresh.as_deref()).unwrap_or_default();
        let token = self.token(id, cookie_hash(browser), request);
        let nonce = entropy::text();
        let shell = Shell {
            title: &page.title,
            head: &self.head(&nonce),
            root: &root(&token, page),
            nonce: &nonce,
            request,
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
        let mut head = script(nonce, &assets::RUNTIME);
        if self.options.dev {
            head += &script(nonce, &assets::DEV);
        }
        head
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

    fn failure(&self, id: SessionId, request: &Request, error: Error) -> Response<String> {
        if let Some(redirect) = error.redirect() {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::SEE_OTHER;
            insert(&mut response, LOCATION, &redirect.to);
            return response;
        }
        let report = mounting(error);
        self.report(&info(id, request), &report);
        let detail = if self.options.dev { report.to_string() } else { String::new() };
        let text = format!(
            "<!doctype html><title>Error</title><h1>Something went wrong</h1><pre>{}</pre>",
            Escaped(&detail)
        );
        self.html(StatusCode::INTERNAL_SERVER_ERROR, &entropy::text(), text)
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

fn info<'a>(id: SessionId, request: &'a Request) -> SessionInfo<'a> {
    SessionInfo { id, path: &request.path, user_id: request.user_id.as_deref() }
}

fn root(token: &str, page: &FullPage) -> String {
    format!("<div data-lv=\"{token}\" data-lv-view=\"{}\">{}</div>", BASE64.encode(&page.hashes), page.html)
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
