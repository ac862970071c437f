//! `Ctx::spawn`: what a task brings, and that it ends with its session.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use live_smol::live_core::client::Action;
use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab, options};

/// Spawns a task as the event says; each tells when it is dropped.
struct Busy {
    dropped: Sender<&'static str>,
}

struct Told(Sender<&'static str>, &'static str);

impl Drop for Told {
    fn drop(&mut self) {
        // A test that has failed hears nothing, and a panic here would hide why.
        let _ = self.0.send(self.1);
    }
}

impl Page for Busy {
    type State = String;
    type Message = String;

    fn render(&self, s: &Session<String>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str(&s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, _: &mut Session<String>, e: &Event) -> Result {
        let dropped = self.dropped.clone();
        match e.name {
            "work" => ctx.spawn(async move {
                let _told = Told(dropped, "done");
                "its value".to_owned()
            }),
            "wait" => ctx.spawn(async move {
                let _told = Told(dropped, "cancelled");
                std::future::pending().await
            }),
            "unblock" => ctx.spawn(live_smol::unblock(|| "elsewhere".to_owned())),
            "timer" => ctx.spawn(async {
                smol::Timer::after(Duration::from_millis(20)).await;
                "later".to_owned()
            }),
            "fall" => ctx.spawn(async { panic!("it falls") }),
            _ => e.unknown(),
        }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<String>, message: String) -> Result {
        s.state += &message;
        s.mark_all();
        Ok(())
    }
}

fn busy(options: Options) -> (Server, Receiver<&'static str>) {
    let (dropped, told) = channel();
    (Live::new(options).page("/", Busy { dropped }).bind("127.0.0.1:0").unwrap(), told)
}

#[test]
fn its_value_comes_as_a_message() {
    let (server, told) = busy(options());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("work");
    tab.until_html("", "its value");
    assert_eq!(told.recv_timeout(PATIENCE), Ok("done"));
}

#[test]
fn a_task_is_dropped_when_its_session_ends_and_not_before() {
    let (ended, end) = channel();
    let options = Options {
        grace: Duration::from_secs(2),
        on_session_end: Some(Arc::new(move |_| ended.send(()).unwrap())),
        ..options()
    };
    let (server, told) = busy(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("wait");
    tab.vanish();
    tab.reconnect();
    tab.act("work");
    tab.until_html("", "its value");
    assert_eq!(told.recv_timeout(PATIENCE), Ok("done"));
    assert!(told.try_recv().is_err(), "a lost connection is not the end");
    drop(tab);
    end.recv_timeout(PATIENCE).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE), Ok("cancelled"));
}

#[test]
fn a_task_that_panics_is_told_to_the_hook_and_the_session_goes_on() {
    let (report, told) = channel();
    let options =
        Options { on_error: Arc::new(move |_, error| report.send(error.to_string()).unwrap()), ..options() };
    let (server, _told) = busy(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.act("fall");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "info: panicked: it falls");
    tab.act("work");
    tab.until_html("", "its value");
}

#[test]
fn a_test_waits_for_blocking_work_and_for_a_runtimes_timer() {
    let mut tab = TestClient::mount(Busy { dropped: channel().0 }).unwrap();
    for (event, html) in [("unblock", "elsewhere"), ("timer", "elsewherelater")] {
        tab.send(Action::new(event));
        assert_eq!(tab.html(""), html);
    }
}
