//! What Mizu Live needs from std, and no particular runtime.
#![forbid(unsafe_code)]

mod access;
mod clock;
mod codec;
pub mod cookie;
pub mod entropy;
pub mod form;
mod guard;
pub mod headers;
pub mod json;
mod layout;
pub mod pubsub;
mod secret;
pub mod store;
mod template;
mod token;

pub use access::{Access, Denied, InvalidOrigin};
pub use clock::{Clock, unix_seconds};
pub use codec::{MsgpackCodec, from_msgpack, to_msgpack};
pub use form::EventForm;
pub use guard::CatchUnwind;
pub use layout::{DefaultLayout, Escaped, Layout, Shell};
pub use pubsub::{InmemPubSub, PubSub, PubSubExt};
pub use secret::{Keys, SecretKey};
pub use store::{MemoryStore, SessionStore};
pub use template::{Once, SafeUrl, Simple, Template, safe_url};
pub use token::{Claims, MAX_TOKEN, SessionError, Signer, cookie_hash};
