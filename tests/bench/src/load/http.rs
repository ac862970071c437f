//! Plain HTTP, as much as the load needs.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::Result;

/// A response's head.
#[derive(Debug)]
pub(crate) struct Head {
    text: String,
}

impl Head {
    /// A header's value. Names are told apart by case as little as HTTP does.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.text.split(' ').nth(1)?.parse().ok()
    }
}

/// Reads a head, and not a byte more than there is; gives what came after it, too.
pub(crate) fn head(stream: &mut impl Read) -> Result<(Head, Vec<u8>)> {
    let (mut bytes, mut space) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let count = stream.read(&mut space)?;
        bytes.extend_from_slice(&space[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((Head { text: String::from_utf8(bytes)? }, rest));
        }
        if count == 0 {
            return Err("the server closed the connection in a response's head".into());
        }
    }
}

/// One page, over a connection of its own.
pub(crate) fn get(server: SocketAddr, path: &str, cookie: &str) -> Result<(Head, String)> {
    let mut stream = TcpStream::connect(server)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n")?;
    let (head, mut body) = head(&mut stream)?;
    stream.read_to_end(&mut body)?;
    if head.status() != Some(200) {
        return Err(format!("GET {path}: {}", head.text).into());
    }
    Ok((head, String::from_utf8(body)?))
}
