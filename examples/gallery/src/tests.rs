//! Each page as a user tries it, without a server.

use live_smol::prelude::*;

use crate::chat::ChatPage;
use crate::counter::CounterPage;
use crate::index::IndexPage;
use crate::table::TablePage;
use crate::todos::TodosPage;

#[test]
fn the_index_has_a_card_for_each_page() {
    let mut tab = TestClient::mount(IndexPage).unwrap();
    assert_eq!(tab.title(), "Mizu Live");
    let titles = tab.texts(".card h2");
    assert!(["Counter", "Chat", "Todos", "Table"].iter().all(|page| titles.contains(&page.to_string())));
    assert_eq!(tab.element(".card:first-child h2 a").attr("href").as_deref(), Some("/counter"));
}

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

/// A visitor of the room `tea`, by the name of Ada.
fn ada() -> TestClient<ChatPage> {
    TestClient::at(ChatPage::default(), "/chat/{room}", "/chat/tea?name=Ada").unwrap()
}

#[test]
fn a_message_is_shown_and_told_to_the_room() {
    let mut tab = ada();
    assert_eq!((tab.title(), tab.topics()), ("#tea", &["room:tea".to_owned()][..]));
    tab.submit("send", &[("text", " Is there <tea>? ")]);
    assert_eq!(tab.texts("#messages .text"), ["Is there <tea>?"]);
    assert_eq!(tab.texts("#messages .mine .who b"), ["Ada"]);
    assert_eq!(tab.commands(), [Focus::on("#text").into()]);

    let (topic, message) = tab.published().remove(0);
    assert_eq!(topic, "room:tea");
    tab.info(message);
    assert_eq!(tab.texts("#messages li").len(), 1, "what is known isn't shown again");
}

#[test]
fn a_message_that_is_not_taken_says_why() {
    let mut tab = ada();
    tab.element("form.say").submit(&[]);
    assert_eq!(tab.element("#flash").text(), "Write something first.");
    tab.submit("send", &[("text", &"x".repeat(281))]);
    assert_eq!(tab.flash().error[1], "That is 281 characters; 280 is the most.");
}

#[test]
fn the_table_is_sorted_and_filtered() {
    let mut tab = TestClient::mount(TablePage::default()).unwrap();
    assert_eq!(tab.html("shown"), "1000");
    tab.change("filter", "jade teapot");
    let names = tab.texts("tbody th");
    assert_eq!(names.len().to_string(), tab.html("shown"));
    assert!(!names.is_empty() && names.iter().all(|name| name.contains("Jade")), "{names:?}");

    tab.submit("filter", &[("filter", "kitchen")]);
    assert_eq!(tab.element("#filter").attr("value").as_deref(), Some("kitchen"), "the field keeps it");
    tab.element("[data-lv-value-by=name]").click();
    let names = tab.texts("tbody th");
    assert!(names.len() > 1 && names.is_sorted(), "{names:?}");
    tab.element("[data-lv-value-by=name]").click();
    assert_eq!(tab.element("th[aria-sort]").attr("aria-sort").as_deref(), Some("descending"));
    assert!(tab.texts("tbody th").iter().rev().is_sorted());
}

#[test]
fn one_more_in_the_table_costs_one_row() {
    let mut tab = TestClient::open(TablePage::default(), "/table?filter=jade").unwrap();
    let number = tab.texts("tbody td:first-child").remove(0);
    let before: u32 = tab.element(&format!("#s{number}")).text().parse().unwrap();
    tab.element(&format!("#row-{number} button")).click();
    assert_eq!(tab.element(&format!("#s{number}")).text(), (before + 1).to_string());
    let regions: Vec<String> = tab.patches().into_iter().map(|patch| patch.region).collect();
    assert_eq!(regions, [format!("row:{number}")]);
}

#[test]
fn the_table_works_as_one_region() {
    let mut tab = TestClient::open(TablePage::default(), "/table?plain&filter=teapot").unwrap();
    let stock = tab.texts("tbody td[id]");
    tab.element("tbody tr:first-child button").click();
    assert_ne!(tab.texts("tbody td[id]"), stock);
    assert_eq!(tab.patches()[0].region, "rows");
}

#[test]
fn todos_are_added_ticked_and_deleted() {
    let mut tab = TestClient::mount(TodosPage).unwrap();
    assert_eq!(tab.element(".none").text(), "Nothing is to be done.");
    for text in ["Water the moss", "Make tea"] {
        tab.submit("add", &[("text", text)]);
    }
    tab.element("#todo-1 .tick").click();
    assert_eq!(tab.element(".bar p").text(), "1 of 2 to do");
    tab.element("[data-lv-value-by=open]").click();
    assert_eq!(tab.texts(".list span"), ["Make tea"]);
    tab.element("[data-lv-value-by=done]").click();
    tab.element("[aria-label='Delete Water the moss']").click();
    assert_eq!(tab.flash().success, ["“Water the moss” is deleted."]);
    assert_eq!(tab.element(".none").text(), "None of them is shown here.");
}

#[test]
fn a_todo_is_checked_while_it_is_typed() {
    let mut tab = TestClient::mount(TodosPage).unwrap();
    tab.submit("add", &[("text", "Make tea")]);
    tab.change("text", "make TEA");
    assert_eq!(tab.element("#flash .error").text(), "That is in the list already.");
    tab.change("text", "make TEA and coffee");
    assert_eq!(tab.html("flash"), "");
    tab.element("form.new button").click();
    assert_eq!(tab.element("#flash .error").text(), "Write what is to be done.");
}
