//! What the user does is told to the server as a browser would.

use live_core::EventMeta;

use super::*;

#[test]
fn a_click_comes_to_the_elements_around() {
    const PAGE: &str = r#"<div data-lv-click="outer" data-lv-target="log"><ul data-lv-click="list" data-lv-stop>
        <li data-lv-click="item" data-lv-value-id="7" data-lv-value-b="c"><b>x</b></li></ul>
        <em>y</em><p data-lv-stop><s>z</s></p></div>"#;
    assert_eq!(tells(PAGE, |tab| tab.element("b").click()), "item(b=c&id=7;;-;-;0) list(;;-;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("em").click()), "outer(;;-;log;0)");
    assert_eq!(tells(PAGE, |tab| tab.click("list")), "list(;;-;-;0)");
    let held = EventMeta { ctrl: true, ..EventMeta::default() };
    assert_eq!(tells(PAGE, |tab| tab.element("ul").holding(held).click()), "list(;;-;-;2)");
    let mistake = mistake(|| desk(PAGE).element("s").click());
    assert_eq!(mistake, "neither `s` nor an element around it has data-lv-click");
}

#[test]
fn a_button_with_an_event_submits_nothing() {
    const PAGE: &str = r#"<form data-lv-submit="save"><button id="own" data-lv-click="own"></button>
        <p data-lv-click="around"><button id="both"></button></p>
        <p data-lv-click="kept" data-lv-prevent><button id="kept"></button></p></form>"#;
    assert_eq!(tells(PAGE, |tab| tab.click("own")), "own(;;-;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("#both").click()), "around(;;-;-;0) save(;;-;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("#kept").click()), "kept(;;-;-;0)");
}

const FORM: &str = r#"<form id="f" data-lv-submit="save">
    <input name="a" value="1"><input type="hidden" name="b" value="2"><input value="nameless">
    <input type="checkbox" name="c" checked><input type="checkbox" name="d" value="x">
    <input type="radio" name="e" value="1" checked><input type="radio" name="e" value="2">
    <select name="g"><option disabled>0<option value="one">1<option>  t  wo </option></select>
    <select name="h" multiple><option selected>1<option selected>2<option>3</select>
    <textarea name="i">
text</textarea><input name="j" value="gone" disabled><fieldset disabled><input name="k"></fieldset>
    <button name="l" value="go">Go</button><button type="button" id="idle">Idle</button>
    <input type="file" name="m"></form><input name="n" form="f" value="far">"#;

#[test]
fn a_form_gives_what_a_browser_would() {
    let fields = "a=1&b=2&c=on&e=1&g=one&h=1&h=2&i=text&m=&n=far";
    assert_eq!(tells(FORM, |tab| tab.submit("save", &[])), format!("save(;{fields};-;-;0)"));
    let pressed = fields.replace("&m=", "&l=go&m=");
    assert_eq!(tells(FORM, |tab| tab.element("[name=l]").click()), format!("save(;{pressed};-;-;0)"));
    assert_eq!(tells(FORM, |tab| tab.element("[name=l]").submit(&[])), format!("save(;{pressed};-;-;0)"));
    let given = [("a", "9"), ("h", "3"), ("d", "x"), ("h", "1")];
    let filled = "a=9&b=2&c=on&e=1&g=one&h=3&h=1&i=text&m=&n=far&d=x";
    assert_eq!(tells(FORM, |tab| tab.submit("save", &given)), format!("save(;{filled};-;-;0)"));
    let unknown = mistake(|| desk(FORM).submit("save", &[("z", "1")]));
    assert!(
        unknown.starts_with("the form has no field `z` that could be filled in; it has a, b"),
        "{unknown}"
    );
    assert!(mistake(|| desk(FORM).submit("save", &[("j", "1")])).contains("no field `j`"));
    assert!(mistake(|| desk(FORM).element("#idle").click()).contains("has data-lv-click"));
    assert_eq!(mistake(|| desk(FORM).element("[name=k]").click()), "`[name=k]` is disabled");
}

#[test]
fn a_change_tells_the_form_and_the_field() {
    const PAGE: &str = r#"<form data-lv-change="edit"><input name="a" value="1">
        <input type="radio" name="b" value="1" checked><input type="radio" id="r" name="b" value="2">
        <select name="c"><option>1<option>2</select><input id="t" type="checkbox" name="d" checked></form>
        <input id="alone" data-lv-change="solo"><input id="box" type="checkbox" data-lv-change="tick" name="x">"#;
    for (told, act) in [
        ("edit(_target=a;a=2&b=1&c=1&d=on;-;-;0)", (|tab| tab.change("a", "2")) as fn(&mut TestClient<Desk>)),
        ("edit(_target=c;a=1&b=1&c=2&d=on;-;-;0)", |tab| tab.change("c", "2")),
        ("edit(_target=b;a=1&b=2&c=1&d=on;-;-;0)", |tab| tab.element("#r").check(true)),
        ("edit(_target=d;a=1&b=1&c=1;-;-;0)", |tab| tab.element("#t").check(false)),
        ("solo(_target=;value=v;-;-;0)", |tab| tab.element("#alone").change("v")),
        ("tick(_target=x;x=on;-;-;0)", |tab| tab.element("#box").check(true)),
        ("tick(_target=x;;-;-;0)", |tab| tab.element("#box").check(false)),
    ] {
        assert_eq!(tells(PAGE, act), told);
    }
    assert_eq!(
        mistake(|| desk(PAGE).change("c", "3")),
        "`:is(input, select, textarea)[name=\"c\"]` has no option `3`; it has 1, 2"
    );
    assert!(mistake(|| desk(PAGE).element("#t").change("on")).contains("use check(true)"));
}

#[test]
fn a_key_carries_the_value_of_its_field() {
    const PAGE: &str = r#"<section data-lv-keydown="move" data-lv-key="ArrowUp ArrowDown"><b>x</b></section>
        <input data-lv-keyup="enter" data-lv-key="Enter" value="old"><i data-lv-keydown="space" data-lv-key=" "></i>
        <u data-lv-focus="in" data-lv-blur="out"><a></a></u>"#;
    assert_eq!(tells(PAGE, |tab| tab.key("ArrowUp")), "move(value=;;ArrowUp;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("b").key("ArrowDown")), "move(value=;;ArrowDown;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.key("Enter")), "enter(value=old;;Enter;-;0)");
    assert_eq!(
        tells(PAGE, |tab| tab.element("input").typed("new").key("Enter")),
        "enter(value=new;;Enter;-;0)"
    );
    assert_eq!(tells(PAGE, |tab| tab.key(" ")), "space(value=;; ;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("a").focus()), "in(;;-;-;0)");
    assert_eq!(tells(PAGE, |tab| tab.element("u").blur()), "out(;;-;-;0)");
    assert!(mistake(|| desk(PAGE).element("b").key("Tab")).contains("data-lv-keyup for the key `Tab`"));
    assert!(mistake(|| desk(PAGE).key("Tab")).starts_with("no element of the page is found by"));
}
