//! What happened, for people or as one number.

use std::fmt;

use live_core::Instant;

use crate::schedule::What;

/// Where a run is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    Nowhere,
    Terminal,
    /// A hash of every line: two runs with the same one were the same.
    #[cfg(test)]
    Digest(Digest),
}

impl Log {
    pub(crate) fn event(&mut self, now: Instant, what: &What) {
        self.line(format_args!("{:>12} {what:?}", now.as_micros()));
    }

    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) {
        match self {
            Self::Nowhere => {}
            Self::Terminal => println!("{line}"),
            #[cfg(test)]
            Self::Digest(digest) => fmt::Write::write_fmt(digest, line).unwrap_or_default(),
        }
    }
}

/// FNV-1a over all that is written to it.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

#[cfg(test)]
impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

#[cfg(test)]
impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Ok(())
    }
}
