//! A browser without JavaScript.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use live_smol::Server;

use super::http::{self, Answer};

/// A browser that keeps cookies, and the token of the page that it shows.
pub(crate) struct Browser {
    server: SocketAddr,
    cookies: BTreeMap<String, String>,
    pub(crate) token: String,
}

impl Browser {
    pub(crate) fn open(server: &Server, path: &str) -> Self {
        let mut browser =
            Self { server: server.local_addr().unwrap(), cookies: BTreeMap::new(), token: String::new() };
        assert_eq!(browser.get(path).status, 200);
        browser
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        let answer = http::get(self.server, path, &self.headers());
        self.shown(&answer);
        answer
    }

    /// Posts `body` with the page's token.
    pub(crate) fn post(&mut self, path: &str, body: &str) -> Answer {
        self.post_bare(path, "", &format!("_csrf={}&{body}", self.token))
    }

    pub(crate) fn post_bare(&mut self, path: &str, headers: &str, body: &str) -> Answer {
        let answer = http::post(
            self.server,
            path,
            &format!("{}Origin: http://localhost\r\n{headers}", self.headers()),
            body,
        );
        self.shown(&answer);
        answer
    }

    pub(crate) fn headers(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("Cookie: {}\r\n", pairs.join("; ")) }
    }

    fn shown(&mut self, answer: &Answer) {
        for line in answer.head.lines().filter(|line| line.to_ascii_lowercase().starts_with("set-cookie:")) {
            let (name, value) =
                line.split_once(": ").unwrap().1.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if answer.text().contains("name=\"_csrf\"") {
            self.token = answer.quoted("name=\"_csrf\" value=\"").to_owned();
        }
    }
}
