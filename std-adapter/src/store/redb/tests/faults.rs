//! Whatever the disk does, what was acknowledged is there afterwards.

use std::path::Path;
use std::time::{Duration, Instant};

use live_core::{Claim, Record, SessionId};

use super::disk::FakeDisk;
use crate::clock::Clock;
use crate::store::conformance::done;
use crate::store::{RedbStore, SessionStore, StoreError};

const LONG: Duration = Duration::from_secs(3600);
const PATIENCE: Duration = Duration::from_secs(20);

fn open(disk: &FakeDisk) -> RedbStore {
    RedbStore::on(Path::new("fake"), disk.clone(), Clock::start()).unwrap()
}

fn id(n: u8) -> SessionId {
    SessionId::new([n; 16])
}

fn record(n: u8, generation: u64) -> Record {
    Record {
        id: id(n),
        claim: Claim::default(),
        generation,
        bytes: vec![n; 100 * n as usize + generation as usize],
    }
}

/// For each of a few sessions the last generation that was acknowledged.
#[derive(Default)]
struct Acked([u64; 4]);

impl Acked {
    /// Commits round after round, until one fails; those beside it may have been acknowledged.
    fn commit(&mut self, store: &RedbStore, rounds: usize) -> Result<(), StoreError> {
        for _ in 0..rounds {
            let commits: Vec<_> =
                (0..4).map(|n| store.commit(record(n, self.0[n as usize] + 1), LONG)).collect();
            let done: Vec<_> = commits.into_iter().map(done).collect();
            for (acked, done) in self.0.iter_mut().zip(&done) {
                *acked += u64::from(done.is_ok());
            }
            done.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }

    /// What is there is what was acknowledged, or the one commit after it that was under way.
    fn check(&mut self, store: &RedbStore, when: &str) {
        for n in 0..4u8 {
            let acked = self.0[n as usize];
            let found = done(store.get(id(n))).unwrap();
            let generation = found.as_ref().map_or(0, |record| record.generation);
            assert!(
                generation == acked || generation == acked + 1,
                "{when}: {generation}, acknowledged: {acked}"
            );
            assert!(found.is_none_or(|found| found == record(n, generation)), "{when}: other bytes");
            self.0[n as usize] = generation;
        }
    }
}

#[test]
fn after_a_crash_at_any_moment_what_was_acknowledged_is_there() {
    let mut crashes = 0;
    for fuse in 0.. {
        let (disk, mut acked) = (FakeDisk::default(), Acked::default());
        let store = open(&disk);
        acked.commit(&store, 2).unwrap();
        disk.state().fuse = Some(fuse);
        let failed = acked.commit(&store, 3).is_err();
        // What the disk kept of the rest: nothing, all, a prefix, or any of it.
        match fuse % 4 {
            0 => disk.crash(|_| false),
            1 => disk.crash(|_| true),
            2 => disk.crash(|n| n < 3),
            _ => disk.crash(|n| (n * 7 + fuse as usize).is_multiple_of(3)),
        }
        drop(store);
        let store = open(&disk);
        acked.check(&store, &format!("fuse {fuse}"));
        acked.commit(&store, 1).unwrap();
        if !failed {
            break;
        }
        crashes += 1;
    }
    assert!(crashes > 10, "{crashes}");
}

#[test]
fn after_a_failed_sync_nothing_rests_on_what_the_disk_may_not_have() {
    for failing in 1..=3 {
        for fuse in (0..40).map(Some).chain([None]) {
            let (disk, mut acked) = (FakeDisk::default(), Acked::default());
            let store = open(&disk);
            acked.commit(&store, 2).unwrap();
            disk.state().failing_sync = Some(failing);
            assert!(matches!(acked.commit(&store, 4), Err(StoreError::Failed(_))));
            disk.state().fuse = fuse;
            let began = Instant::now();
            while acked_again(&mut acked, &store).is_err() && fuse.is_none() {
                assert!(began.elapsed() < PATIENCE, "it never went on");
            }
            disk.crash(|_| false);
            drop(store);
            acked.check(&open(&disk), &format!("sync {failing}, fuse {fuse:?}"));
        }
    }
}

/// Each session's next commit, tried anew: it may be there already, since it failed without anybody knowing how far it came.
fn acked_again(acked: &mut Acked, store: &RedbStore) -> Result<(), StoreError> {
    for n in 0..4u8 {
        let next = acked.0[n as usize] + 1;
        done(store.commit(record(n, next), LONG))?;
        acked.0[n as usize] = next;
    }
    Ok(())
}

#[test]
fn a_commit_that_failed_may_be_tried_again_whatever_the_file_has_of_it() {
    let store = (0..100).find_map(|_| failed_together()).expect("two commits that share a transaction");
    let began = Instant::now();
    for _ in 0..2 {
        while done(store.commit(record(1, 3), LONG)).is_err() {
            assert!(began.elapsed() < PATIENCE, "it never went on");
        }
    }
    assert!(matches!(done(store.commit(record(1, 2), LONG)), Err(StoreError::Fenced)), "the last counts");
}

/// A store in which the second and the third generation have failed. None where the writer took them one by one.
fn failed_together() -> Option<RedbStore> {
    let disk = FakeDisk::default();
    let store = open(&disk);
    done(store.commit(record(1, 1), LONG)).unwrap();
    disk.state().failing_sync = Some(1);
    let pair = [store.commit(record(1, 2), LONG), store.commit(record(1, 3), LONG)].map(done);
    assert!(pair.iter().any(Result::is_err));
    pair.iter().all(Result::is_err).then_some(store)
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let (disk, mut acked) = (FakeDisk::default(), Acked::default());
    let store = open(&disk);
    acked.commit(&store, 1).unwrap();
    let length = store_length(&disk);
    disk.state().room = Some(length);
    let big = |n: u8| Record { id: id(n), claim: Claim::default(), generation: 1, bytes: vec![n; 400_000] };
    let full = (100..200).find_map(|n| done(store.set(big(n), LONG)).err()).expect("a full disk");
    assert!(full.to_string().contains("fake"), "{full}");
    disk.state().room = None;
    let began = Instant::now();
    while acked_again(&mut acked, &store).is_err() {
        assert!(began.elapsed() < PATIENCE, "it never went on");
    }
    done(store.set(big(250), LONG)).unwrap();
    drop(store);
    acked.check(&open(&disk), "room again");
}

fn store_length(disk: &FakeDisk) -> u64 {
    redb::StorageBackend::len(&disk.backend()).unwrap()
}

#[test]
fn while_writes_fail_nothing_is_acknowledged() {
    let (disk, mut acked) = (FakeDisk::default(), Acked::default());
    let store = open(&disk);
    acked.commit(&store, 1).unwrap();
    disk.state().write_fails = true;
    for _ in 0..50 {
        assert!(matches!(acked_again(&mut acked, &store), Err(StoreError::Failed(_))));
    }
    disk.state().write_fails = false;
    let began = Instant::now();
    while acked_again(&mut acked, &store).is_err() {
        assert!(began.elapsed() < PATIENCE, "it never went on");
    }
    assert_eq!(acked.0, [2; 4]);
}
