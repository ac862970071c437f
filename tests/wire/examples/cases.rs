//! Writes random deltas and what comes of them, for another implementation to agree with: `cases COUNT SEED > FILE`.
//!
//! Each case is fields with their length before them, four bytes little-endian: the old HTML, the delta, the hash of the old
//! HTML as a region named `name`, and the outcome: nothing where the delta is refused, else the hint's start and end (or -1), and the new
//! HTML.

use live_core::delta::{Applied, apply};
use live_core::hash::region_hash;
use std::io::{BufWriter, Result, Write, stdout};
use wire_tests::deltas::{delta, page};
use wire_tests::random::Random;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (count, seed) = (arguments.next().unwrap_or(100_000), arguments.next().unwrap_or(1));
    let (mut random, mut out) = (Random::new(seed), BufWriter::new(stdout().lock()));
    for _ in 0..count {
        case(&mut random, &mut out)?;
    }
    out.flush()
}

fn case(random: &mut Random, out: &mut impl Write) -> Result<()> {
    let old = page(random);
    let delta = delta(random, &old);
    field(out, old.as_bytes())?;
    field(out, &delta)?;
    field(out, &region_hash("parent", "name", &old).to_bytes())?;
    field(out, &apply(old.as_bytes(), &delta, 1 << 24).map_or(Vec::new(), outcome))
}

fn outcome(applied: Applied) -> Vec<u8> {
    let place = |place: Option<usize>| place.map_or(-1, |place| place as i32).to_le_bytes();
    let hint = applied.hint.as_ref();
    let (start, end) = (place(hint.map(|hint| hint.start)), place(hint.map(|hint| hint.end)));
    [&start[..], &end, &applied.html].concat()
}

fn field(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(bytes)
}
