//! A live page with no server at all: frames go in, what comes out is printed. `cargo run -p live-core --example embed`
use std::{fmt::Write, sync::Arc};

use live_core::client::{Action, Client};
use live_core::wire::{BrowserFrame, Received};
use live_core::{
    Config, Ctx, Event, Input, Instant, Machine, NoCodec, NoGuard, Output, Page, Result, Session, SessionId,
    View,
};

struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(r#"<output data-lv-region="count"></output>"#)?));
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += e.get_int("n").unwrap_or(1);
        s.mark("count");
        Ok(())
    }
}

fn main() -> Result {
    let (now, id) = (Instant::from_micros(0), SessionId::new([7; 16])); // a real driver: its clock, 16 random bytes
    let (page, request) = (Arc::new(Counter), Arc::default());
    let mut machine = Machine::mount(page, NoCodec, NoGuard, id, request, Config::default(), true, now)?;

    let mut browser = Client::new("token");
    let first = browser.hello(); // a real driver: reads it from a socket, and verifies the token
    let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&first) else { unreachable!("it is a HELLO") };
    machine.handle(Input::Connected { hello: &hello, token: "token", resumed: false }, now);
    for action in [None, Some(Action::new("inc")), Some(Action::new("inc").value("n", 41))] {
        if let Some(action) = action {
            machine.handle(Input::Frame(&Received::new(&browser.send(action))), now);
        }
        while let Some(output) = machine.poll(now) {
            let Output::Transmit(frame) = output else { continue };
            browser.receive(&frame)?;
            println!("{:3} bytes  {}", frame.len(), browser.page_html());
        }
    }
    Ok(())
}
