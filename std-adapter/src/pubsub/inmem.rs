//! A bus within the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use live_core::SessionId;

use super::once::Once;
use super::recent::Recent;
use super::{MAX_TOPIC, MAX_TOPICS, MessageId, PubSub, PubSubError, Subscriber};

/// Delivers within the process: a message is in the mailbox of every session that follows its topic when `publish` returns.
#[derive(Default)]
pub struct InmemPubSub {
    bus: RwLock<Bus>,
    recent: Recent,
    once: Once,
}

#[derive(Default)]
struct Bus {
    members: HashMap<SessionId, Member>,
    topics: HashMap<Arc<str>, HashMap<SessionId, Arc<dyn Subscriber>>>,
}

struct Member {
    subscriber: Arc<dyn Subscriber>,
    topics: Vec<Arc<str>>,
}

impl InmemPubSub {
    /// An empty bus.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many sessions follow a topic.
    pub fn followers(&self, topic: &str) -> usize {
        self.read().topics.get(topic).map_or(0, HashMap::len)
    }

    fn read(&self) -> RwLockReadGuard<'_, Bus> {
        self.bus.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Bus> {
        self.bus.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PubSub for InmemPubSub {
    fn join(&self, subscriber: Arc<dyn Subscriber>) {
        self.write()
            .members
            .entry(subscriber.session())
            .or_insert_with(|| Member { subscriber, topics: Vec::new() });
    }

    fn leave(&self, session: SessionId) {
        let mut bus = self.write();
        if let Some(member) = bus.members.remove(&session) {
            member.topics.iter().for_each(|topic| bus.unfollow(session, topic));
        }
    }

    fn subscribe(&self, session: SessionId, topic: &str) -> Result<(), PubSubError> {
        if topic.is_empty() || topic.len() > MAX_TOPIC {
            return Err(PubSubError::Topic);
        }
        let mut bus = self.write();
        let Bus { members, topics } = &mut *bus;
        let member = members.get_mut(&session).ok_or(PubSubError::NotJoined)?;
        if member.topics.iter().any(|t| **t == *topic) {
            return Ok(());
        }
        if member.topics.len() == MAX_TOPICS {
            return Err(PubSubError::TooMany);
        }
        let topic = topics.get_key_value(topic).map_or_else(|| Arc::from(topic), |(known, _)| known.clone());
        member.topics.push(topic.clone());
        topics.entry(topic).or_default().insert(session, member.subscriber.clone());
        Ok(())
    }

    fn unsubscribe(&self, session: SessionId, topic: &str) {
        let mut bus = self.write();
        if let Some(member) = bus.members.get_mut(&session) {
            member.topics.retain(|t| **t != *topic);
            bus.unfollow(session, topic);
        }
    }

    fn publish_bytes(&self, topic: &str, message: Arc<[u8]>) -> Result<(), PubSubError> {
        if topic.is_empty() || topic.len() > MAX_TOPIC {
            return Err(PubSubError::Topic);
        }
        let bus = self.read();
        self.recent.add(topic);
        if let Some((topic, followers)) = bus.topics.get_key_value(topic) {
            followers.values().for_each(|subscriber| subscriber.deliver(topic, &message));
        }
        Ok(())
    }

    fn publish_once(&self, id: MessageId, topic: &str, message: Arc<[u8]>) -> Result<(), PubSubError> {
        if self.once.is_new(id) { self.publish_bytes(topic, message) } else { Ok(()) }
    }

    fn broadcast_bytes(&self, message: Arc<[u8]>) -> Result<(), PubSubError> {
        let topic = Arc::from("");
        self.read().members.values().for_each(|member| member.subscriber.deliver(&topic, &message));
        Ok(())
    }

    fn mark(&self) -> u64 {
        self.recent.count()
    }

    fn published_since(&self, mark: u64, topic: &str) -> bool {
        self.recent.has(mark, topic)
    }
}

impl Bus {
    fn unfollow(&mut self, session: SessionId, topic: &str) {
        if let Some(followers) = self.topics.get_mut(topic) {
            followers.remove(&session);
            if followers.is_empty() {
                self.topics.remove(topic);
            }
        }
    }
}

impl fmt::Debug for InmemPubSub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bus = self.read();
        f.debug_struct("InmemPubSub")
            .field("sessions", &bus.members.len())
            .field("topics", &bus.topics.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pubsub::PubSubExt;
    use std::sync::Mutex;

    struct Inbox(SessionId, Mutex<Vec<(String, Vec<u8>)>>);

    impl Subscriber for Inbox {
        fn session(&self) -> SessionId {
            self.0
        }

        fn deliver(&self, topic: &Arc<str>, message: &Arc<[u8]>) {
            self.1.lock().unwrap().push((topic.to_string(), message.to_vec()));
        }
    }

    fn inbox(bus: &InmemPubSub, n: u8) -> Arc<Inbox> {
        let inbox = Arc::new(Inbox(SessionId::new([n; 16]), Mutex::default()));
        bus.join(inbox.clone());
        inbox
    }

    fn taken(inbox: &Inbox) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut inbox.1.lock().unwrap())
    }

    #[test]
    fn a_message_reaches_those_who_follow_its_topic_once() {
        let bus = InmemPubSub::new();
        let (a, b) = (inbox(&bus, 1), inbox(&bus, 2));
        bus.subscribe(a.0, "room").unwrap();
        bus.subscribe(a.0, "room").unwrap();
        bus.publish("room", &7u8).unwrap();
        assert_eq!(taken(&a), [("room".to_owned(), vec![7])]);
        assert!(taken(&b).is_empty());
        bus.broadcast(&1u8).unwrap();
        assert_eq!((taken(&a), taken(&b)), (vec![(String::new(), vec![1])], vec![(String::new(), vec![1])]));
    }

    #[test]
    fn who_leaves_is_forgotten() {
        let bus = InmemPubSub::new();
        let a = inbox(&bus, 1);
        for topic in ["x", "y", "z"] {
            bus.subscribe(a.0, topic).unwrap();
        }
        bus.unsubscribe(a.0, "x");
        assert_eq!((bus.followers("x"), bus.followers("y")), (0, 1));
        bus.leave(a.0);
        assert_eq!(format!("{bus:?}"), "InmemPubSub { sessions: 0, topics: 0 }");
        assert!(matches!(bus.subscribe(a.0, "x"), Err(PubSubError::NotJoined)));
    }

    #[test]
    fn topics_have_limits() {
        let bus = InmemPubSub::new();
        let a = inbox(&bus, 1);
        assert!(matches!(bus.subscribe(a.0, ""), Err(PubSubError::Topic)));
        assert!(matches!(bus.publish(&"x".repeat(MAX_TOPIC + 1), &0), Err(PubSubError::Topic)));
        for n in 0..MAX_TOPICS {
            bus.subscribe(a.0, &n.to_string()).unwrap();
        }
        assert!(matches!(bus.subscribe(a.0, "more"), Err(PubSubError::TooMany)));
    }
}
