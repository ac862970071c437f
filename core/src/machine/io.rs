//! What goes into a machine and what comes out.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::lease::Lease;
use super::record::Record;
use super::topics::Position;
use crate::effect::Effect;
use crate::stream::Version;
use crate::time::Duration;
use crate::wire::{Hello, Reason, Received};

/// What happened.
#[derive(Debug)]
pub enum Input<'a, M> {
    /// A browser said `HELLO`, and the driver has verified its token. A connection of before is forgotten.
    Connected {
        /// What it said.
        hello: &'a Hello<'a>,
        /// The renewed token that the welcome carries.
        token: &'a str,
        /// The session was there before this connection.
        resumed: bool,
    },
    /// A frame came after `HELLO`.
    Frame(&'a Received<'a>),
    /// A message for `info`.
    Message(M),
    /// A message for `info` from a bus that keeps a log, by which a session goes on where it was (rule R15). One that the session has seen is dropped.
    Published {
        /// The topic.
        topic: &'a str,
        /// The place behind the message: with its changes it becomes part of the session's record.
        position: Position,
        /// The message.
        message: M,
    },
    /// Messages of this topic may have been missed.
    Missed(&'a str),
    /// Something was published on the topic of this shared region, by [`Effect::Follow`].
    Changed {
        /// The region.
        region: &'a str,
        /// What it shows now, where [`Stream::current`](crate::Stream::current) has it: then nothing need be rendered.
        current: Option<&'a Arc<Version>>,
    },
    /// Frames of a shared region went out by this [`Machine::lease`](super::Machine::lease). Nothing else has happened to the session since it was given.
    Passed(Lease),
    /// The store has this generation for good.
    Committed {
        /// Of the [`Record`].
        generation: u64,
    },
    /// The store has not taken it.
    CommitFailed {
        /// Of the [`Record`].
        generation: u64,
        /// Why.
        error: CommitError,
    },
    /// The instant that [`poll_timeout`](super::Machine::poll_timeout) named has come.
    Timeout,
    /// The connection is gone.
    Closed,
    /// The server ends (rule R13). From now on nothing new is taken in; what has changed is committed, then the connection is closed.
    Drain {
        /// The browser comes back after a random time of up to this, [`MAX_AWAY`](crate::limits::MAX_AWAY) at most; zero leaves it to the
        /// browser.
        wait: Duration,
    },
    /// Nothing has happened for a while: the regions' HTML leaves memory, where nothing is under way. It is rendered again when it is needed.
    Rest,
    /// Nothing has for longer: the state leaves memory as well. Without a durable store, an [`Output::Commit`] comes first, and the state leaves when
    /// the answer is [`Input::Committed`]. Nobody notices; what comes has it brought back by [`Output::Fetch`].
    Hibernate,
    /// The store's answer to [`Output::Fetch`].
    Fetched(Option<&'a Record>),
    /// The store couldn't answer. It is asked again after a second.
    FetchFailed,
}

/// Why a store has not taken a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// Another generation was there: another server has the session (rule R1). The connection closes.
    Fenced,
    /// The store can't write now. The machine holds everything back and tries again after a second.
    Unavailable,
}

/// What to do.
#[derive(Debug)]
pub enum Output<M> {
    /// Write this record; answer by [`Input::Committed`] or [`Input::CommitFailed`]. Until then nothing is sent of what it holds.
    Commit(Record),
    /// Read this generation of the session's record; answer by [`Input::Fetched`] or [`Input::FetchFailed`]. Another generation, or none, ends the
    /// session here.
    Fetch {
        /// Of the [`Record`].
        generation: u64,
    },
    /// Send this frame to the browser.
    Transmit(Vec<u8>),
    /// Something for the world outside.
    Effect(Effect<M>),
    /// Close the connection; what was transmitted before goes out first. The session stays.
    Close(Reason),
}

/// The parts of the first HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullPage {
    /// For `<title>`, not escaped.
    pub title: String,
    /// The layout that the page asks for; empty where it takes the default.
    pub layout: String,
    /// The inner HTML of the root element, with every region filled in.
    pub html: String,
    /// The hashes for `data-lv-view`, eight bytes each.
    pub hashes: Vec<u8>,
}
