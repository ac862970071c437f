//! Commands and errors, as a user tries them.

use live_smol::live_core::client::Action;
use live_smol::live_core::{Call, ErrorReport};
use live_smol::prelude::*;

use crate::acts::COMMANDS;
use crate::commands::CommandsPage;

fn open() -> TestClient<CommandsPage> {
    TestClient::open(CommandsPage, "/commands").unwrap()
}

/// How many events were done, and kept.
fn done(tab: &mut TestClient<CommandsPage>) -> String {
    tab.element("#count").text()
}

/// Gives the page what its server's `on_error` would, as the bus does.
fn reported(tab: &mut TestClient<CommandsPage>) -> ErrorReport {
    let report = tab.errors().remove(0);
    tab.info(report.to_string());
    report
}

#[test]
fn each_command_has_its_button() {
    let mut tab = open();
    tab.element("[data-lv-click=redirect]:not([data-lv-value-replace])").click();
    tab.element("[data-lv-value-replace]").click();
    tab.click("focus");
    tab.click("reset");
    tab.element("[data-lv-value-block=center]").click();
    tab.click("top");
    tab.click("download");
    let commands: [Command; 7] = [
        Redirect::to("/counter").into(),
        Redirect::to("/counter").replacing().into(),
        Focus::on("#field").into(),
        Reset { selector: "#field".to_owned(), event: 4 }.into(),
        Scroll::to("#goal").block(Block::Center).into(),
        Scroll::to("html").into(),
        Download::new("/source/commands.rs", "my_page.rs").into(),
    ];
    assert_eq!(tab.commands(), commands);
    assert_eq!(done(&mut tab), "7");
}

#[test]
fn a_function_of_the_pages_script_answers_by_an_event() {
    let mut tab = open();
    tab.click("measure");
    assert_eq!(tab.commands(), [Js::call("measure").arg("selector", "#field").into()]);
    tab.send(Action::new("measured").value("width", 300).value("height", 44));
    assert_eq!(tab.texts(".told li")[0], "2 measured, width 300, height 44");
}

#[test]
fn every_button_makes_an_event_that_the_page_expects() {
    let mut tab = open();
    for event in COMMANDS.iter().map(|act| act.event) {
        tab.element(&format!("[data-lv-click={event}]:first-child")).click();
    }
    assert!(tab.errors().is_empty());
}

#[test]
fn a_refusal_is_told_to_the_user_and_undone() {
    let mut tab = open();
    tab.click("top");
    tab.click("refuse");
    assert_eq!(tab.element("#flash").text(), "The tea has run out. Choose something else.");
    assert!(tab.errors().is_empty() && done(&mut tab) == "1");
    tab.click("top");
    assert_eq!(tab.html("flash"), "");
}

#[test]
fn other_errors_are_undone_and_reported() {
    let mut tab = open();
    for (event, error) in [
        ("fail", "the store is closed"),
        ("panic", "the pot broke"),
        ("nobody", "the page doesn't know this event; match its name in Page::handle"),
    ] {
        tab.click(event);
        let report = reported(&mut tab);
        assert_eq!(report.call, Call::Handle(event.to_owned()));
        assert!(report.error.to_string().contains(error), "{report}");
        assert!(tab.texts(".told li")[0].starts_with(&format!("on_error was told: handle `{event}`")));
        assert_eq!(done(&mut tab), "0");
    }
}

#[test]
fn a_region_that_cannot_be_rendered_stays_until_the_state_is_mended() {
    let mut tab = open();
    tab.click("break");
    assert_eq!(tab.element("#fragile").text(), "whole, mended 0 ×");
    assert_eq!(reported(&mut tab).call, Call::Render);
    assert_eq!(tab.element("#fragile").text(), "whole, mended 1 ×");
    assert_eq!(done(&mut tab), "1", "the event itself was handled");
}
