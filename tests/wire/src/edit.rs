//! Random edits of HTML, as bytes: nothing here keeps it well-formed.

use crate::random::Random;

const PIECES: [&str; 12] = [
    "<tr id=\"row-7\"><td>7</td></tr>",
    "é漢字🎈",
    "42",
    "<",
    "\"",
    ">",
    "</td><td>",
    " ",
    "x",
    "<p class=\"long\">A longer text that is worth being copied when it comes again.</p>",
    "&amp;",
    "\n",
];

/// `html` with one to `most` random edits: inserted, removed, replaced, repeated and moved pieces.
pub fn edited(random: &mut Random, html: &str, most: usize) -> String {
    let mut html = html.to_string();
    for _ in 0..=random.below(most) {
        edit(random, &mut html);
    }
    html
}

fn edit(random: &mut Random, html: &mut String) {
    let longest = if random.one_in(4) { 400 } else { 12 };
    let (start, end) = span(random, html, longest);
    let piece = html[start..end].to_string();
    match random.below(5) {
        0 => html.insert_str(start, random.pick(&PIECES)),
        1 => html.replace_range(start..end, ""),
        2 => html.replace_range(start..end, random.pick(&PIECES)),
        3 => html.insert_str(place(random, html), &piece),
        _ => {
            html.replace_range(start..end, "");
            html.insert_str(place(random, html), &piece);
        }
    }
}

fn span(random: &mut Random, html: &str, longest: usize) -> (usize, usize) {
    let start = place(random, html);
    let end = html.floor_char_boundary(html.len().min(start + random.below(longest + 1)));
    (start, end.max(start))
}

/// A random place between characters.
fn place(random: &mut Random, html: &str) -> usize {
    html.floor_char_boundary(random.below(html.len() + 1))
}
