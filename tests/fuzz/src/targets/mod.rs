//! What is fuzzed, by name.

mod client;
mod delta;
mod frames;
mod head;
mod markup;
pub mod record;
mod text;
pub mod token;

type Target = fn(&[u8]);

const ALL: &[(&str, Target)] = &[
    ("browser_frame", frames::browser),
    ("server_frame", frames::server),
    ("node", frames::node),
    ("client", client::receive),
    ("delta", delta::apply),
    ("delta_encode", delta::encode),
    ("token", token::verify),
    ("token_body", token::signed),
    ("record", record::restore),
    ("state", record::state),
    ("form", text::form),
    ("head", head::look),
    ("json", text::json),
    ("json_frame", text::json_frame),
    ("markup", markup::scan),
    ("narrow", markup::narrow),
];

/// Decoders that are wrong on purpose: a run has to find both.
const WRONG: &[(&str, Target)] = &[("wrong_panic", wrong_panic), ("wrong_heap", wrong_heap)];

pub fn by_name(name: &str) -> Option<Target> {
    ALL.iter().chain(WRONG).find(|(known, _)| *known == name).map(|(_, target)| *target)
}

pub fn names() -> String {
    ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

/// Two parts of an input: the first two bytes are the first one's length.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((len, rest)) = data.split_first_chunk::<2>() else { return (&[], data) };
    rest.split_at(rest.len().min(u16::from_le_bytes(*len).into()))
}

fn wrong_panic(data: &[u8]) {
    assert!(!data.starts_with(b"bad"), "wrong on purpose");
}

fn wrong_heap(data: &[u8]) {
    let len = data.first_chunk().map_or(0, |len| u16::from_le_bytes(*len));
    crate::heap::watched(crate::heap::bound(data.len()), || std::hint::black_box(vec![0u8; len.into()]));
}
