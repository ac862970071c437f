//! The topics that a session is subscribed to, and how far it has come in each.

use alloc::string::String;
use alloc::vec::Vec;

use super::record::SavedTopic;
use crate::wire::List;

/// A place in a topic's messages, as a bus with a log counts them (rule R15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Which log the offset counts in: a log that begins anew has another. Zero where the bus keeps none.
    pub epoch: u64,
    /// How many messages of the log are before this place.
    pub offset: u64,
}

/// Few enough for a list.
#[derive(Debug, Default)]
pub(super) struct Topics(Vec<Topic>);

#[derive(Debug)]
struct Topic {
    name: String,
    /// All messages before it are part of the state.
    position: Position,
}

impl Topics {
    pub(super) fn restored(saved: &List<'_, SavedTopic<'_>>) -> Self {
        let topic = |saved: SavedTopic<'_>| Topic { name: saved.name.into(), position: saved.position };
        let mut topics = Vec::with_capacity(saved.len());
        topics.extend(saved.iter().map(topic));
        Self(topics)
    }

    pub(super) fn saved(&self) -> List<'_, SavedTopic<'_>> {
        self.0.iter().map(|topic| SavedTopic { name: &topic.name, position: topic.position }).collect()
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|topic| &*topic.name)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is new.
    pub(super) fn add(&mut self, name: &str) -> bool {
        let is_new = self.get(name).is_none();
        if is_new {
            self.0.push(Topic { name: name.into(), position: Position::default() });
        }
        is_new
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|topic| topic.name != name);
    }

    pub(super) fn position(&self, name: &str) -> Option<Position> {
        self.get(name).map(|topic| topic.position)
    }

    /// The messages before `position` are part of the state from now on.
    pub(super) fn reach(&mut self, name: &str, position: Position) {
        if let Some(topic) = self.0.iter_mut().find(|topic| topic.name == name) {
            topic.position = position;
        }
    }

    fn get(&self, name: &str) -> Option<&Topic> {
        self.0.iter().find(|topic| topic.name == name)
    }
}
