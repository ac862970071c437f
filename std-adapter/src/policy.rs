//! The content security policy of pages (rule S5).

use std::fmt;

use http::HeaderValue;

use crate::nonced::Nonced;

/// The default directives and their sources: CSP Level 3, section 2.3. `\u{1}` is `NONCE` of `nonced.rs`.
const OWN: [(&str, &[&str]); 10] = [
    ("default-src", &["'self'"]),
    ("script-src", &["'nonce-\u{1}'"]),
    ("style-src", &["'self'", "'nonce-\u{1}'"]),
    ("img-src", &["'self'", "data:"]),
    ("object-src", &["'none'"]),
    ("base-uri", &["'none'"]),
    ("form-action", &["'self'"]),
    ("frame-ancestors", &["'self'"]),
    ("require-trusted-types-for", &["'script'"]),
    ("trusted-types", &["live"]),
];

/// A policy for all responses, each of which has a nonce of its own.
#[derive(Debug)]
pub(crate) struct Policy(Nonced);

/// Directives that can't be in a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidPolicy(String);

/// A directive: its name, and its sources in their order.
struct Directive {
    name: String,
    sources: Vec<String>,
}

impl Policy {
    /// The default policy with more directives, such as `font-src https://fonts.example; img-src https://cdn.example`.
    ///
    /// # Errors
    /// If `more` isn't a list of directives.
    pub(crate) fn new(more: &str) -> Result<Self, InvalidPolicy> {
        let mut policy: Vec<Directive> =
            OWN.iter().map(|(name, sources)| Directive::new(name, sources)).collect();
        for directive in more.split(';').map(str::trim).filter(|directive| !directive.is_empty()) {
            let added = Directive::parse(directive)?;
            match policy.iter_mut().find(|known| known.name == added.name) {
                Some(known) => known.merge(added),
                None => {
                    let mut begun =
                        Directive { name: added.name.clone(), sources: inherited(&policy, &added.name) };
                    begun.merge(added);
                    policy.push(begun);
                }
            }
        }
        let text: Vec<String> = policy.iter().map(Directive::to_string).collect();
        Ok(Self(Nonced::new(&text.join("; "))))
    }

    /// The header's value. `nonce` marks the scripts and styles that the server wrote.
    pub(crate) fn header(&self, nonce: &str) -> HeaderValue {
        HeaderValue::try_from(self.0.with(nonce)).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    }
}

/// The sources that a missing fetch directive inherits from its fallback: CSP Level 3, section 6.8.3. Once it is present, it inherits nothing.
fn inherited(policy: &[Directive], name: &str) -> Vec<String> {
    let from = match name {
        "script-src-elem" | "script-src-attr" | "worker-src" => "script-src",
        "style-src-elem" | "style-src-attr" => "style-src",
        "child-src" | "connect-src" | "font-src" | "frame-src" | "manifest-src" | "media-src"
        | "prefetch-src" => "default-src",
        _ => return Vec::new(),
    };
    policy
        .iter()
        .find(|directive| directive.name == from)
        .map(|directive| directive.sources.clone())
        .unwrap_or_default()
}

impl Directive {
    fn new(name: &str, sources: &[&str]) -> Self {
        Self { name: name.to_owned(), sources: sources.iter().map(|&source| source.to_owned()).collect() }
    }

    fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        let mut words = text.split_ascii_whitespace();
        let name = words.next().unwrap_or_default().to_ascii_lowercase();
        let sources: Vec<&str> = words.collect();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // A comma would begin another policy.
        let is_value = |source: &&str| source.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        if is_name && sources.iter().all(is_value) {
            Ok(Self::new(&name, &sources))
        } else {
            Err(InvalidPolicy(text.to_owned()))
        }
    }

    /// Adds the application's sources. `'none'` can't stand beside others: added, it replaces them; already there, it is replaced.
    fn merge(&mut self, added: Self) {
        let is_none = |sources: &[String]| sources.iter().all(|source| source.eq_ignore_ascii_case("'none'"));
        if is_none(&added.sources) || is_none(&self.sources) {
            self.sources = added.sources;
            return;
        }
        for source in added.sources {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
        if self.name == "style-src" && self.sources.iter().any(|source| source == "'unsafe-inline'") {
            // Beside a nonce browsers ignore it: CSP Level 3, section 6.7.3.2.
            self.sources.retain(|source| !source.starts_with("'nonce-"));
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.sources.iter().try_for_each(|source| write!(f, " {source}"))
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`content_security_policy` has \"{}\": a directive is a name and sources with spaces between, such as \
             font-src https://fonts.example, and a semicolon is between two directives",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for InvalidPolicy {}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(more: &str) -> String {
        Policy::new(more).unwrap().header("abc").to_str().unwrap().to_owned()
    }

    fn directives(more: &str, name: &str) -> Vec<String> {
        let all = policy(more);
        let found = all.split("; ").filter(|directive| directive.split(' ').next() == Some(name));
        found.map(str::to_owned).collect()
    }

    #[test]
    fn a_policy_names_the_nonce_and_allows_nothing_unsafe() {
        let own = policy("");
        assert!(own.contains("script-src 'nonce-abc';") && own.contains("style-src 'self' 'nonce-abc';"));
        assert!(own.ends_with("trusted-types live") && !own.contains("unsafe"));
    }

    #[test]
    fn a_directive_is_there_once_with_all_sources() {
        for (more, name, expected) in [
            ("font-src https://f.example", "font-src", "font-src 'self' https://f.example"),
            ("connect-src https://api.example", "connect-src", "connect-src 'self' https://api.example"),
            ("frame-src 'none'", "frame-src", "frame-src 'none'"),
            (
                "script-src-elem https://s.example",
                "script-src-elem",
                "script-src-elem 'nonce-abc' https://s.example",
            ),
            ("default-src https:; media-src data:", "media-src", "media-src 'self' https: data:"),
            ("img-src https://cdn.example", "img-src", "img-src 'self' data: https://cdn.example"),
            ("IMG-SRC 'self' blob:;;\n  img-src https:", "img-src", "img-src 'self' data: blob: https:"),
            (" script-src\thttps://s.example ;", "script-src", "script-src 'nonce-abc' https://s.example"),
            ("img-src 'none'", "img-src", "img-src 'none'"),
            ("object-src https://o.example", "object-src", "object-src https://o.example"),
            ("base-uri 'self'", "base-uri", "base-uri 'self'"),
            ("trusted-types a b", "trusted-types", "trusted-types live a b"),
            ("style-src 'unsafe-inline'", "style-src", "style-src 'self' 'unsafe-inline'"),
            ("script-src 'unsafe-inline'", "script-src", "script-src 'nonce-abc' 'unsafe-inline'"),
            ("upgrade-insecure-requests", "upgrade-insecure-requests", "upgrade-insecure-requests"),
            (
                "frame-ancestors https://a.example https://b.example",
                "frame-ancestors",
                "frame-ancestors 'self' https://a.example https://b.example",
            ),
        ] {
            assert_eq!(directives(more, name), [expected], "{more}");
        }
    }

    /// CSP Level 3, section 6.1: all fetch directives.
    #[test]
    fn a_source_that_is_added_takes_away_none() {
        for name in [
            "child-src",
            "connect-src",
            "default-src",
            "font-src",
            "frame-src",
            "img-src",
            "manifest-src",
            "media-src",
            "script-src",
            "script-src-attr",
            "script-src-elem",
            "style-src",
            "style-src-attr",
            "style-src-elem",
            "worker-src",
        ] {
            let fallback = match name {
                "script-src-elem" | "script-src-attr" | "worker-src" => "script-src",
                "style-src-elem" | "style-src-attr" => "style-src",
                "default-src" | "img-src" | "script-src" | "style-src" => name,
                _ => "default-src",
            };
            let before = directives("", fallback).remove(0);
            let after = directives(&format!("{name} https://a.example"), name).remove(0);
            assert_eq!(after, format!("{} https://a.example", before.replacen(fallback, name, 1)));
        }
    }

    #[test]
    fn what_is_no_directive_is_an_error() {
        for more in ["img-src a, b", "img_src a", "img-src ü", "img-src a,b", "font-src \u{1}"] {
            let error = Policy::new(more).unwrap_err().to_string();
            assert!(error.contains("content_security_policy"), "{more:?}");
        }
    }
}
