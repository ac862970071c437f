//! The bytes of a stored session: `[schema, applied, state, user, last command, outbox, topics, timers, last publish, publishes,
//! failed]`, where timers are flat triples `number, microseconds, message`, and publishes `number, topic, message`.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::read::{DecodeError, Reader};
use super::{Writer, command};
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
    out.array(saved.outbox.len());
    saved.outbox.iter().for_each(|(id, command)| command::write(&mut out, *id, command));
    out.array(saved.topics.len());
    saved.topics.iter().for_each(|topic| out.str(topic));
    out.array(3 * saved.timers.len());
    for timer in &saved.timers {
        out.uint(timer.number);
        out.uint(timer.at);
        out.bin(&timer.message);
    }
    out.uint(saved.next_publish);
    out.array(3 * saved.publishes.len());
    for publish in &saved.publishes {
        out.uint(publish.number);
        out.str(&publish.topic);
        out.bin(&publish.message);
    }
    out.array(saved.failed.len());
    saved.failed.iter().for_each(|id| out.uint(*id));
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
        outbox: (0..reader.array()?)
            .map(|_| command::read(reader).map(|(id, command)| (id, command.into_owned())))
            .collect::<Result<VecDeque<_>, _>>()?,
        topics: (0..reader.array()?).map(|_| reader.str().map(Cow::Borrowed)).collect::<Result<_, _>>()?,
        timers: (0..triples(reader)?)
            .map(|_| {
                let (number, at) = (reader.uint()?, reader.uint()?);
                Ok(SavedTimer { number, at, message: Cow::Borrowed(reader.bin()?) })
            })
            .collect::<Result<_, _>>()?,
        next_publish: reader.uint()?,
        publishes: (0..triples(reader)?)
            .map(|_| {
                let (number, topic) = (reader.uint()?, Cow::Borrowed(reader.str()?));
                Ok(SavedPublish { number, topic, message: Cow::Borrowed(reader.bin()?) })
            })
            .collect::<Result<_, _>>()?,
        failed: (0..reader.array()?).map(|_| reader.uint()).collect::<Result<_, _>>()?,
    })
}

/// How many triples a flat array holds.
fn triples(reader: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let len = reader.array()?;
    if len.is_multiple_of(3) { Ok(len / 3) } else { Err(DecodeError::Truncated) }
}
