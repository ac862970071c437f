//! Server-authoritative live pages on smol: a page's state lives on the server, the browser sends small events and gets small
//! patches.
//!
//! A program puts its pages into a [`Live`] and runs it; [`prelude`] has what page code needs.
//!
//! ```no_run
//! use live_smol::prelude::*;
//!
//! struct Counter;
//!
//! impl Page for Counter {
//!     type State = u32;
//!     type Message = ();
//!
//!     fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
//!         view.page(|out| {
//!             out.push_str(r#"<b data-lv-region="count"></b> <button data-lv-click="inc">+1</button>"#);
//!             Ok(())
//!         });
//!         view.region("count", |out| {
//!             out.push_str(&s.state.to_string());
//!             Ok(())
//!         });
//!         Ok(())
//!     }
//!
//!     fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
//!         let "inc" = e.name else { return e.unknown() };
//!         s.state += 1;
//!         s.mark("count");
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> std::result::Result<(), live_smol::Error> {
//!     Live::new(Options::default()).page("/", Counter).run("127.0.0.1:3000")
//! }
//! ```
//!
//! # The guide
//!
//! - To begin: [a first page](guide::first_page), [regions](guide::regions), [forms](guide::forms), [documents and
//!   files](guide::files), [the attributes](guide::browser), [testing](guide::testing), [development](guide::development).
//! - Further: [messages between pages](guide::pubsub), [timers and tasks](guide::timers_and_tasks), [commands](guide::commands),
//!   [errors](guide::errors), [who is logged in](guide::auth).
//! - Around: [deploying](guide::deploying), [hosting](guide::hosting), [embedding](guide::embedding), [the protocol](guide::protocol),
//!   [coming from Phoenix LiveView](guide::coming_from_liveview), [the specification, with a test of each line](guide::specification).
//!
//! `examples/gallery` has pages to read and to try: `cargo run --release` at the repository's root starts it. `ARCHITECTURE.md` is the map.
//!
//! # The crates
//!
//! [`live_core`] does the thinking, without std and without I/O. [`live_std`] puts it between HTTP requests and WebSocket frames, for
//! any runtime. This crate adds an executor with one worker a core, HTTP/1.1 by hyper, and WebSockets, each a task
//! that moves messages between its socket and a [`live_std::Connection`]. Nothing here knows what a page is: that is the engine's.
#![forbid(unsafe_code)]

mod address;
mod app;
mod count;
mod crew;
mod descriptors;
mod dev;
mod error;
mod executor;
pub mod guide;
mod handler;
mod http;
mod listen;
mod live;
#[cfg(unix)]
mod manager;
#[cfg(not(unix))]
#[path = "manager_none.rs"]
mod manager;
mod pool;
mod request;
mod response;
mod routes;
mod server;
mod signals;
mod stream;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_none.rs"]
mod tls;
mod transport;
mod websocket;
mod wire;

pub use live_core;
pub use live_std;

pub use self::address::Address;
pub use self::error::Error;
pub use self::handler::{Handler, Next};
pub use self::http::HttpLimits;
pub use self::live::Live;
pub use self::request::Request;
pub use self::response::Response;
pub use self::server::Server;
#[cfg(feature = "tls")]
pub use self::tls::Tls;
pub use ::http::{Method, StatusCode, header};
pub use live_std::{Body, LogWriter, MAX_BODY, Options, log_panics};
pub use smol::unblock;

/// Everything that a program with live pages uses, in one line.
pub mod prelude {
    pub use crate::{Body, Live, Next, Options, Request, Response, Server, StatusCode};
    pub use live_core::{
        Block, Command, Ctx, DirtySet, Download, Error, Event, EventMeta, Flash, Focus, Js, Marking, Page,
        RecoverableError, Redirect, Reset, Result, Scroll, Session, SessionId, Timer, Value, View,
    };
    pub use live_std::{
        Assets, Auth, DefaultLayout, Escaped, EventForm, InmemPubSub, Layout, MemoryStore, PubSub, PubSubExt,
        SessionError, SessionStore, Shell, Template, safe_url,
    };
    #[cfg(feature = "test-client")]
    pub use live_std::{TestClient, TestOptions};
}
