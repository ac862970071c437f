//! Randomness from the operating system.

use std::cell::RefCell;

use data_encoding::BASE64URL_NOPAD;
use live_core::SessionId;

/// Random bytes.
///
/// # Panics
/// Where the operating system has no entropy to give: nothing secure can be done then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("the operating system gives no entropy");
    out
}

/// A new session's id (rule S2).
pub fn session_id() -> SessionId {
    SessionId::new(id())
}

/// 32 random bits.
pub fn nonce() -> u32 {
    let [a, b, c, d, ..] = id();
    u32::from_le_bytes([a, b, c, d])
}

/// 128 random bits as text that fits a header, a cookie or an attribute.
pub fn text() -> String {
    BASE64URL_NOPAD.encode(&id())
}

/// How many ids a thread asks the operating system for at once: asking twice for each page took a twenty-fifth of its load.
const SUPPLY: usize = 64;

thread_local! {
    static SUPPLIES: RefCell<Supply> = const { RefCell::new(Supply { ids: [[0; 16]; SUPPLY], left: 0 }) };
}

/// Random bits that were asked for in advance.
struct Supply {
    ids: [[u8; 16]; SUPPLY],
    left: usize,
}

impl Supply {
    /// Ids that are given out don't stay here.
    fn take(&mut self) -> [u8; 16] {
        if self.left == 0 {
            (self.ids, self.left) =
                (bytes::<{ 16 * SUPPLY }>().as_chunks().0.try_into().expect("as many"), SUPPLY);
        }
        self.left -= 1;
        std::mem::take(&mut self.ids[self.left])
    }
}

/// 128 random bits that nobody else is given.
fn id() -> [u8; 16] {
    SUPPLIES.with_borrow_mut(Supply::take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_are_128_random_bits() {
        let ids: Vec<_> = (0..200).map(|_| u128::from_le_bytes(*session_id().as_bytes())).collect();
        let is_set = ids.iter().fold(0, |bits, id| bits | id);
        let is_unset = ids.iter().fold(0, |bits, id| bits | !id);
        assert_eq!((is_set, is_unset), (u128::MAX, u128::MAX), "each bit is sometimes set and sometimes not");
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
        assert!(SUPPLIES.with_borrow(|supply| supply.ids[supply.left..].iter().all(|id| *id == [0; 16])));
    }
}
