//! The hashes by which both ends tell whether they hold the same HTML: a region's 32-bit check, which every
//! patch carries, and its 64-bit hash, by which a browser says what it shows. `wire/WIRE.md` defines both.

use alloc::vec::Vec;

/// The check of a region's HTML: its hash with seed 0. Never fails; any length.
pub fn check(html: impl AsRef<[u8]>) -> u32 {
    Digest::of(html.as_ref()).hash(0)
}

/// The hash of the region `name` that holds `html`. The regions `around` it are their names from the inside out, without
/// the root's, joined by spaces: two ends that agree on the hash agree on all hosts around the region.
pub fn region_hash(around: &str, name: &str, html: impl AsRef<[u8]>) -> RegionHash {
    RegionHash::of(&Digest::of(html.as_ref()), around, name)
}

/// What any hash of these bytes begins with: four MurmurHash3 states, to which the words of each 16 bytes go in turn, so that a processor works on
/// all four at once; and what is left.
struct Digest<'a> {
    lanes: [u32; 4],
    words: &'a [[u8; 4]],
    rest: &'a [u8],
    len: usize,
}

impl<'a> Digest<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self::from([0; 4], bytes, 0)
    }

    /// Of `bytes`, of which `lanes` are past the first `done`, a number of whole blocks.
    fn from(mut lanes: [u32; 4], bytes: &'a [u8], done: usize) -> Self {
        let (words, rest) = bytes[done..].as_chunks();
        let (blocks, words) = words.as_chunks::<4>();
        for block in blocks {
            for (lane, word) in lanes.iter_mut().zip(block) {
                *lane = step(*lane, u32::from_le_bytes(*word));
            }
        }
        Self { lanes, words, rest, len: bytes.len() }
    }

    /// MurmurHash3_x86_32 (Austin Appleby, public domain) of the four states and what is left, with the length of all bytes.
    fn hash(&self, seed: u32) -> u32 {
        let words = self.words.iter().map(|word| u32::from_le_bytes(*word));
        finish(self.lanes.into_iter().chain(words).fold(seed, step), self.rest, self.len)
    }
}

/// The states of a long text's hash on the way, so that a text that begins as it did is read from there on alone.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// After each [`STRIDE`] bytes.
    states: Vec<[u32; 4]>,
}

/// How far the states of a trail are apart, in bytes: whole blocks.
const STRIDE: usize = 4096;

impl Trail {
    /// Keeps what holds for a text that shares its first `prefix` bytes with the one before.
    pub(crate) fn cut(&mut self, prefix: usize) {
        self.states.truncate(prefix / STRIDE);
    }

    /// The check of this text: what [`check`] gives.
    pub(crate) fn check(&mut self, html: &str) -> u32 {
        self.digest(html.as_bytes()).hash(0)
    }

    /// What [`region_hash`] gives for this text.
    pub(crate) fn region_hash(&mut self, around: &str, name: &str, html: &str) -> RegionHash {
        RegionHash::of(&self.digest(html.as_bytes()), around, name)
    }

    fn digest<'a>(&mut self, bytes: &'a [u8]) -> Digest<'a> {
        let mut lanes = self.states.last().copied().unwrap_or_default();
        let mut done = self.states.len() * STRIDE;
        while done + STRIDE <= bytes.len() {
            lanes = Digest::from(lanes, &bytes[..done + STRIDE], done).lanes;
            self.states.push(lanes);
            done += STRIDE;
        }
        Digest::from(lanes, bytes, done)
    }
}

/// The last bytes, fewer than a word, and the length of all.
fn finish(hash: u32, rest: &[u8], len: usize) -> u32 {
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    let hash = hash ^ mix(u32::from_le_bytes(last)) ^ len as u32;
    let hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

fn step(hash: u32, word: u32) -> u32 {
    (hash ^ mix(word)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn mix(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

/// A region's place and HTML as eight bytes: its check, then its second half, each little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionHash([u8; 8]);

impl RegionHash {
    fn of(digest: &Digest<'_>, around: &str, name: &str) -> Self {
        Self::new(digest.hash(0), digest.hash(check([name, around].join(" "))))
    }

    /// A hash of its two halves.
    pub fn new(check: u32, high: u32) -> Self {
        Self((u64::from(high) << 32 | u64::from(check)).to_le_bytes())
    }

    /// A hash as it came over the wire.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The hash as it travels.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0
    }

    /// The first half, the HTML's check.
    pub fn check(self) -> u32 {
        u64::from_le_bytes(self.0) as u32
    }

    /// The second half, which depends on the region's name and place, too.
    pub fn high(self) -> u32 {
        (u64::from_le_bytes(self.0) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_parts_are_the_published_murmur3() {
        let murmur3 = |text: &str, seed| {
            let (words, rest) = text.as_bytes().as_chunks();
            finish(words.iter().map(|word| u32::from_le_bytes(*word)).fold(seed, step), rest, text.len())
        };
        assert_eq!(murmur3("", 0), 0);
        assert_eq!(murmur3("", 1), 0x514e_28b7);
        assert_eq!(murmur3("hello", 0), 0x248b_fa47);
        assert_eq!(murmur3("hello, world", 0), 0x149b_bb7f);
    }

    #[test]
    fn whole_blocks_go_to_four_states_in_turn() {
        let bytes: Vec<u8> = (0..16 * 3 + 7).collect();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let digest = Digest::of(&bytes);
        for (at, lane) in digest.lanes.into_iter().enumerate() {
            assert_eq!(lane, [0, 16, 32].into_iter().map(|block| word(block + 4 * at)).fold(0, step));
        }
        assert_eq!((digest.words.len(), digest.rest.len()), (1, 3));
        assert_eq!(
            digest.hash(9),
            finish(digest.lanes.into_iter().chain([word(48)]).fold(9, step), &bytes[52..], 55)
        );
    }

    #[test]
    fn a_trail_gives_the_hash_of_each_text_that_follows_another() {
        let mut text = "0123456789abcdef".repeat(3 * STRIDE / 16) + "and more";
        let mut trail = Trail::default();
        assert_eq!(trail.check(&text), check(&text));
        for at in [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE + 7, 3 * STRIDE, text.len()] {
            for replaced in [0, 1, 17, STRIDE] {
                let end = (at + replaced).min(text.len());
                text.replace_range(at..end, "?!");
                trail.cut(at);
                assert_eq!(trail.check(&text), check(&text));
                assert_eq!(trail.region_hash("a", "b", &text), region_hash("a", "b", &text));
                text.push_str(&"x".repeat(replaced));
                trail.cut(text.len() - replaced);
                assert_eq!(trail.check(&text), check(&text), "{at} {replaced}");
            }
        }
        assert!(!trail.states.is_empty());
    }

    #[test]
    fn hash_is_check_then_high_in_little_endian() {
        let hash = region_hash("rows", "row:1", "<p>héllo</p>");
        assert_eq!(hash.check(), check("<p>héllo</p>"));
        assert_eq!(hash.to_bytes()[..4], hash.check().to_le_bytes());
        assert_eq!(RegionHash::from_bytes(hash.to_bytes()), hash);
    }

    #[test]
    fn name_and_parent_change_the_high_half_alone() {
        let one = region_hash("", "a", "same");
        for two in [region_hash("", "b", "same"), region_hash("a", "", "same"), region_hash("x", "a", "same")]
        {
            assert_eq!(one.check(), two.check());
            assert_ne!(one.high(), two.high());
        }
    }
}
