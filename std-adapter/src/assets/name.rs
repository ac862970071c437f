//! Names of files: in URLs, with and without a version.

use std::borrow::Borrow;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// How many characters of a file's digest are its version.
pub(super) const VERSION: usize = 16;

/// Escaped in URLs is everything but the unreserved characters (RFC 3986, section 2.3) and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The name of a file below a directory, such as `img/logo.svg`. It has no `..` and no hidden parts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Name(String);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Name {
    pub(super) fn of(name: &str) -> Option<Self> {
        let is_file = name.split('/').all(is_part);
        is_file.then(|| Self(name.to_owned()))
    }

    /// A name as it stands in a URL.
    pub(super) fn decoded(name: &str) -> Option<Self> {
        Self::of(&percent_decode_str(name).decode_utf8().ok()?)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn below(&self, dir: &Path) -> PathBuf {
        dir.join(&self.0)
    }

    /// The name without the version in it, and that version.
    pub(super) fn split_version(&self) -> Option<(Self, String)> {
        let (stem, extension) = self.0.split_at(stem_len(&self.0));
        let (stem, version) = stem.rsplit_once('-')?;
        let is_version =
            version.len() == VERSION && version.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_version {
            return None;
        }
        Some((Self::of(&format!("{stem}{extension}"))?, version.to_owned()))
    }
}

/// The name with a version in it: `css/app.css` is `css/app-4f1c09e2a7d35b86.css`.
pub(super) fn versioned(name: &str, version: &str) -> String {
    let (stem, extension) = name.split_at(stem_len(name));
    format!("{stem}-{version}{extension}")
}

/// Up to the last part's first dot: `app.js.map` stays beside `app.js`.
fn stem_len(name: &str) -> usize {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    name[last..].find('.').map_or(name.len(), |dot| last + dot)
}

/// A part that is a file's or a directory's own name on each system, and isn't hidden.
pub(super) fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
}

/// A name for a URL.
pub(super) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::Component;

    use super::*;

    #[test]
    fn no_name_leads_elsewhere() {
        for name in [
            "..",
            "../a",
            "a/../../b",
            "a/..",
            ".",
            "./a",
            "",
            "/",
            "//",
            "a//b",
            "/etc/passwd",
            "a/",
            ".env",
            "a/.git/config",
            "a\\..\\b",
            "c:\\a",
            "C:a",
            "a\0b",
            "%2e%2e/a",
            "%2e%2e%2fa",
            "..%2fa",
            "%2fetc/passwd",
            "a/%2e%2e/%2e%2e/b",
            "%5c..",
            "a%00b",
            "%2eenv",
            "%ff",
        ] {
            assert_eq!(Name::decoded(name), None, "{name}");
        }
        // Decoded once: what is behind that is a name.
        assert_eq!(Name::decoded("%252e%252e"), Some(Name("%2e%2e".to_owned())));
        for (name, expected) in [
            ("a", "a"),
            ("a/b.css", "a/b.css"),
            ("a%20b", "a b"),
            ("%C3%BC.txt", "ü.txt"),
            ("a..b", "a..b"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(Name::decoded(name).unwrap().as_str(), expected);
        }
    }

    /// All names of up to five of these pieces.
    #[test]
    fn a_name_has_only_plain_parts_whatever_it_is_made_of() {
        const PIECES: [&str; 11] = ["..", ".", "a", "/", "%2e", "%2F", "\\", "%5c", "%00", ":", "%25"];
        let mut names = vec![String::new()];
        for _ in 0..5 {
            names = names.iter().flat_map(|name| PIECES.map(|piece| format!("{name}{piece}"))).collect();
            for name in names.iter().filter_map(|name| Name::decoded(name)) {
                let path = name.below(Path::new(""));
                let is_plain = |part: &OsStr| {
                    !part.to_string_lossy().starts_with('.') && !part.to_string_lossy().contains('\\')
                };
                let mut parts =
                    path.components().map(|part| matches!(part, Component::Normal(part) if is_plain(part)));
                assert!(parts.all(|is_plain| is_plain), "{name:?}");
            }
        }
    }

    #[test]
    fn a_version_goes_into_a_name_and_out_of_it() {
        let version = "4f1c09e2a7d35b86";
        for (name, expected) in [
            ("app.js", "app-4f1c09e2a7d35b86.js"),
            ("a.b/app.min.js.map", "a.b/app-4f1c09e2a7d35b86.min.js.map"),
            ("LICENSE", "LICENSE-4f1c09e2a7d35b86"),
            ("a-b.css", "a-b-4f1c09e2a7d35b86.css"),
            ("ü.css", "ü-4f1c09e2a7d35b86.css"),
        ] {
            assert_eq!(versioned(name, version), expected);
            let (plain, found) = Name::of(expected).unwrap().split_version().unwrap();
            assert_eq!((plain.as_str(), &*found), (name, version));
        }
        for name in [
            "app.js",
            "app-4f1c09e2a7d35b8.js",
            "app-4F1C09E2A7D35B86.js",
            "app-4f1c09e2a7d35b8g.js",
            "-4f1c09e2a7d35b86",
        ] {
            assert_eq!(Name::of(name).unwrap().split_version(), None, "{name}");
        }
    }
}
