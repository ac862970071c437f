//! What every session store does, whatever keeps its records.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use live_core::{Claim, Record, SessionId};

use super::{SessionStore, StoreError};

const LONG: Duration = Duration::from_secs(60);

/// The result of a future, for which this thread waits.
pub(crate) fn done<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result,
            Poll::Pending => thread::park(),
        }
    }
}

/// Checks all of it, in an empty store.
pub(crate) fn conforms(store: &dyn SessionStore) {
    a_record_is_kept_until_its_time_is_over(store);
    a_commit_follows_its_predecessor_or_fails(store);
    a_takeover_follows_what_it_was_made_from_and_fences_the_others(store);
    a_record_that_is_missing_is_written_again(store);
    two_generations_may_wait_at_once(store);
    a_session_may_begin_again_when_its_time_is_over(store);
    set_asks_for_no_generation(store);
    deleting_and_touching_nothing_is_no_error(store);
    of_two_who_go_on_with_a_session_one_does(store);
    large_and_empty_records_come_back_as_they_were(store);
}

fn id(n: u8) -> SessionId {
    SessionId::new([n; 16])
}

fn record(n: u8, generation: u64) -> Record {
    owned(n, 1, generation)
}

/// A record under the claim of whoever has taken the session over for the `takeovers`th time.
fn owned(n: u8, takeovers: u64, generation: u64) -> Record {
    Record {
        id: id(n),
        claim: Claim::from_bits(takeovers << 32),
        generation,
        bytes: vec![generation as u8; 3],
    }
}

fn fenced(result: Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Fenced))
}

fn a_record_is_kept_until_its_time_is_over(store: &dyn SessionStore) {
    done(store.set(record(1, 1), LONG)).unwrap();
    assert_eq!(done(store.get(id(1))).unwrap(), Some(record(1, 1)));
    done(store.touch(id(1), LONG * 2)).unwrap();
    assert_eq!(done(store.get(id(1))).unwrap(), Some(record(1, 1)));
    done(store.touch(id(1), Duration::ZERO)).unwrap();
    assert_eq!(done(store.get(id(1))).unwrap(), None);
    done(store.touch(id(1), LONG)).unwrap();
    assert_eq!(done(store.get(id(1))).unwrap(), None, "what is over isn't brought back");
}

fn a_commit_follows_its_predecessor_or_fails(store: &dyn SessionStore) {
    done(store.commit(record(2, 1), LONG)).unwrap();
    done(store.commit(record(2, 2), LONG)).unwrap();
    for wrong in [0, 1] {
        assert!(fenced(done(store.commit(record(2, wrong), LONG))), "{wrong}");
    }
    assert_eq!(done(store.get(id(2))).unwrap(), Some(record(2, 2)));
    done(store.commit(record(2, 2), LONG)).expect("its answer may have been lost");
    assert_eq!(done(store.get(id(2))).unwrap(), Some(record(2, 2)));
}

fn a_takeover_follows_what_it_was_made_from_and_fences_the_others(store: &dyn SessionStore) {
    done(store.commit(record(9, 4), LONG)).unwrap();
    for wrong in [1, 3, 4, 6, u64::MAX] {
        assert!(fenced(done(store.commit(owned(9, 2, wrong), LONG))), "{wrong}");
    }
    done(store.commit(owned(9, 2, 5), LONG)).unwrap();
    assert!(fenced(done(store.commit(record(9, 5), LONG))), "whoever was taken over from");
    let rival = Record { claim: Claim::from_bits(2 << 32 | 7), ..owned(9, 2, 5) };
    assert!(fenced(done(store.commit(rival, LONG))), "whoever took over at the same time");
    assert_eq!(done(store.get(id(9))).unwrap(), Some(owned(9, 2, 5)));
}

fn a_record_that_is_missing_is_written_again(store: &dyn SessionStore) {
    done(store.commit(record(10, 7), LONG)).unwrap();
    assert_eq!(done(store.get(id(10))).unwrap(), Some(record(10, 7)));
    done(store.delete(id(10))).unwrap();
    done(store.commit(record(10, 8), LONG)).unwrap();
    assert_eq!(done(store.get(id(10))).unwrap(), Some(record(10, 8)));
}

fn two_generations_may_wait_at_once(store: &dyn SessionStore) {
    let commits: Vec<_> = (1..=3).map(|generation| store.commit(record(3, generation), LONG)).collect();
    commits.into_iter().for_each(|commit| done(commit).unwrap());
    assert_eq!(done(store.get(id(3))).unwrap(), Some(record(3, 3)));
}

fn a_session_may_begin_again_when_its_time_is_over(store: &dyn SessionStore) {
    done(store.set(record(4, 7), Duration::ZERO)).unwrap();
    done(store.commit(owned(4, 9, 1), LONG)).unwrap();
    assert_eq!(done(store.get(id(4))).unwrap(), Some(owned(4, 9, 1)));
    done(store.set(record(4, 7), Duration::ZERO)).unwrap();
    done(store.commit(record(4, 1), LONG)).unwrap();
    assert_eq!(done(store.get(id(4))).unwrap(), Some(record(4, 1)));
    done(store.set(record(4, 7), Duration::ZERO)).unwrap();
    done(store.commit(record(4, 8), LONG)).unwrap();
    assert_eq!(done(store.get(id(4))).unwrap(), Some(record(4, 8)));
}

fn set_asks_for_no_generation(store: &dyn SessionStore) {
    for generation in [9, 2, u64::MAX] {
        done(store.set(record(5, generation), LONG)).unwrap();
        assert_eq!(done(store.get(id(5))).unwrap(), Some(record(5, generation)));
    }
    assert!(fenced(done(store.commit(owned(5, 2, 0), LONG))), "there is no generation after the last");
}

fn deleting_and_touching_nothing_is_no_error(store: &dyn SessionStore) {
    done(store.delete(id(6))).unwrap();
    done(store.touch(id(6), LONG)).unwrap();
    assert_eq!(done(store.get(id(6))).unwrap(), None);
    done(store.set(record(6, 1), LONG)).unwrap();
    done(store.delete(id(6))).unwrap();
    assert_eq!(done(store.get(id(6))).unwrap(), None);
    done(store.commit(record(6, 1), LONG)).unwrap();
}

fn of_two_who_go_on_with_a_session_one_does(store: &dyn SessionStore) {
    for generation in 1..=20 {
        let go_on = |nonce| {
            let claim = Claim::from_bits(generation << 32 | nonce);
            done(store.commit(Record { claim, ..record(7, generation) }, LONG))
        };
        let (a, b) = thread::scope(|scope| {
            let other = scope.spawn(move || go_on(1));
            (go_on(2), other.join().unwrap())
        });
        assert!(a.is_ok() != b.is_ok() && fenced(a.and(b)), "generation {generation}");
    }
}

fn large_and_empty_records_come_back_as_they_were(store: &dyn SessionStore) {
    for bytes in [Vec::new(), (0..300_000).map(|n| n as u8).collect()] {
        let record = Record { id: id(8), claim: Claim::default(), generation: 1, bytes };
        done(store.set(record.clone(), LONG)).unwrap();
        assert_eq!(done(store.get(id(8))).unwrap(), Some(record));
    }
}
