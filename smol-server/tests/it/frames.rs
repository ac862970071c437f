//! Messages arrive whole, wherever the network cuts the bytes that they come in.

use std::io::Write as _;

use live_smol::live_core::client::Action;

use crate::common::tab::frame;
use crate::common::{Tab, server};

#[test]
fn messages_around_a_large_one_all_arrive_whatever_comes_with_it() {
    let server = server();
    let large = || Action::new("inc").field("text", "x".repeat(5000));
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    // Bytes of what follows the large one that come with it: none, part of a head, of a message, of the next, and all.
    for (round, more) in [0, 1, 2, 5, 6, 7, 20, 40, usize::MAX].into_iter().enumerate() {
        let first = frame(&tab.client.send(large()));
        let mut bytes = first.clone();
        for action in [Action::new("inc"), large(), Action::new("inc")] {
            bytes.extend(frame(&tab.client.send(action)));
        }
        let (before, after) = bytes.split_at(first.len().saturating_add(more).min(bytes.len()));
        tab.ws.get_mut().write_all(before).unwrap();
        tab.until("the first applied", |tab| tab.client.pending() < 4);
        tab.ws.get_mut().write_all(after).unwrap();
        tab.until("all applied", |tab| tab.client.pending() == 0);
        tab.until_html("count", &(4 * (round + 1)).to_string());
    }
}

#[test]
fn large_messages_one_byte_at_a_time_and_all_at_once() {
    let server = server();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let large = frame(&tab.client.send(Action::new("inc").field("text", "x".repeat(2000))));
    for byte in large {
        tab.ws.get_mut().write_all(&[byte]).unwrap();
    }
    tab.until_html("count", "1");
    let actions = (0..8).map(|_| Action::new("inc").field("text", "x".repeat(2000)));
    let all: Vec<u8> = actions.flat_map(|action| frame(&tab.client.send(action))).collect();
    tab.ws.get_mut().write_all(&all).unwrap();
    tab.until_html("count", "9");
}
