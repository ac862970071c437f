//! A hostile browser: it acknowledges nothing, floods, and breaks the protocol now and then.

use live_core::client::{Action, Client};
use live_core::limits::MAX_INBOX;

use super::World;
use crate::browser::kind;
use crate::tally::Happening;

/// As many frames as it sends at once, at most: more than may wait for a commit.
const FLOOD: usize = MAX_INBOX + 16;

impl World {
    pub(super) fn greed(&mut self, tab: usize) {
        self.tally.note(Happening::Greed);
        let wish = self.random.below(6);
        let times = if self.random.one_in(4) { self.random.below(FLOOD) } else { self.random.below(8) };
        for _ in 0..=times {
            let frame = self.wish(tab, wish);
            self.up(tab, frame);
        }
    }

    fn wish(&mut self, tab: usize, wish: usize) -> Vec<u8> {
        let Self { tabs, random, .. } = self;
        let browser = &mut tabs[tab];
        match wish {
            0 => browser.client.ping(),
            1 => Client::new(String::new()).hello(),
            // A region, if it has this number, and an acknowledgement of what may never have been sent.
            2 => vec![0x92, 4, random.below(12) as u8],
            3 => vec![0x93, 2, random.below(6) as u8, random.below(3) as u8],
            _ => {
                let kind = kind(random);
                let action = Action::new(kind).value("act", browser.next_act());
                browser.client.send(action)
            }
        }
    }
}
