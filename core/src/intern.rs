//! One copy of the HTML that many sessions show alike.

use alloc::string::String;
use alloc::sync::{Arc, Weak};

use hashbrown::HashMap;

/// So many may have left before their places are cleared.
const SLACK: usize = 64;

/// What sessions show alike, in memory once for as long as any of them has it: a driver's part of [`Streams::intern`](crate::Streams::intern).
#[derive(Debug, Default)]
pub struct Interner {
    known: HashMap<[u8; 8], Weak<String>>,
    /// How many there were when the places of those that had left were cleared last.
    cleared: usize,
}

impl Interner {
    /// The copy of this HTML that others have; `html` itself, where it is the first. `hash` is where it is looked for, no more: another text of the same
    /// hash is never given.
    pub fn intern(&mut self, hash: [u8; 8], html: String) -> Arc<String> {
        match self.known.get(&hash).and_then(Weak::upgrade) {
            Some(known) if *known == html => return known,
            Some(_) => return Arc::new(html),
            None => {}
        }
        if self.known.len() >= 2 * self.cleared + SLACK {
            self.known.retain(|_, known| known.strong_count() > 0);
            self.cleared = self.known.len();
        }
        let html = Arc::new(html);
        self.known.insert(hash, Arc::downgrade(&html));
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec::Vec;

    #[test]
    fn the_same_text_is_kept_once_and_another_of_its_hash_beside_it() {
        let mut interner = Interner::default();
        let first = interner.intern([1; 8], "the same".into());
        assert!(Arc::ptr_eq(&first, &interner.intern([1; 8], "the same".into())));
        assert_eq!(*interner.intern([1; 8], "another".into()), "another");
        drop(first);
        let again = interner.intern([1; 8], "another".into());
        assert!(Arc::ptr_eq(&again, &interner.intern([1; 8], "another".into())));
    }

    #[test]
    fn what_nobody_has_leaves_no_place_for_good() {
        let mut interner = Interner::default();
        let kept: Vec<_> = (0..100_u64).map(|n| interner.intern(n.to_le_bytes(), format!("{n}"))).collect();
        for n in 100..100_000_u64 {
            interner.intern(n.to_le_bytes(), format!("{n}"));
        }
        assert!(interner.known.len() <= 2 * kept.len() + SLACK);
        assert!(Arc::ptr_eq(&kept[7], &interner.intern(7_u64.to_le_bytes(), "7".into())));
    }
}
