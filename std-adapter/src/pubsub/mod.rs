//! Messages between sessions, and from the rest of the program to sessions.

mod inmem;
mod once;
mod recent;

use std::fmt;
use std::sync::Arc;

pub use live_core::limits::MAX_TOPICS;
use live_core::{CodecError, SessionId};
use serde::Serialize;

pub use inmem::InmemPubSub;

/// The longest topic, in bytes.
pub const MAX_TOPIC: usize = 256;

/// Takes a message to every session that follows its topic. The bus carries bytes; [`publish`] and the pages' contexts put
/// serialised messages into them.
///
/// [`publish`]: PubSubExt::publish
pub trait PubSub: Send + Sync + 'static {
    /// Makes a session known, so that broadcasts reach it and it may follow topics.
    fn join(&self, subscriber: Arc<dyn Subscriber>);

    /// Forgets a session and what it follows.
    fn leave(&self, session: SessionId);

    /// Lets a session that has joined follow a topic. Following it already is no error.
    fn subscribe(&self, session: SessionId, topic: &str) -> Result<(), PubSubError>;

    /// Ends that.
    fn unsubscribe(&self, session: SessionId, topic: &str);

    /// Takes a message to the sessions that follow the topic.
    fn publish_bytes(&self, topic: &str, message: Arc<[u8]>) -> Result<(), PubSubError>;

    /// Takes a session's message to the sessions that follow the topic, unless it has done so before: after a crash a session may publish the
    /// same once more (rule R3). A bus that remembers nothing takes it to them twice.
    fn publish_once(&self, id: MessageId, topic: &str, message: Arc<[u8]>) -> Result<(), PubSubError> {
        let _ = id;
        self.publish_bytes(topic, message)
    }

    /// Takes a message to every session.
    fn broadcast_bytes(&self, message: Arc<[u8]>) -> Result<(), PubSubError>;

    /// Where the bus is now, for [`published_since`](Self::published_since).
    fn mark(&self) -> u64 {
        0
    }

    /// Whether anything may have been published on the topic since `mark`. A bus that doesn't know says yes: a page that has just
    /// subscribed is then told that it may have missed something.
    fn published_since(&self, mark: u64, topic: &str) -> bool {
        let _ = (mark, topic);
        true
    }
}

/// Which message of which session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MessageId {
    /// Who publishes.
    pub session: SessionId,
    /// Grows with each message of the session.
    pub number: u64,
}

/// Where a session's messages arrive.
pub trait Subscriber: Send + Sync {
    /// The session.
    fn session(&self) -> SessionId;

    /// Leaves a message; `topic` is empty for a broadcast. Never waits: where there is no room the message counts as missed.
    fn deliver(&self, topic: &Arc<str>, message: &Arc<[u8]>);
}

/// The typed side of a [`PubSub`]. A page receives what its `Message` type can be read from.
pub trait PubSubExt {
    /// Publishes a message to those who follow the topic.
    fn publish<T: Serialize + ?Sized>(&self, topic: &str, message: &T) -> Result<(), PubSubError>;

    /// Sends a message to every session.
    fn broadcast<T: Serialize + ?Sized>(&self, message: &T) -> Result<(), PubSubError>;
}

impl<P: PubSub + ?Sized> PubSubExt for P {
    fn publish<T: Serialize + ?Sized>(&self, topic: &str, message: &T) -> Result<(), PubSubError> {
        self.publish_bytes(topic, crate::codec::to_msgpack(message)?.into())
    }

    fn broadcast<T: Serialize + ?Sized>(&self, message: &T) -> Result<(), PubSubError> {
        self.broadcast_bytes(crate::codec::to_msgpack(message)?.into())
    }
}

/// Why a message, or a subscription, isn't possible.
#[derive(Debug)]
pub enum PubSubError {
    /// The topic is empty or longer than [`MAX_TOPIC`].
    Topic,
    /// The session follows [`MAX_TOPICS`] already.
    TooMany,
    /// The session hasn't joined, or has left.
    NotJoined,
    /// The message has no bytes.
    Codec(CodecError),
    /// What the bus's own means said.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl From<CodecError> for PubSubError {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl fmt::Display for PubSubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic => write!(f, "a topic has 1 to {MAX_TOPIC} bytes"),
            Self::TooMany => write!(f, "a session may follow {MAX_TOPICS} topics"),
            Self::NotJoined => f.write_str("the session isn't on the bus"),
            Self::Codec(error) => write!(f, "the message can't be serialised: {error}"),
            Self::Failed(error) => write!(f, "the bus failed: {error}"),
        }
    }
}

impl std::error::Error for PubSubError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Codec(error) => Some(error),
            Self::Failed(error) => Some(&**error),
            _ => None,
        }
    }
}
