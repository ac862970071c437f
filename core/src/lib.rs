//! Server-authoritative live pages as pure state machines.
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core, clippy::std_instead_of_alloc)]

extern crate alloc;

pub mod client;
mod codec;
mod command;
mod config;
mod counters;
mod ctx;
pub mod delta;
mod dirty;
mod effect;
mod error;
mod event;
mod flash;
mod guard;
pub mod hash;
pub mod limits;
mod machine;
pub mod narrow;
mod page;
mod region;
mod request;
mod session;
mod time;
mod value;
mod view;
pub mod wire;

pub use codec::{CodecError, NoCodec, StateCodec};
pub use command::{Block, Command, Download, Focus, Js, Redirect, Scroll};
pub use config::Config;
pub use counters::Counters;
pub use ctx::{Ctx, Timer, TooMany};
pub use dirty::{DirtySet, RegionIds};
pub use effect::{Call, Effect, ErrorReport, Task};
pub use error::{Error, RecoverableError, Result};
pub use event::{Event, EventMeta, UnknownEvent};
pub use flash::Flash;
pub use guard::{Guard, NoGuard, Panicked};
pub use machine::{CommitError, FullPage, Input, Machine, Output, Record, RecordError, UnknownTarget};
pub use page::{Page, Rollback};
pub use region::RegionError;
pub use request::Request;
pub use session::{Session, SessionId};
pub use time::{Duration, Instant};
pub use value::Value;
pub use view::View;
