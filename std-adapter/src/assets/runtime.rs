//! The browser's runtime, as it is built into the program.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;

use super::file::{Content, File, Found, Variants, digest};

/// What every page loads.
pub(crate) static RUNTIME: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "/_live/runtime.js",
        include_bytes!("../../../client/dist/live.js"),
        include_bytes!("../../../client/dist/live.js.br"),
        include_bytes!("../../../client/dist/live.js.gz"),
    )
});

/// What pages load in dev mode besides.
pub(crate) static DEV: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "/_live/dev.js",
        include_bytes!("../../../client/dist/dev.js"),
        include_bytes!("../../../client/dist/dev.js.br"),
        include_bytes!("../../../client/dist/dev.js.gz"),
    )
});

/// The version of the runtime as the script says it of itself: by this a browser finds out that its page is of an older or newer server.
pub const VERSION: &str = include_str!("../../../client/dist/live.version").trim_ascii();

/// A script under a path, compressed in advance.
pub(crate) struct Script {
    pub(crate) path: &'static str,
    file: Arc<File>,
}

impl Script {
    fn new(path: &'static str, plain: &'static [u8], brotli: &'static [u8], gzip: &'static [u8]) -> Self {
        let [plain_bytes, brotli, gzip] = [plain, brotli, gzip].map(Bytes::from_static);
        let file = File {
            content_type: "text/javascript; charset=utf-8".to_owned(),
            version: digest(plain),
            versioned_name: String::new(),
            len: plain.len() as u64,
            modified: None,
            content: Content::Held(Variants::prepared(plain_bytes, brotli, gzip)),
        };
        Self { path, file: Arc::new(file) }
    }

    /// The URL with the version.
    pub(crate) fn url(&self) -> String {
        format!("{}?v={}", self.path, self.file.version)
    }

    /// Whether a URL's query names this version.
    pub(crate) fn is_named(&self, query: Option<&str>) -> bool {
        query.is_some_and(|query| query.strip_prefix("v=") == Some(&self.file.version))
    }

    pub(crate) fn found(&self) -> Found {
        Found::held(self.file.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Coding;
    use crate::compress::tests::decoded;

    #[test]
    fn what_was_compressed_in_advance_is_the_script() {
        for script in [&RUNTIME, &DEV] {
            let Content::Held(variants) = &script.file.content else { panic!() };
            for coding in [Coding::Brotli, Coding::Gzip] {
                let encoded = variants.encoded(coding).unwrap();
                assert!(encoded.len() < variants.plain.len() / 2);
                assert_eq!(decoded(coding, &encoded), variants.plain);
            }
        }
    }
}
