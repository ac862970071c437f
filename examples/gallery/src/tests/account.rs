//! The account, as those see it who are logged in, and who aren't.

use std::sync::Arc;

use live_smol::live_core::Request;
use live_smol::prelude::*;

use crate::account::{AccountPage, Changed};
use crate::logins::{COOKIE, Logins};

/// Opens the page in the browser with this login.
fn open(logins: &Arc<Logins>, token: &str) -> Result<TestClient<AccountPage>> {
    let headers = vec![("cookie".into(), format!("{COOKIE}={token}").into())];
    let request = Request { path: "/account".to_owned(), headers, ..Request::default() };
    TestClient::with(AccountPage::new(logins.clone()), request)
}

#[test]
fn without_a_login_it_leads_to_the_form() {
    let error = open(&Arc::default(), "x").unwrap_err();
    assert_eq!(error.redirect(), Some(&Redirect::to("/login")));
}

#[test]
fn it_shows_who_is_logged_in_and_in_how_many_browsers() {
    let logins = Arc::new(Logins::default());
    let token = logins.enter("ann", "willow").unwrap();
    let mut tab = open(&logins, &token).unwrap();
    assert_eq!(
        (tab.element("#user").text(), tab.html("browsers")),
        ("ann".to_owned(), "In this browser alone.")
    );
    assert_eq!(tab.topics(), ["account:ann"]);

    logins.enter("ann", "willow").unwrap();
    tab.info(Changed);
    assert_eq!(tab.html("browsers"), "In 2 browsers.");
    assert!(tab.commands().is_empty());
}

#[test]
fn a_log_out_everywhere_sends_other_browsers_to_the_form() {
    let logins = Arc::new(Logins::default());
    let [here, there] = [(); 2].map(|()| logins.enter("ann", "willow").unwrap());
    let mut tab = open(&logins, &here).unwrap();
    logins.leave(&there, true);
    tab.info(Changed);
    assert_eq!(tab.commands(), [Redirect::to("/login").replacing().into()]);
}
