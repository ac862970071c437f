//! Keys that tokens are signed with.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;

use crate::entropy;

/// 256 secret bits. `Debug` doesn't show them (rule S14).
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

/// The keys that tokens are signed with. While `previous` is set, tokens of that key stay good: so a key is changed without
/// sending anybody away.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Signs and verifies.
    pub current: SecretKey,
    /// Verifies only.
    pub previous: Option<SecretKey>,
}

impl SecretKey {
    /// A key that nobody else has, and that ends with the process.
    pub fn random() -> Self {
        Self(entropy::bytes())
    }

    /// A key from 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key from 43 characters of unpadded base64url, as `openssl rand 32 | basenc --base64url | tr -d =` writes them.
    /// None if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Default for Keys {
    /// One random key.
    fn default() -> Self {
        Self { current: SecretKey::random(), previous: None }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}
