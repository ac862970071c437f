//! Writes random pages and edits of them, for narrowing to be tried in a browser: `steps PAGES SEED > FILE`.
//!
//! A line is one page as JSON: whether it is `messy` (every second is), its `html`, and 20 `steps`: each a `delta` in base 16 with the
//! server's hint, if there is one, the `check` of what it gives, and as `inner` the id and content of the element that tells it all, if
//! one's content does; or the whole new `html` where a delta would be no smaller.

use live_core::delta::{Common, Encoder};
use live_core::hash::check;
use live_core::narrow::Markup;
use serde_json::{Value, json};
use std::io::{BufWriter, Result, Write, stdout};
use wire_tests::markup::Page;
use wire_tests::random::Random;

const STEPS: usize = 20;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (pages, seed) = (arguments.next().unwrap_or(2500), arguments.next().unwrap_or(1));
    let (mut random, mut out) = (Random::new(seed), BufWriter::new(stdout().lock()));
    for page in 0..pages {
        writeln!(out, "{}", line(&mut random, page % 2 == 1))?;
    }
    out.flush()
}

fn line(random: &mut Random, messy: bool) -> Value {
    let (mut page, mut encoder, mut markup) = (Page::new(random, messy), Encoder::new(), Markup::Unknown);
    let html = page.html();
    let mut old = html.clone();
    let mut step = || {
        page.edit(random);
        let new = page.html();
        let step = step(&mut encoder, &mut markup, &old, &new);
        old = new;
        step
    };
    let steps: Vec<_> = (0..STEPS).map(|_| step()).collect();
    json!({ "messy": messy, "html": html, "steps": steps })
}

fn step(encoder: &mut Encoder, markup: &mut Markup, old: &str, new: &str) -> Value {
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let element = markup.narrow(old, new, common);
    let inner = element.as_ref().and_then(|element| Some((element.id, &new[element.inner.clone()?])));
    let hint = element.as_ref().map(|element| element.range.clone());
    let mut delta = Vec::new();
    if encoder.encode_between(common, old.as_bytes(), new.as_bytes(), hint, &mut delta) {
        json!({ "delta": hex(&delta), "check": check(new), "inner": inner })
    } else {
        json!({ "html": new })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
