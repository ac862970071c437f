//! The table, as a user tries it.

use live_smol::prelude::*;

use crate::table::TablePage;

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
