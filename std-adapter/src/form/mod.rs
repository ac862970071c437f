//! A form's fields as a type of the page's own.

mod body;
mod fields;

use std::fmt;

use live_core::{Event, Pair, RecoverableError, Result};
use serde::de::DeserializeOwned;

pub use body::{FormError, text};
use fields::Fields;

/// The most fields that a form may have: what an event can carry, see [`MAX_NODES`](live_core::limits::MAX_NODES).
pub const MAX_FIELDS: usize = 8000;

/// The most fields that a query may have. They are kept for as long as the session.
pub const MAX_QUERY_FIELDS: usize = 1000;

/// A form has more than [`MAX_FIELDS`], or a query more than [`MAX_QUERY_FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyFields {
    /// The limit.
    pub most: usize,
}

/// Typed forms for [`Event`].
pub trait EventForm {
    /// The form's fields as `T`. Several fields of one name make a `Vec`. Fields that don't fit are a [`RecoverableError`]: the
    /// user is told, and the session goes on.
    fn form<T: DeserializeOwned>(&self) -> Result<T>;
}

impl EventForm for Event<'_> {
    fn form<T: DeserializeOwned>(&self) -> Result<T> {
        decode(&encode(self.form.iter()))
    }
}

/// Pairs as a query string.
pub(crate) fn encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A posted form's body as pairs.
///
/// # Errors
/// Where it has more than [`MAX_FIELDS`].
pub fn pairs(text: &str) -> Result<Vec<Pair>, TooManyFields> {
    at_most(MAX_FIELDS, text)
}

/// A query string as pairs.
///
/// # Errors
/// Where it has more than [`MAX_QUERY_FIELDS`].
pub fn query(text: &str) -> Result<Vec<Pair>, TooManyFields> {
    at_most(MAX_QUERY_FIELDS, text)
}

fn at_most(most: usize, text: &str) -> Result<Vec<Pair>, TooManyFields> {
    let mut pairs = Vec::new();
    pairs.reserve_exact(count(most, text)?);
    pairs.extend(form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into(), value.into())));
    Ok(pairs)
}

/// The first value of a name in a query string.
pub fn value(text: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(text.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// How many pairs there are.
fn count(most: usize, text: &str) -> Result<usize, TooManyFields> {
    let count = text.split('&').filter(|pair| !pair.is_empty()).count();
    if count > most { Err(TooManyFields { most }) } else { Ok(count) }
}

/// A posted form's body as `T`.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    let fields = Fields::new(text, count(MAX_FIELDS, text)?);
    serde_path_to_error::deserialize(&fields).map_err(|error| RecoverableError::new(told(&error)).into())
}

fn told<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    match error.path().iter().next() {
        Some(_) => format!("The form's field `{}` doesn't fit: {}", error.path(), error.inner()),
        None => format!("The form isn't complete: {}", error.inner()),
    }
}

impl fmt::Display for TooManyFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there are more than {} fields", self.most)
    }
}

impl std::error::Error for TooManyFields {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[test]
    fn fields_are_counted() {
        let fields = |count| vec!["a=1"; count].join("&&");
        assert_eq!(pairs(&fields(MAX_FIELDS)).unwrap().len(), MAX_FIELDS);
        assert_eq!(pairs(&fields(MAX_FIELDS + 1)), Err(TooManyFields { most: MAX_FIELDS }));
        assert_eq!(query(&fields(MAX_QUERY_FIELDS)).unwrap().len(), MAX_QUERY_FIELDS);
        let too_many = Err(TooManyFields { most: MAX_QUERY_FIELDS });
        assert_eq!(query(&fields(MAX_QUERY_FIELDS + 1)), too_many);
        assert!(decode::<Vec<(String, u8)>>(&fields(MAX_FIELDS)).is_ok());
        assert!(decode::<Vec<(String, u8)>>(&fields(MAX_FIELDS + 1)).is_err());
        assert_eq!(value("a=1&b=%2B&b=3", "b").as_deref(), Some("+"));
    }

    #[derive(Deserialize, PartialEq, Debug)]
    struct Order {
        name: String,
        count: u8,
        #[serde(default)]
        extras: Vec<String>,
    }

    #[test]
    fn fields_become_a_type() {
        let fields = [("name", "a&b=ü"), ("count", "3"), ("extras", "x"), ("extras", "y")];
        let order: Order = decode(&encode(fields.into_iter())).unwrap();
        assert_eq!(order, Order { name: "a&b=ü".into(), count: 3, extras: vec!["x".into(), "y".into()] });
    }

    #[test]
    fn a_field_may_be_empty_or_have_several_values() {
        #[derive(Deserialize, PartialEq, Debug)]
        #[serde(rename_all = "lowercase")]
        enum Size {
            Small,
            Large,
        }

        #[derive(Deserialize, PartialEq, Debug)]
        struct Id(u32);

        #[derive(Deserialize, PartialEq, Debug)]
        struct Fields {
            size: Size,
            id: Id,
            agreed: bool,
            note: Option<String>,
            weight: Option<f64>,
            sizes: Option<Vec<Size>>,
            range: (u8, u8),
        }

        let text = "size=large&range=1&id=7&other=x&agreed=true&note=&weight=1.5&sizes=small&range=2&other=y&s%69zes=large";
        let fields: Fields = decode(text).unwrap();
        assert_eq!(
            fields,
            Fields {
                size: Size::Large,
                id: Id(7),
                agreed: true,
                note: None,
                weight: Some(1.5),
                sizes: Some(vec![Size::Small, Size::Large]),
                range: (1, 2)
            }
        );
        let map: BTreeMap<String, Vec<String>> = decode("b=1&&a=+&b=2&").unwrap();
        assert_eq!(
            map,
            BTreeMap::from([("a".into(), vec![" ".into()]), ("b".into(), vec!["1".into(), "2".into()])])
        );
        let pairs: Vec<(String, u8)> = decode("b=1&a=3&b=2").unwrap();
        assert_eq!(pairs, [("b".into(), 1), ("a".into(), 3), ("b".into(), 2)]);
    }

    #[test]
    fn fields_that_do_not_fit_are_told() {
        let told = |fields| decode::<Order>(fields).unwrap_err().recoverable().unwrap().message.clone();
        assert_eq!(told("name=a"), "The form isn't complete: missing field `count`");
        assert_eq!(
            told("count=3&name=a&name=b"),
            "The form's field `name` doesn't fit: it has several values"
        );
        assert_eq!(
            told("count=&name=a&name=b"),
            "The form's field `count` doesn't fit: cannot parse integer from empty string"
        );
        assert_eq!(
            told("name=a&count=many"),
            "The form's field `count` doesn't fit: invalid digit found in string"
        );
    }
}
