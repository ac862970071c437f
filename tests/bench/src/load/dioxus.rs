//! Sessions of dioxus-liveview, as the script of its page holds them.

use std::net::SocketAddr;

use super::{Drive, Peer, Result, Socket};

/// What Chromium sends for a click on the counter's `+`.
const CLICK: &str = concat!(
    r#"{"method":"user_event","params":{"name":"click","data":{"alt_key":false,"button":0,"buttons":0,"client_x":51,"client_y":90,"#,
    r#""ctrl_key":false,"meta_key":false,"offset_x":10,"offset_y":8,"page_x":51,"page_y":90,"screen_x":61,"screen_y":187,"#,
    r#""shift_key":false,"pointer_id":1,"width":1,"height":1,"pressure":0,"tangential_pressure":0,"tilt_x":0,"tilt_y":0,"twist":0,"#,
    r#""pointer_type":"mouse","is_primary":false,"values":[],"value":""},"element":5,"bubbles":true}}"#,
);

/// What the page answers the scripts that a session begins with: where it is, and that it listens for the way back.
const ANSWERS: [&str; 2] = [
    r##"{"method":"query","params":{"id":0,"data":["/x?#",null,null,2],"returned_value":true}}"##,
    r#"{"method":"query","params":{"id":1,"returned_value":true}}"#,
];

/// The first byte of a message: a script to run, or edits.
const SCRIPT: u8 = 0;
const EDITS: u8 = 1;

/// The bytes of edits that change nothing, which come after each of the page's answers.
const NO_EDITS: usize = 37;

/// One session, whose user clicks over and over.
#[derive(Debug, Default)]
pub(crate) struct Dioxus {
    answered: usize,
    /// Payload bytes so far.
    pub(crate) up: u64,
    pub(crate) down: u64,
    /// Clicks whose edits came.
    pub(crate) updates: u64,
}

/// So many sessions that do nothing yet.
pub(crate) fn counters(server: SocketAddr, count: usize) -> Result<Drive<Dioxus>> {
    let open = || Ok((Socket::open(server, "/ws", "")?.of_text(), Dioxus::default()));
    let mut drive = Drive::new((0..count).map(|_| open()).collect::<Result<Vec<_>>>()?)?;
    drive.hear(|session| u64::from(session.has_begun()), count as u64)?;
    Ok(drive)
}

impl Dioxus {
    fn has_begun(&self) -> bool {
        self.answered == ANSWERS.len()
    }
}

impl Peer for Dioxus {
    fn ask(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(CLICK.as_bytes());
        self.up += out.len() as u64;
    }

    fn hear(&mut self, message: &[u8], reply: &mut Vec<u8>) -> Result<bool> {
        self.down += message.len() as u64;
        match message.first() {
            Some(&SCRIPT) => {
                let answer = ANSWERS.get(self.answered).ok_or("a script that nobody knows")?;
                reply.extend_from_slice(answer.as_bytes());
                self.answered += 1;
                self.up += answer.len() as u64;
                Ok(false)
            }
            Some(&EDITS) => {
                let is_answer = self.has_begun() && message.len() > NO_EDITS;
                self.updates += u64::from(is_answer);
                Ok(is_answer)
            }
            _ => Err("a message that makes no sense".into()),
        }
    }
}
