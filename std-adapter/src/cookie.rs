//! The cookie that binds a browser to its sessions (rule S4).

use http::HeaderMap;
use http::header::COOKIE;

/// The value of a cookie in a request's headers.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
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
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; live=x=y".parse().unwrap());
        headers.append(COOKIE, "b=2".parse().unwrap());
        assert_eq!(find(&headers, "live"), Some("x=y"));
        assert_eq!(find(&headers, "b"), Some("2"));
        assert_eq!(find(&headers, "c"), None);
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
