//! The bytes of a stored session: `[schema, applied, state, user, last command, outbox, topics, timers, last publish, publishes,
//! failed]`, where timers are flat triples `number, microseconds, message`, and publishes `number, topic, message`.

use alloc::vec::Vec;

use super::read::{DecodeError, Reader};
use super::{List, Writer, command};
use crate::limits::{MAX_OUTBOX, MAX_PENDING, MAX_TIMERS};
use crate::machine::{Record, RecordError, Saved, SavedPublish, SavedTimer};

pub(crate) fn write(saved: &Saved<'_>) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(11);
    out.uint(Record::SCHEMA);
    out.uint(saved.applied);
    out.bin(saved.state);
    match saved.user_id {
        Some(user) => out.str(user),
        None => out.nil(),
    }
    out.uint(saved.next_command);
    saved.outbox.write(&mut out, 1, |out, (id, command)| command::write(out, *id, command));
    saved.topics.write(&mut out, 1, |out, topic| out.str(topic));
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
    saved.failed.write(&mut out, 1, |out, id| out.uint(*id));
    out.into_vec()
}

pub(crate) fn read(bytes: &[u8]) -> Result<Saved<'_>, RecordError> {
    let mut reader = Reader::unbounded(bytes);
    let schema = read_schema(&mut reader).map_err(RecordError::Damaged)?;
    if schema > Record::SCHEMA {
        return Err(RecordError::Newer { schema });
    }
    let saved = read_fields(&mut reader).map_err(RecordError::Damaged)?;
    reader.finish().map_err(RecordError::Damaged)?;
    Ok(saved)
}

fn read_schema(reader: &mut Reader<'_>) -> Result<u64, DecodeError> {
    match reader.array()? {
        0 => Err(DecodeError::Truncated),
        _ => reader.uint(),
    }
}

fn read_fields<'a>(reader: &mut Reader<'a>) -> Result<Saved<'a>, DecodeError> {
    Ok(Saved {
        applied: reader.uint()?,
        state: reader.bin()?,
        user_id: if reader.nil() { None } else { Some(reader.str()?) },
        next_command: reader.uint()?,
        outbox: at_most(MAX_OUTBOX, List::read(reader, 1, command::read)?)?,
        topics: List::read(reader, 1, |reader| reader.name(usize::MAX))?,
        timers: at_most(MAX_TIMERS, List::read(reader, 3, read_timer)?)?,
        next_publish: reader.uint()?,
        publishes: List::read(reader, 3, read_publish)?,
        failed: at_most(MAX_PENDING, List::read(reader, 1, Reader::uint)?)?,
    })
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
