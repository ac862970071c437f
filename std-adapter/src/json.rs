//! The JSON debug mode: the same arrays as the msgpack frames, a bin as `{"bin": "<base64>"}`.

use std::fmt;

use data_encoding::BASE64;
use live_core::CodecError;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value};

/// A frame from the browser, as msgpack.
pub fn to_frame(text: &str) -> Result<Vec<u8>, CodecError> {
    let value: Value = serde_json::from_str(text).map_err(|e| CodecError::new(e.to_string()))?;
    crate::codec::to_msgpack(&Packed(&value))
}

/// A frame to the browser, as JSON.
pub fn from_frame(frame: &[u8]) -> Result<String, CodecError> {
    let Unpacked(value) = crate::codec::from_msgpack(frame)?;
    Ok(value.to_string())
}

struct Packed<'a>(&'a Value);

impl Serialize for Packed<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Packed(item))?;
                }
                seq.end()
            }
            Value::Object(map) => match bin(map) {
                Some(text) => s.serialize_bytes(&BASE64.decode(text.as_bytes()).map_err(S::Error::custom)?),
                None => {
                    let mut out = s.serialize_map(Some(map.len()))?;
                    for (key, value) in map {
                        out.serialize_entry(key, &Packed(value))?;
                    }
                    out.end()
                }
            },
            plain => plain.serialize(s),
        }
    }
}

fn bin(map: &Map<String, Value>) -> Option<&str> {
    if map.len() == 1 { map.get("bin")?.as_str() } else { None }
}

struct Unpacked(Value);

impl<'de> Deserialize<'de> for Unpacked {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AnyValue).map(Unpacked)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a msgpack value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_bytes<E>(self, v: &[u8]) -> Result<Value, E> {
        Ok(Value::Object(Map::from_iter([("bin".to_owned(), BASE64.encode(v).into())])))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Unpacked(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some((key, Unpacked(value))) = map.next_entry::<String, _>()? {
            out.insert(key, value);
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_go_both_ways() {
        for (frame, text) in [
            (&[0x91, 3][..], "[3]"),
            (&[0x92, 6, 0xa1, b't'], r#"[6,"t"]"#),
            (&[0x94, 0xc4, 2, 1, 2, 0xc0, 0xa1, b'x', 0xcd, 1, 0], r#"[{"bin":"AQI="},null,"x",256]"#),
            (&[0x91, 0x81, 0xa1, b'k', 0xff], r#"[{"k":-1}]"#),
        ] {
            assert_eq!(from_frame(frame).unwrap(), text);
            assert_eq!(to_frame(text).unwrap(), frame);
        }
    }

    #[test]
    fn what_is_no_json_or_no_base64_is_refused() {
        assert!(to_frame("[1").is_err());
        assert!(to_frame(r#"[{"bin":"*"}]"#).is_err());
        assert!(from_frame(&[0x92, 1]).is_err());
    }
}
