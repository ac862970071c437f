//! What a user does.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::event::EventMeta;
use crate::request::Pair;

/// An event before it has a number.
///
/// ```
/// use live_core::client::Action;
///
/// let action = Action::new("add").value("n", 10);
/// assert_eq!(action.name, "add");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// The event's name.
    pub name: String,
    /// The `data-lv-value-*` attributes.
    pub values: Vec<Pair>,
    /// The form's fields.
    pub form: Vec<Pair>,
    /// The target region.
    pub target: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// Modifier keys.
    pub meta: EventMeta,
}

impl Action {
    /// An event with nothing but a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds a `data-lv-value-*` attribute.
    pub fn value(mut self, name: impl Into<Box<str>>, value: impl ToString) -> Self {
        self.values.push((name.into(), value.to_string().into()));
        self
    }

    /// Adds a form field.
    pub fn field(mut self, name: impl Into<Box<str>>, value: impl ToString) -> Self {
        self.form.push((name.into(), value.to_string().into()));
        self
    }

    /// Sets the target region.
    pub fn target(mut self, region: impl Into<String>) -> Self {
        self.target = Some(region.into());
        self
    }

    /// Sets the key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the modifier keys.
    pub fn meta(mut self, meta: EventMeta) -> Self {
        self.meta = meta;
        self
    }
}
