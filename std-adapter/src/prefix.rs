//! The path of an application that shares its host with others.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::PathAndQuery;

/// A path such as `/app`, or none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Prefix(Arc<str>);

/// A path that an application can't be under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidPrefix(String);

impl Prefix {
    /// # Errors
    /// If it doesn't begin with a slash, or has characters that URLs escape.
    pub(crate) fn new(path: &str) -> Result<Self, InvalidPrefix> {
        let plain = path.strip_suffix('/').unwrap_or(path);
        let is_part = |part: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            !part.is_empty() && !matches!(part, "." | "..") && part.bytes().all(is_plain)
        };
        let is_path =
            plain.is_empty() || plain.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_part));
        if is_path { Ok(Self(plain.into())) } else { Err(InvalidPrefix(path.to_owned())) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of a path of the application.
    pub(crate) fn url(&self, path: &str) -> String {
        [&*self.0, path].concat()
    }

    /// The URL of a request as browsers have it, on the same host. A URL that begins with two slashes names another host (RFC 3986, section 4.2), and browsers take a
    /// backslash for a slash.
    pub(crate) fn url_of(&self, uri: &Uri) -> String {
        let path = uri.path_and_query().map_or(uri.path(), PathAndQuery::as_str);
        self.url(&format!("/{}", path.trim_start_matches(['/', '\\'])))
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        self.0.clone()
    }

    /// Removes the prefix. A URL without it stays as it is: the proxy has removed it.
    pub(crate) fn strip(&self, uri: &mut Uri) {
        if self.0.is_empty() {
            return;
        }
        let Some(path) = uri.path_and_query().map(PathAndQuery::as_str) else { return };
        let Some(rest) = path.strip_prefix(&*self.0) else { return };
        let own = match rest.as_bytes().first() {
            Some(b'/') => rest.to_owned(),
            Some(b'?') | None => format!("/{rest}"),
            Some(_) => return,
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = own.parse().ok();
        if let Ok(stripped) = Uri::from_parts(parts) {
            *uri = stripped;
        }
    }
}

impl fmt::Display for InvalidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`path_prefix` has to be a path such as /app, but is \"{}\"", self.0.escape_debug())
    }
}

impl std::error::Error for InvalidPrefix {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_path() {
        for (path, expected) in
            [("", ""), ("/", ""), ("/app", "/app"), ("/app/", "/app"), ("/a/b.c", "/a/b.c")]
        {
            assert_eq!(Prefix::new(path).unwrap().as_str(), expected);
        }
        for path in
            ["app", "//", "/a//b", "/a b", "/{a}", "/a?b", "/../a", "/ü", "/a%20", "https://a.example/b"]
        {
            assert!(Prefix::new(path).unwrap_err().to_string().contains("/app"), "{path}");
        }
    }

    #[test]
    fn the_url_of_a_request_stays_on_its_host() {
        for (uri, expected) in [
            ("/", "/"),
            ("/a?b=//c", "/a?b=//c"),
            ("//evil.example/a", "/evil.example/a"),
            ("///evil.example", "/evil.example"),
        ] {
            for prefix in ["", "/app"] {
                let url = Prefix::new(prefix).unwrap().url_of(&uri.parse().unwrap());
                assert_eq!(url, format!("{prefix}{expected}"), "{uri}");
            }
        }
    }

    #[test]
    fn what_is_under_the_prefix_loses_it_and_all_else_stays() {
        let prefix = Prefix::new("/app").unwrap();
        for (uri, expected) in [
            ("/app/counter?a=b", "/counter?a=b"),
            ("/app", "/"),
            ("/app/", "/"),
            ("/app?a", "/?a"),
            ("/app/app/x", "/app/x"),
            ("/apple", "/apple"),
            ("/counter", "/counter"),
            ("*", "*"),
            ("http://a.example/app/x", "http://a.example/x"),
        ] {
            let mut uri: Uri = uri.parse().unwrap();
            prefix.strip(&mut uri);
            assert_eq!(uri, expected);
        }
    }
}
