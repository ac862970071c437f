//! `Err(Redirect)` from any call of page code: as a response, and over the connection.

use std::fmt::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use live_smol::live_core::client::Heard;
use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab, http, server_of, telling};

/// Leaves for `/there` in the call that its path names.
struct Guide {
    left: Sender<()>,
}

fn leave() -> Result {
    Err(Redirect::to("/there").into())
}

impl Page for Guide {
    type State = String;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>) -> Result {
        s.state = ctx.param("call").unwrap_or_default().to_owned();
        ctx.subscribe("guide")?;
        match &*s.state {
            "task" => ctx.spawn(async { "leave".to_owned() }),
            "chain" => ctx.spawn(async { "chain".to_owned() }),
            "push" => ctx.spawn(async { "push".to_owned() }),
            "posted" if ctx.header("origin").is_some() => ctx.spawn(async { "leave".to_owned() }),
            "hang" | "join and hang" if ctx.connected() || s.state == "hang" => {
                ctx.spawn(std::future::pending())?;
                ctx.spawn(async { "leave".to_owned() })
            }
            "join" if ctx.connected() => ctx.spawn(async { "leave".to_owned() }),
            _ => Ok(()),
        }
    }

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "<p>{}</p>{}", s.state, s.csrf_field())?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<String>, e: &Event) -> Result {
        s.state += "!";
        s.mark_all();
        if e.name == "leave" { leave() } else { Ok(()) }
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>, message: String) -> Result {
        s.state += "?";
        match &*message {
            "chain" => ctx.spawn(async { "leave".to_owned() }),
            "push" => {
                s.push(Redirect::to("/there"));
                Ok(())
            }
            _ => leave(),
        }
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<String>, _: &str) -> Result {
        s.state += "~";
        if s.state.starts_with("missed") { leave() } else { Ok(()) }
    }

    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>) -> Result {
        if ctx.connected() {
            return Ok(());
        }
        s.state += "#";
        let _ = self.left.send(());
        if s.state.starts_with("connection") { leave() } else { Ok(()) }
    }
}

/// A server, the errors that it reports, and when it has noticed that a browser is gone.
fn guide() -> (Server, Receiver<String>, Receiver<()>) {
    let ((options, told), (left, noticed)) = (telling(), channel());
    // Longer than any test: whoever is sent elsewhere waits for nothing else.
    let options = Options { mount_timeout: Duration::from_secs(3600), ..options };
    (server_of(options, "/{call}", Guide { left }), told, noticed)
}

#[track_caller]
fn no_errors(told: &Receiver<String>) {
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [""; 0]);
}

#[track_caller]
fn leads_away(answer: &http::Answer) {
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/there")),
        "no redirect: {}",
        answer.text()
    );
}

/// Waits until the browser is sent away.
fn sent_away(tab: &mut Tab) {
    let away = Heard::Command(Redirect::to("/there").into());
    tab.until("the redirect", |tab| tab.heard.contains(&away));
    assert!(!tab.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))));
}

/// Loads a page and posts its form.
fn post(server: &Server, path: &str, event: &str) -> http::Answer {
    post_and_keep(server, path, event).0
}

/// The same; the browser's cookies come along.
fn post_and_keep(server: &Server, path: &str, event: &str) -> (http::Answer, String) {
    let page = http::get(server.local_addr().unwrap(), path, "");
    let cookie = page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();
    let token = page.quoted("name=\"_csrf\" value=\"");
    let answer = http::post(
        server.local_addr().unwrap(),
        path,
        &format!("Cookie: {cookie}\r\nOrigin: http://localhost\r\n"),
        &format!("_csrf={token}&_lv_event={event}"),
    );
    let form = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
    let cookies = format!("Cookie: {cookie}; {form}\r\n");
    (answer, cookies)
}

#[test]
fn a_task_of_mount_answers_the_request_by_a_redirect() {
    let (server, told, _noticed) = guide();
    leads_away(&http::get(server.local_addr().unwrap(), "/task", ""));
    no_errors(&told);
}

#[test]
fn so_does_a_task_that_another_has_led_to() {
    let (server, told, _noticed) = guide();
    leads_away(&http::get(server.local_addr().unwrap(), "/chain", ""));
    no_errors(&told);
}

#[test]
fn a_redirect_waits_for_no_other_task() {
    let (server, told, _noticed) = guide();
    leads_away(&http::get(server.local_addr().unwrap(), "/hang", ""));
    sent_away(&mut Tab::new(server.local_addr().unwrap(), "/join%20and%20hang"));
    no_errors(&told);
}

#[test]
fn so_does_a_redirect_that_is_pushed() {
    let (server, told, _noticed) = guide();
    leads_away(&http::get(server.local_addr().unwrap(), "/push", ""));
    no_errors(&told);
}

#[test]
fn a_posted_form_is_answered_by_the_handlers_redirect() {
    let (server, told, _noticed) = guide();
    leads_away(&post(&server, "/x", "leave"));
    no_errors(&told);
}

#[test]
fn a_posted_form_is_answered_by_the_redirect_of_a_task_of_mount() {
    let (server, told, _noticed) = guide();
    leads_away(&post(&server, "/posted", "stay"));
    no_errors(&told);
}

#[test]
fn a_form_that_was_sent_away_can_be_loaded_again() {
    let (server, told, _noticed) = guide();
    let (answer, cookies) = post_and_keep(&server, "/x", "leave");
    leads_away(&answer);
    let again = http::get(server.local_addr().unwrap(), "/x", &cookies);
    assert_eq!(again.status, 200);
    assert!(again.text().contains("<p>x~</p>"), "{}", again.text());
    no_errors(&told);
}

#[test]
fn a_form_that_goes_on_is_answered_by_the_redirect_of_missed() {
    let (server, told, _noticed) = guide();
    let (answer, cookies) = post_and_keep(&server, "/missed", "stay");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/missed")));
    leads_away(&http::get(server.local_addr().unwrap(), "/missed", &cookies));
    no_errors(&told);
}

#[test]
fn a_task_of_mount_sends_the_browser_away_once_it_has_joined() {
    let (server, told, _noticed) = guide();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/join");
    tab.act("stay");
    sent_away(&mut tab);
    no_errors(&told);
}

#[test]
fn an_event_sends_the_browser_away_and_its_state_is_put_back() {
    let (server, told, _noticed) = guide();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/x");
    tab.act("leave");
    tab.act("stay");
    sent_away(&mut tab);
    assert!(tab.client.page_html().starts_with("<p>x!</p>"), "{}", tab.client.page_html());
    no_errors(&told);
}

#[test]
fn a_message_sends_the_browser_away() {
    let (server, told, _noticed) = guide();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/x");
    server.pubsub().publish("guide", &"leave".to_owned()).unwrap();
    tab.act("stay");
    sent_away(&mut tab);
    no_errors(&told);
}

#[test]
fn a_redirect_waits_for_the_browser_to_come_back() {
    let (server, told, noticed) = guide();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/connection");
    tab.vanish();
    noticed.recv_timeout(PATIENCE).unwrap();
    tab.reconnect();
    sent_away(&mut tab);
    no_errors(&told);
}
