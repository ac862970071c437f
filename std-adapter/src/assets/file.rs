//! One file, as it is sent.

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::name::{Name, VERSION, encoded, versioned};
use super::open::Open;
use crate::compress::{Coding, Effort, is_text, smaller};

/// A file at one moment.
#[derive(Debug)]
pub(crate) struct File {
    /// The value of `Content-Type`.
    pub(crate) content_type: String,
    /// Changes with the content: what stands in the name and in the `ETag`.
    pub(crate) version: String,
    /// The name with the version, escaped for URLs.
    pub(crate) versioned_name: String,
    pub(crate) len: u64,
    /// When it was changed the last time, if that is known.
    pub(crate) modified: Option<SystemTime>,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Held(Variants),
    /// It is read from its file as it is sent.
    OnDisk,
}

/// A content and its compressed forms, each made when it is first requested.
#[derive(Debug)]
pub(crate) struct Variants {
    pub(crate) plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

/// A file that a request asks for.
pub(crate) struct Found {
    pub(crate) file: Arc<File>,
    /// The open file, if the content isn't in memory.
    pub(crate) open: Option<Arc<Open>>,
}

impl Found {
    pub(super) fn held(file: Arc<File>) -> Self {
        Self { file, open: None }
    }

    /// Whether it can be sent without opening the file.
    pub(super) fn has_content(&self) -> bool {
        self.open.is_some() || self.file.variants().is_some()
    }
}

impl File {
    pub(super) fn held(name: &Name, content: impl Into<Bytes>, modified: Option<SystemTime>) -> Self {
        let plain: Bytes = content.into();
        let (version, len) = (digest(&plain), plain.len() as u64);
        Self::new(name, version, len, modified, Content::Held(Variants::new(plain)))
    }

    pub(super) fn new(
        name: &Name,
        version: String,
        len: u64,
        modified: Option<SystemTime>,
        content: Content,
    ) -> Self {
        let versioned_name = encoded(&versioned(name.as_str(), &version));
        let modified = modified.filter(|time| is_date(*time));
        Self { content_type: content_type(name), version, versioned_name, len, modified, content }
    }

    /// The content, if it is in memory.
    pub(super) fn variants(&self) -> Option<&Variants> {
        match &self.content {
            Content::Held(variants) => Some(variants),
            Content::OnDisk => None,
        }
    }

    /// Whether it gets smaller by compression.
    pub(crate) fn is_text(&self) -> bool {
        is_text(&self.content_type)
    }
}

impl Variants {
    pub(crate) fn new(plain: Bytes) -> Self {
        Self { plain, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// A content with compressed forms that were made in advance.
    pub(crate) fn prepared(plain: Bytes, brotli: Bytes, gzip: Bytes) -> Self {
        Self { plain, brotli: Some(brotli).into(), gzip: Some(gzip).into() }
    }

    /// The content in a coding; `None` if that isn't smaller. The first call compresses, and is slow.
    pub(crate) fn encoded(&self, coding: Coding) -> Option<Bytes> {
        self.place(coding).get_or_init(|| smaller(coding, Effort::Many, &self.plain).map(Bytes::from)).clone()
    }

    /// Whether [`encoded`](Self::encoded) has its result already.
    pub(crate) fn has(&self, coding: Coding) -> bool {
        self.place(coding).get().is_some()
    }

    fn place(&self, coding: Coding) -> &OnceLock<Option<Bytes>> {
        match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        }
    }
}

/// Whether a time can be a `Last-Modified`, which must not be in the future: RFC 9110, section 8.8.2.1. Some archives write zero or one second for a missing time.
fn is_date(time: SystemTime) -> bool {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.is_ok_and(|since| since.as_secs() > 1) && time <= SystemTime::now()
}

pub(super) fn digest(content: &[u8]) -> String {
    version(Sha256::new_with_prefix(content))
}

pub(super) fn version(hasher: Sha256) -> String {
    let mut version = HEXLOWER.encode(&hasher.finalize());
    version.truncate(VERSION);
    version
}

fn content_type(name: &Name) -> String {
    let guessed = mime_guess::from_path(name.as_str()).first_raw().unwrap_or("application/octet-stream");
    let is_utf8 =
        guessed.starts_with("text/") || matches!(guessed, "application/javascript" | "application/json");
    match guessed {
        // RFC 9239: `application/javascript` is obsolete.
        "application/javascript" => "text/javascript; charset=utf-8".to_owned(),
        _ if is_utf8 => format!("{guessed}; charset=utf-8"),
        _ => guessed.to_owned(),
    }
}
