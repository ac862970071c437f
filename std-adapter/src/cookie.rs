//! The cookie that binds a browser to its sessions (rule S4).

use http::HeaderMap;
use http::header::COOKIE;

/// The value of a cookie in a request's headers. What other cookies hold doesn't matter: other programs of the domain set them, also with bytes that are
/// no ASCII.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies =
        headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let mut values =
        cookies.filter_map(|cookie| cookie.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    values.find_map(|value| str::from_utf8(value).ok())
}

/// A `Set-Cookie` header that makes a browser forget a cookie that [`set`] has set.
pub fn remove(name: &str) -> String {
    // A browser ignores what a name with such a prefix is told without it: RFC 6265bis, section 4.1.3.
    let is_secure = ["__Host-", "__Secure-"].iter().any(|prefix| name.starts_with(prefix));
    format!("{name}=; Path=/; Max-Age=0{}", guarded(is_secure))
}

/// A `Set-Cookie` header for the whole site that no script reads and no other site sends along.
pub fn set(name: &str, value: &str, secure: bool) -> String {
    format!("{name}={value}; Path=/{}", guarded(secure))
}

/// A `Set-Cookie` header that names, for `seconds`, the session that a page's forms have made. No cookie's path has a semicolon, which would begin
/// another attribute (RFC 6265 section 5.2): for such a page it is the folder around it.
pub fn set_form(path: &str, value: &str, seconds: u64, secure: bool) -> String {
    let path = path.find(';').map_or(path, |at| &path[..path[..at].rfind('/').map_or(0, |slash| slash + 1)]);
    format!("{FORM}={value}; Path={path}; Max-Age={seconds}{}", guarded(secure))
}

/// No script reads the cookie, and no other site sends it along.
fn guarded(secure: bool) -> &'static str {
    if secure { "; HttpOnly; SameSite=Lax; Secure" } else { "; HttpOnly; SameSite=Lax" }
}

/// The name of the cookie that a page's forms set.
pub const FORM: &str = "live-form";

/// The name of the browser's cookie: with the `__Host-` prefix where everything is https.
pub fn name(https: bool) -> &'static str {
    if https { "__Host-live" } else { "live" }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; live=x=y".parse().unwrap());
        headers.append(COOKIE, "b=2".parse().unwrap());
        assert_eq!(find(&headers, "live"), Some("x=y"));
        assert_eq!(find(&headers, "b"), Some("2"));
        assert_eq!(find(&headers, "c"), None);
        assert_eq!(find(&headers, "liv"), None);
    }

    #[test]
    fn cookies_of_others_never_matter() {
        for (header, found) in [
            (&b"city=Z\xfcrich; live=x"[..], Some("x")),
            (b"live=x; city=Z\xc3\xbcrich", Some("x")),
            (b"\xff; =; live; live=x;", Some("x")),
            (b"live=\xff; live=x", Some("x")),
            (b"other=live=y;live=x", Some("x")),
            (b"live=\xff", None),
            (b"Live=x", None),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_bytes(header).unwrap())]);
            assert_eq!(find(&headers, "live"), found, "{header:?}");
        }
    }

    #[test]
    fn a_guarded_name_is_forgotten_too() {
        assert_eq!(remove("login"), "login=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        for name in ["__Host-login", "__Secure-login"] {
            assert!(remove(name).ends_with("; Secure"), "{name}");
        }
    }

    #[test]
    fn attributes() {
        assert_eq!(set("live", "v", false), "live=v; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set("__Host-live", "v", true), "__Host-live=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        let form = "live-form=v; Path=/todos; Max-Age=9; HttpOnly; SameSite=Lax";
        assert_eq!(set_form("/todos", "v", 9, false), form);
        let form = "live-form=v; Path=/chat/; Max-Age=9; HttpOnly; SameSite=Lax";
        assert_eq!(set_form("/chat/a;Domain=b/c", "v", 9, false), form);
    }
}
