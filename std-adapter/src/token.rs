//! Signed tokens: what a page hands to the browser, so that its socket can prove which session it belongs to (rule S3).

use std::fmt;

use constant_time_eq::constant_time_eq;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use live_core::SessionId;
use sha2::{Digest, Sha256};

use crate::secret::{Keys, SecretKey};

/// The longest token that is looked at, in bytes of text.
pub const MAX_TOKEN: usize = 4096;

const VERSION: u8 = 1;
const MAC: usize = 32;

/// Most tokens have at most this many bytes before they are encoded.
const USUAL: usize = 192;

/// What a token vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claims {
    /// The session.
    pub session: SessionId,
    /// The session that the page's forms go on with when they are posted without JavaScript.
    pub form: SessionId,
    /// It is a form's own token, and good for nothing else.
    pub is_form: bool,
    /// [`cookie_hash`] of the browser's cookie: a token is of no use to another browser.
    pub cookie: [u8; 16],
    /// Grows when a user's rights change; see [`Options::auth_epoch`](crate::Options::auth_epoch).
    pub auth_epoch: u64,
    /// When it ends, in seconds since 1970.
    pub expires: u64,
    /// Who is logged in.
    pub user: Option<String>,
    /// The concrete path, with its parameters and without the query.
    pub path: String,
}

/// Why a session can't go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SessionError {
    /// Nothing is known of the session, or its page is gone.
    SessionNotFound,
    /// The token's time is over.
    SessionExpired,
    /// The token is missing, wrong, or another browser's.
    InvalidCsrf,
}

/// Signs and verifies tokens with HMAC-SHA-256.
#[derive(Clone)]
pub struct Signer {
    current: Key,
    previous: Option<Key>,
}

#[derive(Clone)]
struct Key {
    id: [u8; 4],
    mac: Hmac<Sha256>,
}

impl Signer {
    /// A signer with these keys.
    pub fn new(keys: &Keys) -> Self {
        Self { current: Key::new(&keys.current), previous: keys.previous.as_ref().map(Key::new) }
    }

    /// The token for these claims, as base64url.
    pub fn sign(&self, claims: &Claims) -> String {
        let mut bytes = Vec::with_capacity(USUAL);
        bytes.push(VERSION);
        bytes.extend(self.current.id);
        claims.write(&mut bytes);
        let mac = self.current.mac(&bytes);
        bytes.extend(mac);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The claims of a token whose signature is right and that hasn't ended by `now` (seconds since 1970). Whether the claims
    /// fit the browser is the caller's to check.
    pub fn verify(&self, token: &str, now: u64) -> Result<Claims, SessionError> {
        let claims = self.authentic(token).ok_or(SessionError::InvalidCsrf)?;
        if claims.expires <= now { Err(SessionError::SessionExpired) } else { Ok(claims) }
    }

    fn authentic(&self, token: &str) -> Option<Claims> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (signed, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        let (head, body) = signed.split_at_checked(1 + 4)?;
        let key = [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|k| head[1..] == k.id)?;
        if head[0] == VERSION && constant_time_eq(mac, &key.mac(signed)) { Claims::read(body) } else { None }
    }
}

/// The part of a browser's cookie that a token carries.
pub fn cookie_hash(cookie: &str) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&Sha256::digest(cookie)[..16]);
    out
}

impl Key {
    fn new(secret: &SecretKey) -> Self {
        let mut id = [0; 4];
        id.copy_from_slice(&Sha256::digest(secret.as_bytes())[..4]);
        let mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        Self { id, mac }
    }

    fn mac(&self, bytes: &[u8]) -> [u8; MAC] {
        let mut mac = self.mac.clone();
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

impl Claims {
    /// What a form's token vouches for. It has no end of its own: what it names ends by [`Options::session_timeout`](crate::Options::session_timeout).
    pub(crate) fn of_form(self) -> Self {
        Self { session: self.form, is_form: true, expires: u64::MAX, ..self }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.session.as_bytes());
        out.extend(self.form.as_bytes());
        out.push(u8::from(self.is_form));
        out.extend(self.cookie);
        out.extend(self.auth_epoch.to_le_bytes());
        out.extend(self.expires.to_le_bytes());
        let user = self.user.as_deref();
        out.push(u8::from(user.is_some()));
        let user = user.unwrap_or_default();
        out.extend((user.len() as u64).to_le_bytes());
        out.extend(user.as_bytes());
        out.extend(self.path.as_bytes());
    }

    fn read(mut bytes: &[u8]) -> Option<Self> {
        let session = SessionId::new(take(&mut bytes)?);
        let form = SessionId::new(take(&mut bytes)?);
        let [is_form] = take(&mut bytes)?;
        let cookie = take(&mut bytes)?;
        let auth_epoch = u64::from_le_bytes(take(&mut bytes)?);
        let expires = u64::from_le_bytes(take(&mut bytes)?);
        let [known] = take(&mut bytes)?;
        let len = usize::try_from(u64::from_le_bytes(take(&mut bytes)?)).ok()?;
        let (user, path) = bytes.split_at_checked(len)?;
        let user = if known == 1 { Some(text(user)?) } else { None };
        Some(Self {
            session,
            form,
            is_form: is_form == 1,
            cookie,
            auth_epoch,
            expires,
            user,
            path: text(path)?,
        })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn text(bytes: &[u8]) -> Option<String> {
    str::from_utf8(bytes).ok().map(str::to_owned)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SessionNotFound => "session not found",
            Self::SessionExpired => "session expired",
            Self::InvalidCsrf => "invalid session token",
        })
    }
}

impl std::error::Error for SessionError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            session: SessionId::new([7; 16]),
            form: SessionId::new([8; 16]),
            is_form: false,
            cookie: cookie_hash("c"),
            auth_epoch: 3,
            expires: 100,
            user: Some("ann".into()),
            path: "/chat/bees".into(),
        }
    }

    #[test]
    fn a_token_comes_back_as_its_claims() {
        let signer = Signer::new(&Keys::default());
        for claims in [claims(), Claims { user: None, path: String::new(), ..claims() }] {
            assert_eq!(signer.verify(&signer.sign(&claims), 99), Ok(claims));
        }
    }

    #[test]
    fn a_token_ends() {
        let signer = Signer::new(&Keys::default());
        assert_eq!(signer.verify(&signer.sign(&claims()), 100), Err(SessionError::SessionExpired));
    }

    #[test]
    fn no_changed_byte_passes() {
        let signer = Signer::new(&Keys::default());
        let good = BASE64URL_NOPAD.decode(signer.sign(&claims()).as_bytes()).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            let token = BASE64URL_NOPAD.encode(&bad);
            assert_eq!(signer.verify(&token, 0), Err(SessionError::InvalidCsrf), "byte {at}");
            let cut = BASE64URL_NOPAD.encode(&good[..at]);
            assert_eq!(signer.verify(&cut, 0), Err(SessionError::InvalidCsrf), "cut at {at}");
        }
        assert_eq!(signer.verify("not base64 !", 0), Err(SessionError::InvalidCsrf));
    }

    #[test]
    fn a_token_of_the_previous_key_stays_good() {
        let old = Keys::default();
        let new = Keys { current: SecretKey::random(), previous: Some(old.current.clone()) };
        let token = Signer::new(&old).sign(&claims());
        assert!(Signer::new(&new).verify(&token, 0).is_ok());
        let later = Keys { previous: None, ..new };
        assert_eq!(Signer::new(&later).verify(&token, 0), Err(SessionError::InvalidCsrf));
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = Keys { current: SecretKey::new([65; 32]), previous: None };
        assert_eq!(format!("{keys:?}"), "Keys { current: SecretKey(…), previous: None }");
        assert_eq!(format!("{:?}", Signer::new(&keys)), "Signer(…)");
    }
}
