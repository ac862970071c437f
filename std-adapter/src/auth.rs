//! Who asks: authentication, and what guards forms against other sites.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, Uri};
use live_core::{Pair, Request, Result};

use crate::store::BoxFuture;

/// The field with a form's token, which [`Session::csrf_field`](live_core::Session::csrf_field) writes.
pub(crate) const CSRF_FIELD: &str = "_csrf";
/// The header that may have it instead.
const CSRF_HEADER: &str = "x-csrf-token";

/// Finds out who asks, see [`Options::auth`](crate::Options::auth).
///
/// It runs for each GET and POST of a page, and again when the browser connects, with the same path and the headers of that moment. What
/// it gives is the page's [`Session::user_id`](live_core::Session::user_id). A [`Redirect`](live_core::Redirect) as the error sends the
/// browser elsewhere; any other error is answered by status 500, or makes a connection come back later.
///
/// ```
/// use live_core::Redirect;
/// use live_std::{Auth, Options};
///
/// /// In a program: looks the cookie up where log-ins are kept.
/// async fn user(cookie: &str) -> Option<String> {
///     (cookie == "login=7f3a").then(|| "ann".to_owned())
/// }
///
/// let auth = Auth::new(|request| async move {
///     let user = user(request.header("cookie").unwrap_or_default()).await;
///     if user.is_none() && request.path.starts_with("/dashboard") {
///         return Err(Redirect::to("/login").into());
///     }
///     Ok(user)
/// });
/// let options = Options { auth: Some(auth), ..Options::default() };
/// # assert!(options.auth.is_some());
/// ```
#[derive(Clone)]
pub struct Auth(Arc<Function>);

type Function = dyn Fn(Arc<Request>) -> BoxFuture<'static, Result<Option<String>>> + Send + Sync;

impl Auth {
    /// Authentication by an async function. The request's own `user_id` is what middleware has found, if there is any.
    pub fn new<F, Fut>(function: F) -> Self
    where
        F: Fn(Arc<Request>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<String>>> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(function(request))))
    }

    pub(crate) fn user(&self, request: Arc<Request>) -> BoxFuture<'static, Result<Option<String>>> {
        (self.0)(request)
    }
}

/// How forms are guarded against other sites, see [`Options::csrf`](crate::Options::csrf).
#[derive(Clone)]
pub struct Csrf {
    /// Whether a form that is posted without JavaScript has to carry its page's token. Connections are always checked, and so is
    /// the origin of whatever isn't a GET. Default: yes.
    pub enabled: bool,
    /// Takes the token out of a request. Default: [`csrf_token`], the field `_csrf` or the header `X-CSRF-Token`.
    pub token_func: TokenFunc,
}

/// See [`Csrf::token_func`].
pub type TokenFunc = Arc<dyn Fn(&Form<'_>) -> Option<String> + Send + Sync>;

/// A form that was posted.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Where to.
    pub uri: &'a Uri,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// Its fields, in order.
    pub fields: &'a [Pair],
}

impl Default for Csrf {
    fn default() -> Self {
        Self { enabled: true, token_func: Arc::new(csrf_token) }
    }
}

/// The token in the field `_csrf`, else that in the header `X-CSRF-Token`.
pub fn csrf_token(form: &Form<'_>) -> Option<String> {
    let field = form.fields.iter().find(|(name, _)| &**name == CSRF_FIELD).map(|(_, value)| &**value);
    let header = || form.headers.get(CSRF_HEADER)?.to_str().ok();
    field.or_else(header).map(str::to_owned)
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(…)")
    }
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csrf").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}
