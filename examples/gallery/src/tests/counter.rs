//! The counter, as a user tries it.

use live_smol::prelude::*;

use crate::counter::CounterPage;

#[test]
fn the_counter_counts_clicks_and_keys() {
    let mut tab = TestClient::mount(CounterPage).unwrap();
    assert_eq!(tab.html("count"), "0");
    tab.click("inc");
    tab.element("[aria-label='Add 10']").click();
    assert_eq!(tab.html("count"), "11");
    tab.key("ArrowDown");
    tab.element("section button:last-child").key("ArrowDown");
    tab.click("dec");
    assert_eq!(tab.element("#count").text(), "8");
    tab.click("reset");
    assert_eq!(tab.html("count"), "0");
}

#[test]
fn a_click_on_the_counter_costs_the_number_alone() {
    let mut tab = TestClient::mount(CounterPage).unwrap();
    tab.click("inc");
    let patches = tab.patches();
    assert_eq!((patches.len(), patches[0].region.as_str(), patches[0].bytes), (1, "count", 1));
}
