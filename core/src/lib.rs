//! Server-authoritative live pages as pure state machines: no clock, no randomness, no I/O, no `std`.
//!
//! A page's state lives on the server as a typed value. The browser sends small events and receives small patches. This crate
//! does all the thinking about that, and leaves everything with a clock, a socket or a file to a *driver*: `live-std` and
//! `live-smol` are one, a test or a simulation is another.
//!
//! From the top down:
//!
//! 1. **What a page author writes**: a [`Page`] with its [`Session`], [`Ctx`], [`Event`] and [`View`]; [`Command`]s, [`Flash`]
//!    messages, a [`RecoverableError`].
//! 2. **The machine**: a [`Machine`] is one session of one page. [`Input`]s go in by [`Machine::handle`], [`Output`]s come out of
//!    [`Machine::poll`], and [`Machine::poll_timeout`] says when to come back.
//! 3. **The browser's half**: [`client::Client`], the same protocol seen from the other end.
//! 4. **The wire**: [`wire`] has the protocol, byte by byte; [`delta`], [`narrow`] and [`hash`] are its parts.
//! 5. **The limits**: every one by name, in [`limits`].
//!
//! # Where to begin
//!
//! To write pages, begin with `live_smol`: its crate documentation has a page and the guide, `live_smol::guide`. To drive the
//! core by yourself, read the contract below, then `core/examples/embed.rs` (`cargo run -p live-core --example embed`) and
//! `examples/embed-bare`, a program without std. `ARCHITECTURE.md` is the map, `core/src/wire/WIRE.md` the protocol byte by byte.
//!
//! # The driver's contract
//!
//! 1. Verify the token of a connection's first frame, a [`wire::Hello`]; [`Machine::mount`] a session, or take the one that is there; then
//!    handle [`Input::Connected`].
//! 2. Handle whatever happens as an [`Input`], with the time: frames, messages, the end of the connection.
//! 3. After each input call [`Machine::poll`] until it gives `None`, and do what each [`Output`] says, in order: transmit, apply an
//!    effect, close.
//! 4. Answer an [`Output::Commit`] by [`Input::Committed`] or [`Input::CommitFailed`]. Without [`Config::durable`] they come only from point 9.
//! 5. Handle [`Input::Timeout`] when the time of [`Machine::poll_timeout`] has come; ask for it anew after each input.
//! 6. While [`Machine::is_ready`] is false, read no more frames.
//! 7. Before a server ends, handle [`Input::Drain`] for each session, and go on until [`Machine::is_drained`].
//! 8. Ask an [`Admission`] before a browser joins, so that a server that comes back isn't overrun.
//! 9. Handle [`Input::Rest`] and [`Input::Hibernate`] for sessions that nothing happens to, and answer an [`Output::Fetch`]; or never do, and all stay in
//!    memory. Drop a machine that [is over](Machine::is_over).
//! 10. [Lend](Machine::lend) each machine the [`Streams`] of its page, so that shared regions are rendered once; answer an [`Effect::Follow`] by
//!     [`Input::Changed`], with streams or without. Where very many look at one, a [`Lease`] spares most of them the step.
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core, clippy::std_instead_of_alloc)]

extern crate alloc;

mod admission;
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
mod intern;
pub mod limits;
mod machine;
pub mod narrow;
mod owner;
mod page;
mod region;
mod request;
mod rules;
mod seat;
mod session;
mod stream;
mod time;
mod value;
mod view;
pub mod wire;

pub use admission::Admission;
pub use codec::{CodecError, NoCodec, PageCodec, StateCodec};
pub use command::{Block, Command, Download, Focus, Js, Redirect, Reset, Scroll};
pub use config::Config;
pub use counters::Counters;
pub use ctx::{Ctx, Timer, TooMany};
pub use dirty::{DirtySet, RegionIds};
pub use effect::{Call, Effect, ErrorReport, Task};
pub use error::{Error, RecoverableError, Result};
pub use event::{Event, EventMeta, Refused, UnknownEvent};
pub use flash::Flash;
pub use guard::{Calling, Guard, NoGuard, Panicked};
pub use intern::Interner;
pub use machine::{
    CommitError, FullPage, Input, Lease, Load, Machine, Output, Position, Record, RecordError, Scratch,
    UnknownTarget,
};
pub use owner::{Claim, Owner};
pub use page::{Marking, Page, Rollback};
pub use region::RegionError;
pub use request::{Pair, Request};
pub use rules::{Broken, Rule};
pub use seat::Seat;
pub use session::{Session, SessionId};
pub use stream::{Stream, Streams, Version};
pub use time::{Duration, Instant};
pub use value::Value;
pub use view::View;
