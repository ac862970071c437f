//! Values of the wire as text: JSON as the debug mode writes it, and a form in which two languages agree.

use live_core::Value;
use serde_json::{Map, Value as Json, json};

/// A value as JSON; bytes as `{"bin": "<base64>"}`.
pub fn from_value(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::Str(value) => json!(value),
        Value::Bin(bytes) => json!({ "bin": base64(bytes) }),
        Value::List(values) => values.iter().map(from_value).collect(),
        Value::Map(entries) => Json::Object(
            entries.iter().map(|(key, value)| (key.clone(), from_value(value))).collect::<Map<_, _>>(),
        ),
    }
}

/// A value as text that JavaScript can write too: numbers as the bits of a float, the keys of a map sorted and without those
/// that a browser drops (rule S12).
pub fn canonical(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(",");
    match value {
        Value::Nil => "nil".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => number(*value as f64),
        Value::Float(value) => number(*value),
        Value::Str(value) => json!(value).to_string(),
        Value::Bin(bytes) => format!("<{}>", base64(bytes)),
        Value::List(values) => format!("[{}]", list(values.iter().map(canonical).collect())),
        Value::Map(entries) => {
            let kept = entries
                .iter()
                .filter(|(key, _)| !matches!(&**key, "__proto__" | "constructor" | "prototype"));
            let mut kept: Vec<String> =
                kept.map(|(key, value)| format!("{}:{}", json!(key), canonical(value))).collect();
            kept.sort_unstable();
            format!("{{{}}}", list(kept))
        }
    }
}

fn number(value: f64) -> String {
    if value.is_nan() { "nan".into() } else { format!("{:016x}", value.to_bits()) }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        out.extend([18, 12, 6, 0].map(|shift| digit(word >> shift)).iter().take(chunk.len() + 1));
        out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    out
}
