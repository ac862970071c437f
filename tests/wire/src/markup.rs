//! Random pages as trees, which are edited as trees and written clean or messy.

use crate::random::Random;
use std::fmt::Write;

/// An element, or a text where the name is empty.
#[derive(Clone, Debug)]
pub struct Node {
    name: &'static str,
    id: Option<usize>,
    class: usize,
    text: String,
    children: Vec<Node>,
    mess: Mess,
}

/// What is messy about how an element is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mess {
    None,
    NoEndTag,
    NoTags,
    SelfClosing,
    Unquoted,
    UpperCase,
    Stray,
}

const MESSES: [Mess; 6] =
    [Mess::NoEndTag, Mess::NoTags, Mess::SelfClosing, Mess::Unquoted, Mess::UpperCase, Mess::Stray];

const TEXTS: [&str; 12] = [
    "a",
    "hello",
    "x &amp; y",
    "é漢🎈",
    "42",
    "7",
    " ",
    "a > b",
    "&lt;b&gt;",
    "\n  ",
    "it's \"so\"",
    "some words more",
];

const MESSY_TEXTS: [&str; 8] =
    ["a < b", "<", "&", "</b>", "<!-- c -->", "<!>", "</p>", "<script>1 < 2</script>"];

/// Elements that hold parts of a table only.
const TABLE: [&str; 4] = ["table", "tbody", "thead", "tr"];

/// What stands where it will, in a messy page.
const ANYWHERE: [&str; 10] = ["", "tr", "td", "tbody", "template", "style", "textarea", "p", "div", "svg"];

/// What closes, or isn't allowed in, one like itself or a paragraph.
const MISNESTED: [&str; 13] =
    ["p", "div", "li", "a", "button", "form", "h2", "option", "select", "dd", "table", "foreignObject", "b"];

/// The element around a page, which is not written.
const ROOT: &str = "main";

/// A page of sections, tables, lists, forms and drawings, about 2 KB of HTML and more.
#[derive(Clone, Debug)]
pub struct Page {
    root: Node,
    /// How messy: one in so many things is.
    mess: Option<usize>,
    next_id: usize,
}

impl Page {
    /// A random page.
    pub fn new(random: &mut Random, messy: bool) -> Self {
        let mess = messy.then(|| [30, 300, 3000][random.below(3)]);
        let mut page = Self { root: Node::text(""), mess, next_id: 0 };
        let mut root = page.element(random, ROOT, 0);
        while Self::written(&root).len() < 1500 {
            let child = page.node(random, ROOT, 0);
            root.children.push(child);
        }
        page.root = root;
        page
    }

    /// The inner HTML of the page.
    pub fn html(&self) -> String {
        Self::written(&self.root)
    }

    /// Changes one to three things, most often near each other.
    pub fn edit(&mut self, random: &mut Random) {
        let mut root = self.root.clone();
        for _ in 0..[1, 1, 1, 2, 3][random.below(5)] {
            self.edit_within(random, &mut root);
        }
        self.root = root;
    }

    fn written(root: &Node) -> String {
        let mut html = String::new();
        root.children.iter().for_each(|child| child.write(&mut html));
        html
    }

    /// Walks down at random, and changes what it comes to.
    fn edit_within(&mut self, random: &mut Random, node: &mut Node) {
        let stay = if node.name == ROOT { 20 } else { 5 };
        if !node.children.is_empty() && !random.one_in(stay) {
            let at = random.below(node.children.len());
            return self.edit_within(random, &mut node.children[at]);
        }
        if node.name.is_empty() {
            node.text = self.text(random);
            return;
        }
        let at = random.below(node.children.len() + 1);
        match random.below(6) {
            0 | 1 => node.class = random.below(30),
            2 if random.one_in(4) => node.id = self.id(random),
            3 if at < node.children.len() => drop(node.children.remove(at)),
            4 if at < node.children.len() => {
                let child = node.children.remove(at);
                node.children.insert(random.below(node.children.len() + 1), child);
            }
            _ => {
                if let Some(name) = self.child(random, node.name) {
                    node.children.insert(at, self.element_or_text(random, name, 3));
                }
            }
        }
    }

    fn node(&mut self, random: &mut Random, parent: &str, depth: usize) -> Node {
        match self.child(random, parent) {
            Some(name) => self.element_or_text(random, name, depth),
            None => Node::text(""),
        }
    }

    fn element_or_text(&mut self, random: &mut Random, name: &'static str, depth: usize) -> Node {
        if name.is_empty() { Node::text(&self.text(random)) } else { self.element(random, name, depth) }
    }

    fn element(&mut self, random: &mut Random, name: &'static str, depth: usize) -> Node {
        let (id, class) = (self.id(random), random.below(30));
        let mess = if self.is_messed(random) { MESSES[random.below(MESSES.len())] } else { Mess::None };
        let mut node = Node { name, id, class, text: String::new(), children: Vec::new(), mess };
        if depth < 5 {
            for _ in 0..random.below(5) {
                let child = self.node(random, name, depth + 1);
                node.children.push(child);
            }
        }
        node
    }

    fn id(&mut self, random: &mut Random) -> Option<usize> {
        if random.one_in(3) {
            return None;
        }
        if self.mess.is_some() && random.one_in(6) {
            return Some(random.below(5));
        }
        self.next_id += 1;
        Some(self.next_id)
    }

    fn text(&self, random: &mut Random) -> String {
        let text = if self.is_messed(random) { random.pick(&MESSY_TEXTS) } else { random.pick(&TEXTS) };
        text.to_string()
    }

    /// Whether the next thing is to be messy.
    fn is_messed(&self, random: &mut Random) -> bool {
        self.mess.is_some_and(|rate| random.one_in(rate))
    }

    /// The name of a child that `parent` may have, or in a messy page of any element.
    fn child(&self, random: &mut Random, parent: &str) -> Option<&'static str> {
        if self.is_messed(random) {
            return Some(random.pick(&ANYWHERE));
        }
        // Regular as text, but nested as the parser won't have it.
        let misnested = self.mess.is_some() && random.one_in(20) && !TABLE.contains(&parent);
        if misnested { Some(random.pick(&MISNESTED)) } else { child_name(random, parent) }
    }
}

impl Node {
    fn text(text: &str) -> Self {
        let (name, text) = ("", text.to_string());
        Self { name, id: None, class: 0, text, children: Vec::new(), mess: Mess::None }
    }

    fn write(&self, html: &mut String) {
        if self.name.is_empty() {
            return html.push_str(&self.text);
        }
        if self.mess != Mess::NoTags {
            self.write_start(html);
        }
        if is_void(self.name) || self.mess == Mess::SelfClosing {
            return;
        }
        self.children.iter().for_each(|child| child.write(html));
        if self.mess == Mess::Stray {
            html.push_str("</i>");
        }
        if self.mess != Mess::NoEndTag && self.mess != Mess::NoTags {
            let _ = write!(html, "</{}>", self.name);
        }
    }

    fn write_start(&self, html: &mut String) {
        html.push('<');
        html.push_str(&if self.mess == Mess::UpperCase {
            self.name.to_uppercase()
        } else {
            self.name.into()
        });
        let quote = if self.mess == Mess::Unquoted { "" } else { "\"" };
        if self.class.is_multiple_of(3) {
            let _ = write!(html, " class={quote}c{}{quote}", self.class);
        }
        if let Some(id) = self.id {
            let _ = write!(html, " id={quote}i{id}{quote}");
        }
        if self.class % 7 == 1 {
            let _ = write!(html, " title=\"a > {} &quot;b&quot;\"", self.class);
        }
        if self.class % 5 == 2 && !self.name.starts_with('t') {
            html.push_str(" title='it is id=\"i1\"'");
        }
        let in_svg = matches!(self.name, "circle" | "path");
        html.push_str(if self.mess == Mess::SelfClosing || in_svg { "/>" } else { ">" });
    }
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "input" | "img" | "hr" | "circle" | "path")
}

/// A child that `parent` may have; `""` is a text, `None` nothing.
fn child_name(random: &mut Random, parent: &str) -> Option<&'static str> {
    let names: &[&'static str] = match parent {
        "table" => &["tbody", "tbody", "thead", "caption"],
        "tbody" | "thead" => &["tr"],
        "tr" => &["td", "td", "th"],
        "ul" => &["li"],
        "select" => &["option"],
        "svg" | "g" => &["g", "circle", "path", "text"],
        "dl" => &["dt", "dd"],
        "option" | "textarea" | "title" | "style" => &[""],
        "p" | "b" | "span" | "a" | "button" | "h2" | "text" | "caption" | "label" => match parent {
            "text" => &[""],
            _ => &["", "", "b", "span", "br", "img"],
        },
        name if is_void(name) => return None,
        ROOT => &["section", "section", "div", "table", "ul", "form", "svg", ""],
        "form" => &["p", "input", "select", "textarea", "button", "label"],
        _ => &[
            "", "", "div", "section", "p", "ul", "table", "table", "span", "b", "svg", "dl", "input", "h2",
            "hr", "button",
        ],
    };
    Some(random.pick(names))
}
