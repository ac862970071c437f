//! Where HTML falls into tokens that stay or change as a whole: at `<`, and after `>`, `"` and white space.

/// A match of this many bytes starts at a token that is likely to be the same one in old and new.
const ANCHOR: core::ops::RangeInclusive<usize> = 8..=32;

/// Whether a token starts at `at`.
pub(super) fn starts(html: &[u8], at: usize) -> bool {
    at == 0 || html[at] == b'<' || matches!(html[at - 1], b'>' | b'"' | b' ' | b'\n')
}

/// The first token start at or after `at`, or the end.
pub(super) fn next(html: &[u8], at: usize) -> usize {
    (at..html.len()).find(|&at| starts(html, at)).unwrap_or(html.len())
}

/// The last token start at or before `at`, looked for over an anchor's length only.
pub(super) fn previous(html: &[u8], at: usize) -> usize {
    (at.saturating_sub(*ANCHOR.end())..=at).rev().find(|&at| starts(html, at)).unwrap_or(at)
}

/// Where the value or text that `at` lies in ends: the next `<`, `>` or `"`, or the end.
pub(super) fn value_end(html: &[u8], at: usize) -> usize {
    memchr::memchr3(b'<', b'>', b'"', &html[at..]).map_or(html.len(), |found| at + found)
}

/// The hash of the anchor at a token start: whole tokens of 8 bytes or more together, of which 32 at most count.
/// `None` too near the end.
pub(super) fn anchor(html: &[u8], at: usize) -> Option<u32> {
    let (shortest, longest) = (at + ANCHOR.start(), html.len().min(at + ANCHOR.end()));
    if shortest > html.len() {
        return None;
    }
    let end = (shortest..longest).find(|&at| starts(html, at)).unwrap_or(longest);
    Some(fold(&html[at..end]))
}

/// A quick hash; what it finds is compared before it is trusted.
fn fold(bytes: &[u8]) -> u32 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let mut chunks = bytes.chunks_exact(8);
    let mut hash = bytes.len() as u64;
    for chunk in &mut chunks {
        hash = mix(hash, chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)));
    }
    let rest = chunks.remainder().iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
    (mix(hash, rest) >> 32) as u32
}
