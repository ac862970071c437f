//! Connections that load the same page over and over.

use super::{Browser, Drive, Peer, Result, Socket};

/// One connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Pages {
    request: String,
    /// The bytes of a head that hasn't come whole.
    head: Vec<u8>,
    /// How many bytes of the body are to come.
    left: usize,
}

impl Pages {
    /// So many connections.
    pub(crate) fn open(browser: &Browser, path: &str, count: usize) -> Result<Drive<Self>> {
        let Browser { server, cookie } = browser;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nCookie: {cookie}\r\n\r\n");
        let page = || Self { request: request.clone(), head: Vec::new(), left: 0 };
        let sockets: Result<Vec<_>> = (0..count).map(|_| Ok((Socket::bare(*server)?, page()))).collect();
        Drive::new(sockets?)
    }

    /// Takes in a head, if it is whole by now.
    fn begin(&mut self) -> Result<()> {
        let Some(end) = self.head.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(()) };
        let body = self.head.split_off(end + 4);
        let head = String::from_utf8_lossy(&self.head).to_ascii_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no length")?;
        if !head.starts_with("http/1.1 200") {
            return Err(head.into());
        }
        self.left = length.trim().parse::<usize>()?.checked_sub(body.len()).ok_or("more than one body")?;
        self.head.clear();
        Ok(())
    }
}

impl Peer for Pages {
    fn ask(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.request.as_bytes());
    }

    fn hear(&mut self, bytes: &[u8], _: &mut Vec<u8>) -> Result<bool> {
        if self.left == 0 {
            self.head.extend_from_slice(bytes);
            self.begin()?;
            return Ok(self.head.is_empty() && self.left == 0);
        }
        self.left = self.left.checked_sub(bytes.len()).ok_or("more than one body")?;
        Ok(self.left == 0)
    }
}
