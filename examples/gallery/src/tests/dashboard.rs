//! The dashboard, as a user sees it over some seconds.

use std::sync::Arc;
use std::time::Duration;

use live_smol::live_std::Metrics;
use live_smol::prelude::*;

use crate::dashboard::DashboardPage;

fn open() -> TestClient<DashboardPage> {
    TestClient::open(DashboardPage::new(Arc::new(Metrics::new())), "/dashboard").unwrap()
}

fn bars(tab: &TestClient<DashboardPage>) -> usize {
    tab.texts("#events-chart rect").len()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn each_second_is_a_sample() {
    let mut tab = open();
    assert_eq!(bars(&tab), 1);
    tab.advance(seconds(3));
    assert_eq!(bars(&tab), 4);
    tab.advance(seconds(100));
    assert_eq!(bars(&tab), 60, "a minute is kept");
    assert_eq!(tab.texts("figure").len(), 4);
    assert_eq!(tab.texts("dt").len(), 10);
}

#[test]
fn a_second_costs_little() {
    let mut tab = open();
    tab.advance(seconds(90));
    drop(tab.patches());
    tab.advance(seconds(1));
    let patches = tab.patches();
    let bytes: usize = patches.iter().map(|patch| patch.bytes).sum();
    assert!((4..=6).contains(&patches.len()) && bytes < 400, "{patches:?}");
}

#[test]
fn a_pause_stops_the_charts_and_not_the_clock() {
    let mut tab = open();
    tab.click("pause");
    assert_eq!(tab.html("pause"), "Go on");
    tab.advance(seconds(5));
    assert_eq!(bars(&tab), 1);
    tab.click("sample");
    assert_eq!(bars(&tab), 2);
    tab.click("pause");
    tab.advance(seconds(2));
    assert_eq!(bars(&tab), 4, "the timer has gone on");
}

#[test]
fn without_a_connection_the_samples_go_on() {
    let mut tab = open();
    tab.disconnect();
    tab.advance(seconds(5));
    tab.reconnect();
    assert_eq!(bars(&tab), 6);
}
