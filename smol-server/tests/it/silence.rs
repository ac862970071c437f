//! Browsers that take nothing of what they are sent.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use live_core::client::Action;
use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab, options, server_of};

/// More than a socket takes without anybody to read.
const LARGE: usize = 24 << 20;

/// Grows by a click.
struct Balloon;

impl Page for Balloon {
    type State = usize;
    type Message = ();

    fn render(&self, s: &Session<usize>, view: &mut View) -> Result {
        view.page(|out| {
            out.extend(std::iter::repeat_n('x', s.state));
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<usize>, _: &Event) -> Result {
        s.state = LARGE;
        s.mark("");
        Ok(())
    }
}

#[test]
fn who_takes_nothing_of_a_message_is_given_up() {
    let (ended, has_ended) = channel();
    let options = Options {
        heartbeat_interval: Duration::from_millis(200),
        grace: Duration::from_millis(1),
        max_region_bytes: 2 * LARGE,
        on_session_end: Some(Arc::new(move |_| ended.send(()).unwrap_or_default())),
        ..options()
    };
    let server = server_of(options, "/", Balloon);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    tab.send(Action::new("grow"));
    has_ended.recv_timeout(PATIENCE).expect("its connection is closed, and its session ends");
    assert_eq!(server.sessions(), 0);
}
