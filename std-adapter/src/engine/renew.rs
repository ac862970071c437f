//! Tokens of connections that last for longer than a token does.

use std::time::Duration;

use live_core::wire::{Reason, ServerFrame};

use super::Engine;
use super::join::Joined;
use super::slot::Slot;
use crate::guard::CatchUnwind;

/// The shortest time between two tokens of a connection, however short their lifetime is.
const SOONEST: Duration = Duration::from_millis(100);

impl Engine {
    /// How long after its token was issued a connection has another one.
    pub(super) fn renews_after(&self) -> Duration {
        (self.options.token_lifetime / 2).max(SOONEST)
    }

    /// A session's token, for a browser that had this auth epoch when it connected.
    pub(super) fn token_of(&self, slot: &Slot, auth_epoch: u64) -> String {
        self.signer.sign(&self.claims_for(slot.id, slot.form, slot.cookie, &slot.request, auth_epoch))
    }

    /// The frame that brings a connection its next token.
    ///
    /// # Errors
    /// [`Reason::Token`] where the user's rights have changed since it connected: a renewal must not give them back.
    pub(super) fn renew(&self, joined: &Joined) -> Result<Vec<u8>, Reason> {
        let user = joined.slot.request.user_id.as_deref();
        let auth_epoch = CatchUnwind.catch(|| self.auth_epoch(user)).map_err(|panicked| {
            crate::log!(error, %panicked, "the auth epoch of a user");
            Reason::Internal
        })?;
        if auth_epoch != joined.auth_epoch {
            return Err(Reason::Token);
        }
        let token = self.token_of(&joined.slot, auth_epoch);
        Ok(ServerFrame::Token { token: &token }.encode())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use http::header::SET_COOKIE;
    use http::{HeaderMap, Uri};
    use live_core::{Page, Result, Session, View};

    use super::*;
    use crate::clock::tests::FakeTime;
    use crate::engine::{EngineBuilder, Protocol, Runtime, Upgrade, Visitor};
    use crate::options::Options;
    use crate::store::BoxFuture;
    use crate::token::{SessionError, cookie_hash};

    const DAY: Duration = Duration::from_secs(24 * 3600);

    /// Some day of this century.
    const TODAY: Duration = DAY.saturating_mul(20_000);

    struct Blank;

    impl Page for Blank {
        type State = ();
        type Message = ();

        fn render(&self, _: &Session<()>, view: &mut View) -> Result {
            view.page(|_| Ok(()));
            Ok(())
        }
    }

    /// Runs nothing: time passes by hand.
    struct Still;

    impl Runtime for Still {
        fn spawn(&self, _: BoxFuture<'static, ()>) {}

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    /// Loads the page: its token, and who may use it.
    fn load(engine: &Engine) -> (String, Upgrade) {
        let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
        let page = pin!(engine.page(&uri, &headers, Visitor::default()));
        let Poll::Ready(Some(page)) = page.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the page waits for something");
        };
        let cookie = page.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(['=', ';']).nth(1).map(cookie_hash);
        let token = page.body().split("data-lv=\"").nth(1).unwrap().split('"').next().unwrap();
        let (protocol, visitor, headers) = (Protocol::Msgpack, Visitor::default(), Vec::new());
        (token.to_owned(), Upgrade { protocol, visitor, cookie, headers })
    }

    #[test]
    fn a_jump_of_the_wall_clock_ends_no_token_and_prolongs_none() {
        for wall in [TODAY + 4000 * DAY, Duration::ZERO] {
            let time = FakeTime::at(TODAY);
            let mut builder = EngineBuilder::default();
            builder.page("/", Blank).unwrap();
            let options = Options { token_lifetime: DAY, ..Options::default() };
            let engine = builder.start_by(time.clock(), options, Arc::new(Still)).unwrap();
            let (token, upgrade) = load(&engine);
            time.set_wall(wall);
            assert!(engine.claims(&token, &upgrade).is_ok());
            let (since, _) = load(&engine);
            assert_ne!(token, since);
            time.pass(DAY - Duration::from_secs(1));
            assert!(engine.claims(&token, &upgrade).is_ok());
            time.pass(Duration::from_secs(2));
            assert_eq!(engine.claims(&token, &upgrade), Err(SessionError::SessionExpired));
        }
    }
}
