//! The specification's lifecycle, step by step.

mod cleanup;
mod event_loop;
mod initial_request;
mod websocket_connection;

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab};

/// Tells each call of its code, and each region that it renders.
struct Log(Sender<String>);

impl Log {
    fn tell(&self, call: impl Into<String>) -> Result {
        Ok(self.0.send(call.into())?)
    }
}

impl Page for Log {
    type State = Vec<String>;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>) -> Result {
        self.tell(format!("mount, connected: {}, state: {:?}", ctx.connected(), s.state))?;
        s.state.push(format!("connected: {}", ctx.connected()));
        ctx.subscribe("news")
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| {
            self.tell("render the page")?;
            Ok(out.write_str("<p data-lv-region=\"list\"></p><p data-lv-region=\"still\"></p>")?)
        });
        view.region("list", |out| {
            self.tell("render list")?;
            Ok(out.write_str(&s.state.join(", "))?)
        });
        view.region("still", |out| {
            self.tell("render still")?;
            Ok(out.write_str("as ever")?)
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, e: &Event) -> Result {
        self.tell(format!("handle {}", e.name))?;
        match e.name {
            "add" => s.state.push("added".to_owned()),
            _ => return Ok(()),
        }
        s.mark("list");
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
        self.tell(format!("info {message}"))?;
        if message != "nothing" {
            s.state.push(message);
            s.mark("list");
        }
        Ok(())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        self.tell(format!("connected: {}", ctx.connected()))
    }
}

/// What has been told.
struct Told(Receiver<String>);

impl Told {
    fn next(&self) -> String {
        self.0.recv_timeout(PATIENCE).expect("something told")
    }

    /// All up to now.
    fn so_far(&self) -> Vec<String> {
        self.0.try_iter().collect()
    }
}

/// A server with the page at `/log`, and hooks that tell, too.
fn logging(options: Options) -> (Server, Told) {
    let (tell, told) = channel();
    let (start, end) = (tell.clone(), tell.clone());
    let options = Options {
        on_session_start: Some(Arc::new(move |_| start.send("session starts".to_owned()).unwrap())),
        on_session_end: Some(Arc::new(move |_| end.send("session ends".to_owned()).unwrap())),
        ..options
    };
    (Live::new(options).page("/log", Log(tell)).bind("127.0.0.1:0").unwrap(), Told(told))
}

/// A tab that has joined, with nothing left to be told.
fn joined(server: SocketAddr, told: &Told) -> Tab {
    let mut tab = Tab::new(server, "/log");
    tab.until_html("list", "connected: true");
    told.so_far();
    tab
}
