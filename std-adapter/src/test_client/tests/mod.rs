//! The TestClient's own tests: what it shows, and each mistake that it finds.

mod acts;
mod waiting;

use std::cell::Cell;
use std::fmt::Write;
use std::panic::{self, AssertUnwindSafe, catch_unwind};

use live_core::wire::{Body, Patch as Wire, Region, ServerFrame, Update};
use live_core::{Command, Ctx, Event, RecoverableError, Redirect, Reset, Session, View, hash};

use super::*;

/// Tells in its state what it is told, and shows a page that a test gives.
#[derive(Default)]
struct Desk(&'static str);

impl Page for Desk {
    type State = Vec<String>;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>) -> Result {
        s.state.push(ctx.query("from").ok_or_else(|| Redirect::to("/?from=here"))?.to_owned());
        ctx.subscribe("desk")?;
        ctx.spawn(async { "loaded".to_owned() })
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.title(if s.flash.info.is_empty() { "Desk" } else { "Informed" });
        view.page(|out| {
            let regions = "<p data-lv-region=\"log\"></p><i data-lv-region=\"flash\"></i>";
            Ok(write!(out, "{}{regions}", self.0)?)
        });
        view.region("log", |out| Ok(out.write_str(&s.state.join(" "))?));
        view.region("flash", |out| Ok(out.write_str(&s.flash.error.join(" "))?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>, e: &Event) -> Result {
        match e.name {
            "later" => ctx.send_after("tick".to_owned(), Duration::from_secs(5)).map(drop)?,
            "tell" => ctx.publish("desk", "told".to_owned())?,
            "go" => s.push(Redirect::to("/there")),
            "refuse" => {
                s.state.push("refused".to_owned());
                s.mark("log");
                return e.refuse();
            }
            "reset" => s.push(Reset::form(e.get("of").unwrap_or_default())),
            "owner" => s.state.push(format!("<input data-lv-own={}>", e.get("by").unwrap_or_default())),
            "no" => return Err(RecoverableError::new("No.").into()),
            "panic" => panic!("at the desk"),
            "unknown" => return e.unknown(),
            "twin" => s.state.push("<b id=a></b><b id=a></b>".to_owned()),
            "hush" => s.state.push("unmarked".to_owned()),
            "title" => s.flash.add_info("all is well"),
            _ => s.state.push(told(e)),
        }
        if !["hush", "title"].contains(&e.name) {
            s.mark("log");
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
        s.state.push(message);
        s.mark("log");
        Ok(())
    }
}

/// An event in one word.
fn told(e: &Event) -> String {
    let pairs = |pairs: Vec<(&str, &str)>| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    let (values, form) = (pairs(e.values.iter().collect()), pairs(e.form.iter().collect()));
    let (key, target) = (e.key.unwrap_or("-"), e.target.unwrap_or("-"));
    format!("{}({values};{form};{key};{target};{})", e.name, e.meta.bits())
}

fn desk(html: &'static str) -> TestClient<Desk> {
    TestClient::open(Desk(html), "/?from=x").unwrap()
}

/// What an act on a page has told the server.
#[track_caller]
fn tells(html: &'static str, act: impl FnOnce(&mut TestClient<Desk>)) -> String {
    let mut tab = desk(html);
    act(&mut tab);
    tab.session().state[2..].join(" ")
}

/// The words of the panic that an act ends in.
#[track_caller]
fn mistake<T>(act: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(act)) else { panic!("it found nothing wrong") };
    *panic.downcast::<String>().expect("a panic with words")
}

#[test]
fn a_page_is_tried_without_a_server() {
    assert_eq!(TestClient::mount(Desk("")).unwrap_err().redirect().unwrap().to, "/?from=here");
    let mut tab = TestClient::open(Desk(""), "/?from=there").unwrap();
    assert_eq!((tab.title(), tab.html("log"), tab.topics()), ("Desk", "there loaded", vec!["desk"]));
    tab.send(Action::new("later"));
    tab.advance(Duration::from_secs(4));
    assert_eq!(tab.html("log"), "there loaded");
    tab.advance(Duration::from_secs(1));
    assert_eq!(tab.html("log"), "there loaded tick");
    tab.send(Action::new("tell"));
    assert_eq!(tab.published(), [("desk".to_owned(), "told".to_owned())]);
    tab.send(Action::new("go"));
    assert_eq!(tab.commands(), [Command::Redirect(Redirect::to("/there"))]);
    assert!(tab.commands().is_empty());
}

#[test]
fn a_page_is_opened_by_its_route() {
    let at = |url| TestClient::at(Desk(""), "/desk/{name}", url).unwrap();
    assert_eq!(at("/desk/a%20b?from=x").machine.request().param("name"), Some("a b"));
    assert_eq!(at("/desk/a?from=there").html("log"), "there loaded");
    let words = mistake(|| at("/chat/a?from=x"));
    assert_eq!(words, "the path `/chat/a` doesn't fit the route `/desk/{name}`");
}

#[test]
fn a_page_that_can_not_be_rendered_is_told() {
    let words = mistake(|| desk("<p data-lv-region=\"lost\"></p>"));
    assert!(
        words.starts_with("the page can't be rendered: the markup has a host for region `lost`"),
        "{words}"
    );
}

#[test]
fn a_test_may_take_it_to_another_thread() {
    let mut tab = desk("");
    let html = std::thread::spawn(move || {
        tab.info("there".to_owned());
        tab.html("log").to_owned()
    });
    assert_eq!(html.join().unwrap(), "x loaded there");
}

#[test]
fn failures_leave_the_state_and_are_told() {
    let mut tab = desk("");
    for name in ["no", "panic", "unknown"] {
        tab.send(Action::new(name));
    }
    assert_eq!(tab.page_html(), "<p data-lv-region=\"log\">x loaded</p><i data-lv-region=\"flash\">No.</i>");
    assert_eq!(tab.flash().error, ["No."]);
    let errors: Vec<String> = tab.errors().iter().map(ToString::to_string).collect();
    assert!(errors.len() == 2 && errors[0].contains("at the desk"), "{errors:?}");
    tab.info("on".to_owned());
    tab.reconnect();
    tab.info("again".to_owned());
    assert_eq!(tab.html("log"), "x loaded on again");
    assert_eq!(tab.session().state.len(), 4);
}

#[test]
fn a_test_sees_whether_the_last_event_was_refused() {
    let mut tab = desk("");
    assert!(!tab.refused(), "there was none");
    for (event, refused) in
        [("refuse", true), ("tell", false), ("no", true), ("unknown", true), ("refuse", true), ("go", false)]
    {
        tab.send(Action::new(event));
        assert_eq!(tab.refused(), refused, "{event}");
    }
    assert_eq!(tab.html("log"), "x loaded refused refused");
    tab.send(Action::new("refuse"));
    tab.info("on".to_owned());
    tab.commands();
    tab.reconnect();
    assert!(tab.refused(), "it is still the last");
}

#[test]
fn a_reset_must_find_a_form_or_a_field() {
    const PAGE: &str = "<form id=f><input name=a><button id=b>B</button><input type=reset id=r></form>
        <p id=p contenteditable></p><p id=q contenteditable=false></p><x-stars id=s></x-stars><select></select>";
    let mut tab = desk(PAGE);
    for of in ["form", "[name=a]", "#p", "#s", "select", "#b, #f"] {
        tab.send(Action::new("reset").value("of", of));
        assert_eq!(tab.commands().len(), 1, "{of}");
    }
    tab.send(Action::new("reset").value("of", "#f"));
    let event = tab.machine.applied();
    assert_eq!(tab.commands(), [Command::Reset(Reset { selector: "#f".to_owned(), event })]);
    for of in ["#lost", "#b", "#r", "#q", "i", "*:not(*)"] {
        let words = mistake(|| desk(PAGE).send(Action::new("reset").value("of", of)));
        assert_eq!(words, format!("a Reset of `{of}` finds no form and no field in the page"));
    }
    let words = mistake(|| desk(PAGE).send(Action::new("reset").value("of", "p[")));
    assert_eq!(words, "`p[` is not a CSS selector that is known here");
}

#[test]
fn the_server_alone_may_own_fields_and_no_more_than_fields() {
    let mut tab = desk("<form data-lv-own=server><input data-lv-own=\"server\"></form>");
    tab.send(Action::new("owner").value("by", "server"));
    for owner in ["user", "Server"] {
        let words = mistake(|| desk("").send(Action::new("owner").value("by", owner)));
        let told = format!("data-lv-own=\"{owner}\" has no meaning: \"server\" is the only value");
        assert_eq!(words, told);
    }
    assert!(mistake(|| desk("<input data-lv-own>")).contains("data-lv-own=\"\""));
    let words = mistake(|| desk("<fieldset data-lv-own=server></fieldset>"));
    assert_eq!(words, "data-lv-own has no meaning on <fieldset>: it is for fields and forms");
}

#[test]
fn a_connection_that_the_server_has_closed_is_told() {
    let mut tab = desk("");
    for _ in 0..live_core::limits::MAX_STRIKES {
        tab.send(Action::new("panic"));
    }
    assert!(mistake(|| tab.send(Action::new("x"))).contains("there is no connection"));
    tab.reconnect();
    tab.send(Action::new("x"));
    assert_eq!(tab.html("log"), "x loaded x(;;-;-;0)");
}

#[test]
fn patches_are_told_by_their_regions() {
    let mut tab = desk("");
    assert!(tab.patches().is_empty(), "the first page comes with the response");
    tab.info("<b>a rather long text that a delta is shorter than</b>".to_owned());
    tab.info("b".to_owned());
    tab.reconnect();
    tab.info("c".to_owned());
    let size = tab.html("log").len();
    tab.info("d".to_owned());
    let patches = tab.patches();
    assert!(patches.iter().all(|patch| patch.region == "log"), "{patches:?}");
    let kinds: Vec<PatchKind> = patches.iter().map(|patch| patch.kind).collect();
    assert_eq!(kinds, [PatchKind::Delta, PatchKind::Delta, PatchKind::Full, PatchKind::Delta]);
    assert_eq!(patches[2].bytes, size);
    assert!(patches[1].bytes < 10 && tab.patches().is_empty(), "{patches:?}");
}

#[test]
fn the_page_is_read_by_selectors() {
    let mut tab = desk("<h1 class='x  y'> Two\n <b>words</b></h1><ol><li>a<li>b</ol>");
    assert_eq!(tab.element("h1.y").text(), "Two words");
    assert_eq!(tab.element("h1").attr("class").as_deref(), Some("x  y"));
    assert_eq!(tab.element("h1").attr("id"), None);
    assert_eq!(tab.texts("ol > li"), ["a", "b"]);
    assert!(tab.texts("ul").is_empty());
}

#[test]
fn what_the_test_names_must_be_there() {
    const PAGE: &str =
        r#"<b data-lv-click="inc"></b><b data-lv-click="dec" data-lv-target="cart"></b><s></s><s></s>"#;
    for (words, act) in [
        (
            "no element has data-lv-click=\"int\"; the page has dec, inc",
            (|tab| tab.click("int")) as fn(&mut TestClient<Desk>),
        ),
        ("no element has data-lv-submit=\"inc\"; the page has none", |tab| tab.submit("inc", &[])),
        ("no element of the page is found by `#x`", |tab| tab.element("#x").click()),
        ("2 elements of the page are found by `s`: choose one, by element(selector)", |tab| {
            tab.element("s").click()
        }),
        ("`p[` is not a CSS selector that is known here", |tab| drop(tab.texts("p["))),
        ("the page has no region `lost`; it has log, flash", |tab| drop(tab.html("lost").to_owned())),
        ("data-lv-target=\"cart\" names a region that the page doesn't have", |tab| tab.click("dec")),
        ("`s:first-of-type` is not a field", |tab| tab.element("s:first-of-type").change("x")),
    ] {
        assert_eq!(mistake(|| act(&mut desk(PAGE))), words);
    }
}

#[test]
fn an_id_that_two_elements_have_is_told() {
    assert_eq!(mistake(|| desk("<b id=x></b><i id=x></i>")), "two elements of the page have the id `x`");
    let mut tab = desk("");
    assert_eq!(mistake(|| tab.send(Action::new("twin"))), "two elements of the page have the id `a`");
}

#[test]
fn a_region_that_nobody_marked_is_told() {
    let mut tab = desk("");
    let words = mistake(|| tab.send(Action::new("hush")));
    assert_eq!(words, "changed without being marked: region `log`. Call s.mark(…) where the state changes");
    let words = mistake(|| desk("").send(Action::new("title")));
    assert_eq!(words, "changed without being marked: the title. Call s.mark(…) where the state changes");
}

#[test]
fn a_region_without_a_place_in_the_page_is_told() {
    let mut tab = desk("");
    let (html, region) = ("lost", Region::Named("cart"));
    let patch = Wire { region, check: hash::check(html), body: Body::Full(html) };
    let frame =
        ServerFrame::Update(Update { applied: Some(0), patches: vec![patch].into(), ..Update::default() })
            .encode();
    assert_eq!(
        tab.receive(&frame),
        Err("the server sent region `cart`, which the page doesn't have".to_owned())
    );
    assert!(tab.receive(&[0xc1]).unwrap_err().contains("makes no sense"));
}

#[test]
fn the_panic_is_at_the_line_of_the_test() {
    thread_local!(static LINE: Cell<u32> = const { Cell::new(0) });
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        LINE.set(info.location().map_or(0, |place| place.line()));
        before(info);
    }));
    let mut tab = desk("");
    let line = line!() + 1;
    mistake(|| tab.click("x"));
    assert_eq!(LINE.get(), line);
    let mut tab = waiting::impatient("/");
    let line = line!() + 1;
    mistake(|| tab.send(Action::new("stuck")));
    assert_eq!(LINE.get(), line);
    let line = line!() + 1;
    mistake(|| tab.release_tasks());
    assert_eq!(LINE.get(), line);
}
