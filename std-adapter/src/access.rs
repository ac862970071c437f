//! Which hosts and origins the server answers (rule S1).

use std::fmt;

/// The allow-lists for the `Host` and `Origin` headers. `localhost`, `127.0.0.1` and `[::1]` are always on them, with any port.
#[derive(Clone, Debug, Default)]
pub struct Access {
    public: Option<Origin>,
    hosts: Vec<Hosts>,
    origins: Vec<Origin>,
}

/// A scheme, a host and, where it isn't the scheme's own, a port.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Origin {
    https: bool,
    host: String,
    port: Option<String>,
}

/// A host, or all below a domain.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Hosts {
    One(String),
    /// With the dot in front.
    Below(String),
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
    /// Lists that hold the server's public URL (as host and as origin), further hosts of its own, and other sites' origins.
    ///
    /// # Errors
    /// Where one of them is none.
    pub fn new(
        public_url: Option<&str>,
        hosts: &[String],
        allowed_origins: &[String],
    ) -> Result<Self, InvalidOrigin> {
        let parse = |option, value: &str| Origin::parse(value).ok_or_else(|| invalid(option, value));
        let host = |value: &String| Hosts::parse(value).ok_or_else(|| invalid("hosts", value));
        Ok(Self {
            public: public_url.map(|url| parse("public_url", url)).transpose()?,
            hosts: hosts.iter().map(host).collect::<Result<_, _>>()?,
            origins: allowed_origins.iter().map(|o| parse("allowed_origins", o)).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the public URL is `https`, so that cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.https)
    }

    /// Checks a `Host` header. Its port says nothing: a proxy may leave it out, or put in its own.
    ///
    /// # Errors
    /// Where it isn't on the lists.
    pub fn check_host(&self, host: Option<&str>) -> Result<(), Denied> {
        let denied = || Denied::Host(host.map(shown));
        let (name, _port) = host.and_then(split).ok_or_else(denied)?;
        let is_public = self.public.as_ref().is_some_and(|public| public.host == name);
        if is_public || self.is_own(&name) || is_local(&name) { Ok(()) } else { Err(denied()) }
    }

    /// Checks an `Origin` header. A missing one is refused: whoever speaks WebSocket can send it.
    ///
    /// # Errors
    /// Where it isn't on the lists.
    pub fn check_origin(&self, origin: Option<&str>) -> Result<(), Denied> {
        let denied = || Denied::Origin(origin.map(shown));
        let given = origin.and_then(Origin::parse).ok_or_else(denied)?;
        let listed = self.public.iter().chain(&self.origins).any(|allowed| *allowed == given);
        if listed || self.is_sibling(&given) || is_local(&given.host) { Ok(()) } else { Err(denied()) }
    }

    fn is_own(&self, host: &str) -> bool {
        self.hosts.iter().any(|hosts| hosts.contains(host))
    }

    /// Whether it is one of the further hosts, opened in the same way as the public URL.
    fn is_sibling(&self, origin: &Origin) -> bool {
        let scheme = self.public.as_ref().map(|public| (public.https, &public.port));
        self.is_own(&origin.host) && scheme.is_none_or(|scheme| scheme == (origin.https, &origin.port))
    }
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.strip_suffix('/').unwrap_or(text).split_once("://")?;
        let (https, own_port) = match scheme {
            "https" => (true, "443"),
            "http" => (false, "80"),
            _ => return None,
        };
        let (host, port) = split(authority)?;
        Some(Self { https, host, port: port.filter(|port| *port != own_port).map(str::to_owned) })
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('*') {
            Some(below) if below.starts_with('.') => {
                split(&below[1..]).map(|(host, _)| Self::Below(format!(".{host}")))
            }
            Some(_) => None,
            None => split(text).map(|(host, _)| Self::One(host)),
        }
    }

    fn contains(&self, host: &str) -> bool {
        match self {
            Self::One(one) => one == host,
            Self::Below(domain) => host.len() > domain.len() && host.ends_with(domain),
        }
    }
}

/// An authority's host, in lower case and without the dot that an absolute name may end in, and its port.
fn split(authority: &str) -> Option<(String, Option<&str>)> {
    let end = if authority.starts_with('[') { authority.find(']')? + 1 } else { 0 };
    let (host, port) = match authority[end..].find(':') {
        Some(colon) => (&authority[..end + colon], Some(&authority[end + colon + 1..])),
        None => (authority, None),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    let is_plain = !host.is_empty() && host.bytes().all(is_name);
    let is_number =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    (is_plain && is_number).then(|| (host.to_ascii_lowercase(), port))
}

fn is_local(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
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
                 for example `public_url: Some(\"http://{host}\".into())`, or add it to `hosts` if it is a further one."
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
        if !value.is_ascii() {
            return write!(
                f,
                "`{option}` has \"{value}\": write the name as it is sent, with \"xn--\" for letters beyond ASCII (a browser's address \
                 bar gives it, when it is copied)"
            );
        }
        match *option {
            "hosts" => write!(
                f,
                "`hosts` has names, such as www.example.com or *.example.com, but \"{value}\" is none"
            ),
            _ => write!(
                f,
                "`{option}` has to be a scheme and a host, such as https://example.com, but is \"{value}\""
            ),
        }
    }
}

impl std::error::Error for Denied {}
impl std::error::Error for InvalidOrigin {}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        let hosts = ["www.example.com".to_owned(), "*.Tenants.example".to_owned()];
        Access::new(Some("https://Example.com/"), &hosts, &["http://other.org:8080".to_owned()]).unwrap()
    }

    #[test]
    fn hosts() {
        let access = access();
        for good in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:3000",
            "[::1]:9",
            "[::1]",
            "localhost.",
            "example.com",
            "example.com:443",
            "example.com:8443",
            "Example.Com.",
            "example.com.:443",
            "www.example.com",
            "a.tenants.example",
            "a.b.tenants.example:1",
        ] {
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
            "a.example.com",
            "tenants.example",
            ".tenants.example",
            "atenants.example",
            "example.com..",
            "example.com@evil.com",
            "evil.com/example.com",
            "example.com\u{e9}",
            "[::1",
            ":80",
        ] {
            assert!(access.check_host(Some(bad)).is_err(), "{bad}");
        }
        assert!(access.check_host(None).is_err());
    }

    #[test]
    fn origins() {
        let access = access();
        for good in [
            "http://localhost:5",
            "https://example.com",
            "https://example.com:443",
            "http://other.org:8080",
            "https://www.example.com",
            "https://a.tenants.example",
        ] {
            assert_eq!(access.check_origin(Some(good)), Ok(()), "{good}");
        }
        for bad in [
            "null",
            "",
            "http://example.com",
            "https://example.com:8443",
            "https://a.example.com",
            "https://evil@localhost",
            "http://www.example.com",
            "https://www.example.com:8443",
            "https://tenants.example",
            "https://other.org:8080",
        ] {
            assert!(access.check_origin(Some(bad)).is_err(), "{bad}");
        }
        assert!(access.check_origin(None).is_err());
    }

    #[test]
    fn an_answer_names_the_option_and_repeats_no_control_characters() {
        let denied = access().check_host(Some("evil\r\nX: y")).unwrap_err();
        assert!(denied.to_string().contains("public_url") && !denied.to_string().contains('\n'));
        let error = Access::new(Some("example.com"), &[], &[]).unwrap_err();
        assert!(error.to_string().contains("`public_url`"));
        let error = Access::new(Some("https://b\u{fc}cher.example"), &[], &[]).unwrap_err();
        assert!(error.to_string().contains("xn--"));
        for host in ["*", "*example.com", "https://example.com", ""] {
            assert!(Access::new(None, &[host.to_owned()], &[]).is_err(), "{host}");
        }
    }
}
