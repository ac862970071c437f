//! The first response, and how a socket joins it.

use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, http, options, server, start};
use live_smol::live_core::client::{Action, Client, Heard};
use live_smol::live_core::wire::SUBPROTOCOL_JSON;
use live_smol::live_std::{Layout, Shell};
use live_smol::prelude::*;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tungstenite::Message;

#[test]
fn a_page_is_whole_before_any_script_runs() {
    let server = server();
    let page = http::get(server.local_addr().unwrap(), "/lab/bees?x=1", "");
    assert_eq!(page.status, 200);
    let text = page.text();
    for part in [
        "<title>Lab bees</title>",
        "<b data-lv-region=\"count\">0</b>",
        "<li>loaded</li>",
        "/_live/runtime.js?v=",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("dev.js"));
    let policy = page.header("content-security-policy").unwrap();
    let nonce = page.quoted("<script nonce=\"");
    assert!(
        policy.contains(&format!("script-src 'nonce-{nonce}'"))
            && policy.contains("require-trusted-types-for")
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("live=") && cookie.contains("HttpOnly; SameSite=Lax"));
    let other = http::get(server.local_addr().unwrap(), "/lab/bees", "");
    assert_ne!(other.quoted("<script nonce=\""), nonce);
    assert_ne!(other.quoted("data-lv=\""), page.quoted("data-lv=\""));
}

#[test]
fn a_page_may_redirect_fail_or_not_be_there() {
    let server = server();
    let page = |path| http::get(server.local_addr().unwrap(), path, "");
    assert_eq!(
        (page("/lab/elsewhere").status, page("/lab/elsewhere").header("location")),
        (303, Some("/login"))
    );
    for broken in ["/lab/broken", "/lab/panic"] {
        let answer = page(broken);
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("fire") && !answer.text().contains("mount"), "{}", answer.text());
    }
    assert_eq!(page("/nowhere").status, 404);
    let dev = start(Options { dev: true, ..options() });
    let told = http::get(dev.local_addr().unwrap(), "/lab/broken", "");
    assert!(told.text().contains("the lab is on fire"));
}

#[test]
fn the_runtime_is_kept_for_good_under_its_version() {
    let server = server();
    let page = http::get(server.local_addr().unwrap(), "/lab/a", "");
    let url = page.quoted("src=\"");
    let script = http::get(server.local_addr().unwrap(), url, "");
    assert!(
        script.header("cache-control").unwrap().contains("immutable") && script.text().contains("data-lv")
    );
    let tag = script.header("etag").unwrap();
    let again =
        http::get(server.local_addr().unwrap(), "/_live/runtime.js", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.header("cache-control"), again.body.len()), (304, Some("no-cache"), 0));
    assert_eq!(http::get(server.local_addr().unwrap(), "/_live/dev.js", "").status, 404);
    let dev = start(Options { dev: true, ..options() });
    assert_eq!(http::get(dev.local_addr().unwrap(), "/_live/dev.js", "").status, 200);
}

#[test]
fn a_tab_joins_counts_and_hears_timers() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/bees");
    tab.send(Action::new("inc").value("by", 5));
    tab.until_html("count", "5");
    tab.act("later");
    tab.until("the timer", |tab| {
        tab.client.html("notes").is_some_and(|html| html.contains("<li>later</li>"))
    });
    tab.act("big");
    tab.until("a large patch", |tab| tab.client.html("notes").is_some_and(|html| html.len() > 100_000));
    tab.act("go");
    tab.until("the redirect", |tab| tab.heard.iter().any(|heard| matches!(heard, Heard::Command(_))));
    assert_eq!(server.sessions(), 1);
}

fn refused(server: &live_smol::Server, cookie: &str, token: &str) -> (u16, String) {
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), cookie));
    ws.send(Message::Binary(Client::new(token).hello().into())).unwrap();
    closed(&mut ws)
}

#[test]
fn a_token_has_to_be_there_right_and_this_browsers() {
    let server = server();
    let page = load(server.local_addr().unwrap(), "/lab/a", "");
    let other = load(server.local_addr().unwrap(), "/lab/a", "");
    let token = (4001, "token".to_owned());
    assert_eq!(refused(&server, &page.cookie, ""), token);
    assert_eq!(refused(&server, &page.cookie, &page.token.replace(&page.token[9..12], "___")), token);
    assert_eq!(refused(&server, "", &page.token), token);
    assert_eq!(refused(&server, &other.cookie, &page.token), token);
    let stranger = crate::common::server();
    assert_eq!(refused(&stranger, &page.cookie, &page.token), token);
    let mut tab = Tab::of(server.local_addr().unwrap(), page);
    tab.act("inc");
}

#[test]
fn a_token_ends() {
    let server = start(Options { token_lifetime: Duration::ZERO, ..options() });
    let page = load(server.local_addr().unwrap(), "/lab/a", "");
    assert_eq!(refused(&server, &page.cookie, &page.token), (4001, "token".to_owned()));
}

#[test]
fn a_session_goes_on_after_a_lost_connection() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    tab.heard.clear();
    tab.ws.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
    let lost = tab.client.send(Action::new("inc"));
    assert!(!lost.is_empty());
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, .. }));
    tab.until_html("count", "2");
    assert_eq!(server.sessions(), 1);
}

#[test]
fn a_newer_connection_of_a_session_replaces_the_older() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    let older = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), &tab.cookie));
    let mut older = std::mem::replace(&mut tab.ws, older);
    tab.reconnect();
    assert_eq!(closed(&mut older), (4000, "replaced".to_owned()));
    tab.act("inc");
    tab.until_html("count", "2");
    let mut stale = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), &tab.cookie));
    stale.send(Message::Binary(Client::new(&*tab.token).hello().into())).unwrap();
    assert_eq!(closed(&mut stale), (4000, "replaced".to_owned()), "its attempt is older");
}

#[test]
fn in_dev_mode_frames_may_be_json() {
    let server = start(Options { dev: true, ..options() });
    let page = load(server.local_addr().unwrap(), "/lab/a", "");
    let mut request = request(server.local_addr().unwrap(), &page.cookie);
    request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON.parse().unwrap());
    let mut ws = open(server.local_addr().unwrap(), request);
    ws.send(Message::text(format!("[0,\"{}\",1,0,{{\"bin\":\"\"}},\"\",0,\"\"]", page.token))).unwrap();
    ws.send(Message::text("[1,1,0,\"inc\"]")).unwrap();
    let mut told = String::new();
    while !told.contains("\"count\",") || !told.contains("\"1\"") {
        let Message::Text(text) = ws.read().unwrap() else { panic!("not a text: {told}") };
        assert!(!text.contains("\"bin\""), "a delta: {text}");
        told += &text;
    }
    assert!(told.starts_with("[0,0,30000,\""), "{told}");
}

/// Asks for the layout that the query names.
struct Dressed;

impl Page for Dressed {
    type State = String;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>) -> Result {
        s.state = ctx.query("in").unwrap_or_default().to_owned();
        Ok(())
    }

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.layout(&s.state);
        view.page(|out| Ok(out.write_str("<p>dressed</p>")?));
        Ok(())
    }
}

#[test]
fn a_page_may_ask_for_another_layout() {
    let wide: Arc<dyn Layout> = Arc::new(|shell: &Shell<'_>, out: &mut String| {
        *out += &format!("<!doctype html><title>wide</title>{}{}", shell.head, shell.root);
    });
    let options = Options { layouts: [("wide", wide)].into(), ..options() };
    let server = Live::new(options).page("/", Dressed).bind("127.0.0.1:0").unwrap();
    let text = |query: &str| http::get(server.local_addr().unwrap(), query, "").text().to_owned();
    assert!(text("/?in=wide").starts_with("<!doctype html><title>wide</title>"));
    assert!(text("/").contains("<html lang=\"en\">"));
    assert_eq!(http::get(server.local_addr().unwrap(), "/?in=narrow", "").status, 500);
}
