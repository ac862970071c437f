//! A value of any shape, for the arguments of a registered function.

use alloc::string::String;
use alloc::vec::Vec;

/// What a [`Js`](crate::command::Js) command passes on: the shapes that msgpack and JSON share.
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
    /// Bytes. In the browser a `Uint8Array`.
    Bin(Vec<u8>),
    /// Several values.
    List(Vec<Value>),
    /// Named values, in the order given.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// How deep lists and maps nest in it: 0 for a plain value.
    pub fn depth(&self) -> usize {
        match self {
            Self::List(values) => 1 + values.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
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
    Vec<u8> => Bin(core::convert::identity),
    Vec<Value> => List(core::convert::identity),
}
