//! Pages in a browser without JavaScript: forms that post to their own page.

use std::sync::Arc;
use std::time::Duration;

use live_core::Record;
use live_core::client::Action;
use live_smol::live_std::form::MAX_FIELDS;
use live_smol::live_std::store::{StoreError, StoreFuture};
use live_smol::prelude::*;

use crate::common::browser::Browser;
use crate::common::http::{self, Answer};
use crate::common::{Tab, options, server, start};

fn count(answer: &Answer) -> &str {
    answer.text().split_once("<b data-lv-region=\"count\">").unwrap().1.split_once('<').unwrap().0
}

#[test]
fn the_state_lives_on_from_post_to_get_to_post() {
    let server = server();
    let mut browser = Browser::open(&server, "/lab/a");
    for (event, expected) in
        [("_lv_event=inc&by=7", "7"), ("_lv_event=inc%3Fby%3D2", "9"), ("_lv_event=inc", "10")]
    {
        let answer = browser.post("/lab/a?x=1", event);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/lab/a?x=1")),
            "{}",
            answer.text()
        );
        assert_eq!(count(&browser.get("/lab/a?x=1")), expected);
    }
    assert_eq!(count(&Browser::open(&server, "/lab/a").get("/lab/a")), "0", "another browser has its own");
    for other in ["/lab/b", "/lab/a", "/lab/a?x=2"] {
        assert_eq!(count(&browser.get(other)), "0", "and so has another page: {other}");
    }
    assert_eq!(count(&browser.get("/lab/a?x=1")), "10");
}

#[test]
fn a_redirect_is_followed_and_a_failure_told() {
    let server = server();
    let mut browser = Browser::open(&server, "/lab/a");
    let go = browser.post("/lab/a", "_lv_event=go");
    assert_eq!((go.status, go.header("location")), (303, Some("/there")));
    let told = browser.post("/lab/a", "_lv_event=tell");
    assert!(told.status == 422 && told.text().contains("Not today."), "{}", told.text());
    for event in ["fail", "panic", "unknown", "say"] {
        assert_eq!(browser.post("/lab/a", &format!("_lv_event={event}")).status, 422, "{event}");
        assert_eq!(count(&browser.get("/lab/a")), "0", "{event}");
    }
    assert_eq!(browser.post("/lab/a", "by=7").status, 400);
}

#[test]
fn a_refused_form_is_answered_by_the_page_as_it_is_now_and_its_state_goes_on() {
    let server = server();
    let mut browser = Browser::open(&server, "/lab/a");
    for expected in ["1", "2"] {
        let refused = browser.post("/lab/a", "_lv_event=refuse");
        assert_eq!((refused.status, count(&refused)), (422, expected));
        assert_eq!(count(&browser.get("/lab/a")), expected);
    }
    assert_eq!(browser.post("/lab/a", "_lv_event=inc").status, 303);
    assert_eq!(count(&browser.get("/lab/a")), "3");
}

#[test]
fn a_token_is_good_for_its_page_and_its_browser_alone() {
    let server = server();
    let mut browser = Browser::open(&server, "/lab/a");
    let own = browser.token.clone();
    let foreign = Browser::open(&server, "/lab/a").token;
    let elsewhere = browser.get("/lab/b");
    let elsewhere = elsewhere.quoted("name=\"_csrf\" value=\"");
    let live =
        http::get(server.local_addr().unwrap(), "/lab/a", &browser.headers()).quoted("data-lv=\"").to_owned();
    for token in ["", "x", &foreign, elsewhere, &live] {
        let refused = browser.post_bare("/lab/a", "", &format!("_csrf={token}&_lv_event=inc"));
        assert_eq!(refused.status, 403, "{token}");
        assert!(refused.text().contains("`_csrf`"), "{}", refused.text());
    }
    assert_eq!(browser.post_bare("/lab/a", "", "_lv_event=inc").status, 403);
    assert_eq!(count(&browser.get("/lab/a")), "0");
    let header = format!("X-CSRF-Token: {own}\r\n");
    assert_eq!(browser.post_bare("/lab/a", &header, "_lv_event=inc").status, 303);
    assert_eq!(count(&browser.get("/lab/a")), "1");
    let evil = http::post(
        server.local_addr().unwrap(),
        "/lab/a",
        "Origin: http://evil.example\r\n",
        "_lv_event=inc",
    );
    assert_eq!(evil.status, 403);
}

#[test]
fn a_store_that_fails_is_told_of_and_nothing_is_done() {
    struct Broken;
    impl SessionStore for Broken {
        fn get(&self, _: SessionId) -> StoreFuture<'_, Option<Record>> {
            Box::pin(async { Ok(None) })
        }
        fn set(&self, _: Record, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Err(StoreError::Full) })
        }
        fn commit(&self, _: Record, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Err(StoreError::Full) })
        }
        fn delete(&self, _: SessionId) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
        fn touch(&self, _: SessionId, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
    }
    let server = start(Options { session_store: Arc::new(Broken), ..options() });
    let mut browser = Browser::open(&server, "/lab/a");
    assert_eq!(browser.post("/lab/a", "_lv_event=inc").status, 500);
    assert_eq!(count(&browser.get("/lab/a")), "0");
}

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Order {
    name: String,
    count: u8,
}

/// Takes orders.
struct Shop;

impl Page for Shop {
    type State = Order;
    type Message = ();

    fn render(&self, s: &Session<Order>, view: &mut View) -> Result {
        view.page(|out| {
            let Order { name, count } = &s.state;
            *out += &format!("{}<i>{name}: {count}</i><p>{}</p>", s.csrf_field(), s.flash.error.join(" "));
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Order>, e: &Event) -> Result {
        s.replace_state(e.form()?);
        Ok(())
    }
}

#[test]
fn a_field_that_is_missing_or_no_number_is_told_and_changes_nothing() {
    let server = Live::new(options()).page("/", Shop).bind("127.0.0.1:0").unwrap();
    let mut browser = Browser::open(&server, "/");
    assert_eq!(browser.post("/", "_lv_event=order&name=tea&count=2").status, 303);
    for fields in ["name=milk", "name=milk&count=two", "name=milk&count=300"] {
        let told = browser.post("/", &format!("_lv_event=order&{fields}"));
        assert_eq!(told.status, 422, "{fields}");
        let text = told.text();
        assert!(
            text.contains("<i>tea: 2</i>") && text.split("<p>").nth(1).unwrap().contains("`count`"),
            "{text}"
        );
    }
    assert!(browser.get("/").text().contains("<i>tea: 2</i>"));
}

/// Counts the boxes that are ticked.
struct Boxes;

#[derive(serde::Deserialize)]
struct Ticked {
    rows: Vec<u32>,
}

impl Page for Boxes {
    type State = usize;
    type Message = ();

    fn render(&self, s: &Session<usize>, view: &mut View) -> Result {
        view.page(|out| {
            *out += &format!("{}<b>{}</b>", s.csrf_field(), s.state);
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<usize>, e: &Event) -> Result {
        let Ticked { rows } = e.form()?;
        s.replace_state(rows.len());
        Ok(())
    }
}

#[test]
fn a_form_of_very_many_boxes_is_taken_by_post_and_by_the_connection() {
    let server = Live::new(options()).page("/", Boxes).bind("127.0.0.1:0").unwrap();
    let mut browser = Browser::open(&server, "/");
    // Beside the event's name and the token.
    let most = MAX_FIELDS - 2;
    for (boxes, status) in [(600, 303), (most, 303), (most + 1, 413)] {
        let answer = browser.post("/", &format!("_lv_event=tick{}", "&rows=1".repeat(boxes)));
        assert_eq!(answer.status, status, "{boxes}");
        let shown = format!("<b>{}</b>", boxes.min(most));
        assert!(browser.get("/").text().contains(&shown), "{boxes}");
    }
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    for boxes in [600, 5000] {
        tab.send((0..boxes).fold(Action::new("tick"), |action, row| action.field("rows", row)));
        tab.until("an acknowledgement", |tab| tab.client.pending() == 0);
        assert!(tab.client.page_html().contains(&format!("<b>{boxes}</b>")), "{boxes}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let server = server();
    let mut browser = Browser::open(&server, "/lab/a");
    let fits = "x".repeat(live_smol::MAX_BODY - browser.token.len() - 100);
    assert_eq!(browser.post("/lab/a", &format!("_lv_event=inc&x={fits}")).status, 303);
    let headers = format!(
        "{}Origin: http://localhost\r\nContent-Length: {}\r\n",
        browser.headers(),
        live_smol::MAX_BODY + 1
    );
    let head = format!("POST /lab/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    assert_eq!(http::raw(server.local_addr().unwrap(), &head).status, 413);
    assert_eq!(count(&browser.get("/lab/a")), "1");
}

#[test]
fn sessions_that_are_kept_for_ever_take_forms() {
    let minute = Duration::from_secs(60);
    for (session_timeout, grace) in [(Duration::MAX, minute), (minute, Duration::MAX)] {
        let server = start(Options { session_timeout, grace, ..options() });
        let mut browser = Browser::open(&server, "/lab/a");
        let answer = browser.post("/lab/a", "_lv_event=inc");
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
}
