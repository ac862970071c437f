//! The page's HTML, parsed as a browser does.

use std::collections::{BTreeSet, HashSet};

use scraper::{ElementRef, Html, Selector};

use super::Checked;

/// The elements of a page.
pub(super) struct Dom {
    source: String,
    html: Html,
}

impl Default for Dom {
    fn default() -> Self {
        Self::parse(String::new())
    }
}

impl Dom {
    pub(super) fn parse(source: String) -> Self {
        Self { html: Html::parse_fragment(&source), source }
    }

    /// Whether this is what was parsed.
    pub(super) fn is_of(&self, source: &str) -> bool {
        self.source == source
    }

    pub(super) fn all(&self, selector: &str) -> Checked<Vec<ElementRef<'_>>> {
        let parsed = Selector::parse(selector)
            .map_err(|_| format!("`{selector}` is not a CSS selector that is known here"))?;
        Ok(self.html.select(&parsed).collect())
    }

    /// All elements, in the page's order.
    pub(super) fn elements(&self) -> impl Iterator<Item = ElementRef<'_>> {
        self.html.root_element().descendent_elements()
    }

    /// The only element that a selector finds.
    pub(super) fn one(&self, selector: &str) -> Checked<ElementRef<'_>> {
        match self.all(selector)?[..] {
            [one] => Ok(one),
            [] => Err(format!("no element of the page is found by `{selector}`")),
            ref many => Err(format!(
                "{} elements of the page are found by `{selector}`: choose one, by element(selector)",
                many.len()
            )),
        }
    }

    /// Whether an element is bound to an event of this kind, such as `click`.
    pub(super) fn has_event(&self, kind: &str, event: &str) -> Checked<()> {
        let name = format!("data-lv-{kind}");
        let elements = self.all(&format!("[{name}]"))?;
        let events: BTreeSet<&str> = elements.into_iter().filter_map(|element| element.attr(&name)).collect();
        match events.contains(event) {
            true => Ok(()),
            false => {
                Err(format!("no element has {name}=\"{event}\"; the page has {}", listed(events.iter())))
            }
        }
    }

    /// Whether no two elements have the same id.
    pub(super) fn unique_ids(&self) -> Checked<()> {
        let mut ids = HashSet::new();
        let elements = self.all("[id]")?;
        match elements.into_iter().filter_map(|element| element.attr("id")).find(|id| !ids.insert(*id)) {
            Some(id) => Err(format!("two elements of the page have the id `{id}`")),
            None => Ok(()),
        }
    }
}

/// An element and those around it, from the inside out.
pub(super) fn outwards(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap))
}

/// The text of an element and all in it, each white space as one space, none at the ends.
pub(super) fn text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A selector of elements with an attribute of this value.
pub(super) fn attribute(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\a ");
    format!("[{name}=\"{value}\"]")
}

/// Words for a message.
pub(super) fn listed(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    let words: Vec<String> = words.map(|word| word.as_ref().to_owned()).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
