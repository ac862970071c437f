//! Pages without JavaScript: a form that posts to its own page's URL.
//!
//! What a form has made lives on as a stored record. The form's hidden token names it, and after the post a cookie of the page's path.

use http::{HeaderMap, Response, StatusCode, Uri};
use live_core::client::{Action, Client, Heard};
use live_core::wire::{BrowserFrame, Received};
use live_core::{Error, Input, Pair, Redirect, Result};

use super::get::{Fetched, Outputs, mounting, see_other};
use super::held::Held;
use super::{Engine, Visitor};
use crate::auth::{CSRF_FIELD, Form};
use crate::body::Body;
use crate::form;
use crate::metrics::Metrics;
use crate::store::StoreError;
use crate::token::Claims;

/// The field that names the event, as `data-lv-click` or `data-lv-submit` does for browsers with JavaScript. Values may follow its name:
/// `add?n=10`.
const EVENT: &str = "_lv_event";
/// How often an event is tried when another request has changed its session meanwhile.
const ATTEMPTS: usize = 3;

/// What an event has led to.
struct Outcome {
    live: Held,
    outputs: Outputs,
    redirect: Option<Redirect>,
    /// It ended in an error, or the page refused it.
    refused: bool,
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
        body: Body,
    ) -> Option<Response<String>> {
        let mut fetched = match self.fetched(uri, headers, visitor).await? {
            Ok(fetched) => fetched,
            Err(response) => return Some(response),
        };
        self.count(Metrics::form);
        let posted = match form::text(headers, body).await {
            Ok(posted) => posted,
            Err(error) => return Some(self.plain(error.status(), &error.to_string())),
        };
        let fields = match form::pairs(&posted) {
            Ok(fields) => fields,
            Err(error) => {
                return Some(self.plain(StatusCode::PAYLOAD_TOO_LARGE, &format!("In the form {error}.")));
            }
        };
        let token = (self.options.csrf.token_func)(&Form { uri, headers, fields: &fields });
        match self.form(&fetched, token.as_deref().unwrap_or_default()) {
            // A token that names a live session is from before forms had one of their own.
            Ok(form) if self.registry.get(form).is_some() => fetched.is_posted(),
            Ok(form) => self.go_on(&mut fetched, Some(form)),
            Err(_) if !self.options.csrf.enabled => fetched.is_posted(),
            Err(_) if is_same_origin(headers) && self.is_of_another_cookie(&fetched, token.as_deref()) => {
                let form = fetched.form;
                self.go_on(&mut fetched, Some(form));
            }
            Err(error) => {
                let told = format!(
                    "The form's token (the field `{CSRF_FIELD}`) wasn't accepted: {error}. Load the page again, and repeat what you did."
                );
                return Some(self.plain(StatusCode::FORBIDDEN, &told));
            }
        }
        let Some(action) = action(fields) else {
            let told = format!("The form has no field `{EVENT}` with the event's name.");
            return Some(self.plain(StatusCode::BAD_REQUEST, &told));
        };
        Some(match self.run_event(&fetched, &action).await {
            Ok(outcome) => self.answer(uri, &fetched, outcome),
            Err(error) => self.failure(&fetched.info(), mounting(error)),
        })
    }

    /// Whether a token is right in all but the browser's cookie, for a form whose session nobody has used yet: another tab's first visit has given the
    /// browser another cookie meanwhile. Who is logged in is the same, and no session is found by such a token.
    fn is_of_another_cookie(&self, fetched: &Fetched, token: Option<&str>) -> bool {
        let Ok(claims) = self.signer.verify(token.unwrap_or_default(), self.clock.unix_seconds()) else {
            return false;
        };
        self.registry.get(claims.form).is_none()
            && Claims { form: claims.form, cookie: claims.cookie, ..self.claims_of(fetched) }.of_form()
                == claims
    }

    fn answer(&self, uri: &Uri, fetched: &Fetched, outcome: Outcome) -> Response<String> {
        let Outcome { mut live, outputs, redirect, refused } = outcome;
        self.without_connection(outputs.effects, &fetched.info());
        let mut response = if let Some(redirect) = redirect {
            see_other(&redirect.to)
        } else if !refused && !live.has_flash() {
            see_other(&self.prefix.url_of(uri))
        } else {
            match self.calling(fetched, || live.full_page()).and_then(|page| self.document(fetched, &page)) {
                Ok(document) => document,
                Err(error) => return self.failure(&fetched.info(), mounting(error)),
            }
        };
        if refused {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.keep_form(uri, fetched, &mut response);
        response
    }

    /// Plays the part of the browser for one event, and commits what it has changed; nothing else of it is done before.
    async fn run_event(&self, fetched: &Fetched, action: &Action) -> Result<Outcome> {
        let (store, ttl) = (&self.options.session_store, self.keeps());
        for _ in 0..ATTEMPTS {
            let outcome = self.try_event(fetched, action.clone()).await?;
            match store.commit(self.calling(fetched, || outcome.live.record())?, ttl).await {
                Ok(()) => return Ok(outcome),
                Err(StoreError::Fenced) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Fenced.into())
    }

    async fn try_event(&self, fetched: &Fetched, action: Action) -> Result<Outcome> {
        let mut outputs = Outputs::default();
        let mut live = match self.opened(fetched, &mut outputs).await {
            Ok(live) => live,
            Err(error) => {
                self.without_connection(outputs.effects, &fetched.info());
                return Err(error);
            }
        };
        let mut client = Client::new("");
        if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&client.hello()) {
            let connected = Input::Connected { hello: &hello, token: "", resumed: false };
            self.calling(fetched, || live.handle(connected, self.now()));
        }
        self.settled(fetched, &mut *live, &mut outputs, |_| false).await;
        heard(&mut client, &mut outputs)?;
        let frame = client.send(action);
        self.calling(fetched, || live.handle(Input::Frame(&Received::new(&frame)), self.now()));
        self.settled(fetched, &mut *live, &mut outputs, |_| false).await;
        let refused =
            heard(&mut client, &mut outputs)?.iter().any(|heard| matches!(heard, Heard::Refused(_)));
        let redirect = live.redirect().cloned();
        // The browser carries out now what it ever will: the record keeps no command.
        while let Some(reply) = client.reply() {
            live.handle(Input::Frame(&Received::new(&reply)), self.now());
        }
        Ok(Outcome { live, outputs, redirect, refused })
    }
}

/// Whether a browser vouches for it that a page of this very host has posted the form.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text("origin").and_then(|origin| origin.split_once("://")).is_some_and(|(_, of)| of == host),
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

/// What a form's fields ask for.
fn action(mut fields: Vec<Pair>) -> Option<Action> {
    fields.retain(|(name, _)| &**name != CSRF_FIELD);
    let at = fields.iter().position(|(name, _)| &**name == EVENT)?;
    let (_, event) = fields.remove(at);
    let (name, values) = event.split_once('?').unwrap_or((&event, ""));
    Some(Action { values: form::pairs(values).ok()?, form: fields, ..Action::new(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_its_event_and_token_by_fields_of_their_own() {
        let action =
            action(form::pairs("a=1&_lv_event=save%3Fn%3D1%26m%3D%2526&a=2&_csrf=t").unwrap()).unwrap();
        assert_eq!(action.name, "save");
        let pair = |name: &str, value: &str| (name.into(), value.into());
        assert_eq!(action.form, [pair("a", "1"), pair("a", "2")]);
        assert_eq!(action.values, [pair("n", "1"), pair("m", "&")]);
    }

    #[test]
    fn a_form_without_an_event_asks_for_nothing() {
        assert!(action(form::pairs("a=1&_csrf=t").unwrap()).is_none());
    }
}
