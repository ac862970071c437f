//! The browser's runtime, as it is built into the program.

use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// What every page loads.
pub static RUNTIME: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/_live/runtime.js", include_str!("../../client/dist/live.js")));

/// What pages load in dev mode besides.
pub static DEV: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/_live/dev.js", include_str!("../../client/dist/dev.js")));

/// The version of [`RUNTIME`] as the script says it of itself: by this a browser finds out that its page is of an older or newer server.
pub const VERSION: &str = include_str!("../../client/dist/live.version").trim_ascii();

/// A script under a path, with a mark of its content, so that browsers may keep it for good.
#[derive(Debug)]
pub struct Asset {
    /// The path.
    pub path: &'static str,
    /// The content.
    pub content: &'static str,
    /// Changes with the content: the URL's `v` and the `ETag`.
    pub version: String,
}

impl Asset {
    fn new(path: &'static str, content: &'static str) -> Self {
        let version = BASE64URL_NOPAD.encode(&Sha256::digest(content)[..9]);
        Self { path, content, version }
    }

    /// The URL with the version.
    pub fn url(&self) -> String {
        format!("{}?v={}", self.path, self.version)
    }
}
