//! What a store keeps of a session: rule R1.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Machine;
use crate::codec::{CodecError, StateCodec};
use crate::command::Command;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::page::Page;
use crate::session::SessionId;
use crate::wire::{DecodeError, record};

/// A session as bytes. A store takes it only where the generation before is the one it has (fencing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The session.
    pub id: SessionId,
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
    pub(crate) outbox: VecDeque<(u64, Command)>,
    pub(crate) topics: Vec<String>,
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
    /// Its state can't be decoded.
    State(CodecError),
}

impl Record {
    /// The version of what `bytes` holds.
    pub const SCHEMA: u64 = 1;

    pub(super) fn of<P: Page, C: StateCodec<P::State>, G: Guard>(
        machine: &Machine<P, C, G>,
        generation: u64,
    ) -> Result<Self> {
        let mut state = Vec::new();
        machine.codec.encode(&machine.session.state, &mut state)?;
        if state.len() > machine.config.max_state {
            return Err(Error::msg(alloc::format!(
                "the state has {} bytes, {} are allowed (Config::max_state)",
                state.len(),
                machine.config.max_state
            )));
        }
        let bytes = record::write(&Saved {
            applied: machine.delivery.applied,
            state: &state,
            user_id: machine.session.user_id.as_deref(),
            next_command: machine.delivery.last_command,
            outbox: machine.delivery.outbox.clone(),
            topics: machine.topics.clone(),
        });
        Ok(Self { id: machine.session.id, generation, bytes })
    }

    pub(super) fn read(&self) -> Result<Saved<'_>, RecordError> {
        record::read(&self.bytes)
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
