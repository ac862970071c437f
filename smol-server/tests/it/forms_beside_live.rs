//! A form that is posted without JavaScript never changes a live session's record behind its back.

use std::sync::Arc;
use std::time::Duration;

use live_smol::Server;
use live_smol::live_core::client::Heard;
use live_smol::live_std::{MemoryStore, Metrics, RedbStore, SessionStore};
use live_smol::prelude::*;

use crate::common::browser::Browser;
use crate::common::durable::Durable;
use crate::common::tab::{Loaded, load};
use crate::common::{Tab, http, options, server_of, start};

/// The stores, each in the way that sessions use it: committed to with each event, or left to while nothing happens.
fn stores() -> Vec<(&'static str, Arc<dyn SessionStore>)> {
    let folder = std::env::temp_dir().join(format!("mizu-live-forms-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{:?}.redb", std::thread::current().id()));
    vec![
        ("memory", Arc::new(MemoryStore::new())),
        ("durable", Arc::new(Durable::default())),
        ("redb", Arc::new(RedbStore::open(file).unwrap())),
    ]
}

fn lab(store: Arc<dyn SessionStore>, hibernates: bool, metrics: &Arc<Metrics>) -> Server {
    let idle = if hibernates { Duration::ZERO } else { Duration::from_secs(600) };
    start(Options {
        session_store: store,
        rest_after: idle,
        hibernate_after: idle,
        metrics: Some(metrics.clone()),
        ..options()
    })
}

/// The page's form token, as the browser shows it.
fn csrf(loaded: &Loaded) -> String {
    let html = loaded.client.page_html();
    html.split_once("name=\"_csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

/// Posts the page's form in the same browser, without its script.
fn post(server: &Server, cookie: &str, token: &str, body: &str) -> http::Answer {
    let headers = format!("Cookie: {cookie}\r\nOrigin: http://localhost\r\n");
    http::post(server.local_addr().unwrap(), "/lab/a", &headers, &format!("_csrf={token}&{body}"))
}

fn resets(tab: &Tab) -> usize {
    let welcomes = tab.heard.iter().filter(|heard| matches!(heard, Heard::Welcome { resumed: false, .. }));
    welcomes.count() - 1
}

/// Clicks, with a connection that is opened again where the server has closed it.
fn click(tab: &mut Tab) {
    if tab.client.pending() == 0 {
        tab.send(live_smol::live_core::client::Action::new("inc"));
    }
    while tab.client.pending() > 0 {
        match tab.ws.read() {
            Ok(tungstenite::Message::Binary(frame)) => tab.take_in(&frame),
            Ok(tungstenite::Message::Close(_)) | Err(_) => tab.reconnect(),
            Ok(_) => {}
        }
    }
}

fn a_post_beside_a_live_page(hibernates: bool) {
    for (name, store) in stores() {
        let metrics = Arc::new(Metrics::new());
        let server = lab(store, hibernates, &metrics);
        let loaded = load(server.local_addr().unwrap(), "/lab/a", "");
        let token = csrf(&loaded);
        let mut tab = Tab::of(server.local_addr().unwrap(), loaded);
        let cookie = tab.cookie.clone();
        for n in 1..=3 {
            click(&mut tab);
            if hibernates {
                while metrics.snapshot().hibernated < n {
                    std::thread::yield_now();
                }
            }
        }
        let posted = post(&server, &cookie, &token, "_lv_event=inc&by=100");
        assert_eq!(posted.status, 303, "{name}: {}", posted.text());
        for _ in 0..2 {
            click(&mut tab);
        }
        tab.reconnect();
        click(&mut tab);
        assert_eq!(resets(&tab), 0, "{name}: the live session was mounted anew");
        assert_eq!(
            tab.client.html("count"),
            Some("6"),
            "{name}: clicks of the live page are lost, or a post is in it"
        );
    }
}

#[test]

fn a_posted_form_leaves_a_live_session_alone() {
    a_post_beside_a_live_page(false);
}

#[test]

fn a_posted_form_leaves_a_hibernated_session_alone() {
    a_post_beside_a_live_page(true);
}

#[test]

fn a_form_of_a_tab_that_was_replaced_leaves_the_session_alone() {
    for (name, store) in stores() {
        let server = lab(store, false, &Arc::new(Metrics::new()));
        let loaded = load(server.local_addr().unwrap(), "/lab/a", "");
        let (token, cookie) = (csrf(&loaded), loaded.cookie.clone());
        let mut tab = Tab::of(server.local_addr().unwrap(), loaded);
        click(&mut tab);
        tab.reconnect();
        for _ in 0..2 {
            // The first connection is closed as replaced; its document is still open, and posts.
            assert_eq!(post(&server, &cookie, &token, "_lv_event=inc&by=100").status, 303);
            click(&mut tab);
        }
        assert_eq!(resets(&tab), 0, "{name}: the live session was mounted anew");
        assert_eq!(tab.client.html("count"), Some("3"), "{name}: the live session has lost clicks");
    }
}

#[test]
fn posts_of_two_tabs_go_on_with_what_each_has_made() {
    for (name, store) in stores() {
        let server = lab(store, false, &Arc::new(Metrics::new()));
        let (mut first, mut second) = (Browser::open(&server, "/lab/a"), Browser::open(&server, "/lab/a"));
        for n in 1..=3 {
            for browser in [&mut first, &mut second] {
                assert_eq!(browser.post("/lab/a", "_lv_event=inc").status, 303);
                let page = browser.get("/lab/a");
                assert!(page.text().contains(&format!(">{n}</b>")), "{name}: {}", page.text());
            }
        }
    }
}

#[test]

fn a_form_has_no_timers_and_no_connection() {
    /// Sets a timer with each event, and says whether a browser is connected.
    struct Clock;

    impl Page for Clock {
        type State = (u32, bool);
        type Message = ();

        fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<(u32, bool)>) -> Result {
            s.state.1 = ctx.connected();
            Ok(())
        }

        fn render(&self, s: &Session<(u32, bool)>, view: &mut View) -> Result {
            view.page(|out| {
                *out += &format!("{}<i>{} {}</i>", s.csrf_field(), s.state.0, s.state.1);
                Ok(())
            });
            Ok(())
        }

        fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<(u32, bool)>, _: &Event) -> Result {
            s.state.0 += 1;
            s.state.1 |= ctx.connected();
            s.mark_all();
            ctx.send_info(())?;
            ctx.send_after((), Duration::from_secs(60)).map(drop)
        }

        fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<(u32, bool)>, (): ()) -> Result {
            s.state.1 |= ctx.connected();
            s.state.0 += 1000;
            Ok(())
        }

        fn connection(&self, _: &mut Ctx<Self>, s: &mut Session<(u32, bool)>) -> Result {
            s.state.0 += 1_000_000;
            Ok(())
        }
    }

    for (name, store) in stores() {
        let server = server_of(Options { session_store: store, ..options() }, "/", Clock);
        let mut browser = Browser::open(&server, "/");
        for n in 1..=100 {
            let posted = browser.post("/", "_lv_event=tick");
            assert_eq!(posted.status, 303, "{name}: post {n}: the timers of a form are kept");
        }
        let page = browser.get("/");
        assert!(page.text().contains("<i>100 false</i>"), "{name}: {}", page.text());
    }
}
