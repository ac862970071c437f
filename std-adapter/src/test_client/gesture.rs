//! From what the user does to the events that the server gets, by the page's attributes: what `client/src/events/listen.ts` does.

use live_core::client::Action;
use live_core::{EventMeta, Pair};
use scraper::ElementRef;

use super::dom::{attribute, outwards};

/// What the user does to an element.
#[derive(Debug, Default)]
pub(super) struct Gesture<'a> {
    /// The attribute that handles it, without its `data-lv-`: `click`.
    pub(super) kind: &'static str,
    /// The key, of `keydown` and `keyup`.
    pub(super) key: Option<&'a str>,
    /// The modifier keys that are held.
    pub(super) meta: EventMeta,
    /// What comes after the values of the element's attributes.
    pub(super) values: Vec<Pair>,
    /// The form's fields.
    pub(super) form: Vec<Pair>,
}

impl Gesture<'_> {
    /// The events that it makes: of the element and those around it, the nearest first, up to one with `data-lv-stop`.
    pub(super) fn actions(&self, target: ElementRef<'_>) -> Vec<Action> {
        reached(target).filter_map(|element| self.action(element)).collect()
    }

    /// Whether an element that it reaches keeps the browser from its own act.
    pub(super) fn is_prevented(&self, target: ElementRef<'_>) -> bool {
        reached(target).any(|element| {
            self.event(element).is_some()
                && (lv(element, "prevent").is_some()
                    || self.kind == "click" && matches!(element.value().name(), "a" | "button"))
        })
    }

    fn action(&self, element: ElementRef<'_>) -> Option<Action> {
        let named = element
            .value()
            .attrs()
            .filter_map(|(name, value)| Some((name.strip_prefix("data-lv-value-")?, value)));
        let mut values: Vec<Pair> = named.map(|(name, value)| (name.into(), value.into())).collect();
        values.extend(self.values.iter().cloned());
        Some(Action {
            name: self.event(element)?.to_owned(),
            values,
            form: self.form.clone(),
            target: lv(element, "target").filter(|region| !region.is_empty()).map(str::to_owned),
            key: self.key.map(str::to_owned),
            meta: self.meta,
        })
    }

    /// The event that the element makes of it.
    fn event<'e>(&self, element: ElementRef<'e>) -> Option<&'e str> {
        let event = lv(element, self.kind).filter(|event| !event.is_empty())?;
        let keys = lv(element, "key").unwrap_or_default();
        self.key
            .is_none_or(|key| keys.is_empty() || keys == key || keys.split(' ').any(|known| known == key))
            .then_some(event)
    }
}

/// A selector of the elements that handle a key.
pub(super) fn bound_to_key(key: &str) -> String {
    let exactly = attribute("data-lv-key", key);
    let among = exactly.replacen('=', "~=", 1);
    let any = ["keydown", "keyup"].map(|kind| {
        [":not([data-lv-key])", "[data-lv-key=\"\"]", &exactly, &among]
            .map(|keys| format!("[data-lv-{kind}]{keys}"))
            .join(", ")
    });
    any.join(", ")
}

/// The elements that an event comes to.
fn reached(target: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    let mut goes_on = true;
    outwards(target).take_while(move |element| {
        let here = goes_on;
        goes_on = lv(*element, "stop").is_none();
        here
    })
}

fn lv<'e>(element: ElementRef<'e>, name: &str) -> Option<&'e str> {
    element.attr(&format!("data-lv-{name}"))
}
