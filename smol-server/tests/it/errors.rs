//! What becomes of errors: the specification's four behaviours, and its three named errors.

use std::fmt::Write;
use std::time::Duration;

use live_smol::live_core::client::{Action, Client, Heard};
use live_smol::live_std::Keys;
use live_smol::prelude::*;
use tungstenite::Message;

use crate::common::tab::{closed, load, open, request};
use crate::common::{PATIENCE, Tab, options, server, start, telling};

fn failed(tab: &Tab) -> usize {
    tab.heard.iter().filter(|heard| matches!(heard, Heard::Refused(_))).count()
}

#[test]
fn no_error_sends_the_patches() {
    let (options, told) = telling();
    let server = start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    tab.until_html("count", "1");
    assert_eq!((failed(&tab), told.try_iter().count()), (0, 0));
}

#[test]
fn a_recoverable_error_is_flashed_the_hook_hears_nothing_and_the_session_goes_on() {
    let (options, told) = telling();
    let server = start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("tell");
    tab.until_html("flash", "Not today.");
    assert_eq!((failed(&tab), told.try_iter().count()), (1, 0));
    tab.act("inc");
    tab.until_html("count", "1");
}

#[test]
fn another_error_goes_to_the_hook_the_state_is_put_back_and_the_session_goes_on() {
    let (options, told) = telling();
    let server = start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    tab.act("fail");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "handle `fail`: broken");
    tab.act("inc");
    tab.until_html("count", "2");
    assert_eq!(failed(&tab), 1);
}

#[test]
fn a_panic_is_caught_and_told_the_state_is_put_back_and_the_third_closes() {
    let (options, told) = telling();
    let server = start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    for _ in 0..2 {
        tab.act("panic");
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "handle `panic`: panicked: handle panics");
    }
    tab.act("inc");
    tab.until_html("count", "2");
    tab.send(Action::new("panic"));
    assert_eq!(tab.closed(), (1011, "internal".to_owned()));
    tab.reconnect();
    tab.act("inc");
    tab.until_html("count", "3");
}

fn refused(server: &Server, cookie: &str, token: &str) -> (u16, String) {
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), cookie));
    ws.send(Message::Binary(Client::new(token).hello().into())).unwrap();
    closed(&mut ws)
}

fn no_token() -> (u16, String) {
    (4001, "token".to_owned())
}

#[test]
fn session_not_found_where_the_page_is_gone() {
    let keys = Keys::default();
    let old = start(Options { keys: keys.clone(), ..options() });
    let page = load(old.local_addr().unwrap(), "/lab/a", "");
    let new = Live::new(Options { keys, ..options() }).bind("127.0.0.1:0").unwrap();
    assert_eq!(refused(&new, &page.cookie, &page.token), no_token());
    assert_eq!(new.sessions(), 0);
}

#[test]
fn session_expired_where_the_tokens_time_is_over() {
    let server = start(Options { token_lifetime: Duration::ZERO, ..options() });
    let page = load(server.local_addr().unwrap(), "/lab/a", "");
    assert_eq!(refused(&server, &page.cookie, &page.token), no_token());
}

#[test]
fn invalid_csrf_where_the_token_is_another_browsers() {
    let server = server();
    let page = load(server.local_addr().unwrap(), "/lab/a", "");
    let other = load(server.local_addr().unwrap(), "/lab/a", "");
    assert_eq!(refused(&server, &other.cookie, &page.token), no_token());
    assert_eq!(server.sessions(), 0);
}

/// Open until the browser connects; then it has moved.
struct Moved;

impl Page for Moved {
    type State = ();
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<()>) -> Result {
        if ctx.connected() || ctx.query("moved").is_some() {
            return Err(Redirect::to("/lab/a").into());
        }
        Ok(())
    }

    fn render(&self, _: &Session<()>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str("here")?));
        Ok(())
    }
}

#[test]
fn a_redirect_from_mount_answers_a_get_and_sends_a_connection_back_to_get_it() {
    let server = Live::new(options()).page("/", Moved).bind("127.0.0.1:0").unwrap();
    let answer = crate::common::http::get(server.local_addr().unwrap(), "/?moved", "");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/lab/a")));
    let page = load(server.local_addr().unwrap(), "/", "");
    assert_eq!(refused(&server, &page.cookie, &page.token), no_token());
    assert_eq!(server.sessions(), 0);
}
