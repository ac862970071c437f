//! Who is in the chat's rooms. Each of a visitor's tabs counts; a name is told once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use live_smol::prelude::*;

/// The sessions that are connected, by room, and the name of each.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<HashMap<String, BTreeMap<SessionId, String>>>);

/// How many characters a visitor's name may have.
pub(crate) const MAX_NAME: usize = 24;

/// How many names are shown.
pub(crate) const MAX_SHOWN: usize = 40;

impl People {
    /// Somebody is there. To say so again changes nothing.
    pub(crate) fn enter(&self, room: &str, session: SessionId, name: &str) {
        self.lock().entry(room.to_owned()).or_default().insert(session, name.to_owned());
    }

    /// A tab is gone; its visitor may have others.
    pub(crate) fn leave(&self, room: &str, session: SessionId) {
        let mut rooms = self.lock();
        let Some(sessions) = rooms.get_mut(room) else { return };
        sessions.remove(&session);
        if sessions.is_empty() {
            rooms.remove(room);
        }
    }

    /// The names in a room, in the order of the alphabet.
    pub(crate) fn names(&self, room: &str) -> BTreeSet<String> {
        let rooms = self.lock();
        rooms.get(room).map(|sessions| sessions.values().cloned().collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, BTreeMap<SessionId, String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name that a visitor asks for, if there is anything in it.
pub(crate) fn chosen(name: &str) -> Option<String> {
    let name: String = name.trim().chars().take(MAX_NAME).collect();
    (!name.is_empty()).then_some(name)
}

/// A friendly name for a visitor who gave none: the same for the first response and the connection that follows it.
pub(crate) fn guest(session: SessionId) -> String {
    const MANNERS: [&str; 8] = ["Brave", "Calm", "Curious", "Gentle", "Merry", "Quick", "Quiet", "Wise"];
    const ANIMALS: [&str; 8] = ["Carp", "Crane", "Frog", "Heron", "Newt", "Otter", "Swan", "Turtle"];
    let [manner, animal, ..] = session.as_bytes().map(|byte| usize::from(byte % 8));
    format!("{} {}", MANNERS[manner], ANIMALS[animal])
}

/// The letter on somebody's badge.
pub(crate) fn initial(name: &str) -> char {
    name.chars().next().unwrap_or('?')
}

/// The badge's colour, one of six.
pub(crate) fn colour(name: &str) -> u8 {
    name.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(7).wrapping_add(byte)) % 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(people: &People, room: &str) -> Vec<String> {
        people.names(room).iter().cloned().collect()
    }

    #[test]
    fn a_name_is_there_once_for_as_long_as_one_of_its_tabs() {
        let people = People::default();
        let [one, two, other] = [1, 2, 3].map(|n| SessionId::new([n; 16]));
        people.enter("tea", one, "Bo");
        people.enter("tea", two, "Ann");
        people.enter("tea", other, "Ann");
        people.enter("tea", other, "Ann");
        people.enter("rust", one, "Cy");
        assert_eq!(names(&people, "tea"), ["Ann", "Bo"]);
        people.leave("tea", two);
        assert_eq!(names(&people, "tea"), ["Ann", "Bo"]);
        people.leave("tea", other);
        people.leave("tea", other);
        assert_eq!(names(&people, "tea"), ["Bo"]);
        people.leave("tea", one);
        assert!(people.lock().len() == 1 && names(&people, "tea").is_empty(), "an empty room takes no place");
    }

    #[test]
    fn a_name_is_cut_and_a_guest_has_one() {
        assert_eq!((chosen("  "), chosen(" Ann ")), (None, Some("Ann".to_owned())));
        assert_eq!(chosen(&"x".repeat(30)).unwrap().len(), MAX_NAME);
        assert_eq!(guest(SessionId::new([0; 16])), "Brave Carp");
    }
}
