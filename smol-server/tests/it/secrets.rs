//! What never leaves the server.

use std::fmt::Write;

use live_smol::live_core::client::Action;
use live_smol::prelude::*;
use serde::{Deserialize, Serialize};
use tungstenite::Message;

use crate::common::tab::{load, open, request};
use crate::common::{http, options};

/// Knows more than it shows.
struct Vault;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    password: String,
    shown: u32,
}

const PASSWORD: &str = "correct horse battery staple";

impl Page for Vault {
    type State = Kept;
    type Message = ();

    fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<Kept>) -> Result {
        s.state.password = PASSWORD.to_owned();
        Ok(())
    }

    fn render(&self, s: &Session<Kept>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "shown: {}", s.state.shown)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Kept>, e: &Event) -> Result {
        if e.name == "fail" {
            return Err(Error::msg(PASSWORD));
        }
        s.state.shown += 1;
        s.mark_all();
        Ok(())
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn no_state_reaches_the_browser_but_what_is_rendered() {
    let server = Live::new(options()).page("/", Vault).bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let first = http::get(address, "/", "");
    assert!(
        holds(&first.body, "shown: 0") && !holds(&first.body, PASSWORD) && !first.head.contains(PASSWORD)
    );
    let mut page = load(address, "/", "");
    let mut ws = open(address, request(address, &page.cookie));
    let frames =
        [page.client.hello(), page.client.send(Action::new("fail")), page.client.send(Action::new("show"))];
    for frame in frames {
        ws.send(Message::Binary(frame.into())).unwrap();
    }
    while page.client.html("") != Some("shown: 1") {
        let frame = ws.read().unwrap().into_data();
        assert!(!holds(&frame, PASSWORD) && !holds(&frame, "password"), "{frame:?}");
        page.client.receive(&frame).unwrap();
        while let Some(reply) = page.client.reply() {
            ws.send(Message::Binary(reply.into())).unwrap();
        }
    }
}
