//! Randomness from the operating system.

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
    SessionId::new(bytes())
}

/// 128 random bits as text that fits a header, a cookie or an attribute.
pub fn text() -> String {
    BASE64URL_NOPAD.encode(&bytes::<16>())
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
    }
}
