//! Who is logged in, and by which cookie. Logins are in memory: they end with the server.
//!
//! This is a demonstration of sessions, and no example of how to keep passwords: those here are no secrets, and stand in the program.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use live_smol::live_core::Request;
use live_smol::live_std::{Auth, entropy};
use live_smol::prelude::Redirect;

use crate::samples::clock;

/// The logins, oldest first.
#[derive(Debug, Default)]
pub struct Logins(Mutex<VecDeque<Login>>);

/// A user in one browser.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// What the browser's cookie holds: 128 random bits.
    token: String,
    pub(crate) user: String,
    /// The time of day.
    pub(crate) since: String,
}

/// The cookie with a login's token.
pub(crate) const COOKIE: &str = "gallery-login";

/// Who may log in, with the passwords.
pub(crate) const USERS: [(&str, &str); 2] = [("ann", "willow"), ("bo", "pebble")];

/// How many logins are kept; beyond, the oldest ends.
const MAX_LOGINS: usize = 1000;

impl Logins {
    /// Logs somebody in. Gives the token for the cookie; none where name or password are wrong.
    pub(crate) fn enter(&self, name: &str, password: &str) -> Option<String> {
        let (user, _) = USERS.into_iter().find(|known| *known == (name, password))?;
        let token = entropy::text();
        let mut logins = self.lock();
        logins.push_back(Login { token: token.clone(), user: user.to_owned(), since: clock() });
        let excess = logins.len().saturating_sub(MAX_LOGINS);
        logins.drain(..excess);
        Some(token)
    }

    /// Ends a login; all of its user's where `everywhere` is asked for. Gives the user.
    pub(crate) fn leave(&self, token: &str, everywhere: bool) -> Option<String> {
        let mut logins = self.lock();
        let user = logins.iter().find(|login| login.token == token)?.user.clone();
        logins.retain(|login| login.token != token && !(everywhere && login.user == user));
        Some(user)
    }

    /// The login that a request's cookie names.
    pub(crate) fn find(&self, cookies: &str) -> Option<Login> {
        let token = cookies.split("; ").find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='))?;
        self.lock().iter().find(|login| login.token == token).cloned()
    }

    /// In how many browsers somebody is logged in.
    pub(crate) fn count(&self, user: &str) -> usize {
        self.lock().iter().filter(|login| login.user == user).count()
    }

    /// Says to every page who asks. Whoever isn't logged in is sent from `/account` to `/login`.
    pub fn auth(self: Arc<Self>) -> Auth {
        Auth::new(move |request: Arc<Request>| {
            let login = self.find(request.header("cookie").unwrap_or_default());
            async move {
                match login {
                    None if request.path == "/account" => Err(Redirect::to("/login").into()),
                    login => Ok(login.map(|login| login.user)),
                }
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Login>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(token: &str) -> String {
        format!("live=x; {COOKIE}={token}")
    }

    #[test]
    fn a_password_opens_a_login_that_its_cookie_names() {
        let logins = Logins::default();
        assert_eq!((logins.enter("ann", "pebble"), logins.enter("", "")), (None, None));
        let token = logins.enter("ann", "willow").unwrap();
        assert_eq!(logins.find(&cookie(&token)).unwrap().user, "ann");
        assert!(logins.find("").is_none() && logins.find(&cookie("x")).is_none());
        assert!(logins.find(&format!("{COOKIE}-{token}")).is_none());
    }

    #[test]
    fn one_login_ends_or_all_of_a_user() {
        let logins = Logins::default();
        let [one, two, three] = [(); 3].map(|()| logins.enter("ann", "willow").unwrap());
        let other = logins.enter("bo", "pebble").unwrap();
        assert_eq!(logins.leave(&one, false).as_deref(), Some("ann"));
        assert_eq!((logins.leave(&one, false), logins.count("ann")), (None, 2));
        logins.leave(&two, true);
        assert!(logins.find(&cookie(&three)).is_none() && logins.find(&cookie(&other)).is_some());
    }

    #[test]
    fn the_oldest_login_ends_where_there_are_too_many() {
        let logins = Logins::default();
        let first = logins.enter("ann", "willow").unwrap();
        (0..MAX_LOGINS).for_each(|_| drop(logins.enter("bo", "pebble")));
        assert!(logins.find(&cookie(&first)).is_none());
        assert_eq!(logins.count("bo"), MAX_LOGINS);
    }
}
