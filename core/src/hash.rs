//! The hashes by which both ends tell whether they hold the same HTML: a region's 32-bit check, which every
//! patch carries, and its 64-bit hash, by which a browser says what it shows.

use xxhash_rust::xxh32::xxh32;

/// The check of a region's HTML: xxh32 with seed 0. Never fails; any length.
pub fn check(html: impl AsRef<[u8]>) -> u32 {
    xxh32(html.as_ref(), 0)
}

/// The hash of the region `name` in the region `parent` that holds `html`.
pub fn region_hash(parent: &str, name: &str, html: impl AsRef<[u8]>) -> RegionHash {
    let html = html.as_ref();
    RegionHash::new(check(html), high(parent, name, html))
}

/// The second half of a region's hash: xxh32 of its HTML, seeded by its name's, seeded by its parent's.
pub fn high(parent: &str, name: &str, html: impl AsRef<[u8]>) -> u32 {
    xxh32(html.as_ref(), xxh32(name.as_bytes(), check(parent)))
}

/// A region's place and HTML as eight bytes: its check, then its [`high`] half, each little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionHash([u8; 8]);

impl RegionHash {
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

    /// The second half, which depends on the region's name and parent too.
    pub fn high(self) -> u32 {
        (u64::from_le_bytes(self.0) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_is_the_published_xxh32() {
        assert_eq!(check(""), 0x02CC_5D05);
        assert_eq!(check("abc"), 0x32D1_53FF);
    }

    #[test]
    fn hash_is_check_then_high_in_little_endian() {
        let hash = region_hash("rows", "row:1", "<p>héllo</p>");
        assert_eq!(hash.check(), check("<p>héllo</p>"));
        assert_eq!(hash.high(), high("rows", "row:1", "<p>héllo</p>"));
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
