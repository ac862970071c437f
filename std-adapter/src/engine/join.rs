//! `HELLO`: from a token to a session in memory.

use std::sync::{Arc, PoisonError};

use live_core::wire::{BrowserFrame, Hello, Reason};
use live_core::{Call, Error, ErrorReport, Request};

use super::direct::{Direct, Way};
use super::held::Held;
use super::live::New;
use super::pages::Found;
use super::refusals::{Peer, Refusal};
use super::seated::Seated;
use super::slot::Slot;
use super::upgrade::{Protocol, Upgrade};
use super::{Engine, hook, runtime};
use crate::entropy;
use crate::form;
use crate::metrics::Metrics;
use crate::options::SessionInfo;
use crate::token::{Claims, SessionError};

/// How long a browser stays away when there is no room.
const COME_BACK: Reason = Reason::TryLater(5000);

/// The session that a connection now serves.
pub(super) struct Joined {
    pub(super) slot: Arc<Slot>,
    pub(super) number: u64,
    /// Of the user, when the connection was let in.
    pub(super) auth_epoch: u64,
}

/// Finds the session that a first frame asks for, or starts it, and makes connection `number` the one that serves it.
pub(super) async fn join(
    engine: Arc<Engine>,
    frame: Vec<u8>,
    upgrade: Upgrade,
    number: u64,
    direct: Option<Arc<dyn Direct>>,
) -> Result<Joined, Reason> {
    let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&frame) else { return Err(Reason::Protocol) };
    let mut claims = engine.claims(hello.token, &upgrade).map_err(no_token)?;
    engine.admitted()?;
    let protocol = upgrade.protocol;
    let request = engine.asked(&claims, &hello, upgrade).await?;
    loop {
        let (slot, resumed) = match engine.registry.get(claims.session) {
            Some(slot) => {
                let is_void = {
                    let inner = slot.inner.lock().await;
                    inner.live.is_over() || inner.live.is_behind(&hello)
                };
                if is_void {
                    engine.drop_session(&slot);
                    continue;
                }
                (slot, true)
            }
            None => engine.start(&mut claims, &hello, request.clone(), protocol).await?,
        };
        let joined = Joined { slot: slot.clone(), number, auth_epoch: claims.auth_epoch };
        let way = Way::of(number, direct.clone());
        if let Some(seated) = Seated::take(&engine, joined, way, &hello, resumed).await? {
            seated.settle().await?;
            return seated.welcome(&hello, resumed).await;
        }
        // It ended in this very moment.
        engine.drop_session(&slot);
    }
}

impl Engine {
    /// What a token says, if it is good and this browser's.
    pub(super) fn claims(&self, token: &str, upgrade: &Upgrade) -> Result<Claims, SessionError> {
        let mut claims = self.signer.verify(token, self.clock.unix_seconds())?;
        if claims.is_form || upgrade.cookie != Some(claims.cookie) {
            return Err(SessionError::InvalidCsrf);
        }
        if claims.form == claims.session {
            // As tokens had it once: a form would change the session's record behind its back.
            claims.form = entropy::session_id();
        }
        Ok(claims)
    }

    /// The request as it would be for the page's first response, from whoever has connected: that has to be the token's user.
    async fn asked(
        &self,
        claims: &Claims,
        hello: &Hello<'_>,
        upgrade: Upgrade,
    ) -> Result<Arc<Request>, Reason> {
        let found = self.page_of(claims)?;
        let request = Request {
            base: self.prefix.shared(),
            path: claims.path.clone(),
            params: found.params,
            query: form::query(hello.query.strip_prefix('?').unwrap_or(hello.query))
                .map_err(|_| Reason::Protocol)?,
            headers: upgrade.headers,
            peer: upgrade.visitor.peer,
            user_id: upgrade.visitor.user_id,
            csrf: self.signer.sign(&claims.clone().of_form()).into(),
        };
        let request = self.authenticated(request).await.map_err(|error| self.unknown_user(claims, error))?;
        let user = request.user_id.as_deref();
        let fits = claims.user.as_deref() == user && claims.auth_epoch == self.auth_epoch(user);
        if fits { Ok(request) } else { Err(no_token(SessionError::InvalidCsrf)) }
    }

    /// Whether there is room for one more just now (rule R14).
    fn admitted(&self) -> Result<(), Reason> {
        let admitted = self.admission.lock().unwrap_or_else(PoisonError::into_inner).admit(self.now());
        admitted.map_err(|wait| {
            self.refused(Refusal::Admission, &"too many join at once");
            Reason::TryLater(u32::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u32::MAX))
        })
    }

    fn page_of(&self, claims: &Claims) -> Result<Found, Reason> {
        self.pages.find(&claims.path).ok_or_else(|| no_token(SessionError::SessionNotFound))
    }

    /// A browser that has to go elsewhere is told so when it loads the page again.
    fn unknown_user(&self, claims: &Claims, error: Error) -> Reason {
        if error.redirect().is_some() {
            return Reason::Token;
        }
        let info = SessionInfo { id: claims.session, path: &claims.path, user_id: claims.user.as_deref() };
        self.report(&info, &ErrorReport { call: Call::Auth, error });
        COME_BACK
    }

    /// Restores the session from the store, or mounts it; under a new id where the browser knows of one that is gone. The `bool` says whether
    /// it was there before.
    async fn start(
        &self,
        claims: &mut Claims,
        hello: &Hello<'_>,
        request: Arc<Request>,
        protocol: Protocol,
    ) -> Result<(Arc<Slot>, bool), Reason> {
        if self.registry.len() >= self.options.max_sessions {
            self.refused(Refusal::Sessions, &Peer(request.peer));
            return Err(COME_BACK);
        }
        let found = self.page_of(claims)?;
        let (config, streams) =
            (self.config(protocol == Protocol::Msgpack), self.streams[found.page].clone());
        let mut new = New { id: claims.session, request, config, streams };
        let mark = self.options.pubsub.mark();
        let restored = self.restore(&found, &new).await?;
        if restored.is_none() && hello.applied > 0 {
            claims.session = entropy::session_id();
            new.id = claims.session;
        }
        let was_there = restored.is_some();
        let live = match restored {
            Some(live) => live,
            None => self
                .calls
                .during_request(new.id, &new.request, || found.host.mount(new.clone(), true, self.now()))
                .map_err(|error| self.unmounted(&new, error))?,
        };
        let slot = Slot::new(claims, new, live, mark, self.allowance(claims.cookie));
        Ok(self.register(slot, was_there).await)
    }

    async fn restore(&self, found: &Found, new: &New) -> Result<Option<Held>, Reason> {
        let store = &self.options.session_store;
        if store.is_volatile() {
            return Ok(None);
        }
        let record = store.get(new.id).await.map_err(|error| {
            crate::log!(error, %error, "a session couldn't be read");
            COME_BACK
        })?;
        let Some(record) = record else { return Ok(None) };
        let restore = || found.host.restore(&record, new.clone(), true);
        match self.calls.during_request(new.id, &new.request, restore) {
            Ok(live) => Ok(Some(live)),
            Err(error) => {
                self.report(&info(new), &ErrorReport { call: Call::Mount, error: Error::from(error) });
                store.delete(new.id).await.map_err(|_| COME_BACK)?;
                Ok(None)
            }
        }
    }

    /// A page that now wants another URL tells so when it is loaded again.
    fn unmounted(&self, new: &New, error: Error) -> Reason {
        if error.redirect().is_some() {
            return Reason::Token;
        }
        self.report(&info(new), &ErrorReport { call: Call::Mount, error });
        Reason::Internal
    }

    /// Puts a session into the registry and on the bus: what is published from now on reaches it.
    async fn register(&self, slot: Slot, was_there: bool) -> (Arc<Slot>, bool) {
        let (slot, is_new) = self.registry.add(slot);
        if !is_new {
            return (slot, true);
        }
        self.count(Metrics::session_started);
        self.options.pubsub.join(slot.clone());
        let mut inner = slot.inner.lock().await;
        if was_there {
            for topic in inner.live.topics() {
                self.follow(&slot, &topic, inner.mark);
            }
        }
        let now = self.now();
        self.settle_outputs(&slot, &mut inner, now);
        if !was_there && (inner.live.is_waiting() || slot.tasks.have_begun()) {
            inner.settles_until = Some(now + self.options.mount_timeout);
        }
        drop(inner);
        if let Some(on_start) = &self.options.on_session_start {
            hook(|| on_start(&slot.info()));
        }
        (slot, was_there)
    }
}

fn no_token(error: SessionError) -> Reason {
    crate::log!(debug, %error, "a connection was refused");
    Reason::Token
}

fn info(new: &New) -> SessionInfo<'_> {
    SessionInfo { id: new.id, path: &new.request.path, user_id: new.request.user_id.as_deref() }
}

/// A join whose panic (in a store, say) ends its connection only.
pub(super) async fn guarded(
    engine: Arc<Engine>,
    frame: Vec<u8>,
    upgrade: Upgrade,
    number: u64,
    direct: Option<Arc<dyn Direct>>,
) -> Result<Joined, Reason> {
    match runtime::caught(Box::pin(join(engine, frame, upgrade, number, direct))).await {
        Ok(joined) => joined,
        Err(panicked) => {
            crate::log!(error, %panicked, "a session couldn't be started");
            Err(Reason::Internal)
        }
    }
}
