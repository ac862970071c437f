//! The bytes of a stored session, of schema 2: `[schema, applied, state, user, last command, outbox, topics, timers, last publish, publishes,
//! refused, success, error, warning, info, resets, …]`. Topics are flat triples `name, epoch, offset`, timers `number, microseconds, message`,
//! publishes `number, topic, message`; the four before the resets are the flash. Fields behind them are a newer version's, and are kept.
//!
//! Versions before the command `reset` read the same schema without its field: so these commands aren't in the outbox, where such a version would
//! take them for damage, but in a field of their own, which it keeps. A deploy may go either way.
//!
//! Schema 1 ends with `refused`, and its topics are names alone.

use alloc::vec::Vec;

use super::read::{DecodeError, Reader};
use super::{List, Node, Writer, command};
use crate::limits::{MAX_OUTBOX, MAX_PENDING, MAX_TIMERS};
use crate::machine::{Position, Record, RecordError, Saved, SavedPublish, SavedTimer, SavedTopic, Unknown};

/// How many fields a record has that this version knows.
const FIELDS: usize = 16;

/// How many one has from a version without the command `reset`.
const FIELDS_WITHOUT_RESETS: usize = 15;

/// How many one of schema 1 has.
const FIRST_FIELDS: usize = 11;

pub(crate) fn write(saved: &Saved<'_>) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(FIELDS + saved.unknown.fields);
    out.uint(Record::SCHEMA);
    out.uint(saved.applied);
    out.bin(saved.state);
    match saved.user_id {
        Some(user) => out.str(user),
        None => out.nil(),
    }
    out.uint(saved.next_command);
    saved.outbox.write(&mut out, 1, |out, (id, command)| command::write(out, *id, command));
    saved.topics.write(&mut out, 3, |out, topic| {
        out.str(topic.name);
        out.uint(topic.position.epoch);
        out.uint(topic.position.offset);
    });
    saved.timers.write(&mut out, 3, |out, timer| {
        out.uint(timer.number);
        out.uint(timer.at);
        out.bin(&timer.message);
    });
    out.uint(saved.next_publish);
    saved.publishes.write(&mut out, 3, |out, publish| {
        out.uint(publish.number);
        out.str(publish.topic);
        out.bin(&publish.message);
    });
    saved.refused.write(&mut out, 1, |out, id| out.uint(*id));
    for messages in &saved.flash {
        messages.write(&mut out, 1, |out, message| out.str(message));
    }
    saved.resets.write(&mut out, 1, |out, (id, command)| command::write(out, *id, command));
    out.raw(saved.unknown.bytes);
    out.into_vec()
}

pub(crate) fn read(bytes: &[u8]) -> Result<Saved<'_>, RecordError> {
    let mut reader = Reader::unbounded(bytes);
    let (fields, schema) = read_schema(&mut reader).map_err(RecordError::Damaged)?;
    if schema > Record::SCHEMA {
        return Err(RecordError::Newer { schema });
    }
    let saved = read_fields(&mut reader, fields, schema).map_err(RecordError::Damaged)?;
    reader.finish().map_err(RecordError::Damaged)?;
    Ok(saved)
}

/// How many fields there are, and the first.
fn read_schema(reader: &mut Reader<'_>) -> Result<(usize, u64), DecodeError> {
    match reader.array()? {
        0 => Err(DecodeError::Truncated),
        fields => Ok((fields, reader.uint()?)),
    }
}

fn read_fields<'a>(reader: &mut Reader<'a>, fields: usize, schema: u64) -> Result<Saved<'a>, DecodeError> {
    let is_first = schema == 1;
    let least = if is_first { FIRST_FIELDS } else { FIELDS_WITHOUT_RESETS };
    if fields < least || (is_first && fields > least) {
        return Err(DecodeError::Truncated);
    }
    Ok(Saved {
        applied: reader.uint()?,
        state: reader.bin()?,
        user_id: if reader.nil() { None } else { Some(reader.str()?) },
        next_command: reader.uint()?,
        outbox: at_most(MAX_OUTBOX, List::read(reader, 1, command::read)?)?,
        topics: match is_first {
            true => List::read(reader, 1, read_name)?,
            false => List::read(reader, 3, read_topic)?,
        },
        timers: at_most(MAX_TIMERS, List::read(reader, 3, read_timer)?)?,
        next_publish: reader.uint()?,
        publishes: List::read(reader, 3, read_publish)?,
        refused: at_most(MAX_PENDING, List::read(reader, 1, Reader::uint)?)?,
        flash: if is_first { Default::default() } else { read_flash(reader)? },
        resets: if fields < FIELDS {
            List::default()
        } else {
            at_most(MAX_OUTBOX, List::read(reader, 1, command::read)?)?
        },
        unknown: read_unknown(reader, fields.saturating_sub(FIELDS))?,
    })
}

fn read_name<'a>(reader: &mut Reader<'a>) -> Result<SavedTopic<'a>, DecodeError> {
    Ok(SavedTopic { name: reader.name(usize::MAX)?, position: Position::default() })
}

fn read_topic<'a>(reader: &mut Reader<'a>) -> Result<SavedTopic<'a>, DecodeError> {
    let SavedTopic { name, .. } = read_name(reader)?;
    Ok(SavedTopic { name, position: Position { epoch: reader.uint()?, offset: reader.uint()? } })
}

fn read_flash<'a>(reader: &mut Reader<'a>) -> Result<[List<'a, &'a str>; 4], DecodeError> {
    let mut messages = || List::read(reader, 1, Reader::str);
    Ok([messages()?, messages()?, messages()?, messages()?])
}

/// Fields of any of the shapes that records are made of.
fn read_unknown<'a>(reader: &mut Reader<'a>, fields: usize) -> Result<Unknown<'a>, DecodeError> {
    let start = reader.rest();
    for _ in 0..fields {
        Node::read(reader)?;
    }
    Ok(Unknown { fields, bytes: reader.since(start) })
}

/// A session keeps no more of some things, so a record with more isn't one of ours.
fn at_most<'a, T: Clone>(limit: usize, list: List<'a, T>) -> Result<List<'a, T>, DecodeError> {
    if list.len() > limit { Err(DecodeError::Limit) } else { Ok(list) }
}

fn read_timer<'a>(reader: &mut Reader<'a>) -> Result<SavedTimer<'a>, DecodeError> {
    Ok(SavedTimer { number: reader.uint()?, at: reader.uint()?, message: reader.bin()?.into() })
}

fn read_publish<'a>(reader: &mut Reader<'a>) -> Result<SavedPublish<'a>, DecodeError> {
    Ok(SavedPublish { number: reader.uint()?, topic: reader.str()?, message: reader.bin()?.into() })
}
