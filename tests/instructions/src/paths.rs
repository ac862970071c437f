//! What is counted, by name.

use std::sync::Arc;

use gallery::{counter::CounterPage, table::TablePage, todos::TodosPage};
use live_core::client::Action;
use live_core::{Config, Request};

use crate::Result;
use crate::session::{ROUNDS, Tab, WARM, counted_once_warm, opened};

type Path = fn();

const ALL: [(&str, Path); 9] = [
    ("counter", || counter(&Config::default())),
    ("counter-commit", || counter(&Config { durable: true, ..Config::default() })),
    ("unmarked", unmarked),
    ("todo", todo),
    ("cell", || cell("")),
    ("cell-plain", || cell("plain")),
    ("sort", sort),
    ("open", open),
    ("join", join),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

pub(crate) fn by_name(name: &str) -> Result<Path> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, path)| *path).ok_or_else(|| format!("no path is named {name}").into())
}

/// A click on the counter.
fn counter(config: &Config) {
    Tab::open(CounterPage, "", config).repeat(|_| Action::new("inc"));
}

/// A click that changes nothing of a table of a thousand regions.
fn unmarked() {
    Tab::open(TablePage::default(), "", &Config::default()).repeat(|_| Action::new("nothing"));
}

/// A list of ten that one is added to, and taken away.
fn todo() {
    let mut tab = Tab::open(TodosPage, "", &Config::default());
    tab.repeat(|round| Action::new("add").field("text", format!("Errand {round}")));
}

/// One row of a thousand: each a region of its own, or all of them one.
fn cell(query: &str) {
    let mut tab = Tab::open(TablePage::default(), query, &Config::default());
    tab.repeat(|round| Action::new("bump").value("id", round * 7919 % 1000 + 1));
}

/// A thousand rows in another order.
fn sort() {
    let mut tab = Tab::open(TablePage::default(), "plain", &Config::default());
    tab.repeat(|round| Action::new("sort").value("by", ["price", "name"][round as usize % 2]));
}

/// A page's first response.
fn open() {
    let (page, request, config) = (Arc::new(CounterPage), Arc::new(Request::default()), Config::default());
    for round in 0..WARM + ROUNDS {
        counted_once_warm(round, || opened(&page, &request, &config));
    }
}

/// A browser that comes back with a page that hasn't changed.
fn join() {
    let mut tab = Tab::open(TablePage::default(), "", &Config::default());
    for round in 0..WARM + ROUNDS {
        let hello = tab.client.hello();
        let answers = counted_once_warm(round, || tab.connect(&hello));
        tab.heard(&answers);
    }
}
