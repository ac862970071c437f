//! How a state becomes bytes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::page::Page;

/// Turns a page's state, or a message that waits, into bytes and back, for a store that outlives the process. The serde form is
/// `live_std::MsgpackCodec`.
pub trait StateCodec<T> {
    /// Appends the bytes of `value` to `out`.
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), CodecError>;

    /// The value that these bytes stand for. All of them have to be used.
    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError>;
}

/// A codec for both that a page has: its state and its messages. Whatever is a [`StateCodec`] of both is one.
pub trait PageCodec<P: Page>: StateCodec<P::State> + StateCodec<P::Message> {}

impl<P: Page, C: StateCodec<P::State> + StateCodec<P::Message>> PageCodec<P> for C {}

/// For machines that never commit to a store ([`Config::durable`](crate::Config::durable) off): refuses both ways.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCodec;

impl<S> StateCodec<S> for NoCodec {
    fn encode(&self, _: &S, _: &mut Vec<u8>) -> Result<(), CodecError> {
        Err(CodecError::new("this machine has no state codec"))
    }

    fn decode(&self, _: &[u8]) -> Result<S, CodecError> {
        Err(CodecError::new("this machine has no state codec"))
    }
}

/// Why a state has no bytes, or bytes no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError {
    message: String,
}

impl CodecError {
    /// An error that says why.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for CodecError {}
