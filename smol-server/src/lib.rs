//! Mizu Live on smol: live pages, plain routes and their server.
//!
//! A program puts its pages into a [`Live`] and runs it; [`prelude`] has what page code needs. Below are an executor
//! with one worker a core, HTTP/1.1 by a few strict rules, and WebSockets, each a task that moves messages
//! between its socket and a [`live_std::Connection`]. Nothing here knows what a page is: that is the engine's.
#![forbid(unsafe_code)]

mod app;
mod error;
mod executor;
pub mod guide;
mod handler;
mod http;
mod live;
mod request;
mod response;
mod routes;
mod server;
mod signals;
mod websocket;

pub use live_core;
pub use live_std;

pub use self::error::Error;
pub use self::handler::{Handler, Next};
pub use self::http::MAX_BODY;
pub use self::live::Live;
pub use self::request::Request;
pub use self::response::Response;
pub use self::server::Server;
pub use ::http::{Method, StatusCode, header};
pub use live_std::Options;

/// Everything that a program with live pages uses, in one line.
pub mod prelude {
    pub use crate::{Live, Next, Options, Request, Response, Server, StatusCode};
    pub use live_core::{
        Block, Command, Ctx, Download, Error, Event, EventMeta, Flash, Focus, Js, Page, RecoverableError,
        Redirect, Result, Scroll, Session, SessionId, Timer, Value, View,
    };
    #[cfg(feature = "test-client")]
    pub use live_std::TestClient;
    pub use live_std::{
        EventForm, InmemPubSub, MemoryStore, PubSub, PubSubExt, SessionStore, Template, safe_url,
    };
}
