//! The bytes of a stored session: `[schema, applied, state, user, last command, outbox, topics]`.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::read::{DecodeError, Reader};
use super::{Writer, command};
use crate::machine::{Record, RecordError, Saved};

pub(crate) fn write(saved: &Saved<'_>) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(7);
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
        topics: (0..reader.array()?).map(|_| reader.str().map(String::from)).collect::<Result<_, _>>()?,
    })
}
