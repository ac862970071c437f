//! Forms as a browser reads them: which fields belong to one, and what it sends.

use live_core::Pair;
use scraper::ElementRef;

use super::Checked;
use super::dom::{Dom, listed, outwards, text};

/// What the user has done to a field before the form is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edit<'a> {
    /// Typed or chosen this value.
    Value(&'a str),
    /// Checked, or not.
    Checked(bool),
}

/// The form that an element belongs to.
pub(super) fn form_of<'d>(dom: &'d Dom, element: ElementRef<'d>) -> Option<ElementRef<'d>> {
    match element.attr("form").filter(|_| is_control(element)) {
        Some(id) => dom.elements().find(|form| form.value().name() == "form" && form.attr("id") == Some(id)),
        None => outwards(element).find(|around| around.value().name() == "form"),
    }
}

/// What the form sends, as `FormData` has it; `edited` is a field of it and what the user did there.
pub(super) fn entries<'d>(
    dom: &'d Dom,
    form: ElementRef<'d>,
    submitter: Option<ElementRef<'d>>,
    edited: Option<(ElementRef<'d>, Edit<'_>)>,
) -> Vec<Pair> {
    let mut entries = Vec::new();
    for (name, control) in controls(dom, form) {
        let edit = edited.filter(|(element, _)| *element == control).map(|(_, edit)| edit);
        let values = match (kind(control), edit) {
            ("submit" | "image" | "button" | "reset", _) if Some(control) != submitter => Vec::new(),
            ("checkbox" | "radio", _) if !is_checked(control, edited) => Vec::new(),
            (_, Some(Edit::Value(value))) => vec![value.to_owned()],
            ("select", _) => chosen(control),
            _ => vec![value(control)],
        };
        entries.extend(values.into_iter().map(|value| (name.into(), value.into())));
    }
    entries
}

/// Puts what a test gives in place of the form's own entries.
pub(super) fn fill_in(
    dom: &Dom,
    form: ElementRef<'_>,
    entries: &mut Vec<Pair>,
    given: &[(&str, &str)],
) -> Checked<()> {
    let names: Vec<&str> = controls(dom, form).map(|(name, _)| name).collect();
    for (name, _) in given {
        if !names.contains(name) {
            let has = listed(names.iter());
            return Err(format!("the form has no field `{name}` that could be filled in; it has {has}"));
        }
        let at = entries.iter().position(|(known, _)| &**known == *name).unwrap_or(entries.len());
        entries.retain(|(known, _)| &**known != *name);
        let values = given.iter().filter(|(other, _)| other == name);
        entries.splice(at..at, values.map(|(name, value)| ((*name).into(), (*value).into())));
    }
    Ok(())
}

/// The value of an element as script sees it; empty where it can't have any.
pub(super) fn value(element: ElementRef<'_>) -> String {
    let own = element.attr("value").map(str::to_owned);
    match (element.value().name(), kind(element)) {
        ("select", _) => chosen(element).into_iter().next().unwrap_or_default(),
        ("textarea" | "output", _) => element.text().collect(),
        ("option", _) => own.unwrap_or_else(|| text(element)),
        (_, "checkbox" | "radio") => own.unwrap_or_else(|| "on".to_owned()),
        ("input", "file") => String::new(),
        ("input" | "button", _) => own.unwrap_or_default(),
        _ => String::new(),
    }
}

/// Whether a check box is checked, once the user has done something to it or another one of its group.
pub(super) fn is_checked(control: ElementRef<'_>, edited: Option<(ElementRef<'_>, Edit<'_>)>) -> bool {
    match edited {
        Some((element, Edit::Checked(checked))) if element == control => checked,
        Some((element, Edit::Checked(true)))
            if [element, control].iter().all(|e| kind(*e) == "radio")
                && element.attr("name") == control.attr("name") =>
        {
            false
        }
        _ => control.attr("checked").is_some(),
    }
}

/// Whether the user can't use a control: by itself, or by the field set around it.
pub(super) fn is_disabled(element: ElementRef<'_>) -> bool {
    let disabled = |element: ElementRef<'_>| element.attr("disabled").is_some();
    let mut sets = outwards(element).filter(|around| around.value().name() == "fieldset");
    is_control(element) && (disabled(element) || sets.any(disabled))
}

/// Whether it is what a user puts values in.
pub(super) fn is_field(element: ElementRef<'_>) -> bool {
    is_control(element) && element.value().name() != "button"
}

/// Whether a `Reset` has something to do with this selector.
pub(super) fn resettable(dom: &Dom, selector: &str) -> Checked<()> {
    match dom.all(selector)?.into_iter().any(holds_values) {
        true => Ok(()),
        false => Err(format!("a Reset of `{selector}` finds no form and no field in the page")),
    }
}

/// Whether `data-lv-own` is what it can be, and where it can be.
pub(super) fn owned(dom: &Dom) -> Checked<()> {
    for element in dom.all("[data-lv-own]")? {
        let owner = element.attr("data-lv-own").unwrap_or_default();
        if owner != "server" {
            return Err(format!("data-lv-own=\"{owner}\" has no meaning: \"server\" is the only value"));
        }
        if !holds_values(element) {
            let name = element.value().name();
            return Err(format!("data-lv-own has no meaning on <{name}>: it is for fields and forms"));
        }
    }
    Ok(())
}

/// Whether it is a form or something that a user puts values in: editable content and custom elements, too.
fn holds_values(element: ElementRef<'_>) -> bool {
    let name = element.value().name();
    let is_button = matches!(kind(element), "submit" | "image" | "button" | "reset");
    let is_editable = element.attr("contenteditable").is_some_and(|editable| editable != "false");
    name == "form" || is_editable || name.contains('-') || is_field(element) && !is_button
}

/// Whether a click on it submits its form.
pub(super) fn is_submitter(element: ElementRef<'_>) -> bool {
    matches!(kind(element), "submit" | "image")
}

/// What a control is: the type of an `<input>` or `<button>`, or else the element's name.
pub(super) fn kind(element: ElementRef<'_>) -> &str {
    match (element.value().name(), element.attr("type")) {
        ("input", kind) => kind.unwrap_or("text"),
        ("button", Some(kind @ ("button" | "reset"))) => kind,
        ("button", _) => "submit",
        (name, _) => name,
    }
}

/// The options of a `<select>`.
pub(super) fn options(select: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    select.descendent_elements().filter(|element| element.value().name() == "option")
}

/// The values of the options that are chosen. Without `multiple` that is the last one that says so, or the first that can be.
fn chosen(select: ElementRef<'_>) -> Vec<String> {
    let enabled: Vec<_> = options(select).filter(|option| option.attr("disabled").is_none()).collect();
    let mut said = enabled.iter().filter(|option| option.attr("selected").is_some());
    if select.attr("multiple").is_some() {
        return said.map(|option| value(*option)).collect();
    }
    said.next_back().or(enabled.first()).map(|option| value(*option)).into_iter().collect()
}

/// The form's controls that are in use, by their names.
fn controls<'d>(dom: &'d Dom, form: ElementRef<'d>) -> impl Iterator<Item = (&'d str, ElementRef<'d>)> {
    let all = dom.elements().filter(|element| is_control(*element) && !is_disabled(*element));
    let own = all.filter(move |element| form_of(dom, *element) == Some(form));
    own.filter_map(|element| Some((element.attr("name").filter(|name| !name.is_empty())?, element)))
}

fn is_control(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "input" | "select" | "textarea" | "button")
}
