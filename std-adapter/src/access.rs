//! Which hosts and origins the server answers (rule S1).

use std::fmt;

/// The allow-lists for the `Host` and `Origin` headers. Any port of `localhost`, `127.0.0.1` and `[::1]` is always on them.
#[derive(Clone, Debug, Default)]
pub struct Access {
    public: Option<Origin>,
    origins: Vec<Origin>,
}

/// A scheme, a host and, where it isn't the scheme's own, a port.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Origin {
    https: bool,
    authority: String,
}

/// A request that isn't on the allow-lists. As text it says what to do, for the body of the 403.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Denied {
    /// The `Host` header, if there was one.
    Host(Option<String>),
    /// The `Origin` header, if there was one.
    Origin(Option<String>),
}

/// An option that isn't an origin such as `https://example.com`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidOrigin {
    /// The option's name.
    pub option: &'static str,
    /// What it held.
    pub value: String,
}

impl Access {
    /// Lists that also hold the server's public URL (as host and as origin) and other sites' origins.
    pub fn new(public_url: Option<&str>, allowed_origins: &[String]) -> Result<Self, InvalidOrigin> {
        let parse = |option, value: &str| Origin::parse(value).ok_or_else(|| invalid(option, value));
        Ok(Self {
            public: public_url.map(|url| parse("public_url", url)).transpose()?,
            origins: allowed_origins.iter().map(|o| parse("allowed_origins", o)).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the public URL is `https`, so that cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.https)
    }

    /// Checks a `Host` header.
    pub fn check_host(&self, host: Option<&str>) -> Result<(), Denied> {
        let denied = || Denied::Host(host.map(shown));
        let given = host.ok_or_else(denied)?;
        let public = self.public.as_ref().is_some_and(|public| public.is_host(given));
        if public || is_local(given) { Ok(()) } else { Err(denied()) }
    }

    /// Checks an `Origin` header. A missing one is refused: whoever speaks WebSocket can send it.
    pub fn check_origin(&self, origin: Option<&str>) -> Result<(), Denied> {
        let denied = || Denied::Origin(origin.map(shown));
        let given = origin.and_then(Origin::parse).ok_or_else(denied)?;
        let listed = self.public.iter().chain(&self.origins).any(|allowed| *allowed == given);
        if listed || is_local(&given.authority) { Ok(()) } else { Err(denied()) }
    }
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.strip_suffix('/').unwrap_or(text).split_once("://")?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let plain = !authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' ', '*']);
        plain.then(|| Self { https, authority: without_default_port(authority, https).to_ascii_lowercase() })
    }

    fn is_host(&self, host: &str) -> bool {
        without_default_port(host, self.https).eq_ignore_ascii_case(&self.authority)
    }
}

fn without_default_port(authority: &str, https: bool) -> &str {
    authority.strip_suffix(if https { ":443" } else { ":80" }).unwrap_or(authority)
}

fn is_local(authority: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| match authority.split_at_checked(local.len()) {
        Some((host, "")) => host.eq_ignore_ascii_case(local),
        Some((host, port)) => {
            host.eq_ignore_ascii_case(local)
                && port
                    .strip_prefix(':')
                    .is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
        }
        None => false,
    })
}

/// Part of a header that a stranger sent, safe to repeat in a plain text answer and in a log.
fn shown(header: &str) -> String {
    header.chars().filter(|c| !c.is_control()).take(100).collect()
}

fn invalid(option: &'static str, value: &str) -> InvalidOrigin {
    InvalidOrigin { option, value: value.to_owned() }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(Some(host)) => write!(
                f,
                "This server doesn't answer for the host \"{host}\". Set `public_url` to the URL that people open, \
                 for example `public_url: Some(\"http://{host}\".into())`."
            ),
            Self::Host(None) => f.write_str("The request has no Host header."),
            Self::Origin(Some(origin)) => write!(
                f,
                "The origin \"{origin}\" may not connect. If it is this server's own, set `public_url`; if it is \
                 another site that you trust, add it to `allowed_origins`."
            ),
            Self::Origin(None) => f.write_str(
                "The request has no Origin header. Browsers send one; any other client has to name an origin that \
                 `public_url` or `allowed_origins` lists.",
            ),
        }
    }
}

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, value } = self;
        write!(f, "`{option}` has to be a scheme and a host, such as https://example.com, but is \"{value}\"")
    }
}

impl std::error::Error for Denied {}
impl std::error::Error for InvalidOrigin {}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access::new(Some("https://Example.com/"), &["http://other.org:8080".to_owned()]).unwrap()
    }

    #[test]
    fn hosts() {
        let access = access();
        for good in
            ["localhost", "LOCALHOST:1", "127.0.0.1:3000", "[::1]:9", "example.com", "example.com:443"]
        {
            assert_eq!(access.check_host(Some(good)), Ok(()), "{good}");
        }
        for bad in [
            "",
            "localhost:",
            "localhost.evil.com",
            "localhost:80.evil",
            "evil.com",
            "other.org:8080",
            "127.0.0.10",
        ] {
            assert!(access.check_host(Some(bad)).is_err(), "{bad}");
        }
        assert!(access.check_host(None).is_err());
    }

    #[test]
    fn origins() {
        let access = access();
        for good in
            ["http://localhost:5", "https://example.com", "https://example.com:443", "http://other.org:8080"]
        {
            assert_eq!(access.check_origin(Some(good)), Ok(()), "{good}");
        }
        for bad in [
            "null",
            "",
            "http://example.com",
            "https://example.com:8443",
            "https://a.example.com",
            "https://evil@localhost",
        ] {
            assert!(access.check_origin(Some(bad)).is_err(), "{bad}");
        }
        assert!(access.check_origin(None).is_err());
    }

    #[test]
    fn an_answer_names_the_option_and_repeats_no_control_characters() {
        let denied = access().check_host(Some("evil\r\nX: y")).unwrap_err();
        assert!(denied.to_string().contains("public_url") && !denied.to_string().contains('\n'));
        let error = Access::new(Some("example.com"), &[]).unwrap_err();
        assert!(error.to_string().contains("`public_url`"));
    }
}
