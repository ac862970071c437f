//! What a client makes of a frame.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Action;
use crate::command::Command;
use crate::wire::{DecodeError, NoticeLevel};

/// Something that a frame brought, beside patched regions.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The connection is up.
    Welcome {
        /// The session was there before.
        resumed: bool,
        /// Its state was lost (rule R11).
        reset: bool,
        /// Events that were made before and will not be applied.
        lost: Vec<Action>,
    },
    /// Events up to this one are applied.
    Applied(u64),
    /// This event ended in an error, or the page refused it.
    Refused(u64),
    /// A command to run; each comes once.
    Command(Command),
    /// A line for the console.
    Notice(NoticeLevel, String),
    /// The answer to a ping.
    Pong,
    /// The server will stop: come back within this many milliseconds.
    Away(u64),
    /// The token was renewed; the next connection says the new one.
    Renewed,
}

/// A frame that makes no sense on this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// It can't be read.
    Decode(DecodeError),
    /// The first frame is no welcome, or a later one is.
    Welcome,
    /// A patch speaks of a number that was never bound.
    Region(u32),
    /// A whole region doesn't have the check that came with it.
    Check,
    /// It acknowledges more events than anybody makes.
    Applied,
    /// It is of another session than the connection's only one.
    Session(u32),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => write!(f, "{error}"),
            Self::Welcome => f.write_str("the first frame is no welcome, or a later one is"),
            Self::Region(number) => write!(f, "region number {number} was never bound"),
            Self::Check => f.write_str("a whole region doesn't have its check"),
            Self::Session(number) => write!(f, "the connection has no session with the number {number}"),
            Self::Applied => f.write_str("it acknowledges more events than anybody makes"),
        }
    }
}

impl core::error::Error for ClientError {}
