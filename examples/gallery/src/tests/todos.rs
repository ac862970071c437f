//! The todos, as a user tries them.

use live_smol::prelude::*;

use crate::todos::TodosPage;

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
    assert!(tab.refused());
    assert_eq!(tab.element("#flash .error").text(), "Write what is to be done.");
}
