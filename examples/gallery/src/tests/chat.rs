//! The chat, as its visitors try it.

use live_smol::prelude::*;

use crate::chat::ChatPage;
use crate::people::MAX_SHOWN;

/// A visitor of the room `tea`, by the name of Ada.
fn ada() -> TestClient<ChatPage> {
    TestClient::at(ChatPage::default(), "/chat/{room}", "/chat/tea?name=Ada").unwrap()
}

#[test]
fn a_message_is_shown_and_told_to_the_room() {
    let mut tab = ada();
    assert_eq!(tab.title(), "#tea");
    drop(tab.published());
    tab.submit("send", &[("text", " Is there <tea>? ")]);
    assert_eq!(tab.texts("#messages .text"), ["Is there <tea>?"]);
    assert_eq!(tab.texts("#messages .who b"), ["Ada"]);
    assert_eq!(tab.commands(), [Focus::on("#text").into()]);
    assert_eq!(tab.published(), [("said:tea".to_owned(), ())]);
}

#[test]
fn a_message_that_is_not_taken_says_why() {
    let mut tab = ada();
    tab.element("form.say").submit(&[]);
    assert_eq!(tab.element("#flash").text(), "Write something first.");
    tab.submit("send", &[("text", &"x".repeat(281))]);
    assert_eq!(tab.flash().error, ["That is 281 characters; 280 is the most."]);
}

fn people(tab: &TestClient<ChatPage>) -> Vec<String> {
    tab.texts("#people span:nth-child(2)")
}

#[test]
fn the_room_is_told_who_comes_and_goes() {
    let mut tab = ada();
    assert_eq!(people(&tab), ["Ada"]);
    let told = [("present:tea".to_owned(), ())];
    assert_eq!(tab.published(), told);
    for come_or_go in [TestClient::disconnect, TestClient::reconnect] {
        come_or_go(&mut tab);
        assert_eq!(tab.published(), told);
    }
    assert_eq!(people(&tab), ["Ada"]);
}

#[test]
fn of_a_crowd_some_are_named_and_the_others_counted() {
    let page = ChatPage::default();
    for n in 1..=MAX_SHOWN as u8 + 4 {
        page.people.enter("tea", SessionId::new([n; 16]), &format!("Guest {n:02}"));
    }
    let tab = TestClient::at(page, "/chat/{room}", "/chat/tea?name=Ada").unwrap();
    assert_eq!(people(&tab).len(), MAX_SHOWN);
    assert_eq!(tab.texts("#people .more"), ["and 5 more"]);
}
