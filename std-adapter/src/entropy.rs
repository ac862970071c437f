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
