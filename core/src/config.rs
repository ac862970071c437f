//! What a machine may be told about its surroundings.

use crate::limits;
use crate::rules::Broken;
use crate::time::Duration;

/// A machine's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Development: say in the browser's console what went wrong. Default: no.
    pub dev: bool,
    /// Commit each event to a store before it is acknowledged (rule R3). Off, the machine itself is the record. Default: off.
    pub durable: bool,
    /// Send deltas. Off, regions travel whole, as the JSON debug mode wants. Default: on.
    pub deltas: bool,
    /// The heartbeat that the browser is told of. Default: 30 s.
    pub heartbeat: Duration,
    /// The most bytes of region HTML. Default: [`limits::MAX_REGION_BYTES`].
    pub max_region_bytes: usize,
    /// The most bytes of an encoded state. Default: [`limits::MAX_STATE`].
    pub max_state: usize,
    /// The largest message from the browser, in bytes. `WELCOME` says it, and the driver refuses larger ones. Default:
    /// [`limits::MAX_MESSAGE`].
    pub max_message: usize,
    /// The version of the script that pages load: a browser that runs another knows by it that the page is outdated. Default: none.
    pub version: &'static str,
    /// A random number that tells this machine from others that may have the session: a part of its [`Claim`](crate::Claim). Default: 0, for a
    /// session that only one server can have.
    pub nonce: u32,
    /// Which rule is broken, for tests. Default: none, and none can be without the feature `mutants`.
    pub broken: Broken,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dev: false,
            durable: false,
            deltas: true,
            heartbeat: Duration::from_secs(30),
            max_region_bytes: limits::MAX_REGION_BYTES,
            max_state: limits::MAX_STATE,
            max_message: limits::MAX_MESSAGE,
            version: "",
            nonce: 0,
            broken: Broken::default(),
        }
    }
}
