//! Properties of the delta, on edits of real HTML and on arbitrary bytes.

use live_core::delta::{Encoder, apply, encode};
use proptest::prelude::*;
use wire_tests::edit::edited;
use wire_tests::pages::{chat, counter, form, rows, table};
use wire_tests::random::Random;

fn page(kind: usize, size: usize) -> String {
    match kind % 6 {
        0 => String::new(),
        1 => counter(size as i64),
        2 => table(&rows(size)),
        3 => chat(size),
        4 => form(&"é".repeat(size)),
        _ => "汉字🎈".repeat(size),
    }
}

/// Encodes, and checks that what comes out is smaller than the HTML and gives it back.
fn round_trip(encoder: &mut Encoder, old: &[u8], new: &[u8]) -> Option<usize> {
    let mut out = b"before".to_vec();
    let hint = (!new.is_empty()).then_some(new.len() / 3..new.len() / 2);
    if !encoder.encode(old, new, hint.clone(), &mut out) {
        assert_eq!(out, b"before");
        return None;
    }
    let delta = &out[6..];
    assert!(delta.len() < new.len());
    let applied = apply(old, delta, new.len()).expect("own delta applies");
    assert!(applied.html == new, "another HTML came back");
    assert_eq!(applied.hint, hint);
    Some(delta.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn edits_round_trip(kind in 0..6usize, size in 0..40usize, most in 1..30usize, seed: u64) {
        let mut random = Random::new(seed);
        let mut encoder = Encoder::new();
        let mut html = page(kind, size);
        for _ in 0..4 {
            let new = edited(&mut random, &html, most);
            round_trip(&mut encoder, html.as_bytes(), new.as_bytes());
            html = new;
        }
    }

    #[test]
    fn any_two_pages_round_trip(a in 0..6usize, b in 0..6usize, m in 0..60usize, n in 0..60usize) {
        round_trip(&mut Encoder::new(), page(a, m).as_bytes(), page(b, n).as_bytes());
    }

    #[test]
    fn any_bytes_round_trip(old: Vec<u8>, new: Vec<u8>) {
        round_trip(&mut Encoder::new(), &old, &new);
    }

    #[test]
    fn any_delta_is_applied_or_refused(old: Vec<u8>, delta: Vec<u8>, limit in 0..300usize) {
        if let Ok(applied) = apply(&old, &delta, limit) {
            prop_assert!(applied.html.len() <= limit && applied.html.capacity() <= limit);
            prop_assert!(applied.hint.is_none_or(|hint| hint.end <= applied.html.len()));
        }
    }

    #[test]
    fn a_damaged_delta_is_applied_or_refused(size in 1..30usize, seed: u64) {
        let mut random = Random::new(seed);
        let old = table(&rows(size));
        let new = edited(&mut random, &old, 20);
        let mut delta = Vec::new();
        if encode(old.as_bytes(), new.as_bytes(), None, &mut delta) {
            for _ in 0..20 {
                let mut damaged = delta.clone();
                let at = random.below(damaged.len());
                damaged[at] ^= 1 << random.below(8);
                damaged.truncate(1 + random.below(damaged.len()));
                if let Ok(applied) = apply(old.as_bytes(), &damaged, new.len()) {
                    prop_assert!(applied.html.len() <= new.len());
                }
            }
        }
    }
}

#[test]
fn a_megabyte_round_trips() {
    let mut random = Random::new(5);
    let old = table(&rows(12_000));
    assert!(old.len() > 1 << 20);
    let new = edited(&mut random, &old, 50);
    let size = round_trip(&mut Encoder::new(), old.as_bytes(), new.as_bytes());
    assert!(size.is_some_and(|size| size < 20_000), "{size:?}");
    assert_eq!(round_trip(&mut Encoder::new(), old.as_bytes(), "汉".repeat(400_000).as_bytes()), None);
}

#[test]
fn typical_changes_are_small() {
    let size = |old: &str, new: &str| round_trip(&mut Encoder::new(), old.as_bytes(), new.as_bytes());
    let with_hint = 2;
    assert!(size(&counter(41), &counter(42)) <= Some(6 + with_hint));
    let old = rows(1000);
    let mut new = old.clone();
    new[500].value += 1;
    assert!(size(&table(&old), &table(&new)) <= Some(12 + with_hint));
    assert!(size(&chat(200), &chat(201)) <= Some(120 + with_hint));
    let mut moved = rows(100);
    let row = moved.remove(20);
    moved.insert(70, row);
    assert!(size(&table(&rows(100)), &table(&moved)) <= Some(49 + with_hint));
}
