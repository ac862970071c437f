//! Prints how large deltas are, and how long they take, for typical changes of typical pages.

use live_core::delta::{Common, Encoder, apply};
use live_core::narrow::{Markup, is_regular};
use std::hint::black_box;
use std::time::{Duration, Instant};
use wire_tests::pages::{Row, chat, counter, form, rows, table};
use wire_tests::random::Random;

fn main() {
    println!(
        "{:<28} {:>8} {:>7} {:>8} {:>10} {:>10} {:>10} {:>10}",
        "case", "html B", "delta B", "narrowed", "narrow µs", "encode µs", "apply µs", "regular µs"
    );
    for (name, old, new) in cases() {
        measure(name, &old, &new);
    }
}

fn cases() -> Vec<(&'static str, String, String)> {
    let (hundred, thousand) = (rows(100), rows(1000));
    let changed = |ids: &[usize]| {
        let mut rows = thousand.clone();
        ids.iter().for_each(|&id| rows[id].value = (rows[id].value + 501) % 1000);
        table(&rows)
    };
    let moved = |from: usize, to: usize| {
        let mut rows = hundred.clone();
        let row = rows.remove(from);
        rows.insert(to, row);
        table(&rows)
    };
    let scattered: Vec<_> = (0..20).map(|n| n * 47 + 13).collect();
    let mut grown = thousand.clone();
    grown.push(Row { id: 1000, value: 5 });
    vec![
        ("text 41 to 42", "Count: 41".into(), "Count: 42".into()),
        ("counter", counter(41), counter(42)),
        ("1 cell of 1000 rows", table(&thousand), changed(&[500])),
        ("20 cells of 1000 rows", table(&thousand), changed(&scattered)),
        ("append to 200 messages", chat(200), chat(201)),
        ("append to 1000 rows", table(&thousand), table(&grown)),
        ("remove 1 of 1000 rows", table(&grown), table(&thousand)),
        ("move 1 of 100 rows", table(&hundred), moved(20, 70)),
        ("swap 2 of 100 rows", table(&hundred), table(&swapped(&hundred))),
        ("shuffle 100 rows", table(&hundred), table(&shuffled(&hundred))),
        ("shuffle 1000 rows", table(&thousand), table(&shuffled(&thousand))),
        ("sort 1000 rows by value", table(&thousand), table(&sorted(&thousand))),
        ("a keystroke in a form", form("Ada Lovelac"), form("Ada Lovelace")),
        ("nothing in common", chat(200), table(&thousand)),
    ]
}

fn swapped(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.swap(10, 80);
    rows
}

fn sorted(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.value);
    rows
}

fn shuffled(rows: &[Row]) -> Vec<Row> {
    let (mut rows, mut random) = (rows.to_vec(), Random::new(1));
    (1..rows.len()).for_each(|at| rows.swap(at, random.below(at + 1)));
    rows
}

fn measure(name: &str, old: &str, new: &str) {
    let (mut encoder, mut delta) = (Encoder::new(), Vec::new());
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let hint = Markup::of(old).narrow(old, new, common).map(|element| element.range);
    let (was, is) = (old.as_bytes(), new.as_bytes());
    let smaller = encoder.encode(was, is, hint.clone(), &mut delta);
    let encoding = time(|| {
        let mut out = std::mem::take(&mut delta);
        out.clear();
        encoder.encode(black_box(was), black_box(is), hint.clone(), &mut out);
        delta = out;
    });
    let narrowing = time(|| {
        black_box(Markup::Regular.narrow(black_box(old), new, common));
    });
    let scanning = time(|| {
        black_box(is_regular(new));
    });
    let applying = if smaller {
        assert_eq!(apply(was, &delta, new.len()).expect("own delta applies").html, is);
        time(|| drop(black_box(apply(was, &delta, new.len()))))
    } else {
        Duration::ZERO
    };
    let size = if smaller { delta.len().to_string() } else { "html".into() };
    println!(
        "{name:<28} {:>8} {size:>7} {:>8} {:>10.2} {:>10.2} {:>10.2} {:>10.2}",
        new.len(),
        hint.map_or(0, |hint| hint.len()),
        micros(narrowing),
        micros(encoding),
        micros(applying),
        micros(scanning)
    );
}

/// The time of one call, over 20 ms of calls.
fn time(mut run: impl FnMut()) -> Duration {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_millis(20) {
        run();
        calls += 1;
    }
    start.elapsed() / calls
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}
