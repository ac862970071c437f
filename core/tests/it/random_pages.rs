//! Random pages: regions nest, come, go and move, legally and not, under every way to mark them, while connections are
//! lost and machines rest. After each round the browser shows what the state says, and the machine holds no more than that.

use std::collections::BTreeSet;
use std::sync::Arc;

use live_core::client::Client;
use live_core::{Config, Duration, Effect, Error, Input, Instant, Machine, Page};

use crate::boxes::{Automatic, Boxes, Lines, Marks, Next, Node, Tree, bounded, holds_state, render_errors};
use crate::common::{Catch, ID, Pair};

/// A small generator: Knuth's LCG.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).cloned()
    }
}

/// A tree in the making, and the marks that its changes need.
struct Change<'a> {
    dice: &'a mut Dice,
    tree: Tree,
    marks: BTreeSet<String>,
    /// The boxes before this change, and those that the browser was last shown.
    before: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl<'a> Change<'a> {
    fn of(tree: Tree, shown: &Tree, dice: &'a mut Dice) -> Self {
        let names = |tree: &Tree| tree.0.keys().cloned().collect();
        let (before, shown) = (names(&tree), names(shown));
        Self { dice, tree, marks: BTreeSet::new(), before, shown }
    }

    /// One mutation, as page code would do it.
    fn mutate(&mut self) {
        let (Some(at), Some(mut to)) = (self.any(), self.any()) else { return };
        if self.dice.one_in(3) {
            // Chains grow as deep as they may.
            to = self.deepest();
        }
        match self.dice.below(14) {
            0..=3 => self.add(&to),
            4 => self.remove(&at),
            5 => {
                let deepest = self.deepest();
                self.remove(&deepest);
            }
            6 | 7 => self.edit(&at),
            8..=10 => self.move_to(&at, &to),
            11 => self.swap_with_parent(&at),
            12 => self.reverse(&at),
            _ if self.dice.one_in(3) => self.host_too(&at, &to),
            _ => self.share(&at),
        }
    }

    /// Any box, on the page or not.
    fn any(&mut self) -> Option<String> {
        let names: Vec<String> = self.tree.0.keys().cloned().collect();
        self.dice.pick(&names)
    }

    /// One of the boxes that are furthest from the page.
    fn deepest(&self) -> String {
        let (mut seen, mut level, mut deepest) = (BTreeSet::new(), vec![""], "");
        while let Some(first) = level.first() {
            deepest = first;
            let below = level.iter().flat_map(|name| &self.tree.0[*name].inner).map(String::as_str);
            let may_hold = |name: &&str| self.tree.0.get(*name).is_some_and(|node| !node.shared);
            level = below.filter(may_hold).filter(|name| seen.insert(*name)).collect();
        }
        deepest.into()
    }

    fn node(&mut self, name: &str) -> &mut Node {
        self.tree.0.get_mut(name).unwrap()
    }

    fn holder(&self, name: &str) -> Option<String> {
        let mut holders = self.tree.0.iter().filter(|(_, node)| node.inner.iter().any(|inner| inner == name));
        holders.next().map(|(holder, _)| holder.clone())
    }

    fn mark(&mut self, name: &str) {
        self.marks.insert(name.into());
    }

    fn add(&mut self, to: &str) {
        let kind = if self.dice.one_in(2) { "row:" } else { "box:" };
        let mut name = format!("{kind}{}", self.dice.below(12));
        let gone: Vec<String> =
            self.shown.iter().filter(|name| !self.tree.0.contains_key(*name)).cloned().collect();
        if let Some(again) = self.dice.pick(&gone).filter(|_| self.dice.one_in(2)) {
            name = again;
        }
        if self.node(to).shared || self.tree.0.contains_key(&name) {
            return;
        }
        let text = format!("new {}", self.dice.below(1000));
        self.tree.0.insert(name.clone(), Node::new(&text));
        self.host(to, &name);
        // A box that another call removed is known to be another one by now. One that this call removed has to be marked.
        if self.before.contains(&name) {
            self.mark(&name);
        }
    }

    fn host(&mut self, to: &str, name: &str) {
        let place = self.dice.below(self.tree.0[to].inner.len() + 1);
        self.node(to).inner.insert(place, name.into());
        self.mark(to);
    }

    fn take_out(&mut self, name: &str) {
        if let Some(holder) = self.holder(name) {
            self.node(&holder).inner.retain(|inner| inner != name);
            self.mark(&holder);
        }
    }

    /// It and all in it are gone, with every host of them: closures for them fail.
    fn remove(&mut self, name: &str) {
        if name.is_empty() {
            return;
        }
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            open.extend(self.tree.0.remove(&name).into_iter().flat_map(|node| node.inner));
        }
        let left: BTreeSet<String> = self.tree.0.keys().cloned().collect();
        for (holder, node) in &mut self.tree.0 {
            let before = node.inner.len();
            node.inner.retain(|inner| left.contains(inner));
            if node.inner.len() != before {
                self.marks.insert(holder.clone());
            }
        }
    }

    fn edit(&mut self, name: &str) {
        let length = self.dice.below(40);
        self.node(name).text = "é".repeat(length);
        self.mark(name);
    }

    /// Also into what is in it: then it leaves the page, as a ring in the air.
    fn move_to(&mut self, name: &str, to: &str) {
        if !name.is_empty() && !self.node(to).shared {
            self.take_out(name);
            self.host(to, name);
        }
    }

    fn swap_with_parent(&mut self, name: &str) {
        let Some(parent) = self.holder(name).filter(|parent| !parent.is_empty() && parent != name) else {
            return;
        };
        let Some(above) = self.holder(&parent).filter(|above| above != name && *above != parent) else {
            return;
        };
        if self.node(name).shared {
            return;
        }
        self.take_out(name);
        self.take_out(&parent);
        self.host(&above, name);
        self.host(name, &parent);
    }

    fn reverse(&mut self, name: &str) {
        self.node(name).inner.reverse();
        self.mark(name);
    }

    /// A second host, maybe in itself.
    fn host_too(&mut self, name: &str, to: &str) {
        if !name.is_empty() && !self.node(to).shared {
            self.host(to, name);
        }
    }

    fn share(&mut self, name: &str) {
        if !name.is_empty() && !name.starts_with("row:") && self.node(name).inner.is_empty() {
            let shared = self.node(name).shared;
            self.node(name).shared = !shared;
            self.mark(name);
        }
    }
}

/// A page, a browser and what they are to show.
struct World<P: Page, C> {
    pair: Pair<P, C>,
    dice: Dice,
    /// The last state that made sense.
    good: Tree,
    /// Topics of shared regions that the machine asked for.
    followed: BTreeSet<String>,
    /// This round's changes say exactly what they change.
    is_exact: bool,
    illegal: u32,
}

trait Restore<C>: Page<State = Tree, Message = Next> + Copy {}
impl Restore<Lines> for Boxes {}
impl Restore<Lines> for Automatic {}

impl<P: Restore<Lines>> World<P, Lines> {
    fn new(page: P, seed: u64) -> Self {
        let mut pair = Pair::with(page, Lines, Config::default());
        pair.connect(false);
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // Half of them begin with a chain that is almost as deep as it may be.
        let chain = "box:0(box:1(row:2(box:3(row:4(box:5(box:6)))))) row:7(box:8)";
        let good = Tree::of(if seed.is_multiple_of(2) { "" } else { chain });
        pair.message(Next(good.clone(), Marks::All));
        Self { pair, dice, good, followed: BTreeSet::new(), is_exact: true, illegal: 0 }
    }

    fn round(&mut self, page: P) {
        let (mut tree, mut all_marks) = (self.good.clone(), BTreeSet::new());
        let away = self.leave(page);
        self.is_exact = self.dice.below(3) > 0;
        for _ in 0..1 + self.dice.below(4) {
            let mut change = Change::of(tree, &self.good, &mut self.dice);
            (0..=change.dice.below(2)).for_each(|_| change.mutate());
            let marks = change.marks;
            tree = change.tree;
            all_marks.extend(marks.clone());
            self.tell(tree.clone(), marks);
            if away && self.dice.one_in(3) {
                self.pair.settle();
            }
        }
        self.come_back(away, page);
        if let Err(expected) = fresh(page, &tree) {
            self.illegal += 1;
            let errors = render_errors(&self.pair);
            assert!(!errors.is_empty(), "{expected} went unnoticed: {tree:?}");
            self.pair.effects.retain(|effect| !matches!(effect, Effect::Error(_)));
            self.tell(self.good.clone(), all_marks);
            self.come_back(away, page);
        } else {
            self.good = tree;
        }
        self.check(page);
    }

    /// Sends a state with marks of some kind.
    fn tell(&mut self, tree: Tree, marks: BTreeSet<String>) {
        let pair = &mut self.pair;
        let marks = match if self.is_exact { 3 } else { self.dice.below(5) } {
            0 => Marks::All,
            1 => Marks::Replace,
            2 => {
                let next = Next(tree, Marks::Exactly(Vec::new()));
                pair.machine.handle(Input::Message(next), pair.now);
                return pair.machine.handle(Input::Missed("news"), pair.now);
            }
            _ => Marks::Exactly(marks.into_iter().collect()),
        };
        pair.machine.handle(Input::Message(Next(tree, marks)), pair.now);
    }

    /// Something happens to the connection or the machine. True if the browser is away by then.
    fn leave(&mut self, page: P) -> bool {
        let pair = &mut self.pair;
        pair.now = pair.now + Duration::from_secs(61);
        match self.dice.below(8) {
            0 => pair.machine.handle(Input::Closed, pair.now),
            1 => {
                pair.machine.handle(Input::Closed, pair.now);
                pair.settle();
                pair.machine.handle(Input::Rest, pair.now);
            }
            2 => pair.machine.handle(Input::Rest, pair.now),
            3 => {
                // Frames that nobody receives, and the connection is gone.
                let mut change = Change::of(self.good.clone(), &self.good, &mut self.dice);
                change.mutate();
                let (lost, marks) = (change.tree, change.marks);
                if fresh(page, &lost).is_ok() {
                    let marks = Marks::Exactly(marks.into_iter().collect());
                    pair.machine.handle(Input::Message(Next(lost, marks.clone())), pair.now);
                    self.drop_outputs();
                    let back = Next(self.good.clone(), marks);
                    self.pair.machine.handle(Input::Message(back), self.pair.now);
                }
                self.pair.machine.handle(Input::Closed, self.pair.now);
            }
            4 => {
                pair.machine.handle(Input::Closed, pair.now);
                pair.settle();
                let record = pair.machine.record().unwrap();
                let restored = Machine::restore(
                    Arc::new(page),
                    Lines,
                    Catch,
                    &record,
                    Arc::default(),
                    Config::default(),
                    true,
                );
                pair.machine = restored.unwrap();
                self.followed.clear();
            }
            _ => return false,
        }
        !self.pair.machine.is_connected()
    }

    fn drop_outputs(&mut self) {
        while let Some(output) = self.pair.machine.poll(self.pair.now) {
            if let live_core::Output::Effect(effect) = output {
                self.pair.effects.push(effect);
            }
        }
    }

    fn come_back(&mut self, away: bool, _: P) {
        let pair = &mut self.pair;
        if away {
            match self.dice.below(8) {
                0 => pair.client = Client::new("token"),
                1 => {
                    if let Ok(page) = pair.machine.full_page() {
                        pair.client = Client::open("token", &page.title, &page.html, &page.hashes);
                    }
                }
                _ => {}
            }
            pair.connect(true);
        }
        pair.settle();
    }

    fn check(&mut self, page: P) {
        let (pair, tree) = (&mut self.pair, &self.good);
        assert_eq!(render_errors(pair), [] as [String; 0], "{tree:?}");
        assert_eq!(pair.closed, None);
        assert_eq!(pair.client.page_html(), fresh(page, tree).unwrap(), "{tree:?}");
        assert_eq!(pair.client.page_html(), tree.page_html());
        assert_eq!(pair.machine.counters().resyncs, 0);
        holds_state(&pair.machine, tree);
        for effect in pair.effects.drain(..) {
            match effect {
                Effect::Follow { region, .. } => {
                    assert!(self.followed.insert(region.to_string()), "{region}")
                }
                Effect::Unfollow { region, .. } => assert!(self.followed.remove(&*region), "{region}"),
                _ => {}
            }
        }
        let shared = tree.on_page().into_iter().filter(|name| tree.0[*name].shared);
        assert_eq!(self.followed, shared.map(String::from).collect(), "shared regions that are followed");
    }
}

/// The page as it is rendered from nothing, or why it can't be.
fn fresh<P: Restore<Lines>>(page: P, tree: &Tree) -> Result<String, Error> {
    let (config, now) = (Config::default(), Instant::default());
    let mut machine =
        Machine::mount(Arc::new(page), Lines, Catch, ID, Arc::default(), config, false, now).unwrap();
    machine.handle(Input::Message(Next(tree.clone(), Marks::All)), now);
    machine.full_page().map(|page| page.html)
}

/// Many seeds, each some rounds. Gives how many states made no sense.
fn run<P: Restore<Lines> + Send + 'static>(page: P, seeds: std::ops::Range<u64>, rounds: u32) -> u32 {
    let mut illegal = 0;
    for seed in seeds {
        let mut world = World::new(page, seed);
        for round in 0..rounds {
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.round(page)));
            assert!(done.is_ok(), "seed {seed}, round {round}");
        }
        illegal += world.illegal;
    }
    illegal
}

#[test]
fn after_each_round_the_browser_shows_the_state_and_the_machine_holds_no_more() {
    let illegal = bounded(|| run(Boxes, 0..40, 30));
    assert!(illegal > 30, "{illegal} states that make no sense");
}

#[test]
fn the_same_where_everything_is_rendered_after_each_message() {
    let illegal = bounded(|| run(Automatic, 1000..1020, 30));
    assert!(illegal > 20, "{illegal} states that make no sense");
}
