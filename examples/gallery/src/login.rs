//! Logging in and out: plain routes that set the cookie of a login, and take it back.
//!
//! Who logs in or out in a browser is somebody else for all of its pages: [`Response::with_new_csrf`] ends their sessions.

use std::sync::Arc;

use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::Deserialize;

use crate::account::{Changed, topic};
use crate::logins::{COOKIE, Logins, USERS};

/// What the form has.
#[derive(Default, Deserialize)]
struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// What the button for logging out everywhere adds.
#[derive(Deserialize)]
struct Leaving {
    #[serde(default)]
    everywhere: bool,
}

#[derive(TemplateSimple)]
#[template(path = "login.stpl")]
struct Markup<'a> {
    name: &'a str,
    is_wrong: bool,
}

/// Adds the routes. `https` keeps the cookie to https.
pub fn serve(live: Live, logins: Arc<Logins>, https: bool) -> Live {
    let (pubsub, leaving, gone) = (live.pubsub(), logins.clone(), live.pubsub());
    live.get("/login", async |request: Request| form(&request, &Credentials::default(), StatusCode::OK))
        .post("/login", move |request| log_in(request, logins.clone(), pubsub.clone(), https))
        .post("/logout", move |request| log_out(request, leaving.clone(), gone.clone()))
}

async fn log_in(
    mut request: Request,
    logins: Arc<Logins>,
    pubsub: Arc<dyn PubSub>,
    https: bool,
) -> Result<Response> {
    let given: Credentials = request.form().await?;
    let Some(token) = logins.enter(&given.name, &given.password) else {
        return form(&request, &given, StatusCode::UNPROCESSABLE_ENTITY);
    };
    pubsub.publish(&topic(&given.name), &Changed)?;
    Ok(Response::redirect("/account").with_cookie(COOKIE, &token, https).with_new_csrf())
}

async fn log_out(mut request: Request, logins: Arc<Logins>, pubsub: Arc<dyn PubSub>) -> Result<Response> {
    let Leaving { everywhere } = request.form().await?;
    if let Some(user) = request.cookie(COOKIE).and_then(|token| logins.leave(token, everywhere)) {
        pubsub.publish(&topic(&user), &Changed)?;
    }
    Ok(Response::redirect("/login").without_cookie(COOKIE).with_new_csrf())
}

fn form(request: &Request, given: &Credentials, status: StatusCode) -> Result<Response> {
    let mut body = String::new();
    Markup { name: &given.name, is_wrong: status != StatusCode::OK }.write(&mut body)?;
    Ok(request.in_layout("Log in", &body)?.with_status(status))
}
