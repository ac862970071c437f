//! Pages whose regions make no sense: a clear error, and the page keeps what it showed.

use live_core::client::Heard;
use live_core::limits::MAX_REGION_DEPTH;
use live_core::wire::NoticeLevel;
use live_core::{Call, Config, Ctx, Effect, Event, Input, Page, RegionError, Request, Result, Session, View};
use std::fmt::Write;
use std::sync::Arc;

use crate::common::{Catch, ID, Pair, fresh_html};

/// Shows the markup that its state holds; each region `name=html` of the list is declared.
struct Markup;

#[derive(Clone, Default)]
struct State {
    page: String,
    regions: Vec<(String, String)>,
}

impl Page for Markup {
    type State = State;
    type Message = State;

    fn render(&self, s: &Session<State>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state.page)?));
        for (name, html) in &s.state.regions {
            view.region(name, |out| Ok(out.write_str(html)?));
        }
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<State>, e: &Event) -> Result {
        e.unknown()
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<State>, next: State) -> Result {
        s.replace_state(next);
        Ok(())
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<State>, topic: &str) -> Result {
        s.state.page = format!("missed {topic}");
        s.mark("");
        Ok(())
    }
}

fn host(name: &str) -> String {
    format!("<p data-lv-region=\"{name}\"></p>")
}

fn state(page: &str, regions: &[(&str, &str)]) -> State {
    let regions = regions.iter().map(|(name, html)| ((*name).into(), (*html).into())).collect();
    State { page: page.into(), regions }
}

fn shows(next: State, config: Config) -> (String, Option<RegionError>) {
    let mut pair = Pair::with(Markup, Catch, config);
    pair.message(state("before", &[])).connect(false).message(next);
    let error = pair.effects.iter().find_map(|effect| match effect {
        Effect::Error(report) if report.call == Call::Render => report.error.inner().downcast_ref().cloned(),
        _ => None,
    });
    (pair.client.page_html(), error)
}

#[test]
fn what_is_wrong_with_a_region_is_named_and_the_page_stays() {
    let twice = host("a") + &host("a");
    let deep: Vec<(String, String)> =
        (0..=MAX_REGION_DEPTH).map(|at| (format!("d{at}"), host(&format!("d{}", at + 1)))).collect();
    let deep: Vec<(&str, &str)> = deep.iter().map(|(name, html)| (name.as_str(), html.as_str())).collect();
    let long = "x".repeat(200);
    let cases = [
        (state(&host("a"), &[]), RegionError::Undeclared("a".into())),
        (state(&twice, &[("a", "")]), RegionError::Duplicate("a".into())),
        (
            state(&(host("a") + &host("b")), &[("a", ""), ("b", &host("a"))]),
            RegionError::Duplicate("a".into()),
        ),
        (
            state(&host("a"), &[("a", &host("a"))]),
            RegionError::Recursive { name: "a".into(), holder: "a".into() },
        ),
        (state("<p data-lv-region=\"a\">x</p>", &[("a", "")]), RegionError::NotEmpty("a".into())),
        (state("<p data-lv-region=\"a b\"></p>", &[("a b", "")]), RegionError::Name("a b".into())),
        (state(&host("d0"), &deep), RegionError::TooDeep),
    ];
    for (next, expected) in cases {
        let (html, error) = shows(next, Config::default());
        assert_eq!((html.as_str(), error), ("before", Some(expected)));
    }
    let small = Config { max_region_bytes: 199, ..Config::default() };
    let (html, error) = shows(state(&long, &[]), small.clone());
    assert_eq!((html.as_str(), error), ("before", Some(RegionError::TooLarge { bytes: 200, limit: 199 })));
    let (html, error) = shows(state(&long[1..], &[]), small);
    assert_eq!((html.len(), error), (199, None));
}

#[test]
fn regions_nest_as_deep_as_the_limit() {
    let deep: Vec<(String, String)> = (1..=MAX_REGION_DEPTH)
        .map(|at| {
            let html = if at == MAX_REGION_DEPTH { "bottom".into() } else { host(&format!("d{}", at + 1)) };
            (format!("d{at}"), html)
        })
        .collect();
    let (html, error) = shows(State { page: host("d1"), regions: deep }, Config::default());
    assert!(error.is_none() && html.contains("bottom"), "{error:?} {html}");
}

#[test]
fn a_host_may_not_move_into_a_region_while_another_holds_it() {
    let mut pair = Pair::new(Markup);
    let page = host("a") + &host("b");
    pair.message(state(&page, &[("a", &host("x")), ("b", "b"), ("x", "1")])).connect(false);
    assert!(pair.client.page_html().contains("<p data-lv-region=\"x\">1</p>"));
    // It moves from a to b, and both are rendered: its content comes along.
    pair.message(state(&page, &[("a", ""), ("b", &host("x")), ("x", "1")]));
    assert_eq!(pair.client.page_html(), fresh_html(Markup, pair.machine.session()));
    assert!(pair.client.page_html().contains("<p data-lv-region=\"x\">1</p>"));
}

#[test]
fn dev_mode_warns_once_of_a_large_irregular_region() {
    let warnings = |dev, item: &str| {
        let mut pair = Pair::with(Markup, Catch, Config { dev, ..Config::default() });
        pair.connect(false);
        for text in ["a", "b"] {
            pair.message(state(&item.replace('x', text).repeat(400), &[]));
        }
        let warned = |heard: &&Heard| matches!(heard, Heard::Notice(NoticeLevel::Warning, text) if text.contains("irregular"));
        pair.heard.iter().filter(warned).count()
    };
    assert_eq!(warnings(true, "<li>x"), 1);
    assert_eq!(warnings(true, "<p>x</p>"), 0);
    assert_eq!(warnings(false, "<li>x"), 0);
}

#[test]
fn missed_messages_reach_the_page() {
    let mut pair = Pair::new(Markup);
    pair.connect(false);
    pair.machine.handle(Input::Missed("news"), pair.now);
    pair.settle();
    assert_eq!(pair.client.page_html(), "missed news");
}

#[test]
fn a_first_response_is_whole_and_says_what_it_holds() {
    let mut machine = live_core::Machine::mount(
        Arc::new(Markup),
        Catch,
        Catch,
        ID,
        Arc::new(Request::default()),
        Config::default(),
        false,
        live_core::Instant::default(),
    )
    .unwrap();
    let page = state(&format!("<main>{}</main>", host("a")), &[("a", &host("b")), ("b", "text")]);
    machine.handle(Input::Message(page), live_core::Instant::default());
    let page = machine.full_page().unwrap();
    assert_eq!(page.html, "<main><p data-lv-region=\"a\"><p data-lv-region=\"b\">text</p></p></main>");
    assert_eq!(page.hashes.len(), 4 * 8, "the root, a, b and the title");
}
