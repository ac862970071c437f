//! What is regular and what isn't, which element a change narrows to, and where hosts are, by example.

use live_core::delta::Common;
use live_core::narrow::{Host, HostError, Markup, hosts, is_regular, regular};

#[test]
fn regular_html() {
    for html in [
        "",
        "text > text",
        "<p>one</p><br><br/><input value=\"a>b\" disabled>",
        "<ul><li>1</li><li>2</li></ul>",
        "<table><thead><tr><th>a</th></tr></thead> <tbody>\n<tr><td>1</td></tr></tbody></table>",
        "<svg viewBox=\"0 0 1 1\"><g><circle r=\"1\"/></g><foreignObject><div><br></div></foreignObject></svg>",
        "<!-- a comment --><!----><p title='x' data-y=z >y</p >",
        "<textarea>a > b &lt;</textarea><script>1 > 2</script>",
        "<tr><td>a region of its own, in a tbody</td></tr>",
        "<a href=foo/>unquoted</a>",
        "<ul><li><p>1</p><ul><li>2</li></ul></li></ul><dl><dt>a</dt><dd><dl><dd>b</dd></dl></dd></dl>",
        "<button><p>in a button</p></button><p><a>1</a><a>2</a></p><select><optgroup><option>1</option></optgroup></select>",
        "<a><table><tbody><tr><td><a>in a cell</a></td></tr></tbody></table></a><ruby>a<rt>b</rt></ruby>",
    ] {
        assert_eq!(regular(html), Ok(()), "{html}");
    }
}

#[test]
fn irregular_html() {
    for html in [
        "<p>one",
        "one</p>",
        "<b><i>x</b></i>",
        "<ul><li>1<li>2</ul>",
        "<div/>",
        "a < b",
        "<p title=\"a<b\">x</p>",
        "<template><p>x</p></template>",
        "<table><tr><td>x</td></tr></table>",
        "<table>text<tbody></tbody></table>",
        "<table><tbody><tr>text</tr></tbody></table>",
        "<div><td>x</td></div>",
        "<!-- <p> -->",
        "<!--> x -->",
        "<!-- a --!> b -->",
        "<script>1 < 2</script>",
        "<textarea><b></b></textarea>",
        "<DIV></DIV>",
        "<svg><title><p/></title></svg>",
        "<svg><br></svg>",
        "<svg><text><table></table></text><path/></svg>",
        "<math><svg></svg></math>",
        "<form><b><form></form></b></form>",
        "<p><b><div></div></b></p>",
        "<ul><li><b><li></li></b></li></ul>",
        "<dl><dd><dt></dt></dd></dl>",
        "<h1><h2></h2></h1>",
        "<a><i><a></a></i></a>",
        "<button><button></button></button>",
        "<select><p></p></select>",
        "<option><b></b></option>",
        "<math><mi><section/></mi></math>",
        "<svg><foreignObject><div/></foreignObject></svg>",
        "<p",
        "<p title=\"",
        "<!doctype html>",
        "</>",
    ] {
        assert!(!is_regular(html), "{html}");
    }
}

/// The id and outer HTML that a change in the middle of a regular page narrows to.
fn narrowed(old: &str, new: &str) -> Option<(String, String)> {
    let around = "<p>padding</p>".repeat(100);
    let (old, new) = (format!("{around}{old}{around}"), format!("{around}{new}{around}"));
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let element = Markup::Regular.narrow(&old, &new, common)?;
    Some((element.id.into(), new[element.range].into()))
}

/// The content that the change travels as, where the rest of the element is as before.
fn content(old: &str, new: &str) -> Option<String> {
    let around = "<p>padding</p>".repeat(100);
    let (old, new) = (format!("{around}{old}"), format!("{around}{new}"));
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let element = Markup::Regular.narrow(&old, &new, common).expect("an element");
    element.inner.map(|inner| new[inner].into())
}

fn assert_narrows(old: &str, new: &str, id: &str, html: &str) {
    assert_eq!(narrowed(old, new), Some((id.into(), html.into())), "{old} to {new}");
}

#[test]
fn a_change_narrows_to_the_smallest_element_with_an_id() {
    let row = |cell: &str| format!("<tr id=\"r1\"><td>{cell}</td></tr>");
    let table = |rows: &str| format!("<table><tbody id=\"t\">{rows}</tbody></table>");
    assert_narrows(&table(&row("1")), &table(&row("22")), "r1", &row("22"));
    assert_narrows(
        &table(&row("1")),
        &table(&(row("1") + "<tr id=\"r2\"></tr>")),
        "t",
        &table_body(&(row("1") + "<tr id=\"r2\"></tr>")),
    );
    assert_narrows(
        "<b id=\"b\" class=\"x\">t</b>",
        "<b id=\"b\" class=\"y z\">t</b>",
        "b",
        "<b id=\"b\" class=\"y z\">t</b>",
    );
    assert_narrows(
        "<input id=\"b\" value=\"x\">",
        "<input id=\"b\" value=\"y\">",
        "b",
        "<input id=\"b\" value=\"y\">",
    );
    assert_narrows("<div id=\"d\"><p>1</p></div>", "<div id=\"d\"></div>", "d", "<div id=\"d\"></div>");
}

#[test]
fn content_alone_is_told_where_the_rest_is_as_before_and_it_is_parsed_alone() {
    for (old, new, inner) in [
        (r#"<td id="s">1</td>"#, r#"<td id="s">2</td>"#, Some("2")),
        (r#"<p id="s"><b>1</b> a</p >"#, r#"<p id="s"><b>1</b> b</p >"#, Some("<b>1</b> b")),
        (r#"<ul id="s"></ul>"#, r#"<ul id="s"><li>1</li></ul>"#, Some("<li>1</li>")),
        (
            r#"<select id="s"><option>1</option></select>"#,
            r#"<select id="s"><option>2</option></select>"#,
            Some("<option>2</option>"),
        ),
        (r#"<p id="s" class="a">1</p>"#, r#"<p id="s" class="b">1</p>"#, None),
        (r#"<input id="s" value="1">"#, r#"<input id="s" value="2">"#, None),
        (r#"<textarea id="s">1</textarea>"#, r#"<textarea id="s">2</textarea>"#, None),
        (r#"<option id="s">1</option>"#, r#"<option id="s">2</option>"#, None),
        ("<pre id=\"s\">\n1</pre>", "<pre id=\"s\">\n2</pre>", None),
    ] {
        assert_eq!(content(old, new).as_deref(), inner, "{old} to {new}");
    }
}

fn table_body(rows: &str) -> String {
    format!("<tbody id=\"t\">{rows}</tbody>")
}

#[test]
fn a_changed_id_or_name_narrows_to_the_next_element_up() {
    let outer = |inner: &str| format!("<div id=\"d\">{inner}</div>");
    for (old, new) in [
        ("<p id=\"p1\">x</p>", "<p id=\"p2\">x</p>"),
        ("<p id=\"p\">x</p>", "<q id=\"p\">x</q>"),
        ("<p id=\"a&amp;b\">x</p>", "<p id=\"a&amp;b\">y</p>"),
        ("<p id=p>x</p>", "<p id=p>y</p>"),
        ("<p title=' id=\"q\"' id=\"p\">x</p>", "<p title=' id=\"q\"' id=\"p\">y</p>"),
        ("<p id=\"p\" data-lv-region=\"a\"></p>", "<p id=\"p\" data-lv-region=\"b\"></p>"),
    ] {
        assert_narrows(&outer(old), &outer(new), "d", &outer(new));
    }
    assert_eq!(narrowed("<p>x</p>", "<p>y</p>"), None);
}

#[test]
fn a_small_or_irregular_region_is_never_narrowed() {
    let narrow = |old: &str, new: &str| {
        let common = Common::of(old.as_bytes(), new.as_bytes());
        Markup::Unknown.narrow(old, new, common).is_some()
    };
    assert!(!narrow("<p id=\"p\">x</p>", "<p id=\"p\">y</p>"));
    let padding = "<i>padding</i>".repeat(100);
    assert!(narrow(&format!("{padding}<p id=\"p\">x</p>"), &format!("{padding}<p id=\"p\">y</p>")));
    assert!(!narrow(&format!("{padding}<p>z<p id=\"p\">x</p>"), &format!("{padding}<p>z<p id=\"p\">y</p>")));
    assert!(!narrow(&format!("{padding}<p id=\"p\">x</p>"), &format!("{padding}<p id=\"p\">x<b></p>")));
}

#[test]
fn hosts_are_found_in_start_tags_only() {
    let html = "<p data-lv-region=\"a\"></p><ul class=\"x>y\" data-lv-region=\"b:1\" title='<'></ul> data-lv-region=\"no\"\
                <!-- data-lv-region=\"no\" --><i title=' data-lv-region=\"no\"'></i><b title=\"<\" data-lv-region=\"c\"></b>";
    let found: Vec<_> = hosts(html).map(|host| host.expect("a good host")).collect();
    assert_eq!(found.iter().map(|host| host.name).collect::<Vec<_>>(), ["a", "b:1", "c"]);
    for Host { insert_at, .. } in found {
        assert!(html[..insert_at].ends_with('>') && html[insert_at..].starts_with("</"));
    }
}

#[test]
fn bad_hosts_are_errors() {
    let first = |html: &'static str| hosts(html).next();
    assert_eq!(first("<p data-lv-region=\"a\">x</p>"), Some(Err(HostError::NotEmpty("a"))));
    assert_eq!(first("<input data-lv-region=\"a\">"), Some(Err(HostError::NotEmpty("a"))));
    assert_eq!(first("<p data-lv-region=\"a\"/></p>"), Some(Err(HostError::NotEmpty("a"))));
    assert_eq!(first("<p data-lv-region=\"\"></p>"), Some(Err(HostError::Name(""))));
    assert_eq!(first("<p data-lv-region=\"a b\"></p>"), Some(Err(HostError::Name("a b"))));
    assert_eq!(first("<p data-lv-region=\"a&amp;b\"></p>"), Some(Err(HostError::Name("a&amp;b"))));
}
