//! Server-authoritative live pages as pure state machines.
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core, clippy::std_instead_of_alloc)]

extern crate alloc;

mod codec;
mod command;
pub mod delta;
mod dirty;
mod error;
mod event;
mod flash;
mod guard;
pub mod hash;
pub mod limits;
pub mod narrow;
mod request;
mod session;
mod time;
mod value;
pub mod wire;

pub use codec::{CodecError, NoCodec, StateCodec};
pub use command::{Block, Command, Download, Focus, Js, Redirect, Scroll};
pub use dirty::{DirtySet, RegionIds};
pub use error::{Error, RecoverableError, Result};
pub use event::{Event, EventMeta, UnknownEvent};
pub use flash::Flash;
pub use guard::{Guard, NoGuard, Panicked};
pub use request::Request;
pub use session::{Session, SessionId};
pub use time::{Duration, Instant};
pub use value::Value;
