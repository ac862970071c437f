//! What Mizu Live needs from std, and no particular runtime.
//!
//! The parts, from the bottom up: [`entropy`], [`Clock`], [`Signer`] and [`Access`] for security; [`store`] and [`pubsub`] for
//! what sessions share; [`Template`] and [`Layout`] for HTML; and the [`Engine`], which puts the core's machines between
//! HTTP requests and WebSocket frames. `live-smol` runs it on smol; `examples/embed-axum` shows all that an application on
//! another runtime and server writes.
//!
//! To write pages, begin with `live_smol`: its crate documentation has a page and the guide, `live_smol::guide`, which also shows
//! how to embed the engine in another server (`live_smol::guide::embedding`). In short: [`EngineBuilder::page`] and
//! [`EngineBuilder::start`] with a [`Runtime`]; [`Engine::intercept`] and [`Engine::reply`] for requests; a
//! [`Connection`] for each WebSocket. `examples/gallery` has the pages, `ARCHITECTURE.md` is the map.
#![forbid(unsafe_code)]

mod access;
mod assets;
mod auth;
mod body;
mod clock;
mod codec;
mod compress;
pub mod cookie;
mod engine;
pub mod entropy;
mod files;
pub mod form;
mod guard;
mod headers;
mod invalid;
pub mod json;
mod key_file;
mod layout;
mod log;
mod metrics;
mod nonced;
mod notice;
mod options;
mod policy;
mod prefix;
mod proxies;
pub mod pubsub;
mod secret;
pub mod store;
mod template;
#[cfg(feature = "test-client")]
pub mod test_client;
mod token;

pub use access::{Access, Denied, InvalidOrigin};
pub use assets::{Assets, IntoContent, InvalidAssets, MAX_HELD, MAX_HELD_BYTES, VERSION};
pub use auth::{Auth, Csrf, Form, TokenFunc, csrf_token};
pub use body::{Body, BodyError};
pub use clock::Clock;
pub use codec::{MsgpackCodec, from_msgpack, to_msgpack};
pub use compress::{AcceptEncoding, MIN_COMPRESSED, compress};
pub use engine::{
    Answer, BrowserId, Connection, Direct, Engine, EngineBuilder, Incoming, InvalidRoute, MAX_BODY, Markup,
    Outgoing, Protocol, Refused, Reply, Runtime, SOCKET, Upgrade, Visitor, caught, not_allowed, params,
};
pub use form::EventForm;
pub use guard::CatchUnwind;
pub use invalid::InvalidOption;
pub use key_file::KeysError;
pub use layout::{DefaultLayout, Escaped, Layout, Shell};
pub use log::{LogWriter, MAX_WAITING_LOG, log_panics};
pub use metrics::{Metrics, Snapshot};
pub use notice::Notice;
pub use options::{AuthEpoch, ErrorHook, Options, SessionHook, SessionInfo};
pub use policy::InvalidPolicy;
pub use prefix::InvalidPrefix;
pub use proxies::{InvalidProxies, Proxies, ProxyHeader};
pub use pubsub::{InmemPubSub, PubSub, PubSubExt};
pub use secret::{Keys, SecretKey};
pub use store::{MemoryStore, SessionStore};
#[cfg(feature = "redb")]
pub use store::{RedbError, RedbProblem, RedbStore, RedbSuccessor};
pub use template::{Once, SafeUrl, Simple, Template, safe_url};
#[cfg(feature = "test-client")]
pub use test_client::{TestClient, TestOptions};
pub use token::{Claims, MAX_TOKEN, SessionError, Signer, cookie_hash};
