//! Why a connection ends.

use core::fmt;

/// The close codes and reasons of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The session is over.
    Ended,
    /// The browser broke the protocol.
    Protocol,
    /// A text message where binary was agreed, or the reverse.
    Type,
    /// A message over the limit.
    Size,
    /// More events than the rate limit allows (rule S10).
    Rate,
    /// The window was full for too long (rule R8).
    Stuck,
    /// Page code failed too often (rule R5), or the server did.
    Internal,
    /// The server restarts (rule R13).
    Restart,
    /// The server admits at a bounded rate: come back after this many milliseconds (rule R14).
    TryLater(u32),
    /// A newer connection of the session took over (rule R10).
    Replaced,
    /// The token is wrong or expired.
    Token,
    /// No `HELLO` in time.
    Hello,
}

impl Reason {
    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Ended => 1000,
            Self::Protocol => 1002,
            Self::Type => 1003,
            Self::Rate | Self::Stuck => 1008,
            Self::Size => 1009,
            Self::Internal => 1011,
            Self::Restart => 1012,
            Self::TryLater(_) => 1013,
            Self::Replaced => 4000,
            Self::Token => 4001,
            Self::Hello => 4002,
        }
    }
}

impl fmt::Display for Reason {
    /// The close frame's reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "ended",
            Self::Protocol => "protocol",
            Self::Type => "type",
            Self::Size => "size",
            Self::Rate => "rate",
            Self::Stuck => "stuck",
            Self::Internal => "internal",
            Self::Restart => "restart",
            Self::TryLater(wait) => return write!(f, "{wait}"),
            Self::Replaced => "replaced",
            Self::Token => "token",
            Self::Hello => "hello",
        })
    }
}
