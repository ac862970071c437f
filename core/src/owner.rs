//! Who may write a session's record: rule R1.

use core::fmt;

/// A stay of a session in one server's memory. Whoever takes a session over from its record makes the record its own, under a claim of its own, before
/// the session runs; the server before it is then fenced out.
///
/// Claims of one session are ordered by how often it was taken over. Two servers that take the same record over at the same time have claims that differ
/// by their random part, and neither follows the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim(u64);

/// Which record of a session this is: the claim it was written under, and its number. It is what stores compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Whose record it is.
    pub claim: Claim,
    /// Counts the session's commits from 1.
    pub generation: u64,
}

impl Claim {
    /// The claim as a number, for a store to keep.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The claim that a store has kept. Zero stands for records that were written without one.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The claim of a session that begins.
    pub(crate) const fn first(nonce: u32) -> Self {
        Self(1 << 32 | nonce as u64)
    }

    /// The claim of whoever takes the session over from this one.
    pub(crate) const fn next(self, nonce: u32) -> Self {
        Self((self.takeovers() as u64 + 1) << 32 | nonce as u64)
    }

    const fn takeovers(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl Owner {
    /// Whether a store that has the record `there`, or none, may put this one in its place.
    ///
    /// - Where nothing is there, nobody else has gone on with the session: a session whose record was lost writes it again.
    /// - Under the same claim each record follows the ones before it. One of the same number is this very record: the store had written it, and its
    ///   answer was lost.
    /// - A takeover follows exactly the record that it was made from.
    pub fn follows(self, there: Option<Self>) -> bool {
        let Some(there) = there else { return true };
        if self.claim == there.claim {
            return self.generation >= there.generation;
        }
        self.claim.takeovers() > there.claim.takeovers()
            && there.generation.checked_add(1) == Some(self.generation)
    }
}

impl fmt::Display for Owner {
    /// The claim in hexadecimal and the generation: `100000007-12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.claim.0, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(claim: Claim, generation: u64) -> Owner {
        Owner { claim, generation }
    }

    #[test]
    fn a_record_follows_those_of_its_own_claim() {
        let claim = Claim::first(7);
        for (next, there, follows) in [(1, 1, true), (2, 1, true), (9, 2, true), (1, 2, false)] {
            assert_eq!(
                owner(claim, next).follows(Some(owner(claim, there))),
                follows,
                "{next} after {there}"
            );
        }
        assert!(owner(claim, 5).follows(None), "a record that was lost is written again");
        assert!(!owner(Claim::first(8), 2).follows(Some(owner(claim, 1))), "another server's first claim");
    }

    #[test]
    fn a_takeover_follows_the_record_that_it_was_made_from_and_no_other() {
        let first = Claim::first(7);
        let taken = first.next(9);
        for (next, there, follows) in [(5, 4, true), (5, 5, false), (5, 3, false), (5, 6, false)] {
            assert_eq!(
                owner(taken, next).follows(Some(owner(first, there))),
                follows,
                "{next} after {there}"
            );
        }
        let rival = owner(first.next(10), 5);
        assert!(!rival.follows(Some(owner(taken, 5))) && !owner(taken, 5).follows(Some(rival)));
        assert!(!owner(first, 6).follows(Some(owner(taken, 5))), "whoever was taken over from is fenced out");
        assert!(owner(Claim::default().next(0), 4).follows(Some(owner(Claim::default(), 3))));
        assert!(!owner(taken, 1).follows(Some(owner(first, u64::MAX))), "there is no number after the last");
    }

    #[test]
    fn claims_are_ordered_by_takeovers() {
        let claims = [
            Claim::default(),
            Claim::first(u32::MAX),
            Claim::first(3).next(0),
            Claim::first(3).next(0).next(5),
        ];
        assert!(claims.is_sorted());
        assert!(claims.iter().all(|claim| Claim::from_bits(claim.to_bits()) == *claim));
    }
}
