//! A page's state as msgpack.

use live_core::{CodecError, StateCodec};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a state with its field names, so that a state that gained a `#[serde(default)]` field can still be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct MsgpackCodec;

impl<S: Serialize + DeserializeOwned> StateCodec<S> for MsgpackCodec {
    fn encode(&self, state: &S, out: &mut Vec<u8>) -> Result<(), CodecError> {
        rmp_serde::encode::write_named(out, state).map_err(|e| CodecError::new(e.to_string()))
    }

    fn decode(&self, bytes: &[u8]) -> Result<S, CodecError> {
        from_msgpack(bytes)
    }
}

/// A value as msgpack with field names: the form in which messages travel over the bus.
pub fn to_msgpack<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    rmp_serde::to_vec_named(value).map_err(|e| CodecError::new(e.to_string()))
}

/// The value that these bytes stand for; refuses trailing bytes.
pub fn from_msgpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let mut rest = bytes;
    let value = rmp_serde::from_read(&mut rest).map_err(|e| CodecError::new(e.to_string()))?;
    match rest.len() {
        0 => Ok(value),
        n => Err(CodecError::new(format!("{n} bytes follow the value"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Old {
        count: i64,
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct New {
        count: i64,
        #[serde(default)]
        step: i64,
    }

    #[test]
    fn a_state_that_gained_a_field_is_read() {
        let mut bytes = Vec::new();
        MsgpackCodec.encode(&Old { count: 7 }, &mut bytes).unwrap();
        let new: New = MsgpackCodec.decode(&bytes).unwrap();
        assert_eq!(new, New { count: 7, step: 0 });
    }

    #[test]
    fn trailing_and_missing_bytes_are_refused() {
        let mut bytes = to_msgpack(&Old { count: 7 }).unwrap();
        bytes.push(0);
        assert!(from_msgpack::<Old>(&bytes).unwrap_err().to_string().contains("1 bytes follow"));
        assert!(from_msgpack::<Old>(&bytes[..3]).is_err());
    }
}
