//! The chat's rooms: what was said in each, for those who come late. They live as long as the server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use live_smol::prelude::*;

/// What somebody said. Numbers grow within a room.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) number: u64,
    /// Seconds since 1970.
    pub(crate) at: u64,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The last [`KEPT`] messages of a room, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(VecDeque<Arc<Message>>);

/// The rooms by name.
#[derive(Debug, Default)]
pub(crate) struct Rooms(Mutex<HashMap<String, History>>);

/// How many characters a message may have.
pub(crate) const MAX_TEXT: usize = 280;

/// How many messages a room keeps.
const KEPT: usize = 200;

/// How many rooms may hold messages.
const MAX_ROOMS: usize = 1000;

impl Rooms {
    /// Adds a message to a room, and gives it its number.
    ///
    /// # Errors
    /// Where the text is empty or too long, or the room would be one too many.
    pub(crate) fn say(&self, room: &str, name: &str, text: &str) -> Result {
        let text = text.trim();
        check(text)?;
        let mut rooms = self.lock();
        if rooms.len() >= MAX_ROOMS && !rooms.contains_key(room) {
            return Err(RecoverableError::new("There are too many rooms. Please choose another one.").into());
        }
        let history = rooms.entry(room.to_owned()).or_default();
        history.0.push_back(Arc::new(Message {
            number: history.0.back().map_or(1, |last| last.number + 1),
            at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
            name: name.to_owned(),
            text: text.to_owned(),
        }));
        history.0.drain(..history.0.len().saturating_sub(KEPT));
        Ok(())
    }

    /// What was said in a room.
    pub(crate) fn history(&self, room: &str) -> History {
        self.lock().get(room).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, History>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(text: &str) -> Result {
    match text.chars().count() {
        0 => Err(RecoverableError::new("Write something first.").into()),
        1..=MAX_TEXT => Ok(()),
        n => Err(RecoverableError::new(format!("That is {n} characters; {MAX_TEXT} is the most.")).into()),
    }
}

impl History {
    /// The messages, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.0.iter().map(|message| &**message)
    }
}

impl Message {
    /// The time of day, in UTC.
    pub(crate) fn time(&self) -> String {
        format!("{:02}:{:02}", self.at / 3600 % 24, self.at / 60 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(history: &History) -> Vec<u64> {
        history.iter().map(|message| message.number).collect()
    }

    #[test]
    fn messages_are_numbered_room_by_room() {
        let rooms = Rooms::default();
        for text in ["a", "b", "c"] {
            rooms.say("tea", "Ann", text).unwrap();
        }
        assert_eq!(numbers(&rooms.history("tea")), [1, 2, 3]);
        assert!(numbers(&rooms.history("other")).is_empty());
        assert!(rooms.say("tea", "Ann", " ").err().unwrap().recoverable().is_some());
    }

    #[test]
    fn the_oldest_go() {
        let rooms = Rooms::default();
        for _ in 0..KEPT + 5 {
            rooms.say("tea", "Ann", "again").unwrap();
        }
        let kept = numbers(&rooms.history("tea"));
        assert_eq!((kept.len(), kept[0], kept[KEPT - 1]), (KEPT, 6, KEPT as u64 + 5));
    }

    #[test]
    fn rooms_are_bounded() {
        let rooms = Rooms::default();
        for room in 0..MAX_ROOMS {
            rooms.say(&room.to_string(), "Ann", "hello").unwrap();
        }
        assert!(rooms.say("one more", "Ann", "hello").err().unwrap().recoverable().is_some());
        assert!(rooms.say("7", "Ann", "hello").is_ok());
    }
}
