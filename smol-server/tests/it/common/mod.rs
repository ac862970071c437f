//! A page to try everything on, and a browser tab without a browser. Every wait ends with what it waits for, or after
//! [`PATIENCE`] with a failed test.

pub(crate) mod browser;
pub(crate) mod durable;
pub(crate) mod folder;
pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod over;
pub(crate) mod page;
pub(crate) mod tab;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use live_smol::prelude::*;
use live_smol::{
    Server,
    live_core::ErrorReport,
    live_std::{ErrorHook, Keys},
};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use page::Lab;
pub(crate) use tab::Tab;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long a test waits for what no other session may hold up.
pub(crate) const SOON: Duration = Duration::from_secs(4);

/// A server with the lab under `/lab/{room}`.
pub(crate) fn server() -> Server {
    start(options())
}

pub(crate) fn start(options: Options) -> Server {
    lab(options).bind("127.0.0.1:0").unwrap()
}

/// A server of one page.
pub(crate) fn server_of<P>(options: Options, route: &str, page: P) -> Server
where
    P: Page<State: Serialize + DeserializeOwned, Message: Serialize + DeserializeOwned>,
{
    Live::new(options).page(route, page).bind("127.0.0.1:0").unwrap()
}

pub(crate) fn lab(options: Options) -> Live {
    Live::new(options).page("/lab/{room}", Lab)
}

/// The defaults, with the errors of page code kept out of the test's output.
pub(crate) fn options() -> Options {
    Options { keys: Keys::default(), on_error: Arc::new(|_, _| {}), ..Options::default() }
}

/// Options whose hook tells the errors.
pub(crate) fn telling() -> (Options, Receiver<String>) {
    let (tell, told) = channel();
    // A test that is over hears nothing.
    let on_error: ErrorHook = Arc::new(move |_, report: &ErrorReport| drop(tell.send(report.to_string())));
    (Options { on_error, ..options() }, told)
}
