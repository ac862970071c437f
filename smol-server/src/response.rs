//! What a handler answers.

use std::fmt;

use bytes::Bytes;
use http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use http::{HeaderMap, StatusCode};
use live_core::{Error, Result};
use live_std::form::FormError;
use live_std::{Answer, Body, BodyError, Escaped, Upgrade};
use serde::Serialize;
use smol::stream::Stream;

/// An HTTP response.
#[derive(Debug, Default)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers. `Content-Length` or `Transfer-Encoding`, and `Date`, are added when it is sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    pub(crate) upgrade: Option<Upgrade>,
    pub(crate) new_csrf: bool,
    /// The connection is closed behind it.
    pub(crate) closes: bool,
}

impl Response {
    /// An empty response.
    pub fn new(status: StatusCode) -> Self {
        Self { status, ..Self::default() }
    }

    /// Plain text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::of("text/plain; charset=utf-8", body.into())
    }

    /// A document.
    pub fn html(body: impl Into<String>) -> Self {
        Self::of("text/html; charset=utf-8", body.into())
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// Where the value has no JSON form.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::of("application/json", serde_json::to_string(value)?))
    }

    /// A file to be saved under `name`.
    pub fn download(name: &str, content_type: &str, body: impl Into<Body>) -> Self {
        let quoted: String = name
            .chars()
            .map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' { c } else { '_' })
            .collect();
        Self { body: body.into(), ..Self::default() }
            .with_header(CONTENT_TYPE, content_type)
            .with_header(CONTENT_DISPOSITION, &format!("attachment; filename=\"{quoted}\""))
    }

    /// A body that comes bit by bit, each piece as soon as the other end has room for it. After an error the connection is closed.
    ///
    /// ```
    /// use std::io;
    ///
    /// use live_smol::prelude::*;
    /// use smol::stream;
    ///
    /// async fn numbers(_: Request) -> Response {
    ///     let lines = stream::iter((0..1000).map(|n| Ok::<_, io::Error>(format!("{n}\n"))));
    ///     Response::stream("text/plain; charset=utf-8", lines)
    /// }
    /// # let _ = Live::new(Options::default()).get("/numbers", numbers);
    /// ```
    pub fn stream<B, E>(
        content_type: &str,
        chunks: impl Stream<Item = std::result::Result<B, E>> + Send + 'static,
    ) -> Self
    where
        B: Into<Bytes> + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self { body: Body::stream(chunks), ..Self::default() }.with_header(CONTENT_TYPE, content_type)
    }

    /// Sends the browser to another URL, by GET.
    pub fn redirect(to: &str) -> Self {
        Self::new(StatusCode::SEE_OTHER).with_header(LOCATION, to)
    }

    /// The same response with another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same response with one more header. A value with control characters makes it status 500: nothing that a stranger
    /// wrote may split a header.
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.append(name, value);
                self
            }
            Err(_) => Self::text("Something went wrong.").with_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The same response with a cookie for the whole site, which scripts can't read and other sites don't send along.
    /// `secure` keeps it to https.
    pub fn with_cookie(self, name: &str, value: &str, secure: bool) -> Self {
        let cookie = live_std::cookie::set(name, value, secure);
        self.with_header(SET_COOKIE, &cookie)
    }

    /// The same response with a cookie taken back that [`with_cookie`](Self::with_cookie) has set.
    pub fn without_cookie(self, name: &str) -> Self {
        self.with_header(SET_COOKIE, &live_std::cookie::remove(name))
    }

    /// The same response, for a browser in which somebody has just logged in or out: the tokens of all its pages and forms are void
    /// from now on, its sessions end, and its open pages are loaded again.
    ///
    /// ```
    /// use live_smol::prelude::*;
    ///
    /// async fn log_out(_: Request) -> Response {
    ///     Response::redirect("/").without_cookie("login").with_new_csrf()
    /// }
    /// # let _ = Live::new(Options::default()).post("/logout", log_out);
    /// ```
    pub fn with_new_csrf(self) -> Self {
        Self { new_csrf: true, ..self }
    }

    pub(crate) fn not_found() -> Self {
        Self::text("There is nothing at this address.").with_status(StatusCode::NOT_FOUND)
    }

    pub(crate) fn about_to_end() -> Self {
        Self::refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is about to end.")
            .with_header(RETRY_AFTER, "1")
    }

    pub(crate) fn refuse(status: StatusCode, why: impl fmt::Display) -> Self {
        Self::text(format!("{why}\n")).with_status(status)
    }

    fn of(content_type: &'static str, body: String) -> Self {
        let mut response = Self { body: body.into(), ..Self::default() };
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response.headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let (parts, body) = answer.into_parts();
        Self { status: parts.status, headers: parts.headers, body, ..Self::default() }
    }
}

impl From<&str> for Response {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Response {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<StatusCode> for Response {
    fn from(status: StatusCode) -> Self {
        Self::new(status)
    }
}

impl<T: Into<Response>> From<Result<T>> for Response {
    /// A [`Redirect`](live_core::Redirect) is one; a [`RecoverableError`](live_core::RecoverableError) is told with status 400; any
    /// other error is logged and answered with status 500.
    fn from(result: Result<T>) -> Self {
        result.map_or_else(failed, Into::into)
    }
}

fn failed(error: Error) -> Response {
    if let Some(redirect) = error.redirect() {
        return Response::redirect(&redirect.to);
    }
    if let Some(told) = error.recoverable() {
        let text = format!("<!doctype html><title>Error</title><p>{}</p>", Escaped(&told.message));
        return Response::html(text).with_status(StatusCode::BAD_REQUEST);
    }
    let body = error.downcast_ref::<BodyError>().map(|error| (error.status(), error.to_string()));
    let form = error.downcast_ref::<FormError>().map(|error| (error.status(), error.to_string()));
    if let Some((status, why)) = body.or(form) {
        return Response::refuse(status, why);
    }
    live_std::log!(error, %error, "a handler failed");
    Response::text("Something went wrong.").with_status(StatusCode::INTERNAL_SERVER_ERROR)
}
