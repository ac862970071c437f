//! A form's fields as a type of the page's own.

use live_core::{Event, RecoverableError, Result};
use serde::de::DeserializeOwned;

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

/// A query string, or a posted form's body, as pairs.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A query string, or a posted form's body, as `T`.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    let fields = serde_html_form::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(fields).map_err(|error| RecoverableError::new(told(&error)).into())
}

fn told<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    match error.path().iter().next() {
        Some(_) => format!("The form's field `{}` doesn't fit: {}", error.path(), error.inner()),
        None => format!("The form isn't complete: {}", error.inner()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

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
    fn fields_that_do_not_fit_are_told() {
        let told = |fields| decode::<Order>(fields).unwrap_err().recoverable().unwrap().message.clone();
        assert_eq!(told("name=a"), "The form isn't complete: missing field `count`");
        assert_eq!(
            told("name=a&count=many"),
            "The form's field `count` doesn't fit: invalid digit found in string"
        );
    }
}
