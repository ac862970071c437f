//! Wall clocks that jump, and what that does to records: nothing.

use std::path::Path;
use std::time::Duration;

use super::disk::FakeDisk;
use super::{LONG, record};
use crate::clock::tests::FakeTime;
use crate::store::SessionStore;
use crate::store::conformance::done;
use crate::store::redb::writer::sweep;
use crate::store::redb::{RedbStore, tables};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Some day of this century.
const TODAY: Duration = DAY.saturating_mul(20_000);

fn open(disk: &FakeDisk, time: &FakeTime) -> RedbStore {
    RedbStore::on(Path::new("fake"), disk.clone(), time.clock()).unwrap()
}

/// Sweeps all of it; whether record `n` is still there.
fn survives(store: &RedbStore, n: u64) -> bool {
    store.shared.with(|database| sweep(database, None, store.shared.clock.unix_seconds())).unwrap();
    done(store.get(record(n, 1).id)).unwrap().is_some()
}

fn seen(store: &RedbStore) -> Duration {
    Duration::from_secs(store.shared.with(tables::seen).unwrap())
}

#[test]
fn a_jump_of_the_wall_clock_ends_no_record_and_prolongs_none() {
    for wall in [TODAY + 4000 * DAY, Duration::ZERO] {
        let (disk, time) = (FakeDisk::default(), FakeTime::at(TODAY));
        let store = open(&disk, &time);
        done(store.commit(record(1, 1), LONG)).unwrap();
        time.set_wall(wall);
        assert!(survives(&store, 1));
        done(store.touch(record(1, 1).id, LONG)).unwrap();
        done(store.commit(record(2, 1), LONG)).unwrap();
        time.pass(LONG / 2);
        assert!(survives(&store, 1) && survives(&store, 2));
        time.pass(LONG);
        assert!(!survives(&store, 1) && !survives(&store, 2), "their time is over, on any wall");
    }
}

#[test]
fn a_process_that_starts_in_1970_goes_on_from_the_last_time_that_the_file_has_seen() {
    let disk = FakeDisk::default();
    let store = open(&disk, &FakeTime::at(TODAY));
    done(store.commit(record(1, 1), LONG)).unwrap();
    drop(store);
    let time = FakeTime::at(Duration::from_secs(3));
    let store = open(&disk, &time);
    assert!(survives(&store, 1));
    done(store.commit(record(2, 1), LONG)).unwrap();
    time.set_wall(TODAY + DAY);
    assert!(survives(&store, 1) && survives(&store, 2), "the clock was set right");
    time.pass(LONG * 2);
    assert!(!survives(&store, 1) && !survives(&store, 2), "as soon as ever");
}

#[test]
fn the_file_is_told_the_time_once_a_minute() {
    let (disk, time) = (FakeDisk::default(), FakeTime::at(TODAY));
    let store = open(&disk, &time);
    assert_eq!(seen(&store), Duration::ZERO, "nothing is written for that alone");
    for (passes, noted) in [(0, 0), (59, 0), (1, 60), (59, 60), (30, 149)] {
        time.pass(Duration::from_secs(passes));
        done(store.set(record(1, 1), LONG)).unwrap();
        assert_eq!(seen(&store), TODAY + Duration::from_secs(noted));
    }
}

#[test]
fn a_record_is_never_kept_for_less_than_it_was_asked_to() {
    let (disk, time) = (FakeDisk::default(), FakeTime::at(TODAY + Duration::from_millis(900)));
    let store = open(&disk, &time);
    done(store.set(record(1, 1), Duration::from_secs(1))).unwrap();
    time.pass(Duration::from_millis(999));
    assert!(survives(&store, 1));
    time.pass(Duration::from_millis(1001));
    assert!(!survives(&store, 1));
}
