//! What page code asks of the world around the machine.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::future::Future;
use core::pin::Pin;

/// Work that runs outside of the machine; its result comes back as a message.
pub type Task<M> = Pin<Box<dyn Future<Output = M> + Send>>;

/// What the driver does for a session, in the order in which it was asked.
pub enum Effect<M> {
    /// Deliver this topic's messages to the session from now on.
    Subscribe(String),
    /// Deliver them no longer.
    Unsubscribe(String),
    /// Tell the session by [`Input::Changed`](crate::Input::Changed) whenever something is published on the topic of a shared region
    /// ([`View::shared`](crate::View::shared)), and once at first.
    Follow {
        /// The region.
        region: Arc<str>,
        /// The topic.
        topic: Arc<str>,
    },
    /// Tell it no longer.
    Unfollow {
        /// The region.
        region: Arc<str>,
        /// The topic.
        topic: Arc<str>,
    },
    /// Give a message to everybody who subscribed to a topic.
    Publish {
        /// Grows with each message of the session. After a crash the same may come again under the same number, so a bus that sees one
        /// twice drops the second (rule R3).
        number: u64,
        /// The topic.
        topic: String,
        /// The message.
        message: M,
    },
    /// Run this future; hand its result to the machine as a message.
    Spawn(Task<M>),
    /// Something went wrong; for the log and the application's error hook.
    Error(ErrorReport),
}

/// What went wrong in which call of page code.
#[derive(Debug)]
pub struct ErrorReport {
    /// The call.
    pub call: Call,
    /// The error. A panic is a [`Panicked`](crate::Panicked).
    pub error: crate::Error,
}

/// A call of the application's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// The application's authentication, before any page code.
    Auth,
    /// `Page::mount`.
    Mount,
    /// `Page::handle` of the event with this name.
    Handle(String),
    /// `Page::info`.
    Info,
    /// `Page::missed` of this topic.
    Missed(String),
    /// `Page::connection`.
    Connection,
    /// `Page::render`.
    Render,
    /// The encoding of the state.
    Commit,
    /// `Clone`, `Default` or `Drop` of the state or a message.
    Value,
}

impl<M> fmt::Debug for Effect<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscribe(topic) => f.debug_tuple("Subscribe").field(topic).finish(),
            Self::Unsubscribe(topic) => f.debug_tuple("Unsubscribe").field(topic).finish(),
            Self::Follow { region, topic } => {
                f.debug_struct("Follow").field("region", region).field("topic", topic).finish()
            }
            Self::Unfollow { region, topic } => {
                f.debug_struct("Unfollow").field("region", region).field("topic", topic).finish()
            }
            Self::Publish { topic, .. } => {
                f.debug_struct("Publish").field("topic", topic).finish_non_exhaustive()
            }
            Self::Spawn(_) => f.write_str("Spawn"),
            Self::Error(report) => f.debug_tuple("Error").field(report).finish(),
        }
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.error)
    }
}

/// The call's name in lower case, with the event's or topic's.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth => f.write_str("auth"),
            Self::Mount => f.write_str("mount"),
            Self::Handle(event) => write!(f, "handle `{event}`"),
            Self::Info => f.write_str("info"),
            Self::Missed(topic) => write!(f, "missed `{topic}`"),
            Self::Connection => f.write_str("connection"),
            Self::Render => f.write_str("render"),
            Self::Commit => f.write_str("commit"),
            Self::Value => f.write_str("value"),
        }
    }
}
