//! What a store keeps of a session: rule R1.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Machine;
use super::topics::Position;
use crate::codec::{CodecError, PageCodec};
use crate::command::Command;
use crate::ctx::Timer;
use crate::effect::Effect;
use crate::error::{Error, Result};
use crate::flash::Flash;
use crate::guard::Guard;
use crate::owner::{Claim, Owner};
use crate::page::Page;
use crate::session::SessionId;
use crate::time::Instant;
use crate::wire::{DecodeError, List, record};

/// A session as bytes. A store takes it only in place of a record that it [follows](Owner::follows) (rule R1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The session.
    pub id: SessionId,
    /// Whose record it is.
    pub claim: Claim,
    /// Counts the session's commits from 1.
    pub generation: u64,
    /// The rest, as msgpack.
    pub bytes: Vec<u8>,
}

/// What a record's bytes hold.
#[derive(Debug)]
pub(crate) struct Saved<'a> {
    pub(crate) applied: u64,
    pub(crate) state: &'a [u8],
    pub(crate) user_id: Option<&'a str>,
    pub(crate) next_command: u64,
    pub(crate) outbox: List<'a, (u64, Cow<'a, Command>)>,
    pub(crate) topics: List<'a, SavedTopic<'a>>,
    pub(crate) timers: List<'a, SavedTimer<'a>>,
    pub(crate) next_publish: u64,
    pub(crate) publishes: List<'a, SavedPublish<'a>>,
    pub(crate) refused: List<'a, u64>,
    pub(crate) flash: [List<'a, &'a str>; 4],
    /// The commands `reset`, which are not in the outbox.
    pub(crate) resets: List<'a, (u64, Cow<'a, Command>)>,
    pub(crate) unknown: Unknown<'a>,
}

/// Fields that a newer version has written behind those that this one knows: kept as they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unknown<'a> {
    pub(crate) fields: usize,
    /// Their msgpack, one after the other.
    pub(crate) bytes: &'a [u8],
}

/// A topic, and how far its messages are part of the state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SavedTopic<'a> {
    pub(crate) name: &'a str,
    pub(crate) position: Position,
}

/// A message that is to come.
#[derive(Clone, Debug)]
pub(crate) struct SavedTimer<'a> {
    pub(crate) number: u64,
    /// Microseconds.
    pub(crate) at: u64,
    pub(crate) message: Cow<'a, [u8]>,
}

/// A message that leaves after the commit.
#[derive(Clone, Debug)]
pub(crate) struct SavedPublish<'a> {
    pub(crate) number: u64,
    pub(crate) topic: &'a str,
    pub(crate) message: Cow<'a, [u8]>,
}

/// Why a record can't be restored (rule R11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// It was written by a newer version.
    Newer {
        /// Its schema.
        schema: u64,
    },
    /// It is damaged.
    Damaged(DecodeError),
    /// Its state, or a message in it, can't be decoded.
    State(CodecError),
}

impl Record {
    /// The version of what `bytes` holds.
    pub const SCHEMA: u64 = 2;

    /// What a store compares: see [`Owner::follows`].
    pub const fn owner(&self) -> Owner {
        Owner { claim: self.claim, generation: self.generation }
    }

    pub(super) fn of<P: Page, C: PageCodec<P>, G: Guard>(
        machine: &Machine<P, C, G>,
        owner: Owner,
    ) -> Result<Self> {
        if machine.is_asleep() {
            return Err(Error::msg("the state is in the store alone: the session sleeps"));
        }
        let state = match &machine.encoded {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(machine.encode_state()?),
        };
        let encoded = |message: &P::Message| {
            let mut bytes = Vec::new();
            machine.codec.encode(message, &mut bytes).map(|()| Cow::Owned(bytes))
        };
        let timer = |(at, timer, message): &(Instant, Timer, P::Message)| {
            Ok(SavedTimer { number: timer.0, at: at.as_micros(), message: encoded(message)? })
        };
        let publish = |effect| match effect {
            &Effect::Publish { number, ref topic, ref message } => {
                Some(encoded(message).map(|message| SavedPublish { number, topic, message }))
            }
            _ => None,
        };
        let commands = |resets| {
            let outbox = machine.delivery.outbox.iter();
            let kind = outbox.filter(|(_, command)| matches!(command, Command::Reset(_)) == resets);
            kind.map(|(id, command)| (*id, Cow::Borrowed(command))).collect()
        };
        let bytes = record::write(&Saved {
            applied: machine.delivery.applied,
            state: &state,
            user_id: machine.session.user_id.as_deref(),
            next_command: machine.delivery.last_command,
            outbox: commands(false),
            topics: machine.topics.saved(),
            timers: machine.timers.iter().map(timer).collect::<Result<_, CodecError>>()?,
            next_publish: machine.asked.next_publish,
            publishes: machine.commit.held().iter().filter_map(publish).collect::<Result<_, _>>()?,
            refused: machine.delivery.refused.iter().copied().collect(),
            flash: {
                let Flash { success, error, warning, info } = &machine.session.flash;
                [success, error, warning, info].map(|kind| kind.iter().map(String::as_str).collect())
            },
            resets: commands(true),
            unknown: machine.unknown.as_ref().map_or_else(Unknown::default, Kept::lend),
        });
        let Owner { claim, generation } = owner;
        Ok(Self { id: machine.session.id, claim, generation, bytes })
    }

    pub(super) fn read(&self) -> Result<Saved<'_>, RecordError> {
        record::read(&self.bytes)
    }
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// The state's bytes, if they are no more than they may be.
    pub(super) fn encode_state(&self) -> Result<Vec<u8>> {
        let mut state = Vec::new();
        self.codec.encode(&self.session.state, &mut state)?;
        match (state.len(), self.config.max_state) {
            (bytes, limit) if bytes > limit => Err(Error::msg(format!(
                "the state has {bytes} bytes, {limit} are allowed (Config::max_state)"
            ))),
            _ => Ok(state),
        }
    }
}

/// [`Unknown`] fields, until the next record is written.
#[derive(Debug)]
pub(super) struct Kept {
    fields: usize,
    bytes: Box<[u8]>,
}

impl Kept {
    /// Nothing is kept where nothing is there, as mostly.
    pub(super) fn of(unknown: Unknown<'_>) -> Option<Self> {
        (unknown.fields > 0).then(|| Self { fields: unknown.fields, bytes: unknown.bytes.into() })
    }

    fn lend(&self) -> Unknown<'_> {
        Unknown { fields: self.fields, bytes: &self.bytes }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { schema } => {
                write!(f, "the record has schema {schema}, this program knows {} at most", Record::SCHEMA)
            }
            Self::Damaged(error) => write!(f, "the record is damaged: {error}"),
            Self::State(error) => write!(f, "the state can't be decoded: {error}"),
        }
    }
}

impl core::error::Error for RecordError {}
