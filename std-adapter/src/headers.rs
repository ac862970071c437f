//! The headers that keep a page's scripts to its own (rule S5).

use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

/// A page's content security policy. `nonce` is random for each response and marks the scripts and styles that the server
/// wrote. `extra` holds more directives, such as `font-src https://fonts.example`.
pub fn content_security_policy(nonce: &str, extra: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; \
         require-trusted-types-for 'script'; trusted-types live{}{extra}",
        if extra.is_empty() { "" } else { "; " },
    )
}

/// Sets what every HTML page carries: type, policy, no sniffing, no referrer to other sites, no caching.
pub fn secure(headers: &mut HeaderMap, policy: HeaderValue) {
    let fixed: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_SECURITY_POLICY, policy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_nonce_and_allows_nothing_unsafe() {
        let policy = content_security_policy("abc", "font-src https://f.example");
        assert!(
            policy.contains("script-src 'nonce-abc';") && policy.ends_with("; font-src https://f.example")
        );
        assert!(!policy.contains("unsafe"));
        assert!(content_security_policy("abc", "").ends_with("trusted-types live"));
    }
}
