//! Options that an engine can't start with.

use std::fmt;

use crate::access::InvalidOrigin;
use crate::assets::InvalidAssets;
use crate::policy::InvalidPolicy;
use crate::prefix::InvalidPrefix;

/// Why an engine can't start. As text it says which option has to be changed, and to what.
#[derive(Debug)]
pub enum InvalidOption {
    /// [`Options::public_url`](crate::Options::public_url), [`hosts`](crate::Options::hosts) or
    /// [`allowed_origins`](crate::Options::allowed_origins).
    Origin(InvalidOrigin),
    /// [`Options::content_security_policy`](crate::Options::content_security_policy).
    Policy(InvalidPolicy),
    /// [`Options::path_prefix`](crate::Options::path_prefix).
    Prefix(InvalidPrefix),
    /// [`EngineBuilder::assets`](crate::EngineBuilder::assets).
    Assets(InvalidAssets),
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(error) => error.fmt(f),
            Self::Policy(error) => error.fmt(f),
            Self::Prefix(error) => error.fmt(f),
            Self::Assets(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InvalidOption {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Assets(error) => error.source(),
            _ => None,
        }
    }
}

impl From<InvalidOrigin> for InvalidOption {
    fn from(error: InvalidOrigin) -> Self {
        Self::Origin(error)
    }
}

impl From<InvalidPolicy> for InvalidOption {
    fn from(error: InvalidPolicy) -> Self {
        Self::Policy(error)
    }
}

impl From<InvalidPrefix> for InvalidOption {
    fn from(error: InvalidPrefix) -> Self {
        Self::Prefix(error)
    }
}

impl From<InvalidAssets> for InvalidOption {
    fn from(error: InvalidAssets) -> Self {
        Self::Assets(error)
    }
}
