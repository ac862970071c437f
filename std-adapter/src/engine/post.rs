//! Pages without JavaScript: a form that posts to its own page's URL.
//!
//! What a form has made lives on as a stored record. The form's hidden token names it, and after the post a cookie of the page's path.

use http::{HeaderMap, Response, StatusCode, Uri};
use live_core::client::{Action, Client, Heard};
use live_core::wire::BrowserFrame;
use live_core::{Command, Error, Input, Redirect, Result};

use super::get::{Fetched, Outputs, see_other};
use super::live::Live;
use super::{Engine, Visitor};
use crate::form;
use crate::metrics::Metrics;
use crate::store::StoreError;

/// The field that names the event, as `data-lv-click` or `data-lv-submit` does for browsers with JavaScript. Values may follow its name:
/// `add?n=10`.
const EVENT: &str = "_lv_event";
/// The field with the token that [`Session::csrf_field`](live_core::Session::csrf_field) writes, and the header that may have it instead.
const CSRF: &str = "_csrf";
const CSRF_HEADER: &str = "x-csrf-token";
/// How often an event is tried when another request has changed its session meanwhile.
const ATTEMPTS: usize = 3;

/// A form as it was posted.
struct Posted {
    token: Option<String>,
    action: Option<Action>,
}

/// What an event has led to.
struct Outcome {
    live: Box<dyn Live>,
    outputs: Outputs,
    redirect: Option<Redirect>,
    failed: bool,
}

impl Engine {
    /// Runs a posted form's event, named by its field `_lv_event`, through the page's `handle`, keeps the session, and sends the browser back to
    /// the page, or to where the page wants it; answers with the page at once where that has a flash message to show. None where no page's route
    /// matches; the caller has checked host and origin.
    pub async fn submit(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        visitor: Visitor,
        body: &[u8],
    ) -> Option<Response<String>> {
        let mut fetched = self.fetched(uri, headers, visitor)?;
        self.count(Metrics::form);
        let posted = Posted::read(body);
        let header = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
        let token = posted.token.as_deref().or(header).unwrap_or_default();
        let form = match self.form(&fetched, token) {
            Ok(form) => form,
            Err(error) => {
                let told = format!(
                    "The form's field `{CSRF}` wasn't accepted: {error}. Load the page again, and repeat what you did."
                );
                return Some(self.plain(StatusCode::FORBIDDEN, &told));
            }
        };
        let Some(action) = posted.action else {
            let told = format!("The form has no field `{EVENT}` with the event's name.");
            return Some(self.plain(StatusCode::BAD_REQUEST, &told));
        };
        self.go_on(&mut fetched, Some(form));
        Some(match self.run_event(&fetched, &action).await {
            Ok(outcome) => self.answer(uri, &fetched, outcome),
            Err(error) => self.failure(&fetched, error),
        })
    }

    fn answer(&self, uri: &Uri, fetched: &Fetched, outcome: Outcome) -> Response<String> {
        let Outcome { mut live, outputs, redirect, failed } = outcome;
        self.without_connection(outputs.effects, &fetched.info());
        let mut response = if let Some(redirect) = redirect {
            see_other(&redirect.to)
        } else if !failed && !live.has_flash() {
            see_other(uri.path_and_query().map_or(uri.path(), |both| both.as_str()))
        } else {
            match live.full_page() {
                Ok(page) => self.document(fetched, &page),
                Err(error) => return self.failure(fetched, error),
            }
        };
        if failed {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.keep_form(uri, fetched, &mut response);
        response
    }

    /// Plays the part of the browser for one event, and commits what it has changed; nothing else of it is done before.
    async fn run_event(&self, fetched: &Fetched, action: &Action) -> Result<Outcome> {
        let (store, ttl) = (&self.options.session_store, self.options.session_timeout);
        for _ in 0..ATTEMPTS {
            let outcome = self.try_event(fetched, action.clone()).await?;
            match store.commit(outcome.live.record()?, ttl).await {
                Ok(()) => return Ok(outcome),
                Err(StoreError::Fenced) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Fenced.into())
    }

    async fn try_event(&self, fetched: &Fetched, action: Action) -> Result<Outcome> {
        let mut outputs = Outputs::default();
        let mut live = self.opened(fetched, &mut outputs).await?;
        let mut client = Client::new("");
        if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&client.hello()) {
            live.handle(Input::Connected { hello: &hello, token: "", resumed: false }, self.now());
        }
        self.settled(fetched, &mut *live, &mut outputs).await;
        heard(&mut client, &mut outputs)?;
        live.handle(Input::Frame(&client.send(action)), self.now());
        self.settled(fetched, &mut *live, &mut outputs).await;
        let (mut redirect, mut failed) = (None, false);
        for heard in heard(&mut client, &mut outputs)? {
            match heard {
                Heard::Command(Command::Redirect(to)) => redirect = Some(to),
                Heard::Failed(_) => failed = true,
                _ => {}
            }
        }
        Ok(Outcome { live, outputs, redirect, failed })
    }
}

/// What the browser makes of the frames so far.
fn heard(client: &mut Client, outputs: &mut Outputs) -> Result<Vec<Heard>> {
    let mut all = Vec::new();
    for frame in outputs.frames.drain(..) {
        all.extend(client.receive(&frame).map_err(|error| Error::msg(format!("{error:?}")))?);
    }
    Ok(all)
}

impl Posted {
    fn read(body: &[u8]) -> Self {
        let mut fields = form::pairs(str::from_utf8(body).unwrap_or_default());
        let token = take(&mut fields, CSRF);
        let action = take(&mut fields, EVENT).map(|event| {
            let (name, values) = event.split_once('?').unwrap_or((&event, ""));
            Action { values: form::pairs(values), form: fields, ..Action::new(name) }
        });
        Self { token, action }
    }
}

fn take(fields: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = fields.iter().position(|(key, _)| key == name)?;
    Some(fields.remove(at).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_its_event_and_token_by_fields_of_their_own() {
        let Posted { token, action } = Posted::read(b"a=1&_lv_event=save%3Fn%3D1%26m%3D%2526&a=2&_csrf=t");
        let action = action.unwrap();
        assert_eq!((action.name.as_str(), token.as_deref()), ("save", Some("t")));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(action.form, [pair("a", "1"), pair("a", "2")]);
        assert_eq!(action.values, [pair("n", "1"), pair("m", "&")]);
    }

    #[test]
    fn a_form_without_them_or_of_other_bytes_has_none() {
        for body in [&b"a=1"[..], b"", &[0xff]] {
            let Posted { token, action } = Posted::read(body);
            assert!(token.is_none() && action.is_none());
        }
    }
}
