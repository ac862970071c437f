//! The index.

use live_smol::prelude::*;

use crate::index::IndexPage;

#[test]
fn the_index_has_a_card_for_each_page() {
    let mut tab = TestClient::mount(IndexPage).unwrap();
    assert_eq!(tab.title(), "Mizu Live");
    let titles = tab.texts(".card h2");
    assert!(
        ["Counter", "Chat", "Todos", "Table", "Commands and errors", "Dashboard", "Account"]
            .iter()
            .all(|page| titles.contains(&page.to_string()))
    );
    assert_eq!(tab.element(".card:first-child h2 a").attr("href").as_deref(), Some("/counter"));
}
