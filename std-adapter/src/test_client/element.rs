//! One element of the page, in the hands of a test.

use std::fmt;

use live_core::client::Action;
use live_core::{EventMeta, Page};
use scraper::ElementRef;

use super::dom::{listed, outwards, text};
use super::fields::{self, Edit};
use super::gesture::Gesture;
use super::{Checked, TestClient, sound};

/// An element that [`TestClient::element`] has found. What the user does to it becomes the events that a browser would make of
/// it: by the attributes of the element and of those around it, with the fields of its form.
///
/// A browser's own acts are left out, but for one: the click on a button that submits its form. Nor does it remember what was
/// typed: each call says what the fields hold.
///
/// # Panics
/// All acts do where no element is bound to the event, and where the element is disabled, or its `data-lv-target` no region.
pub struct Element<'t, P: Page> {
    tab: &'t mut TestClient<P>,
    selector: String,
    value: Option<String>,
    meta: EventMeta,
}

impl<'t, P: Page> Element<'t, P> {
    /// `selector` finds one element.
    pub(super) fn new(tab: &'t mut TestClient<P>, selector: String) -> Self {
        Self { tab, selector, value: None, meta: EventMeta::default() }
    }

    /// The text of the element and all in it, each stretch of white space as one space, none at the ends.
    pub fn text(&self) -> String {
        self.tab.dom.one(&self.selector).map(text).unwrap_or_default()
    }

    /// The value of an attribute, if the element has it.
    pub fn attr(&self, name: &str) -> Option<String> {
        self.tab.dom.one(&self.selector).ok()?.attr(name).map(str::to_owned)
    }

    /// Holds modifier keys during what follows.
    #[must_use]
    pub fn holding(self, keys: EventMeta) -> Self {
        Self { meta: keys, ..self }
    }

    /// Has a text in the field while a key is pressed: `element("#todo").typed("Tea").key("Enter")`.
    #[must_use]
    pub fn typed(self, text: impl Into<String>) -> Self {
        Self { value: Some(text.into()), ..self }
    }

    /// Clicks it. A button without an event of its own submits its form.
    #[track_caller]
    pub fn click(self) {
        self.act("data-lv-click", |this, element| {
            let click = this.gesture("click");
            let mut actions = click.actions(element);
            let button = outwards(element).find(|around| fields::is_submitter(*around));
            if let Some(button) = button.filter(|_| !click.is_prevented(element))
                && let Some(form) = fields::form_of(&this.tab.dom, button)
            {
                actions.extend(this.submission(form, Some(button), &[])?);
            }
            Ok(actions)
        });
    }

    /// Submits the form that it is, or is in. `values` are what the user has put into fields, by their names; several of one name
    /// for check boxes and the like. The other fields are as the page has them.
    ///
    /// # Panics
    /// Also where the form has no such field.
    #[track_caller]
    pub fn submit(self, values: &[(&str, &str)]) {
        self.act("data-lv-submit", |this, element| {
            let form = fields::form_of(&this.tab.dom, element)
                .ok_or_else(|| format!("`{}` is no form, and in none", this.selector))?;
            this.submission(form, Some(element).filter(|element| fields::is_submitter(*element)), values)
        });
    }

    /// Types `value` into the field, or chooses it in the `<select>`.
    ///
    /// # Panics
    /// Also where it isn't a field of that kind, or has no such option.
    #[track_caller]
    pub fn change(self, value: &str) {
        self.edit(Edit::Value(value));
    }

    /// Checks a check box or a radio button, or takes the check away.
    ///
    /// # Panics
    /// Also where it is neither.
    #[track_caller]
    pub fn check(self, checked: bool) {
        self.edit(Edit::Checked(checked));
    }

    /// Presses a key, named as `KeyboardEvent.key` has it, while the element has the focus: down and up.
    #[track_caller]
    pub fn key(self, key: &str) {
        self.act(&format!("data-lv-keydown or data-lv-keyup for the key `{key}`"), |this, element| {
            let value = this.value.clone().unwrap_or_else(|| fields::value(element));
            let values = vec![("value".into(), value.into())];
            let both = ["keydown", "keyup"].map(|kind| {
                Gesture { key: Some(key), values: values.clone(), ..this.gesture(kind) }.actions(element)
            });
            Ok(both.concat())
        });
    }

    /// Brings the focus to it.
    #[track_caller]
    pub fn focus(self) {
        self.act("data-lv-focus", |this, element| Ok(this.gesture("focus").actions(element)));
    }

    /// Takes the focus away from it.
    #[track_caller]
    pub fn blur(self) {
        self.act("data-lv-blur", |this, element| Ok(this.gesture("blur").actions(element)));
    }

    /// Does what `actions` makes of the element; `bound` is what one has to have for that.
    #[track_caller]
    fn act(self, bound: &str, actions: impl FnOnce(&Self, ElementRef<'_>) -> Checked<Vec<Action>>) {
        let element = sound(self.tab.dom.one(&self.selector));
        sound(self.usable(element));
        let actions = sound(actions(&self, element));
        sound(self.sensible(bound, &actions));
        sound(self.tab.act(actions));
    }

    #[track_caller]
    fn edit(self, edit: Edit<'_>) {
        self.act("data-lv-change", |this, field| {
            this.editable(field, edit)?;
            let name = field.attr("name").unwrap_or_default();
            let form = match (fields::form_of(&this.tab.dom, field), edit) {
                (Some(form), _) => fields::entries(&this.tab.dom, form, None, Some((field, edit))),
                (None, Edit::Checked(false)) => Vec::new(),
                (None, Edit::Checked(true)) => vec![(alone(name), fields::value(field).into())],
                (None, Edit::Value(value)) => vec![(alone(name), value.into())],
            };
            let values = vec![("_target".into(), name.into())];
            Ok(Gesture { values, form, ..this.gesture("change") }.actions(field))
        });
    }

    fn submission(
        &self,
        form: ElementRef<'_>,
        submitter: Option<ElementRef<'_>>,
        given: &[(&str, &str)],
    ) -> Checked<Vec<Action>> {
        let dom = &self.tab.dom;
        let mut entries = fields::entries(dom, form, submitter, None);
        fields::fill_in(dom, form, &mut entries, given)?;
        Ok(Gesture { form: entries, ..self.gesture("submit") }.actions(form))
    }

    fn gesture(&self, kind: &'static str) -> Gesture<'static> {
        Gesture { kind, meta: self.meta, ..Gesture::default() }
    }

    fn usable(&self, element: ElementRef<'_>) -> Checked<()> {
        match outwards(element).any(fields::is_disabled) {
            true => Err(format!("`{}` is disabled", self.selector)),
            false => Ok(()),
        }
    }

    fn editable(&self, field: ElementRef<'_>, edit: Edit<'_>) -> Checked<()> {
        let selector = &self.selector;
        let checkable = matches!(fields::kind(field), "checkbox" | "radio");
        match edit {
            _ if !fields::is_field(field) => Err(format!("`{selector}` is not a field")),
            Edit::Value(_) if checkable => Err(format!("`{selector}` has no text: use check(true)")),
            Edit::Checked(_) if !checkable => Err(format!("`{selector}` can't be checked: use change(…)")),
            Edit::Value(value) if fields::kind(field) == "select" => {
                let options: Vec<String> = fields::options(field).map(fields::value).collect();
                match options.iter().any(|option| option == value) {
                    true => Ok(()),
                    false => Err(format!(
                        "`{selector}` has no option `{value}`; it has {}",
                        listed(options.iter())
                    )),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether something comes of it, and for regions that are there.
    fn sensible(&self, bound: &str, actions: &[Action]) -> Checked<()> {
        if actions.is_empty() {
            return Err(format!("neither `{}` nor an element around it has {bound}", self.selector));
        }
        let mut targets = actions.iter().filter_map(|action| action.target.as_deref());
        match targets.find(|region| self.tab.client.html(region).is_none()) {
            Some(region) => {
                Err(format!("data-lv-target=\"{region}\" names a region that the page doesn't have"))
            }
            None => Ok(()),
        }
    }
}

/// The name of a field that is in no form.
fn alone(name: &str) -> Box<str> {
    if name.is_empty() { "value".into() } else { name.into() }
}

impl<P: Page> fmt::Debug for Element<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element").field("selector", &self.selector).finish_non_exhaustive()
    }
}
