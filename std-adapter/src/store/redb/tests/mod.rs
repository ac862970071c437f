mod clock;
mod disk;
mod faults;
mod files;

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use live_core::{Claim, Record, SessionId};

use self::disk::FakeDisk;
use super::queue::{Change, Queue};
use super::writer::sweep;
use super::{MAX_WAITING, MAX_WAITING_BYTES, RedbStore};
use crate::clock::Clock;
use crate::store::conformance::{conforms, done};
use crate::store::{SessionStore, StoreError};

const LONG: Duration = Duration::from_secs(60);

fn fake() -> (FakeDisk, RedbStore) {
    let disk = FakeDisk::default();
    let store = RedbStore::on(Path::new("fake"), disk.clone(), Clock::start()).unwrap();
    (disk, store)
}

fn record(n: u64, bytes: usize) -> Record {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    Record { id: SessionId::new(id), claim: Claim::default(), generation: 1, bytes: vec![1; bytes] }
}

#[test]
fn it_is_a_session_store() {
    conforms(&fake().1);
}

#[test]
fn a_hundred_at_once_are_few_transactions() {
    let (disk, store) = fake();
    done(store.set(record(1000, 1), LONG)).unwrap();
    let before = disk.state().syncs;
    done(store.set(record(1001, 1), LONG)).unwrap();
    let one = disk.state().syncs - before;
    let (barrier, before) = (Barrier::new(100), disk.state().syncs);
    thread::scope(|scope| {
        for n in 0..100 {
            let (store, barrier) = (&store, &barrier);
            scope.spawn(move || {
                barrier.wait();
                done(store.commit(record(n, 100), LONG)).unwrap();
            });
        }
    });
    let transactions = (disk.state().syncs - before) / one;
    assert!((1..50).contains(&transactions), "{transactions} transactions for 100 commits");
}

#[test]
fn what_waits_has_a_limit() {
    let queue = Queue::default();
    let big = || Change::Set { record: record(1, MAX_WAITING_BYTES / 4), until: 1 };
    let waiting: Vec<_> = (0..4).map(|_| queue.put(big()).ok().unwrap()).collect();
    assert!(matches!(queue.put(big()), Err(StoreError::Full)));
    assert_eq!(waiting.len(), 4);

    let queue = Queue::default();
    let touch = || Change::Touch { id: SessionId::new([1; 16]), until: 1 };
    for _ in 0..MAX_WAITING {
        queue.put(touch()).ok().unwrap();
    }
    assert!(matches!(queue.put(touch()), Err(StoreError::Full)));
    let taken = queue.take(LONG);
    assert!(matches!(queue.put(touch()), Err(StoreError::Full)), "what the writer has counts");
    queue.release();
    assert!(queue.put(touch()).is_ok());
    drop(taken);
}

#[test]
fn what_is_over_is_swept_step_by_step() {
    let (_, store) = fake();
    let over = 0..1500;
    let sets: Vec<_> = over.map(|n| store.set(record(n, 1), Duration::ZERO)).collect();
    sets.into_iter().for_each(|set| done(set).unwrap());
    done(store.set(record(5000, 1), LONG)).unwrap();
    let (mut from, mut steps) = (None, 0);
    while steps == 0 || from.is_some() {
        from =
            store.shared.with(|database| sweep(database, from, store.shared.clock.unix_seconds())).unwrap();
        steps += 1;
    }
    assert_eq!((store.count().unwrap(), steps), (1, 2));
    assert!(done(store.get(record(5000, 1).id)).unwrap().is_some());
}

#[test]
fn the_writer_sweeps_by_itself() {
    let (_, store) = fake();
    done(store.set(record(1, 1), Duration::ZERO)).unwrap();
    let began = std::time::Instant::now();
    while store.count().unwrap() > 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was swept");
        thread::yield_now();
    }
}

#[test]
fn dropping_the_store_writes_what_waits() {
    let (disk, store) = fake();
    for n in 0..200 {
        drop(store.set(record(n, 10), LONG));
    }
    drop(store);
    disk.crash(|_| false);
    let store = RedbStore::on(Path::new("fake"), disk, Clock::start()).unwrap();
    assert_eq!(store.count().unwrap(), 200);
}
