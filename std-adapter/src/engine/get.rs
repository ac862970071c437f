//! The first response: a page as HTML.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use live_core::{
    Call, Config, Effect, Error, ErrorReport, FullPage, Input, Output, Request, Result, SessionId,
};

use super::held::Held;
use super::live::{Host, Live, New, Parcel};
use super::pages::Found;
use super::runtime::{caught, within, yield_now};
use super::upgrade::pairs;
use super::{Engine, Visitor};
use crate::assets::runtime::{DEV, RUNTIME, Script};
use crate::cookie;
use crate::entropy;
use crate::form;
use crate::headers;
use crate::layout::{Layout, Shell, UnknownLayout};
use crate::metrics::Metrics;
use crate::nonced::{NONCE, Nonced};
use crate::notice;
use crate::options::SessionInfo;
use crate::prefix::Prefix;
use crate::token::{Claims, MAX_TOKEN, SessionError, cookie_hash};

/// A request for a page, with all that its answer needs.
pub(super) struct Fetched {
    /// The session that a browser with JavaScript will connect to.
    session: SessionId,
    /// The session that the page's forms go on with: one of their own, since the live session's record is nobody else's to change.
    pub(super) form: SessionId,
    /// The browser has named it.
    known: bool,
    host: Arc<dyn Host>,
    page: usize,
    pub(super) request: Arc<Request>,
    /// The browser's cookie, and its hash.
    cookie: String,
    cookie_hash: [u8; 16],
    /// The cookie is new to the browser.
    is_new: bool,
}

/// How many tasks' results a first response takes in at one turn.
const TASKS_A_TURN: usize = 16;

/// Most layouts add no more bytes than this to what they are given.
pub(super) const LAYOUT: usize = 2048;

/// The longest token that a page's forms may have, in bytes of text: as a cookie it has a name and a mark beside it, and is dropped by browsers if all of
/// that is longer than [`MAX_TOKEN`].
const MAX_FORM_TOKEN: usize = MAX_TOKEN - 64;

/// What a machine put out.
#[derive(Default)]
pub(super) struct Outputs {
    pub(super) frames: Vec<Vec<u8>>,
    pub(super) effects: Vec<Effect<Parcel>>,
}

impl Engine {
    /// The page at this URL as a document. None where no page's route matches; the caller has checked the host.
    pub async fn page(&self, uri: &Uri, headers: &HeaderMap, visitor: Visitor) -> Option<Response<String>> {
        let fetched = match self.fetched(uri, headers, visitor).await? {
            Ok(fetched) => fetched,
            Err(response) => return Some(response),
        };
        self.count(Metrics::page);
        let mut outputs = Outputs::default();
        let page = self.opened(&fetched, &mut outputs).await;
        let page = page.and_then(|mut live| self.calling(&fetched, || live.full_page()));
        self.without_connection(outputs.effects, &fetched.info());
        Some(match page.and_then(|page| self.document(&fetched, &page)) {
            Ok(document) => document,
            Err(error) => self.failure(&fetched.info(), mounting(error)),
        })
    }

    /// What a request for a page is about; none where no page's route matches. An answer instead, where whoever asks may not have
    /// the page.
    pub(super) async fn fetched(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        visitor: Visitor,
    ) -> Option<Result<Fetched, Response<String>>> {
        let Found { host, page, params } = self.pages.find(uri.path())?;
        let query = match form::query(uri.query().unwrap_or_default()) {
            Ok(query) => query,
            Err(error) => {
                return Some(Err(self.plain(StatusCode::BAD_REQUEST, &format!("In the query {error}."))));
            }
        };
        let request = Request {
            base: self.prefix.shared(),
            path: uri.path().to_owned(),
            params,
            query,
            headers: pairs(headers.iter()),
            peer: visitor.peer,
            user_id: visitor.user_id,
            ..Request::default()
        };
        let session = entropy::session_id();
        let request = match self.authenticated(request).await {
            Ok(request) => request,
            Err(error) => {
                let info = SessionInfo { id: session, path: uri.path(), user_id: None };
                return Some(Err(self.failure(&info, ErrorReport { call: Call::Auth, error })));
            }
        };
        let found = cookie::find(headers, self.cookie).map(str::to_owned);
        let is_new = found.is_none();
        let cookie = found.unwrap_or_else(entropy::text);
        let mut fetched = Fetched {
            session,
            form: entropy::session_id(),
            known: false,
            host,
            page,
            request,
            cookie_hash: cookie_hash(&cookie),
            cookie,
            is_new,
        };
        // With another query it is another page that the browser asks for.
        let named = cookie::find(headers, cookie::FORM)
            .and_then(|value| value.strip_suffix(&*query_mark(uri)))
            .and_then(|token| self.form(&fetched, token).ok());
        self.go_on(&mut fetched, named);
        if fetched.request.csrf.len() > MAX_FORM_TOKEN {
            let told = "The page's address and the user's name are too long together.";
            return Some(Err(self.plain(StatusCode::URI_TOO_LONG, told)));
        }
        Some(Ok(fetched))
    }

    /// The same request, with who is logged in.
    pub(super) async fn authenticated(&self, request: Request) -> Result<Arc<Request>> {
        let mut request = Arc::new(request);
        if let Some(auth) = &self.options.auth {
            let user_id = caught(auth.user(request.clone())).await??;
            Arc::make_mut(&mut request).user_id = user_id;
        }
        Ok(request)
    }

    /// Goes on with the session `form`, if there is one, and gives the page's forms their token.
    pub(super) fn go_on(&self, fetched: &mut Fetched, form: Option<SessionId>) {
        if let Some(form) = form {
            (fetched.form, fetched.known) = (form, true);
        }
        let csrf = self.signer.sign(&self.claims_of(fetched).of_form()).into();
        Arc::make_mut(&mut fetched.request).csrf = csrf;
    }

    /// The session that a form's token names.
    ///
    /// # Errors
    /// Where it isn't a token for this page and this browser.
    pub(super) fn form(&self, fetched: &Fetched, token: &str) -> Result<SessionId, SessionError> {
        let claims = self.signer.verify(token, self.clock.unix_seconds())?;
        let wanted = Claims { form: claims.form, ..self.claims_of(fetched) }.of_form();
        if claims == wanted { Ok(claims.form) } else { Err(SessionError::InvalidCsrf) }
    }

    /// The session of the page's forms as it was left, else a new one; after the tasks that `mount` spawned.
    ///
    /// # Errors
    /// A [`Redirect`](live_core::Redirect) is one as well, whatever page code it came from.
    pub(super) async fn opened(&self, fetched: &Fetched, outputs: &mut Outputs) -> Result<Held> {
        let config = Config { durable: false, ..self.config(true) };
        let (id, request) = (fetched.id(), fetched.request.clone());
        let new = New { id, request, config, streams: self.streams[fetched.page].clone() };
        let mut live = match self.left(fetched, &new).await? {
            Some(live) => live,
            None => self.calling(fetched, || fetched.host.mount(new, false, self.now()))?,
        };
        // Whoever is sent elsewhere need not wait for the rest.
        self.settled(fetched, &mut *live, outputs, |live| live.redirect().is_some()).await;
        match live.redirect() {
            Some(redirect) => Err(redirect.clone().into()),
            None => Ok(live),
        }
    }

    async fn left(&self, fetched: &Fetched, new: &New) -> Result<Option<Held>> {
        if !fetched.known {
            return Ok(None);
        }
        let store = &self.options.session_store;
        let Some(record) = store.get(fetched.form).await? else { return Ok(None) };
        match self.calling(fetched, || fetched.host.restore(&record, new.clone(), false)) {
            Ok(mut live) => {
                // Nobody has listened meanwhile.
                for topic in live.topics() {
                    self.calling(fetched, || live.handle(Input::Missed(&topic), self.now()));
                }
                Ok(Some(live))
            }
            Err(error) => {
                self.report(&fetched.info(), &mounting(error));
                store.delete(fetched.form).await?;
                Ok(None)
            }
        }
    }

    /// Runs what the session has spawned, so that its HTML has its data: until `enough`, and not for longer than the
    /// options say.
    pub(super) async fn settled(
        &self,
        fetched: &Fetched,
        live: &mut dyn Live,
        outputs: &mut Outputs,
        enough: fn(&dyn Live) -> bool,
    ) {
        let limit = self.options.mount_timeout;
        within(&*self.runtime, limit, Box::pin(self.settle(live, fetched, outputs, enough))).await;
    }

    async fn settle(
        &self,
        live: &mut dyn Live,
        fetched: &Fetched,
        outputs: &mut Outputs,
        enough: fn(&dyn Live) -> bool,
    ) {
        let mut tasks = Vec::new();
        for count in 1.. {
            while let Some(output) = self.calling(fetched, || live.poll(self.now())) {
                match output {
                    Output::Effect(Effect::Spawn(mut task)) => {
                        let run = poll_fn(move |cx| self.calling(fetched, || task.as_mut().poll(cx)));
                        tasks.push(Box::pin(caught(Box::pin(run))));
                    }
                    Output::Effect(effect) => outputs.effects.push(effect),
                    Output::Transmit(frame) => outputs.frames.push(frame),
                    Output::Commit(_) | Output::Fetch { .. } | Output::Close(_) => {}
                }
            }
            if enough(live) {
                return;
            }
            match first(&mut tasks).await {
                None => return,
                Some(Ok(parcel)) => {
                    self.calling(fetched, || live.handle(Input::Message(parcel), self.now()));
                }
                Some(Err(panicked)) => self.report(&fetched.info(), &mounting(panicked)),
            }
            // What is done at once, over and over, is never pending by itself: neither others nor the limit would have a turn.
            if count % TASKS_A_TURN == 0 {
                yield_now().await;
            }
        }
    }

    /// Runs page code for a request.
    pub(super) fn calling<T>(&self, fetched: &Fetched, code: impl FnOnce() -> T) -> T {
        self.calls.during_request(fetched.id(), &fetched.request, code)
    }

    /// Carries out what a session without a connection asked for.
    pub(super) fn without_connection(&self, effects: Vec<Effect<Parcel>>, session: &SessionInfo<'_>) {
        for effect in effects {
            match effect {
                Effect::Publish { topic, message: Parcel::Bytes(bytes), .. } => {
                    if let Err(error) = self.options.pubsub.publish_bytes(&topic, bytes) {
                        self.report(session, &mounting(error));
                    }
                }
                Effect::Error(report) => self.report(session, &report),
                Effect::Publish { .. }
                | Effect::Subscribe(_)
                | Effect::Unsubscribe(_)
                | Effect::Follow { .. }
                | Effect::Unfollow { .. }
                | Effect::Spawn(_) => {}
            }
        }
    }

    /// # Errors
    /// [`UnknownLayout`].
    pub(super) fn document(&self, fetched: &Fetched, page: &FullPage) -> Result<Response<String>> {
        let layout = self.layout(&page.layout)?;
        let token = self.signer.sign(&self.claims_of(fetched));
        let nonce = entropy::text();
        let (head, root) = (self.head.with(&nonce), self.root(&token, page));
        let shell = Shell {
            title: &page.title,
            head: &head,
            root: &root,
            nonce: &nonce,
            request: &fetched.request,
            assets: &self.assets,
        };
        let mut body = String::with_capacity(head.len() + root.len() + LAYOUT);
        layout.render(&shell, &mut body);
        let mut response = self.html(StatusCode::OK, &nonce, body);
        if fetched.is_new {
            insert(
                &mut response,
                SET_COOKIE,
                &cookie::set(self.cookie, &fetched.cookie, self.access.is_https()),
            );
        }
        Ok(response)
    }

    pub(super) fn layout(&self, name: &str) -> Result<&dyn Layout, UnknownLayout> {
        let found = if name.is_empty() { Some(&self.options.layout) } else { self.options.layouts.get(name) };
        found.map(|layout| &**layout).ok_or_else(|| UnknownLayout(name.to_owned()))
    }

    /// The root element, which holds the page, and the notice.
    fn root(&self, token: &str, page: &FullPage) -> String {
        let view = BASE64.encode(&page.hashes);
        // In one piece, and at once as long as it gets.
        [
            "<div data-lv=\"",
            token,
            &self.base_attribute,
            "\" data-lv-view=\"",
            &view,
            "\" data-lv-region=\"\">",
            &page.html,
            "</div>\n",
            &self.notice,
        ]
        .concat()
    }

    pub(super) fn claims_of(&self, fetched: &Fetched) -> Claims {
        let auth_epoch = self.auth_epoch(fetched.request.user_id.as_deref());
        self.claims_for(fetched.session, fetched.form, fetched.cookie_hash, &fetched.request, auth_epoch)
    }

    /// What a token vouches for that is issued now.
    pub(super) fn claims_for(
        &self,
        session: SessionId,
        form: SessionId,
        cookie: [u8; 16],
        request: &Request,
        auth_epoch: u64,
    ) -> Claims {
        Claims {
            session,
            form,
            is_form: false,
            cookie,
            auth_epoch,
            expires: self.clock.end_of(self.options.token_lifetime),
            user: request.user_id.clone(),
            path: request.path.clone(),
        }
    }

    /// The cookie by which a browser comes back to what its forms have made.
    pub(super) fn keep_form(&self, uri: &Uri, fetched: &Fetched, response: &mut Response<String>) {
        // A semicolon would end the attribute.
        let path = fetched.request.url(&fetched.request.path);
        let seconds = self.options.session_timeout.as_secs();
        let value = format!("{}{}", fetched.request.csrf, query_mark(uri));
        let value = cookie::set_form(&path, &value, seconds, self.access.is_https());
        insert(response, SET_COOKIE, &value);
    }

    pub(super) fn auth_epoch(&self, user: Option<&str>) -> u64 {
        match (&self.options.auth_epoch, user) {
            (Some(epoch), Some(user)) => epoch(user),
            _ => 0,
        }
    }

    pub(super) fn html(&self, status: StatusCode, nonce: &str, body: String) -> Response<String> {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        // Room for its own headers, a cookie, and those of compression.
        response.headers_mut().reserve(12);
        headers::secure(response.headers_mut(), self.policy.header(nonce));
        if self.options.dev && status == StatusCode::INTERNAL_SERVER_ERROR {
            *response.body_mut() += &self.come_back(nonce);
        }
        response
    }
}

/// The tags that load the browser's runtime, and the style of its notice.
pub(super) fn head(prefix: &Prefix, dev: bool) -> Nonced {
    let script = |script: &Script| {
        format!("<script nonce=\"{NONCE}\" src=\"{}\" defer></script>\n", prefix.url(&script.url()))
    };
    let style = format!("<style nonce=\"{NONCE}\">{}</style>\n", notice::STYLE);
    let dev = if dev { script(&DEV) } else { String::new() };
    Nonced::new(&[style, script(&RUNTIME), dev].concat())
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

pub(super) fn mounting(error: impl Into<Error>) -> ErrorReport {
    ErrorReport { call: Call::Mount, error: error.into() }
}

impl Fetched {
    /// The session that the answer shows.
    fn id(&self) -> SessionId {
        if self.known { self.form } else { self.session }
    }

    /// From now on it is about the session of the page's forms.
    pub(super) fn is_posted(&mut self) {
        self.known = true;
    }

    pub(super) fn info(&self) -> SessionInfo<'_> {
        SessionInfo { id: self.id(), path: &self.request.path, user_id: self.request.user_id.as_deref() }
    }
}

/// Stands for a URL's query in a cookie.
fn query_mark(uri: &Uri) -> String {
    format!(".{}", BASE64URL_NOPAD.encode(&cookie_hash(uri.query().unwrap_or_default())))
}

/// Sends the browser to another page, or back to this one.
pub(super) fn see_other(to: &str) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    insert(&mut response, LOCATION, to);
    response
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
