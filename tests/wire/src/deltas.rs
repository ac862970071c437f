//! Random deltas: of real edits, damaged ones, and operations put together at random.

use crate::edit::edited;
use crate::pages::{chat, counter, form, rows, table};
use crate::random::Random;
use live_core::delta::encode;

/// A random page of 0 to about 3000 bytes.
pub fn page(random: &mut Random) -> String {
    match random.below(6) {
        0 => "é漢🎈 text".repeat(random.below(4)),
        1 => counter(random.below(1000) as i64),
        2 | 3 => table(&rows(random.below(30))),
        4 => chat(random.below(8)),
        _ => form("Ada"),
    }
}

/// A delta for `old`, well-formed or not.
pub fn delta(random: &mut Random, old: &str) -> Vec<u8> {
    match random.below(10) {
        0..=3 => of_an_edit(random, old),
        4..=5 => {
            let delta = of_an_edit(random, old);
            damaged(random, delta)
        }
        6..=8 => of_operations(random, old.len()),
        _ => (0..random.below(20)).map(|_| random.bits() as u8).collect(),
    }
}

fn of_an_edit(random: &mut Random, old: &str) -> Vec<u8> {
    let new = edited(random, old, 6);
    let start = random.below(new.len() + 1);
    let hint = random.one_in(3).then(|| start..start + random.below(new.len() - start + 1));
    let mut delta = Vec::new();
    if !encode(old.as_bytes(), new.as_bytes(), hint, &mut delta) {
        delta = vec![0];
        integer(random, &mut delta, (new.len() as u64) << 2 | 2);
        delta.extend(new.bytes());
    }
    delta
}

fn damaged(random: &mut Random, mut delta: Vec<u8>) -> Vec<u8> {
    for _ in 0..=random.below(3) {
        let at = random.below(delta.len());
        match random.below(3) {
            0 => delta[at] ^= 1 << random.below(8),
            1 => delta.insert(at, random.bits() as u8),
            _ => delta.truncate(at.max(1)),
        }
    }
    delta
}

fn of_operations(random: &mut Random, old_len: usize) -> Vec<u8> {
    let mut delta = Vec::new();
    if random.one_in(3) {
        let (start, len) = (number(random, old_len), number(random, old_len));
        integer(random, &mut delta, start + 1);
        integer(random, &mut delta, len);
    } else {
        delta.push(0);
    }
    for _ in 0..random.below(6) {
        operation(random, &mut delta, old_len);
    }
    delta
}

fn operation(random: &mut Random, delta: &mut Vec<u8>, old_len: usize) {
    let (kind, n) = (random.below(4) as u64, number(random, old_len));
    integer(random, delta, n << 2 | kind);
    if kind == 3 {
        let distance = number(random, old_len) * 2 + u64::from(random.one_in(3));
        integer(random, delta, distance);
    } else if kind > 0 {
        let bytes = if random.one_in(20) { 0 } else { n.min(4000) };
        delta.extend((0..bytes).map(|at| b'a' + (at % 26) as u8));
    }
}

/// Most often small, at times past every bound.
fn number(random: &mut Random, old_len: usize) -> u64 {
    match random.below(12) {
        0 => old_len as u64,
        1 => old_len as u64 + 1,
        2 if random.one_in(4) => u64::from(random.bits()) << random.below(2),
        _ => random.below(1 + old_len / 3) as u64,
    }
}

/// Appends a varint, now and then longer than it has to be.
fn integer(random: &mut Random, delta: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        delta.push(value as u8 | 128);
        value >>= 7;
    }
    if random.one_in(30) {
        delta.extend([value as u8 | 128, 0]);
    } else {
        delta.push(value as u8);
    }
}
