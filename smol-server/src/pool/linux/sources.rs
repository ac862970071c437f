//! Whom the reactor tells.

use std::sync::Arc;

use slab::Slab;

use super::source::State;

/// The sources that are open.
#[derive(Default)]
pub(super) struct Sources {
    slab: Slab<(u32, Arc<State>)>,
    /// How many there have been.
    count: u32,
}

/// A source's place, and above it a number that the place's next source hasn't: what is told of one that was closed meanwhile, and of its end above all, is
/// told to nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key(pub(super) u64);

impl Sources {
    pub(super) fn insert(&mut self, state: Arc<State>) -> Key {
        self.count = self.count.wrapping_add(1);
        let place = self.slab.insert((self.count, state));
        Key(u64::from(self.count) << 32 | place as u64)
    }

    pub(super) fn get(&self, key: Key) -> Option<&Arc<State>> {
        self.slab.get(key.place()).filter(|(number, _)| *number == key.number()).map(|(_, state)| state)
    }

    pub(super) fn remove(&mut self, key: Key) {
        if self.get(key).is_some() {
            self.slab.remove(key.place());
        }
    }
}

impl Key {
    fn place(self) -> usize {
        self.0 as u32 as usize
    }

    fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_isnt_taken_for_the_one_that_was_in_its_place() {
        let mut sources = Sources::default();
        let (first, other) = (Arc::<State>::default(), Arc::<State>::default());
        let old = sources.insert(first.clone());
        assert!(sources.get(old).is_some_and(|state| Arc::ptr_eq(state, &first)));
        sources.remove(old);
        let new = sources.insert(other.clone());
        assert_eq!((old.place(), sources.get(old).is_some()), (new.place(), false));
        sources.remove(old);
        assert!(sources.get(new).is_some_and(|state| Arc::ptr_eq(state, &other)));
    }
}
