//! A value of any shape, for the arguments of a registered function.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// What a [`Js`](crate::command::Js) command passes on: the shapes that JSON has.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Str(String),
    /// Several values.
    List(Vec<Value>),
    /// Named values, in the order given.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Appends the value as JSON (RFC 8259). A number that JSON doesn't know becomes `null`.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Nil => out.push_str("null"),
            Self::Bool(value) => write(out, value),
            Self::Int(value) => write(out, value),
            Self::Float(value) if value.is_finite() => write(out, value),
            Self::Float(_) => out.push_str("null"),
            Self::Str(value) => write_text(value, out),
            Self::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    value.write_json(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    write_text(name, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// Appends a text as a JSON string.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..='\u{1f}' => write(out, format_args!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn write(out: &mut String, value: impl core::fmt::Display) {
    write!(out, "{value}").expect("writing to memory doesn't fail");
}

macro_rules! from {
    ($($from:ty => $value:ident ($($with:tt)*)),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$value($($with)*(value))
            }
        }
    )*};
}

from! {
    bool => Bool(core::convert::identity),
    i64 => Int(core::convert::identity),
    i32 => Int(i64::from),
    u32 => Int(i64::from),
    f64 => Float(core::convert::identity),
    &str => Str(String::from),
    String => Str(core::convert::identity),
    Vec<Value> => List(core::convert::identity),
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn values_are_written_as_json() {
        let value = Value::Map(vec![
            ("a\"b\\".into(), Value::List(vec![1.into(), (-2.5).into(), true.into(), Value::Nil])),
            ("é\n".into(), Value::Float(f64::NAN)),
        ]);
        let mut out = String::new();
        value.write_json(&mut out);
        assert_eq!(out, r#"{"a\"b\\":[1,-2.5,true,null],"é\u000a":null}"#);
    }
}
