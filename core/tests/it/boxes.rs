//! A page whose state is its tree of regions, so that a test can say what the page shows next.
#![allow(missing_docs, unreachable_pub)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use live_core::{
    Call, CodecError, Config, Ctx, Effect, Error, Event, Machine, Marking, Page, PageCodec, RecoverableError,
    RegionError, Result, Session, StateCodec, View,
};

use crate::common::{Catch, Pair};

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// How often a page of boxes was rendered on this thread.
pub fn passes() -> u32 {
    CALLS.with(Cell::get)
}

/// Renders a region for each box. A closure that is called for a box that is gone fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boxes;

/// The same, without a mark anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Automatic;

/// All boxes by name; the page's own is `""`. Those that none holds are kept, as an application would keep them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(pub BTreeMap<String, Node>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub text: String,
    pub inner: Vec<String>,
    pub shared: bool,
}

/// What the page shows next, and how it says so.
#[derive(Clone, Debug)]
pub struct Next(pub Tree, pub Marks);

#[derive(Clone, Debug)]
pub enum Marks {
    Exactly(Vec<String>),
    All,
    Replace,
}

impl Tree {
    /// `a(b c) d`: the page holds `a` and `d`, and `a` holds `b` and `c`. The text of a box is its name.
    pub fn of(text: &str) -> Self {
        let (mut tree, mut open) = (Self::default(), vec![String::new()]);
        tree.0.insert(String::new(), Node::new("page"));
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut last = String::new();
        for word in spaced.split_whitespace() {
            match word {
                "(" => open.push(last.clone()),
                ")" => drop(open.pop()),
                name => {
                    tree.0.get_mut(open.last().unwrap()).unwrap().inner.push(name.into());
                    tree.0.entry(name.into()).or_insert_with(|| Node::new(name));
                    last = name.into();
                }
            }
        }
        tree
    }

    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.0.get_mut(name).unwrap().text = text.into();
        self
    }

    /// What a box shows, with its hosts empty.
    pub fn html(&self, name: &str) -> Result<String> {
        let node = self.0.get(name).ok_or_else(|| Error::msg(format!("box {name} is gone")))?;
        let mut html = node.marked_up();
        for inner in &node.inner {
            write!(html, "<p id=\"{inner}\" data-lv-region=\"{inner}\"></p>")?;
        }
        Ok(html)
    }

    /// The names of the boxes on the page, its own first.
    pub fn on_page(&self) -> Vec<&str> {
        let (mut names, mut open) = (Vec::new(), vec![""]);
        while let Some(name) = open.pop() {
            assert!(names.len() <= self.0.len(), "a ring");
            names.push(name);
            open.extend(self.0[name].inner.iter().rev().map(String::as_str));
        }
        names
    }

    pub fn bytes(&self) -> usize {
        self.on_page().iter().map(|name| self.html(name).unwrap().len()).sum()
    }

    /// The page, every host filled in.
    pub fn page_html(&self) -> String {
        self.filled("")
    }

    fn filled(&self, name: &str) -> String {
        let node = &self.0[name];
        let inner = node.inner.iter();
        let inner = inner
            .map(|name| format!("<p id=\"{name}\" data-lv-region=\"{name}\">{}</p>", self.filled(name)))
            .collect::<String>();
        node.marked_up() + &inner
    }

    fn render(&self, view: &mut View) -> Result {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        view.title(format_args!("{} boxes", self.0.len()));
        let write = |name: &str, out: &mut String| {
            out.push_str(&self.html(name)?);
            Ok(())
        };
        view.page(|out| write("", out));
        for (name, node) in self.0.iter().filter(|(name, _)| !name.starts_with("row:")) {
            match node.shared {
                true => view.shared(name, format_args!("topic {name}"), |out| write(name, out)),
                false => view.region(name, |out| write(name, out)),
            }
        }
        view.region("flash", |out| write("flash", out));
        view.regions("row:", |key, out| write(&format!("row:{key}"), out));
        Ok(())
    }
}

impl Node {
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn marked_up(&self) -> String {
        if self.text.is_empty() { String::new() } else { format!("<i>{}</i>", self.text) }
    }
}

impl Next {
    fn apply(self, s: &mut Session<Tree>) {
        let Self(tree, marks) = self;
        match marks {
            Marks::Replace => return s.replace_state(tree),
            Marks::All => s.mark_all(),
            Marks::Exactly(names) => s.mark(names),
        }
        s.state = tree;
    }
}

macro_rules! page {
    ($page:ty, $marking:expr) => {
        impl Page for $page {
            type State = Tree;
            type Message = Next;

            const MARKING: Marking = $marking;

            fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<Tree>) -> Result {
                s.state = Tree::of("");
                Ok(())
            }

            fn render(&self, s: &Session<Tree>, view: &mut View) -> Result {
                s.state.render(view)?;
                view.region("told", |out| Ok(out.write_str(&s.flash.error.join(" "))?));
                Ok(())
            }

            fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<Tree>, e: &Event) -> Result {
                match e.name {
                    "refuse" => Err(RecoverableError::new("No.").into()),
                    _ => Ok(()),
                }
            }

            fn info(&self, _: &mut Ctx<Self>, s: &mut Session<Tree>, next: Next) -> Result {
                next.apply(s);
                Ok(())
            }
        }
    };
}

page!(Boxes, Marking::Manual);
page!(Automatic, Marking::Automatic);

/// A tree as lines: name, text, whether it is shared, and the names of what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Lines;

impl StateCodec<Tree> for Lines {
    fn encode(&self, tree: &Tree, out: &mut Vec<u8>) -> Result<(), CodecError> {
        for (name, node) in &tree.0 {
            let line = format!("{name}\t{}\t{}\t{}\n", node.text, node.shared, node.inner.join(" "));
            out.extend(line.bytes());
        }
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Tree, CodecError> {
        let text = std::str::from_utf8(bytes).map_err(|error| CodecError::new(error.to_string()))?;
        let mut tree = Tree::default();
        for line in text.lines() {
            let [name, text, shared, inner] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(CodecError::new("no tree"));
            };
            let inner = inner.split_whitespace().map(String::from).collect();
            tree.0.insert(name.into(), Node { text: text.into(), inner, shared: shared == "true" });
        }
        Ok(tree)
    }
}

impl StateCodec<Next> for Lines {
    fn encode(&self, _: &Next, _: &mut Vec<u8>) -> Result<(), CodecError> {
        Err(CodecError::new("not in this test"))
    }

    fn decode(&self, _: &[u8]) -> Result<Next, CodecError> {
        Err(CodecError::new("not in this test"))
    }
}

/// A connected browser that shows this tree.
pub fn showing<P>(page: P, tree: Tree) -> Pair<P>
where
    P: Page<State = Tree, Message = Next>,
    Catch: PageCodec<P>,
{
    let mut pair = Pair::with(page, Catch, Config::default());
    pair.connect(false).message(Next(tree, Marks::All));
    shows_state(&pair);
    pair
}

/// A change with these marks, and all that follows from it.
pub fn show<P, C>(pair: &mut Pair<P, C>, tree: Tree, marks: &[&str])
where
    P: Page<State = Tree, Message = Next>,
    C: PageCodec<P>,
{
    pair.message(Next(tree, exactly(marks)));
}

pub fn exactly(marks: &[&str]) -> Marks {
    Marks::Exactly(marks.iter().map(|name| (*name).into()).collect())
}

/// The browser shows the page's state, and the machine holds no more than that.
pub fn shows_state<P, C>(pair: &Pair<P, C>)
where
    P: Page<State = Tree>,
    C: PageCodec<P>,
{
    let tree = &pair.machine.session().state;
    assert_eq!(render_errors(pair), [] as [String; 0]);
    assert_eq!(pair.closed, None);
    assert_eq!(pair.client.page_html(), tree.page_html());
    holds_state(&pair.machine, tree);
    assert_eq!(pair.machine.counters().resyncs, 0);
}

/// The machine holds the regions of this tree, and no others.
pub fn holds_state<P: Page, C: PageCodec<P>>(machine: &Machine<P, C, Catch>, tree: &Tree) {
    let load = |what: &str| *machine.load().iter().find(|load| load.what == what).unwrap();
    let held = (load("regions asked for again").most, load("bytes of region HTML").count);
    assert_eq!(held, (tree.on_page().len(), tree.bytes()), "regions held, and their bytes");
}

pub fn region_errors<P: Page, C>(pair: &Pair<P, C>) -> Vec<RegionError> {
    let errors = pair.effects.iter().filter_map(|effect| match effect {
        Effect::Error(report) if report.call == Call::Render => report.error.inner().downcast_ref().cloned(),
        _ => None,
    });
    errors.collect()
}

pub fn render_errors<P: Page, C>(pair: &Pair<P, C>) -> Vec<String> {
    let errors = pair.effects.iter().filter_map(|effect| match effect {
        Effect::Error(report) => Some(report.error.to_string()),
        _ => None,
    });
    errors.collect()
}

/// Runs `test` on a thread of its own, so that one that never ends fails.
pub fn bounded<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        let result = test();
        let _ = done.send(());
        result
    });
    match ended.recv_timeout(Duration::from_secs(10)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still running after 10 s"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}
