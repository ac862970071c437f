//! Each value takes its shortest form: a frame with one that doesn't is refused, whatever the value and wherever it is.

use live_core::client::{Action, Client};
use live_core::wire::{BrowserFrame, Node, ServerFrame};
use serde_json::Value;
use wire_tests::longer::longer;
use wire_tests::random::Random;

const ROUNDS: usize = 300;

/// Checks that a frame is read, and with any value in a longer form isn't. Gives how many such forms there were.
fn refused(frame: &[u8], read: impl Fn(&[u8]) -> Option<String>) -> usize {
    assert_eq!(read(frame), None, "the frame itself: {frame:02x?}");
    let forms = longer(frame);
    for form in &forms {
        let error = read(form).unwrap_or_else(|| panic!("a longer form is read: {form:02x?}"));
        assert_eq!(error, "a value isn't in its shortest form", "{form:02x?}");
    }
    forms.len()
}

fn browser(frame: &[u8]) -> Option<String> {
    BrowserFrame::decode(frame).err().map(|error| error.to_string())
}

fn server(frame: &[u8]) -> Option<String> {
    ServerFrame::decode(frame).err().map(|error| error.to_string())
}

fn node(frame: &[u8]) -> Option<String> {
    Node::decode(frame).err().map(|error| error.to_string())
}

#[test]
fn golden_frames_in_longer_forms_are_refused() {
    let all: Value = serde_json::from_str(include_str!("../vectors.json")).expect("JSON");
    let mut forms = 0;
    for vector in all["frames"].as_array().expect("an array") {
        let text = vector["hex"].as_str().expect("hex");
        let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
        let frame: Vec<u8> = (0..text.len()).step_by(2).map(digits).collect();
        forms += refused(&frame, if vector["direction"] == "browser" { browser } else { server });
        refused(&frame, node);
    }
    assert!(forms > 300, "{forms}");
}

#[test]
fn random_events_in_longer_forms_are_refused() {
    let (mut random, mut client) = (Random::new(1), Client::new("token"));
    client.hello();
    for _ in 0..ROUNDS {
        let mut action = Action::new(text(&mut random, 1, 128));
        for _ in 0..random.below(20) {
            action = action.value(text(&mut random, 0, 40), random.bits());
        }
        for _ in 0..random.below(4) {
            action = action.field(text(&mut random, 0, 40), text(&mut random, 0, 70_000));
        }
        if random.one_in(2) {
            action = action.target(text(&mut random, 1, 128));
        }
        assert!(refused(&client.send(action), browser) > 8);
    }
}

#[test]
fn random_values_in_longer_forms_are_refused() {
    let mut random = Random::new(2);
    for _ in 0..ROUNDS {
        refused(&tree(&mut random, 0).encode(), node);
    }
}

fn text(random: &mut Random, least: usize, most: usize) -> String {
    // Most are short; the lengths at which the form changes come up.
    let most = if random.one_in(50) { most } else { most.min(40) };
    "x".repeat(least + random.below(most - least + 1))
}

fn tree(random: &mut Random, depth: usize) -> Node<'static> {
    let many = [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536][random.below(10)];
    match random.below(if depth < 3 { 5 } else { 4 }) {
        0 => Node::Nil,
        1 => Node::Uint(u64::from(random.bits()) << 32 >> random.below(64)),
        2 => Node::Str("x".repeat(many).into()),
        3 => Node::Bin(vec![7; many].into()),
        _ if random.one_in(100) => Node::List(vec![Node::Nil; many].into()),
        _ => Node::List((0..random.below(20)).map(|_| tree(random, depth + 1)).collect()),
    }
}
