//! Pages without JavaScript: a form that posts to its own page's URL.

use http::{HeaderMap, Response, StatusCode, Uri};
use live_core::client::{Action, Client, Heard};
use live_core::wire::{BrowserFrame, Hello};
use live_core::{Command, Error, Input, Redirect, Result};

use super::get::{Fetched, Frames};
use super::live::Live;
use super::{Engine, Visitor};
use crate::form;

/// The form field that names the event, as `data-lv-submit` does for browsers with JavaScript.
const EVENT: &str = "_event";

/// What an event has led to.
#[derive(Default)]
struct Outcome {
    redirect: Option<Redirect>,
    failed: bool,
}

impl Engine {
    /// Runs a posted form's event, named by its field `_event`, through the page's `handle` and answers with the page as it is
    /// then, or with where the page sends the browser. None where no page's route matches; the caller has checked host and origin.
    pub async fn submit(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        visitor: Visitor,
        body: &[u8],
    ) -> Option<Response<String>> {
        let fetched = self.fetched(uri, headers, visitor)?;
        let Some(action) = action(body) else {
            return Some(
                self.plain(StatusCode::BAD_REQUEST, "The form has no field `_event` with the event's name."),
            );
        };
        Some(match self.run_event(&fetched, action).await {
            Ok((mut live, outcome)) => match live.full_page() {
                Ok(page) => {
                    let mut response = self.document(&fetched, &page);
                    if outcome.failed {
                        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                    }
                    response
                }
                Err(error) => self.failure(&fetched, error),
            },
            Err(error) => self.failure(&fetched, error),
        })
    }

    /// Plays the part of the browser for one event.
    async fn run_event(&self, fetched: &Fetched, action: Action) -> Result<(Box<dyn Live>, Outcome)> {
        let mut live = self.mounted(fetched, &mut Frames::new()).await?;
        let mut client = Client::new("");
        connect(&mut *live, &mut client, self.now());
        live.handle(Input::Frame(&client.send(action)), self.now());
        let mut frames = Frames::new();
        self.settled(fetched, &mut *live, &mut frames).await;
        let outcome = read(&mut client, &frames)?;
        match outcome.redirect {
            Some(redirect) => Err(redirect.into()),
            None => Ok((live, outcome)),
        }
    }
}

fn connect(live: &mut dyn Live, client: &mut Client, now: live_core::Instant) {
    if let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&client.hello()) {
        let hello: Hello<'_> = hello;
        live.handle(Input::Connected { hello: &hello, token: "", resumed: false }, now);
    }
}

fn action(body: &[u8]) -> Option<Action> {
    let mut fields = form::pairs(str::from_utf8(body).ok()?);
    let at = fields.iter().position(|(name, _)| name == EVENT)?;
    let (_, name) = fields.remove(at);
    Some(Action { form: fields, ..Action::new(name) })
}

fn read(client: &mut Client, frames: &Frames) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for frame in frames {
        for heard in client.receive(frame).map_err(|error| Error::msg(format!("{error:?}")))? {
            match heard {
                Heard::Command(Command::Redirect(redirect)) => outcome.redirect = Some(redirect),
                Heard::Failed(_) => outcome.failed = true,
                _ => {}
            }
        }
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_named_by_a_field_of_its_own() {
        let action = action(b"a=1&_event=save&a=2").unwrap();
        assert_eq!(action.name, "save");
        assert_eq!(action.form, [("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())]);
        assert!(super::action(b"a=1").is_none() && super::action(&[0xff]).is_none());
    }
}
