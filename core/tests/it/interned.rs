//! What sessions show alike is in memory once, without being declared.

use std::sync::{Arc, Mutex};

use live_core::client::Action;
use live_core::{
    Config, Ctx, Event, Instant, Interner, Machine, Page, Request, Result, Session, SessionId, Stream,
    Streams, View,
};

use crate::common::{Catch, Pair};

/// A long text that all see alike until somebody changes his own, and a short one.
struct Leaflet;

impl Page for Leaflet {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str("<p data-lv-region=\"short\"></p><div data-lv-region=\"long\"></div>");
            Ok(())
        });
        view.region("short", |out| {
            out.push_str("a few words");
            Ok(())
        });
        view.region("long", |out| {
            (0..100).for_each(|n| out.push_str(&format!("<p>paragraph {}</p>", n + s.state)));
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state = e.get_int("to").unwrap_or(0);
        s.mark("long");
        Ok(())
    }
}

#[derive(Default)]
struct Lender(Mutex<Interner>);

impl Streams for Lender {
    fn lend(&self, _: &str, _: &str, look: &mut dyn FnMut(&mut Stream)) {
        look(&mut Stream::default());
    }

    fn intern(&self, hash: [u8; 8], html: String) -> Arc<String> {
        self.0.lock().unwrap().intern(hash, html)
    }
}

fn opened(lender: &Arc<Lender>) -> Pair<Leaflet> {
    let (now, request) = (Instant::from_micros(1), Arc::new(Request::default()));
    let id = SessionId::new([1; 16]);
    let mut machine =
        Machine::mount(Arc::new(Leaflet), Catch, Catch, id, request, Config::default(), true, now).unwrap();
    machine.lend(lender.clone());
    let mut tab = Pair::of(machine, now);
    tab.connect(false);
    tab
}

fn bytes(tabs: &[Pair<Leaflet>]) -> usize {
    tabs.iter().map(|tab| tab.machine.html_bytes()).sum()
}

#[test]
fn what_all_show_alike_is_in_memory_once_and_what_one_changes_is_its_own() {
    let lender = Arc::new(Lender::default());
    let mut tabs = [(); 10].map(|()| opened(&lender));
    let alone = opened(&Arc::new(Lender::default()));
    let (short, whole) = (100, alone.machine.html_bytes());
    assert!((whole..whole + 9 * short).contains(&bytes(&tabs)), "{} of {whole}", bytes(&tabs));
    let before = tabs[1].client.page_html();
    tabs[0].act(Action::new("go").value("to", 1));
    assert!(tabs[0].client.page_html().contains("paragraph 100</p>"));
    assert!(bytes(&tabs) > 2 * whole - short);
    tabs[1].act(Action::new("go").value("to", 1));
    assert_eq!(tabs[0].client.page_html(), tabs[1].client.page_html());
    assert_eq!(tabs[2].client.page_html(), before, "the others keep what they show");
    assert!(tabs.iter().all(|tab| tab.machine.counters().resyncs == 0));
    for tab in &mut tabs {
        tab.connect(true).act(Action::new("go").value("to", 2));
        tab.connect(true);
    }
    assert!(bytes(&tabs) < whole + 10 * short, "who comes back to what others show shares that");
}
