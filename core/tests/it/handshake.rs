//! What both ends say of themselves when a connection begins, and what else version 2 of the wire asks of a machine.

use std::fmt::Write;

use live_core::client::{Action, Client, ClientError};
use live_core::limits::{MAX_MESSAGE, MAX_NODES};
use live_core::wire::{BrowserFrame, DecodeError, Reason, ServerFrame};
use live_core::{Config, Ctx, Event, Page, Result, Session, View};

use crate::common::{Catch, Pair};

/// Counts the fields of the form that it is sent.
struct Census;

impl Page for Census {
    type State = usize;
    type Message = ();

    fn render(&self, s: &Session<usize>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<usize>, e: &Event) -> Result {
        s.replace_state(e.form.len());
        Ok(())
    }
}

fn connected(config: Config) -> Pair<Census> {
    let mut pair = Pair::with(Census, Catch, config);
    pair.connect(false);
    pair
}

#[test]
fn a_welcome_says_the_limit_and_the_version() {
    let pair = connected(Config::default());
    assert_eq!((pair.client.limit(), pair.client.server_version()), (MAX_MESSAGE as u64, ""));
    let pair = connected(Config { max_message: 1000, version: "0a1b2c3d", ..Config::default() });
    assert_eq!((pair.client.limit(), pair.client.server_version()), (1000, "0a1b2c3d"));
}

#[test]
fn a_hello_says_the_version_of_the_script() {
    let mut client = Client::new("token");
    for version in ["", "0a1b2c3d"] {
        client.set_version(version);
        let hello = client.hello();
        let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else { panic!("hello") };
        assert_eq!((hello.version, hello.applied), (version, 0));
    }
}

#[test]
fn a_connection_carries_the_session_number_0_and_no_other() {
    let mut pair = connected(Config::default());
    let on = pair.client.on(0);
    pair.frame(&on).click("count");
    assert_eq!((pair.closed, pair.client.pending()), (None, 0));
    for session in [1, u32::MAX] {
        let mut pair = connected(Config::default());
        let on = pair.client.on(session);
        assert_eq!(pair.frame(&on).closed, Some(Reason::Protocol));
    }
    let on = |session| ServerFrame::On { session }.encode();
    assert_eq!(pair.client.receive(&on(0)), Ok(Vec::new()));
    assert_eq!(pair.client.receive(&on(1)), Err(ClientError::Session(1)));
}

fn form(fields: usize) -> Action {
    (0..fields).fold(Action::new("count"), |action, n| action.field("rows", n))
}

#[test]
fn a_form_of_many_boxes_is_taken() {
    let mut pair = connected(Config::default());
    for boxes in [600, 5000] {
        let frame = pair.client.send(form(boxes));
        assert!(frame.len() < MAX_MESSAGE, "{}", frame.len());
        pair.frame(&frame);
        assert_eq!((pair.client.page_html(), pair.closed), (boxes.to_string(), None));
    }
}

#[test]
fn the_values_of_a_frame_are_bounded() {
    // An EVENT with a form is an array of six.
    let most = (MAX_NODES - 6) / 2;
    let frame = |fields| {
        let mut client = Client::new("token");
        client.send((0..fields).fold(Action::new("count"), |action, _| action.field("", "")))
    };
    assert!(BrowserFrame::decode(&frame(most)).is_ok());
    assert_eq!(BrowserFrame::decode(&frame(most + 1)).err(), Some(DecodeError::Limit));
    // What is unknown counts, too.
    let unknown = |values: usize| {
        let len = u16::try_from(values).unwrap().to_be_bytes();
        [&[0x92, 3, 0xdc][..], &len, &vec![0xc0; values]].concat()
    };
    assert!(BrowserFrame::decode(&unknown(MAX_NODES - 2)).is_ok());
    assert_eq!(BrowserFrame::decode(&unknown(MAX_NODES - 1)).err(), Some(DecodeError::Limit));
}
