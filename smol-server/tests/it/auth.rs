//! Who asks: `Options::auth`, log-in and log-out, and the tokens of forms.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use live_smol::live_std::{Auth, Csrf};
use live_smol::prelude::*;

use crate::common::http::{get, post};
use crate::common::tab::{closed, load, open, request};
use crate::common::{Tab, options, start};

/// The user is what the cookie `who` says; nobody may not see `/lab/members`.
fn by_cookie() -> Auth {
    Auth::new(|request| async move {
        let cookies = request.header("cookie").unwrap_or_default();
        let user = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("who=")).map(str::to_owned);
        match user {
            None if request.param("room") == Some("members") => Err(Redirect::to("/login").into()),
            user => Ok(user),
        }
    })
}

fn guarded() -> Options {
    Options { auth: Some(by_cookie()), ..options() }
}

/// Connects with these cookies and a page's token, and tells how that ends.
fn refused(server: &Server, cookies: &str, token: &str) -> (u16, String) {
    let mut ws = open(server.local_addr().unwrap(), request(server.local_addr().unwrap(), cookies));
    let hello = live_smol::live_core::client::Client::new(token).hello();
    ws.send(tungstenite::Message::Binary(hello.into())).unwrap();
    closed(&mut ws)
}

/// The page says who asks. What `mount` has spawned has no order with that.
fn knows_ann(tab: &mut Tab) {
    tab.act("who");
    let both = ["<li>ann</li>", "<li>loaded</li>"];
    tab.until("both notes", |tab| both.iter().all(|note| tab.client.page_html().contains(note)));
}

#[test]
fn who_asks_is_known_to_the_page_and_its_session() {
    let server = start(guarded());
    let loaded = load(server.local_addr().unwrap(), "/lab/members", "who=ann");
    let cookie = format!("{}; who=ann", loaded.cookie);
    let mut tab = Tab::of(server.local_addr().unwrap(), crate::common::tab::Loaded { cookie, ..loaded });
    knows_ann(&mut tab);
}

#[test]
fn without_a_user_the_function_redirects_get_and_post() {
    let server = start(guarded());
    for answer in [
        get(server.local_addr().unwrap(), "/lab/members", ""),
        post(server.local_addr().unwrap(), "/lab/members", "", "_lv_event=inc"),
    ] {
        assert_eq!((answer.status, answer.header("location")), (303, Some("/login")));
    }
    assert_eq!(get(server.local_addr().unwrap(), "/lab/others", "").status, 200);
}

#[test]
fn a_connection_is_asked_again_and_has_to_be_the_same_user() {
    let server = start(guarded());
    let loaded = load(server.local_addr().unwrap(), "/lab/members", "who=ann");
    let live = loaded.cookie.as_str();
    for cookies in [live.to_owned(), format!("{live}; who=bo")] {
        assert_eq!(refused(&server, &cookies, &loaded.token), (4001, "token".to_owned()), "{cookies}");
    }
}

#[test]
fn authentication_that_fails_is_reported_and_told_as_no_more_than_that() {
    let (down, reports) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (is_down, told) = (down.clone(), reports.clone());
    let auth = Auth::new(move |_| {
        let down = is_down.load(Ordering::SeqCst);
        async move { if down { Err(Error::msg("the directory is down")) } else { Ok(None) } }
    });
    let server = start(Options {
        auth: Some(auth),
        on_error: Arc::new(move |_, report| told.lock().unwrap().push(report.to_string())),
        ..options()
    });
    let loaded = load(server.local_addr().unwrap(), "/lab/a", "");
    down.store(true, Ordering::SeqCst);
    let answer = get(server.local_addr().unwrap(), "/lab/a", "");
    assert_eq!(answer.status, 500);
    assert!(!answer.text().contains("directory"), "{}", answer.text());
    assert_eq!(refused(&server, &loaded.cookie, &loaded.token).0, 1013, "come back later");
    assert_eq!(*reports.lock().unwrap(), ["auth: the directory is down"; 2]);
}

#[test]
fn middleware_may_say_who_asks() {
    let live = crate::common::lab(options()).with(async |mut request: Request, next: Next| {
        request.user_id = request.cookie("who").map(str::to_owned);
        next.run(request).await
    });
    let server = live.bind("127.0.0.1:0").unwrap();
    let loaded = load(server.local_addr().unwrap(), "/lab/a", "who=ann");
    let cookie = format!("{}; who=ann", loaded.cookie);
    let mut tab = Tab::of(server.local_addr().unwrap(), crate::common::tab::Loaded { cookie, ..loaded });
    knows_ann(&mut tab);
}

#[test]
fn a_log_out_voids_all_tokens_of_the_browser_and_ends_its_sessions() {
    async fn log_out(_: Request) -> Response {
        Response::redirect("/").with_new_csrf()
    }
    let server = crate::common::lab(options()).post("/logout", log_out).bind("127.0.0.1:0").unwrap();
    let mut mine = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let mut other = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let token = get(server.local_addr().unwrap(), "/lab/a", &format!("Cookie: {}\r\n", mine.cookie));
    let token = token.quoted("name=\"_csrf\" value=\"").to_owned();
    let headers = format!("Cookie: {}\r\n", mine.cookie);
    let answer = post(server.local_addr().unwrap(), "/logout", &headers, "");
    let set = answer.header("set-cookie").unwrap();
    assert!(set.starts_with("live=") && !set.contains(&mine.cookie), "{set}");
    assert_eq!(mine.closed(), (4001, "token".to_owned()));
    other.act("inc");
    let fresh = set.split(';').next().unwrap();
    assert_eq!(refused(&server, fresh, &mine.token).0, 4001, "the page's token");
    let body = format!("_csrf={token}&_lv_event=inc");
    let answer = post(server.local_addr().unwrap(), "/lab/a", &format!("Cookie: {fresh}\r\n"), &body);
    assert_eq!(answer.status, 403, "the form's token");
}

#[test]
fn a_forms_token_may_travel_otherwise() {
    let by_query = Csrf {
        token_func: Arc::new(|form| Some(form.uri.query()?.strip_prefix("token=")?.to_owned())),
        ..Csrf::default()
    };
    let server = start(Options { csrf: by_query, ..options() });
    let page = get(server.local_addr().unwrap(), "/lab/a", "");
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let token = page.quoted("name=\"_csrf\" value=\"");
    let headers = format!("Cookie: {cookie}\r\n");
    let answer =
        post(server.local_addr().unwrap(), &format!("/lab/a?token={token}"), &headers, "_lv_event=inc");
    assert_eq!(answer.status, 303);
    let usual = format!("_csrf={token}&_lv_event=inc");
    assert_eq!(post(server.local_addr().unwrap(), "/lab/a", &headers, &usual).status, 403);
}

#[test]
fn where_forms_need_no_token_the_origin_is_checked_all_the_same() {
    let open = Csrf { enabled: false, ..Csrf::default() };
    let server = start(Options { csrf: open, ..options() });
    let answer = post(server.local_addr().unwrap(), "/lab/a", "", "_lv_event=inc");
    assert_eq!(answer.status, 303);
    let foreign = "Origin: https://evil.example\r\n";
    assert_eq!(post(server.local_addr().unwrap(), "/lab/a", foreign, "_lv_event=inc").status, 403);
}
