//! A session that has lost its connection goes on: others see it go, its timers fire, messages arrive.

use std::fmt::Write;
use std::time::Duration;

use live_smol::prelude::*;

use crate::common::{Tab, options};

/// Shows what everybody in the room has told; tells when it goes, and that it still is there.
struct Room;

impl Page for Room {
    type State = String;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<String>) -> Result {
        ctx.subscribe("room")
    }

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, _: &mut Session<String>, e: &Event) -> Result {
        ctx.publish("room", e.name.to_owned())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, _: &mut Session<String>) -> Result {
        ctx.publish("room", if ctx.connected() { "back" } else { "gone" }.to_owned())?;
        ctx.send_after("echo".to_owned(), Duration::from_millis(1)).map(drop)
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<String>, message: String) -> Result {
        if message == "echo" {
            return ctx.publish("room", "still there".to_owned());
        }
        s.state += &format!("{message}, ");
        s.mark_all();
        Ok(())
    }
}

#[test]
fn others_see_a_session_go_and_what_it_does_alone() {
    let server = Live::new(options()).page("/", Room).bind("127.0.0.1:0").unwrap();
    let (mut ann, mut bo) =
        (Tab::new(server.local_addr().unwrap(), "/"), Tab::new(server.local_addr().unwrap(), "/"));
    ann.act("hello");
    bo.until_html("", "hello, ");
    ann.vanish();
    bo.until_html("", "hello, gone, still there, ");
    bo.act("what now");
    bo.until_html("", "hello, gone, still there, what now, ");
    ann.reconnect();
    ann.until_html("", "hello, gone, still there, what now, back, still there, ");
}
