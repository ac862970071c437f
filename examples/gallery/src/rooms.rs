//! The chat's rooms: what was said in each, for those who come late. They live as long as the server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use live_smol::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody said. Numbers grow within a room, so that nothing is shown twice, whichever way it came.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    pub(crate) number: u64,
    /// Seconds since 1970.
    pub(crate) at: u64,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a room's visitors are told.
#[derive(Debug, Serialize, Deserialize)]
pub enum News {
    /// Somebody said something.
    Said(Arc<Message>),
    /// Somebody came or went.
    People,
}

/// The last [`KEPT`] messages of a room, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    pub(crate) fn say(&self, room: &str, name: &str, text: &str) -> Result<Arc<Message>> {
        let text = text.trim();
        check(text)?;
        let mut rooms = self.lock();
        if rooms.len() >= MAX_ROOMS && !rooms.contains_key(room) {
            return Err(RecoverableError::new("There are too many rooms. Please choose another one.").into());
        }
        let history = rooms.entry(room.to_owned()).or_default();
        let message = Arc::new(Message {
            number: history.0.back().map_or(1, |last| last.number + 1),
            at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
            name: name.to_owned(),
            text: text.to_owned(),
        });
        history.add(message.clone());
        Ok(message)
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
    /// Puts a message in its place, unless it is there already.
    pub(crate) fn add(&mut self, message: Arc<Message>) {
        if let Err(place) = self.0.binary_search_by_key(&message.number, |known| known.number) {
            self.0.insert(place, message);
            self.0.drain(..self.0.len().saturating_sub(KEPT));
        }
    }

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
    fn a_message_is_added_once_and_in_its_place() {
        let rooms = Rooms::default();
        let said: Vec<_> = ["a", "b", "c"].map(|text| rooms.say("tea", "Ann", text).unwrap()).into();
        let mut history = History::default();
        for at in [2, 0, 1, 0] {
            history.add(said[at].clone());
        }
        assert_eq!(numbers(&history), [1, 2, 3]);
        assert_eq!(numbers(&rooms.history("tea")), [1, 2, 3]);
        assert!(numbers(&rooms.history("other")).is_empty());
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
