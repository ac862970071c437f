//! A form's fields as serde sees them: one name, and each of its values. Beside the text only a place of each pair is kept, whatever the
//! names and values are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The pairs of a text, grouped by their names in the order in which the names appear.
pub(super) struct Fields<'de> {
    text: &'de str,
    places: Vec<Place>,
}

/// Where a pair begins.
struct Place {
    /// The pairs of one name have one group: at first a hash of the name, in the end where its first pair begins.
    group: u64,
    at: usize,
}

impl<'de> Fields<'de> {
    /// The text's pairs, of which there are so many.
    pub(super) fn new(text: &'de str, count: usize) -> Self {
        let mut places = Vec::with_capacity(count);
        let mut at = 0;
        for pair in text.split('&') {
            if !pair.is_empty() {
                places.push(Place { group: hash(&name(text, at)), at });
            }
            at += pair.len() + 1;
        }
        by_name(text, &mut places);
        places.sort_unstable_by_key(|place| (place.group, place.at));
        Self { text, places }
    }
}

/// Sorts by names, and gives all pairs of one name the first one's place for a group.
fn by_name(text: &str, places: &mut [Place]) {
    let names = |a: &Place, b: &Place| {
        if a.at == b.at { Ordering::Equal } else { name(text, a.at).cmp(&name(text, b.at)) }
    };
    places.sort_unstable_by(|a, b| a.group.cmp(&b.group).then_with(|| names(a, b)).then(a.at.cmp(&b.at)));
    for same in places.chunk_by_mut(|a, b| a.group == b.group && names(a, b).is_eq()) {
        let first = same[0].at as u64;
        same.iter_mut().for_each(|place| place.group = first);
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// The name of the pair that begins there.
fn name(text: &str, at: usize) -> Cow<'_, str> {
    pair(text, at).0.0
}

/// The name and the value of the pair that begins there.
fn pair(text: &str, at: usize) -> (Text<'_>, Text<'_>) {
    let (name, value) = form_urlencoded::parse(&text.as_bytes()[at..]).next().unwrap_or_default();
    (Text(name), Text(value))
}

impl<'de> Deserializer<'de> for &'de Fields<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let groups = self.places.chunk_by(|a, b| a.group == b.group);
        visitor.visit_map(MapDeserializer::new(
            groups.map(|places| (pair(self.text, places[0].at).0, Values { text: self.text, places })),
        ))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(MapDeserializer::new(
            form_urlencoded::parse(self.text.as_bytes()).map(|(name, value)| (Text(name), Text(value))),
        ))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 char str string option bytes byte_buf unit unit_struct tuple tuple_struct map
        struct identifier enum ignored_any
    }
}

/// The values of one name.
struct Values<'de> {
    text: &'de str,
    places: &'de [Place],
}

impl<'de> Values<'de> {
    fn one(&self) -> Result<Text<'de>, Error> {
        match self.places {
            [place] => Ok(pair(self.text, place.at).1),
            _ => Err(de::Error::custom("it has several values")),
        }
    }
}

impl<'de> IntoDeserializer<'de> for Values<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Deserializes what has one value by its text.
macro_rules! by_text {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            self.one()?.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Values<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.one() {
            Ok(text) => text.deserialize_any(visitor),
            Err(_) => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.places.iter().map(|place| pair(self.text, place.at).1)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A field that was left empty is none.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.one() {
            Ok(text) if text.0.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    by_text! {
        deserialize_bool() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_i8()
        deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_map()
        deserialize_identifier() deserialize_unit_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}

/// A name or a value: a text, or what its text can be read as.
struct Text<'de>(Cow<'de, str>);

impl<'de> IntoDeserializer<'de> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.0.parse().map_err(de::Error::custom)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant by its name.
    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    parsed! {
        deserialize_bool visit_bool deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_u128 visit_u128 deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_i128 visit_i128 deserialize_f32 visit_f32 deserialize_f64 visit_f64
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
