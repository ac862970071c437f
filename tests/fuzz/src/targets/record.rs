//! What a store gives back: a session's record, and a state's msgpack.

use std::collections::BTreeMap;
use std::sync::Arc;

use live_core::{
    Claim, CodecError, Config, Ctx, Event, Machine, NoGuard, Page, Record, Result, Session, SessionId, StateCodec,
    View,
};
use live_std::{from_msgpack, to_msgpack};
use serde::{Deserialize, Serialize};

use crate::heap::{bound, watched};

struct Anything;

impl Page for Anything {
    type State = Vec<u8>;
    type Message = Vec<u8>;

    fn render(&self, _: &Session<Vec<u8>>, _: &mut View) -> Result {
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<Vec<u8>>, _: &Event) -> Result {
        Ok(())
    }
}

/// Takes any bytes as they are.
struct Bytes;

impl StateCodec<Vec<u8>> for Bytes {
    fn encode(&self, value: &Vec<u8>, out: &mut Vec<u8>) -> Result<(), CodecError> {
        out.extend(value);
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
        Ok(bytes.into())
    }
}

pub fn restore(data: &[u8]) {
    let read = |bytes: &[u8]| {
        let record = Record { id: SessionId::new([1; 16]), claim: Claim::default(), generation: 1, bytes: bytes.into() };
        Machine::restore(Arc::new(Anything), Bytes, NoGuard, &record, Arc::default(), Config::default(), true)
    };
    let Ok(machine) = watched(bound(data.len()), || read(data)) else { return };
    let Ok(record) = machine.record() else { return };
    let again = read(&record.bytes).expect("what is written is read").record().expect("it is written again");
    assert_eq!(again.bytes, record.bytes);
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
pub struct State {
    pub name: String,
    pub items: Vec<String>,
    pub bytes: Vec<u8>,
    pub map: BTreeMap<String, i64>,
    pub kind: Option<Kind>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
pub enum Kind {
    Plain,
    Pair(u8, bool),
}

pub fn state(data: &[u8]) {
    // A list is announced by its length, for which serde reserves 1 MB at most.
    let Ok(state) = watched((2 << 20) + bound(3 * data.len()), || from_msgpack::<State>(data)) else {
        return;
    };
    let bytes = to_msgpack(&state).expect("a state has bytes");
    assert_eq!(from_msgpack::<State>(&bytes).expect("what is written is read"), state);
}
