//! Requests that depend on what a client has: RFC 9110, section 13.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

/// The validators of the current content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current<'a> {
    /// The `ETag` without its quotes.
    pub(super) version: &'a str,
    pub(super) modified: Option<SystemTime>,
}

/// The result of a request's conditions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Send,
    /// The client has it: status 304.
    Known,
    /// A precondition failed: status 412.
    Failed,
}

/// In the order of RFC 9110, section 13.2.2.
pub(super) fn check(headers: &HeaderMap, current: Current<'_>) -> Outcome {
    let wanted = match headers.contains_key(IF_MATCH) {
        true => current.is_listed(headers, IF_MATCH, Compare::Strong),
        false => current.is_older_than(headers, IF_UNMODIFIED_SINCE).unwrap_or(true),
    };
    if !wanted {
        return Outcome::Failed;
    }
    let known = match headers.contains_key(IF_NONE_MATCH) {
        true => current.is_listed(headers, IF_NONE_MATCH, Compare::Weak),
        false => current.is_older_than(headers, IF_MODIFIED_SINCE).unwrap_or(false),
    };
    if known { Outcome::Known } else { Outcome::Send }
}

/// Whether a part may be sent to a client that has another part of the same content: RFC 9110, section 13.1.5.
pub(super) fn may_send_part(headers: &HeaderMap, current: Current<'_>) -> bool {
    let Some(value) = headers.get(IF_RANGE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    if value.contains('"') {
        return current.is(value.trim(), Compare::Strong);
    }
    let date = httpdate::parse_http_date(value).ok();
    date.is_some() && date == current.modified.map(whole_seconds)
}

/// RFC 9110, section 8.8.3.2.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compare {
    Strong,
    Weak,
}

/// Suffixes that proxies such as Apache and Caddy append to a tag when they compress.
const APPENDED: [&str; 5] = ["-gzip", "-br", "-zstd", "--gzip", ";gzip"];

impl Current<'_> {
    fn is_listed(self, headers: &HeaderMap, name: HeaderName, compare: Compare) -> bool {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.trim() == "*" || tags(value).any(|tag| self.is(tag, compare)))
    }

    fn is(self, tag: &str, compare: Compare) -> bool {
        let (tag, is_weak) = match tag.strip_prefix("W/") {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let Some(text) = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) else { return false };
        match compare {
            Compare::Strong => !is_weak && text == self.version,
            Compare::Weak => text
                .strip_prefix(self.version)
                .is_some_and(|rest| rest.is_empty() || APPENDED.contains(&rest)),
        }
    }

    /// Whether it wasn't changed after a date that a header names.
    fn is_older_than(self, headers: &HeaderMap, name: HeaderName) -> Option<bool> {
        let date = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
        Some(whole_seconds(self.modified?) <= date)
    }
}

/// The tags of a list. A tag may contain commas: RFC 9110, section 8.8.3.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    list.split(move |c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    })
    .map(str::trim)
}

/// Dates of HTTP have no fractions.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

    fn current() -> Current<'static> {
        let modified = httpdate::parse_http_date(SECOND).unwrap() + Duration::from_millis(700);
        Current { version: "v", modified: Some(modified) }
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        for (tags, known) in [
            ("\"v\"", true),
            ("W/\"v\"", true),
            ("\"a\", \"v\" ,W/\"b\"", true),
            ("*", true),
            ("\"v-gzip\"", true),
            ("\"v-br\"", true),
            ("W/\"v-zstd\"", true),
            ("\"v--gzip\"", true),
            ("\"v2\"", false),
            ("\"v-other\"", false),
            ("v", false),
            ("\"a,v\", \"v\"", true),
            ("\"a,*,b\"", false),
            ("\"a\", *", false),
            ("\"a,\"v\"", false),
            ("\"\"", false),
            ("", false),
        ] {
            let outcome = check(&headers(&[(IF_NONE_MATCH, tags)]), current());
            assert_eq!(outcome == Outcome::Known, known, "{tags}");
        }
    }

    #[test]
    fn a_tag_says_more_than_a_date() {
        for (pairs, expected) in [
            (&[(IF_MODIFIED_SINCE, SECOND)][..], Outcome::Known),
            (&[(IF_MODIFIED_SINCE, BEFORE)], Outcome::Send),
            (&[(IF_MODIFIED_SINCE, "yesterday")], Outcome::Send),
            (&[(IF_MODIFIED_SINCE, SECOND), (IF_NONE_MATCH, "\"old\"")], Outcome::Send),
            (&[(IF_UNMODIFIED_SINCE, SECOND)], Outcome::Send),
            (&[(IF_UNMODIFIED_SINCE, BEFORE)], Outcome::Failed),
            (&[(IF_UNMODIFIED_SINCE, BEFORE), (IF_MATCH, "\"v\"")], Outcome::Send),
            (&[(IF_MATCH, "\"v\"")], Outcome::Send),
            (&[(IF_MATCH, "*")], Outcome::Send),
            (&[(IF_MATCH, "W/\"v\"")], Outcome::Failed),
            (&[(IF_MATCH, "\"old\"")], Outcome::Failed),
            (&[(IF_MATCH, "\"v\""), (IF_NONE_MATCH, "\"v\"")], Outcome::Known),
        ] {
            assert_eq!(check(&headers(pairs), current()), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_part_goes_with_the_same_content_only() {
        for (value, may) in [
            ("\"v\"", true),
            ("W/\"v\"", false),
            ("\"old\"", false),
            ("\"v-gzip\"", false),
            (SECOND, true),
            (BEFORE, false),
            ("soon", false),
        ] {
            assert_eq!(may_send_part(&headers(&[(IF_RANGE, value)]), current()), may, "{value}");
        }
        assert!(may_send_part(&HeaderMap::new(), current()));
    }
}
